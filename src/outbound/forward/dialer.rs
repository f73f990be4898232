//! Connects to the upstream: directly, at another address, or through the proxy of the environment.

use crate::call::credential::without_credentials;
use crate::outbound::forward::upstream::{Upstream, UpstreamError};
use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Connects to one upstream, whatever it is asked for: TLS above it keeps the upstream's own name.
#[derive(Clone)]
pub(crate) struct Dialer {
    to: Uri,
    direct: HttpConnector,
    tunnel: Option<Tunnel<HttpConnector>>,
}

impl Dialer {
    /// Connects to an upstream. `HTTPS_PROXY` and `NO_PROXY` count for an upstream with https.
    pub fn new(upstream: &Upstream) -> Result<Dialer, UpstreamError> {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_nodelay(true);
        direct.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let to = upstream.connect_uri();
        let tunnel = match upstream.proxy() {
            None => None,
            Some(proxy) => {
                let uri = proxy.uri();
                if uri.scheme_str() != Some("http") || uri.host().is_none() {
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
    /// The upstream's own URL, whose host TLS checks.
    pub(crate) fn own_uri(&self) -> Uri {
        let scheme = if self.is_https { "https" } else { "http" };
        let uri = Uri::builder().scheme(scheme).authority(self.authority.clone());
        uri.path_and_query("/").build().expect("an authority was parsed")
    }

    /// The address to connect to, as a URL.
    fn connect_uri(&self) -> Uri {
        let scheme = if self.is_https { "https" } else { "http" };
        let uri = Uri::builder().scheme(scheme).authority(self.address()).path_and_query("/");
        uri.build().expect("an authority was parsed")
    }

    /// The proxy of the environment that leads to it.
    fn proxy(&self) -> Option<hyper_util::client::proxy::matcher::Intercept> {
        Some(Matcher::from_env()).filter(|_| self.is_https)?.intercept(&self.connect_uri())
    }

    /// Whether a proxy leads to it, which finds it in place of this machine.
    pub(crate) fn is_behind_proxy(&self) -> bool {
        self.proxy().is_some()
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // neither connector ever makes one wait
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
