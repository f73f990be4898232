//! The locations of the user's own files, by the system's conventions.

use etcetera::{BaseStrategy, choose_base_strategy};
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The maximum number of bytes that are read of a file in the state folder.
pub(crate) const MAX_STATE_BYTES: u64 = 64 << 20;

/// Returns the path of the user's own settings file, which may not exist.
pub fn user_config_file() -> Option<PathBuf> {
    Some(config_folder()?.join("config.toml"))
}

/// Returns the folder of the user's own vendor files.
pub fn user_vendors_folder() -> Option<PathBuf> {
    Some(config_folder()?.join("vendors"))
}

/// Returns the folder of the user's own themes.
pub fn user_themes_folder() -> Option<PathBuf> {
    Some(config_folder()?.join("themes"))
}

/// Returns the folder for this program's state: recordings, history.
pub fn user_state_folder() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("segscope"))
}

/// Writes a new version of a file beside the old one and renames it, so that a crash of this
/// program leaves either the old or the new version. With `is_synced`, this also holds for a crash
/// of the machine.
pub fn write_whole(file: &Path, text: &str, is_synced: bool) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        create_private_folder(folder)?;
    }
    let beside = file.with_extension(format!("{}.tmp", std::process::id()));
    // removes a file that an earlier process with the same number left, or a link that another user
    // put there
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // readable only by its user, because typed text may contain captured data; a newly created file
    // is never behind a link
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    out.write_all(text.as_bytes())?;
    if is_synced {
        out.sync_data()?;
    }
    drop(out);
    std::fs::rename(&beside, file)
}

/// Creates a folder and its missing parent folders, for its user alone.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A file or folder that users other than its owner could open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExposedPath {
    /// The mode that it had.
    pub mode: u32,
    /// True if only its owner can open it now.
    pub closed: bool,
}

impl ExposedPath {
    /// Returns the message for the user.
    pub fn words(&self, path: &Path) -> String {
        let (path, mode) = (path.display(), self.mode);
        match self.closed {
            true => {
                format!("{path} was open to other users (mode {mode:o}); now it is yours alone")
            }
            false => format!("{path} is open to other users (mode {mode:o}) and cannot be closed"),
        }
    }
}

/// Closes a file or folder to other users; returns `None` if it was closed already, or does not
/// exist.
pub fn close_to_others(path: &Path) -> Option<ExposedPath> {
    let meta = std::fs::metadata(path).ok()?;
    let mode = meta.mode() & 0o777;
    if mode & 0o077 == 0 {
        return None;
    }
    let is_own = meta.uid() == rustix::process::geteuid().as_raw();
    let own = Permissions::from_mode(mode & 0o700);
    Some(ExposedPath { mode, closed: is_own && std::fs::set_permissions(path, own).is_ok() })
}

fn config_folder() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.config_dir().join("segscope"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_beside_a_link_and_not_through_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, mine) = (folder.path().join("typed.json"), folder.path().join("mine"));
        std::fs::write(&mine, "mine").expect("written");
        let beside = folder.path().join(format!("typed.{}.tmp", std::process::id()));
        std::os::unix::fs::symlink(&mine, &beside).expect("a link");
        write_whole(&file, "{}", false).expect("written");
        assert_eq!(std::fs::read_to_string(&mine).expect("there"), "mine");
        assert_eq!(std::fs::read_to_string(&file).expect("there"), "{}");
        assert!(!file.is_symlink() && !beside.exists());
        assert_eq!(std::fs::metadata(&file).expect("there").mode() & 0o777, 0o600);
    }

    #[test]
    fn closes_files_that_other_users_could_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("a/b");
        create_private_folder(&state).expect("created");
        assert_eq!(close_to_others(&state), None);
        std::fs::set_permissions(&state, Permissions::from_mode(0o755)).expect("set");
        assert_eq!(close_to_others(&state), Some(ExposedPath { mode: 0o755, closed: true }));
        assert_eq!(std::fs::metadata(&state).expect("there").mode() & 0o777, 0o700);
        assert_eq!(close_to_others(&folder.path().join("none")), None);
    }
}
