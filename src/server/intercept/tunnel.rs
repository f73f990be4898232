//! A tunnel to a host that is not a tracking host. Its bytes pass unchanged and are not recorded.

use crate::call::text::visible;
use crate::server::connection_state::{Phase, PhaseCell};
use crate::server::intercept::Interceptor;
use crate::server::listener::Server;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, copy_bidirectional};
use tokio::net::TcpStream;

/// The answer that a client gets before the bytes of the host.
pub(crate) const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// Connects a client to a host, and returns when both have ended the connection, or one has failed.
pub(crate) async fn run(
    server: &Server,
    interceptor: &Interceptor,
    mut client: TcpStream,
    (host, port): (&str, u16),
    watch: &PhaseCell,
) {
    let Ok(_permit) = interceptor.permits.try_acquire() else {
        let refused = interceptor.refused.fetch_add(1, Ordering::Relaxed) + 1;
        let max = interceptor.max_tunnels;
        if refused.is_power_of_two() {
            server.engine.notice(format!(
                "{refused} connections to other hosts were refused: at most {max} are open at a time"
            ));
        }
        let reason = format!("at most {max} connections to other hosts are open at a time");
        return refuse(&mut client, "503 Service Unavailable", &reason).await;
    };
    let mut upstream = match interceptor.dialer.connect(host, port).await {
        Ok(upstream) => upstream,
        Err(reason) => {
            interceptor.unreachable.fetch_add(1, Ordering::Relaxed);
            let reason = format!("could not connect to {host}:{port}: {}", visible(&reason));
            return refuse(&mut client, "502 Bad Gateway", &reason).await;
        }
    };
    interceptor.tunneled.fetch_add(1, Ordering::Relaxed);
    watch.enter(Phase::Tunnel);
    if client.write_all(ESTABLISHED).await.is_err() {
        return;
    }
    let is_half = AtomicBool::new(false);
    let mut client = TunnelEnd { stream: &mut client, watch, is_half: &is_half };
    let mut upstream = TunnelEnd { stream: &mut upstream, watch, is_half: &is_half };
    // errors concern only the client and the host
    let _ = copy_bidirectional(&mut client, &mut upstream).await;
}

/// Refuses a CONNECT request, and ends the connection.
pub(crate) async fn refuse(client: &mut TcpStream, status: &str, reason: &str) {
    let reason = format!("segscope: {reason}\n");
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reason}",
        reason.len()
    );
    // a client that is gone needs no answer
    let _ = client.write_all(answer.as_bytes()).await;
    let _ = client.shutdown().await;
}

/// One end of a tunnel. It updates the connection's phase whenever bytes arrive.
struct TunnelEnd<'t> {
    stream: &'t mut TcpStream,
    watch: &'t PhaseCell,
    /// True if one of the two ends has ended.
    is_half: &'t AtomicBool,
}

impl AsyncRead for TunnelEnd<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let TunnelEnd { stream, watch, is_half } = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut **stream).poll_read(context, buf);
        if read.is_ready() {
            let is_end = buf.filled().len() == before;
            let was_half = is_half.fetch_or(is_end, Ordering::Relaxed);
            let is_half = is_end || was_half;
            watch.enter(if is_half { Phase::HalfTunnel } else { Phase::Tunnel });
        }
        read
    }
}

impl AsyncWrite for TunnelEnd<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut *self.get_mut().stream).poll_write(context, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut *self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut *self.get_mut().stream).poll_shutdown(context)
    }
}
