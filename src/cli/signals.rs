//! The wish to end, as a signal brings it.

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
/// How long a write may stand still once the program was asked to end.
const MAX_STALL: Duration = Duration::from_millis(1300);
/// How long the program may take to end by itself where its output is taken.
const MAX_END: Duration = Duration::from_secs(10);
/// How often it is looked whether writes go on.
const LOOK: Duration = Duration::from_millis(50);
/// How long the last act of a program that is cut off may take.
const MAX_LAST_ACT: Duration = Duration::from_millis(200);
/// The exit code of a program that is cut off: what it wrote was not taken.
const CUT_OFF: i32 = 3;

/// From now on a limit on the length of files (`ulimit -f`) is an error of the write that meets
/// it, which is answered, and not the end of the program.
pub fn survive_file_limits() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    Ok(())
}

/// Becomes true when the program is asked to end.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The signal that asked; 0 while none has.
    signal: Arc<AtomicUsize>,
    is_logged: Arc<AtomicBool>,
}

impl Ending {
    /// From now on these signals set the wish in place of killing the program.
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

    /// True once the program was asked to end.
    pub fn asked(&self) -> bool {
        let signal = self.signal.load(Ordering::Relaxed);
        if signal != 0 && !self.is_logged.swap(true, Ordering::Relaxed) {
            tracing::info!(signal, "asked to end by a signal");
        }
        signal != 0
    }
}

/// Ends the program after a signal asked for it, whatever it waits for: after [`MAX_STALL`] where a
/// reader of its output or a terminal stands still, and after [`MAX_END`] in any case. Calls are in
/// the recording before they are acknowledged, so none is lost. `last` is done before, if it takes no longer than
/// [`MAX_LAST_ACT`].
pub fn end_in_time(last: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new(ENDING)?;
    let cut_off = move || {
        if signals.forever().next().is_none() {
            return;
        }
        let begun = Instant::now();
        let (mut ended, mut still) = (writes().0, begun);
        while still.elapsed() < MAX_STALL && begun.elapsed() < MAX_END {
            std::thread::sleep(LOOK);
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
            // nobody waits for it any more if it took too long
            let _ = done.send(());
        });
        if act.is_ok() {
            // too long is as good as done
            let _ = is_done.recv_timeout(MAX_LAST_ACT);
        }
        // without the handlers of an orderly exit, which would wait for the output too
        signal_hook::low_level::exit(CUT_OFF);
    };
    std::thread::Builder::new().name("ending".to_owned()).spawn(cut_off)?;
    Ok(())
}
