//! The origin of a setting, and the error of an invalid one.

use std::fmt;
use std::path::PathBuf;

/// The origin of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// A flag, as the user wrote it.
    Flag(String),
    /// An environment variable.
    Env(String),
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Built in.
    Preset,
}

impl SettingOrigin {
    /// Returns the number of its layer; a value of a higher layer takes precedence. The two files
    /// share a layer.
    pub fn layer(&self) -> u8 {
        match self {
            SettingOrigin::Preset => 0,
            SettingOrigin::File { .. } => 1,
            SettingOrigin::Env(_) => 2,
            SettingOrigin::Flag(_) => 3,
        }
    }
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingOrigin::Flag(flag) => f.write_str(flag),
            SettingOrigin::Env(name) => f.write_str(name),
            SettingOrigin::File { path, line } => write!(f, "{}:{line}", path.display()),
            SettingOrigin::Preset => f.write_str("preset"),
        }
    }
}

/// An error that makes the settings unusable.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {message}")]
pub struct ConfigError {
    /// The origin of the wrong value.
    pub origin: SettingOrigin,
    /// The mistake, and what was expected instead.
    pub message: String,
}
