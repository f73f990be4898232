//! Files that commands read as captured calls.

use super::failure::Failure;
use crate::journal::Journal;
use crate::pipeline::{FileItem, Recording, read_file};
use std::path::PathBuf;

/// The files in their order, as one recording. Nothing is written to them.
pub fn read(files: &[PathBuf]) -> Result<Recording, Failure> {
    let mut recording = Recording::default();
    let mut calls = Vec::new();
    for path in files {
        match read_file(path).map_err(Failure::wrong)? {
            FileItem::Recording { file, whole_lines_bytes } => {
                recording.add_file(path, file, whole_lines_bytes)
            }
            FileItem::Calls(more) => calls.extend(more),
        }
    }
    if !calls.is_empty() {
        recording
            .set_journal(Journal::nameless().map_err(Failure::blocked)?)
            .map_err(Failure::blocked)?;
        recording.add_calls(calls.iter().map(String::as_str)).map_err(Failure::blocked)?;
    }
    Ok(recording)
}
