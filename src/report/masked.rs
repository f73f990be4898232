//! Calls on their way to somebody else: without the sender's key.

use crate::call::text::masked;
use crate::pipeline::CallDetail;

/// Masks the write key of a call but for its last four characters: in the record, and in the call's
/// own text where a value is the key.
pub fn mask_key(call: &mut CallDetail) {
    let Some(key) = call.write_key.take() else { return };
    let hidden = masked(&key);
    call.call_text = replaced(&call.call_text, &key, &hidden);
    call.derived_text = replaced(&call.derived_text, &key, &hidden);
    call.write_key = Some(hidden);
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
}
