//! What is read back: files that are only read, and behind them the one that is appended to.

use crate::journal::Journal;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One long text of lines: the files in their order, then the journal. Offsets count over all.
#[derive(Debug, Default)]
pub struct Recording {
    files: Vec<(u64, Arc<File>)>,
    files_len: u64,
    /// The first of the files that are only read.
    opened: Option<PathBuf>,
    journal: Option<(Journal, Arc<File>)>,
}

impl Recording {
    /// Nothing but a journal.
    pub fn of_journal(journal: Journal) -> io::Result<Recording> {
        let mut recording = Recording::default();
        recording.set_journal(journal)?;
        Ok(recording)
    }

    /// Adds a recording that is only read. A torn last line of its is left out.
    pub fn add_file(&mut self, path: &Path, file: File, whole_lines_bytes: u64) {
        self.opened.get_or_insert_with(|| path.to_owned());
        self.files.push((self.files_len, Arc::new(file)));
        self.files_len += whole_lines_bytes;
    }

    /// Takes the journal; there is one at most, and it comes last.
    pub fn set_journal(&mut self, journal: Journal) -> io::Result<()> {
        let reader = Arc::new(journal.reader()?);
        self.journal = Some((journal, reader));
        Ok(())
    }

    /// Appends a line; where it begins.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<u64> {
        match &mut self.journal {
            Some((journal, _)) => Ok(self.files_len + journal.append(line)?),
            None => Err(io::Error::other("nothing is recorded here: the file is only read")),
        }
    }

    /// How long the text is.
    pub fn len(&self) -> u64 {
        self.files_len + self.journal.as_ref().map_or(0, |(journal, _)| journal.len())
    }

    /// True while there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The journal's file, if it has a name; without a journal the first file that was opened.
    pub fn path(&self) -> Option<&Path> {
        match &self.journal {
            Some((journal, _)) => journal.path().or(self.opened.as_deref()),
            None => self.opened.as_deref(),
        }
    }

    /// The file that holds an offset, and the offset within it. Reading needs no lock.
    pub(super) fn place(&self, offset: u64) -> Option<Place> {
        if offset >= self.files_len {
            let (_, reader) = self.journal.as_ref()?;
            return Some(Place { file: Arc::clone(reader), offset: offset - self.files_len });
        }
        let at = self.files.partition_point(|(base, _)| *base <= offset).checked_sub(1)?;
        let (base, file) = self.files.get(at)?;
        Some(Place { file: Arc::clone(file), offset: offset - base })
    }

    /// Each part with the offset at which it begins and its length, for reading it all.
    pub(super) fn parts(&self) -> Vec<(u64, u64, Arc<File>)> {
        let ends = self.files.iter().skip(1).map(|(base, _)| *base).chain([self.files_len]);
        let files = self
            .files
            .iter()
            .zip(ends)
            .map(|((base, file), end)| (*base, end - base, Arc::clone(file)));
        let journal = self
            .journal
            .iter()
            .map(|(journal, reader)| (self.files_len, journal.len(), Arc::clone(reader)));
        files.chain(journal).collect()
    }
}

/// Where a line begins.
#[derive(Debug, Clone)]
pub(super) struct Place {
    file: Arc<File>,
    offset: u64,
}

impl Place {
    /// All bytes from here up to another place, that one included.
    pub(super) fn read_to(&self, last: &Place, into: &mut [u8]) -> io::Result<()> {
        if !Arc::ptr_eq(&self.file, &last.file) {
            return Err(io::Error::other("a part of the recording that lies in two files"));
        }
        self.file.read_exact_at(into, self.offset)
    }

    /// The line that begins here and is that long.
    pub(super) fn read(&self, len: u32) -> io::Result<String> {
        let mut bytes = vec![0; len as usize];
        self.file.read_exact_at(&mut bytes, self.offset)?;
        String::from_utf8(bytes).map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the recording is not UTF-8 there; was it changed?",
            )
        })
    }
}
