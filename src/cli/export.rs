//! Calls that the screen shows, written to a file by a thread of its own.

use crate::call::time;
use crate::filter::Filter;
use crate::pipeline::{CallColumns, Detail, Pipeline};
use crate::report::{call_record, mask_key};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// So many rows are read at once.
const AT_ONCE: u64 = 64;

/// One export at a time, and what came of the last one.
#[derive(Debug, Default)]
pub struct Exports {
    runs: AtomicBool,
    told: Mutex<Option<Result<String, String>>>,
}

impl Exports {
    /// What came of an export that has ended since this was asked before.
    pub fn told(&self) -> Option<Result<String, String>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Begins to write the calls that pass a filter, as many as there are now.
    pub fn begin(
        self: &Arc<Exports>,
        pipeline: &Arc<Pipeline>,
        file: &str,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String> {
        let file = place(file);
        if file.exists() {
            return Err(format!("{} is there already; choose another name", file.display()));
        }
        if self.runs.swap(true, Ordering::AcqRel) {
            return Err("an export is still being written".to_owned());
        }
        let (exports, pipeline) = (Arc::clone(self), Arc::clone(pipeline));
        let work = move || {
            let done = write(&pipeline, &file, filter.as_deref());
            let done = done.map_err(|error| format!("{}: {error}", file.display()));
            let done = done.map(|calls| format!("{calls} calls written to {}", file.display()));
            *exports.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            exports.runs.store(false, Ordering::Release);
        };
        let begun = std::thread::Builder::new().name("export".to_owned()).spawn(work);
        begun.map(|_| ()).map_err(|error| format!("no export: {error}"))
    }
}

/// The file that is meant: `~/` is the home folder.
fn place(file: &str) -> PathBuf {
    match (file.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    }
}

/// Writes beside the file, so that it is there only when it is whole; how many calls it holds.
fn write(pipeline: &Pipeline, file: &Path, filter: Option<&Filter>) -> io::Result<u64> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = file.with_file_name(name);
    let mut options = OpenOptions::new();
    // what was captured is its user's alone
    let out = options.write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = write_calls(pipeline, out, filter).and_then(|calls| {
        std::fs::rename(&beside, file)?;
        Ok(calls)
    });
    if written.is_err() {
        // half a file is of no use to anybody
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_calls(pipeline: &Pipeline, out: File, filter: Option<&Filter>) -> io::Result<u64> {
    let (mut out, mut calls) = (BufWriter::new(out), 0);
    let (vendors, shown) = (pipeline.vendors(), pipeline.in_use().shown());
    let (rows, clears) = (pipeline.rows(), pipeline.clears());
    let mut from = 0;
    while from < rows {
        let to = rows.min(from + AT_ONCE);
        for detail in pipeline.details(from..to) {
            // a refused request gave no call
            let Detail::Call(mut call) = detail.map_err(io::Error::other)? else { continue };
            let columns = || CallColumns::new(&call, &vendors, time::now());
            if filter.is_none_or(|filter| filter.matches(&columns())) {
                mask_key(&mut call);
                writeln!(out, "{}", call_record(&call, &vendors, &shown))?;
                calls += 1;
            }
        }
        if pipeline.clears() != clears {
            return Err(io::Error::other("the log was cleared while it was written"));
        }
        from = to;
    }
    out.flush()?;
    Ok(calls)
}
