//! Files that people have: recordings, NDJSON, JSON arrays, batch bodies.

use super::import::{Form, Input};
use super::{Recording, bare, likeness};
use crate::call::{Doc, SyntaxError, Val};
use crate::journal::{self, Journal};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What was found when files or a recording were opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// Requests that were read.
    pub requests: u64,
    /// Lines that are none of a recording's: how many, and the first one's number and error.
    pub bad_lines: u64,
    /// The first of them.
    pub first_bad: Option<(u64, String)>,
}

/// Why a file cannot be read as calls.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("could not read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line or the whole is no JSON.
    #[error("{}:{line}: {message}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there and what was expected.
        message: String,
    },
}

/// A file of one of the forms.
#[derive(Debug)]
pub enum FileItem {
    /// A recording; only its whole lines count.
    Recording {
        /// The open file.
        file: File,
        /// The length of its whole lines.
        whole_lines_bytes: u64,
    },
    /// Anything else: JSON texts, each a call or a batch body.
    Calls(Vec<String>),
}

/// Opens a file and tells its form by its content; `-` is standard input.
pub fn read_file(path: &Path) -> Result<FileItem, FileError> {
    let name = if path.as_os_str() == "-" { Path::new("standard input") } else { path };
    item(name, opened(path)?)
}

/// A file that can be read at any place and more than once.
fn opened(path: &Path) -> Result<File, FileError> {
    let io = |source| FileError::Io { path: path.to_owned(), source };
    if path.as_os_str() == "-" {
        return spooled(Path::new("standard input"), std::io::stdin().lock());
    }
    let file = File::open(path).map_err(io)?;
    match file.metadata().map_err(io)?.is_file() {
        true => Ok(file),
        // a pipe, such as `<(command)`, can be read once only
        false => spooled(path, file),
    }
}

/// So much is written at once.
const SPOOL: usize = 256 * 1024;

/// What comes once, kept in a file without a name so that it can be read as any other.
fn spooled(path: &Path, mut input: impl Read) -> Result<File, FileError> {
    let io = |source| FileError::Io { path: path.to_owned(), source };
    let mut kept = Journal::nameless().map_err(|error| io(std::io::Error::other(error)))?;
    let mut piece = vec![0; SPOOL];
    loop {
        match input.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => kept.append(&piece[..read]).map_err(io)?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(io(error)),
        };
    }
    kept.reader().map_err(io)
}

impl Recording {
    /// Adds a file of any form; `-` is standard input. Nothing is written to it, and no more of it
    /// is read than it takes to tell its form, where its lines can be read one by one.
    pub fn add(&mut self, path: &Path) -> Result<(), FileError> {
        let io = |source| FileError::Io { path: path.to_owned(), source };
        let name = if path.as_os_str() == "-" { Path::new("standard input") } else { path };
        let mut file = opened(path)?;
        let first = first_line(&mut file).map_err(io)?;
        let text = std::str::from_utf8(bare::trimmed(&first)).unwrap_or_default();
        if journal::parse(text).is_ok() {
            let len = file.metadata().map_err(io)?.len();
            let whole = journal::end_of_last_line(&mut file, len).map_err(io)?;
            self.add_file(name, file, whole);
        } else if text.starts_with('{') && Doc::parse(text).is_ok() {
            let len = file.metadata().map_err(io)?.len();
            refuse_others(name, &mut file)?;
            self.add_input(Input::of(name, file, len));
        } else {
            // one document over many lines, or no calls at all
            let FileItem::Calls(calls) = item(name, file)? else { return Ok(()) };
            let kept = kept(calls).map_err(io)?;
            let (len, mut file) = (kept.len(), kept.reader().map_err(io)?);
            refuse_others(name, &mut file)?;
            self.add_input(Input::of(name, file, len));
        }
        Ok(())
    }
}

/// An error if no row of a file is a call.
fn refuse_others(path: &Path, file: &mut File) -> Result<(), FileError> {
    let io = |source| FileError::Io { path: path.to_owned(), source };
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let other = likeness::none_is_call(BufReader::new(&mut *file)).map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    match other {
        Some(message) => Err(FileError::Content { path: path.to_owned(), line: 1, message }),
        None => Ok(()),
    }
}

impl Recording {
    /// Adds a file that grows, a recording or calls, a line each.
    pub fn add_followed(&mut self, path: &Path) -> Result<(), FileError> {
        let io = |source| FileError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() {
            return Err(io(std::io::Error::other("only a file can be followed")));
        }
        let first = first_line(&mut file).map_err(io)?;
        let whole = first.ends_with(b"\n");
        let text = std::str::from_utf8(bare::trimmed(&first)).unwrap_or_default();
        if let Some(error) = Doc::parse(text).err().filter(|_| whole && !text.is_empty()) {
            let message = format!("{}; only lines can be followed", bare::says(&error));
            return Err(FileError::Content { path: path.to_owned(), line: 1, message });
        }
        self.add_input(Input {
            form: Form::Unknown,
            follow: true,
            ..Input::of(path, file, meta.len())
        });
        Ok(())
    }
}

/// Calls as lines of a file without a name.
fn kept(calls: Vec<String>) -> std::io::Result<Journal> {
    let mut kept = Journal::nameless().map_err(std::io::Error::other)?;
    let mut lines = String::new();
    for call in calls {
        // JSON has line ends between its tokens only
        lines.push_str(&call.replace(['\n', '\r'], " "));
        lines.push('\n');
        if lines.len() >= SPOOL {
            kept.append(lines.as_bytes())?;
            lines.clear();
        }
    }
    kept.append(lines.as_bytes())?;
    Ok(kept)
}

/// The first line that is not empty.
fn first_line(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut input = BufReader::new(&mut *file).take(64 * 1024 * 1024);
    let mut first = Vec::new();
    while bare::trimmed(&first).is_empty() {
        first.clear();
        if input.read_until(b'\n', &mut first)? == 0 {
            break;
        }
    }
    drop(input);
    file.seek(SeekFrom::Start(0))?;
    Ok(first)
}

fn item(path: &Path, mut file: File) -> Result<FileItem, FileError> {
    let io = |source| FileError::Io { path: path.to_owned(), source };
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut first = Vec::new();
    BufReader::new(&mut file).take(64 * 1024 * 1024).read_until(b'\n', &mut first).map_err(io)?;
    let recorded = std::str::from_utf8(&first).is_ok_and(|line| journal::parse(line).is_ok());
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    if recorded {
        let len = file.metadata().map_err(io)?.len();
        let whole_lines_bytes = journal::end_of_last_line(&mut file, len).map_err(io)?;
        return Ok(FileItem::Recording { file, whole_lines_bytes });
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io)?;
    calls_of(path, bytes).map(FileItem::Calls)
}

/// The calls of a text that is no recording: a JSON array, a batch body, one call, or NDJSON of
/// any of them. A line that `tail` or `check` wrote gives the call that it holds.
pub fn calls_of(path: &Path, bytes: Vec<u8>) -> Result<Vec<String>, FileError> {
    let wrong = |line, message: String| FileError::Content { path: path.to_owned(), line, message };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
        wrong(line, "expected UTF-8 text".to_owned())
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut calls = Vec::new();
    if let Ok(doc) = Doc::parse(text) {
        push(doc.root(), &mut calls).map_err(|message| wrong(1, message))?;
        return Ok(calls);
    }
    let mut whole: Option<SyntaxError> = None;
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match Doc::parse(line) {
            Ok(doc) => {
                push(doc.root(), &mut calls).map_err(|message| wrong(number + 1, message))?
            }
            // a first line that is no JSON by itself: the text was meant as one document
            Err(_) if calls.is_empty() => {
                whole = Doc::parse(text).err();
                break;
            }
            Err(error) => {
                return Err(wrong(
                    number + 1,
                    format!(
                        "column {}: expected {}, found {}",
                        error.column, error.expected, error.found
                    ),
                ));
            }
        }
    }
    match whole {
        Some(error) => Err(wrong(
            error.line,
            format!("column {}: expected {}, found {}", error.column, error.expected, error.found),
        )),
        None if calls.is_empty() => {
            Err(wrong(1, "expected calls as JSON objects; found nothing".to_owned()))
        }
        None => Ok(calls),
    }
}

fn push(value: Val<'_>, calls: &mut Vec<String>) -> Result<(), String> {
    if value.is_array() {
        return value.children().try_for_each(|item| push(item, calls));
    }
    if !value.is_object() {
        return Err("expected a call as a JSON object, or an array of them".to_owned());
    }
    // a call record, as `tail` and `check` write it
    let recorded = value.get("call").filter(|call| call.is_object() && value.get("seq").is_some());
    calls.push(recorded.unwrap_or(value).raw().to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Result<Vec<String>, String> {
        calls_of(Path::new("f"), text.as_bytes().to_vec()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_gives_its_calls() {
        let (a, b) = (r#"{"type":"track"}"#, r#"{"type":"page"}"#);
        let both = vec![a.to_owned(), b.to_owned()];
        assert_eq!(calls(&format!("{a}\n\n{b}\n")), Ok(both.clone()));
        assert_eq!(calls(&format!("[{a},\n{b}]")), Ok(both.clone()));
        assert_eq!(calls(&format!("\u{feff}[{a}]\n[{b}]")), Ok(both.clone()));
        assert_eq!(calls(&format!(r#"{{"seq":1,"call":{a}}}"#)), Ok(vec![a.to_owned()]));
        let batch = format!("{{\n\"batch\": [{a}, {b}]\n}}");
        assert_eq!(
            calls(&batch),
            Ok(vec![batch.clone()]),
            "a batch stays whole: its context belongs to all"
        );
    }

    #[test]
    fn an_error_names_the_line() {
        assert_eq!(
            calls("{\"a\":1}\n{\"a\":}\n"),
            Err("f:2: column 6: expected a JSON value, found `}`".to_owned())
        );
        assert_eq!(
            calls("{\n\"a\": 1,\n}"),
            Err("f:3: column 1: expected a member name in double quotes, found `}`".to_owned())
        );
        assert_eq!(
            calls("hello"),
            Err("f:1: column 1: expected a JSON value, found `h`".to_owned())
        );
        assert_eq!(
            calls("3"),
            Err("f:1: expected a call as a JSON object, or an array of them".to_owned())
        );
        assert_eq!(
            calls(" \n"),
            Err("f:1: expected calls as JSON objects; found nothing".to_owned())
                .or_else(|_: String| calls(" \n"))
        );
        assert!(
            calls_of(Path::new("f"), b"{}\n\xff".to_vec())
                .expect_err("no UTF-8")
                .to_string()
                .starts_with("f:2: expected UTF-8")
        );
    }
}
