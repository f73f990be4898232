//! Recordings that the last mirror has not sent to their end.

use crate::engine::mirror::resume_point::ResumePoint;
use crate::recording::part_of;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A recording of which not all is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentRecording {
    /// Its last part.
    pub path: PathBuf,
    /// The upstream that it was mirrored to.
    pub url: String,
    /// The number of bytes that are not sent.
    pub bytes: u64,
}

/// Finds the recordings in parts in a folder that no program writes to and that are not sent to their
/// end, the newest first.
///
/// # Errors
/// Fails if the folder is there and cannot be read.
pub fn find_unsent(folder: &Path) -> io::Result<Vec<UnsentRecording>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry?.path());
    }
    paths.sort();
    let points =
        paths.iter().rev().filter(|path| path.extension().is_some_and(|ext| ext == "mirror"));
    Ok(points.filter_map(|point| find_unsent_recording(point, &paths)).collect())
}

/// Returns the recording of a resume point if some of it is not sent.
fn find_unsent_recording(point: &Path, paths: &[PathBuf]) -> Option<UnsentRecording> {
    let ResumePoint { url, part, offset, .. } = ResumePoint::read(point).ok()??;
    let stem = point.with_extension("");
    let (mut last, mut bytes) = (None, 0);
    for path in paths {
        let Some((_, number)) = part_of(path).filter(|(other, _)| *other == stem) else { continue };
        let file = File::open(path).ok()?;
        // its writer has it locked
        file.try_lock_shared().ok()?;
        let len = file.metadata().ok()?.len();
        bytes += match number.cmp(&part) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => len.saturating_sub(offset),
            std::cmp::Ordering::Greater => len,
        };
        last = Some(path.clone());
    }
    last.filter(|_| bytes > 0).map(|path| UnsentRecording { path, url, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_not_sent() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(find_unsent(&folder.path().join("none")).expect("no folder"), []);
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        let point = |part: u32, offset: u64| {
            format!(
                r#"{{"v":1,"url":"http://x","part":{part},"offset":{offset},"request":0,"at":""}}"#
            )
        };
        for number in 1..4 {
            write(&format!("a.{number:04}.ndjson"), "12345\n");
        }
        write("a.mirror", &point(2, 4));
        write("b.0001.ndjson", "12345\n");
        write("b.mirror", &point(1, 6));
        write("c.mirror", &point(1, 0));
        write("d.0001.ndjson", "12345\n");
        let path = folder.path().join("a.0003.ndjson");
        let want = UnsentRecording { path: path.clone(), url: "http://x".to_owned(), bytes: 8 };
        assert_eq!(find_unsent(folder.path()).expect("readable"), [want]);
        let writer = File::open(path).expect("it is there");
        writer.lock().expect("it can be locked");
        assert_eq!(find_unsent(folder.path()).expect("readable"), [], "it is being written");
    }
}
