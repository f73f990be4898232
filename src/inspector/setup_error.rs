//! Why settings cannot be used.

use crate::call::credential::without_credentials;
use std::fmt;

/// Why settings cannot be used: the place and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupError {
    /// A message of one line.
    Line(String),
    /// Several lines, in each of which captured and typed text is visible already.
    Lines(String),
}

impl SetupError {
    /// A message of one line. Addresses in it show no password.
    pub fn new(error: impl fmt::Display) -> SetupError {
        SetupError::Line(without_credentials(&error.to_string()).into_owned())
    }

    /// Several lines, whose texts are visible already.
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
