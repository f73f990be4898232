//! Reads a stream of lines: standard input, or a named pipe. A sender that is faster than the calls
//! are checked has to wait.

use crate::engine::source::file_error::FileError;
use crate::engine::source::follow::Importer;
use crate::engine::source::followed_file::{FollowedFile, StreamEnd};
use crate::engine::source::gzip;
use crate::engine::source::limits::MAX_LINE_BYTES;
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
