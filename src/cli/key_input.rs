//! Where keys and commands come from: standard input, unless that brings the calls.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

/// The terminal of this process, wherever its standard streams go.
const TERMINAL: &str = "/dev/tty";

/// Where keys and commands come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyInput {
    /// From standard input.
    Stdin,
    /// From the terminal, for standard input brings the calls.
    Terminal,
}

impl KeyInput {
    /// Returns where keys come from while calls are read from `file`.
    pub fn beside(file: &Path) -> KeyInput {
        if file.as_os_str() == "-" { KeyInput::Terminal } else { KeyInput::Stdin }
    }

    /// Whether keys can be read.
    pub fn are_there(self) -> bool {
        match self {
            KeyInput::Stdin => io::stdin().is_terminal(),
            KeyInput::Terminal => File::open(TERMINAL).is_ok(),
        }
    }

    /// The commands of plain mode; none where there is no terminal.
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
