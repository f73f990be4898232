//! The error of settings that cannot be used.

use crate::call::credential::without_credentials;
use std::fmt;

/// The reason why settings cannot be used: the place and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupError {
    /// A message of one line.
    Line(String),
    /// Several lines, in which control characters of captured and typed text are already replaced.
    Lines(String),
}

impl SetupError {
    /// Creates an error of one line. Passwords in addresses are removed.
    pub fn new(error: impl fmt::Display) -> SetupError {
        SetupError::Line(without_credentials(&error.to_string()).into_owned())
    }

    /// Creates an error of several lines, in which control characters are already replaced.
    pub fn from_lines(lines: String) -> SetupError {
        SetupError::Lines(lines)
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetupError::Line(message) | SetupError::Lines(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for SetupError {}
