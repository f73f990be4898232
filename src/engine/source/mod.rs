//! Reads files with calls, for all commands. The format of a file is detected by its beginning.
//! Recordings and lines of calls are read in place. The calls of all other files are extracted into
//! a file without a name, one call per line, and read from there:
//!
//! - gzip files of any of these formats, recognized by content
//! - JSON values one after the other, pretty-printed, or in arrays
//! - calls in envelopes such as log lines and messages of a bus ([`envelope`])
//! - HTTP archives ([`har`]) and scripts of curl lines ([`curl`])
//! - folders of such files
//!
//! Whatever a file contains, at most one line or value of it is in memory.

pub(crate) mod bare_calls;
pub(crate) mod call_record;
mod curl;
pub(crate) mod envelope;
mod extract;
pub(crate) mod file_error;
mod folder;
pub(crate) mod follow;
pub(crate) mod followed_file;
mod gzip;
pub(crate) mod har;
pub(crate) mod har_response;
pub(crate) mod import;
mod json_values;
pub(crate) mod limits;
pub(crate) mod opened;
pub(crate) mod passed_over;

pub(crate) mod read_lines;
pub(crate) mod recording_files;
pub(crate) mod request_line;
mod sniff;
mod spool;
mod stream;
mod tables;
mod unreadable;

use crate::engine::source::extract::ExtractedCalls;
use crate::engine::source::file_error::FileError;
use crate::engine::source::followed_file::{FollowedFile, LineFormat as LineForm, StreamEnd};
use crate::engine::source::limits::{HEAD_BYTES, MAX_HEAD_BYTES, MAX_PACKED};
use crate::engine::source::recording_files::Recording;
use crate::engine::source::sniff::FileFormat;
use crate::recording;
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Cursor, IsTerminal, Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// The source of the bytes of a file.
enum Bytes {
    /// A file that can be read at any position and more than once.
    File(File),
    /// A stream that can be read only once, with the reason if it ends early.
    Stream(Box<dyn Read>, Option<gzip::Damage>),
}

impl Bytes {
    /// Returns the first bytes, and all bytes again.
    fn head(self) -> io::Result<(Vec<u8>, Bytes)> {
        match self {
            Bytes::File(mut file) => {
                let head = read_head(&mut file)?;
                file.seek(SeekFrom::Start(0))?;
                Ok((head, Bytes::File(file)))
            }
            Bytes::Stream(mut input, damage) => {
                let head = read_head(&mut input)?;
                let whole = Cursor::new(head.clone()).chain(input);
                Ok((head, Bytes::Stream(Box::new(whole), damage)))
            }
        }
    }

    fn into_stream(self) -> (Box<dyn Read>, Option<gzip::Damage>) {
        match self {
            Bytes::File(file) => (Box::new(file), None),
            Bytes::Stream(input, damage) => (input, damage),
        }
    }
}

/// Reads the beginning of a file, up to the end of its first line if that is not too long.
fn read_head(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut wanted = HEAD_BYTES;
    loop {
        let missing = (wanted - head.len()) as u64;
        let read = input.by_ref().take(missing).read_to_end(&mut head)? as u64;
        let text = head.trim_ascii_start();
        let is_json = matches!(text.first(), Some(b'{' | b'[' | 0xef));
        let is_over = read < missing || wanted >= MAX_HEAD_BYTES;
        if is_over || !is_json || memchr::memchr(b'\n', text).is_some() {
            return Ok(head);
        }
        wanted *= 8;
    }
}

/// Returns whether a file that begins like this contains calls and is not a plan.
pub(crate) fn holds_calls(head: &[u8]) -> bool {
    let json = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut bytes = json.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    match bytes.next() {
        Some(b'{') => true,
        // a plan may begin with `[[event]]`
        Some(b'[') => matches!(bytes.next(), Some(b'{' | b']') | None),
        _ => {
            let is_curl = std::str::from_utf8(head).is_ok_and(curl::is_curl);
            is_curl || head.starts_with(gzip::MAGIC) || unreadable::binary(head).is_some()
        }
    }
}

impl Recording {
    /// Adds a file of any format, or a folder; `-` is standard input. The file is not changed. Of
    /// recordings and lines of calls, only as much is read as is needed to detect the format.
    pub fn add(&mut self, path: &Path) -> Result<(), FileError> {
        if path.is_dir() {
            return folder::add(self, path);
        }
        let name = if path.as_os_str() == "-" { Path::new("standard input") } else { path };
        let io = |source| FileError::Io { path: path.to_owned(), source };
        let (bytes, size) = if path.as_os_str() == "-" {
            (Bytes::Stream(Box::new(io::stdin()), None), 0)
        } else {
            let file = File::open(path).map_err(io)?;
            let meta = file.metadata().map_err(io)?;
            match meta.is_file() {
                true => (Bytes::File(file), meta.len()),
                // a pipe, such as `<(command)`, can be read only once
                false => (Bytes::Stream(Box::new(file), None), 0),
            }
        };
        let mut taken = ExtractedCalls::new(name, false);
        self.add_bytes(name, bytes, 0, &mut taken)?;
        taken.add_to(self)?;
        self.count_file(name, size, false);
        Ok(())
    }

    /// Adds the content of a file, unpacked if it is packed.
    fn add_bytes(
        &mut self,
        name: &Path,
        bytes: Bytes,
        packed: u32,
        taken: &mut ExtractedCalls,
    ) -> Result<(), FileError> {
        let io = |source| FileError::Io { path: name.to_owned(), source };
        let (head, bytes) = bytes.head().map_err(io)?;
        let form = crate::engine::source::sniff::form(&head, name);
        match form {
            FileFormat::Gzip if packed < MAX_PACKED => {
                let (input, _) = bytes.into_stream();
                let (input, damage) = gzip::GzipReader::new(input);
                let bytes = Bytes::Stream(Box::new(input), Some(damage.clone()));
                let added = self.add_bytes(name, bytes, packed + 1, taken);
                return match (added, damage.message()) {
                    (Ok(()), Some(told)) => {
                        self.problems.push(format!("{}: {told}", name.display()));
                        Ok(())
                    }
                    // the content is not known, so report only the damage
                    (Err(_), Some(told)) => {
                        Err(FileError::NoCalls { path: name.to_owned(), message: told })
                    }
                    (added, None) => added,
                };
            }
            FileFormat::Gzip => {
                let what = "gzip in gzip in gzip";
                return Err(FileError::Kind { path: name.to_owned(), what, help: "" });
            }
            FileFormat::Kind(kind) => {
                let (what, help) = (kind.what, kind.help);
                return Err(FileError::Kind { path: name.to_owned(), what, help });
            }
            FileFormat::Wrong(line, message) => {
                return Err(FileError::Content { path: name.to_owned(), line, message });
            }
            _ => {}
        }
        // packed data may be damaged, so each line is checked before it counts
        let in_place = match form {
            FileFormat::Recording => true,
            FileFormat::Calls => packed == 0 && !taken.is_shared(),
            _ => false,
        };
        if !in_place {
            let (input, damage) = bytes.into_stream();
            let mut part = taken.part(name, damage);
            let input = BufReader::with_capacity(128 << 10, input);
            let done = match form {
                FileFormat::Har => part.har(input),
                FileFormat::Curl => part.curl(input),
                FileFormat::Values => part.values(input),
                _ => part.lines(input),
            };
            done?;
            return part.end(self);
        }
        let is_plain = matches!(bytes, Bytes::File(_));
        let (mut file, len) = match bytes {
            Bytes::File(file) => {
                let len = file.metadata().map_err(io)?.len();
                (file, len)
            }
            Bytes::Stream(input, damage) => spooled(input, damage).map_err(io)?,
        };
        match form {
            FileFormat::Recording => {
                let whole = recording::end_of_last_line(&mut file, len).map_err(io)?;
                self.add_part(file, whole, is_plain);
            }
            _ => self.add_input(FollowedFile::new(name, file, len)),
        }
        Ok(())
    }

    /// Adds a stream that is read line by line as it arrives: a pipe, or standard input (`-`).
    pub fn add_stream(&mut self, path: &Path) -> Result<(), FileError> {
        let io = |source| FileError::Io { path: path.to_owned(), source };
        let is_stdin = path.as_os_str() == "-";
        let name = if is_stdin { Path::new("standard input") } else { path };
        let file = if is_stdin {
            let input = io::stdin().as_fd().try_clone_to_owned().map_err(io)?;
            File::from(input)
        } else {
            // opening a pipe must not wait for its writer
            let flags = OFlags::NONBLOCK.bits().cast_signed();
            OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(io)?
        };
        let kind = file.metadata().map_err(io)?.file_type();
        if kind.is_dir() || kind.is_char_device() && file.is_terminal() {
            let what = if kind.is_dir() { "a folder" } else { "a terminal" };
            let error = format!("it is {what}; calls come from a file, a pipe, or standard input");
            return Err(FileError::Io { path: name.to_owned(), source: io::Error::other(error) });
        }
        let reopens = kind.is_fifo() && !is_stdin;
        let end = if reopens { StreamEnd::Reopens } else { StreamEnd::Last };
        self.add_input(FollowedFile {
            form: LineForm::Unknown,
            follow: true,
            stream: Some(end),
            ..FollowedFile::new(name, file, 0)
        });
        self.count_file(name, 0, true);
        Ok(())
    }

    /// Adds a file that grows: a recording, or calls on one line each.
    pub fn add_followed(&mut self, path: &Path) -> Result<(), FileError> {
        let io = |source| FileError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() {
            return Err(io(io::Error::other("only a file or a pipe can be followed")));
        }
        let head = read_head(&mut file).map_err(io)?;
        let wrong = |line, message: &str| FileError::Content {
            path: path.to_owned(),
            line,
            message: format!("{message}only lines can be followed"),
        };
        match crate::engine::source::sniff::form(&head, path) {
            FileFormat::Recording | FileFormat::Calls | FileFormat::Lines => {}
            // the file may be empty so far, or contain only the beginning of a line
            _ if memchr::memchr(b'\n', head.trim_ascii_start()).is_none()
                && head.len() < HEAD_BYTES => {}
            FileFormat::Kind(kind) => {
                let (what, help) = (kind.what, kind.help);
                return Err(FileError::Kind { path: path.to_owned(), what, help });
            }
            FileFormat::Wrong(line, message) => return Err(wrong(line, &format!("{message}; "))),
            _ => return Err(wrong(1, "")),
        }
        self.add_input(FollowedFile {
            form: LineForm::Unknown,
            follow: true,
            ..FollowedFile::new(path, file, meta.len())
        });
        self.count_file(path, meta.len(), true);
        Ok(())
    }
}

/// Copies a stream into a file. Returns the file and the length that counts, which excludes a torn
/// last line of a damaged stream.
fn spooled(mut input: Box<dyn Read>, damage: Option<gzip::Damage>) -> io::Result<(File, u64)> {
    let mut spool = spool::Spool::new()?;
    let mut piece = vec![0; 128 << 10];
    loop {
        match input.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => spool.bytes(&piece[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
    spool.finish(damage.is_some_and(|damage| damage.message().is_some()))
}
