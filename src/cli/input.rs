//! Files that commands read as captured calls.

use super::failure::Failure;
use crate::pipeline::{Pipeline, Recording};
use std::path::{Path, PathBuf};

/// The files in their order, as one recording. Nothing is written to them.
pub fn read(files: &[PathBuf]) -> Result<Recording, Failure> {
    let mut recording = Recording::default();
    for path in files {
        recording.add(path).map_err(Failure::wrong)?;
    }
    Ok(recording)
}

/// A file that grows, as a recording.
pub fn follow(file: &Path) -> Result<Recording, Failure> {
    let mut recording = Recording::default();
    recording.add_followed(file).map_err(Failure::wrong)?;
    Ok(recording)
}

/// Waits until all was read; a line of a file of calls that is no call is wrong use.
pub fn all_read(pipeline: &Pipeline) -> Result<(), Failure> {
    pipeline.settle();
    pipeline.wrong().map_or(Ok(()), |error| Err(Failure::wrong(error)))
}
