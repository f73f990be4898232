//! Resolving the escapes of JSON text for a search.

use std::borrow::Cow;

use memchr::memchr;

/// Returns the text with every escape in its strings resolved (`\u00fc` is `ü`, `\u003c` is `<`,
/// `\/` is `/`). The result is not JSON, but the text that a person searches. Invalid escapes are
/// kept.
pub fn unescape(json: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', json) else {
        return Cow::Borrowed(json);
    };
    let mut out = Vec::with_capacity(json.len());
    let (mut done, mut at) = (0, first);
    loop {
        out.extend_from_slice(&json[done..at]);
        done = at + resolve(&json[at..], &mut out);
        match memchr(b'\\', &json[done..]) {
            Some(next) => at = done + next,
            None => break,
        }
    }
    out.extend_from_slice(&json[done..]);
    Cow::Owned(out)
}

/// Resolves the escape at the start, and returns its length in bytes.
fn resolve(text: &[u8], out: &mut Vec<u8>) -> usize {
    let plain = match text.get(1) {
        Some(c @ (b'"' | b'\\' | b'/')) => *c,
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'u') => return resolve_unicode(text, out),
        _ => {
            out.push(b'\\');
            return 1;
        }
    };
    out.push(plain);
    2
}

fn resolve_unicode(text: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(unit) = hex4(text.get(2..6)) else {
        out.push(b'\\');
        return 1;
    };
    let (c, taken) = match unit {
        0xd800..=0xdbff => match low_half(text.get(6..12)) {
            Some(low) => (char::from_u32(join(unit, low)), 12),
            None => (None, 6),
        },
        _ => (char::from_u32(unit), 6),
    };
    let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    taken
}

fn low_half(text: Option<&[u8]>) -> Option<u32> {
    let digits = text?.strip_prefix(b"\\u")?;
    hex4(Some(digits)).filter(|unit| (0xdc00..=0xdfff).contains(unit))
}

/// Returns the code point of a surrogate pair.
pub(crate) fn join(high: u32, low: u32) -> u32 {
    0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff)
}

/// Parses four hexadecimal digits.
pub(crate) fn hex4(digits: Option<&[u8]>) -> Option<u32> {
    let digits = digits.filter(|digits| digits.len() == 4)?;
    digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_escapes_and_keeps_invalid_ones() {
        for (json, plain) in [
            (r"gr\u00fc\u00DFe", "grüße"),
            (r"\u003cb\u003e", "<b>"),
            (r"a\/b \n\t\b\f\r", "a/b \n\t\u{8}\u{c}\r"),
            (r#"say \"hi\" \\u00fc"#, r#"say "hi" \u00fc"#),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d!\ude00", "\u{fffd}!\u{fffd}"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\u12", r"\u12"),
            (r"\uzzzz\x", r"\uzzzz\x"),
            ("end\\", "end\\"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unescape(json.as_bytes())), plain, "{json}");
        }
    }
}
