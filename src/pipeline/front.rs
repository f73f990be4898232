//! The answering side's own: the one writer of the recording.

use super::index::Origin;
use super::judge::Shared;
use super::queue::{Item, Work};
use super::recording::{Part, only_read};
use crate::journal::{self, Entry, Journal, Standing};
use crate::wire::Scratch;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, MutexGuard, PoisonError};

/// What one request leaves for the next.
#[derive(Debug)]
pub(super) struct Front {
    /// The recording's end; none where files are only read.
    journal: Option<Journal>,
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

    /// `end` is where the recording ends.
    pub fn new(journal: Option<Journal>, end: u64) -> io::Result<Front> {
        let last = match &journal {
            Some(journal) => last_request(&journal.reader()?, journal.len())?,
            None => 0,
        };
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

impl Shared {
    pub fn front(&self) -> MutexGuard<'_, Front> {
        // a panic before a line was recorded has changed nothing; after it, reading goes on from
        // the recording
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a line; where it begins.
    pub fn append(&self, front: &mut Front, line: &[u8]) -> io::Result<u64> {
        let appended = match self.stand(front) {
            Ok(journal) => journal.append(line),
            Err(error) => Err(error),
        };
        let mut trouble = self.trouble();
        match appended {
            Ok(_) => {
                let offset = front.end;
                front.end += line.len() as u64;
                if trouble.problem.take().is_some() {
                    self.changed();
                }
                Ok(offset)
            }
            Err(error) => {
                trouble.problem = Some(not_recorded(&error));
                self.changed();
                Err(error)
            }
        }
    }

    /// The journal, fit to be written: if something else has removed its file there is a new one,
    /// and if something else has cut it or written to it, it goes on behind that.
    fn stand<'f>(&self, front: &'f mut Front) -> io::Result<&'f mut Journal> {
        let end = front.end;
        let journal = front.journal.as_mut().ok_or_else(only_read)?;
        let Some(name) = journal.path().map(|path| path.display().to_string()) else {
            return Ok(journal);
        };
        let what = match journal.look()? {
            Standing::Whole => return Ok(journal),
            Standing::Removed => {
                *journal = journal.again()?;
                "was removed while it was written; recording goes on in a new file of that name, and what came before is there only as long as segscope runs".to_owned()
            }
            Standing::Changed { len } if len < journal.len() => {
                journal.accept()?;
                format!(
                    "was cut to {len} bytes by something else; recording goes on behind them, and what was behind them cannot be looked at any more"
                )
            }
            Standing::Changed { .. } => {
                journal.accept()?;
                "was written to by something else; recording goes on behind that".to_owned()
            }
        };
        let (at, file) = (journal.len(), Arc::new(journal.reader()?));
        self.recording.add(Part { base: end, at, file });
        self.notice(format!("the recording {name} {what}"));
        Ok(journal)
    }

    /// Hands the line that was just appended over to be judged.
    pub fn hand_over(&self, front: &mut Front, offset: u64, work: Work) {
        self.queue.push(Item { offset, end: front.end, work }, &mut front.spares);
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
