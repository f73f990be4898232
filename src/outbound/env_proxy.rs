//! The proxy of the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and connections through it.

use crate::call::credential::without_credentials;
use crate::outbound::base_url::BaseUrl;
use crate::outbound::connect_head::{is_whole_head, read_connect_head};
use crate::outbound::own_address::is_own_host;
use crate::outbound::root_cause;
use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tower_service::Service;

/// The maximum time for a connection to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Returns the proxy of the environment for an https URL; `None` if there is none, or if it is the
/// listener at these addresses, which would then connect to itself.
pub(crate) fn proxy_to(uri: &Uri, own: &[SocketAddr]) -> Option<Intercept> {
    Matcher::from_env().intercept(uri).filter(|proxy| !is_own_proxy(proxy.uri(), own))
}

fn is_own_proxy(uri: &Uri, own: &[SocketAddr]) -> bool {
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    is_own_host(uri.host().unwrap_or_default(), port, own)
}

/// Returns whether `NO_PROXY` of the environment exempts this host from `HTTPS_PROXY`.
pub fn is_exempt_from_proxy(host: &str) -> bool {
    let no_proxy = ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| std::env::var(name).ok());
    let uri = Uri::builder().scheme("https").authority(host).path_and_query("/").build();
    let (Some(no_proxy), Ok(uri)) = (no_proxy, uri) else { return false };
    let matcher = Matcher::builder().https("http://proxy.invalid:1").no(no_proxy).build();
    matcher.intercept(&uri).is_none()
}

/// Creates a connector for connections that are not pooled.
pub(crate) fn new_connector() -> HttpConnector {
    let mut direct = HttpConnector::new();
    direct.enforce_http(false);
    direct.set_nodelay(true);
    direct.set_connect_timeout(Some(CONNECT_TIMEOUT));
    direct
}

/// A dialer that connects to any host, for the clients of a listener that is a proxy.
pub struct HostDialer {
    direct: HttpConnector,
    own: Vec<SocketAddr>,
}

impl HostDialer {
    /// Creates the dialer of a listener at these addresses.
    pub fn new(own: &[SocketAddr]) -> HostDialer {
        HostDialer { direct: new_connector(), own: own.to_vec() }
    }

    /// Connects to a host, through the proxy of the environment if one applies to it.
    ///
    /// # Errors
    /// Fails with the reason if there is no connection.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, String> {
        let authority = match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        };
        let uri = Uri::builder().scheme("https").authority(authority).path_and_query("/").build();
        let uri = uri.map_err(|error| error.to_string())?;
        match proxy_to(&uri, &self.own) {
            None => {
                let connected = self.direct.clone().call(uri).await;
                connected.map(TokioIo::into_inner).map_err(|error| root_cause(&error))
            }
            Some(proxy) => {
                let connecting = self.connect_through(&proxy, &uri);
                let connected = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await;
                connected.unwrap_or_else(|_| Err("it did not answer in time".to_owned())).map_err(
                    |reason| {
                        let proxy = without_credentials(&proxy.uri().to_string()).into_owned();
                        format!("the proxy {proxy} of the environment: {reason}")
                    },
                )
            }
        }
    }

    /// Asks a proxy for a connection. Unlike hyper-util's tunnel, it reads none of the bytes that
    /// the host sends first.
    async fn connect_through(&self, proxy: &Intercept, to: &Uri) -> Result<TcpStream, String> {
        if proxy.uri().scheme_str() != Some("http")
            || BaseUrl::parse(&proxy.uri().to_string()).is_err()
        {
            return Err("expected http://HOST:PORT".to_owned());
        }
        let connected = self.direct.clone().call(proxy.uri().clone()).await;
        let mut stream = connected.map_err(|error| root_cause(&error))?.into_inner();
        let to = to.authority().map_or("", |authority| authority.as_str());
        let auth = proxy.basic_auth().and_then(|auth| auth.to_str().ok());
        let auth = auth.map_or(String::new(), |auth| format!("Proxy-Authorization: {auth}\r\n"));
        let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{auth}\r\n");
        let io = |error: std::io::Error| error.to_string();
        stream.write_all(request.as_bytes()).await.map_err(io)?;
        let head = read_connect_head(&mut stream).await.map_err(io)?;
        let line = String::from_utf8_lossy(head.split(|&byte| byte == b'\r').next().unwrap_or(&[]));
        let status = line.split(' ').nth(1).filter(|_| line.starts_with("HTTP/1."));
        match status {
            Some("200") if is_whole_head(&head) => Ok(stream),
            Some(status) => Err(format!("it answered {status}")),
            None => Err("it did not answer in HTTP".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_a_proxy_at_the_listeners_address() {
        let own = |text: &str| [text.parse::<SocketAddr>().expect("an address")];
        for (proxy, at, want) in [
            ("http://127.0.0.1:7357", "127.0.0.1:7357", true),
            ("http://[::1]:7357", "[::1]:7357", true),
            ("http://proxy.example:7357", "127.0.0.1:7357", false),
            ("http://localhost", "127.0.0.1:80", true),
            ("https://localhost", "127.0.0.1:443", true),
            ("http://localhost", "127.0.0.1:443", false),
        ] {
            let uri: Uri = proxy.parse().expect("a URL");
            assert_eq!(is_own_proxy(&uri, &own(at)), want, "{proxy} {at}");
        }
    }
}
