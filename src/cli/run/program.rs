//! Finds the program of a command as a shell does, before anything starts.

use crate::cli::failure::Failure;
use rustix::fs::{Access, access};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The exit codes of shells for a command that cannot be started.
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Checks that a command can be started.
///
/// # Errors
/// Fails with exit code 127 if there is no such program, and 126 if it is not executable.
pub fn check(command: &OsStr, path: Option<&OsStr>) -> Result<(), Failure> {
    let found: Vec<PathBuf> = if command.as_bytes().contains(&b'/') {
        vec![PathBuf::from(command)]
    } else {
        let folders = path.map(std::env::split_paths).into_iter().flatten();
        // an empty command would be each folder itself
        folders.filter(|_| !command.is_empty()).map(|folder| folder.join(command)).collect()
    };
    if found.iter().any(|file| is_executable(file)) {
        return Ok(());
    }
    match found.iter().find(|file| file.exists()) {
        Some(file) if file.is_dir() => Err(failure(command, NOT_EXECUTABLE, "it is a folder")),
        Some(_) => Err(failure(command, NOT_EXECUTABLE, "it is not executable")),
        None => Err(failure(command, NOT_FOUND, "command not found")),
    }
}

/// Returns the failure of a command that could not be started in spite of the check.
pub fn not_started(command: &OsStr, error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => NOT_FOUND,
        _ => NOT_EXECUTABLE,
    };
    failure(command, code, &error.to_string())
}

fn failure(command: &OsStr, code: u8, why: &str) -> Failure {
    Failure::NotStarted { code, message: format!("`{}`: {why}", command.to_string_lossy()) }
}

fn is_executable(file: &Path) -> bool {
    file.is_file() && access(file, Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_command_is_looked_up_as_a_shell_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, mode: u32| {
            let path = folder.path().join(name);
            std::fs::write(&path, "#!/bin/sh\n").expect("written");
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).expect("its mode");
        };
        file("good", 0o755);
        file("plain", 0o644);
        std::fs::create_dir(folder.path().join("folder")).expect("created");
        let code = |command: &str, path: Option<&Path>| {
            let checked = check(OsStr::new(command), path.map(Path::as_os_str));
            checked.map_or_else(|failure| failure.code(), |()| 0)
        };
        let here = Some(folder.path());
        let full = |name: &str| folder.path().join(name).display().to_string();
        for (command, path, want) in [
            ("good", here, 0),
            (&*full("good"), None, 0),
            ("good", None, 127),
            ("plain", here, 126),
            (&*full("plain"), here, 126),
            ("folder", here, 126),
            ("none", here, 127),
            (&*full("none"), here, 127),
            ("", here, 127),
        ] {
            assert_eq!(code(command, path), want, "{command}");
        }
    }
}
