//! The failure of a command and its exit code.

use super::output;
use crate::call::credential::without_credentials;
use crate::engine::FileError;
use crate::inspector::SetupError;
use crate::vendors::VendorError;
use std::fmt;
use std::io;

/// The reason why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// Wrong use or unreadable input: exit code 2.
    Use(String),
    /// Wrong use or unreadable input, in several lines in which control characters of typed text are already
    /// replaced: exit code 2.
    UseLines(String),
    /// It could not listen, record or reach the other side: exit code 3.
    Reach(String),
    /// The report lists findings that `--fail-on` names, unmet expectations, or losses: exit code 1.
    Findings,
    /// The command of `run` ended with this exit code, which becomes that of segscope.
    Ended(u8),
    /// The command of `run` could not be started: the exit code that shells have for it.
    NotStarted { code: u8, message: String },
    /// Standard output or the terminal failed: exit code 3, or none if it was a closed pipe.
    Output(io::Error),
}

impl Failure {
    /// Returns the exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Findings => 1,
            Failure::Ended(code) | Failure::NotStarted { code, .. } => *code,
            Failure::Use(_) | Failure::UseLines(_) => 2,
            Failure::Reach(_) | Failure::Output(_) => 3,
        }
    }

    /// Returns true if the failure was already reported.
    pub fn is_reported(&self) -> bool {
        matches!(self, Failure::Findings | Failure::Ended(_))
    }

    /// Returns true if the reader of the output has closed the pipe, which is not a failure.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Creates a failure of wrong use or unreadable input. Passwords in addresses are removed.
    pub fn wrong(error: impl fmt::Display) -> Failure {
        Failure::Use(without_credentials(&error.to_string()).into_owned())
    }

    /// Prints it on standard error.
    pub fn print(&self) {
        match self {
            Failure::UseLines(lines) => output::note_lines(&format!("segscope: {lines}\n")),
            failure => output::note(format_args!("segscope: {failure}")),
        }
    }

    /// Creates a failure to listen, record or connect. Passwords in addresses are removed.
    pub fn blocked(error: impl fmt::Display) -> Failure {
        Failure::Reach(without_credentials(&error.to_string()).into_owned())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Use(message)
            | Failure::UseLines(message)
            | Failure::Reach(message)
            | Failure::NotStarted { message, .. } => f.write_str(message),
            Failure::Ended(code) => write!(f, "the command ended with exit code {code}"),
            Failure::Findings => f.write_str("there are findings"),
            Failure::Output(error) => write!(f, "could not write the output: {error}"),
        }
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Failure {
        match error {
            SetupError::Line(message) => Failure::wrong(message),
            SetupError::Lines(lines) => Failure::UseLines(lines),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Failure {
        // the error has a line of help, and control characters in its paths are already replaced
        Failure::UseLines(error.to_string())
    }
}

impl From<VendorError> for Failure {
    fn from(error: VendorError) -> Failure {
        // control characters in its lines are already replaced
        Failure::UseLines(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}
