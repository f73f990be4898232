//! Calls as curl lines.

use crate::call::CallType;
use crate::pipeline::CallDetail;
use std::io::{self, Write};

/// A curl line that sends a call to a base address, which may be a variable of the shell. The write
/// key stays out: the shell's `$WRITE_KEY` stands for it.
pub fn curl(base: &str, kind: &str, call_text: &str) -> String {
    line(base, kind, call_text, "\"$WRITE_KEY:\"")
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

/// A text in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# sends to SEGSCOPE_URL, or to the address below, with the key in WRITE_KEY")?;
    writeln!(out, ": \"${{SEGSCOPE_URL:=http://127.0.0.1:7357}}\" \"${{WRITE_KEY:=K}}\"")
}

pub(super) fn call(out: &mut impl Write, call: &CallDetail, with_secrets: bool) -> io::Result<()> {
    let key = call.write_key.as_deref().filter(|_| with_secrets);
    let user = key.map_or("\"$WRITE_KEY:\"".to_owned(), |key| quoted(&format!("{key}:")));
    let kind = call.kind.as_deref().unwrap_or_default();
    writeln!(out, "{}", line("\"$SEGSCOPE_URL\"", kind, &call.call_text, &user))
}
