//! The export of the calls that the screen shows, written to a file by a thread of its own.

use crate::call::time;
use crate::debug_log::ThreadLog;
use crate::engine::{CallColumns, Engine, RowDetail};
use crate::fql::Filter;
use crate::report::{ExportFormat, Exporter, plural};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// The number of rows that the export thread reads from the engine at once.
const CHUNK_ROWS: u64 = 64;

/// The running export, its progress, and the result of the last one. Only one runs at a time.
#[derive(Debug, Default)]
pub struct BackgroundExport {
    runs: AtomicBool,
    /// The program ends: the export thread stops and deletes its unfinished file.
    ends: AtomicBool,
    /// The number of rows that were read so far.
    done: AtomicU64,
    /// The number of rows to read.
    total: AtomicU64,
    version: AtomicU64,
    /// The message about the last export, until the screen takes it.
    outcome: Mutex<Option<Result<String, String>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl BackgroundExport {
    /// Takes the message about an export that ended since the last call.
    pub fn take_outcome(&self) -> Option<Result<String, String>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Returns the number of rows that were read and the total, while an export runs.
    pub fn progress(&self) -> Option<(u64, u64)> {
        let (done, total) = (self.done.load(Ordering::Acquire), self.total.load(Ordering::Acquire));
        self.runs.load(Ordering::Acquire).then_some((done, total))
    }

    /// Returns a number that grows as an export goes on.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Starts the thread that writes the calls that pass a filter, out of the rows that there are now.
    pub fn begin(
        self: &Arc<BackgroundExport>,
        engine: &Arc<Engine>,
        file: &str,
        format: ExportFormat,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String> {
        let file = expand_home(file);
        if file.exists() {
            return Err(format!("{} already exists; choose another name", file.display()));
        }
        if self.runs.swap(true, Ordering::AcqRel) {
            return Err("an export is still being written".to_owned());
        }
        self.done.store(0, Ordering::Release);
        self.total.store(engine.rows(), Ordering::Release);
        let (exports, engine) = (Arc::clone(self), Arc::clone(engine));
        let work = move || {
            let _thread = ThreadLog::begin("export");
            let began = Instant::now();
            let done = exports.write(&engine, &file, format, filter.as_deref());
            let took_ms = began.elapsed().as_millis() as u64;
            match &done {
                Ok(records) => {
                    tracing::info!(file = %file.display(), records, took_ms, "calls were exported");
                }
                Err(error) => {
                    let kind = error.kind();
                    tracing::warn!(file = %file.display(), %kind, took_ms, "the export failed");
                }
            }
            let done = done.map_err(|error| {
                format!("no call was exported: could not write {}: {error}", file.display())
            });
            let done = done.map(|records| {
                format!("{} written to {}", plural(records, "call record"), file.display())
            });
            *exports.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            exports.runs.store(false, Ordering::Release);
            exports.version.fetch_add(1, Ordering::Release);
        };
        match std::thread::Builder::new().name("export".to_owned()).spawn(work) {
            Ok(thread) => {
                let mut last = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
                *last = Some(thread);
                Ok(())
            }
            Err(error) => {
                self.runs.store(false, Ordering::Release);
                Err(format!("no export: {error}"))
            }
        }
    }

    /// Stops a running export and waits for its thread, so that no unfinished file remains.
    pub fn end(&self) {
        self.ends.store(true, Ordering::Release);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // a panic of the thread was reported when it happened
            let _ = thread.join();
        }
    }

    /// Writes to a temporary file in the same folder and renames it at the end, so that a file with the
    /// chosen name is always complete. Returns the number of calls written.
    fn write(
        &self,
        engine: &Engine,
        file: &Path,
        format: ExportFormat,
        filter: Option<&Filter>,
    ) -> io::Result<u64> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let beside = file.with_file_name(name);
        let mut options = OpenOptions::new();
        // captured calls may be private: only the user may read the file
        let out = options.write(true).create_new(true).mode(0o600).open(&beside)?;
        let written = self.write_calls(engine, out, format, filter).and_then(|calls| {
            std::fs::rename(&beside, file)?;
            Ok(calls)
        });
        if written.is_err() {
            // an incomplete export is of no use
            let _ = std::fs::remove_file(&beside);
        }
        written
    }

    fn write_calls(
        &self,
        engine: &Engine,
        out: File,
        format: ExportFormat,
        filter: Option<&Filter>,
    ) -> io::Result<u64> {
        let (vendors, shown) = (engine.vendors(), engine.in_use().shown());
        let out = BufWriter::new(out);
        let (mut exporter, mut calls) = (Exporter::begin(out, format, false, &vendors, &shown)?, 0);
        let (rows, clears) = (self.total.load(Ordering::Acquire), engine.clears());
        let mut from = 0;
        while from < rows {
            let to = rows.min(from + CHUNK_ROWS);
            for detail in engine.details(from..to) {
                // a row may also be a request without a call, which is not exported
                let RowDetail::Call(call) = detail.map_err(io::Error::other)? else { continue };
                let columns = || CallColumns::new(&call, &vendors, time::now());
                if filter.is_none_or(|filter| filter.matches(&columns())) {
                    exporter.call(*call)?;
                    calls += 1;
                }
            }
            if engine.clears() != clears {
                return Err(io::Error::other("the log was cleared while it was written"));
            }
            if self.ends.load(Ordering::Acquire) {
                return Err(io::Error::other("the program ended before it was written"));
            }
            from = to;
            self.done.store(from, Ordering::Release);
            self.version.fetch_add(1, Ordering::Release);
        }
        exporter.end()?;
        Ok(calls)
    }
}

/// Returns the path that a typed file name means; `~/` is the home folder.
fn expand_home(file: &str) -> PathBuf {
    match (file.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    }
}
