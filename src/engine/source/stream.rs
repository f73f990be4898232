//! Reads a stream of lines: standard input, or a named pipe. A sender that is faster than the calls
//! are checked has to wait.

use crate::call::time;
use crate::call::{Doc, Val};
use crate::engine::source::bare_calls;
use crate::engine::source::envelope::{self, EnvelopeItem};
use crate::engine::source::file_error::FileError;
use crate::engine::source::follow::{Importer, LineBatch};
use crate::engine::source::followed_file::{FollowedFile, StreamEnd};
use crate::engine::source::gzip;
use crate::engine::source::limits::MAX_LINE_BYTES;
use crate::engine::source::passed_over::some;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Read};

/// The number of bytes that are read at once.
const BLOCK_BYTES: usize = 128 << 10;
/// The interval at which the thread that waits for more input checks whether the import was ended.
const POLL_INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Reads a stream until it ends or the import is ended.
pub(crate) fn read(
    importer: &mut Importer<'_>,
    input: &mut FollowedFile,
    end: StreamEnd,
) -> io::Result<()> {
    let import = &importer.shared.import;
    let (mut block, mut pending) = (vec![0; BLOCK_BYTES], Vec::new());
    let (mut lines, mut is_begin) = (0, true);
    // true while the rest of a line that is too long is skipped
    let mut is_skipping = false;
    loop {
        if import.is_ended() {
            return Ok(());
        }
        let Some(read) = read_some(input, &mut block)? else {
            import.settled();
            continue;
        };
        import.came(read as u64);
        let (new, ended) = (&block[..read], read == 0);
        if is_begin && new.starts_with(gzip::MAGIC) {
            let (path, line) = (input.path.clone(), 1);
            let message = "this is gzip; unpack it first, with gzip -dc".to_owned();
            importer.went_wrong(FileError::Content { path, line, message });
            importer.report_errors();
            return Ok(());
        }
        is_begin &= ended;
        // after the writer has ended, nothing completes the last line
        let whole = match memchr::memrchr(b'\n', new) {
            _ if ended => pending.len(),
            Some(at) => pending.len() + at + 1,
            None => 0,
        };
        pending.extend_from_slice(new);
        if whole > 0 {
            let skipped = match is_skipping {
                true => memchr::memchr(b'\n', &pending).map_or(pending.len(), |at| at + 1),
                false => 0,
            };
            is_skipping = false;
            importer.lines(input, &pending[skipped.min(whole)..whole], &mut lines)?;
            pending.drain(..whole);
        }
        if pending.len() > MAX_LINE_BYTES {
            if !is_skipping {
                let message = format!("the line is longer than {} MB", MAX_LINE_BYTES >> 20);
                let (path, line) = (input.path.clone(), lines + 1);
                importer.went_wrong(FileError::Content { path, line, message });
            }
            (is_skipping, pending) = (true, Vec::new());
        }
        importer.report_errors();
        if !ended {
            continue;
        }
        import.settled();
        match end {
            StreamEnd::Last => {
                importer.report_end(input);
                return Ok(());
            }
            StreamEnd::Reopens if import.pause() => {}
            StreamEnd::Reopens => return Ok(()),
        }
    }
}

/// Reads available bytes. Returns `None` if there are none yet, and 0 at the end of the stream.
fn read_some(input: &mut FollowedFile, into: &mut [u8]) -> io::Result<Option<usize>> {
    let mut ready = [PollFd::new(&input.file, PollFlags::IN)];
    match poll(&mut ready, Some(&POLL_INTERVAL)) {
        Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(None),
        Ok(_) => {}
        Err(error) => return Err(error.into()),
    }
    match input.file.read(into) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl Importer<'_> {
    /// Imports a line of a stream: calls, or an envelope of calls. `number` is that of the line. An
    /// item of a list that is not a call is passed over by itself.
    pub fn message(
        &mut self,
        input: &FollowedFile,
        (line, number): (&[u8], usize),
        first: u64,
        block: &mut LineBatch,
    ) -> Result<(), String> {
        let text = bare_calls::trimmed(line);
        if text.is_empty() {
            return Ok(());
        }
        let text = std::str::from_utf8(text).map_err(|_| "expected UTF-8 text".to_owned())?;
        let doc = Doc::parse(text).map_err(|error| bare_calls::says(&error))?;
        let root = doc.root();
        if !root.is_array() || root.index(0).is_none() {
            return self.message_item(root, first, block);
        }
        let mut items = vec![(root, String::new())];
        while let Some((item, nth)) = items.pop() {
            if item.is_array() && item.index(0).is_some() {
                // lists in the list, in their order: the second item of the first is 1.2
                let at = items.len();
                let dot = if nth.is_empty() { "" } else { "." };
                let numbers = (1..).map(|number: usize| format!("{nth}{dot}{number}"));
                items.extend(item.children().zip(numbers));
                items[at..].reverse();
                continue;
            }
            if let Err(message) = self.message_item(item, first, block) {
                self.wrong_items += 1;
                let (path, message) = (input.path.clone(), format!("item {nth}: {message}"));
                self.went_wrong(FileError::Content { path, line: number, message });
            }
        }
        Ok(())
    }

    /// Imports the calls in a value of a stream.
    fn message_item(
        &mut self,
        item: Val<'_>,
        first: u64,
        block: &mut LineBatch,
    ) -> Result<(), String> {
        let mut taken = Ok(());
        let found = envelope::calls(item, &mut |call| {
            if taken.is_ok() {
                let now = Some(time::now());
                taken = self.call(call, first, now, block).map_err(String::from);
            }
        });
        taken?;
        match found {
            EnvelopeItem::Calls(_) => Ok(()),
            EnvelopeItem::Warehouse => Err(bare_calls::WAREHOUSE_ROW.to_owned()),
            EnvelopeItem::Delivery => {
                Err("this is a request of RudderStack to a vendor, not a call".to_owned())
            }
            EnvelopeItem::Deletion => {
                Err("this is a deletion request of Segment, not a call".to_owned())
            }
            // an empty list
            EnvelopeItem::Other if item.is_array() && item.index(0).is_none() => Ok(()),
            EnvelopeItem::Other => Err(bare_calls::EXPECTED.to_owned()),
        }
    }

    /// Reports that a stream has ended, and the problems with it.
    fn report_end(&self, input: &FollowedFile) {
        let name = input.path.display();
        let lines = self.wrong - self.wrong_items;
        let counts = [
            (lines, some(lines, "line", "lines")),
            (self.wrong_items, some(self.wrong_items, "item of a list", "items of lists")),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words);
        let counts = counts.collect::<Vec<_>>().join(" and ");
        self.shared.notice(match self.shared.import.wrong() {
            None => format!("{name} has ended"),
            Some(error) if self.wrong == 1 => {
                format!("{name} has ended; {counts} passed over: {error}")
            }
            Some(error) => format!("{name} has ended; {counts} passed over, the first: {error}"),
        });
    }
}
