//! Opens the file of the debug log.

use crate::call::time;
use crate::config::{self, TextFileError};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A reason why the debug log could not be opened. The caller names the file.
#[derive(Debug, thiserror::Error)]
pub enum DebugLogError {
    /// The operating system refused to open it.
    #[error("the log could not be opened: {0}")]
    Io(io::Error),
    /// It is a device, a FIFO, a socket, a folder, or a link.
    #[error("it is {0}; expected a regular file or the name of a new one")]
    NotRegular(String),
    /// The file contains something other than a log.
    #[error(
        "it is not a log of segscope: its first line does not begin with a time; nothing was appended to it"
    )]
    Foreign,
}

impl From<TextFileError> for DebugLogError {
    fn from(error: TextFileError) -> DebugLogError {
        match error {
            TextFileError::Io(error) => DebugLogError::Io(error),
            TextFileError::NotRegular(what) => DebugLogError::NotRegular(what),
            TextFileError::TooLong { .. } | TextFileError::NotUtf8 { .. } => DebugLogError::Foreign,
        }
    }
}

/// Opens a log for appending. A new file can be read and written by its user only.
pub(super) fn open(path: &Path) -> Result<File, DebugLogError> {
    let mut file = config::open_to_append(path)?;
    let mut begin = Vec::new();
    (&mut file).take(TIME_CHARS as u64 + 1).read_to_end(&mut begin).map_err(DebugLogError::Io)?;
    if !begin.is_empty() && !is_log(&begin) {
        return Err(DebugLogError::Foreign);
    }
    // an error is ignored, because the log works without this and the file is the user's own
    let _ = config::close_to_others(path);
    Ok(file)
}

/// The length of the time in a line, such as `2026-11-22T10:00:00.000Z`.
const TIME_CHARS: usize = 24;

fn is_log(begin: &[u8]) -> bool {
    let text = std::str::from_utf8(begin).unwrap_or_default();
    let time = text.strip_suffix(' ').filter(|time| time.len() == TIME_CHARS);
    time.is_some_and(|time| time::parse(time).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn refuses_what_is_not_a_log_and_leaves_it_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("notes"), "2026-11-22 is a day\n").expect("written");
        std::fs::write(at("log"), "2026-11-22T10:00:00.000Z INFO a\n").expect("written");
        symlink("log", at("to-log")).expect("linked");
        symlink("/dev/null", at("to-null")).expect("linked");
        symlink("none", at("to-none")).expect("linked");
        for (name, want) in [
            (".", "it is a folder; expected"),
            ("/dev/tty", "it is a device; expected"),
            ("to-log", "it is a link; expected"),
            ("to-null", "it is a link to a device, /dev/null; expected"),
            ("to-none", "could not be opened"),
            ("none/log", "could not be opened"),
            ("notes", "does not begin with a time; nothing was appended"),
        ] {
            let error = open(&at(name)).expect_err(name).to_string();
            assert!(error.contains(want), "{name}: {error}");
        }
        assert_eq!(std::fs::read(at("notes")).expect("there"), b"2026-11-22 is a day\n");
        assert!(!at("none").exists());
    }

    #[test]
    fn a_log_is_its_users_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        std::fs::write(&old, "2026-11-22T10:00:00.000Z INFO a\n").expect("written");
        std::fs::set_permissions(&old, PermissionsExt::from_mode(0o644)).expect("set");
        for file in [&new, &old] {
            open(file).expect("a log");
            let mode = std::fs::metadata(file).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
    }
}
