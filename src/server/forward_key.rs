//! `--forward-key`: replaces the write key of a request, wherever it is, before the request is
//! forwarded.

use crate::call::credential::{is_write_key, replace_parameters};
use crate::report::WriteKeys;
use crate::wire::{self, RequestHead};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::uri::{PathAndQuery, Uri};

/// The parameter of a pixel that contains a whole call.
const CALL_PARAMETER: &str = "data";

/// Replaces the write key in the headers, the query and the body of a request. The body is forwarded
/// decoded. A body that cannot be decoded, or is no text, is forwarded unchanged.
pub(crate) fn replace(
    head: &RequestHead<'_>,
    headers: &mut HeaderMap,
    uri: &mut Uri,
    body: Bytes,
    key: &str,
) -> Bytes {
    let text = wire::decode(head, &body).ok();
    let text = text.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let own = wire::key_of_head(head).map(|found| found.key);
    let keys = WriteKeys::of_text(text.unwrap_or_default(), own.as_deref());
    let replaced = text.map(|text| keys.replaced(text, &|_| key.to_owned()));
    let replaced = replaced.filter(|replaced| text != Some(replaced));
    replace_in_head(head, headers, uri, key);
    let Some(replaced) = replaced else { return body };
    headers.remove(header::CONTENT_ENCODING);
    if headers.contains_key(header::CONTENT_LENGTH) {
        headers.insert(header::CONTENT_LENGTH, replaced.len().into());
    }
    Bytes::from(replaced)
}

fn replace_in_head(head: &RequestHead<'_>, headers: &mut HeaderMap, uri: &mut Uri, key: &str) {
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(opened) = basic.and_then(wire::basic_credentials) {
        let rest = opened.find(':').map_or(":", |colon| &opened[colon..]);
        let value = format!("Basic {}", STANDARD.encode(format!("{key}{rest}")));
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header::AUTHORIZATION, value);
        }
    }
    if let Ok(value) = HeaderValue::from_str(key) {
        for (_, named) in headers.iter_mut().filter(|(name, _)| is_write_key(name.as_str())) {
            *named = value.clone();
        }
    }
    let parameter = |name: &str, value: &str| {
        let name = wire::form_decoded(name);
        if name == CALL_PARAMETER && head.route().is_pixel() {
            return replace_in_pixel_call(&wire::form_decoded(value), key);
        }
        (!value.is_empty() && is_write_key(&name)).then(|| key.to_owned())
    };
    let query = uri.query().and_then(|query| replace_parameters(query, parameter));
    let target =
        query.and_then(|query| format!("{}?{query}", uri.path()).parse::<PathAndQuery>().ok());
    if let Some(target) = target {
        *uri = target.into();
    }
}

/// Returns the value of `data` with another write key in its call; none if the call has none.
fn replace_in_pixel_call(value: &str, key: &str) -> Option<String> {
    let call = wire::pixel_call(value)?;
    let replaced = WriteKeys::of_text(&call, None).replaced(&call, &|_| key.to_owned());
    let encoded = (replaced != call).then(|| STANDARD.encode(replaced))?;
    // the characters of base64 that a query cannot contain
    Some(encoded.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn replaced(
        authorization: &str,
        target: &str,
        body: &[u8],
        gzip: bool,
    ) -> (HeaderMap, Uri, Bytes) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, authorization.parse().expect("a value"));
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let texts: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect();
        let mut uri: Uri = target.parse().expect("a path");
        let path = uri.path().to_owned();
        let head = RequestHead {
            method: if path.contains("pixel") { "GET" } else { "POST" },
            path: &path,
            query: "",
            headers: &texts,
            received_at: 0,
            is_tls: false,
        };
        let body = replace(&head, &mut headers, &mut uri, Bytes::copy_from_slice(body), "staging");
        (headers, uri, body)
    }

    #[test]
    fn replaces_the_key_wherever_it_stands_and_nothing_else() {
        let body =
            br#"{"batch":[{"writeKey":"wk_live","event":"wk", "n": 1.0}],"writeKey":"wk_live"}"#;
        let want =
            r#"{"batch":[{"writeKey":"staging","event":"wk", "n": 1.0}],"writeKey":"staging"}"#;
        let (headers, uri, out) =
            replaced("Basic d2tfbGl2ZTo=", "/v1/batch?writeKey=wk_live&a=b", body, false);
        assert_eq!(out, want);
        assert_eq!(headers[header::AUTHORIZATION], "Basic c3RhZ2luZzo=");
        assert_eq!(headers[header::CONTENT_LENGTH], want.len().to_string());
        assert_eq!(uri, "/v1/batch?writeKey=staging&a=b");

        let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        packed.write_all(body).expect("in memory");
        let packed = packed.finish().expect("in memory");
        let (headers, _, out) = replaced("Bearer token", "/v1/batch", &packed, true);
        assert_eq!(out, want);
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "it goes on decoded");
        assert_eq!(headers[header::AUTHORIZATION], "Bearer token", "that is no write key");
    }

    #[test]
    fn replaces_the_key_in_the_call_of_a_pixel() {
        let call = br#"{"writeKey":"wk_live","event":"A"}"#;
        for data in [STANDARD.encode(call).replace('=', "%3D"), STANDARD.encode(call)] {
            let target = format!("/v1/pixel/track?data={data}&a=b");
            let (_, uri, _) = replaced("Bearer token", &target, b"", false);
            let query = uri.query().expect("a query");
            let sent = wire::query_value(query, "data").and_then(|data| wire::pixel_call(&data));
            assert_eq!(sent.as_deref(), Some(r#"{"writeKey":"staging","event":"A"}"#), "{uri}");
            assert!(query.ends_with("&a=b"), "{uri}");
        }
        let target = "/v1/pixel/track?data=no+call";
        assert_eq!(replaced("Bearer token", target, b"", false).1, target);
    }

    #[test]
    fn what_holds_no_key_goes_on_as_it_is() {
        for body in [&br#"{"event": "A"}"#[..], b"\xff\x00", b"", b"no JSON"] {
            let (_, _, out) = replaced("Bearer token", "/v1/batch", body, false);
            assert_eq!(out, body);
        }
    }
}
