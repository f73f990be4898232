//! Where the user's own files are, as the system's conventions say.

use etcetera::{BaseStrategy, choose_base_strategy};
use std::path::PathBuf;

/// The user's own settings file, there or not.
pub fn user_config_file() -> Option<PathBuf> {
    Some(config_folder()?.join("config.toml"))
}

/// The folder of the user's own vendor files.
pub fn user_vendors_folder() -> Option<PathBuf> {
    Some(config_folder()?.join("vendors"))
}

/// The folder for what this program remembers: recordings, history.
pub fn user_state_folder() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("segscope"))
}

fn config_folder() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.config_dir().join("segscope"))
}
