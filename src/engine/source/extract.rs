//! Extracts the calls of files: each call becomes a line of a file without a name.

use crate::call::{Doc, Val, text::visible};
use crate::engine::source::curl::{self, CurlBody};
use crate::engine::source::envelope::{self, EnvelopeItem};
use crate::engine::source::file_error::FileError;
use crate::engine::source::followed_file::FollowedFile;
use crate::engine::source::json_values::{ReadStep, TextPosition, Values};
use crate::engine::source::limits::{MAX_LINE_BYTES, line_too_long};
use crate::engine::source::passed_over::{PassedOver, listed, some};
use crate::engine::source::recording_files::Recording;
use crate::engine::source::spool::Spool;
use crate::engine::source::{bare_calls, gzip, har};
use crate::wire::call_type;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

/// The calls that were extracted from a file, or from all files of a folder together.
pub(crate) struct ExtractedCalls {
    name: PathBuf,
    /// True if several files share it.
    shared: bool,
    calls: Option<Spool>,
    /// Lines of a recording.
    requests: Option<Spool>,
    request: u64,
}

impl ExtractedCalls {
    pub fn new(name: &Path, shared: bool) -> ExtractedCalls {
        ExtractedCalls { name: name.to_owned(), shared, calls: None, requests: None, request: 0 }
    }

    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Begins a file.
    pub fn part(&mut self, name: &Path, damage: Option<gzip::Damage>) -> SplitFile<'_> {
        SplitFile { taken: self, name: name.to_owned(), damage, found: FileContents::default() }
    }

    /// Adds the extracted calls to a recording.
    pub fn add_to(self, recording: &mut Recording) -> Result<(), FileError> {
        let io = |source| FileError::Io { path: self.name.clone(), source };
        if let Some(requests) = self.requests {
            let (file, len) = requests.finish(false).map_err(io)?;
            recording.add_part(file, len, false);
        }
        if let Some(calls) = self.calls {
            let (file, len) = calls.finish(false).map_err(io)?;
            recording.add_input(FollowedFile::new(&self.name, file, len));
        }
        Ok(())
    }

    fn call(&mut self, text: &str) -> io::Result<()> {
        if self.calls.is_none() {
            self.calls = Some(Spool::new()?);
        }
        self.calls.as_mut().map_or(Ok(()), |calls| calls.line(text))
    }

    fn request(&mut self, line: &[u8]) -> io::Result<()> {
        if self.requests.is_none() {
            self.requests = Some(Spool::new()?);
        }
        self.request += 1;
        self.requests.as_mut().map_or(Ok(()), |requests| requests.bytes(line))
    }
}

/// The contents of a file, counted.
#[derive(Debug, Default)]
struct FileContents {
    calls: u64,
    requests: u64,
    passed_over: PassedOver,
    /// The number of values that could not be read, and the line and error of the first.
    bad: u64,
    first_bad: Option<(usize, String)>,
    /// The number of entries of an archive that are not for a tracking path.
    entries: u64,
    unreadable: BTreeMap<&'static str, u64>,
}

/// A file from which calls are extracted.
pub(crate) struct SplitFile<'t> {
    taken: &'t mut ExtractedCalls,
    name: PathBuf,
    damage: Option<gzip::Damage>,
    found: FileContents,
}

impl SplitFile<'_> {
    fn io(&self, source: io::Error) -> FileError {
        FileError::Io { path: self.name.clone(), source }
    }

    fn bad(&mut self, line: usize, message: String) {
        self.found.bad += 1;
        self.found.first_bad.get_or_insert((line, message));
    }

    fn is_damaged(&self) -> bool {
        self.damage.as_ref().is_some_and(|damage| damage.message().is_some())
    }

    /// Extracts the calls of a JSON value that begins at a position.
    fn value(&mut self, bytes: &[u8], place: TextPosition) -> Result<(), FileError> {
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
            self.bad(place.line, "expected UTF-8 text".to_owned());
            return Ok(());
        };
        let doc = match Doc::parse(text) {
            Ok(doc) => doc,
            Err(mut error) => {
                if error.line == 1 {
                    error.column += place.column.saturating_sub(1);
                }
                self.bad(place.line + error.line - 1, bare_calls::says(&error));
                return Ok(());
            }
        };
        self.items(doc.root(), place.line)
    }

    /// Extracts the calls of a JSON value, or of each item of an array. `line` is the line to name
    /// in messages.
    fn items(&mut self, root: Val<'_>, line: usize) -> Result<(), FileError> {
        let items = root.is_array().then(|| root.children()).into_iter().flatten();
        for value in items.chain((!root.is_array()).then_some(root)) {
            let (taken, mut kept) = (&mut *self.taken, Ok(()));
            let item = envelope::calls(value, &mut |call| {
                if kept.is_ok() {
                    kept = taken.call(call);
                }
            });
            kept.map_err(|error| self.io(error))?;
            match item {
                EnvelopeItem::Calls(calls) => self.found.calls += calls,
                item => self.found.passed_over.count(item, value, line),
            }
        }
        Ok(())
    }

    /// Extracts the calls of JSON lines.
    pub fn lines(&mut self, mut input: impl BufRead) -> Result<(), FileError> {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            let mut limited = input.by_ref().take(MAX_LINE_BYTES as u64 + 1);
            let read = limited.read_until(b'\n', &mut line).map_err(|error| self.io(error))?;
            if read == 0 {
                return Ok(());
            }
            if read > MAX_LINE_BYTES {
                return Err(self.io(line_too_long()));
            }
            number += 1;
            let text = bare_calls::trimmed(&line);
            // the incomplete last line of a cut file is reported with the cut itself
            if text.is_empty() || !line.ends_with(b"\n") && self.is_damaged() {
                continue;
            }
            self.value(text, TextPosition { line: number, column: 1 })?;
        }
    }

    /// Extracts the calls of JSON values in any layout.
    pub fn values(&mut self, input: impl BufRead) -> Result<(), FileError> {
        let (mut values, mut value) = (Values::new(input), Vec::new());
        loop {
            match values.next(&mut value).map_err(|error| self.io(error))? {
                ReadStep::Object(place) => self.value(&value, place)?,
                ReadStep::TooLong(place) => self.bad(place.line, too_long()),
                ReadStep::Cut(_) if self.is_damaged() => return Ok(()),
                ReadStep::Cut(place) => {
                    let cut = Doc::parse(&*String::from_utf8_lossy(&value)).err();
                    let line = cut.as_ref().map_or(place.line, |error| place.line + error.line - 1);
                    let says =
                        cut.filter(|_| !value.is_empty()).map(|error| bare_calls::says(&error));
                    let says = says.unwrap_or_else(|| "this list has no end".to_owned());
                    self.bad(line, says);
                    return Ok(());
                }
                ReadStep::Other(place, _) => {
                    self.bad(
                        place.line,
                        format!("column {}: {}", place.column, bare_calls::EXPECTED),
                    );
                    return Ok(());
                }
                ReadStep::End => return Ok(()),
            }
        }
    }

    /// Extracts the requests of HTTP archives.
    pub fn har(&mut self, input: impl BufRead) -> Result<(), FileError> {
        let (mut values, mut value, mut line) = (Values::new(input), Vec::new(), Vec::new());
        let mut has_entries = values.skip_to("log", "entries").map_err(|error| self.io(error))?;
        while has_entries {
            match values.next(&mut value).map_err(|error| self.io(error))? {
                ReadStep::Object(place) => {
                    let text = String::from_utf8_lossy(&value);
                    let doc = match Doc::parse(&*text) {
                        Ok(doc) => doc,
                        Err(error) => {
                            self.bad(place.line + error.line - 1, bare_calls::says(&error));
                            continue;
                        }
                    };
                    match har::entry(doc.root(), self.taken.request + 1, &mut line) {
                        har::HarEntry::Calls => {
                            self.taken.request(&line).map_err(|error| self.io(error))?;
                            self.found.requests += 1;
                        }
                        har::HarEntry::Other => self.found.entries += 1,
                        har::HarEntry::Unreadable(why) => {
                            *self.found.unreadable.entry(why).or_default() += 1;
                        }
                    }
                }
                ReadStep::TooLong(place) => self.bad(place.line, too_long()),
                ReadStep::Cut(_) if self.is_damaged() => return Ok(()),
                ReadStep::Cut(place) => {
                    self.bad(place.line, "the archive ends inside of this entry".to_owned());
                    return Ok(());
                }
                ReadStep::Other(..) => {}
                // archives may follow each other
                ReadStep::End => {
                    let next = values.skip_to_next("log", "entries");
                    has_entries = next.map_err(|error| self.io(error))?;
                }
            }
        }
        Ok(())
    }

    /// Extracts the bodies of curl lines.
    pub fn curl(&mut self, mut input: impl Read) -> Result<(), FileError> {
        let mut text = String::new();
        let limit = MAX_LINE_BYTES as u64;
        let read = input.by_ref().take(limit + 1).read_to_string(&mut text);
        if read.map_err(|error| self.io(error))? as u64 > limit {
            return Err(self.io(io::Error::other("it is longer than 64 MB")));
        }
        for (line, body) in curl::bodies(&text) {
            let (kind, body) = match body {
                CurlBody::Text(kind, body) => (kind, body),
                CurlBody::File(file) => {
                    let file = visible(&file);
                    let message = match &*file {
                        "-" => "the body is in standard input, which segscope does not read here"
                            .to_owned(),
                        file => format!(
                            "the body is in the file `{file}`, which segscope does not read; check that file itself"
                        ),
                    };
                    self.bad(line, message);
                    continue;
                }
            };
            let typed = kind.zip(Doc::parse(body.trim()).ok()).and_then(|(kind, doc)| {
                let call = doc.root();
                let has_type =
                    !call.is_object() || call.get("type").is_some_and(|kind| !kind.is_null());
                (!has_type).then(|| call_type::with_type(call, kind))
            });
            let body = typed.unwrap_or(body);
            // positions in the body are no positions in the script
            match Doc::parse(body.trim()) {
                Ok(doc) => self.items(doc.root(), line)?,
                Err(error) => {
                    let message =
                        format!("in the body, line {}, {}", error.line, bare_calls::says(&error));
                    self.bad(line, message);
                }
            }
        }
        Ok(())
    }

    /// Reports the parts that were skipped, and fails if nothing was extracted.
    pub fn end(self, recording: &mut Recording) -> Result<(), FileError> {
        let SplitFile { name, found, .. } = self;
        let shown = name.display();
        if found.calls + found.requests == 0 {
            return Err(found.nothing(name));
        }
        if found.bad > 0 {
            let (line, message) = found.first_bad.unwrap_or_default();
            let bad = some(found.bad, "value", "values");
            recording.problems.push(format!(
                "{shown}: {bad} could not be read; the first is on line {line}: {message}"
            ));
        }
        for (why, count) in &found.unreadable {
            let requests = some(*count, "request", "requests");
            recording
                .problems
                .push(format!("{shown}: {requests} to tracking paths not read: {why}"));
        }
        if found.entries > 0 || found.requests > 0 {
            let requests = some(found.requests, "tracking request", "tracking requests");
            let others = some(found.entries, "other entry", "other entries");
            recording.notes.push(format!("{shown}: {requests} read, {others} passed over"));
        }
        recording.problems.extend(found.passed_over.warehouse_note(&name));
        recording.notes.extend(found.passed_over.other_notes(&name));
        Ok(())
    }
}

fn too_long() -> String {
    let megabytes = crate::engine::source::limits::MAX_VALUE_BYTES >> 20;
    format!("this value is longer than {megabytes} MB")
}

impl FileContents {
    /// Returns the error for a file without calls.
    fn nothing(self, path: PathBuf) -> FileError {
        let rows = |names: &[String]| match names.is_empty() {
            true => "the first is empty".to_owned(),
            false => format!("the first has {}", listed(names)),
        };
        if let Some((why, count)) = self.unreadable.first_key_value() {
            let requests = some(*count, "request", "requests");
            let message = format!("{requests} to tracking paths could not be read: {why}");
            return FileError::NoCalls { path, message };
        }
        if let Some((line, message)) = self.first_bad {
            return FileError::Content { path, line, message };
        }
        if self.passed_over.warehouse > 0 {
            let message = "these are warehouse rows (columns such as `user_id` and `received_at`), \
                           not calls\nhelp: check the calls themselves: record them with `segscope tail`, or export raw events"
                .to_owned();
            return FileError::NoCalls { path, message };
        }
        if self.passed_over.deliveries > 0 {
            let message = "these are requests that RudderStack sends to a vendor (`endpoint` and `body`), \
                           with the vendor's payload, not calls\nhelp: check the events before they are \
                           transformed: record them with `segscope tail`, or copy the source's live events"
                .to_owned();
            return FileError::NoCalls { path, message };
        }
        if self.passed_over.deletions > 0 {
            let message =
                "these are Segment's requests to delete the data of users, not calls".to_owned();
            return FileError::NoCalls { path, message };
        }
        if self.entries > 0 {
            let message = format!(
                "no request of this HTTP archive carries calls ({} entries); calls are POSTs to paths \
                 such as /v1/t and /v1/batch",
                self.entries
            );
            return FileError::NoCalls { path, message };
        }
        let Some(names) = self.passed_over.first_names() else {
            let message = "expected calls as JSON objects; found nothing".to_owned();
            return FileError::Content { path, line: 1, message };
        };
        let found = rows(names);
        let message = format!(
            "no row of this file is a Segment call: expected objects such as \
             {{\"type\":\"track\",\"event\":\"Login\",\"userId\":\"u1\"}}, a batch, or a recording; {found}"
        );
        FileError::Content { path, line: 1, message }
    }
}
