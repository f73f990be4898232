//! PEM: base64 between two lines that name what it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The length of a line of base64 (RFC 7468).
const LINE_CHARS: usize = 64;

/// Writes DER as a section of this kind, such as `CERTIFICATE`.
pub(crate) fn encode(kind: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {kind}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE_CHARS));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str(&format!("-----END {kind}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_rustls::rustls::pki_types::CertificateDer;
    use tokio_rustls::rustls::pki_types::pem::PemObject;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for length in [0, 1, 47, 48, 49, 1000] {
            let der: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
            let text = encode("CERTIFICATE", &der);
            assert!(text.lines().all(|line| line.len() <= LINE_CHARS), "{text}");
            let read = CertificateDer::from_pem_slice(text.as_bytes()).expect("a certificate");
            assert_eq!(read.as_ref(), der);
        }
    }
}
