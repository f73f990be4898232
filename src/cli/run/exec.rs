//! The process that becomes CMD. It is segscope itself, started once more, because steps between the
//! start of a process and its program would otherwise require `unsafe`.

use super::program;
use super::terminal::Terminal;
use crate::cli::args::ExecArgs;
use crate::cli::failure::Failure;
use rustix::fs::Mode;
use rustix::process::{Pid, getppid, umask};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The exit code of a process that SIGTERM killed.
const TERMINATED: u8 = 128 + 15;

/// Replaces this process with the command.
pub fn run(args: &ExecArgs) -> Result<(), Failure> {
    // the setting survives the exec: the command gets SIGTERM when `run` dies
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))
        .map_err(Failure::blocked)?;
    // `run` may have died before that
    if getppid().map(Pid::as_raw_pid) != Some(args.parent) {
        return Err(Failure::Ended(TERMINATED));
    }
    if args.terminal {
        // before that, a read from the terminal would stop the command
        Terminal::wait_for_own();
    }
    umask(Mode::from_raw_mode(args.umask));
    let [name, arguments @ ..] = &args.command[..] else { return Ok(()) };
    let error = Command::new(name).args(arguments).exec();
    Err(program::not_started(name, &error))
}
