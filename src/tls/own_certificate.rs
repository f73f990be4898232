//! Certificates of the user's own, and what can be wrong with one.

use crate::config::{MAX_TEXT_FILE_BYTES, TextFileError, read_text_file};
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    CertificateError as TlsCertificateError, Error, InconsistentKeys, RootCertStore,
};

/// A reason why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Its file cannot be read.
    #[error("{0}")]
    File(#[from] TextFileError),
    /// Its file holds none.
    #[error("holds no certificate; expected PEM (`-----BEGIN CERTIFICATE-----`)")]
    NoCertificate,
    /// The file of its key holds none.
    #[error(
        "holds no private key; expected PEM (`-----BEGIN PRIVATE KEY-----`) that is not encrypted"
    )]
    NoKey,
    /// It is not a certificate of X.509.
    #[error("holds a certificate that cannot be read: {0}")]
    Malformed(String),
    /// Its time is over.
    #[error("expired on {0}")]
    Expired(String),
    /// Its time has not begun.
    #[error("is valid only from {0} on")]
    NotYetValid(String),
    /// Nothing can be signed with its key.
    #[error(
        "holds a private key of a kind that cannot be used; expected RSA, ECDSA (P-256, P-384) or Ed25519"
    )]
    KeyKind,
    /// The key is that of another certificate.
    #[error("is not the key of the certificate")]
    KeyMismatch,
}

impl CertificateError {
    /// Returns whether the file of the key has to be changed, not that of the certificate.
    pub fn is_about_key(&self) -> bool {
        matches!(
            self,
            CertificateError::NoKey | CertificateError::KeyKind | CertificateError::KeyMismatch
        )
    }
}

/// Returns the provider of all cryptography.
pub(crate) fn crypto_provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Reads the certificates of a file: that of the server first, then those that signed it.
pub(crate) fn read_chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let text = read_text_file(file, MAX_TEXT_FILE_BYTES)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or(CertificateError::NoCertificate)
}

/// Reads the private key of a file.
pub(crate) fn read_key(file: &Path) -> Result<PrivateKeyDer<'static>, CertificateError> {
    let text = read_text_file(file, MAX_TEXT_FILE_BYTES)?;
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| CertificateError::NoKey)
}

/// Checks that a certificate is valid today, and that the key is its own. Returns both.
pub(crate) fn check(
    chain: &[CertificateDer<'static>],
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, CertificateError> {
    let [first, ..] = chain else { return Err(CertificateError::NoCertificate) };
    let malformed = |error: Error| CertificateError::Malformed(error.to_string());
    let parsed = ParsedCertificate::try_from(first).map_err(malformed)?;
    let provider = crypto_provider();
    // its time is looked at first; by whom it was signed does not matter here
    let checked = verify_server_cert_signed_by_trust_anchor(
        &parsed,
        &RootCertStore::empty(),
        &[],
        UnixTime::now(),
        provider.signature_verification_algorithms.all,
    );
    match checked {
        Err(Error::InvalidCertificate(TlsCertificateError::ExpiredContext {
            not_after, ..
        })) => return Err(CertificateError::Expired(format_day(not_after))),
        Err(Error::InvalidCertificate(TlsCertificateError::NotValidYetContext {
            not_before,
            ..
        })) => return Err(CertificateError::NotYetValid(format_day(not_before))),
        Ok(()) | Err(_) => {}
    }
    CertifiedKey::from_der(chain.to_vec(), key, &provider).map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => CertificateError::KeyMismatch,
        Error::InvalidCertificate(_) => malformed(error),
        _ => CertificateError::KeyKind,
    })
}

fn format_day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds)
        .map_or_else(|_| format!("second {seconds}"), |at| at.strftime("%F").to_string())
}
