//! The error for a file that cannot be read as calls.

use crate::call::text::visible;
use std::io;
use std::path::{Path, PathBuf};

/// The error for a file that cannot be read as calls.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system returned an error.
    #[error("could not read {}: {source}", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A line or the whole file is not valid.
    #[error("{}:{line}: {}", shown(path), with_help(message))]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The mistake, and what was expected instead.
        message: String,
    },
    /// It is a file of another kind.
    #[error("{}: this is {what}{}", shown(path), help_line(help, path))]
    Kind {
        /// The file.
        path: PathBuf,
        /// The kind, such as "a zip archive".
        what: &'static str,
        /// The command that helps. `FILE` stands for the file.
        help: &'static str,
    },
    /// The file can be read, but contains no calls.
    #[error("{}: {}", shown(path), with_help(message))]
    NoCalls {
        /// The file.
        path: PathBuf,
        /// The content that it has instead.
        message: String,
    },
}

/// Returns a message on one line, followed by its line of help if it has one.
fn with_help(message: &str) -> String {
    match message.split_once("\nhelp: ") {
        Some((message, help)) => format!("{}\nhelp: {}", visible(message), visible(help)),
        None => visible(message).into_owned(),
    }
}

/// Returns a path for a message. Line ends in the path are escaped, so it begins no line of its
/// own.
fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

fn help_line(help: &str, path: &Path) -> String {
    if help.is_empty() {
        return String::new();
    }
    let name = path.display().to_string();
    let quoted = shlex::try_quote(&name).map_or(name.clone(), |quoted| quoted.into_owned());
    format!("\nhelp: {}", visible(&help.replace("FILE", &quoted)))
}
