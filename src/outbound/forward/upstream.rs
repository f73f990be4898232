//! The upstream: its URL, and the address to connect to in place of its own.

use crate::call::credential::without_credentials;
use crate::outbound::base_url::{BaseUrl, BaseUrlError, named_port};
use crate::outbound::own_address::is_own_address;
use hyper::header::HeaderValue;
use hyper::http::uri::Authority;
use std::net::{SocketAddr, ToSocketAddrs};

/// Names that stand for a service's URL.
pub const SHORT_NAMES: [(&str, &str); 2] =
    [("segment", "https://api.segment.io"), ("segment-eu", "https://events.eu1.segmentapis.com")];

/// Names that stand for the URL of the service from which a page loads its settings and its library.
pub const PAGE_SHORT_NAMES: [(&str, &str); 3] = [
    ("segment", "https://cdn.segment.com"),
    // the library has no other URL for other regions
    ("segment-eu", "https://cdn.segment.com"),
    ("rudderstack", "https://api.rudderstack.com"),
];

/// A reason why requests cannot be forwarded to an upstream.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The text is not the URL of an upstream.
    #[error("`{url}` is not the URL of an upstream: {reason}")]
    Url {
        /// The URL as it was given, without credentials.
        url: String,
        /// The mistake in it.
        reason: String,
    },
    /// The text is not an address to connect to.
    #[error("`{text}` is not an address to connect to: expected HOST:PORT")]
    ConnectTo {
        /// The text as it was given.
        text: String,
    },
    /// The name of the upstream does not resolve.
    #[error("the upstream {host} cannot be found: {reason}")]
    Resolve {
        /// The host and port.
        host: String,
        /// The error of the resolver.
        reason: String,
    },
    /// The upstream is this listener.
    #[error("the upstream {host} is this listener: requests would be forwarded in a circle")]
    Itself {
        /// The host and port.
        host: String,
    },
    /// The proxy of the environment cannot be used.
    #[error("the proxy `{proxy}` of the environment cannot be used: expected http://HOST:PORT")]
    Proxy {
        /// The URL of the proxy, without credentials.
        proxy: String,
    },
    /// The system has no certificates to trust.
    #[error("the system's trusted certificates cannot be read: {0}")]
    Roots(std::io::Error),
}

/// A service to which requests are forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    pub(crate) is_https: bool,
    pub(crate) authority: Authority,
    /// The value of `Host`.
    pub(crate) host: HeaderValue,
    /// The host and the port to connect to in place of the authority's.
    pub(crate) connect_to: Option<Authority>,
}

impl Upstream {
    /// Reads a URL, or a short name of one.
    pub fn parse(text: &str) -> Result<Upstream, UpstreamError> {
        Upstream::parse_with(&SHORT_NAMES, text)
    }

    /// Reads the URL of a service from which a page loads its settings and its library, or a short
    /// name of one.
    pub fn parse_page_service(text: &str) -> Result<Upstream, UpstreamError> {
        Upstream::parse_with(&PAGE_SHORT_NAMES, text)
    }

    fn parse_with(short_names: &[(&str, &str)], text: &str) -> Result<Upstream, UpstreamError> {
        let short = short_names.iter().find(|(name, _)| *name == text);
        let url = short.map_or(text, |(_, url)| url);
        let wrong = |reason: &str| UpstreamError::Url {
            url: without_credentials(text).into_owned(),
            reason: reason.to_owned(),
        };
        let names = || {
            let names: Vec<&str> = short_names.iter().map(|(name, _)| *name).collect();
            wrong(&format!("expected http://… or https://…, or one of {}", names.join(", ")))
        };
        let BaseUrl { is_https, authority, path } =
            BaseUrl::parse(url).map_err(|error| match error {
                BaseUrlError::NoUrl(_) | BaseUrlError::Scheme => names(),
                error => wrong(&error.to_string()),
            })?;
        if authority.as_str().contains('@') {
            return Err(wrong("expected no user name and password: each request has its own key"));
        }
        if path.is_some() {
            return Err(wrong("expected no path: each request keeps its own"));
        }
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| names())?;
        Ok(Upstream { is_https, authority, host, connect_to: None })
    }

    /// Sets another address to connect to (`HOST:PORT`), whatever the URL says.
    pub fn with_connect_to(self, text: &str) -> Result<Upstream, UpstreamError> {
        let wrong = || UpstreamError::ConnectTo { text: without_credentials(text).into_owned() };
        let address: Authority = text.parse().map_err(|_| wrong())?;
        let is_plain = !address.as_str().contains('@') && !address.host().is_empty();
        if !is_plain || !matches!(named_port(&address), Ok(Some(_))) {
            return Err(wrong());
        }
        Ok(Upstream { connect_to: Some(address), ..self })
    }

    /// Returns the host and the port to connect to.
    pub fn address(&self) -> String {
        let address = self.connect_to.as_ref().unwrap_or(&self.authority);
        let port = address.port_u16().unwrap_or(if self.is_https { 443 } else { 80 });
        format!("{}:{port}", address.host())
    }

    /// Returns the host that the URL names.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Returns the URL as it is shown.
    pub fn url(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// Refuses an upstream that cannot be found, and one that is the listener at these addresses.
    /// If a proxy connects to it, nothing is checked, because the proxy resolves its name.
    pub fn check_reachable(&self, own: &[SocketAddr]) -> Result<(), UpstreamError> {
        match self.is_behind_proxy(own) {
            true => Ok(()),
            false => self.check(own),
        }
    }

    /// Refuses an upstream that cannot be found, and one that is the listener at these addresses.
    fn check(&self, own: &[SocketAddr]) -> Result<(), UpstreamError> {
        let host = self.address();
        let found = host.to_socket_addrs().map_err(|error| UpstreamError::Resolve {
            host: host.clone(),
            reason: error.to_string(),
        })?;
        match found.into_iter().any(|found| is_own_address(found, own)) {
            true => Err(UpstreamError::Itself { host }),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls_and_short_names() {
        for (text, url, address) in [
            ("segment", "https://api.segment.io", "api.segment.io:443"),
            ("https://Hosted.example", "https://Hosted.example", "Hosted.example:443"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://[::1]", "http://[::1]", "[::1]:80"),
        ] {
            let upstream = Upstream::parse(text).expect(text);
            assert_eq!((upstream.url().as_str(), upstream.address().as_str()), (url, address));
        }
        let elsewhere = Upstream::parse("segment").and_then(|it| it.with_connect_to("[::1]:9"));
        let elsewhere = elsewhere.expect("an address");
        assert_eq!(elsewhere.address(), "[::1]:9");
        assert_eq!(elsewhere.host, "api.segment.io", "only the connection goes elsewhere");
    }

    #[test]
    fn says_what_is_wrong_and_shows_no_password() {
        let names = "expected http://… or https://…, or one of segment, segment-eu";
        for (text, want) in [
            ("", names),
            ("segmnt", names),
            ("ftp://x", names),
            ("127.0.0.1:80", names),
            ("http://u:s3cret@x", "expected no user name and password"),
            ("http://x/v1", "expected no path"),
            ("http://x?a", "expected no path"),
            ("http://127.0.0.1:99999", "expected a port from 1 to 65535"),
            ("https://x:", "expected a port from 1 to 65535"),
            ("http://[::1]:0", "expected a port from 1 to 65535"),
        ] {
            let error = Upstream::parse(text).expect_err(text).to_string();
            assert!(error.contains(want) && !error.contains("s3cret"), "{text}: {error}");
        }
        for text in ["", "x", "x:", "x:0", "x:99999", "u:p@x:1", ":1", "http://x:1"] {
            let upstream = Upstream::parse("segment").expect("a name");
            assert!(upstream.with_connect_to(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_this_listener_and_what_does_not_resolve() {
        let own = ["127.0.0.1:7357".parse().expect("an address")];
        let check = |url| Upstream::parse(url).expect(url).check(&own);
        assert!(matches!(check("http://127.0.0.1:7357"), Err(UpstreamError::Itself { .. })));
        assert!(matches!(check("http://localhost:7357"), Err(UpstreamError::Itself { .. })));
        assert!(matches!(check("http://0.0.0.0:7357"), Err(UpstreamError::Itself { .. })));
        assert!(check("http://127.0.0.1:7358").is_ok());
        let any = ["0.0.0.0:7357".parse().expect("an address")];
        let upstream = Upstream::parse("http://127.0.0.1:7357").expect("a URL");
        assert!(matches!(upstream.check(&any), Err(UpstreamError::Itself { .. })));
        // a name that never exists (RFC 6761)
        assert!(matches!(check("http://nothing.invalid"), Err(UpstreamError::Resolve { .. })));
    }
}
