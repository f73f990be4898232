//! Where a setting comes from, and what is wrong with one.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// A flag, as it was written.
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
    /// Which layer it is of: a higher one wins. The two files share one.
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

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {message}")]
pub struct ConfigError {
    /// The place.
    pub origin: SettingOrigin,
    /// The mistake, and what was expected instead.
    pub message: String,
}
