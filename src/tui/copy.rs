//! What the copy keys put on the clipboard.

use super::feed::OutputView;

/// The longest text that is copied whole: terminals drop what is longer without a word.
pub const MOST_BYTES: usize = 74_000;

/// The bodies of an output, a line each.
pub fn output(requests: &[OutputView]) -> String {
    let bodies: Vec<&str> = requests.iter().filter_map(|r| r.body.as_deref()).collect();
    bodies.join("\n")
}
