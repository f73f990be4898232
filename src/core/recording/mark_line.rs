//! A user's marks and notes, as lines of the recording: `{"v":1,"kind":"mark","at":"…",
//! "seq":3,"marked":true}`, `{"v":1,"kind":"note","at":"…","seq":3,"note":"…"}`.

use crate::call::Val;
use crate::call::time::{self, Millis};
use crate::recording::request_line::EntryError;

/// A mark or a note of a user, with its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The call's number.
    pub seq: u64,
    /// The mark or the note.
    pub says: MarkOrNote,
}

/// A mark or a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkOrNote {
    /// The call is now marked, or no longer marked.
    Marked(bool),
    /// A note; an empty one removes the note.
    Note(String),
}

impl Remark {
    /// Reads a line whose kind is `mark` or `note`; returns `None` for other kinds.
    pub(crate) fn read(kind: &str, root: Val<'_>) -> Result<Option<Remark>, EntryError> {
        let field = |field: &'static str, expected: &'static str| {
            root.get(field).ok_or(EntryError::Field { field, expected })
        };
        let says = match kind {
            "mark" => match field("marked", "true or false")?.raw() {
                "true" => MarkOrNote::Marked(true),
                "false" => MarkOrNote::Marked(false),
                _ => {
                    return Err(EntryError::Field { field: "marked", expected: "true or false" });
                }
            },
            "note" => {
                let text = field("note", "a string")?.as_str();
                let text = text.ok_or(EntryError::Field { field: "note", expected: "a string" })?;
                MarkOrNote::Note(text.into_owned())
            }
            _ => return Ok(None),
        };
        let seq = root.get("seq").and_then(|seq| seq.as_number()?.parse().ok());
        let seq = seq.ok_or(EntryError::Field { field: "seq", expected: "a whole number" })?;
        Ok(Some(Remark { seq, says }))
    }
}

/// Composes the line of a remark, with its line end, into `out` (cleared first).
pub fn compose_remark(out: &mut Vec<u8>, remark: &Remark, at: Millis) {
    out.clear();
    let (kind, field, value) = match &remark.says {
        MarkOrNote::Marked(marked) => ("mark", "marked", serde_json::Value::Bool(*marked)),
        MarkOrNote::Note(text) => ("note", "note", serde_json::Value::String(text.clone())),
    };
    let (at, seq) = (time::format(at), remark.seq);
    out.extend_from_slice(
        format!(
            "{{\"v\":1,\"kind\":\"{kind}\",\"at\":\"{at}\",\"seq\":{seq},\"{field}\":{value}}}\n"
        )
        .as_bytes(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{RecordingEntry, parse};

    #[test]
    fn reads_back_marks_and_notes() {
        for says in [
            MarkOrNote::Marked(true),
            MarkOrNote::Marked(false),
            MarkOrNote::Note("a \"b\"\n漢".to_owned()),
            MarkOrNote::Note(String::new()),
        ] {
            let remark = Remark { seq: 7, says };
            let mut line = Vec::new();
            compose_remark(&mut line, &remark, 0);
            let text = String::from_utf8(line).expect("UTF-8");
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            match parse(text.trim_end()).expect("a line") {
                RecordingEntry::Remark(read) => assert_eq!(read, remark),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn names_the_wrong_field() {
        for (line, want) in [
            (r#"{"v":1,"kind":"mark","seq":1}"#, "expected `marked` to be true or false"),
            (
                r#"{"v":1,"kind":"mark","seq":1,"marked":1}"#,
                "expected `marked` to be true or false",
            ),
            (r#"{"v":1,"kind":"note","seq":1,"note":1}"#, "expected `note` to be a string"),
            (r#"{"v":1,"kind":"note","note":"x"}"#, "expected `seq` to be a whole number"),
        ] {
            assert_eq!(parse(line).expect_err("no line").to_string(), want);
        }
    }
}
