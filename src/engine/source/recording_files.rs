//! What is read back: files that are only read, and behind them the one that is appended to.

use crate::engine::rows::views::OpenedFiles;
use crate::engine::source::followed_file::FollowedFile;
use crate::recording::RecordingFile;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// One long text of lines: the files in their order, then the journal. Offsets count over all.
#[derive(Debug, Default)]
pub struct Recording {
    pub(crate) parts: Vec<FileSection>,
    pub(crate) len: u64,
    /// The files that are only read.
    opened: Option<OpenedFiles>,
    pub(crate) journal: Option<RecordingFile>,
    /// Files of calls, which become lines of the journal.
    pub(crate) inputs: Vec<FollowedFile>,
    remarks: RemarkTarget,
    /// The one part is the opened file itself.
    in_place: bool,
    /// What of the files could not be read.
    pub(crate) problems: Vec<String>,
    /// What of the files was passed over because it is not meant to be read.
    pub(crate) notes: Vec<String>,
}

/// Where marks and notes go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RemarkTarget {
    /// Into the recording that is being made.
    #[default]
    Recorded,
    /// Into the recording that is opened.
    Opened(PathBuf),
    /// They are deleted at exit: why.
    UntilTheEnd(String),
}

impl Recording {
    /// Nothing but a journal.
    pub fn of_journal(journal: RecordingFile) -> io::Result<Recording> {
        let mut recording = Recording::default();
        recording.set_journal(journal)?;
        Ok(recording)
    }

    /// Adds lines of a recording that are only read: those of the file itself, or what was taken of
    /// it.
    pub(crate) fn add_part(&mut self, file: File, whole_lines_bytes: u64, in_place: bool) {
        self.in_place = in_place;
        self.parts.push(FileSection::new(self.len, 0, file));
        self.len += whole_lines_bytes;
    }

    /// Counts a file that is open, or a folder of them.
    pub(crate) fn count_file(&mut self, path: &Path, bytes: u64, grows: bool) {
        OpenedFiles::add(&mut self.opened, path, bytes, grows);
    }

    /// What of the files could not be read, if that is something.
    pub fn problem(&self) -> Option<String> {
        (!self.problems.is_empty()).then(|| self.problems.join("; "))
    }

    /// What of the files was passed over because it is not meant to be read.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Takes the journal; there is one at most, and it comes last.
    pub fn set_journal(&mut self, journal: RecordingFile) -> io::Result<()> {
        // the part of a file that is created with its first line is added with that line
        if !journal.is_planned() {
            self.parts.push(FileSection::new(self.len, 0, journal.reader()?));
        }
        self.len += journal.len();
        self.journal = Some(journal);
        Ok(())
    }

    /// Takes marks and notes: into the recording, if a single one is opened and can be appended to;
    /// else they are deleted at exit.
    pub fn take_remarks(&mut self) -> io::Result<()> {
        let joined = match (&self.opened, &self.parts[..], &self.inputs[..]) {
            (Some(opened), [_], []) if self.in_place => {
                RecordingFile::join(&opened.path).map_err(|error| error.to_string())
            }
            (_, [], _) | (_, [_], []) => Err("a file of calls is only read".to_owned()),
            _ => Err("several files are only read".to_owned()),
        };
        match joined {
            Ok(journal) => {
                let path = self.opened.as_ref().map(|opened| opened.path.clone());
                self.remarks = RemarkTarget::Opened(path.unwrap_or_default());
                (self.parts, self.len) = (Vec::new(), 0);
                self.set_journal(journal)
            }
            Err(why) => {
                self.remarks = RemarkTarget::UntilTheEnd(why);
                self.set_journal(RecordingFile::nameless().map_err(io::Error::other)?)
            }
        }
    }

    /// Where marks and notes go.
    pub fn remarks(&self) -> &RemarkTarget {
        &self.remarks
    }

    /// Adds a file of calls. They become lines of a journal without a name.
    pub(crate) fn add_input(&mut self, input: FollowedFile) {
        self.inputs.push(input);
    }

    /// How long the text is.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// How much there is to be read, files of calls too.
    pub fn unread_bytes(&self) -> u64 {
        self.len + self.inputs.iter().map(|input| input.len).sum::<u64>()
    }

    /// True while there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The journal's file, if it has a name; without a journal the first file that was opened.
    pub fn path(&self) -> Option<&Path> {
        let opened = || self.opened.as_ref().map(|opened| opened.path.as_path());
        self.journal.as_ref().and_then(RecordingFile::path).or_else(opened)
    }

    /// The files that are open to be read.
    pub(crate) fn opened(&self) -> Option<&OpenedFiles> {
        self.opened.as_ref()
    }

    /// What is read, what is written, and what is taken in.
    pub(crate) fn split(
        mut self,
    ) -> io::Result<(RecordingText, Option<RecordingFile>, Vec<FollowedFile>)> {
        if self.journal.is_none() && !self.inputs.is_empty() {
            self.set_journal(RecordingFile::nameless().map_err(io::Error::other)?)?;
        }
        Ok((RecordingText(Arc::new(RwLock::new(self.parts))), self.journal, self.inputs))
    }
}

pub(crate) fn only_read() -> io::Error {
    io::Error::other("nothing is recorded here: the file is only read")
}

/// A file or what is behind some place in it, and the offset that this has.
#[derive(Debug, Clone)]
pub(crate) struct FileSection {
    pub base: u64,
    /// The place in the file.
    pub at: u64,
    pub file: Arc<File>,
    /// Where the file was cut: what it holds from there on is something else.
    end: u64,
}

impl FileSection {
    /// What is in a file from a place on.
    pub fn new(base: u64, at: u64, file: File) -> FileSection {
        FileSection { base, at, file: Arc::new(file), end: u64::MAX }
    }
}

/// The text as all its readers share it. Reading it needs no lock but this one, held for a moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordingText(Arc<RwLock<Vec<FileSection>>>);

impl RecordingText {
    /// The file that holds an offset, and the offset within it.
    pub fn place(&self, offset: u64) -> Option<LinePosition> {
        let (part, _) = self.part(offset)?;
        Some(LinePosition { offset: offset - part.base + part.at, file: part.file, end: part.end })
    }

    /// Notes that the file of these parts was cut to a length: what stood behind that is gone, also
    /// when something else stands there later.
    pub fn cut(&self, file: &File, len: u64) -> io::Result<()> {
        let id = |file: &File| file.metadata().map(|meta| (meta.dev(), meta.ino()));
        let cut = id(file)?;
        for part in &mut *self.0.write().unwrap_or_else(PoisonError::into_inner) {
            if id(&part.file)? == cut {
                part.end = part.end.min(len);
            }
        }
        Ok(())
    }

    /// Adds what is recorded from now on.
    pub fn add(&self, part: FileSection) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(part);
    }

    /// The part that holds an offset, and where the next one begins, if there is one.
    pub fn part(&self, offset: u64) -> Option<(FileSection, Option<u64>)> {
        let parts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // of parts that begin together, all but the last are empty
        let next = parts.partition_point(|part| part.base <= offset);
        let part = parts.get(next.checked_sub(1)?)?.clone();
        Some((part, parts.get(next).map(|part| part.base)))
    }
}

/// Where a line begins.
#[derive(Debug, Clone)]
pub(crate) struct LinePosition {
    file: Arc<File>,
    offset: u64,
    end: u64,
}

/// Reads bytes that were there before.
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

impl LinePosition {
    /// All bytes from here up to another place, that one included.
    pub(crate) fn read_to(&self, last: &LinePosition, into: &mut [u8]) -> io::Result<()> {
        let len = last.offset.checked_sub(self.offset).map(|len| len + 1);
        if !Arc::ptr_eq(&self.file, &last.file) || len != Some(into.len() as u64) {
            return Err(io::Error::other("a part of the recording that lies in two files"));
        }
        self.check(into.len() as u64)?;
        read_exact(&self.file, into, self.offset)
    }

    /// Refuses what something else has cut.
    fn check(&self, len: u64) -> io::Result<()> {
        match self.offset + len > self.end {
            true => Err(cut()),
            false => Ok(()),
        }
    }

    /// The line that begins here and is that long.
    pub(crate) fn read(&self, len: u32) -> io::Result<String> {
        self.check(u64::from(len))?;
        let mut bytes = vec![0; len as usize];
        read_exact(&self.file, &mut bytes, self.offset)?;
        String::from_utf8(bytes).map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the recording is not UTF-8 there; was it changed?",
            )
        })
    }
}
