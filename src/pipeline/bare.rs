//! A call of a file that is no recording: what must be known of it before it is read.

use crate::call::time::{self, Millis};
use crate::call::{Doc, SyntaxError};

/// A line without what may stand around its value.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii()
}

/// When a call or a batch from a file counts as received. One without any time counts as received
/// at the beginning of the epoch; its own record shows none.
fn received_at(text: &str) -> Millis {
    let Ok(doc) = Doc::parse(text) else { return 0 };
    let first = doc.root().get("batch").and_then(|batch| batch.index(0));
    [Some(doc.root()), first]
        .into_iter()
        .flatten()
        .find_map(|call| {
            ["receivedAt", "sentAt", "timestamp", "originalTimestamp"]
                .iter()
                .find_map(|name| time::parse(&call.get(name)?.as_str()?))
        })
        .unwrap_or(0)
}

/// What a file of calls should hold.
pub(super) const EXPECTED: &str = "expected a call as a JSON object, or an array of them";

/// The call in the text of an object, which is all of it unless it is a record of `tail` or `check`;
/// and when it counts as received.
pub(super) fn call_of(text: &str) -> Result<(&str, Millis), SyntaxError> {
    let (mut call, mut members) = (text, Members::of(text));
    let recorded = match &members {
        Some(members) => members.call.filter(|call| members.seq && call.starts_with('{')),
        None => {
            let doc = Doc::parse(text)?;
            let seq = doc.root().get("seq").is_some();
            let call = doc.root().get("call").filter(|call| seq && call.is_object());
            call.map(|call| &text[call.span()])
        }
    };
    if let Some(recorded) = recorded {
        (call, members) = (recorded, Members::of(recorded));
    }
    let known = members.and_then(|members| members.received_at());
    Ok((call, known.unwrap_or_else(|| received_at(call))))
}

/// What the outermost members of an object say of how it is to be read, found without a table of
/// all values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Members<'t> {
    /// `receivedAt`, `sentAt`, `timestamp`, `originalTimestamp` where they are texts, in quotes.
    times: [Option<&'t str>; 4],
    batch: bool,
    seq: bool,
    call: Option<&'t str>,
}

impl<'t> Members<'t> {
    /// None where it takes a closer look: escaped names, or no JSON object.
    pub fn of(text: &'t str) -> Option<Members<'t>> {
        let mut members = Members::default();
        let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
        scan.expect(b'{')?;
        if scan.next()? == b'}' {
            return Some(members);
        }
        loop {
            scan.next().filter(|byte| *byte == b'"')?;
            let key = scan.value()?;
            let key = &text[key.start + 1..key.end - 1];
            scan.expect(b':')?;
            scan.next()?;
            let value = &text[scan.value()?];
            match key {
                "receivedAt" => members.times[0] = quoted(value),
                "sentAt" => members.times[1] = quoted(value),
                "timestamp" => members.times[2] = quoted(value),
                "originalTimestamp" => members.times[3] = quoted(value),
                "batch" => members.batch = true,
                "seq" => members.seq = true,
                "call" => members.call = Some(value),
                _ if key.contains('\\') => return None,
                _ => {}
            }
            match scan.next()? {
                b',' => scan.at += 1,
                b'}' => return Some(members),
                _ => return None,
            }
        }
    }

    /// When the call counts as received; none where it takes a closer look.
    pub fn received_at(&self) -> Option<Millis> {
        let simple = !self.batch && !self.times.iter().flatten().any(|time| time.contains('\\'));
        let text = |quoted: &&str| time::parse(&quoted[1..quoted.len() - 1]);
        simple.then(|| self.times.iter().flatten().find_map(text).unwrap_or(0))
    }
}

fn quoted(value: &str) -> Option<&str> {
    value.starts_with('"').then_some(value)
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    /// The next byte that is no space; it is not passed.
    fn next(&mut self) -> Option<u8> {
        while self.bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        Some(self.bytes[self.at])
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    /// Passes a value.
    fn value(&mut self) -> Option<std::ops::Range<usize>> {
        let start = self.at;
        match self.bytes.get(self.at)? {
            b'"' => self.string()?,
            b'{' | b'[' => {
                let mut depth = 0_usize;
                loop {
                    match self.bytes.get(self.at)? {
                        b'"' => {
                            self.string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                while !matches!(self.bytes.get(self.at)?, b',' | b'}' | b']' | b' ' | b'\t') {
                    self.at += 1;
                }
            }
        }
        Some(start..self.at)
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Some(());
            }
            self.at += 2;
        }
    }
}

/// Why a text is no call, as errors about files say it.
pub(super) fn says(error: &SyntaxError) -> String {
    format!("column {}: expected {}, found {}", error.column, error.expected, error.found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_outermost_members_are_found() {
        let text = r#"{"a":{"timestamp":"x","b":["]",1]},"timestamp" : "2026-01-01T00:00:00Z" ,"n":1.5,"seq":3,"call":{"x":"}"}}"#;
        let members = Members::of(text).expect("plain");
        assert_eq!(members.times[2], Some("\"2026-01-01T00:00:00Z\""));
        assert_eq!(call_of(text), Ok((r#"{"x":"}"}"#, 0)));
        let escaped = r#"{"\u0073eq":3,"call":{"timestamp":"2026-01-01T00:00:00Z"}}"#;
        let call = r#"{"timestamp":"2026-01-01T00:00:00Z"}"#;
        assert_eq!(call_of(escaped), Ok((call, received_at(call))));
        assert_eq!(members.received_at(), time::parse("2026-01-01T00:00:00Z"));
        assert_eq!(Members::of(r#"{"\u0073eq":1}"#), None);
        assert_eq!(Members::of("{\"a\":1"), None);
        assert_eq!(Members::of("[1]"), None);
        assert_eq!(Members::of(r#"{"batch":[]}"#).expect("plain").received_at(), None);
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let time = prop_oneof![Just("2026-01-01T00:00:00Z"), Just("no time"), Just("a\\\"}")];
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<i32>().prop_map(serde_json::Value::from),
            time.prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let key = prop_oneof![
                Just("timestamp"),
                Just("sentAt"),
                Just("receivedAt"),
                Just("batch"),
                Just("x\"y")
            ];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
                proptest::collection::btree_map(key, inner, 0..4).prop_map(|map| {
                    serde_json::Value::Object(
                        map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_short_look_and_the_long_one_agree(value in value()) {
            let text = value.to_string();
            if let Some(at) = Members::of(&text).and_then(|members| members.received_at()) {
                prop_assert_eq!(at, received_at(&text));
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "[{}\\[\\]\",:\\\\a1 ]{0,40}") {
            let _ = Members::of(&text);
        }
    }
}
