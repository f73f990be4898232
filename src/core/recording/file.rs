//! The file of a recording: opened once, locked, appended to.

use crate::call::time::Millis;
use crate::config::{self, ExposedPath};
use crate::recording::parts::{KeepLimit, PartNames};
use rustix::fs::OFlags;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An error that prevents writing a recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// An operation on the file or its folder failed.
    #[error("could not {what} the recording {}: {source}", path.display())]
    Io {
        /// The operation.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Another program is writing the recording.
    #[error("the recording {} is being written by another segscope; choose another --record FILE", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The path is not a regular file, so it could not be read back.
    #[error("the recording {} is {what}, not a regular file; choose another --record FILE", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// The kind of file that it is.
        what: &'static str,
    },
    /// The file is not a recording.
    #[error("{} is not a segscope recording: its first line does not begin with {{\"v\":1; nothing was appended to it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// The result of checking an existing recording when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// The number of bytes of a torn last line that were cut.
    pub cut_bytes: u64,
    /// The file's earlier mode, if users other than its owner could open it.
    pub exposed: Option<ExposedPath>,
}

/// The state of a recording's file compared with what was written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// The file is not created yet, because nothing has been recorded.
    Planned,
    /// The file is as this program left it.
    Whole,
    /// The file was deleted: its content is lost when this program ends.
    Removed,
    /// Another program has cut the file or written to it.
    Changed {
        /// The current length of the file.
        len: u64,
    },
}

/// Returns a description of a file that is not a regular file.
fn special_file_kind(meta: &Metadata) -> Option<&'static str> {
    let kind = meta.file_type();
    match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => Some("a folder"),
        () if kind.is_fifo() => Some("a pipe"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

/// Locks the file against other programs for as long as it is open.
fn lock_file(file: File, path: &Path) -> Result<File, RecordingError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RecordingError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => {
            Err(RecordingError::Io { what: "lock", path: path.to_owned(), source })
        }
    }
}

/// A recording that is being written.
#[derive(Debug)]
pub struct RecordingFile {
    /// `None` until the first line, if the file is created with the first line.
    file: Option<File>,
    path: Option<PathBuf>,
    len: u64,
    fsync: bool,
    /// True if there is a half-written line after `len`.
    torn: bool,
    /// True if the user did not name the file; it is then removed at the end if it is empty.
    unnamed: bool,
    /// The limit and the names of the parts, if the recording is divided into parts.
    parts: Option<(KeepLimit, PartNames)>,
}

/// The number of attempts to create a file, and the pause between them, while another program
/// prunes the folder: it holds a file's lock for the moment that removing the file takes.
const MAX_CREATE_TRIES: u32 = 20;
const CREATE_RETRY_INTERVAL: Duration = Duration::from_millis(5);

impl RecordingFile {
    /// Opens a file to append to, and creates it, readable only by its user, if it does not exist.
    /// Cuts a torn last line, which a crash in the middle of a write leaves behind.
    pub fn open(path: &Path, fsync: bool) -> Result<(RecordingFile, Recovery), RecordingError> {
        let io = |what| move |source| RecordingError::Io { what, path: path.to_owned(), source };
        let check = |meta: &Metadata| match special_file_kind(meta) {
            Some(what) => Err(RecordingError::NotAFile { path: path.to_owned(), what }),
            None => Ok(()),
        };
        // checked before opening, because opening alone makes some devices act
        std::fs::metadata(path).map_or(Ok(()), |meta| check(&meta))?;
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            // if a pipe takes this path at this moment, opening it must not block
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)
            .map_err(io("open"))?;
        let meta = file.metadata().map_err(io("look at"))?;
        check(&meta)?;
        let mut file = lock_file(file, path)?;
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
        let mut recording = RecordingFile::opened(file, Some(path), len);
        recording.fsync = fsync;
        Ok((recording, recovery))
    }

    /// Creates a recording whose file is created with its first line and removed if it stays empty.
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

    /// Returns a nameless recording with its file divided into parts, the oldest of which are
    /// deleted.
    pub fn keeping(self, keep: KeepLimit) -> RecordingFile {
        self.with_parts(keep, PartNames::nameless())
    }

    /// Returns the limit of what stays on disk; `None` if the recording is not written in parts.
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
        for _ in 0..MAX_CREATE_TRIES {
            match RecordingFile::open(&path, self.fsync) {
                Ok((mut created, _)) => {
                    // another program that prunes the folder may have removed the empty file before
                    // it was locked
                    if created.look()? != FileStatus::Removed {
                        self.file = created.file.take();
                        self.len = created.len;
                        return Ok(());
                    }
                }
                Err(RecordingError::InUse { .. }) => std::thread::sleep(CREATE_RETRY_INTERVAL),
                Err(RecordingError::Io { source, .. }) => return Err(source),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Err(io::Error::other(RecordingError::InUse { path }))
    }

    fn file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::Error::other("the recording is not created yet"))
    }

    /// Opens an existing recording to append to it, without changing its content.
    pub fn join(path: &Path) -> Result<RecordingFile, RecordingError> {
        let io = |what| move |source| RecordingError::Io { what, path: path.to_owned(), source };
        let file =
            OpenOptions::new().read(true).append(true).open(path).map_err(io("append to"))?;
        let mut file = lock_file(file, path)?;
        let len = file.metadata().map_err(io("look at"))?.len();
        if end_of_last_line(&mut file, len).map_err(io("read"))? < len {
            let torn = io::Error::other("its last line is torn");
            return Err(io("append to")(torn));
        }
        Ok(RecordingFile::opened(file, Some(path), len))
    }

    /// Creates a recording without a name, which takes disk space and is deleted when the program
    /// ends.
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

    /// Compares the file with what was written: another program may have removed or cut it.
    pub fn look(&self) -> io::Result<FileStatus> {
        let Some(file) = &self.file else { return Ok(FileStatus::Planned) };
        // each write begins with this, and `File::metadata` takes longer
        let stat = rustix::fs::fstat(file)?;
        let len = u64::try_from(stat.st_size).unwrap_or(0);
        Ok(match () {
            () if self.path.is_some() && stat.st_nlink == 0 => FileStatus::Removed,
            // the rest of a failed write that could not be cut yet is cut before the next write
            () if len == self.len || self.torn && len > self.len => FileStatus::Whole,
            () => FileStatus::Changed { len },
        })
    }

    /// Creates the file again after it was removed, and its folder if necessary.
    pub fn again(&self) -> io::Result<RecordingFile> {
        let path = self.path.clone().ok_or(io::ErrorKind::NotFound)?;
        let mut again = RecordingFile::planned(path, self.fsync);
        (again.unnamed, again.parts) = (self.unnamed, self.parts.clone());
        again.create()?;
        Ok(again)
    }

    /// Accepts the file's current content, changed by another program, and continues after it on a
    /// new line.
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

    /// Appends a line and returns its offset. When it returns, the line survives the end of this
    /// program; with fsync, it also survives a crash of the machine. After an error the file ends
    /// where it ended before, so the next line is intact.
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
        // a half-written line must not merge with the next one; if it cannot be cut now, it is cut
        // before the next line or at the next start
        self.torn = kept.is_err() && file.set_len(at).is_err();
        kept?;
        self.len += line.len() as u64;
        Ok(at)
    }

    /// Returns a second handle, for reading by offset.
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

    /// Returns true if the file is not created until the first line is appended.
    pub fn is_planned(&self) -> bool {
        self.file.is_none()
    }

    /// Returns the length of the recording in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns true while nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the path of the file, if it has a name.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        let empty = || self.file.as_ref()?.metadata().ok().map(|meta| meta.len() == 0);
        if let Some(path) = self.path.as_deref().filter(|_| self.unnamed && empty() == Some(true)) {
            // the lock is still held, so no other program uses the file; if it cannot be removed
            // now, the next start prunes it
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Returns the offset after the last line end in the first `len` bytes of a file.
pub fn end_of_last_line(file: &mut File, len: u64) -> io::Result<u64> {
    const CHUNK_BYTES: u64 = 64 * 1024;
    let mut end = len;
    let mut buffer = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(CHUNK_BYTES);
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
