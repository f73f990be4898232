//! Ending the program when a signal asks for it.

use crate::debug_log;
use crate::report::writes;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// The signals that ask the program to end.
const ENDING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];
/// The maximum time that a write may make no progress after the program was asked to end.
const STALL_TIMEOUT: Duration = Duration::from_millis(1300);
/// The maximum time for the program to end by itself while its output is being read.
const END_TIMEOUT: Duration = Duration::from_secs(10);
/// The interval at which the progress of writes is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The maximum time for the last action of a program that is cut off.
const LAST_ACT_TIMEOUT: Duration = Duration::from_millis(200);
/// The exit code of a program that is cut off because nothing read its output.
const CUT_OFF_CODE: i32 = 3;

/// Makes a limit on the length of files (`ulimit -f`) an error of the write that exceeds it, which is
/// handled, instead of the end of the program.
pub fn survive_file_limits() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    Ok(())
}

/// A flag that becomes true when the program is asked to end.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The signal that asked the program to end; 0 for none.
    signal: Arc<AtomicUsize>,
    is_logged: Arc<AtomicBool>,
}

impl Ending {
    /// Makes these signals set the flag instead of killing the program.
    pub fn on_signals() -> io::Result<Ending> {
        let asked = Arc::new(AtomicUsize::new(0));
        for signal in ENDING {
            let number = usize::try_from(signal).map_err(io::Error::other)?;
            signal_hook::flag::register_usize(signal, Arc::clone(&asked), number)?;
        }
        end_in_time(|| {
            super::output::note("segscope: ended before all output was written: nothing reads it");
        })?;
        Ok(Ending { signal: asked, is_logged: Arc::default() })
    }

    /// Returns true once the program was asked to end.
    pub fn asked(&self) -> bool {
        let signal = self.signal.load(Ordering::Relaxed);
        if signal != 0 && !self.is_logged.swap(true, Ordering::Relaxed) {
            tracing::info!(signal, "asked to end by a signal");
        }
        signal != 0
    }
}

/// Ends the program after a signal asked for it, whatever it waits for: after [`STALL_TIMEOUT`] if a
/// reader of its output or a terminal has stopped reading, and after [`END_TIMEOUT`] in any case. Calls
/// are in the recording before they are acknowledged, so none is lost. `last` runs before that, for at
/// most [`LAST_ACT_TIMEOUT`].
pub fn end_in_time(last: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new(ENDING)?;
    let cut_off = move || {
        if signals.forever().next().is_none() {
            return;
        }
        let begun = Instant::now();
        let (mut ended, mut still) = (writes().0, begun);
        while still.elapsed() < STALL_TIMEOUT && begun.elapsed() < END_TIMEOUT {
            std::thread::sleep(POLL_INTERVAL);
            let (now, is_writing) = writes();
            if now != ended || !is_writing {
                (ended, still) = (now, Instant::now());
            }
        }
        tracing::warn!("ended before all was written: nobody reads the output");
        debug_log::flush();
        let (done, is_done) = channel();
        let act = std::thread::Builder::new().spawn(move || {
            last();
            // the receiver is gone if this took too long
            let _ = done.send(());
        });
        if act.is_ok() {
            // after the timeout the program ends all the same
            let _ = is_done.recv_timeout(LAST_ACT_TIMEOUT);
        }
        // skips the handlers of a normal exit, which would wait for the output too
        signal_hook::low_level::exit(CUT_OFF_CODE);
    };
    std::thread::Builder::new().name("ending".to_owned()).spawn(cut_off)?;
    Ok(())
}
