//! The source of keys and commands: standard input, unless that brings the calls.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

/// The terminal of this process, even if its standard streams are redirected.
const TERMINAL: &str = "/dev/tty";

/// The source of keys and commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyInput {
    /// Standard input.
    Stdin,
    /// The terminal, because standard input brings the calls.
    Terminal,
}

impl KeyInput {
    /// Returns the source of keys while calls are read from `file`.
    pub fn beside(file: &Path) -> KeyInput {
        if file.as_os_str() == "-" { KeyInput::Terminal } else { KeyInput::Stdin }
    }

    /// Returns true if keys can be read.
    pub fn are_there(self) -> bool {
        match self {
            KeyInput::Stdin => io::stdin().is_terminal(),
            KeyInput::Terminal => File::open(TERMINAL).is_ok(),
        }
    }

    /// Returns the commands of plain mode; empty if there is no terminal.
    pub fn commands(self) -> Box<dyn BufRead + Send> {
        match self {
            KeyInput::Stdin => Box::new(BufReader::new(io::stdin())),
            KeyInput::Terminal => match File::open(TERMINAL) {
                Ok(terminal) => Box::new(BufReader::new(terminal)),
                Err(_) => Box::new(io::empty()),
            },
        }
    }
}
