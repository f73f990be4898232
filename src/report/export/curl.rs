//! Calls as curl lines.

use crate::call::CallType;
use crate::engine::CallDetail;
use crate::report::mask_keys::WriteKeys;
use std::io::{self, Write};

/// The mark that replaces the write key until the text is quoted. A sender's text is unlikely to contain
/// it; in one that does, it becomes the variable.
const KEY_MARK: &str = "\u{e000}WRITE_KEY\u{e000}";

/// Returns a curl line that sends a call to a base address, which may be a shell variable. The write
/// keys, also those in the call, are replaced by the shell's `$WRITE_KEY`.
pub fn curl(base: &str, kind: &str, call_text: &str, write_key: Option<&str>) -> String {
    let keys = WriteKeys::of_text(call_text, write_key);
    let call_text = keys.replaced(call_text, &|_| KEY_MARK.to_owned());
    line(base, kind, &call_text, "\"$WRITE_KEY:\"").replace(KEY_MARK, "'\"$WRITE_KEY\"'")
}

fn line(base: &str, kind: &str, call_text: &str, user: &str) -> String {
    let (path, body) = match CallType::parse(kind) {
        Some(kind) => (kind.name(), call_text.to_owned()),
        None => ("batch", format!("{{\"batch\":[{call_text}]}}")),
    };
    format!(
        "curl {base}/v1/{path} -H 'Content-Type: application/json' -u {user} -d {}",
        quoted(&body)
    )
}

/// Puts a text in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

pub(crate) fn begin(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# sends to SEGSCOPE_URL, or to the address below, with the key in WRITE_KEY")?;
    writeln!(out, ": \"${{SEGSCOPE_URL:=http://127.0.0.1:7357}}\" \"${{WRITE_KEY:=K}}\"")
}

pub(crate) fn call(out: &mut impl Write, call: &CallDetail, with_secrets: bool) -> io::Result<()> {
    let kind = call.kind.as_deref().unwrap_or_default();
    let (key, text) = (call.write_key.as_deref(), call.standalone_text());
    let line = match key.filter(|_| with_secrets) {
        Some(key) => line("\"$SEGSCOPE_URL\"", kind, &text, &quoted(&format!("{key}:"))),
        None if with_secrets => line("\"$SEGSCOPE_URL\"", kind, &text, "\"$WRITE_KEY:\""),
        None => curl("\"$SEGSCOPE_URL\"", kind, &text, key),
    };
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_stands_for_every_key() {
        let call = r#"{"event":"it's","writeKey":"other","properties":{"k":"wk_1"}}"#;
        assert_eq!(
            curl("$SEGSCOPE_URL", "track", call, Some("wk_1")),
            "curl $SEGSCOPE_URL/v1/track -H 'Content-Type: application/json' -u \"$WRITE_KEY:\" -d \
             '{\"event\":\"it'\\''s\",\"writeKey\":\"'\"$WRITE_KEY\"'\",\"properties\":{\"k\":\"'\"$WRITE_KEY\"'\"}}'"
        );
    }
}
