//! The system's trusted certificates and the local authority's in one file, for programs that take
//! a file in place of the system's store (`SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`).

use crate::config::write_whole;
use crate::tls::authority::LocalAuthority;
use crate::tls::own_certificate::read_chain;
use crate::tls::pem;
use rustix::io::FdFlags;
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tokio_rustls::rustls::pki_types::CertificateDer;

/// The beginning of the names of bundles that are removed when no program uses them.
const TEMPORARY_PREFIX: &str = "run-bundle-";
/// The maximum number of attempts to lock a bundle that others remove at the same time.
const MAX_ATTEMPTS: usize = 8;

/// A reason why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The system's store is empty, or cannot be read. A bundle without it would make a program
    /// refuse every other host.
    #[error(
        "the system's trusted certificates cannot be read{}; install the package ca-certificates, or name their file in SSL_CERT_FILE",
        first_reason(.0)
    )]
    NoSystemRoots(Vec<String>),
    /// The file cannot be written.
    #[error("{path} could not be written: {error}")]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
}

fn first_reason(errors: &[String]) -> String {
    errors.first().map_or(String::new(), |error| format!(": {error}"))
}

/// A file of trusted certificates.
#[derive(Debug)]
pub struct RootBundle {
    /// The file.
    pub path: PathBuf,
    /// The further files that could not be read, each with the reason.
    pub unread: Vec<String>,
    /// The lock of a temporary bundle; none for a file that is never removed.
    lock: Option<BundleLock>,
}

impl RootBundle {
    /// Lets the commands that this process starts from now on inherit the lock, so that no segscope
    /// removes the file while one of them lives, even if this process was killed.
    pub fn share_lock_with_commands(&self) -> io::Result<()> {
        match self.lock.as_ref().and_then(|lock| lock.file.as_ref()) {
            // the lock belongs to the open file (flock), which all inherited descriptors share
            Some(file) => Ok(rustix::io::fcntl_setfd(file, FdFlags::empty())?),
            None => Ok(()),
        }
    }
}

/// A temporary bundle that is locked against removal. Dropping it removes the file, unless another
/// program has it locked.
#[derive(Debug)]
struct BundleLock {
    path: PathBuf,
    /// The locked file; none only while this is dropped.
    file: Option<File>,
}

impl Drop for BundleLock {
    fn drop(&mut self) {
        // first the own lock, so that only those of others can keep the file
        drop(self.file.take());
        remove_if_unused(&self.path);
    }
}

/// Writes the system's certificates and the authority's to `bundle.pem` beside the authority's files.
/// If `SSL_CERT_FILE` or `SSL_CERT_DIR` is set, its certificates replace those of the system's store.
pub fn write_root_bundle(
    authority: &LocalAuthority,
    folder: &Path,
) -> Result<RootBundle, BundleError> {
    let (text, unread) = bundle_text(authority, &[])?;
    let path = folder.join("bundle.pem");
    match write_whole(&path, &text, false) {
        Ok(()) => Ok(RootBundle { path, unread, lock: None }),
        Err(error) => Err(BundleError::NotWritten { path, error }),
    }
}

/// Writes a bundle to which the certificates of further files are added. The file is removed when the
/// last of the bundles at its path is dropped. Also removes the files of programs that were killed.
///
/// The name of the file is made from its text, so that two programs that need different bundles at
/// the same time do not share one.
pub fn write_temporary_bundle(
    authority: &LocalAuthority,
    folder: &Path,
    further: &[PathBuf],
) -> Result<RootBundle, BundleError> {
    let (text, unread) = bundle_text(authority, further)?;
    let digest = Sha256::digest(&text);
    let id: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("{TEMPORARY_PREFIX}{id}.pem"));
    match lock_or_write(&path, &text) {
        Ok(file) => {
            remove_unused(folder, &path);
            let lock = BundleLock { path: path.clone(), file: Some(file) };
            Ok(RootBundle { path, unread, lock: Some(lock) })
        }
        Err(error) => Err(BundleError::NotWritten { path, error }),
    }
}

/// Returns the text of a bundle, and the further files that could not be read.
fn bundle_text(
    authority: &LocalAuthority,
    further: &[PathBuf],
) -> Result<(String, Vec<String>), BundleError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let errors = found.errors.iter().map(ToString::to_string).collect();
        return Err(BundleError::NoSystemRoots(errors));
    }
    let (mut certificates, mut unread) = (found.certs, Vec::new());
    for file in further {
        match read_chain(file) {
            Ok(more) => add_missing(&mut certificates, more),
            Err(error) => unread.push(format!("{} {error}", file.display())),
        }
    }
    add_missing(&mut certificates, vec![authority.root().clone()]);
    let text = certificates.iter().map(|it| pem::encode("CERTIFICATE", it)).collect();
    Ok((text, unread))
}

/// Locks the file with this text against removal. Writes it if it is not there.
fn lock_or_write(path: &Path, text: &str) -> io::Result<File> {
    for _ in 0..MAX_ATTEMPTS {
        if let Some(file) = lock_as_used(path, text)? {
            return Ok(file);
        }
        // it is not there, or was removed or replaced before it was locked
        write_whole(path, text, false)?;
    }
    Err(io::Error::other("another program removes or changes it again and again"))
}

/// Returns the file, locked; none if it is not there or has another text.
fn lock_as_used(path: &Path, text: &str) -> io::Result<Option<File>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    // on a file system without locks, none is removed either
    let _ = file.lock_shared();
    let mut found = String::new();
    let is_read = file.read_to_string(&mut found).is_ok();
    Ok((is_read && found == text && is_still_at(&file, path)).then_some(file))
}

/// Removes the temporary bundles that no program has locked, except for the one at `kept`.
fn remove_unused(folder: &Path, kept: &Path) {
    // what cannot be removed now is removed by a later run
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_bundle = name.starts_with(TEMPORARY_PREFIX) && name.ends_with(".pem");
        let path = entry.path();
        if is_bundle && path != kept {
            remove_if_unused(&path);
        }
    }
}

/// Removes a temporary bundle if no program has it locked.
fn remove_if_unused(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    if file.try_lock().is_ok() && is_still_at(&file, path) {
        let _ = std::fs::remove_file(path);
    }
}

/// Returns whether the file at the path is the one that was opened.
fn is_still_at(file: &File, path: &Path) -> bool {
    let id = |meta: Metadata| (meta.dev(), meta.ino());
    let (opened, there) = (file.metadata().map(id), std::fs::metadata(path).map(id));
    opened.is_ok_and(|opened| there.is_ok_and(|there| there == opened))
}

/// Adds the certificates that are not there yet.
fn add_missing(
    certificates: &mut Vec<CertificateDer<'static>>,
    more: Vec<CertificateDer<'static>>,
) {
    for certificate in more {
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
}
