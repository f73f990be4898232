//! The environment variables with which a command uses the listener as its https proxy and trusts its
//! certificates.

use crate::cli::failure::Failure;
use crate::cli::{output, tls};
use crate::outbound::is_exempt_from_proxy;
use crate::tls::RootBundle;
use crate::wire::TRACKING_HOSTS;
use std::path::PathBuf;

/// The variables that name a file of certificates instead of the system's.
const REPLACING: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];
/// The variable that names a file of certificates in addition to those of Node.
const ADDING: &str = "NODE_EXTRA_CA_CERTS";

/// The variables of a command, and the file of certificates that they name.
pub struct ProxyVariables {
    /// The variables with their values.
    pub variables: Vec<(&'static str, String)>,
    /// The file, which is removed when this is dropped.
    _bundle: RootBundle,
}

/// Returns the variables for a proxy at this URL. The certificates that the variables name now are still
/// trusted, together with those of the system and the local CA.
///
/// # Errors
/// Fails if there is no local CA, or if the system has no trusted certificates.
pub fn variables(url: &str) -> Result<ProxyVariables, Failure> {
    let authority = tls::open_authority(output::note)?;
    let named = |name: &str| std::env::var_os(name).filter(|file| !file.is_empty());
    let further: Vec<PathBuf> = REPLACING
        .iter()
        .chain([&ADDING])
        .filter_map(|name| named(name).map(PathBuf::from))
        .collect();
    let bundle = tls::temporary_bundle(&authority, &further)?;
    let path = bundle.path.to_string_lossy().into_owned();
    let added = match named(ADDING) {
        Some(_) => path.clone(),
        None => authority.root_file().to_string_lossy().into_owned(),
    };
    let mut variables = vec![
        ("HTTPS_PROXY", url.to_owned()),
        ("https_proxy", url.to_owned()),
        ("NODE_USE_ENV_PROXY", "1".to_owned()),
        (ADDING, added),
    ];
    variables.extend(REPLACING.map(|name| (name, path.clone())));
    tell_exempt();
    Ok(ProxyVariables { variables, _bundle: bundle })
}

/// Notes which tracking hosts the command reaches without the proxy.
fn tell_exempt() {
    let hosts = TRACKING_HOSTS.iter().map(|host| host.trim_start_matches("*."));
    let exempt: Vec<&str> = hosts.filter(|host| is_exempt_from_proxy(host)).collect();
    if !exempt.is_empty() {
        output::note(format_args!(
            "segscope: NO_PROXY exempts {}: requests to them do not come here",
            exempt.join(", ")
        ));
    }
}
