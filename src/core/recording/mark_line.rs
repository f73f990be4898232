//! What a user says about a call, as lines of the recording: `{"v":1,"kind":"mark","at":"…",
//! "seq":3,"marked":true}`, `{"v":1,"kind":"note","at":"…","seq":3,"note":"…"}`.

use crate::call::Val;
use crate::call::time::{self, Millis};
use crate::recording::request_line::EntryError;

/// Something said about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The call's number.
    pub seq: u64,
    /// What is said.
    pub says: MarkOrNote,
}

/// What is said about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkOrNote {
    /// It is marked, or is not any more.
    Marked(bool),
    /// A note; an empty one takes the note away.
    Note(String),
}

impl Remark {
    /// Reads a line of such a kind; none if it is of another.
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

/// Composes its line with its line end into `out` (cleared first).
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
    fn reads_what_was_written() {
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
    fn says_what_is_wrong() {
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
