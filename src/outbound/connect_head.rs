//! The head of a CONNECT request, or of the answer to one.

use std::io;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The maximum length of a head.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The bytes at the end of a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Reads a head to its end and not a byte further: the bytes after it are for the next reader of
/// the connection. A head that is too large is returned without its end.
///
/// # Errors Fails if the connection ends before the head does.
pub async fn read_connect_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while head.len() < MAX_HEAD_BYTES {
        let seen = stream.peek(&mut buffer).await?;
        if seen == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let read = head.len();
        // the end may have begun in the bytes that were read before
        let overlap = read.saturating_sub(HEAD_END.len() - 1);
        head.extend_from_slice(&buffer[..seen]);
        let end = memchr::memmem::find(&head[overlap..], HEAD_END);
        head.truncate(end.map_or(read + seen, |at| overlap + at + HEAD_END.len()));
        let take = head.len() - read;
        stream.read_exact(&mut buffer[..take]).await?;
        if end.is_some() {
            break;
        }
    }
    Ok(head)
}

/// Returns whether a head is complete.
pub fn is_whole_head(head: &[u8]) -> bool {
    head.ends_with(HEAD_END)
}
