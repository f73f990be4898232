//! How a command fails, and with which exit code.

use super::output;
use crate::call::credential::without_credentials;
use crate::engine::FileError;
use crate::inspector::SetupError;
use crate::vendors::VendorError;
use std::fmt;
use std::io;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// Wrong use or unreadable input: exit code 2.
    Use(String),
    /// The same in several lines, in each of which what was typed is visible already.
    UseLines(String),
    /// It could not listen, record or reach the other side: exit code 3.
    Reach(String),
    /// The calls were judged and have findings that must not be; the report has said which: exit
    /// code 1.
    Findings,
    /// The command of `run` ended with this exit code, which becomes that of segscope.
    Ended(u8),
    /// The command of `run` could not be started: the exit code that shells have for it.
    NotStarted { code: u8, message: String },
    /// Standard output or the terminal failed: exit code 3, or none if it was a closed pipe.
    Output(io::Error),
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Findings => 1,
            Failure::Ended(code) | Failure::NotStarted { code, .. } => *code,
            Failure::Use(_) | Failure::UseLines(_) => 2,
            Failure::Reach(_) | Failure::Output(_) => 3,
        }
    }

    /// True if there is nothing more to say about it.
    pub fn is_told(&self) -> bool {
        matches!(self, Failure::Findings | Failure::Ended(_))
    }

    /// True if whoever read our output has gone, which is not a failure.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Wrong use or unreadable input. Addresses in the message show no password.
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

    /// Could not listen, record or reach. Addresses in the message show no password.
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
        // with a line of help; its paths are visible already
        Failure::UseLines(error.to_string())
    }
}

impl From<VendorError> for Failure {
    fn from(error: VendorError) -> Failure {
        // its lines are visible already
        Failure::UseLines(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}
