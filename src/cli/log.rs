//! The debug log of a command: `--log FILE` or `SEGSCOPE_LOG=FILE`.

use super::args::Command;
use super::failure::Failure;
use super::signals;
use crate::debug_log;
use std::path::{Path, PathBuf};

/// The variable that names the file if no flag does.
const VARIABLE: &str = "SEGSCOPE_LOG";

/// Starts the log if the user asked for it.
pub fn begin(flag: Option<&Path>, command: Option<&Command>) -> Result<(), Failure> {
    // this process only becomes the command of `run`, and `run` itself has the log
    if matches!(command, Some(Command::Exec(_))) {
        return Ok(());
    }
    let variable = || std::env::var_os(VARIABLE).filter(|file| !file.is_empty());
    let (file, origin) = match (flag, variable()) {
        (Some(file), _) => (file.to_owned(), "--log "),
        (None, Some(file)) => (PathBuf::from(file), "SEGSCOPE_LOG="),
        (None, None) => return Ok(()),
    };
    let failed = |error: &dyn std::fmt::Display| {
        Failure::wrong(format!("{origin}{}: {error}", file.display()))
    };
    // a limit on the length of files must not end the program
    signals::survive_file_limits().map_err(|error| failed(&error))?;
    debug_log::start(&file).map_err(|error| failed(&error))?;
    tracing::info!(
        command = command.map_or("listen", name),
        version = env!("CARGO_PKG_VERSION"),
        os = std::env::consts::OS,
        arch = std::env::consts::ARCH,
        cores = std::thread::available_parallelism().map_or(0, usize::from),
        "segscope started"
    );
    Ok(())
}

/// Logs how the command ended, and waits until that is written. The message of a failure is left out,
/// because it may quote captured or typed text.
pub fn end(done: &Result<(), Failure>) {
    match done {
        Err(failure) if !failure.is_closed_pipe() => {
            tracing::warn!(code = failure.code(), reason = reason(failure), "segscope ended");
        }
        Err(_) => tracing::info!(code = 0, reason = "nobody reads the output", "segscope ended"),
        Ok(()) => tracing::info!(code = 0, "segscope ended"),
    }
    debug_log::flush();
}

fn reason(failure: &Failure) -> &'static str {
    match failure {
        Failure::Use(_) | Failure::UseLines(_) => "usage error or unreadable input",
        Failure::Reach(_) => "could not listen, record or connect",
        Failure::Findings => "findings or unmet expectations",
        Failure::Ended(_) => "the command of run failed",
        Failure::NotStarted { .. } => "the command of run could not be started",
        Failure::Output(_) => "the output could not be written",
    }
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Listen(_) => "listen",
        Command::Demo(_) => "demo",
        Command::Open(_) => "open",
        Command::Tail(_) => "tail",
        Command::Compare(_) => "compare",
        Command::Check(_) => "check",
        Command::Run(_) => "run",
        Command::Exec(_) => "exec-command",
        Command::Plan(_) => "plan",
        Command::Send(_) => "send",
        Command::Deliver(_) => "deliver",
        Command::Export(_) => "export",
        Command::Map(_) => "map",
        #[cfg(feature = "mcp")]
        Command::Mcp(_) => "mcp",
        Command::Tls(_) => "tls",
        Command::Vendors(_) => "vendors",
        Command::Config(_) => "config",
        Command::Completions { .. } => "completions",
        Command::Man => "man",
    }
}
