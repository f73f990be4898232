//! The options of a listener that intercepts, from the settings.

use super::failure::Failure;
use super::tls;
use crate::inspector::Setup;
use crate::server::{HostPattern, InterceptOptions};
use crate::tls::ServerCertificates;
use std::sync::Arc;

/// Returns the options; none if the listener does not intercept.
///
/// # Errors
/// Fails if a setting or the local CA cannot be used.
pub fn options(
    setup: &Setup,
    tell: impl FnOnce(String),
) -> Result<Option<InterceptOptions>, Failure> {
    let settings = &setup.settings;
    let wrong = |key: &str, error: &dyn std::fmt::Display| {
        Failure::wrong(format!("{}: {error}", settings.origin_of(key)))
    };
    let hosts = settings.list("intercept_host").unwrap_or_default();
    if !settings.is_on("intercept") {
        return match hosts.is_empty() {
            true => Ok(None),
            false => Err(wrong("intercept_host", &"nothing is decrypted without --intercept")),
        };
    }
    if settings.is_on("allow_remote") {
        let error = "the proxy works on loopback only; leave out --allow-remote";
        return Err(wrong("intercept", &error));
    }
    if settings.is_on("copies") {
        let error = "copies are not intercepted: the real service has got the requests (--copies)";
        return Err(wrong("intercept", &error));
    }
    let hosts = hosts.iter().map(|host| HostPattern::parse(host)).collect::<Result<_, _>>();
    let hosts = hosts.map_err(|error| wrong("intercept_host", &error))?;
    let certificates = Arc::new(ServerCertificates::from_authority(tls::open_authority(tell)?));
    Ok(Some(InterceptOptions { hosts, certificates }))
}
