//! The CONNECT method, with which a client asks a proxy for a connection to a host.

use crate::outbound::{is_whole_head, read_connect_head};
use crate::server::body_error::BodyError;
use crate::server::connection_state::{Phase, PhaseCell};
use crate::server::intercept::{Interceptor, tunnel};
use crate::server::listener::Server;
use crate::server::malformed;
use crate::tls::ServerCertificates;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A client that asked for a tracking host and is connected to this listener instead.
pub(crate) struct ConnectedClient {
    pub stream: TcpStream,
    /// The host that it asked for.
    pub host: String,
    pub certificates: Arc<ServerCertificates>,
}

/// Answers a CONNECT request. Returns the client if the host is a tracking host. For any other host it
/// opens a tunnel, and returns none when that has ended.
pub(crate) async fn answer(
    server: &Server,
    interceptor: &Interceptor,
    mut stream: TcpStream,
    watch: &PhaseCell,
) -> Option<ConnectedClient> {
    watch.enter(Phase::Head);
    // a client that is gone needs no answer
    let head = read_connect_head(&mut stream).await.ok()?;
    let Some((host, port)) = Some(&head).filter(|head| is_whole_head(head)).and_then(parse_target)
    else {
        refuse_malformed(server, &mut stream, &head).await;
        return None;
    };
    watch.enter(Phase::Busy);
    if !interceptor.is_tracking_host(&host) {
        tunnel::run(server, interceptor, stream, (&host, port), watch).await;
        return None;
    }
    server.tell_of_upstream(interceptor, &host);
    watch.enter(Phase::Fresh);
    stream.write_all(tunnel::ESTABLISHED).await.ok()?;
    let certificates = Arc::clone(&interceptor.certificates);
    Some(ConnectedClient { stream, host, certificates })
}

/// Reads the host, in lower case and without brackets, and the port that a head asks for.
fn parse_target(head: impl AsRef<[u8]>) -> Option<(String, u16)> {
    let line = head.as_ref().split(|&byte| byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let target = line.strip_prefix("CONNECT ")?;
    let (target, version) = target.split_once(' ')?;
    let (host, port) = target.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(host) => host.strip_suffix(']')?,
        None => host,
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    let is_version = matches!(version, "HTTP/1.1" | "HTTP/1.0");
    let port = port.parse().ok().filter(|port| *port > 0)?;
    (is_version && !host.is_empty() && host.bytes().all(is_host))
        .then(|| (host.to_ascii_lowercase(), port))
}

/// Refuses a request that begins like a CONNECT request and is not valid.
async fn refuse_malformed(server: &Server, stream: &mut TcpStream, head: &[u8]) {
    // the head is not quoted: it may contain a password, or be no CONNECT request at all
    let message = "expected `CONNECT HOST:PORT HTTP/1.1`".to_owned();
    let trouble =
        BodyError::Malformed { status: 400, code: malformed::CODE, kind: "connect", message };
    malformed::record(&server.engine, &trouble, head, false);
    tunnel::refuse(stream, "400 Bad Request", "expected CONNECT HOST:PORT HTTP/1.1").await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_host_and_the_port() {
        for (head, want) in [
            (
                "CONNECT API.segment.io:443 HTTP/1.1\r\nHost: x\r\n\r\n",
                Some(("api.segment.io", 443)),
            ),
            ("CONNECT [::1]:8443 HTTP/1.0\r\n\r\n", Some(("::1", 8443))),
            ("CONNECT 127.0.0.1:80 HTTP/1.1\r\n\r\n", Some(("127.0.0.1", 80))),
            ("CONNECT api.segment.io HTTP/1.1\r\n\r\n", None),
            ("CONNECT api.segment.io:0 HTTP/1.1\r\n\r\n", None),
            ("CONNECT api.segment.io:x HTTP/1.1\r\n\r\n", None),
            ("CONNECT :443 HTTP/1.1\r\n\r\n", None),
            ("CONNECT http://x:443 HTTP/1.1\r\n\r\n", None),
            ("CONNECT x:443 HTTP/2\r\n\r\n", None),
            ("CONNECT x:443\r\n\r\n", None),
            ("COPY x:443 HTTP/1.1\r\n\r\n", None),
            ("CONNECT a\u{7f}b:443 HTTP/1.1\r\n\r\n", None),
        ] {
            let want = want.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(parse_target(head.as_bytes()), want, "{head}");
        }
    }
}
