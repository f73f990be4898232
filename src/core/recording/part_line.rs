//! The first line of each part but the first: `{"v":1,"kind":"part","at":"…","part":3,
//! "requests":120,"calls":450}`. The numbers of calls go on from it where earlier parts are deleted.

use crate::call::time::{self, Millis};
use crate::call::{Doc, Val};
use crate::recording::request_line::EntryError;

/// The `kind` of the line.
pub(crate) const PART: &str = "part";
/// No recording holds more.
const MOST: u64 = 1 << 48;

/// What came before a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartStart {
    /// The number of the last request.
    pub requests: u64,
    /// How many calls there were.
    pub calls: u64,
}

impl PartStart {
    /// Reads such a line.
    pub(crate) fn read(root: Val<'_>) -> Result<PartStart, EntryError> {
        let number = |field: &'static str| {
            root.get(field)
                .and_then(|v| v.as_number()?.parse().ok())
                .filter(|number| *number < MOST)
                .ok_or(EntryError::Field { field, expected: "a whole number below 2^48" })
        };
        Ok(PartStart { requests: number("requests")?, calls: number("calls")? })
    }
}

/// The number of the part that begins with a line.
pub fn part_number(line: &str) -> Option<u32> {
    let doc = Doc::parse(line).ok()?;
    doc.root().get("part")?.as_number()?.parse().ok()
}

/// Composes the line with its line end into `out` (cleared first).
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
