//! The system's trusted certificates and the local authority's in one file, for programs that take
//! a file in place of the system's store (`SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`).

use crate::config::write_whole;
use crate::tls::authority::LocalAuthority;
use crate::tls::pem;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the file, beside those of the authority.
const BUNDLE_FILE: &str = "bundle.pem";

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The system's store is empty, or cannot be read. A bundle without it would make a program
    /// refuse every other host.
    #[error("the system's trusted certificates cannot be read{}", reason(.0))]
    NoSystemRoots(Vec<String>),
    /// The file cannot be written.
    #[error("{path} could not be written: {error}")]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

fn reason(errors: &[String]) -> String {
    errors.first().map_or(String::new(), |error| format!(": {error}"))
}

/// Writes the bundle beside the authority's files and returns its path. Where `SSL_CERT_FILE` or
/// `SSL_CERT_DIR` is set, what it names takes the place of the system's store.
pub fn write_root_bundle(
    authority: &LocalAuthority,
    folder: &Path,
) -> Result<PathBuf, BundleError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let errors = found.errors.iter().map(ToString::to_string).collect();
        return Err(BundleError::NoSystemRoots(errors));
    }
    let mut text: String =
        found.certs.iter().map(|certificate| pem::encode("CERTIFICATE", certificate)).collect();
    let own = authority.root_pem();
    if !text.contains(&own) {
        text.push_str(&own);
    }
    let path = folder.join(BUNDLE_FILE);
    match write_whole(&path, &text) {
        Ok(()) => Ok(path),
        Err(error) => Err(BundleError::NotWritten { path, error }),
    }
}
