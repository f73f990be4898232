//! Reads one value of a call's JSON text in one pass, without building a table of the others. The
//! text was validated when it was recorded. If somebody changed it since, the worst result is a
//! wrong value.

use crate::call::Doc;
use crate::engine::search::call_columns;
use crate::fql::{self, Number, Value};
use std::borrow::Cow;
use std::ops::Range;

/// Returns the value at a path of names; null if there is none. If a name is repeated, its last
/// value counts.
pub(crate) fn fetch<'t>(json: &'t [u8], names: &[String]) -> Value<'t> {
    let mut at = 0..json.len();
    for name in names {
        let text = &json[at.clone()];
        let found = match text.first() {
            Some(b'{') => member(text, name),
            Some(b'[') => name.parse().ok().and_then(|index| element(text, index)),
            _ => None,
        };
        match found {
            Some(found) => at = at.start + found.start..at.start + found.end,
            None => return Value::Null,
        }
    }
    value(&json[at])
}

fn value(text: &[u8]) -> Value<'_> {
    let Ok(plain) = std::str::from_utf8(text) else { return Value::Null };
    match text.first() {
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'"') if text.len() >= 2 && memchr::memchr(b'\\', text).is_none() => {
            Value::String(Cow::Borrowed(&plain[1..plain.len() - 1]))
        }
        Some(b'{') => Value::Object(Cow::Borrowed(plain)),
        Some(b'-' | b'0'..=b'9') => Number::parse(plain).map_or(Value::Null, Value::Number),
        Some(b'"' | b'[') => match Doc::parse(plain) {
            Ok(doc) => call_columns::owned(fql::json_value(doc.root())),
            Err(_) => Value::Null,
        },
        _ => Value::Null,
    }
}

/// Returns the range of the last member with this name in an object that begins at 0.
fn member(text: &[u8], name: &str) -> Option<Range<usize>> {
    let mut found = None;
    let mut at = skip_space(text, 1);
    while text.get(at) == Some(&b'"') {
        let key_end = string_end(text, at);
        let key = text.get(at + 1..key_end.checked_sub(1)?)?;
        let colon = skip_space(text, key_end);
        if text.get(colon) != Some(&b':') {
            break;
        }
        let start = skip_space(text, colon + 1);
        let end = value_end(text, start);
        if is_key(key, name) {
            found = Some(start..end);
        }
        at = skip_space(text, end);
        if text.get(at) != Some(&b',') {
            break;
        }
        at = skip_space(text, at + 1);
    }
    found.filter(|found| found.end <= text.len())
}

fn is_key(key: &[u8], name: &str) -> bool {
    if key == name.as_bytes() {
        return memchr::memchr(b'\\', key).is_none();
    }
    // an escape is longer than the text that it stands for
    key.len() > name.len()
        && memchr::memchr(b'\\', key).is_some()
        && crate::fql::unescape(key) == name.as_bytes()
}

/// Returns the range of the element at an index of an array that begins at 0.
fn element(text: &[u8], index: usize) -> Option<Range<usize>> {
    let mut at = skip_space(text, 1);
    if text.get(at) == Some(&b']') {
        return None;
    }
    for nth in 0.. {
        let end = value_end(text, at);
        if nth == index {
            return (end <= text.len()).then_some(at..end);
        }
        let comma = skip_space(text, end);
        if text.get(comma) != Some(&b',') {
            break;
        }
        at = skip_space(text, comma + 1);
    }
    None
}

/// Returns the position after the white space that begins at `at`.
#[inline]
fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Returns the position after the string that begins at `at`.
#[inline]
fn string_end(text: &[u8], at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = at + 1;
    loop {
        if let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*chunk);
            // higher bits may be set wrongly by a borrow, but the lowest set bit, the only one that
            // is used, is exact
            let hit =
                zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
            if hit == 0 {
                at += 8;
                continue;
            }
            at += (hit.trailing_zeros() / 8) as usize;
        }
        match text.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return text.len(),
        }
    }
}

/// Returns the position after the value that begins at `at`. It is greater than `at` unless the
/// text ends there, so loops over values end.
fn value_end(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => string_end(text, at),
        Some(b'{' | b'[') => {
            let mut depth = 0_usize;
            let mut at = at;
            while let Some(byte) = text.get(at) {
                match byte {
                    b'"' => {
                        at = string_end(text, at);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            text.len()
        }
        Some(_) => {
            let rest = &text[at..];
            let end = rest
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
            at + end.unwrap_or(rest.len()).max(1)
        }
        None => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fql::Path;
    use proptest::prelude::*;

    /// Returns the value that a parser finds in its table of all values.
    fn by_table(json: &str, names: &[String]) -> Value<'static> {
        let doc = Doc::parse(json).expect("JSON");
        let found = names.iter().try_fold(doc.root(), |at, name| match at.kind() {
            crate::call::JsonKind::Array => at.index(name.parse().ok()?),
            _ => at.get(name),
        });
        call_columns::owned(found.map_or(Value::Null, fql::json_value))
    }

    fn agree(json: &str, path: &str) {
        let path = Path::new(path.split('.'));
        let (fetched, wanted) =
            (fetch(json.as_bytes(), path.segments()), by_table(json, path.segments()));
        assert_eq!(format!("{fetched:?}"), format!("{wanted:?}"), "{path} in {json}");
    }

    #[test]
    fn returns_the_value_that_a_parser_finds() {
        let json = r#"{ "a" : {"b":[1, "x", {"c":"\u0041"} ],"b\u0062":-1.5e3, "e":[] } , "a\\":"\\",
            "s":"say \"hi\" {[", "t":true,"f" :false,"n":null, "":"empty", "d":1,"d": 2 , "o":{}}"#;
        for path in [
            "a", "a.b", "a.b.0", "a.b.1", "a.b.2", "a.b.2.c", "a.b.3", "a.b.x", "a.bb", "a\\", "s",
            "t", "f", "n", "", "d", "o", "o.x", "d.x", "zz", "a.e", "a.e.0", "a.c",
        ] {
            agree(json, path);
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null),
            any::<String>().prop_map(serde_json::Value::from),
            prop::sample::select(vec!["a", "\"", "\\", "{", "grüße"])
                .prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let key = prop::sample::select(vec!["a", "b", "0", "1", "\"", "ü", "\\u", ""]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                prop::collection::vec((key, inner), 0..6).prop_map(|members| {
                    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
                }),
            ]
        })
    }

    #[test]
    fn an_object_that_ends_within_a_key_has_no_value() {
        assert!(matches!(fetch(br#"{"a{"#, &["a".to_owned()]), Value::Null));
    }

    proptest! {
        #[test]
        fn of_any_json(json in json(), pretty in any::<bool>(), path in "[ab01ü](\\.[ab01ü]){0,2}") {
            let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
            agree(&text.expect("writable"), &path);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(text in prop::collection::vec(prop::sample::select(b"{}[]\",:\\a1 ".to_vec()), 0..60)) {
            fetch(&text, &["a".to_owned()]);
            fetch(&text, &["1".to_owned(), "a".to_owned()]);
        }
    }
}
