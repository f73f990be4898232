//! The system's trusted certificates and the local authority's in one file, for programs that take
//! a file in place of the system's store (`SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`).

use crate::config::write_whole;
use crate::tls::authority::LocalAuthority;
use crate::tls::own_certificate::read_chain;
use crate::tls::pem;
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use tokio_rustls::rustls::pki_types::CertificateDer;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The system's store is empty, or cannot be read. A bundle without it would make a program
    /// refuse every other host.
    #[error(
        "the system's trusted certificates cannot be read{}; install the package ca-certificates, or name their file in SSL_CERT_FILE",
        reason(.0)
    )]
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

/// A file of trusted certificates.
#[derive(Debug)]
pub struct RootBundle {
    /// The file.
    pub path: PathBuf,
    /// The further files that could not be read, each with the reason.
    pub unread: Vec<String>,
}

/// Writes the bundle beside the authority's files. Where `SSL_CERT_FILE` or `SSL_CERT_DIR` is set, what
/// it names takes the place of the system's store. The certificates of further files are added.
///
/// The name of the file says what it holds, so that two programs that need different bundles at the
/// same time do not share one.
pub fn write_root_bundle(
    authority: &LocalAuthority,
    folder: &Path,
    further: &[PathBuf],
) -> Result<RootBundle, BundleError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let errors = found.errors.iter().map(ToString::to_string).collect();
        return Err(BundleError::NoSystemRoots(errors));
    }
    let (mut certificates, mut unread) = (found.certs, Vec::new());
    for file in further {
        match read_chain(file) {
            Ok(more) => add(&mut certificates, more),
            Err(error) => unread.push(format!("{} {error}", file.display())),
        }
    }
    add(&mut certificates, vec![authority.root().clone()]);
    let text: String = certificates.iter().map(|it| pem::encode("CERTIFICATE", it)).collect();
    let digest = Sha256::digest(&text);
    let id: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("bundle-{id}.pem"));
    match write_whole(&path, &text, false) {
        Ok(()) => Ok(RootBundle { path, unread }),
        Err(error) => Err(BundleError::NotWritten { path, error }),
    }
}

/// Adds the certificates that are not there yet.
fn add(certificates: &mut Vec<CertificateDer<'static>>, more: Vec<CertificateDer<'static>>) {
    for certificate in more {
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
}
