//! Calls on their way to somebody else: without the sender's key.

use crate::call::text::masked;
use crate::pipeline::{CallDetail, RequestDetail};
use crate::wire::{self, RequestHead};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use std::sync::Arc;

/// The name of a key in a body.
const NAMED: &[u8] = b"\"writeKey\"";

/// Masks the write key of a call but for its last four characters: in the record, in the call's own
/// text where a value is the key, and in the request that carried it.
pub fn mask_key(call: &mut CallDetail) {
    let Some(key) = call.write_key.take() else { return };
    let hidden = masked(&key);
    call.call_text = replaced(&call.call_text, &key, &hidden);
    call.derived_text = replaced(&call.derived_text, &key, &hidden);
    call.request = Arc::new(without_key(&call.request, &key));
    call.write_key = Some(hidden);
}

/// Masks the write keys of a request that gave no call, which nobody has read: where its head says
/// one, and what follows the name of one in its body.
pub fn mask_request(request: &mut RequestDetail) {
    let head = RequestHead {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        received_at: request.received_at,
    };
    let mut keys: Vec<String> =
        wire::key_of_head(&head).map(|found| found.key).into_iter().collect();
    let named = memmem::find_iter(request.body.as_bytes(), NAMED);
    keys.extend(named.filter_map(|at| text_behind(&request.body[at + NAMED.len()..])));
    for key in keys {
        *request = without_key(request, &key);
    }
}

/// The text that a member's name is followed by.
fn text_behind(name: &str) -> Option<String> {
    let text = name.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    text.split('"').next().filter(|key| !key.is_empty()).map(str::to_owned)
}

/// A request without the key: in its address, its headers and its body.
fn without_key(request: &RequestDetail, key: &str) -> RequestDetail {
    let mut request = request.clone();
    request.query = hide_key(&request.query, key);
    request.body = hide_key(&request.body, key);
    for (name, value) in &mut request.headers {
        *value = match name.eq_ignore_ascii_case("authorization") {
            true => hide_basic(value, key),
            false => hide_key(value, key),
        };
    }
    request
}

/// A text in which the key is masked wherever it stands. An empty one stands nowhere.
pub fn hide_key(text: &str, key: &str) -> String {
    if key.is_empty() { text.to_owned() } else { text.replace(key, &masked(key)) }
}

/// The value of an `Authorization` header that holds the key, in which it is masked: what is left of
/// it is no Base64, and nothing that could be turned back.
pub fn hide_basic(value: &str, key: &str) -> String {
    let Some((scheme, coded)) = value.split_once(' ') else { return hide_key(value, key) };
    let opened = STANDARD.decode(coded.trim()).ok().and_then(|it| String::from_utf8(it).ok());
    match opened {
        Some(opened) if !key.is_empty() && opened.contains(key) => {
            format!("{scheme} {}", hide_key(&opened, key))
        }
        _ => hide_key(value, key),
    }
}

/// A JSON text in which the strings that are a key are other ones. Names of members stay.
fn replaced(json: &str, key: &str, by: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let (key, by) = (quoted(key), quoted(by));
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(&key) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let after = &found[key.len()..];
        let is_name = after.trim_start().starts_with(':');
        out.push_str(if is_name { &key } else { &by });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_are_the_key_are_masked() {
        let json = r#"{"k1" : "k1", "a": ["k1", "xk1", "k1x"], "writeKey":"k1"}"#;
        assert_eq!(
            replaced(json, "k1", "***"),
            r#"{"k1" : "***", "a": ["***", "xk1", "k1x"], "writeKey":"***"}"#
        );
    }

    #[test]
    fn basic_is_opened_to_find_the_key() {
        let key = "wk_live_abcd1234";
        let value = format!("Basic {}", STANDARD.encode(format!("{key}:")));
        assert_eq!(hide_basic(&value, key), "Basic ***1234:");
        assert_eq!(hide_basic("Bearer sha256:00", key), "Bearer sha256:00");
        assert_eq!(hide_basic(&value, "other"), value);
        assert_eq!(hide_key("?writeKey=wk_live_abcd1234", key), "?writeKey=***1234");
        assert_eq!(hide_key("abc", ""), "abc");
    }
}
