//! Connects to the upstream: directly, at another address, or through the proxy of the environment.

use crate::call::credential::without_credentials;
use crate::outbound::base_url::BaseUrl;
use crate::outbound::env_proxy::{new_connector, proxy_to};
use crate::outbound::forward::upstream::{Upstream, UpstreamError};
use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connector to one upstream, whatever URL it is called with. The TLS layer above it uses the
/// upstream's own name.
#[derive(Clone)]
pub(crate) struct Dialer {
    to: Uri,
    direct: HttpConnector,
    tunnel: Option<Tunnel<HttpConnector>>,
}

impl Dialer {
    /// Creates the dialer of a listener at these addresses. `HTTPS_PROXY` and `NO_PROXY` apply to
    /// an upstream with https, unless the proxy is that listener.
    pub fn new(upstream: &Upstream, own: &[SocketAddr]) -> Result<Dialer, UpstreamError> {
        let direct = new_connector();
        let to = upstream.connect_uri();
        let tunnel = match upstream.proxy(own) {
            None => None,
            Some(proxy) => {
                let uri = proxy.uri();
                if uri.scheme_str() != Some("http") || BaseUrl::parse(&uri.to_string()).is_err() {
                    let proxy = without_credentials(&uri.to_string()).into_owned();
                    return Err(UpstreamError::Proxy { proxy });
                }
                let tunnel = Tunnel::new(uri.clone(), direct.clone());
                Some(match proxy.basic_auth() {
                    Some(auth) => tunnel.with_auth(auth.clone()),
                    None => tunnel,
                })
            }
        };
        Ok(Dialer { to, direct, tunnel })
    }
}

impl Upstream {
    /// Returns the upstream's own URL; TLS verifies its host.
    pub(crate) fn own_uri(&self) -> Uri {
        let scheme = if self.is_https { "https" } else { "http" };
        let uri = Uri::builder().scheme(scheme).authority(self.authority.clone());
        uri.path_and_query("/").build().expect("an authority was parsed")
    }

    /// Returns the address to connect to, as a URL.
    fn connect_uri(&self) -> Uri {
        let scheme = if self.is_https { "https" } else { "http" };
        let uri = Uri::builder().scheme(scheme).authority(self.address()).path_and_query("/");
        uri.build().expect("an authority was parsed")
    }

    /// Returns the proxy that the environment sets for the upstream.
    fn proxy(&self, own: &[SocketAddr]) -> Option<Intercept> {
        proxy_to(&self.connect_uri(), own).filter(|_| self.is_https)
    }

    /// Returns whether a proxy connects to the upstream, so that this machine need not resolve its
    /// name.
    pub(crate) fn is_behind_proxy(&self, own: &[SocketAddr]) -> bool {
        self.proxy(own).is_some()
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // both connectors are always ready
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _named: Uri) -> Self::Future {
        let to = self.to.clone();
        match &mut self.tunnel {
            Some(tunnel) => {
                let connecting = tunnel.call(to);
                Box::pin(async move { connecting.await.map_err(BoxError::from) })
            }
            None => {
                let connecting = self.direct.call(to);
                Box::pin(async move { connecting.await.map_err(BoxError::from) })
            }
        }
    }
}
