//! Reads secrets from files or from standard input, so that they are neither in a settings file nor
//! on a command line: `vendors.NAME.KEY_file` for each secret `KEY` of a vendor, and
//! `webhook_secret_file`.

use super::setup_error::SetupError;
use crate::config::{SettingOrigin, Settings, read_text_file};
use crate::vendors::{SettingKind, VendorFile, Vendors};
use serde_json::{Map, Value};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The suffix of a setting that names the file of a secret.
const SUFFIX: &str = "_file";
/// The maximum size of a secret.
const MAX_SECRET_BYTES: u64 = 64 << 10;

/// Replaces the settings that name files with the secrets in these files. Returns the files.
///
/// # Errors
/// Fails if the project's settings file names such a file, if a secret is set twice in one layer,
/// and if a file contains no secret.
pub fn read(
    settings: &mut Settings,
    vendor_files: &[VendorFile],
) -> Result<Vec<PathBuf>, SetupError> {
    let named: Vec<(String, Value, SettingOrigin)> = settings
        .iter()
        .filter(|(key, ..)| key.ends_with(SUFFIX))
        .filter(|(key, ..)| key.starts_with("vendors.") || *key == "webhook_secret_file")
        .map(|(key, value, origin)| (key.to_owned(), value.clone(), origin.clone()))
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    // the vendors' tables alone determine which settings are secrets
    let vendors = Vendors::new(&Map::new(), vendor_files).map_err(SetupError::new)?;
    let (mut files, mut from_input) = (Vec::new(), None);
    for (key, value, origin) in named {
        let secret = &key[..key.len() - SUFFIX.len()];
        if key.starts_with("vendors.") && !is_secret(&vendors, secret, &key) {
            // a wrong setting is reported by the vendor; a vendor may also have a setting with this name
            continue;
        }
        let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
        if is_blank(&value) {
            // blank, as in the settings template
            settings.remove(&key);
            continue;
        }
        settings.may_send(&key).map_err(SetupError::new)?;
        let wrong = |what: String| SetupError::new(format!("{origin}: `{key}`: {what}"));
        if let Some((_, other)) = settings.get(secret).filter(|(value, _)| !is_blank(value)) {
            if other.layer() > origin.layer() {
                settings.remove(&key);
                continue;
            }
            if other.layer() == origin.layer() {
                return Err(wrong(format!("`{secret}` is set, too ({other}); remove one of them")));
            }
        }
        let file = value.as_str().ok_or_else(|| wrong("expected a file name".to_owned()))?;
        let text = if file == "-" {
            if let Some(other) = from_input.replace(key.clone()) {
                return Err(wrong(format!("`{other}` already reads standard input")));
            }
            read_input().map_err(wrong)?
        } else {
            let file = resolve_path(file, &origin);
            let read = read_text_file(&file, MAX_SECRET_BYTES);
            let text = read.map_err(|error| wrong(format!("{} {error}", file.display())))?;
            files.push(file);
            text
        };
        let text = text.trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            return Err(wrong("it is empty".to_owned()));
        }
        settings.replace(&key, secret, text.into());
    }
    Ok(files)
}

/// Returns true if a vendor has a secret with that key, and no setting that is named like the file
/// of the secret.
fn is_secret(vendors: &Vendors, secret: &str, file: &str) -> bool {
    let parts = |key: &str| {
        let (vendor, name) = key.strip_prefix("vendors.")?.split_once('.')?;
        Some((vendors.index_of(vendor)?, name.to_owned()))
    };
    let (Some((vendor, secret)), Some((_, file))) = (parts(secret), parts(file)) else {
        return false;
    };
    let settings = &vendors.info(vendor).settings;
    settings.iter().any(|def| def.key == secret && def.kind == SettingKind::Secret)
        && !settings.iter().any(|def| def.key == file)
}

/// Returns the path that a setting means: a relative name is relative to the settings file that
/// contains it, and `~/` is the home folder.
fn resolve_path(file: &str, origin: &SettingOrigin) -> PathBuf {
    match (file.strip_prefix("~/"), std::env::home_dir(), origin) {
        (Some(rest), Some(home), _) => home.join(rest),
        (_, _, SettingOrigin::File { path, .. }) => {
            path.parent().unwrap_or(Path::new("")).join(file)
        }
        _ => PathBuf::from(file),
    }
}

/// Returns the content of standard input. It is read only once, because settings are read again
/// while the program runs.
fn read_input() -> Result<String, String> {
    static INPUT: OnceLock<Result<String, String>> = OnceLock::new();
    let read = || {
        let input = io::stdin();
        if input.is_terminal() {
            return Err("standard input is a terminal; a pipe or a file was expected".to_owned());
        }
        read_bounded(input.lock()).map_err(|error| format!("standard input: {error}"))
    };
    INPUT.get_or_init(read).clone()
}

fn read_bounded(input: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let read = input.take(MAX_SECRET_BYTES + 1).read_to_string(&mut text)?;
    match read as u64 > MAX_SECRET_BYTES {
        true => Err(io::Error::other("longer than 64 KB, which no secret is")),
        false => Ok(text),
    }
}
