//! Parses the calls of files that are not recordings.

use crate::call::time::{self, Millis};
use crate::call::{Doc, SyntaxError, Val};
use crate::engine::source::call_record::{self, RecordBody, RecordContents, RecordRequest};
use crate::engine::source::envelope::{self, EnvelopeItem};
use crate::engine::source::passed_over::PassedOver;
use crate::recording::Redaction;
use crate::wire::{self, CallExcerpt, ParseScratch, ParsedRequest};
use std::borrow::Cow;

/// Returns a line without the byte order mark and white space around its value.
pub(crate) fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii()
}

/// The expected content of a file of calls, for error messages.
pub(crate) const EXPECTED: &str = "expected a call as a JSON object, or an array of them";

/// Passes on the objects of a line: the line itself, or the elements of an array.
pub(crate) fn objects<'t, E: From<String>>(
    line: &'t [u8],
    each: &mut dyn FnMut(&'t str) -> Result<(), E>,
) -> Result<(), E> {
    let text =
        simdutf8::basic::from_utf8(trimmed(line)).map_err(|_| "expected UTF-8 text".to_owned())?;
    if text.starts_with('{') {
        return each(text);
    }
    if text.is_empty() {
        return Ok(());
    }
    let doc = Doc::parse(text).map_err(|error| says(&error))?;
    let calls: Vec<&str> = doc.root().children().map(|item| &text[item.span()]).collect();
    if !doc.root().is_array() || calls.iter().any(|call| !call.starts_with('{')) {
        return Err(EXPECTED.to_owned().into());
    }
    calls.into_iter().try_for_each(each)
}

/// The reason why the text of an object is not read as a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BareCallError {
    /// The object is not a call by itself: it has nothing that a call has, or it is an envelope.
    NoCall,
    /// The text cannot be read, for this reason.
    Invalid(String),
}

impl From<String> for BareCallError {
    fn from(message: String) -> BareCallError {
        BareCallError::Invalid(message)
    }
}

impl From<BareCallError> for String {
    fn from(error: BareCallError) -> String {
        match error {
            BareCallError::NoCall => EXPECTED.to_owned(),
            BareCallError::Invalid(message) => message,
        }
    }
}

/// A parsed call or batch of a file.
pub(crate) struct BareCall<'t> {
    /// The text, or that of the call in a record that `tail` or `check` wrote.
    pub text: Cow<'t, str>,
    pub reading: ParsedRequest<'t>,
    /// The request that carried it, if a record says so.
    pub request: Option<Box<RecordRequest>>,
    /// What the rest of the request decided, if a record says more than the call alone shows.
    pub excerpt: Option<Box<CallExcerpt>>,
}

/// Parses the text of an object. `number` is that of the request that it becomes.
pub(crate) fn read<'t>(
    text: &'t str,
    number: u64,
    scratch: &mut ParseScratch,
) -> Result<BareCall<'t>, BareCallError> {
    let reading = read_body((None, None), text, number, scratch)?;
    let record = reading.doc.as_ref().and_then(|doc| call_record::read(doc.root()));
    let Some(RecordContents { body, request, excerpt }) = record else {
        check_call(&reading)?;
        return Ok(BareCall { text: text.into(), reading, request: None, excerpt: None });
    };
    let text: Cow<'t, str> = match body {
        RecordBody::Call(range) => text[range].into(),
        RecordBody::Batch(body) => body.into(),
    };
    let call = BareCall { text, reading, request, excerpt: None }.read_again(number, scratch)?;
    if excerpt.agrees_with(&call.reading) {
        return Ok(call);
    }
    // most records need no excerpt, and their lines in a recording are read faster without one
    BareCall { excerpt: Some(Box::new(excerpt)), ..call }
        .read_again(number, scratch)
        .map_err(BareCallError::from)
}

fn read_body<'t>(
    (request, excerpt): (Option<&RecordRequest>, Option<&CallExcerpt>),
    text: &'t str,
    number: u64,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'t>, String> {
    let head = call_record::request_head(request);
    let read = wire::read_excerpt(&head, number, text, excerpt, scratch);
    read.map_err(|refusal| match Doc::parse(text) {
        Ok(_) => refusal.to_string(),
        Err(error) => says(&error),
    })
}

impl<'t> BareCall<'t> {
    /// Replaces the values that may not be recorded.
    pub fn redact(
        mut self,
        redaction: &Redaction,
        number: u64,
        scratch: &mut ParseScratch,
    ) -> Result<BareCall<'t>, BareCallError> {
        let redacted = match redaction.redact_json(&self.text) {
            Some(Cow::Owned(text)) => Some(text),
            _ => None,
        };
        if redacted.is_none() && self.request.is_none() {
            return Ok(self);
        }
        if let Some(request) = &mut self.request {
            request.redact(redaction);
        }
        let text = redacted.map_or(self.text, Cow::Owned);
        BareCall { text, ..self }.read_again(number, scratch).map_err(BareCallError::from)
    }

    /// Parses the text again, after it or the request was changed.
    fn read_again(self, number: u64, scratch: &mut ParseScratch) -> Result<BareCall<'t>, String> {
        let BareCall { text, request, excerpt, .. } = self;
        let parts = (request.as_deref(), excerpt.as_deref());
        let reading = match &text {
            Cow::Borrowed(text) => read_body(parts, text, number, scratch)?,
            Cow::Owned(text) => read_body(parts, text, number, scratch)?.into_owned(scratch),
        };
        Ok(BareCall { text, reading, request, excerpt })
    }

    /// Returns the time at which it counts as received.
    pub fn received_at(&self) -> Millis {
        match &self.request {
            Some(request) => request.received_at,
            None => received_at(&self.reading),
        }
    }
}

/// The error message for a row of a warehouse.
pub(crate) const WAREHOUSE_ROW: &str = "this is a warehouse row (snake_case columns), not a call";

/// Checks that an object is a call or a batch by itself. Whether it is does not depend on the other
/// objects of its file.
fn check_call(reading: &ParsedRequest<'_>) -> Result<(), BareCallError> {
    // nearly every call has a type, so the object is rarely searched
    if reading.calls.len() > 1 || reading.calls.first().is_some_and(|call| call.kind.is_some()) {
        return Ok(());
    }
    let Some(doc) = &reading.doc else { return Ok(()) };
    let (root, mut is_itself) = (doc.root().raw(), false);
    let item = envelope::calls(doc.root(), &mut |call| is_itself |= std::ptr::eq(call, root));
    match item {
        EnvelopeItem::Warehouse => Err(WAREHOUSE_ROW.to_owned().into()),
        _ if is_itself => Ok(()),
        _ => Err(BareCallError::NoCall),
    }
}

/// Passes on the calls in an object that is not a call by itself. Counts the object if it contains
/// none.
pub(crate) fn inside(
    text: &str,
    line: usize,
    passed_over: &mut PassedOver,
    each: &mut dyn FnMut(&str),
) {
    if let Ok(doc) = Doc::parse(text) {
        let item = envelope::calls(doc.root(), each);
        passed_over.count(item, doc.root(), line);
    }
}

/// Returns the time at which a call or a batch from a file counts as received. Without any time
/// this is the beginning of the epoch, and its record shows none.
pub(crate) fn received_at(reading: &ParsedRequest<'_>) -> Millis {
    let Some(doc) = &reading.doc else { return 0 };
    let root = doc.root();
    let first = root.get("batch").and_then(|batch| batch.index(0));
    let time = |call: Val<'_>, name: &str| time::parse(&call.get(name)?.as_str()?);
    let of_first = |name| first.and_then(|first| time(first, name));
    // in the order in which a call's `receivedAt` is derived
    let received = of_first("receivedAt").or_else(|| time(root, "receivedAt"));
    let of_root =
        || ["sentAt", "timestamp", "originalTimestamp"].iter().find_map(|name| time(root, name));
    let times = ["sentAt", "timestamp", "originalTimestamp"];
    received.or_else(of_root).or_else(|| times.into_iter().find_map(of_first)).unwrap_or(0)
}

/// Returns the message about a text that is not a call, as errors about files show it.
pub(crate) fn says(error: &SyntaxError) -> String {
    format!("column {}: expected {}, found {}", error.column, error.expected, error.found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call_of(text: &str) -> Result<(String, Millis), BareCallError> {
        let bare = read(text, 1, &mut ParseScratch::default())?;
        let at = bare.received_at();
        Ok((bare.text.into_owned(), at))
    }

    #[test]
    fn a_record_gives_the_call_in_it() {
        let call = r#"{"x":"}","timestamp":"1970-01-01T00:00:01Z"}"#;
        for record in [
            format!(r#"{{"a":[1],"timestamp":"1970-01-01T00:00:09Z","seq":3,"call":{call}}}"#),
            format!(r#"{{"\u0073eq":3 , "call" : {call} }}"#),
            format!(r#"{{"call":1,"seq":null,"call":{call}}}"#),
        ] {
            assert_eq!(call_of(&record), Ok((call.to_owned(), 1000)), "{record}");
        }
        for call in [r#"{"seq":1,"call":"x","userId":"u"}"#, r#"{"call":{},"traits":{}}"#] {
            assert_eq!(call_of(call), Ok((call.to_owned(), 0)));
        }
        for other in [r#"{"seq":1,"call":"x"}"#, r#"{"level":"info"}"#, "{}", r#"{"batch":[]}"#] {
            assert_eq!(call_of(other), Err(BareCallError::NoCall), "{other}");
        }
        let row = call_of(r#"{"received_at":"x","user_id":"u"}"#);
        assert_eq!(row, Err(BareCallError::Invalid(WAREHOUSE_ROW.to_owned())));
        let wrong = Err("column 7: expected `,` or `}`, found the end of the text".to_owned());
        assert_eq!(call_of("{\"a\":1").map_err(String::from), wrong);
        let behind = call_of(r#"{"seq":1,"call":{}} 1"#).map_err(String::from);
        let behind = behind.expect_err("more than one text");
        assert!(behind.starts_with("column 21: expected the end of the text"), "{behind}");
    }

    #[test]
    fn a_call_is_received_when_its_times_say() {
        for (call, seconds) in [
            (
                r#"{"event":"E","timestamp":"1970-01-01T00:00:03Z","sentAt":"1970-01-01T00:00:02Z"}"#,
                2,
            ),
            (
                r#"{"event":"E","timestamp":"1970-01-01T00:00:03Z","receivedAt":"\u0031970-01-01"}"#,
                0,
            ),
            (r#"{"event":"E","timestamp":"1970-01-01T00:00:03Z","receivedAt":"?"}"#, 3),
            (r#"{"event":"E","timestamp":"1970-01-01T00:00:03Z","timestamp":7}"#, 0),
            (
                r#"{"event":"E","originalTimestamp":"1970-01-01T00:00:04Z","a":{"sentAt":"1970-01-01"}}"#,
                4,
            ),
            (r#"{"batch":[{"sentAt":"1970-01-01T00:00:05Z"},{"receivedAt":"1970-01-01"}]}"#, 5),
            (
                r#"{"batch":[{"event":"E","sentAt":"1970-01-01T00:00:05Z"}],"sentAt":"1970-01-01T00:00:06Z"}"#,
                6,
            ),
        ] {
            assert_eq!(call_of(call), Ok((call.to_owned(), seconds * 1000)), "{call}");
        }
    }

    #[test]
    fn a_line_holds_an_object_or_an_array_of_them() {
        let of = |line: &str| {
            let mut found = Vec::new();
            objects(line.as_bytes(), &mut |text| {
                found.push(text.to_owned());
                Ok::<(), String>(())
            })
            .map(|()| found.join("|"))
        };
        assert_eq!(of("\u{feff} {\"a\":1}\r\n"), Ok("{\"a\":1}".to_owned()));
        assert_eq!(of(" [ {} , {\"b\":[]} ]"), Ok("{}|{\"b\":[]}".to_owned()));
        assert_eq!(of(" \t\n"), Ok(String::new()));
        assert_eq!(of("[{},1]"), Err(EXPECTED.to_owned()));
        assert_eq!(of("7"), Err(EXPECTED.to_owned()));
        assert_eq!(
            of("[1"),
            Err("column 3: expected `,` or `]`, found the end of the text".to_owned())
        );
        assert_eq!(objects(b"\xff", &mut |_| Ok(())), Err("expected UTF-8 text".to_owned()));
    }
}
