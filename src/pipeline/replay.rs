//! Lines of a recording as requests, and the calls that they hold.

use crate::journal::{self, Entry, ReadLines, RequestLine};
use crate::wire::{self, RequestHead};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;

/// The text that holds the calls, as it stands in the line.
pub(super) fn body_text<'l>(line: &'l str, request: &RequestLine) -> &'l str {
    request.body.clone().map_or("", |body| &line[body])
}

pub(super) fn head_of(request: &RequestLine) -> RequestHead<'_> {
    RequestHead {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        received_at: request.received_at,
    }
}

/// A part of a file as a stream that does not move the file's own place.
struct Part<'f> {
    file: &'f std::fs::File,
    at: u64,
    end: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = (self.end - self.at).min(out.len() as u64) as usize;
        let read = self.file.read_at(&mut out[..left], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The calls of a recording as texts, each with the type that its path gave it.
pub fn recorded_calls(file: &std::fs::File, whole_lines_bytes: u64) -> Result<Vec<String>, String> {
    let mut lines = ReadLines::new(BufReader::new(Part { file, at: 0, end: whole_lines_bytes }), 0);
    let (mut bytes, mut calls, mut scratch) = (Vec::new(), Vec::new(), wire::Scratch::default());
    let mut number = 0;
    while let Some(Ok(_)) = lines.next_line(&mut bytes).map_err(|error| error.to_string())? {
        number += 1;
        let at = |message: String| format!("line {number}: {message}");
        let line = std::str::from_utf8(&bytes).map_err(|_| at("expected UTF-8 text".to_owned()))?;
        let Entry::Request(request) =
            journal::parse(line).map_err(|error| at(error.to_string()))?
        else {
            continue;
        };
        if request.refused.is_some() {
            continue;
        }
        let reading = wire::read(
            &head_of(&request),
            request.request,
            body_text(line, &request),
            &mut scratch,
        )
        .map_err(|refusal| at(refusal.to_string()))?;
        for call in &reading.calls {
            let event = reading.event(call);
            let text = event.call.raw();
            calls.push(match (event.call.get("type"), event.get("type")) {
                (None, Some(kind)) if event.call.size() > 1 => {
                    format!("{{\"type\":{},{}", kind.raw(), &text[1..])
                }
                (None, Some(kind)) => format!("{{\"type\":{}}}", kind.raw()),
                _ => text.to_owned(),
            });
        }
        reading.recycle(&mut scratch);
    }
    Ok(calls)
}
