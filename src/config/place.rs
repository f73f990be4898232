//! Where the user's own files are, as the system's conventions say.

use etcetera::{BaseStrategy, choose_base_strategy};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file of the state folder is no longer.
pub(super) const MAX_STATE_BYTES: u64 = 64 << 20;

/// The user's own settings file, there or not.
pub fn user_config_file() -> Option<PathBuf> {
    Some(config_folder()?.join("config.toml"))
}

/// The folder of the user's own vendor files.
pub fn user_vendors_folder() -> Option<PathBuf> {
    Some(config_folder()?.join("vendors"))
}

/// The folder of the user's own themes.
pub fn user_themes_folder() -> Option<PathBuf> {
    Some(config_folder()?.join("themes"))
}

/// The folder for what this program remembers: recordings, history.
pub fn user_state_folder() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("segscope"))
}

/// Writes a file of the state folder beside and renames it, so that a crash leaves the old or the
/// new one.
pub(super) fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension(format!("{}.tmp", std::process::id()));
    // what was typed may hold what was captured
    let mut options = OpenOptions::new();
    let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    out.write_all(text.as_bytes())?;
    drop(out);
    std::fs::rename(&beside, file)
}

fn config_folder() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.config_dir().join("segscope"))
}
