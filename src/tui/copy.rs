//! What the copy keys put on the clipboard.

use super::feed::{CallDetail, OutputView};
use crate::call::CallType;

/// The longest text that is copied whole: terminals drop what is longer without a word.
pub const MOST_BYTES: usize = 74_000;

/// The bodies of an output, a line each.
pub fn output(requests: &[OutputView]) -> String {
    let bodies: Vec<&str> = requests.iter().filter_map(|r| r.body.as_deref()).collect();
    bodies.join("\n")
}

/// A curl line that sends the call to a base address. The write key stays out: the shell's
/// `$WRITE_KEY` stands for it.
pub fn curl(base: &str, call: &CallDetail) -> String {
    let (path, body) = match CallType::parse(&call.row.kind) {
        Some(kind) => (kind.name(), call.call_text.clone()),
        None => ("batch", format!("{{\"batch\":[{}]}}", call.call_text)),
    };
    format!(
        "curl {base}/v1/{path} -H 'Content-Type: application/json' -u \"$WRITE_KEY:\" -d '{}'",
        body.replace('\'', "'\\''")
    )
}
