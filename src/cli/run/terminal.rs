//! The terminal of `run` and which process group has it.

use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use std::fs::{File, OpenOptions};
use std::time::{Duration, Instant};

/// How long CMD waits for the terminal before it begins without it, and how often it looks.
const MAX_WAIT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(1);

/// The controlling terminal.
pub struct Terminal {
    tty: File,
    /// The group that has it now is the one that it was given to.
    is_given: bool,
}

impl Terminal {
    /// Opens the terminal, if there is one.
    pub fn open() -> Option<Terminal> {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
        Some(Terminal { tty, is_given: false })
    }

    /// Whether this process group has it.
    pub fn is_ours(&self) -> bool {
        tcgetpgrp(&self.tty).is_ok_and(|group| group == getpgrp())
    }

    /// Gives it to a group, if this one has it.
    pub fn give(&mut self, group: Pid) -> bool {
        let is_given = self.is_ours() && tcsetpgrp(&self.tty, group).is_ok();
        self.is_given |= is_given;
        is_given
    }

    /// Takes it back, if it was given away.
    pub fn take(&mut self) {
        if !self.is_given {
            return;
        }
        self.is_given = false;
        // the kernel stops a group in the background that takes it, unless the signal is blocked
        let ttou = SigSet::from(Signal::SIGTTOU);
        if ttou.thread_block().is_ok() {
            // without a terminal there is nothing to take
            let _ = tcsetpgrp(&self.tty, getpgrp());
            let _ = ttou.thread_unblock();
        }
    }

    /// Waits until the own group has it.
    pub fn wait_for_own() {
        let Some(terminal) = Terminal::open() else { return };
        let begun = Instant::now();
        while !terminal.is_ours() && begun.elapsed() < MAX_WAIT {
            std::thread::sleep(PAUSE);
        }
    }
}
