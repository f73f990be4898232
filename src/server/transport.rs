//! The stream of a connection, with TLS or without.

use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// The head of a TLS record: its type, its version, and the length of what follows.
const RECORD_HEAD_BYTES: usize = 5;
/// The type of an unencrypted record that contains an alert.
const ALERT_RECORD: u8 = 0x15;
/// The length of an encrypted alert of TLS 1.3: two bytes, their type, and a tag of 16.
const ENCRYPTED_ALERT_BYTES: u16 = 19;

/// A stream to a client.
pub(crate) enum Transport {
    /// Without TLS.
    Plain(TcpStream),
    /// With TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Transport {
    /// Returns true if the stream is encrypted.
    pub fn is_tls(&self) -> bool {
        matches!(self, Transport::Tls(_))
    }

    /// Returns the TCP stream below.
    pub fn tcp(&self) -> &TcpStream {
        match self {
            Transport::Plain(stream) => stream,
            Transport::Tls(stream) => stream.get_ref().0,
        }
    }

    /// Returns true if the client has closed its side, without reading anything. Wakes the task when
    /// something arrives.
    pub fn is_ended_by_client(&self, context: &mut Context<'_>) -> bool {
        let mut head = [0; RECORD_HEAD_BYTES];
        let mut head = ReadBuf::new(&mut head);
        match self.tcp().poll_peek(context, &mut head) {
            Poll::Pending => false,
            Poll::Ready(Ok(0) | Err(_)) => true,
            // a TLS client sends an alert before it closes a connection
            Poll::Ready(Ok(_)) => self.is_tls() && is_alert(head.filled()),
        }
    }
}

/// Returns true if this is the head of a record that contains an alert.
fn is_alert(head: &[u8]) -> bool {
    match head {
        [ALERT_RECORD, ..] => true,
        [_, _, _, high, low] => u16::from_be_bytes([*high, *low]) == ENCRYPTED_ALERT_BYTES,
        _ => false,
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_read(context, buf),
            Transport::Tls(stream) => Pin::new(stream).poll_read(context, buf),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_write(context, buf),
            Transport::Tls(stream) => Pin::new(stream).poll_write(context, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(context),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_told_from_data() {
        for (head, want) in [
            (&[0x15, 3, 3, 0, 2][..], true),
            (&[0x17, 3, 3, 0, 19], true),
            (&[0x17, 3, 3, 0, 90], false),
            (&[0x17, 3, 3, 1, 19], false),
            (&[0x17, 3, 3], false),
        ] {
            assert_eq!(is_alert(head), want, "{head:?}");
        }
    }
}
