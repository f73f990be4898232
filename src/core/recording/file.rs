//! The file behind a recording: opened once, locked, appended to.

use crate::call::time::Millis;
use crate::config::{self, ExposedPath};
use crate::recording::parts::{KeepLimit, PartNames};
use rustix::fs::OFlags;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a recording cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file or its folder refused.
    #[error("could not {what} the recording {}: {source}", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another program appends to it.
    #[error("the recording {} is being written by another segscope; choose another --record FILE", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is no file that could be read again.
    #[error("the recording {} is {what}, not a regular file; choose another --record FILE", path.display())]
    NotAFile {
        /// Its name.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file holds something else.
    #[error("{} is not a segscope recording: its first line does not begin with {{\"v\":1; nothing was appended to it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// What was found at the end of an existing recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of a torn last line that were cut.
    pub cut_bytes: u64,
    /// Users other than its owner could open it.
    pub exposed: Option<ExposedPath>,
}

/// What became of a recording's file while it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// It is not created yet: nothing has been recorded.
    Planned,
    /// It is as it was left.
    Whole,
    /// It has no name any more: what is written to it is gone with this program.
    Removed,
    /// Something else has cut it or written to it.
    Changed {
        /// How long it is now.
        len: u64,
    },
}

/// What a name stands for, if for no regular file.
fn no_file(meta: &Metadata) -> Option<&'static str> {
    let kind = meta.file_type();
    match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => Some("a folder"),
        () if kind.is_fifo() => Some("a pipe"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

/// A file that no other program appends to while this one has it.
fn locked(file: File, path: &Path) -> Result<File, RecordingError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RecordingError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => {
            Err(RecordingError::Io { what: "lock", path: path.to_owned(), source })
        }
    }
}

/// A recording that is written. It has one writer; readers use [`RecordingFile::reader`].
#[derive(Debug)]
pub struct RecordingFile {
    /// None until the first line of a recording whose file is created with it.
    file: Option<File>,
    path: Option<PathBuf>,
    len: u64,
    fsync: bool,
    /// A half-written line stands behind `len`.
    torn: bool,
    /// The user did not name the file, so it is removed at the end if nothing is in it.
    unnamed: bool,
    /// The limit and the names of the parts, if the recording is divided into parts.
    parts: Option<(KeepLimit, PartNames)>,
}

/// How often and with which pauses creating a file is tried while another program tidies the
/// folder: it holds a file's lock for the moment that removing the file takes.
const CREATE_TRIES: u32 = 20;
const CREATE_PAUSE: Duration = Duration::from_millis(5);

impl RecordingFile {
    /// Opens a file to append to, made if it is not there, readable by its user alone. A torn last
    /// line, as a crash in the middle of a write leaves it, is cut.
    pub fn open(path: &Path, fsync: bool) -> Result<(RecordingFile, Recovery), RecordingError> {
        let io = |what| move |source| RecordingError::Io { what, path: path.to_owned(), source };
        let check = |meta: &Metadata| match no_file(meta) {
            Some(what) => Err(RecordingError::NotAFile { path: path.to_owned(), what }),
            None => Ok(()),
        };
        // before it is opened: that alone makes some devices act
        std::fs::metadata(path).map_or(Ok(()), |meta| check(&meta))?;
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            // a pipe that comes to the name in this moment must not make it wait
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)
            .map_err(io("open"))?;
        let meta = file.metadata().map_err(io("look at"))?;
        check(&meta)?;
        let mut file = locked(file, path)?;
        let whole = file.metadata().map_err(io("look at"))?.len();
        let mut first = [0u8; 6];
        let seen = file.read(&mut first).map_err(io("read"))?;
        if !b"{\"v\":1".starts_with(&first[..seen]) {
            return Err(RecordingError::Foreign { path: path.to_owned() });
        }
        let len = end_of_last_line(&mut file, whole).map_err(io("read"))?;
        if len < whole {
            file.set_len(len).map_err(io("cut the torn last line of"))?;
        }
        let exposed = config::close_to_others(path);
        let recovery = Recovery { cut_bytes: whole - len, exposed };
        let mut journal = RecordingFile::opened(file, Some(path), len);
        journal.fsync = fsync;
        Ok((journal, recovery))
    }

    /// A recording whose file is created with its first line and removed if it stays empty.
    pub(crate) fn planned(path: PathBuf, fsync: bool) -> RecordingFile {
        let (file, path) = (None, Some(path));
        RecordingFile { file, path, len: 0, fsync, torn: false, unnamed: true, parts: None }
    }

    fn opened(file: File, path: Option<&Path>, len: u64) -> RecordingFile {
        let (file, path) = (Some(file), path.map(Path::to_owned));
        RecordingFile { file, path, len, fsync: false, torn: false, unnamed: false, parts: None }
    }

    /// Returns the recording with its file divided into parts.
    pub(crate) fn with_parts(mut self, keep: KeepLimit, names: PartNames) -> RecordingFile {
        self.parts = Some((keep, names));
        self
    }

    /// Returns a nameless recording with its file divided into parts, of which the oldest are deleted.
    pub fn keeping(self, keep: KeepLimit) -> RecordingFile {
        self.with_parts(keep, PartNames::nameless())
    }

    /// How much of the recording is kept; all of it if it is not written in parts.
    pub fn keep(&self) -> Option<KeepLimit> {
        self.parts.as_ref().map(|(keep, _)| *keep)
    }

    /// Creates the next part of a recording that is written in parts, and returns its number.
    pub fn next_part(&self) -> io::Result<(RecordingFile, u32)> {
        let (keep, names) = self.parts.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        let (file, names) = names.next(self.fsync)?;
        let number = names.number();
        Ok((file.with_parts(*keep, names), number))
    }

    /// Creates the file of a planned recording.
    pub fn create(&mut self) -> io::Result<()> {
        let path = self.path.clone().ok_or(io::ErrorKind::NotFound)?;
        if let Some(folder) = path.parent() {
            config::create_private_folder(folder)?;
        }
        for _ in 0..CREATE_TRIES {
            match RecordingFile::open(&path, self.fsync) {
                Ok((mut created, _)) => {
                    // whoever tidies the folder may have removed the empty file before it was locked
                    if created.look()? != FileStatus::Removed {
                        self.file = created.file.take();
                        self.len = created.len;
                        return Ok(());
                    }
                }
                Err(RecordingError::InUse { .. }) => std::thread::sleep(CREATE_PAUSE),
                Err(RecordingError::Io { source, .. }) => return Err(source),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Err(io::Error::other(RecordingError::InUse { path }))
    }

    fn file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::Error::other("the recording is not created yet"))
    }

    /// Opens a recording that is there to append to it, and changes nothing of what it holds.
    pub fn join(path: &Path) -> Result<RecordingFile, RecordingError> {
        let io = |what| move |source| RecordingError::Io { what, path: path.to_owned(), source };
        let file =
            OpenOptions::new().read(true).append(true).open(path).map_err(io("append to"))?;
        let mut file = locked(file, path)?;
        let len = file.metadata().map_err(io("look at"))?.len();
        if end_of_last_line(&mut file, len).map_err(io("read"))? < len {
            let torn = io::Error::other("its last line is torn");
            return Err(io("append to")(torn));
        }
        Ok(RecordingFile::opened(file, Some(path), len))
    }

    /// A recording without a name: it takes room on disk and is deleted at exit.
    pub fn nameless() -> Result<RecordingFile, RecordingError> {
        let folder = std::env::temp_dir();
        let path =
            folder.join(format!(".segscope-{}-{}", std::process::id(), uuid::Uuid::new_v4()));
        let io = |what| {
            let path = path.clone();
            move |source| RecordingError::Io { what, path, source }
        };
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(io("open"))?;
        std::fs::remove_file(&path).map_err(io("unlink"))?;
        Ok(RecordingFile::opened(file, None, 0))
    }

    /// Whether the file is still what was written: something else may have removed or cut it.
    pub fn look(&self) -> io::Result<FileStatus> {
        let Some(file) = &self.file else { return Ok(FileStatus::Planned) };
        let meta = file.metadata()?;
        Ok(match () {
            () if self.path.is_some() && meta.nlink() == 0 => FileStatus::Removed,
            // what could not be cut after a failed write is cut before the next
            () if meta.len() == self.len || self.torn && meta.len() > self.len => FileStatus::Whole,
            () => FileStatus::Changed { len: meta.len() },
        })
    }

    /// The same file anew, where it was removed; its folder too.
    pub fn again(&self) -> io::Result<RecordingFile> {
        let path = self.path.clone().ok_or(io::ErrorKind::NotFound)?;
        let mut again = RecordingFile::planned(path, self.fsync);
        (again.unnamed, again.parts) = (self.unnamed, self.parts.clone());
        again.create()?;
        Ok(again)
    }

    /// Goes on behind what the file holds now, on a line of its own.
    pub fn accept(&mut self) -> io::Result<()> {
        let len = self.file()?.metadata()?.len();
        let mut last = [b'\n'];
        if len > 0 {
            self.file()?.read_exact_at(&mut last, len - 1)?;
        }
        (self.len, self.torn) = (len, false);
        if last != *b"\n" {
            self.append(b"\n")?;
        }
        Ok(())
    }

    /// Appends a line and returns where it begins. When it returns, the line survives the death of
    /// this program; with fsync also that of the machine. After an error the file ends where it
    /// ended before, so the next line is whole.
    pub fn append(&mut self, line: &[u8]) -> io::Result<u64> {
        if self.file.is_none() {
            self.create()?;
        }
        let at = self.len;
        let mut file = self.file()?;
        if self.torn {
            file.set_len(at)?;
        }
        let written = file.write_all(line);
        let kept = written.and_then(|()| if self.fsync { file.sync_data() } else { Ok(()) });
        // a half-written line must not swallow the next one; if it cannot be cut now, it is before
        // the next line, or at the next start
        self.torn = kept.is_err() && file.set_len(at).is_err();
        kept?;
        self.len += line.len() as u64;
        Ok(at)
    }

    /// A second handle for reading, by offset.
    pub fn reader(&self) -> io::Result<File> {
        self.file()?.try_clone()
    }

    /// Returns a second handle for reading, and the time of the last write.
    pub(crate) fn reader_and_time(&self) -> io::Result<(File, Millis)> {
        let meta = self.file()?.metadata()?;
        Ok((self.reader()?, meta.mtime() * 1000 + meta.mtime_nsec() / 1_000_000))
    }

    /// Fills `out` with bytes from the recording.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file()?.read_exact_at(out, offset)
    }

    /// True if there is no file until the first line is appended.
    pub fn is_planned(&self) -> bool {
        self.file.is_none()
    }

    /// How long the recording is.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True while nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The file, if it has a name.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        let empty = || self.file.as_ref()?.metadata().ok().map(|meta| meta.len() == 0);
        if let Some(path) = self.path.as_deref().filter(|_| self.unnamed && empty() == Some(true)) {
            // its lock is still held, so it is nobody else's; what cannot be removed is at the next start
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Where the last whole line of a file of that length ends: behind its last line end.
pub fn end_of_last_line(file: &mut File, len: u64) -> io::Result<u64> {
    const STEP: u64 = 64 * 1024;
    let mut end = len;
    let mut buffer = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP);
        buffer.resize((end - start) as usize, 0);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut buffer)?;
        if let Some(newline) = memchr::memrchr(b'\n', &buffer) {
            return Ok(start + newline as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
