//! The beginning of a service's URL, as users give it: the scheme, the host, and the port.

use hyper::Uri;
use hyper::http::uri::Authority;

/// A URL with a host, and a port that can be connected to.
#[derive(Debug)]
pub(crate) struct BaseUrl {
    pub is_https: bool,
    /// The host, the port if the URL names one, and the user information.
    pub authority: Authority,
    /// The path and the query; none if there are none.
    pub path: Option<String>,
}

/// The mistake in a base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BaseUrlError {
    /// It is not a URL at all.
    NoUrl(String),
    /// It does not begin with http:// or https://.
    Scheme,
    /// It names no host.
    Host,
    /// Its port is not from 1 to 65535.
    Port,
}

impl std::fmt::Display for BaseUrlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            BaseUrlError::NoUrl(reason) => reason,
            BaseUrlError::Scheme => "expected http:// or https://",
            BaseUrlError::Host => "expected a host",
            BaseUrlError::Port => "expected a port from 1 to 65535",
        })
    }
}

impl BaseUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<BaseUrl, BaseUrlError> {
        let uri: Uri = text.parse().map_err(|error: hyper::http::uri::InvalidUri| {
            BaseUrlError::NoUrl(error.to_string())
        })?;
        let is_https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(BaseUrlError::Scheme),
        };
        let authority = uri.authority().ok_or(BaseUrlError::Host)?.clone();
        if authority.host().is_empty() {
            return Err(BaseUrlError::Host);
        }
        named_port(&authority)?;
        let path = uri.path_and_query().map(|path| path.as_str().to_owned());
        Ok(BaseUrl { is_https, authority, path: path.filter(|path| path != "/") })
    }
}

/// Returns the port that an authority names, if it names one.
///
/// # Errors
/// Fails if the port is 0, above 65535, or not a number.
pub(crate) fn named_port(authority: &Authority) -> Result<Option<u16>, BaseUrlError> {
    let text = authority.as_str();
    let address = text.rsplit_once('@').map_or(text, |(_, address)| address);
    // the colons of an IPv6 address are inside its brackets
    let after_host = address.rsplit_once(']').map_or(address, |(_, rest)| rest);
    if !after_host.contains(':') {
        return Ok(None);
    }
    match authority.port_u16() {
        Some(port) if port > 0 => Ok(Some(port)),
        _ => Err(BaseUrlError::Port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_port_or_says_that_it_is_none() {
        for (text, port) in [
            ("http://h", Ok(None)),
            ("http://h/", Ok(None)),
            ("http://h:8080/a:b", Ok(Some(8080))),
            ("http://u:p@h", Ok(None)),
            ("http://u:p@h:1", Ok(Some(1))),
            ("https://[::1]", Ok(None)),
            ("https://[::1]:65535", Ok(Some(65535))),
            ("http://h:", Err(BaseUrlError::Port)),
            ("http://h:/", Err(BaseUrlError::Port)),
            ("http://h:0", Err(BaseUrlError::Port)),
            ("http://h:99999", Err(BaseUrlError::Port)),
            ("http://[::1]:65536", Err(BaseUrlError::Port)),
            ("http://u:p@h:", Err(BaseUrlError::Port)),
        ] {
            let read = BaseUrl::parse(text).map(|url| named_port(&url.authority).expect(text));
            assert_eq!(read, port, "{text}");
        }
    }

    #[test]
    fn reads_the_path_and_says_what_is_wrong() {
        for (text, path) in [("http://h/", None), ("http://h/v1?a", Some("/v1?a"))] {
            assert_eq!(BaseUrl::parse(text).expect(text).path.as_deref(), path);
        }
        for (text, error) in [
            ("h:1", BaseUrlError::Scheme),
            ("ftp://h", BaseUrlError::Scheme),
            ("/h", BaseUrlError::Scheme),
        ] {
            assert_eq!(BaseUrl::parse(text).expect_err(text), error);
        }
    }
}
