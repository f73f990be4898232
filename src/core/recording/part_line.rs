//! The first line of each part except the first: `{"v":1,"kind":"part","at":"…","part":3,
//! "requests":120,"calls":450}`. Calls are numbered from it if earlier parts are deleted.

use crate::call::time::{self, Millis};
use crate::call::{Doc, Val};
use crate::recording::request_line::EntryError;

/// The `kind` of the line.
pub(crate) const PART: &str = "part";
/// The limit of the numbers of requests and calls; no recording reaches it.
const MAX_TOTAL: u64 = 1 << 48;

/// The totals of the recording before a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartStart {
    /// The number of the last request.
    pub requests: u64,
    /// The number of calls.
    pub calls: u64,
}

impl PartStart {
    /// Reads the line of a part.
    pub(crate) fn read(root: Val<'_>) -> Result<PartStart, EntryError> {
        let number = |field: &'static str| {
            root.get(field)
                .and_then(|v| v.as_number()?.parse().ok())
                .filter(|number| *number < MAX_TOTAL)
                .ok_or(EntryError::Field { field, expected: "a whole number below 2^48" })
        };
        Ok(PartStart { requests: number("requests")?, calls: number("calls")? })
    }
}

/// Returns the number of the part that begins with this line.
pub fn part_number(line: &str) -> Option<u32> {
    let doc = Doc::parse(line).ok()?;
    doc.root().get("part")?.as_number()?.parse().ok()
}

/// Composes the line, with its line end, into `out` (cleared first).
pub fn compose_part(out: &mut Vec<u8>, part: u32, start: PartStart, at: Millis) {
    out.clear();
    let (at, PartStart { requests, calls }) = (time::format(at), start);
    out.extend_from_slice(
        format!(
            "{{\"v\":1,\"kind\":\"{PART}\",\"at\":\"{at}\",\"part\":{part},\"requests\":{requests},\"calls\":{calls}}}\n"
        )
        .as_bytes(),
    );
}
