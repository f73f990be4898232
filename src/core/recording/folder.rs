//! The folder of recordings whose files the user does not name.

use crate::call::time;
use crate::config;
use crate::recording::file::{RecordingError, RecordingFile};
use crate::recording::parts::{self, KeepLimit, PartNames};
use crate::recording::reader;
use crate::recording::reader::{ReadLines, RecordingEntry};
use crate::wire::{self, ParseScratch, RequestHead};
use rustix::fs::Access;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// The maximum number of recordings with calls; older ones are deleted.
pub const MAX_RECORDINGS: usize = 20;
/// The maximum total size of all recordings; the oldest are deleted while it is exceeded.
pub const MAX_RECORDED_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// The number of bytes that are searched for a call. A recording without a call in them counts as
/// one without calls.
const MAX_SCANNED_BYTES: u64 = 4 * 1024 * 1024;

/// A folder of recordings.
#[derive(Debug, Clone)]
pub struct Recordings {
    folder: PathBuf,
}

/// The files of each recording in their order, by the recordings' names.
type PartsByName = BTreeMap<PathBuf, Vec<RecordingPart>>;

/// A file of a recording in the folder.
struct RecordingPart {
    number: u32,
    path: PathBuf,
    bytes: u64,
}

impl Recordings {
    /// Returns the recordings of a folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Recordings {
        Recordings { folder: folder.into() }
    }

    /// Plans a recording with a name of its own, whose first part is created with its first line,
    /// and deletes the oldest recordings that exceed the limits. Also returns the number of deleted
    /// ones.
    ///
    /// # Errors Fails if the folder cannot be created, pruned or written to.
    pub fn begin(
        &self,
        keep: KeepLimit,
        fsync: bool,
    ) -> Result<(RecordingFile, usize), RecordingError> {
        let folder = &self.folder;
        let io = |what| move |source| RecordingError::Io { what, path: folder.clone(), source };
        config::create_private_folder(folder).map_err(io("make the folder of"))?;
        let deleted = self.prune(MAX_RECORDINGS, MAX_RECORDED_BYTES);
        let deleted = deleted.map_err(io("tidy the folder of"))?;
        let rights = Access::WRITE_OK | Access::EXEC_OK;
        rustix::fs::access(folder, rights)
            .map_err(|error| io("write to the folder of")(error.into()))?;
        let name =
            format!("{}-{}", time::format(time::now()).replace(':', "-"), std::process::id());
        let names = PartNames::with_stem(folder.join(name));
        let path = names.path().unwrap_or_default();
        Ok((RecordingFile::planned(path, fsync).with_parts(keep, names), deleted))
    }

    /// Returns the files of the newest recording with a call, in their order; with `nth` 2, of the
    /// one before, and so on.
    ///
    /// # Errors Fails if the folder exists and cannot be read.
    pub fn newest(&self, nth: usize) -> io::Result<Option<Vec<PathBuf>>> {
        let found = none_if_missing(self.list())?.unwrap_or_default().0;
        let paths =
            |files: &Vec<RecordingPart>| files.iter().map(|part| part.path.clone()).collect();
        let newest = found.values().rev().map(paths);
        let mut with_calls =
            newest.filter(|files: &Vec<PathBuf>| files.iter().any(|file| has_calls(file)));
        Ok(with_calls.nth(nth.saturating_sub(1)))
    }

    /// Returns the recordings, and the empty files.
    fn list(&self) -> io::Result<(PartsByName, Vec<PathBuf>)> {
        let (mut found, mut empty) = (PartsByName::new(), Vec::new());
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            if path.extension().is_none_or(|ext| ext != "ndjson") {
                continue;
            }
            // metadata of the entry itself, so that a folder, a pipe or a link with such a name is
            // not touched
            match none_if_missing(entry.metadata())? {
                Some(meta) if meta.is_file() && meta.len() > 0 => {
                    let (stem, number) =
                        parts::part_of(&path).unwrap_or_else(|| (path.with_extension(""), 0));
                    let part = RecordingPart { number, path, bytes: meta.len() };
                    found.entry(stem).or_default().push(part);
                }
                Some(meta) if meta.is_file() => empty.push(path),
                _ => {}
            }
        }
        found.values_mut().for_each(|parts| parts.sort_by_key(|part| part.number));
        Ok((found, empty))
    }

    /// Deletes the oldest recordings while more than `files` have calls or all together exceed
    /// `bytes`, and empty files that a crash left behind. Never deletes a recording in use. Names
    /// begin with a time, so the order of the names is the order of age. Returns the number of
    /// deleted recordings, including the empty files.
    pub fn prune(&self, files: usize, bytes: u64) -> io::Result<usize> {
        // two programs that prune at the same time would together delete too much
        let folder_lock = File::open(&self.folder)?;
        folder_lock.lock()?;
        let (found, empty) = self.list()?;
        let mut deleted = 0;
        for path in empty {
            deleted += usize::from(delete(&path, true)?);
        }
        let mut total: u64 = found.values().flatten().map(|part| part.bytes).sum();
        // the content is read only if there may be too many recordings
        let reads_content = found.len() > files;
        let with_calls = |parts: &Vec<RecordingPart>| {
            reads_content && parts.iter().any(|part| has_calls(&part.path))
        };
        let with_calls: Vec<bool> = found.values().map(with_calls).collect();
        let mut count = with_calls.iter().filter(|with_calls| **with_calls).count();
        for ((stem, parts), with_calls) in found.into_iter().zip(with_calls) {
            if count <= files && total <= bytes {
                break;
            }
            let mut is_gone = true;
            for part in parts {
                let is_deleted = delete(&part.path, false)?;
                total -= if is_deleted { part.bytes } else { 0 };
                is_gone &= is_deleted;
            }
            if is_gone {
                none_if_missing(std::fs::remove_file(resume_point(&stem)))?;
                deleted += 1;
                count -= usize::from(with_calls);
            }
        }
        Ok(deleted)
    }
}

/// Returns the path of the file that says up to which request a recording in parts is mirrored.
fn resume_point(stem: &Path) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".mirror");
    name.into()
}

/// Deletes a recording that no program has open; with `empty`, only if it is still empty. Returns
/// whether it was deleted.
fn delete(path: &Path, empty: bool) -> io::Result<bool> {
    let Ok(file) = File::open(path) else { return Ok(false) };
    // held until the file is deleted, so that no program begins to write to it meanwhile
    if file.try_lock().is_err() || empty && file.metadata()?.len() > 0 {
        return Ok(false);
    }
    Ok(none_if_missing(std::fs::remove_file(path))?.is_some())
}

/// Returns whether a call is found in the searched bytes of a recording; false if it cannot be
/// read.
fn has_calls(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut lines = ReadLines::new(BufReader::new(file.take(MAX_SCANNED_BYTES)), 0);
    let (mut bytes, mut scratch) = (Vec::new(), ParseScratch::default());
    while let Ok(Some(Ok(_))) = lines.next_line(&mut bytes) {
        if std::str::from_utf8(&bytes).is_ok_and(|line| line_has_calls(line, &mut scratch)) {
            return true;
        }
    }
    false
}

fn line_has_calls(line: &str, scratch: &mut ParseScratch) -> bool {
    let Ok(RecordingEntry::Request(request)) = reader::parse(line) else { return false };
    let Some(body) = request.body.clone().filter(|_| request.refused.is_none()) else {
        return false;
    };
    let head = RequestHead {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        received_at: request.received_at,
        is_tls: request.is_tls,
    };
    let reading = wire::read(&head, request.request, &line[body], scratch);
    reading.is_ok_and(|reading| !reading.calls.is_empty())
}

/// Turns the error of a missing file into `None`: another program may have deleted it at the same
/// moment.
fn none_if_missing<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::parts::DEFAULT_KEEP;

    const CALL: &str = "{\"v\":1,\"request\":1,\"received_at\":\"2026-01-01T00:00:00.000Z\",\"method\":\"POST\",\"path\":\"/v1/track\",\"query\":\"\",\"headers\":{},\"status\":200,\"body\":{\"event\":\"E\",\"userId\":\"u\"}}\n";
    const REFUSED: &str = "{\"v\":1,\"request\":1,\"received_at\":\"2026-01-01T00:00:00.000Z\",\"method\":\"GET\",\"path\":\"/x\",\"query\":\"\",\"headers\":{},\"status\":404,\"refused\":{\"code\":\"not_found\",\"message\":\"m\"}}\n";

    fn write(folder: &Path, name: &str, text: &str) {
        std::fs::write(folder.join(name), text).expect("written");
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("there");
        let name = |entry: io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn prunes_once_when_several_programs_prune_at_the_same_time() {
        let folder = tempfile::tempdir().expect("a folder");
        for n in 0..400 {
            write(folder.path(), &format!("2026-01-01-{n:03}.ndjson"), CALL);
        }
        let recordings = Recordings::in_folder(folder.path());
        let deleted: usize = std::thread::scope(|scope| {
            let tidying: Vec<_> =
                (0..4).map(|_| scope.spawn(|| recordings.prune(10, 1 << 30))).collect();
            let each = |thread: std::thread::ScopedJoinHandle<'_, io::Result<usize>>| {
                thread.join().expect("no panic").expect("tidied")
            };
            tidying.into_iter().map(each).sum()
        });
        assert_eq!(deleted, 390);
        assert_eq!(names(folder.path()).len(), 10);
    }

    #[test]
    fn deletes_the_oldest_but_never_a_recording_in_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = Recordings::in_folder(folder.path());
        for n in 0..6 {
            write(folder.path(), &format!("2026-01-0{n}.ndjson"), CALL);
        }
        write(folder.path(), "0-notes.txt", "mine");
        let _open =
            RecordingFile::open(&folder.path().join("2026-01-00.ndjson"), false).expect("opened");
        assert_eq!(recordings.prune(3, 1 << 20).expect("tidied"), 3);
        assert_eq!(
            names(folder.path()),
            ["0-notes.txt", "2026-01-00.ndjson", "2026-01-04.ndjson", "2026-01-05.ndjson"]
        );
        let bytes = CALL.len() as u64;
        assert_eq!(recordings.prune(20, bytes).expect("tidied"), 2, "bytes count too");
    }

    #[test]
    fn the_newest_recording_with_a_call_is_found_with_all_its_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = Recordings::in_folder(folder.path());
        assert_eq!(recordings.newest(1).expect("read"), None);
        let in_folder = |names: &[&str]| {
            let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
            Some(paths)
        };
        write(folder.path(), "2026-01-01.ndjson", CALL);
        assert_eq!(recordings.newest(1).expect("read"), in_folder(&["2026-01-01.ndjson"]));
        write(folder.path(), "2026-01-02.0002.ndjson", CALL);
        write(folder.path(), "2026-01-02.0001.ndjson", REFUSED);
        // later recordings without a call
        write(folder.path(), "2026-01-03.0001.ndjson", REFUSED);
        write(folder.path(), "2026-01-04.0001.ndjson", "");
        let newest = ["2026-01-02.0001.ndjson", "2026-01-02.0002.ndjson"];
        assert_eq!(recordings.newest(1).expect("read"), in_folder(&newest));
        let before = in_folder(&["2026-01-01.ndjson"]);
        assert_eq!(recordings.newest(2).expect("read"), before);
        assert_eq!(recordings.newest(3).expect("read"), None);
        let gone = Recordings::in_folder(folder.path().join("gone"));
        assert_eq!(gone.newest(1).expect("no folder is no error"), None);
    }

    #[test]
    fn recordings_without_calls_do_not_push_out_one_with_calls() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = Recordings::in_folder(folder.path());
        write(folder.path(), "2026-01-01.ndjson", CALL);
        for n in 10..60 {
            write(folder.path(), &format!("2026-01-{n}.ndjson"), REFUSED);
            write(folder.path(), &format!("2026-02-{n}.ndjson"), "");
            write(folder.path(), &format!("2026-03-{n}.ndjson"), "{\"v\":1,\"requ");
        }
        assert_eq!(recordings.prune(20, 1 << 30).expect("tidied"), 50, "only the empty ones");
        assert!(names(folder.path()).contains(&"2026-01-01.ndjson".to_owned()));
        // a recording with calls in its second line counts
        for n in 10..31 {
            write(folder.path(), &format!("2026-04-{n}.ndjson"), &format!("{REFUSED}{CALL}"));
        }
        // 22 recordings have calls: the oldest are deleted until 20 are left
        recordings.prune(20, 1 << 30).expect("tidied");
        let left = names(folder.path());
        assert_eq!(left.iter().filter(|name| name.starts_with("2026-04")).count(), 20);
        assert!(!left.contains(&"2026-01-01.ndjson".to_owned()));
    }

    #[test]
    fn the_parts_of_a_recording_count_as_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = Recordings::in_folder(folder.path());
        for part in 3..9 {
            write(folder.path(), &format!("2026-01-01.{part:04}.ndjson"), CALL);
        }
        write(folder.path(), "2026-01-01.mirror", "{}");
        for n in 2..6 {
            write(folder.path(), &format!("2026-01-0{n}.ndjson"), CALL);
        }
        assert_eq!(recordings.prune(5, 1 << 30).expect("tidied"), 0);
        assert_eq!(recordings.prune(4, 1 << 30).expect("tidied"), 1);
        assert_eq!(names(folder.path()).len(), 4, "all parts are gone");
    }

    #[test]
    fn leaves_folders_pipes_and_links_with_the_name_of_a_recording_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        write(elsewhere.path(), "mine.ndjson", CALL);
        std::fs::create_dir(folder.path().join("0001.ndjson")).expect("a folder");
        let fifo = folder.path().join("0002.ndjson");
        let made = std::process::Command::new("mkfifo").arg(fifo).status();
        assert!(made.expect("mkfifo runs").success());
        std::os::unix::fs::symlink(
            elsewhere.path().join("mine.ndjson"),
            folder.path().join("0003.ndjson"),
        )
        .expect("a link");
        for n in 10..35 {
            write(folder.path(), &format!("2026-01-{n}.ndjson"), CALL);
        }
        let recordings = Recordings::in_folder(folder.path());
        assert_eq!(recordings.prune(20, 1 << 30).expect("tidied"), 5);
        assert_eq!(names(folder.path())[..3], ["0001.ndjson", "0002.ndjson", "0003.ndjson"]);
        assert!(recordings.begin(DEFAULT_KEEP, false).is_ok());
    }

    #[test]
    fn creates_the_file_with_the_first_line_and_removes_it_if_none_could_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = Recordings::in_folder(folder.path());
        let (mut file, _) = recordings.begin(DEFAULT_KEEP, false).expect("planned");
        assert_eq!(names(folder.path()), [""; 0]);
        file.create().expect("created");
        assert_eq!(names(folder.path()).len(), 1);
        assert_eq!(recordings.prune(20, 0).expect("tidied"), 0, "it is in use");
        drop(file);
        assert_eq!(names(folder.path()), [""; 0], "nothing was recorded");
        let (mut file, _) = recordings.begin(DEFAULT_KEEP, false).expect("planned");
        assert_eq!(file.append(CALL.as_bytes()).expect("written"), 0);
        drop(file);
        assert_eq!(names(folder.path()).len(), 1);
    }
}
