//! The process of CMD: its start, its signals and its end.

use super::terminal::Terminal;
use crate::cli::failure::Failure;
use crate::cli::output;
use rustix::fs::Mode;
use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, kill_current_process_group, kill_process_group, wait,
};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The signals that ask a program to end. The second one kills CMD.
const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
/// The other signals that are passed on to CMD.
const OTHERS: [i32; 2] = [SIGUSR1, SIGUSR2];
/// The pause of `run` after it was stopped: if the stop had no effect, `run` must not spin.
const STOP_PAUSE: Duration = Duration::from_millis(20);

/// The end of CMD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandEnd {
    /// Its exit code as shells report it: 128 + n after signal n.
    pub code: u8,
    /// True if `run` was asked to end meanwhile.
    pub was_asked: bool,
}

/// A running CMD, in a process group of its own.
pub struct Child {
    /// The id of its process, and of its group.
    pid: Pid,
    signals: Signals,
    terminal: Option<Terminal>,
    /// The number of signals that asked it to end.
    asked: u32,
    is_stopped: bool,
}

impl Child {
    /// Starts a command with these variables and this umask. To be called from the main thread: for the
    /// kernel, the end of the thread that starts CMD is the end of `run`.
    pub fn start(
        command: &[OsString],
        variables: &[(&str, String)],
        umask: Mode,
    ) -> Result<Child, Failure> {
        let signals = Signals::new(ENDING.into_iter().chain(OTHERS).chain([SIGCHLD]));
        let signals = signals.map_err(Failure::blocked)?;
        let mut terminal = Terminal::open();
        let is_interactive = io::stdin().is_terminal() && output::is_terminal();
        let is_given =
            is_interactive && terminal.as_ref().is_some_and(|terminal| terminal.is_ours());
        let mut start = Command::new(own_program()?);
        start.arg("exec-command").arg(format!("--parent={}", std::process::id()));
        start.arg(format!("--umask={}", umask.as_raw_mode()));
        start.args(is_given.then_some("--terminal")).arg("--").args(command);
        start.envs(variables.iter().map(|(name, value)| (name, value))).process_group(0);
        let started = start
            .spawn()
            .map_err(|error| Failure::blocked(format!("could not start a process: {error}")))?;
        let pid = Pid::from_child(&started);
        if is_given && let Some(terminal) = &mut terminal {
            terminal.give(pid);
        }
        Ok(Child { pid, signals, terminal, asked: 0, is_stopped: false })
    }

    /// Returns the process group of CMD.
    pub fn group(&self) -> Pid {
        self.pid
    }

    /// Passes signals on until CMD has ended.
    pub fn wait(&mut self) -> CommandEnd {
        let code = loop {
            if let Some(code) = self.reap_children() {
                break code;
            }
            let signals: Vec<i32> = self.signals.wait().collect();
            signals.into_iter().filter(|signal| *signal != SIGCHLD).for_each(|s| self.pass_on(s));
        };
        if let Some(terminal) = &mut self.terminal {
            terminal.take();
        }
        CommandEnd { code, was_asked: self.asked > 0 }
    }

    /// Reaps the processes that have changed. Returns the exit code once CMD has ended.
    fn reap_children(&mut self) -> Option<u8> {
        let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
        // on an error there is no child left, and CMD was seen before the last one
        while let Ok(Some((pid, status))) = wait(options) {
            // other processes became children when their parents ended
            if pid == self.pid {
                if let Some(signal) = status.stopping_signal() {
                    self.handle_stop(signal);
                }
                if let Some(code) = exit_code(status) {
                    return Some(code);
                }
            }
        }
        None
    }

    fn pass_on(&mut self, signal: i32) {
        let is_ending = ENDING.contains(&signal);
        self.asked += u32::from(is_ending);
        let signal = match is_ending && self.asked > 1 {
            true => Some(Signal::KILL),
            false => Signal::from_named_raw(signal),
        };
        signal.into_iter().for_each(|signal| self.send(signal));
        if is_ending && self.is_stopped {
            self.continue_child();
        }
    }

    fn send(&self, signal: Signal) {
        // CMD may have ended by now
        let _ = kill_process_group(self.pid, signal);
    }

    fn continue_child(&mut self) {
        self.is_stopped = false;
        self.send(Signal::CONT);
    }

    /// Handles a stop of CMD. If the terminal stopped it, `run` stops too, so that the shell takes over; a
    /// SIGSTOP is meant for CMD alone.
    fn handle_stop(&mut self, signal: i32) {
        self.is_stopped = true;
        let by_terminal = [Signal::TSTP, Signal::TTIN, Signal::TTOU];
        let signal = by_terminal.into_iter().find(|by| by.as_raw() == signal);
        let (Some(signal), Some(terminal)) = (signal, &mut self.terminal) else { return };
        // CMD needs the terminal, which `run` still has
        let needs = signal != Signal::TSTP && terminal.give(self.pid);
        if !needs {
            terminal.take();
            // returns once the shell continues `run`
            let _ = kill_current_process_group(signal);
            std::thread::sleep(STOP_PAUSE);
            terminal.give(self.pid);
        }
        self.continue_child();
    }
}

fn exit_code(status: WaitStatus) -> Option<u8> {
    let code = status.exit_status().or(status.terminating_signal().map(|signal| 128 + signal))?;
    // an exit code is a byte, and so is 128 + any signal
    Some(u8::try_from(code).unwrap_or(u8::MAX))
}

/// Returns the path of this program. On Linux it works even if the file was replaced meanwhile.
fn own_program() -> Result<PathBuf, Failure> {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() {
        return Ok(own);
    }
    std::env::current_exe().map_err(Failure::blocked)
}
