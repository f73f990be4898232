//! Files of calls that are no recording, read line by line: each call becomes a line of a recording
//! without a name, and takes the way that all others take. A thread of its own does it, so that who
//! looks sees the first calls while the last ones are read.

use super::bare::{self, Members, received_at, says};
use super::files::FileError;
use super::index::{Line, Origin};
use super::judge::Shared;
use super::queue::{Item, ReadRequest, Work};
use crate::call::Doc;
use crate::journal::{self, Body, LineHead};
use crate::wire::{self, RequestHead, Scratch};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// About so much is read at once.
const BLOCK: usize = 256 << 10;

/// A file whose lines are calls.
#[derive(Debug)]
pub(super) struct Input {
    pub path: PathBuf,
    pub file: File,
    pub len: u64,
}

/// How far the files are read.
#[derive(Debug, Default)]
pub(super) struct Import {
    read: AtomicU64,
    total: AtomicU64,
    state: Mutex<Progress>,
    told: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    /// Files are still to be read.
    busy: bool,
    ended: bool,
    wrong: Option<Arc<FileError>>,
}

impl Import {
    pub fn of(inputs: &[Input]) -> Import {
        let import = Import::default();
        import.lock().busy = !inputs.is_empty();
        import.total.store(inputs.iter().map(|input| input.len).sum(), Ordering::Relaxed);
        import
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True once all that was there is in the queue.
    pub fn is_settled(&self) -> bool {
        !self.lock().busy
    }

    /// How much is read, and of how much.
    pub fn reading(&self) -> Option<(u64, u64)> {
        let both = || (self.read.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        self.lock().busy.then(both)
    }

    pub fn settle(&self) {
        let mut state = self.lock();
        while state.busy && !state.ended {
            state = self.told.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The first thing that is wrong with a file.
    pub fn wrong(&self) -> Option<Arc<FileError>> {
        self.lock().wrong.clone()
    }

    pub fn end(&self) {
        self.lock().ended = true;
        self.told.notify_all();
    }

    fn is_ended(&self) -> bool {
        self.lock().ended
    }

    fn settled(&self) {
        self.lock().busy = false;
        self.told.notify_all();
    }
}

/// Reads the files in their order.
pub(super) fn run(shared: &Shared, inputs: &[Input]) {
    // however it ends, nobody waits for it
    let _settled = SettledOnDrop(&shared.import);
    let mut importer = Importer { shared, spares: Vec::new(), origin: Arc::default(), wrong: 0 };
    for input in inputs {
        if let Err(source) = importer.read(input) {
            importer.went_wrong(FileError::Io { path: input.path.clone(), source });
        }
    }
    if let Some(error) = shared.import.wrong() {
        shared.notice(match importer.wrong {
            1 => format!("{error}; it was passed over"),
            wrong => format!("{error}; it and {} more were passed over", wrong - 1),
        });
    }
}

struct SettledOnDrop<'i>(&'i Import);

impl Drop for SettledOnDrop<'_> {
    fn drop(&mut self) {
        self.0.settled();
    }
}

struct Importer<'s> {
    shared: &'s Shared,
    spares: Vec<Scratch>,
    origin: Arc<Origin>,
    /// How many lines were wrong.
    wrong: u64,
}

/// Lines that are recorded at once.
#[derive(Default)]
struct Block {
    text: Vec<u8>,
    /// Their offsets count from the block's beginning.
    items: Vec<(std::ops::Range<usize>, ReadRequest)>,
}

impl Importer<'_> {
    fn went_wrong(&mut self, error: FileError) {
        self.wrong += 1;
        self.shared.import.lock().wrong.get_or_insert(Arc::new(error));
    }

    fn read(&mut self, input: &Input) -> io::Result<()> {
        let (mut at, mut bytes, mut size, mut number) = (0, Vec::new(), BLOCK, 0);
        while at < input.len && !self.shared.import.is_ended() {
            size = size.min((input.len - at) as usize);
            bytes.resize(size, 0);
            input.file.read_exact_at(&mut bytes, at)?;
            if at + (size as u64) < input.len {
                let Some(line_end) = memchr::memrchr(b'\n', &bytes) else {
                    size *= 2;
                    continue;
                };
                bytes.truncate(line_end + 1);
            }
            at += bytes.len() as u64;
            size = BLOCK;
            self.lines(input, &bytes, &mut number)?;
            self.shared.import.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Takes whole lines; `number` counts those before.
    fn lines(&mut self, input: &Input, bytes: &[u8], number: &mut usize) -> io::Result<()> {
        let mut block = Block::default();
        let first = self.shared.front().next_request;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            *number += 1;
            if let Err(message) = self.line(line, first, &mut block) {
                let (path, line) = (input.path.clone(), *number);
                self.went_wrong(FileError::Content { path, line, message });
            }
        }
        let mut front = self.shared.front();
        let base = self.shared.append(&mut front, &block.text)?;
        front.next_request += block.items.len() as u64;
        for (place, mut read) in block.items {
            let (offset, end) = (base + place.start as u64, base + place.end as u64);
            read.line.offset = offset;
            let item = Item { offset, end, work: Work::Request(read) };
            self.shared.queue.push(item, &mut self.spares);
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], first: u64, block: &mut Block) -> Result<(), String> {
        let text = std::str::from_utf8(bare::trimmed(line))
            .map_err(|_| "expected UTF-8 text".to_owned())?;
        if text.starts_with('{') {
            return self.call(text, first, block);
        }
        if text.is_empty() {
            return Ok(());
        }
        let doc = Doc::parse(text).map_err(|error| says(&error))?;
        let calls: Vec<&str> = doc.root().children().map(|item| item.raw()).collect();
        if !doc.root().is_array() || calls.iter().any(|call| !call.starts_with('{')) {
            return Err(bare::EXPECTED.to_owned());
        }
        calls.into_iter().try_for_each(|call| self.call(call, first, block))
    }

    /// Takes a call or a batch, or the call of a record that `tail` or `check` wrote.
    fn call(&mut self, text: &str, first: u64, block: &mut Block) -> Result<(), String> {
        let mut call = bare::recorded_call(text).map_err(|error| says(&error))?;
        let members = match call {
            Some(call) => Members::of(call),
            None => Members::of(text),
        };
        let text = call.take().unwrap_or(text);
        let known = members.and_then(|members| members.received_at());
        let received_at = known.unwrap_or_else(|| received_at(text));
        let number = first + block.items.len() as u64;
        let mut scratch = self.spares.pop().unwrap_or_default();
        let head = RequestHead { method: "", path: "", query: "", headers: &[], received_at };
        let reading = match wire::read(&head, number, text, &mut scratch) {
            Ok(reading) => reading.into_owned(&mut scratch),
            Err(refusal) => {
                return Err(match Doc::parse(text) {
                    Ok(_) => refusal.to_string(),
                    Err(error) => says(&error),
                });
            }
        };
        let line_head = LineHead {
            request: number,
            received_at,
            method: "",
            path: "",
            query: "",
            headers: &[],
            status: 200,
        };
        let start = block.text.len();
        let body_at = journal::compose_more(&mut block.text, &line_head, Body::Json(text));
        let end = block.text.len();
        let line = Line {
            origin: Origin::of("", &[], &mut self.origin),
            offset: 0,
            len: (end - start - 1) as u32,
            status: 200,
            received_at,
            signature: None,
        };
        block.items.push((start..end, ReadRequest { line, body_at, reading, scratch }));
        Ok(())
    }
}
