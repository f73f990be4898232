//! Decoding the bytes of a body to its text (`docs/specs/wire.md` 4).

use super::{Refusal, RefusalReason, RequestHead, body_limit};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;

const BOM: &[u8] = b"\xef\xbb\xbf";
const GZIP: &[u8] = b"\x1f\x8b";

/// Returns the decoded bytes of a body, without a byte order mark. The content type is ignored.
/// Gzip is recognized by its header or by the beginning of the body, and is decompressed only up to
/// the route's limit.
pub fn decode<'r>(head: &RequestHead<'_>, raw: &'r [u8]) -> Result<Cow<'r, [u8]>, Refusal> {
    decode_within(head, raw, body_limit(&head.route()))
}

/// Decodes a body as [`decode`] does, with a limit that does not depend on the route.
pub fn decode_within<'r>(
    head: &RequestHead<'_>,
    raw: &'r [u8],
    limit: usize,
) -> Result<Cow<'r, [u8]>, Refusal> {
    let claimed = match head.header("content-encoding").map(str::trim) {
        None | Some("") => false,
        Some(name) if name.eq_ignore_ascii_case("identity") => false,
        Some(name) if ["gzip", "x-gzip"].iter().any(|g| name.eq_ignore_ascii_case(g)) => true,
        Some(_) if raw.is_empty() => false,
        // a list of encodings, which were applied one after the other
        Some(name) if name.contains(',') => {
            let mut each = name.split(',').map(str::trim);
            let gzip = |one: &str| ["gzip", "x-gzip"].iter().any(|g| one.eq_ignore_ascii_case(g));
            let packed = each.clone().filter(|one| gzip(one)).count();
            let plain = |one: &str| one.is_empty() || one.eq_ignore_ascii_case("identity");
            if packed > 1 || !each.all(|one| gzip(one) || plain(one)) {
                return Err(unknown(name));
            }
            packed == 1
        }
        Some(_) if raw.starts_with(GZIP) => false,
        Some(name) => return Err(unknown(name)),
    };
    if !raw.is_empty() && (claimed || raw.starts_with(GZIP)) {
        let mut unpacked = inflate(raw, limit)?;
        if unpacked.starts_with(GZIP) {
            return Err(Refusal::new(RefusalReason::GzipTwice));
        }
        if unpacked.starts_with(BOM) {
            unpacked.drain(..BOM.len());
        }
        return Ok(Cow::Owned(unpacked));
    }
    if raw.len() > limit {
        return Err(too_large(limit, Some(raw.len())));
    }
    Ok(Cow::Borrowed(raw.strip_prefix(BOM).unwrap_or(raw)))
}

fn unknown(name: &str) -> Refusal {
    let name = crate::call::text::visible(name);
    Refusal::new(RefusalReason::Encoding(name.chars().take(40).collect()))
}

fn inflate(raw: &[u8], limit: usize) -> Result<Vec<u8>, Refusal> {
    // an estimate that avoids most reallocation, and that is small for a short body
    let mut unpacked = Vec::with_capacity((raw.len() * 4).min(limit));
    MultiGzDecoder::new(raw)
        .take(limit as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| Refusal::new(RefusalReason::Gzip(error.to_string())))?;
    if unpacked.len() > limit {
        return Err(too_large(limit, None));
    }
    Ok(unpacked)
}

fn too_large(limit: usize, length: Option<usize>) -> Refusal {
    Refusal::new(RefusalReason::TooLarge { what: "any request", limit, length })
}

/// Returns the text of decoded bytes.
pub fn text(decoded: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(decoded).map_err(|error| {
        if let Some(format) = binary_format(decoded) {
            return Refusal::new(RefusalReason::Binary(format));
        }
        let offset = error.valid_up_to();
        let byte = decoded.get(offset).copied().unwrap_or_default();
        Refusal::new(RefusalReason::NotUtf8 { offset, byte })
    })
}

/// Returns the format of bytes that are not text, as far as their beginning shows it.
fn binary_format(bytes: &[u8]) -> Option<&'static str> {
    let is_string_header = |byte: u8| (0xa1..=0xbf).contains(&byte) || byte == 0xd9;
    match *bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16 text"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("compressed with zstd"),
        [b'B', b'Z', b'h', ..] => Some("compressed with bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("compressed with xz"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some("compressed with lz4"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        [0x78, second, ..] if (0x7800 + u16::from(second)).is_multiple_of(31) => {
            Some("compressed with zlib (`deflate`)")
        }
        [0x80, 2..=5, ..] => Some("a Python pickle"),
        [0x81..=0x8f, next, ..] if is_string_header(next) => Some("MessagePack"),
        [0xde, _, _, next, ..] if is_string_header(next) => Some("MessagePack"),
        _ => {
            let is_control = |byte: &u8| *byte < 0x20 && !byte.is_ascii_whitespace();
            bytes.iter().take(64).any(is_control).then_some("binary data of an unknown format")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{RUDDERSTACK_LIMIT, test_head};
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).expect("memory");
        encoder.finish().expect("memory")
    }

    fn with(encoding: &str, raw: &[u8]) -> Result<Vec<u8>, RefusalReason> {
        let headers = [("content-encoding".to_owned(), encoding.to_owned())];
        let head = test_head("POST", "/v1/batch", &headers);
        decode(&head, raw).map(Cow::into_owned).map_err(|refusal| refusal.problem)
    }

    #[test]
    fn detects_gzip_by_content() {
        let packed = gzip(b"\xef\xbb\xbf{}");
        for (encoding, raw) in [
            ("gzip", &packed[..]),
            ("GZIP", &packed),
            ("", &packed),
            ("br", &packed),
            ("gzip, identity", &packed),
            ("", b"{}"),
            ("", b"\xef\xbb\xbf{}"),
            ("identity", b"{}"),
        ] {
            assert_eq!(with(encoding, raw).expect("readable"), b"{}", "{encoding}");
        }
        assert_eq!(with("gzip", b"").expect("an empty body is empty"), b"");
        let two = [gzip(b"{\"a\":"), gzip(b"1}")].concat();
        assert_eq!(with("gzip", &two).expect("members follow each other"), b"{\"a\":1}");
    }

    #[test]
    fn refuses_broken_bodies() {
        let packed = gzip(&b"{\"a\":1}".repeat(100));
        assert!(matches!(with("gzip", &packed[..packed.len() / 2]), Err(RefusalReason::Gzip(_))));
        assert!(matches!(with("gzip", b"{}"), Err(RefusalReason::Gzip(_))));
        assert!(matches!(with("", b"\x1f\x8b"), Err(RefusalReason::Gzip(_))));
        assert!(matches!(with("br", b"{}"), Err(RefusalReason::Encoding(name)) if name == "br"));
        let twice = gzip(&gzip(b"{}"));
        for (encoding, raw) in [("gzip, gzip", &twice[..]), ("gzip,gzip", &packed)] {
            let problem = with(encoding, raw).expect_err("packed twice");
            let words = problem.to_string();
            assert!(words.contains("gzip,") && words.contains("send gzip or none"), "{words}");
        }
        // the header names one of two
        assert!(matches!(with("gzip", &twice), Err(RefusalReason::GzipTwice)));
        assert!(
            matches!(with("gzip, br", &packed), Err(RefusalReason::Encoding(name)) if name == "gzip, br")
        );
        let refusal = text(b"{\"a\":\"\xe4\"}").expect_err("latin-1");
        assert_eq!(refusal.problem, RefusalReason::NotUtf8 { offset: 6, byte: 0xe4 });
    }

    #[test]
    fn decompresses_a_bomb_only_up_to_the_limit() {
        let bomb = gzip(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 100_000);
        let limit = RUDDERSTACK_LIMIT;
        let want = RefusalReason::TooLarge { what: "any request", limit, length: None };
        assert_eq!(with("gzip", &bomb), Err(want));
    }
}
