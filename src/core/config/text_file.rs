//! Reading text files that other people may have written, such as those of a cloned folder: with a
//! size limit, and without blocking.

use rustix::fs::{Mode, OFlags};
use std::fs::{File, FileType, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// The maximum number of bytes of settings, plans, themes and vendor files.
pub const MAX_TEXT_FILE_BYTES: u64 = 1 << 20;

/// An error of reading a file.
#[derive(Debug, thiserror::Error)]
pub enum TextFileError {
    /// The system returned an error.
    #[error("could not be read: {0}")]
    Io(#[from] io::Error),
    /// The path is a device, a FIFO, a socket or a folder, or a link to one.
    #[error("is {0}; expected a regular file")]
    NotRegular(String),
    /// The file is longer than the limit.
    #[error("is {bytes}; at most {max} is read")]
    TooLong {
        /// its size in words
        bytes: String,
        /// the limit in words
        max: String,
    },
    /// The file is not UTF-8.
    #[error("is not UTF-8: byte {column} of line {line} is 0x{byte:02x}")]
    NotUtf8 {
        /// the line, from 1
        line: usize,
        /// the byte of the line, from 1
        column: usize,
        /// the first invalid byte
        byte: u8,
    },
}

/// Opens a regular file. Never blocks, whatever is at the path, and never opens a file that acts
/// when it is opened.
///
/// # Errors
///
/// Fails if the file cannot be opened, or is not a regular file. The error says what it is.
pub fn open_regular(path: &Path) -> Result<File, TextFileError> {
    refuse_special(path, &std::fs::metadata(path)?)?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?);
    // another file may have taken its place since
    refuse_special(path, &file.metadata()?)?;
    Ok(file)
}

/// Opens a regular file to append to and to read, and creates it, for its user alone, if it does
/// not exist. Never blocks, whatever is at the path, and follows no link, because a link may lead
/// to the standard error of the program.
///
/// # Errors
///
/// Fails if the file cannot be opened, or is not a regular file. The error says what it is.
pub fn open_to_append(path: &Path) -> Result<File, TextFileError> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            refuse_special(path, &std::fs::metadata(path)?)?;
            return Err(TextFileError::NotRegular("a link".to_owned()));
        }
        Ok(found) => refuse_special(path, &found)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let kind = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE;
    let flags = kind | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    let file = File::from(rustix::fs::open(path, flags, mode).map_err(io::Error::from)?);
    // another file may have taken its place since
    refuse_special(path, &file.metadata()?)?;
    Ok(file)
}

/// Reads a regular file of UTF-8 text that is at most `max` bytes long.
///
/// # Errors
///
/// Fails if the file cannot be opened or read, is not a regular file, is longer, or is not UTF-8.
pub fn read_text_file(path: &Path, max: u64) -> Result<String, TextFileError> {
    read_text(open_regular(path)?, Vec::new(), max)
}

/// Reads the rest of a file after a beginning that was read already.
///
/// # Errors
///
/// Fails for the same reasons as [`read_text_file`], except opening.
pub fn read_text(file: File, begin: Vec<u8>, max: u64) -> Result<String, TextFileError> {
    let mut bytes = begin;
    let (size, left) = (file.metadata()?.len(), (max + 1).saturating_sub(bytes.len() as u64));
    if size <= max {
        file.take(left).read_to_end(&mut bytes)?;
    }
    let size = size.max(bytes.len() as u64);
    if size > max {
        return Err(TextFileError::TooLong { bytes: in_words(size), max: in_words(max) });
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let lines = LineStarts::new(&bytes[..at]);
        let line = lines.line_of(at);
        TextFileError::NotUtf8 { line, column: at - lines.start_of(line) + 1, byte: bytes[at] }
    })
}

fn in_words(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KiB", bytes.div_ceil(1 << 10)),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
        _ => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
    }
    .replace(".0 ", " ")
}

fn refuse_special(path: &Path, found: &Metadata) -> Result<(), TextFileError> {
    let Some(kind) = special_file_kind(found.file_type()) else { return Ok(()) };
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|file| file.is_symlink());
    if !is_link {
        return Err(TextFileError::NotRegular(kind.to_owned()));
    }
    let to = std::fs::read_link(path).unwrap_or_default();
    Err(TextFileError::NotRegular(format!("a link to {kind}, {}", to.display())))
}

/// Returns a description of a file that is not a regular file.
fn special_file_kind(kind: FileType) -> Option<&'static str> {
    match kind {
        kind if kind.is_file() => None,
        kind if kind.is_dir() => Some("a folder"),
        kind if kind.is_fifo() => Some("a FIFO or a pipe"),
        kind if kind.is_socket() => Some("a socket"),
        // this includes terminals
        kind if kind.is_char_device() || kind.is_block_device() => Some("a device"),
        _ => Some("a file of another kind"),
    }
}

/// The offsets at which the lines of a text begin, to find the line of any offset quickly.
#[derive(Debug)]
pub struct LineStarts(Vec<usize>);

impl LineStarts {
    /// Finds the lines of a text.
    pub fn new(text: &[u8]) -> LineStarts {
        let ends = memchr::memchr_iter(b'\n', text);
        LineStarts(std::iter::once(0).chain(ends.map(|at| at + 1)).collect())
    }

    /// Returns the line of an offset, from 1.
    pub fn line_of(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }

    /// Returns the offset at which a line begins.
    fn start_of(&self, line: usize) -> usize {
        self.0[line - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn refuses_special_files_and_names_their_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        symlink("/dev/zero", at("zero")).expect("linked");
        symlink("zero", at("twice")).expect("linked");
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, at("fifo"), rustix::fs::FileType::Fifo, mode, 0)
            .expect("a FIFO");
        symlink("fifo", at("to-fifo")).expect("linked");
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).expect("a socket");
        File::create(at("sparse")).and_then(|file| file.set_len(10 << 30)).expect("a large file");
        std::fs::write(at("latin1"), b"a\nbc\xe9").expect("written");
        for (name, want) in [
            ("/dev/zero", "is a device; expected a regular file"),
            ("/dev/tty", "is a device; expected a regular file"),
            ("zero", "is a link to a device, /dev/zero; expected a regular file"),
            ("twice", "is a link to a device, zero; expected a regular file"),
            ("fifo", "is a FIFO or a pipe; expected a regular file"),
            ("to-fifo", "is a link to a FIFO or a pipe, fifo; expected a regular file"),
            ("socket", "is a socket; expected a regular file"),
            (".", "is a folder; expected a regular file"),
            ("sparse", "is 10 GiB; at most 1 MiB is read"),
            ("latin1", "is not UTF-8: byte 3 of line 2 is 0xe9"),
        ] {
            let error = read_text_file(&at(name), MAX_TEXT_FILE_BYTES).expect_err(name);
            assert_eq!(error.to_string(), want, "{name}");
        }
        // a size of 0, and more to read than is allowed
        let error = read_text_file(Path::new("/proc/self/maps"), 16).expect_err("too long");
        assert_eq!(error.to_string(), "is 17 bytes; at most 16 bytes is read");
    }

    #[test]
    fn reads_up_to_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        std::fs::write(&file, "12345678").expect("written");
        symlink("a", folder.path().join("b")).expect("linked");
        assert_eq!(read_text_file(&folder.path().join("b"), 8).expect("read"), "12345678");
        assert!(matches!(read_text_file(&file, 7), Err(TextFileError::TooLong { .. })));
        let begun = read_text(open_regular(&file).expect("open"), b"ab".to_vec(), 10);
        assert_eq!(begun.expect("read"), "ab12345678");
    }

    #[test]
    fn finds_the_line_of_each_offset() {
        let lines = LineStarts::new(b"ab\n\nc\n");
        let found: Vec<usize> = (0..8).map(|at| lines.line_of(at)).collect();
        assert_eq!(found, [1, 1, 1, 2, 3, 3, 4, 4]);
    }
}
