//! The token with which other machines can use segscope's own paths.

use crate::config::{TextFileError, open_regular, read_text};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The maximum size of a token file.
const MAX_FILE_BYTES: u64 = 4096;

/// The reason why a token file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the token file {} {reason}", path.display())]
pub struct TokenError {
    path: PathBuf,
    reason: String,
}

/// A secret that a request sends as `Authorization: Bearer`.
#[derive(Clone)]
pub struct ApiToken {
    /// The MAC keyed with the token, so that comparing takes the same time whatever a client sends.
    mac: Hmac<Sha256>,
    /// The MAC of the token itself.
    tag: Vec<u8>,
}

impl std::fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiToken")
    }
}

impl ApiToken {
    /// Creates a token from its text.
    pub fn new(text: &str) -> ApiToken {
        let mac = Hmac::new_from_slice(text.as_bytes()).expect("HMAC takes a key of any length");
        let mut own = mac.clone();
        own.update(text.as_bytes());
        ApiToken { tag: own.finalize().into_bytes().to_vec(), mac }
    }

    /// Reads the token from a file, which contains one line and which only its user may read. If the file
    /// does not exist, creates it with a new token and returns true.
    ///
    /// # Errors
    /// Fails if the file is not a regular one, if others may read or write it, or if it contains no token.
    pub fn from_file(path: &Path) -> Result<(ApiToken, bool), TokenError> {
        let (text, is_new) = ApiToken::text_from_file(path)?;
        Ok((ApiToken::new(&text), is_new))
    }

    /// Returns the text of the token in a file, as clients send it, and true if the file is new.
    pub(crate) fn text_from_file(path: &Path) -> Result<(String, bool), TokenError> {
        let fail = |reason: String| TokenError { path: path.to_owned(), reason };
        match open_regular(path) {
            Ok(file) => Ok((read(file).map_err(fail)?, false)),
            Err(TextFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                let text =
                    create(path).map_err(|error| fail(format!("cannot be created: {error}")))?;
                Ok((text, true))
            }
            Err(error) => Err(fail(error.to_string())),
        }
    }

    /// Returns true if this text is the token. It takes the same time however much of the text is right.
    pub fn is(&self, text: &str) -> bool {
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        mac.verify_slice(&self.tag).is_ok()
    }
}

/// Reads a token from a file that only its user may read.
fn read(file: File) -> Result<String, String> {
    let mode = file.metadata().map_err(|error| error.to_string())?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "is open to other users (mode {mode:04o}); make it yours alone with chmod 600"
        ));
    }
    let text = read_text(file, Vec::new(), MAX_FILE_BYTES).map_err(|error| error.to_string())?;
    let token = text.trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token {
        return Err(
            "holds no token; expected one line of visible ASCII characters without blanks".into()
        );
    }
    Ok(token.to_owned())
}

fn create(path: &Path) -> io::Result<String> {
    let token = uuid::Uuid::new_v4().simple().to_string();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{token}")?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn refused(path: &Path) -> String {
        ApiToken::from_file(path).expect_err("refused").to_string()
    }

    #[test]
    fn a_token_file_is_one_line_that_only_its_user_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let write = |text: &str, mode: u32| {
            std::fs::write(&path, text).expect("written");
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).expect("its mode");
        };
        write("s3cret-token\n", 0o600);
        let (token, created) = ApiToken::from_file(&path).expect("a token");
        assert!(token.is("s3cret-token") && !created);
        assert!(!token.is("s3cret-token ") && !token.is("") && !token.is("s3cret-tokem"));
        assert_eq!(format!("{token:?}"), "ApiToken");
        for mode in [0o640, 0o604, 0o620, 0o644, 0o666] {
            write("s3cret-token\n", mode);
            assert!(refused(&path).contains("chmod 600"), "{mode:o}");
        }
        for text in ["", "\n", "a\nb\n", "a b\n", "\u{1b}[31m", "grün"] {
            write(text, 0o600);
            assert!(refused(&path).contains("expected one line"), "{text:?}");
        }
        write(&"x".repeat(5000), 0o600);
        assert!(refused(&path).contains("at most 4 KiB is read"));
    }

    #[test]
    fn a_token_file_is_a_regular_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [Path::new("/dev/zero"), folder.path()] {
            assert!(refused(path).contains("expected a regular file"), "{}", path.display());
        }
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        if made.is_ok_and(|made| made.success()) {
            assert!(refused(&fifo).contains("expected a regular file"));
        }
    }

    #[test]
    fn a_missing_token_file_is_created_with_a_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let (token, created) = ApiToken::from_file(&path).expect("a token");
        assert!(created);
        let text = std::fs::read_to_string(&path).expect("written");
        assert!(token.is(text.trim()) && text.len() == 33);
        assert_eq!(std::fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        assert!(!ApiToken::from_file(&path).expect("the same").1);
    }
}
