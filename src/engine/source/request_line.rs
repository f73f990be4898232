//! Reads the requests of recorded lines, and the calls in them.

use crate::call::time::Millis;
use crate::engine::source::bare_calls::{self, BareCall, BareCallError};
use crate::engine::source::file_error::FileError;
use crate::engine::source::limits::{MAX_LINE_BYTES, line_too_long};
use crate::engine::source::passed_over::PassedOver;
use crate::engine::source::recording_files::Recording;
use crate::recording::{self, RecordingEntry, RequestLine};
use crate::wire::{self, ParseScratch, ParsedRequest, Refusal, RequestHead};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Returns the text in the line that contains the calls.
pub(crate) fn body_text<'l>(line: &'l str, request: &RequestLine) -> &'l str {
    request.body.clone().map_or("", |body| &line[body])
}

pub(crate) fn head_of(request: &RequestLine) -> RequestHead<'_> {
    RequestHead {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        received_at: request.received_at,
        is_tls: request.is_tls,
    }
}

/// Parses the calls of a recorded request, which is in this line.
pub(crate) fn read_calls<'l>(
    line: &'l str,
    request: &RequestLine,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'l>, Refusal> {
    let (body, excerpt) = (body_text(line, request), request.excerpt.as_ref());
    wire::read_excerpt(&head_of(request), request.request, body, excerpt, scratch)
}

impl Recording {
    /// Passes the text of each call of the files to `each`, with what its path and its batch gave it
    /// and, from a recording or a record, the time at which it arrived. A batch in a file of calls is
    /// passed as a whole. Returns notes about what was passed over.
    ///
    /// # Errors
    /// Fails at the first line that contains no call, and when `each` fails.
    pub fn each_call<E: From<FileError>>(
        &self,
        mut each: impl FnMut(&str, Option<Millis>) -> Result<(), E>,
    ) -> Result<Vec<String>, E> {
        let mut notes = Vec::new();
        let path = self.opened().map(|opened| opened.path.clone()).unwrap_or_default();
        let ends = self.parts.iter().skip(1).map(|part| part.base).chain([self.len]);
        for (part, end) in self.parts.iter().zip(ends) {
            let Some(file) = part.file.as_deref() else { continue };
            let part = FilePart { file, at: part.at, end: part.at + (end - part.base) };
            each_line(&path, part, |_, line, scratch| request_calls(line, scratch, &mut each))?;
        }
        for input in &self.inputs {
            let part = FilePart { file: &input.file, at: 0, end: input.len };
            let mut passed_over = PassedOver::default();
            each_line(&input.path, part, |number, line, scratch| {
                let mut done = Ok(());
                let mut pass_on = |bare: BareCall<'_>, scratch: &mut ParseScratch| {
                    done = match (&done, &bare.request) {
                        (Err(_), _) => return,
                        (Ok(()), None) => each(&bare.text, None),
                        (Ok(()), Some(request)) => {
                            standalone_calls(&bare.reading, request.received_at, &mut each)
                        }
                    };
                    bare.reading.recycle(scratch);
                };
                let read = bare_calls::objects(line, &mut |text| {
                    match bare_calls::read(text, 1, scratch) {
                        Ok(bare) => pass_on(bare, scratch),
                        Err(BareCallError::Invalid(message)) => return Err(message),
                        Err(BareCallError::NoCall) => {
                            let mut errors = Vec::new();
                            bare_calls::inside(text, number, &mut passed_over, &mut |call| {
                                match bare_calls::read(call, 1, scratch) {
                                    Ok(bare) => pass_on(bare, scratch),
                                    Err(error) => errors.push(String::from(error)),
                                }
                            });
                            for error in errors {
                                passed_over.count_unreadable(number, error);
                            }
                        }
                    }
                    Ok(())
                });
                read.map(|()| done)
            })?;
            notes.extend(passed_over.other_notes(&input.path));
        }
        Ok(notes)
    }
}

/// A part of a file as a stream, which does not move the position of the file.
struct FilePart<'f> {
    file: &'f std::fs::File,
    at: u64,
    end: u64,
}

impl Read for FilePart<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = (self.end - self.at).min(out.len() as u64) as usize;
        let read = self.file.read_at(&mut out[..left], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Passes on each line that is not empty. A message about a line becomes an error that names the
/// line.
fn each_line<E: From<FileError>>(
    path: &Path,
    part: FilePart<'_>,
    mut each: impl FnMut(usize, &[u8], &mut ParseScratch) -> Result<Result<(), E>, String>,
) -> Result<(), E> {
    let io = |source| FileError::Io { path: path.to_owned(), source };
    let (mut input, mut scratch) = (BufReader::new(part), ParseScratch::default());
    let (mut bytes, mut line) = (Vec::new(), 0);
    loop {
        bytes.clear();
        let mut limited = input.by_ref().take(MAX_LINE_BYTES as u64 + 1);
        let read = limited.read_until(b'\n', &mut bytes).map_err(io)?;
        if read == 0 {
            return Ok(());
        }
        if read > MAX_LINE_BYTES {
            return Err(io(line_too_long()).into());
        }
        line += 1;
        let text = bare_calls::trimmed(&bytes);
        if !text.is_empty() {
            let wrong = |message| FileError::Content { path: path.to_owned(), line, message };
            each(line, text, &mut scratch).map_err(wrong)??;
        }
    }
}

/// Passes on the calls of a recorded request.
fn request_calls<E>(
    line: &[u8],
    scratch: &mut ParseScratch,
    each: &mut impl FnMut(&str, Option<Millis>) -> Result<(), E>,
) -> Result<Result<(), E>, String> {
    let line = std::str::from_utf8(line).map_err(|_| "expected UTF-8 text".to_owned())?;
    let entry = recording::parse(line).map_err(|error| error.to_string())?;
    let RecordingEntry::Request(request) = entry else { return Ok(Ok(())) };
    if request.refused.is_some() {
        return Ok(Ok(()));
    }
    let reading = read_calls(line, &request, scratch).map_err(|refusal| refusal.to_string())?;
    let done = standalone_calls(&reading, request.received_at, each);
    reading.recycle(scratch);
    Ok(done)
}

/// Passes on the calls of a request with what their path and their batch gave them.
fn standalone_calls<E>(
    reading: &ParsedRequest<'_>,
    received_at: Millis,
    each: &mut impl FnMut(&str, Option<Millis>) -> Result<(), E>,
) -> Result<(), E> {
    let service = reading.platform.service();
    reading.calls.iter().try_for_each(|call| {
        each(&wire::standalone_call(&reading.event(call), service), Some(received_at))
    })
}
