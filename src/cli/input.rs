//! The files that commands read as captured calls, and the filter on them.

use super::args::FilterArgs;
use super::failure::Failure;
use super::output;
use crate::engine::{Engine, Recording};
use crate::fql::{Filter, FilterError};
use crate::vendors::Vendors;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Reads the files in their order as one recording, and notes on standard error which parts of them
/// were skipped. It never writes to them.
pub fn read(files: &[PathBuf]) -> Result<Recording, Failure> {
    let recording = open(files)?;
    for note in recording.notes() {
        output::note(format_args!("note: {note}"));
    }
    Ok(recording)
}

/// Reads the files in their order as one recording. The caller reports its notes.
pub fn open(files: &[PathBuf]) -> Result<Recording, Failure> {
    let mut recording = Recording::default();
    for path in files {
        tracing::debug!(file = %path.display(), "opening a file of calls");
        recording.add(path)?;
    }
    Ok(recording)
}

/// Returns true if a file can be read only once: a pipe, or standard input.
pub fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-" || std::fs::metadata(file).is_ok_and(|meta| !meta.is_file())
}

/// Opens a growing file as a recording.
pub fn follow(file: &Path) -> Result<Recording, Failure> {
    tracing::debug!(file = %file.display(), "following a file of calls");
    let mut recording = Recording::default();
    recording.add_followed(file)?;
    Ok(recording)
}

/// Waits until everything is read, and notes on standard error what was passed over. Fails if a
/// line of a file of calls is not a call.
pub fn all_read(engine: &Engine) -> Result<(), Failure> {
    settle(engine)?;
    for note in engine.import_notes() {
        output::note(format_args!("note: {note}"));
    }
    Ok(())
}

/// Waits until everything is read. Fails if a line of a file of calls is not a call.
pub fn settle(engine: &Engine) -> Result<(), Failure> {
    let began = Instant::now();
    engine.settle();
    let took_ms = began.elapsed().as_millis() as u64;
    tracing::info!(rows = engine.rows(), took_ms, "all files were read");
    engine.wrong().map_or(Ok(()), |error| Err(Failure::wrong(error)))
}

impl FilterArgs {
    /// Reads the filter, which may name these vendors. The error shows the wrong part underlined.
    pub fn read(&self, vendors: &Vendors) -> Result<Filter, Failure> {
        read_filter("--filter", self.filter.as_deref().unwrap_or_default(), vendors)
    }
}

/// Reads the filter of a flag, which may name these vendors. The error shows the wrong part underlined.
pub fn read_filter(flag: &str, text: &str, vendors: &Vendors) -> Result<Filter, Failure> {
    let wrong = |error: FilterError| Failure::UseLines(format!("{flag}: {}", error.render()));
    vendors.parse_filter(text).map_err(wrong)
}
