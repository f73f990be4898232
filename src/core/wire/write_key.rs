//! The place of the write key (`docs/specs/wire.md` 3).

use crate::call::Val;
use crate::wire::{BodyShape, RequestHead, Route, query};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// A write key and the place where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteKey {
    /// The key.
    pub key: String,
    /// Its place.
    pub place: WriteKeyPlace,
}

/// The places of a write key, in the order in which they are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKeyPlace {
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

impl WriteKeyPlace {
    /// Returns the place in words.
    pub fn name(self) -> &'static str {
        match self {
            WriteKeyPlace::Basic => "Authorization: Basic",
            WriteKeyPlace::BasicNoColon => "Authorization: Basic, without a colon",
            WriteKeyPlace::Body => "writeKey in the body",
            WriteKeyPlace::Item => "writeKey of a batch item",
            WriteKeyPlace::Query => "writeKey in the query",
            WriteKeyPlace::Path => "the path",
        }
    }
}

/// Returns the key of a request; `body` and `item` are the `writeKey` members found there.
pub(crate) fn find(
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
        .or_else(|| member(body, WriteKeyPlace::Body))
        .or_else(|| member(item, WriteKeyPlace::Item))
        .or_else(|| {
            // most requests have no query, which need not be parsed
            let key = (!head.query.is_empty()).then(|| query::value(head.query, "writeKey"))??;
            found(key, WriteKeyPlace::Query)
        })
        .or_else(|| match head.route() {
            Route::Settings { write_key } => found(query::percent(write_key), WriteKeyPlace::Path),
            _ => None,
        })
}

/// Returns the key of a request without a body (settings, source configuration, pixels), or with a
/// body that cannot be read.
pub fn of_head(head: &RequestHead<'_>) -> Option<WriteKey> {
    find(head, head.header("authorization"), None, None)
}

/// Reads the user name and password, with the colon between them, of a Basic header; returns `None`
/// if the scheme is another or the value cannot be decoded.
pub fn basic_credentials(value: &str) -> Option<String> {
    let (scheme, credentials) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = credentials.trim();
    let bytes = STANDARD
        .decode(credentials)
        .or_else(|_| STANDARD_NO_PAD.decode(credentials.trim_end_matches('=')))
        .ok()?;
    String::from_utf8(bytes).ok()
}

fn basic(value: &str) -> Option<WriteKey> {
    let mut key = basic_credentials(value)?;
    let place = match key.find(':') {
        Some(colon) => {
            key.truncate(colon);
            WriteKeyPlace::Basic
        }
        None => WriteKeyPlace::BasicNoColon,
    };
    (!key.is_empty()).then_some(WriteKey { key, place })
}

/// Returns true for a placeholder of a write key: the text that a missing setting becomes, or an
/// example from documentation.
pub(crate) fn is_placeholder(key: &str) -> bool {
    const WORDS: [&str; 24] = [
        "undefined",
        "null",
        "nil",
        "none",
        "nan",
        "false",
        "true",
        "empty",
        "todo",
        "changeme",
        "placeholder",
        "replaceme",
        "xxx",
        "key",
        "writekey",
        "yourwritekey",
        "mywritekey",
        "segmentwritekey",
        "yoursegmentwritekey",
        "yourkey",
        "yourapikey",
        "yoursourcewritekey",
        "objectobject",
        "insertwritekeyhere",
    ];
    let has = |opening: &str, closing: &str| {
        key.find(opening).is_some_and(|at| key[at..].contains(closing))
    };
    // text that remains when a template or a shell fills nothing in
    let is_template = || {
        has("{{", "}}")
            || has("${", "}")
            || has("%{", "}")
            || has("<%", "%>")
            || has("#{", "}")
            || key.starts_with("process.env.")
            || key.starts_with('$')
    };
    let letter = |b: &u8| b.is_ascii_alphanumeric();
    // a shortcut: every request has a key, and nearly all keys are 32 letters and digits
    if key.len() >= 32 && key.bytes().all(|b| letter(&b)) {
        return false;
    }
    let mut plain = [0_u8; 24];
    let mut len = 0;
    for b in key.bytes().filter(letter) {
        let Some(place) = plain.get_mut(len) else { return is_template() };
        *place = b.to_ascii_lowercase();
        len += 1;
    }
    let plain = &plain[..len];
    let is_x = len >= 3 && plain.iter().all(|b| *b == b'x');
    is_x || WORDS.iter().any(|word| word.as_bytes() == plain) || is_template()
}

/// Returns whether a request with this body must have a write key. A webhook destination sends
/// none, and a file needs none.
pub(crate) fn is_required(shape: BodyShape) -> bool {
    !matches!(shape, BodyShape::Webhook | BodyShape::Bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;
    use crate::wire::test_head;

    fn key(authorization: &str, path: &str, body: &str) -> Option<(String, WriteKeyPlace)> {
        let headers = [("authorization".to_owned(), authorization.to_owned())];
        let head = test_head("GET", path, &headers);
        let doc = Doc::parse(body).expect("JSON");
        let root = doc.root();
        let item = root.pointer("/batch/0/writeKey");
        find(&head, head.header("authorization"), root.get("writeKey"), item)
            .map(|found| (found.key, found.place))
    }

    #[test]
    fn finds_the_key_at_every_place_in_order() {
        let everywhere = r#"{"writeKey":"body","batch":[{"writeKey":"item"}]}"#;
        for (authorization, path, body, want) in [
            (
                "Basic d2tfdGVzdDo=",
                "/v1/t?writeKey=q",
                everywhere,
                ("wk_test", WriteKeyPlace::Basic),
            ),
            ("basic d2tfdGVzdDo", "/v1/t", "{}", ("wk_test", WriteKeyPlace::Basic)),
            ("Basic d2tfdGVzdDpwYXNz", "/v1/t", "{}", ("wk_test", WriteKeyPlace::Basic)),
            ("Basic d2tfdGVzdA==", "/v1/t", everywhere, ("wk_test", WriteKeyPlace::BasicNoColon)),
            ("Bearer token", "/v1/t?writeKey=q", everywhere, ("body", WriteKeyPlace::Body)),
            ("Basic ???", "/v1/t", everywhere, ("body", WriteKeyPlace::Body)),
            ("Basic Og==", "/v1/t", everywhere, ("body", WriteKeyPlace::Body)),
            ("", "/v1/b?writeKey=q", r#"{"batch":[{"writeKey":"i"}]}"#, ("i", WriteKeyPlace::Item)),
            ("", "/v1/t?a=1&writeKey=a%20b", r#"{"writeKey":7}"#, ("a b", WriteKeyPlace::Query)),
            ("", "/v1/projects/w%2Fk/settings", "{}", ("w/k", WriteKeyPlace::Path)),
        ] {
            let (name, place) = want;
            assert_eq!(key(authorization, path, body), Some((name.to_owned(), place)), "{path}");
        }
        assert_eq!(key("", "/v1/t", r#"{"writeKey":""}"#), None);
    }

    #[test]
    fn distinguishes_placeholders_from_keys() {
        for stands in [
            "undefined",
            "null",
            "NULL",
            "None",
            "YOUR_WRITE_KEY",
            "<write key>",
            "<YOUR WRITE KEY>",
            "your-write-key",
            "{{segment.writeKey}}",
            "${SEGMENT_WRITE_KEY}",
            "$WRITE_KEY",
            "process.env.SEGMENT_KEY",
            "[object Object]",
            "xxxxxxxxxxxxxxxxxxxxxxxx",
            "WRITE_KEY",
            "CHANGE_ME",
        ] {
            assert!(is_placeholder(stands), "{stands}");
        }
        for key in [
            "wk_test",
            "wk",
            "test",
            "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW",
            "27zQhc9DPZRiYTGTYzEXZnDzYPL",
            "wk_live_abcd1234",
            "a b",
            "item",
            "body",
            "q",
            "source-1",
            "nulls",
            "my-app",
            "demo",
        ] {
            assert!(!is_placeholder(key), "{key}");
        }
    }
}
