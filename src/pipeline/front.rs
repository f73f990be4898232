//! The answering side's own: the one writer of the recording.

use super::Pipeline;
use super::index::Origin;
use super::queue::{Item, Work};
use super::recording::only_read;
use crate::journal::{self, Entry, Journal};
use crate::wire::Scratch;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, MutexGuard, PoisonError};

/// What one request leaves for the next.
#[derive(Debug)]
pub(super) struct Front {
    /// The recording's end, and the offset at which its file begins; none where files are only read.
    journal: Option<(Journal, u64)>,
    pub next_request: u64,
    /// Where the line ends that was appended last.
    end: u64,
    pub line: Vec<u8>,
    /// Where the request before was sent.
    pub origin: Arc<Origin>,
    pub spares: Vec<Scratch>,
}

impl Front {
    /// Where the line ends that was appended last.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether nothing can be recorded because files are only read.
    pub fn is_only_read(&self) -> bool {
        self.journal.is_none()
    }

    pub fn new(journal: Option<(Journal, u64)>) -> io::Result<Front> {
        let last = match &journal {
            Some((journal, _)) => last_request(&journal.reader()?, journal.len())?,
            None => 0,
        };
        let end = journal.as_ref().map_or(0, |(journal, base)| base + journal.len());
        Ok(Front {
            journal,
            next_request: last + 1,
            end,
            line: Vec::new(),
            origin: Arc::default(),
            spares: Vec::new(),
        })
    }
}

impl Pipeline {
    pub(super) fn front(&self) -> MutexGuard<'_, Front> {
        // a panic before a line was recorded has changed nothing; after it, reading goes on from
        // the recording
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a line; where it begins.
    pub(super) fn append(&self, front: &mut Front, line: &[u8]) -> io::Result<u64> {
        let appended = match &mut front.journal {
            Some((journal, base)) => journal.append(line).map(|at| *base + at),
            None => Err(only_read()),
        };
        let mut trouble = self.shared.trouble();
        match &appended {
            Ok(offset) => {
                front.end = offset + line.len() as u64;
                if trouble.problem.take().is_some() {
                    self.shared.changed();
                }
            }
            Err(error) => {
                trouble.problem = Some(not_recorded(error));
                self.shared.changed();
            }
        }
        appended
    }

    /// Hands the line that was just appended over to be judged.
    pub(super) fn hand_over(&self, front: &mut Front, offset: u64, work: Work) {
        self.shared.queue.push(Item { offset, end: front.end, work }, &mut front.spares);
    }
}

pub(super) fn not_recorded(error: &io::Error) -> String {
    format!("the recording cannot be written: {error}; nothing is acknowledged until it can")
}

/// The number of the last request of a recording, so that the next one can have its own before all
/// of it is read; 0 if there is none.
fn last_request(file: &File, len: u64) -> io::Result<u64> {
    let mut end = len;
    while end > 0 {
        let start = line_start(file, end - 1)?;
        let mut bytes = vec![0; (end - start) as usize];
        file.read_exact_at(&mut bytes, start)?;
        let entry = std::str::from_utf8(&bytes).ok().and_then(|line| journal::parse(line).ok());
        if let Some(Entry::Request(request)) = entry {
            return Ok(request.request);
        }
        end = start;
    }
    Ok(0)
}

/// Where the line begins that ends here.
fn line_start(file: &File, end: u64) -> io::Result<u64> {
    const STEP: u64 = 64 * 1024;
    let mut to = end;
    let mut buffer = Vec::new();
    while to > 0 {
        let from = to.saturating_sub(STEP);
        buffer.resize((to - from) as usize, 0);
        file.read_exact_at(&mut buffer, from)?;
        if let Some(newline) = memchr::memrchr(b'\n', &buffer) {
            return Ok(from + newline as u64 + 1);
        }
        to = from;
    }
    Ok(0)
}
