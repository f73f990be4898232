//! The folder where recordings are kept when the user names no file.

use super::file::{Journal, JournalError};
use crate::call::time;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The newest recordings are kept while there are not more than this many…
pub const KEPT_FILES: usize = 20;
/// …and while they take no more than this together.
pub const KEPT_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// A folder of recordings.
#[derive(Debug, Clone)]
pub struct Recordings {
    folder: PathBuf,
}

impl Recordings {
    /// Recordings in that folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Recordings {
        Recordings { folder: folder.into() }
    }

    /// Begins a recording under a name of its own, and deletes the oldest ones that are too many,
    /// never one that some segscope writes.
    pub fn begin(&self, fsync: bool) -> Result<Journal, JournalError> {
        let folder = &self.folder;
        let io = |what| move |source| JournalError::Io { what, path: folder.clone(), source };
        std::fs::create_dir_all(folder).map_err(io("make the folder of"))?;
        self.prune(KEPT_FILES, KEPT_BYTES).map_err(io("tidy the folder of"))?;
        let name = format!(
            "{}-{}.ndjson",
            time::format(time::now()).replace(':', "-"),
            std::process::id()
        );
        Ok(Journal::open(&folder.join(name), fsync)?.0)
    }

    /// Deletes the oldest while there are too many. Names begin with their time, so the order of
    /// names is the order of age. One place is left for the recording that is about to begin.
    pub fn prune(&self, files: usize, bytes: u64) -> io::Result<usize> {
        // two that tidy at once would each delete for the other
        let alone = File::open(&self.folder)?;
        alone.lock()?;
        let mut found: Vec<(PathBuf, u64)> = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            if path.extension().is_some_and(|ext| ext == "ndjson")
                && let Some(meta) = unless_gone(entry.metadata())?
            {
                found.push((path, meta.len()));
            }
        }
        found.sort();
        let mut count = found.len();
        let mut total: u64 = found.iter().map(|(_, len)| len).sum();
        let mut deleted = 0;
        for (path, len) in found {
            if count < files && total <= bytes {
                break;
            }
            if in_use(&path) {
                continue;
            }
            count -= 1;
            total -= len;
            if unless_gone(std::fs::remove_file(&path))?.is_some() {
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// What someone else has deleted at the same moment is no error.
fn unless_gone<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

fn in_use(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_that_tidy_at_once_do_not_collide() {
        let folder = tempfile::tempdir().expect("a folder");
        for n in 0..400 {
            let name = format!("2026-01-01-{n:03}.ndjson");
            std::fs::write(folder.path().join(name), "{\"v\":1}\n").expect("written");
        }
        let recordings = Recordings::in_folder(folder.path());
        let deleted: usize = std::thread::scope(|scope| {
            let tidying: Vec<_> =
                (0..4).map(|_| scope.spawn(|| recordings.prune(10, 10_000))).collect();
            let each = |thread: std::thread::ScopedJoinHandle<'_, io::Result<usize>>| {
                thread.join().expect("no panic").expect("tidied")
            };
            tidying.into_iter().map(each).sum()
        });
        let left = std::fs::read_dir(folder.path()).expect("there").count();
        assert_eq!(deleted + left, 400);
        assert_eq!(left, 9);
        assert!(recordings.begin(false).is_ok());
    }

    #[test]
    fn the_oldest_go_but_never_one_in_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = Recordings::in_folder(folder.path());
        for n in 0..6 {
            std::fs::write(folder.path().join(format!("2026-01-0{n}.ndjson")), "{\"v\":1}\n")
                .expect("written");
        }
        std::fs::write(folder.path().join("0-notes.txt"), "mine").expect("written");
        let _open = Journal::open(&folder.path().join("2026-01-00.ndjson"), false).expect("opened");
        assert_eq!(recordings.prune(4, 1000).expect("tidied"), 3);
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .expect("there")
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        assert_eq!(
            left,
            ["0-notes.txt", "2026-01-00.ndjson", "2026-01-04.ndjson", "2026-01-05.ndjson"]
        );
        assert_eq!(recordings.prune(20, 8).expect("tidied"), 2, "bytes count too");
    }
}
