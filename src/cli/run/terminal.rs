//! The terminal of `run`, and the process group that has it.

use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use std::fs::{File, OpenOptions};
use std::time::{Duration, Instant};

/// The maximum time that CMD waits for the terminal before it starts without it, and the interval at which
/// it checks.
const WAIT_TIMEOUT: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// The controlling terminal.
pub struct Terminal {
    tty: File,
    /// True if the group that has it now got it from `give`.
    is_given: bool,
}

impl Terminal {
    /// Opens the terminal, if there is one.
    pub fn open() -> Option<Terminal> {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
        Some(Terminal { tty, is_given: false })
    }

    /// Returns true if this process group has the terminal.
    pub fn is_ours(&self) -> bool {
        tcgetpgrp(&self.tty).is_ok_and(|group| group == getpgrp())
    }

    /// Gives the terminal to a group, if this group has it. Returns true if it did.
    pub fn give(&mut self, group: Pid) -> bool {
        let is_given = self.is_ours() && tcsetpgrp(&self.tty, group).is_ok();
        self.is_given |= is_given;
        is_given
    }

    /// Takes the terminal back, if it was given away.
    pub fn take(&mut self) {
        if !self.is_given {
            return;
        }
        self.is_given = false;
        // the kernel stops a background group that takes the terminal, unless the signal is blocked
        let ttou = SigSet::from(Signal::SIGTTOU);
        if ttou.thread_block().is_ok() {
            // without a terminal there is nothing to take
            let _ = tcsetpgrp(&self.tty, getpgrp());
            let _ = ttou.thread_unblock();
        }
    }

    /// Waits until this process group has the terminal.
    pub fn wait_for_own() {
        let Some(terminal) = Terminal::open() else { return };
        let begun = Instant::now();
        while !terminal.is_ours() && begun.elapsed() < WAIT_TIMEOUT {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}
