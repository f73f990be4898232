//! The certificates that the listener shows: the user's own, or one that the local certificate
//! authority signs for the name that a client asks for.

use crate::tls::authority::LocalAuthority;
use crate::tls::own_certificate::{self, CertificateError, crypto_provider};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::sign::SingleCertAndKey;

/// The maximum number of signed certificates that are kept. The oldest makes room for a further one,
/// and is signed again when a client asks for it.
const MAX_SIGNED_CERTIFICATES: usize = 64;

/// The protocol of the listener inside of TLS, for ALPN.
const ALPN_PROTOCOL: &[u8] = b"http/1.1";

/// The names that every certificate of the listener has.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Certificates for the clients of a listener.
#[derive(Debug)]
pub struct ServerCertificates {
    source: CertificateSource,
}

enum CertificateSource {
    Own(Arc<ServerConfig>),
    Signed { authority: Arc<LocalAuthority>, kept: Mutex<VecDeque<SignedCertificate>> },
}

/// A certificate with the names that it is for.
struct SignedCertificate {
    names: Vec<String>,
    config: Arc<ServerConfig>,
}

impl std::fmt::Debug for CertificateSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CertificateSource::Own(_) => f.write_str("Own"),
            CertificateSource::Signed { authority, .. } => {
                f.debug_tuple("Signed").field(authority).finish()
            }
        }
    }
}

impl ServerCertificates {
    /// Creates certificates that the local authority signs.
    pub fn from_authority(authority: Arc<LocalAuthority>) -> ServerCertificates {
        ServerCertificates {
            source: CertificateSource::Signed { authority, kept: Mutex::default() },
        }
    }

    /// Reads the certificate and the key of these files.
    ///
    /// # Errors
    /// Fails if one of them cannot be used; [`CertificateError::is_about_key`] says which.
    pub fn from_files(
        certificate: &Path,
        key: &Path,
    ) -> Result<ServerCertificates, (bool, CertificateError)> {
        let chain = own_certificate::read_chain(certificate).map_err(|error| (false, error))?;
        let key = own_certificate::read_key(key).map_err(|error| (true, error))?;
        let certified =
            own_certificate::check(&chain, key).map_err(|error| (error.is_about_key(), error))?;
        Ok(ServerCertificates { source: CertificateSource::Own(server_config(certified)) })
    }

    /// Returns whether the local authority signs them.
    pub fn are_signed_here(&self) -> bool {
        matches!(self.source, CertificateSource::Signed { .. })
    }

    /// Returns the TLS configuration for a client that connects to the listener itself, at this address
    /// and by this name.
    pub(crate) fn for_listener(
        &self,
        name: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Arc<ServerConfig>, rcgen::Error> {
        let mut names: Vec<String> = OWN_NAMES.map(str::to_owned).into();
        let further = name.map(str::to_owned).into_iter().chain(address.map(|it| it.to_string()));
        for further in further {
            if !names.contains(&further) {
                names.push(further);
            }
        }
        self.for_names(names)
    }

    /// Returns the TLS configuration for a client that connects to a host behind the listener.
    pub(crate) fn for_host(&self, host: &str) -> Result<Arc<ServerConfig>, rcgen::Error> {
        self.for_names(vec![host.to_owned()])
    }

    fn for_names(&self, names: Vec<String>) -> Result<Arc<ServerConfig>, rcgen::Error> {
        let (authority, kept) = match &self.source {
            CertificateSource::Own(config) => return Ok(Arc::clone(config)),
            CertificateSource::Signed { authority, kept } => (authority, kept),
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.iter().find(|found| found.names == names) {
            return Ok(Arc::clone(&found.config));
        }
        let (certificate, key) = authority.issue(&names)?;
        let certified = CertifiedKey::from_der(vec![certificate], key, &crypto_provider());
        let certified = certified.map_err(|_| rcgen::Error::RingUnspecified)?;
        let config = server_config(certified);
        if kept.len() >= MAX_SIGNED_CERTIFICATES {
            kept.pop_front();
        }
        kept.push_back(SignedCertificate { names, config: Arc::clone(&config) });
        Ok(config)
    }
}

fn server_config(certified: CertifiedKey) -> Arc<ServerConfig> {
    let config = ServerConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .expect("the provider has cipher suites for both versions");
    let mut config = config
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![ALPN_PROTOCOL.to_vec()];
    Arc::new(config)
}
