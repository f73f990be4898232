//! The wish to end, as a signal brings it.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// From now on a limit on the length of files (`ulimit -f`) is an error of the write that meets
/// it, which is answered, and not the end of the program.
pub fn survive_file_limits() -> std::io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    Ok(())
}

/// Becomes true when the program is asked to end.
#[derive(Debug, Clone)]
pub struct Ending(Arc<AtomicBool>);

impl Ending {
    /// From now on these signals set the wish in place of killing the program.
    pub fn on_signals() -> std::io::Result<Ending> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Ending(flag))
    }

    /// True once the program was asked to end.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
