//! The files of a recording: those that are only read, followed by the one that is appended to.

use crate::call::time::Millis;
use crate::engine::rows::stats::OpenedFiles;
use crate::engine::source::followed_file::FollowedFile;
use crate::recording::{EarlierPart, RecordingFile};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The maximum length of the line of an upstream's response: 64 KB of the body, six times as long
/// if each byte is escaped, and the headers.
const MAX_LINE_BEHIND_BYTES: usize = 1 << 20;

/// A single text of lines: the files in order, then the file that is appended to. Offsets count
/// over all files.
#[derive(Debug, Default)]
pub struct Recording {
    pub(crate) parts: Vec<FileSection>,
    pub(crate) len: u64,
    /// The files that are only read.
    opened: Option<OpenedFiles>,
    pub(crate) file: Option<RecordingFile>,
    /// The parts of the recording before the file that is appended to.
    pub(crate) earlier: Vec<ClosedPart>,
    /// The files of calls, which become lines of the file that is appended to.
    pub(crate) inputs: Vec<FollowedFile>,
    remarks: RemarkTarget,
    /// True if the single part is the opened file itself.
    in_place: bool,
    /// Messages about contents of the files that could not be read.
    pub(crate) problems: Vec<String>,
    /// Messages about contents of the files that were skipped because they are not meant to be
    /// read.
    pub(crate) notes: Vec<String>,
}

/// A part of a recording that is no longer written.
#[derive(Debug)]
pub(crate) struct ClosedPart {
    /// The range of the text that it contains.
    pub range: Range<u64>,
    /// Its file, if that has a name.
    pub path: Option<PathBuf>,
    /// The time at which it was last written to.
    pub ended_at: Millis,
}

/// The place where marks and notes are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RemarkTarget {
    /// The recording that is being written.
    #[default]
    Recorded,
    /// The recording that is opened.
    Opened(PathBuf),
    /// A file without a name, so they are deleted at exit, with the reason.
    UntilTheEnd(String),
}

impl Recording {
    /// Creates a recording with only a file that is appended to.
    pub fn from_file(file: RecordingFile) -> io::Result<Recording> {
        let mut recording = Recording::default();
        recording.set_file(file)?;
        Ok(recording)
    }

    /// Adds lines of a recording that are only read: those of the file itself, or what was taken of
    /// it.
    pub(crate) fn add_part(&mut self, file: File, whole_lines_bytes: u64, in_place: bool) {
        self.in_place = in_place;
        self.parts.push(FileSection::new(self.len, 0, file));
        self.len += whole_lines_bytes;
    }

    /// Counts an open file, or a folder of files.
    pub(crate) fn count_file(&mut self, path: &Path, bytes: u64, grows: bool) {
        OpenedFiles::add(&mut self.opened, path, bytes, grows);
    }

    /// Returns the messages about contents that could not be read, if there are any.
    pub fn problem(&self) -> Option<String> {
        (!self.problems.is_empty()).then(|| self.problems.join("; "))
    }

    /// Returns the messages about contents that were skipped because they are not meant to be read.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Adds a part of the recording before the file that is appended to.
    pub fn add_earlier_part(&mut self, part: EarlierPart) {
        let begin = self.len;
        self.parts.push(FileSection::new(begin, 0, part.file));
        self.len += part.bytes;
        let (path, ended_at) = (Some(part.path), part.ended_at);
        self.earlier.push(ClosedPart { range: begin..self.len, path, ended_at });
    }

    /// Sets the file that is appended to. There is at most one, and it comes last.
    pub fn set_file(&mut self, file: RecordingFile) -> io::Result<()> {
        // a file that does not exist yet is added as a part when its first line creates it
        if !file.is_planned() {
            self.parts.push(FileSection::new(self.len, 0, file.reader()?));
        }
        self.len += file.len();
        self.file = Some(file);
        Ok(())
    }

    /// Prepares for marks and notes. They are appended to the recording if a single one is open and
    /// can be appended to; otherwise they are deleted at exit.
    pub fn take_remarks(&mut self) -> io::Result<()> {
        let joined = match (&self.opened, &self.parts[..], &self.inputs[..]) {
            (Some(opened), [_], []) if self.in_place => {
                RecordingFile::join(&opened.path).map_err(|error| error.to_string())
            }
            (_, [], _) | (_, [_], []) => Err("a file of calls is only read".to_owned()),
            _ => Err("several files are only read".to_owned()),
        };
        match joined {
            Ok(file) => {
                let path = self.opened.as_ref().map(|opened| opened.path.clone());
                self.remarks = RemarkTarget::Opened(path.unwrap_or_default());
                (self.parts, self.len) = (Vec::new(), 0);
                self.set_file(file)
            }
            Err(why) => {
                self.remarks = RemarkTarget::UntilTheEnd(why);
                self.set_file(RecordingFile::nameless().map_err(io::Error::other)?)
            }
        }
    }

    /// Returns the place where marks and notes are written.
    pub fn remarks(&self) -> &RemarkTarget {
        &self.remarks
    }

    /// Adds a file of calls, which become lines of a file without a name.
    pub(crate) fn add_input(&mut self, input: FollowedFile) {
        self.inputs.push(input);
    }

    /// Returns the length of the text.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns the number of bytes to read, including files of calls.
    pub fn unread_bytes(&self) -> u64 {
        self.len + self.inputs.iter().map(|input| input.len).sum::<u64>()
    }

    /// Returns true if the text is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the path of the file that is appended to, if it has a name, or of the first file
    /// that was opened.
    pub fn path(&self) -> Option<&Path> {
        let opened = || self.opened.as_ref().map(|opened| opened.path.as_path());
        self.file.as_ref().and_then(RecordingFile::path).or_else(opened)
    }

    /// Returns the files that are open for reading.
    pub(crate) fn opened(&self) -> Option<&OpenedFiles> {
        self.opened.as_ref()
    }

    /// Splits the recording into its text, the file that is appended to, the parts before it, and the
    /// files that are imported.
    pub(crate) fn split(mut self) -> io::Result<RecordingPieces> {
        if self.file.is_none() && !self.inputs.is_empty() {
            self.set_file(RecordingFile::nameless().map_err(io::Error::other)?)?;
        }
        Ok(RecordingPieces {
            text: RecordingText(Arc::new(RwLock::new(self.parts))),
            file: self.file,
            earlier: self.earlier,
            inputs: self.inputs,
        })
    }
}

/// The pieces of a recording.
pub(crate) struct RecordingPieces {
    pub text: RecordingText,
    pub file: Option<RecordingFile>,
    pub earlier: Vec<ClosedPart>,
    pub inputs: Vec<FollowedFile>,
}

pub(crate) fn only_read() -> io::Error {
    io::Error::other("nothing is recorded here: the file is only read")
}

/// A file, or the rest of one from a position on, with its offset in the text.
#[derive(Debug, Clone)]
pub(crate) struct FileSection {
    pub base: u64,
    /// The position in the file.
    pub at: u64,
    /// The file; `None` if it is deleted.
    pub file: Option<Arc<File>>,
    /// The position at which another program cut the file. Later content is not part of this
    /// section.
    end: u64,
}

impl FileSection {
    /// Creates a section with the content of a file from a position on.
    pub fn new(base: u64, at: u64, file: File) -> FileSection {
        FileSection { base, at, file: Some(Arc::new(file)), end: u64::MAX }
    }
}

/// The text of a recording, shared by all readers. Reading needs only this lock, and only for a
/// moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordingText(Arc<RwLock<Vec<FileSection>>>);

impl RecordingText {
    /// Returns the file that contains an offset, and the position in the file.
    pub fn place(&self, offset: u64) -> Option<LinePosition> {
        let (part, _) = self.part(offset)?;
        Some(LinePosition { offset: offset - part.base + part.at, file: part.file, end: part.end })
    }

    /// Notes that a file was cut to a length. The content after it is lost, even if other content
    /// is written there later.
    pub fn cut(&self, file: &File, len: u64) -> io::Result<()> {
        let id = |file: &File| file.metadata().map(|meta| (meta.dev(), meta.ino()));
        let cut = id(file)?;
        for part in &mut *self.0.write().unwrap_or_else(PoisonError::into_inner) {
            if let Some(file) = &part.file
                && id(file)? == cut
            {
                part.end = part.end.min(len);
            }
        }
        Ok(())
    }

    /// Closes the files of the sections before an offset, because they are deleted.
    pub fn delete_before(&self, end: u64) {
        let mut parts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let count = parts.partition_point(|part| part.base < end);
        // the deleted text becomes one section, however many files it was in
        let begin = parts.first().map_or(0, |part| part.base);
        let gone = FileSection { base: begin, at: 0, file: None, end: u64::MAX };
        parts.splice(..count, (count > 0).then_some(gone));
    }

    /// Adds the section into which new lines are recorded.
    pub fn add(&self, part: FileSection) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(part);
    }

    /// Returns the section that contains an offset, and the offset of the next section, if there is
    /// one.
    pub fn part(&self, offset: u64) -> Option<(FileSection, Option<u64>)> {
        let parts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // if several sections begin at the same offset, all but the last are empty
        let next = parts.partition_point(|part| part.base <= offset);
        let part = parts.get(next.checked_sub(1)?)?.clone();
        Some((part, parts.get(next).map(|part| part.base)))
    }
}

/// The position of a line.
#[derive(Debug, Clone)]
pub(crate) struct LinePosition {
    /// The file; `None` if it is deleted.
    file: Option<Arc<File>>,
    offset: u64,
    end: u64,
}

/// Reads bytes that were in the file before.
pub(crate) fn read_exact(file: &File, into: &mut [u8], at: u64) -> io::Result<()> {
    let named = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => cut(),
        _ => error,
    };
    file.read_exact_at(into, at).map_err(named)
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than it was before")
}

fn deleted() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "that part of the recording is deleted (`keep`)")
}

impl LinePosition {
    /// Reads all bytes from here up to and including another position.
    pub(crate) fn read_to(&self, last: &LinePosition, into: &mut [u8]) -> io::Result<()> {
        let len = last.offset.checked_sub(self.offset).map(|len| len + 1);
        let file = self.check(into.len() as u64)?;
        let is_same = last.file.as_ref().is_some_and(|last| Arc::ptr_eq(file, last));
        if !is_same || len != Some(into.len() as u64) {
            return Err(io::Error::other("a part of the recording that lies in two files"));
        }
        read_exact(file, into, self.offset)
    }

    /// Returns whether the file is deleted.
    pub(crate) fn is_deleted(&self) -> bool {
        self.file.is_none()
    }

    /// Returns the file. Fails if it is deleted or if another program cut it before the end of the
    /// range.
    fn check(&self, len: u64) -> io::Result<&Arc<File>> {
        let file = self.file.as_ref().ok_or_else(deleted)?;
        match self.offset + len > self.end {
            true => Err(cut()),
            false => Ok(file),
        }
    }

    /// Reads the line after the one of length `len` that begins here, if it is complete and not
    /// longer than [`MAX_LINE_BEHIND_BYTES`].
    pub(crate) fn line_behind(&self, len: usize) -> Option<String> {
        let file = self.file.as_ref()?;
        let begin = self.offset + len as u64 + 1;
        // nearly all lines are much shorter than the maximum, so begin with a small buffer
        let mut room = 4096;
        loop {
            let mut bytes = vec![0; room];
            let read = file.read_at(&mut bytes, begin).ok()?;
            if let Some(end) = memchr::memchr(b'\n', &bytes[..read]) {
                bytes.truncate(end);
                return String::from_utf8(bytes).ok();
            }
            if read < room || room >= MAX_LINE_BEHIND_BYTES {
                return None;
            }
            room *= 16;
        }
    }

    /// Reads the line of length `len` that begins here.
    pub(crate) fn read(&self, len: u32) -> io::Result<String> {
        let file = self.check(u64::from(len))?;
        let mut bytes = vec![0; len as usize];
        read_exact(file, &mut bytes, self.offset)?;
        String::from_utf8(bytes).map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the recording is not UTF-8 there; was it changed?",
            )
        })
    }
}
