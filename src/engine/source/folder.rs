//! Adds folders of files with calls.

use crate::engine::source::Bytes;
use crate::engine::source::extract::ExtractedCalls;
use crate::engine::source::file_error::FileError;
use crate::engine::source::recording_files::Recording;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The maximum number of files of a folder. A folder with more files is not read.
const MAX_FILES: usize = 10_000;
/// The maximum depth of folders within folders.
const MAX_DEPTH: usize = 32;
/// The maximum number of recordings that are open at the same time.
const MAX_RECORDINGS: usize = 200;

/// Adds all files of a folder and of the folders in it, in the order of their names. Files that hold
/// no calls are skipped and reported.
pub(crate) fn add(recording: &mut Recording, folder: &Path) -> Result<(), FileError> {
    let io = |source| FileError::Io { path: folder.to_owned(), source };
    let no_calls = |message| FileError::NoCalls { path: folder.to_owned(), message };
    let mut files = Vec::new();
    find(folder, 0, &mut files).map_err(io)?;
    if files.len() > MAX_FILES {
        return Err(no_calls(format!("the folder holds more than {MAX_FILES} files; give fewer")));
    }
    let (mut taken, mut size, mut read) = (ExtractedCalls::new(folder, true), 0, 0usize);
    let mut passed: Vec<FileError> = Vec::new();
    for path in &files {
        if recording.parts.len() >= MAX_RECORDINGS {
            return Err(no_calls(format!(
                "it holds more than {MAX_RECORDINGS} recordings; give fewer"
            )));
        }
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let added = match opened {
            // an empty file contains nothing to report
            Ok((0, _)) => continue,
            Ok((len, file)) => {
                recording.add_bytes(path, Bytes::File(file), 0, &mut taken).map(|()| len)
            }
            Err(source) => Err(FileError::Io { path: path.clone(), source }),
        };
        match added {
            Ok(len) => (read, size) = (read + 1, size + len),
            Err(error) => passed.push(error),
        }
    }
    taken.add_to(recording)?;
    if read == 0 {
        let why = passed.first().map_or(String::new(), |error| format!("; the first: {error}"));
        let files = files.len();
        return Err(no_calls(format!("none of the {files} files in this folder holds calls{why}")));
    }
    if let Some(first) = passed.first() {
        let all = files.len();
        let first = first.to_string().replace('\n', "; ");
        let passed = passed.len();
        let shown = folder.display();
        recording
            .notes
            .push(format!("{shown}: {passed} of {all} files passed over; the first: {first}"));
    }
    recording.count_file(folder, size, false);
    Ok(())
}

/// Finds the files of a folder, sorted, without hidden files and links to folders.
fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") || files.len() > MAX_FILES {
            continue;
        }
        if entry.file_type()?.is_dir() {
            if depth < MAX_DEPTH {
                find(&path, depth + 1, files)?;
            }
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
