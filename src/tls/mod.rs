//! TLS: the local certificate authority and the certificates that it signs, certificates of the
//! user's own, and the system's store of trusted ones.

mod authority;
mod certificates;
mod own_certificate;
mod pem;
mod root_bundle;
mod trust_store;

pub use authority::{AuthorityError, LocalAuthority, ROOT_FILE, authority_folder};
pub use certificates::ServerCertificates;
pub use own_certificate::CertificateError;
pub use root_bundle::{BundleError, RootBundle, write_root_bundle, write_temporary_bundle};
pub use trust_store::{SystemStore, TrustStep};
