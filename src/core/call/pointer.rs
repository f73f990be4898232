//! RFC 6901 JSON pointers.

use std::borrow::Cow;

/// Returns a pointer extended by one member name or index.
pub fn push(pointer: &str, token: &str) -> String {
    let mut out = String::with_capacity(pointer.len() + token.len() + 1);
    out.push_str(pointer);
    out.push('/');
    if token.bytes().any(|b| matches!(b, b'~' | b'/')) {
        out.push_str(&token.replace('~', "~0").replace('/', "~1"));
    } else {
        out.push_str(token);
    }
    out
}

/// Returns the decoded tokens of a pointer; the empty pointer has none.
pub fn tokens(pointer: &str) -> Tokens<'_> {
    Tokens { rest: after_slash(pointer) }
}

/// The iterator of [`tokens`]. It searches byte by byte, because pointers are short and are read
/// for every finding.
#[derive(Debug, Clone)]
pub struct Tokens<'p> {
    /// The rest after the last slash that was read.
    rest: Option<&'p str>,
}

impl<'p> Iterator for Tokens<'p> {
    type Item = Cow<'p, str>;

    #[inline]
    fn next(&mut self) -> Option<Cow<'p, str>> {
        let rest = self.rest?;
        let end = rest.bytes().position(|b| b == b'/').unwrap_or(rest.len());
        self.rest = rest.get(end + 1..);
        Some(decode(&rest[..end]))
    }
}

fn after_slash(pointer: &str) -> Option<&str> {
    pointer.get(pointer.bytes().position(|b| b == b'/')? + 1..)
}

fn decode(token: &str) -> Cow<'_, str> {
    if token.bytes().any(|b| b == b'~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Parses a token as an array index: digits without a leading zero.
pub fn index(token: &str) -> Option<usize> {
    let plain = !token.is_empty()
        && token.bytes().all(|b| b.is_ascii_digit())
        && (token == "0" || !token.starts_with('0'));
    if plain { token.parse().ok() } else { None }
}

/// Returns true if a path leads to a value inside the one at `place`.
pub fn is_below(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns true if a path leads to the value at `place` or to a value inside it.
pub fn is_at_or_below(path: &str, place: &str) -> bool {
    path == place || is_below(path, place)
}

/// Returns the last token of a pointer, decoded; the empty text for the empty pointer.
pub fn last(pointer: &str) -> Cow<'_, str> {
    let last = pointer.bytes().rposition(|b| b == b'/');
    last.map_or(Cow::Borrowed(""), |slash| decode(&pointer[slash + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_at_a_place_from_those_below_and_beside_it() {
        for (path, place, want) in [
            ("/a", "/a", [true, false]),
            ("/a/b", "/a", [true, true]),
            ("/ab", "/a", [false, false]),
            ("/a", "/a/b", [false, false]),
            ("/a", "", [true, true]),
        ] {
            let got = [is_at_or_below(path, place), is_below(path, place)];
            assert_eq!(got, want, "{path} {place}");
        }
    }

    #[test]
    fn decodes_tokens() {
        for (pointer, want) in [
            ("", &[][..]),
            ("none", &[]),
            ("/", &[""]),
            ("/a", &["a"]),
            ("/a/", &["a", ""]),
            ("//b", &["", "b"]),
            ("/a~1b/~01/é", &["a/b", "~1", "é"]),
            ("head/a/b", &["a", "b"]),
        ] {
            assert_eq!(tokens(pointer).collect::<Vec<_>>(), want, "{pointer}");
            assert_eq!(last(pointer), want.last().copied().unwrap_or(""), "{pointer}");
        }
        assert_eq!(push("/a", "b/~"), "/a/b~1~0");
    }
}
