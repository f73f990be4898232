//! Where the write key stands (`specs/wire.md` 3).

use super::{RequestHead, Route, Shape, query};
use crate::call::Val;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// A write key and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteKey {
    /// The key.
    pub key: String,
    /// Its place.
    pub place: Place,
}

/// The places of a write key, in the order in which they are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `Authorization: Basic base64(key:)`
    Basic,
    /// `Authorization: Basic base64(key)`
    BasicNoColon,
    /// `writeKey` at the top of the body
    Body,
    /// `writeKey` on an item of a batch
    Item,
    /// `?writeKey=`
    Query,
    /// a segment of the path
    Path,
}

impl Place {
    /// The place in words.
    pub fn name(self) -> &'static str {
        match self {
            Place::Basic => "Authorization: Basic",
            Place::BasicNoColon => "Authorization: Basic, without a colon",
            Place::Body => "writeKey in the body",
            Place::Item => "writeKey of a batch item",
            Place::Query => "writeKey in the query",
            Place::Path => "the path",
        }
    }
}

/// The key of a request: `body` and `item` are the `writeKey` members found there.
pub(super) fn find(
    head: &RequestHead<'_>,
    authorization: Option<&str>,
    body: Option<Val<'_>>,
    item: Option<Val<'_>>,
) -> Option<WriteKey> {
    let found = |key: String, place| (!key.is_empty()).then_some(WriteKey { key, place });
    let member = |value: Option<Val<'_>>, place| {
        value.and_then(|value| found(value.as_str()?.into_owned(), place))
    };
    authorization
        .and_then(basic)
        .or_else(|| member(body, Place::Body))
        .or_else(|| member(item, Place::Item))
        .or_else(|| {
            // no look at the query of the many that have none
            let key = (!head.query.is_empty()).then(|| query::value(head.query, "writeKey"))??;
            found(key, Place::Query)
        })
        .or_else(|| match head.route() {
            Route::Settings { write_key } => found(query::percent(write_key), Place::Path),
            _ => None,
        })
}

/// The key of a request without a body of its own (settings, source configuration, pixels), or of
/// one whose body cannot be read.
pub fn of_head(head: &RequestHead<'_>) -> Option<WriteKey> {
    find(head, head.header("authorization"), None, None)
}

fn basic(value: &str) -> Option<WriteKey> {
    let (scheme, credentials) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = credentials.trim();
    let bytes = STANDARD
        .decode(credentials)
        .or_else(|_| STANDARD_NO_PAD.decode(credentials.trim_end_matches('=')))
        .ok()?;
    let mut key = String::from_utf8(bytes).ok()?;
    let place = match key.find(':') {
        Some(colon) => {
            key.truncate(colon);
            Place::Basic
        }
        None => Place::BasicNoColon,
    };
    (!key.is_empty()).then_some(WriteKey { key, place })
}

/// Whether a forwarded event's own key counts: a webhook destination has none to show.
pub(super) fn is_expected(shape: Shape) -> bool {
    !matches!(shape, Shape::Webhook | Shape::Bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;
    use crate::wire::test_head;

    fn key(authorization: &str, path: &str, body: &str) -> Option<(String, Place)> {
        let headers = [("authorization".to_owned(), authorization.to_owned())];
        let head = test_head("GET", path, &headers);
        let doc = Doc::parse(body).expect("JSON");
        let root = doc.root();
        let item = root.pointer("/batch/0/writeKey");
        find(&head, head.header("authorization"), root.get("writeKey"), item)
            .map(|found| (found.key, found.place))
    }

    #[test]
    fn every_place_in_its_order() {
        let everywhere = r#"{"writeKey":"body","batch":[{"writeKey":"item"}]}"#;
        for (authorization, path, body, want) in [
            ("Basic d2tfdGVzdDo=", "/v1/t?writeKey=q", everywhere, ("wk_test", Place::Basic)),
            ("basic d2tfdGVzdDo", "/v1/t", "{}", ("wk_test", Place::Basic)),
            ("Basic d2tfdGVzdDpwYXNz", "/v1/t", "{}", ("wk_test", Place::Basic)),
            ("Basic d2tfdGVzdA==", "/v1/t", everywhere, ("wk_test", Place::BasicNoColon)),
            ("Bearer token", "/v1/t?writeKey=q", everywhere, ("body", Place::Body)),
            ("Basic ???", "/v1/t", everywhere, ("body", Place::Body)),
            ("Basic Og==", "/v1/t", everywhere, ("body", Place::Body)),
            ("", "/v1/b?writeKey=q", r#"{"batch":[{"writeKey":"i"}]}"#, ("i", Place::Item)),
            ("", "/v1/t?a=1&writeKey=a%20b", r#"{"writeKey":7}"#, ("a b", Place::Query)),
            ("", "/v1/projects/w%2Fk/settings", "{}", ("w/k", Place::Path)),
        ] {
            let (name, place) = want;
            assert_eq!(key(authorization, path, body), Some((name.to_owned(), place)), "{path}");
        }
        assert_eq!(key("", "/v1/t", r#"{"writeKey":""}"#), None);
    }
}
