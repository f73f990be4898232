//! The listener as an https proxy. For a tracking host, it answers CONNECT with a certificate of the
//! local CA, and handles the requests like all others. Every other host gets a tunnel, which is neither
//! read nor recorded.

mod connect;
mod host_pattern;
mod tunnel;

pub use host_pattern::{HostPattern, HostPatternError};

use crate::call::text::visible;
use crate::outbound::{HostDialer, is_own_host};
use crate::server::limits::Limits;
use crate::server::listener::Server;
use crate::server::listener_counts::TunnelCounts;
use crate::tls::ServerCertificates;
use crate::wire::{Reply, TRACKING_HOSTS};
use hyper::http::request::Parts;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Semaphore;

pub(crate) use connect::{ConnectedClient, answer};

/// The options of a listener that intercepts.
#[derive(Debug, Clone)]
pub struct InterceptOptions {
    /// The tracking hosts besides Segment's and RudderStack's.
    pub hosts: Vec<HostPattern>,
    /// The certificates that clients of tracking hosts get.
    pub certificates: Arc<ServerCertificates>,
}

/// The proxy of a listener.
pub(crate) struct Interceptor {
    hosts: Vec<HostPattern>,
    certificates: Arc<ServerCertificates>,
    dialer: HostDialer,
    /// One permit for each tunnel that may be opened.
    permits: Semaphore,
    max_tunnels: usize,
    /// The number of tunnels so far.
    tunneled: AtomicU64,
    /// The number of tunnels that were refused because there were too many.
    refused: AtomicU64,
    /// The number of tunnels whose host could not be connected to.
    unreachable: AtomicU64,
    /// The number of requests by http to other hosts, which were refused.
    http_refused: AtomicU64,
    /// True if the user was told that requests go to another host than the client asked for.
    has_told_of_upstream: AtomicBool,
}

impl Interceptor {
    /// Creates the proxy of a listener at these addresses.
    pub fn new(options: &InterceptOptions, limits: &Limits, own: &[SocketAddr]) -> Interceptor {
        let built_in = TRACKING_HOSTS.iter().map(|host| HostPattern::from_known(host));
        Interceptor {
            hosts: built_in.chain(options.hosts.iter().cloned()).collect(),
            certificates: Arc::clone(&options.certificates),
            dialer: HostDialer::new(own),
            permits: Semaphore::new(limits.tunnels),
            max_tunnels: limits.tunnels,
            tunneled: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            unreachable: AtomicU64::new(0),
            http_refused: AtomicU64::new(0),
            has_told_of_upstream: AtomicBool::new(false),
        }
    }

    /// Returns whether calls are sent to this host.
    fn is_tracking_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|pattern| pattern.matches(host))
    }

    pub fn counts(&self) -> TunnelCounts {
        TunnelCounts {
            open: (self.max_tunnels - self.permits.available_permits()) as u64,
            all: self.tunneled.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            unreachable: self.unreachable.load(Ordering::Relaxed),
            http_refused: self.http_refused.load(Ordering::Relaxed),
        }
    }
}

impl Server {
    /// Returns the certificates that some clients get.
    pub(crate) fn shown_certificates(&self) -> Option<&ServerCertificates> {
        let intercepted = self.interceptor.as_ref().map(|it| &it.certificates);
        self.certificates.as_ref().or(intercepted).map(AsRef::as_ref)
    }

    /// Refuses a request that a client sends to a proxy for another host by http; none if the
    /// request is for a tracking host or for the listener.
    pub(crate) fn refuse_for_other_host(&self, parts: &Parts) -> Option<Reply> {
        let interceptor = self.interceptor.as_ref()?;
        let authority = parts.uri.authority()?;
        let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
        let port = authority.port_u16().unwrap_or(80);
        if interceptor.is_tracking_host(&host) || is_own_host(&host, port, &self.addrs) {
            return None;
        }
        let count = interceptor.http_refused.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            let host = visible(&host).into_owned();
            self.engine.notice(format!(
                "refused a request to http://{host}: segscope is a proxy for https only; set HTTPS_PROXY and not HTTP_PROXY"
            ));
        }
        let message = "segscope is a proxy for https only: set HTTPS_PROXY and not HTTP_PROXY, or name the host with --intercept-host";
        Some(Reply::failure(403, "not_intercepted", message))
    }

    /// Tells the user once that requests are forwarded to another host than the client asked for.
    fn tell_of_upstream(&self, interceptor: &Interceptor, host: &str) {
        let Some(forwarder) = self.forwarder.as_ref().filter(|it| it.host() != host) else {
            return;
        };
        if !interceptor.has_told_of_upstream.swap(true, Ordering::Relaxed) {
            let (host, url) = (visible(host), forwarder.url());
            self.engine.notice(format!("requests for {host} are forwarded to {url} (--forward)"));
        }
    }
}
