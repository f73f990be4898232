//! Searching for a word in the raw JSON text of calls.

use std::borrow::Cow;

use memchr::memmem::{self, Finder};
use regex::bytes::{Regex, RegexBuilder};

use crate::fql::escapes::unescape;

/// A prepared text to search for. Without a capital letter, the search ignores the case of ASCII
/// letters.
#[derive(Debug, Clone)]
pub struct Needle {
    text: String,
    method: SearchMethod,
    /// The bytes that JSON text must contain if an escape in it may stand for a part of the needle.
    escape: &'static [u8],
}

#[derive(Debug, Clone)]
enum SearchMethod {
    /// A search byte for byte.
    Exact(Box<Finder<'static>>),
    /// A search that ignores the case of ASCII letters. The regex engine searches for all spellings
    /// of a part of the word at once, which is about three times as fast on common letters as
    /// searching for one of them with `memchr2`.
    Folded(Box<Regex>),
    /// A search that ignores the case of ASCII letters, for a word with a part without letters,
    /// which begins at the given offset. That part is searched for byte for byte, which is even
    /// faster.
    AroundCaselessPart(Box<Finder<'static>>, usize),
}

/// The minimum length of a part without letters; a shorter one matches too often.
const MIN_CASELESS_BYTES: usize = 3;

/// Returns the range of the longest part of a text without ASCII letters, if it is long enough.
fn longest_caseless_part(text: &str) -> Option<(usize, usize)> {
    let mut longest = (0, 0);
    let mut start = 0;
    for (at, byte) in text.bytes().chain([b'a']).enumerate() {
        if byte.is_ascii_alphabetic() {
            if at - start > longest.1 - longest.0 {
                longest = (start, at);
            }
            start = at + 1;
        }
    }
    (longest.1 - longest.0 >= MIN_CASELESS_BYTES).then_some(longest)
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Needle {}

impl Needle {
    /// Prepares a text for a search.
    pub fn new(text: &str) -> Self {
        let folds =
            text.bytes().any(|b| b.is_ascii_lowercase()) && !text.chars().any(char::is_uppercase);
        if let Some((start, end)) = longest_caseless_part(text).filter(|_| folds) {
            let finder = Finder::new(&text.as_bytes()[start..end]).into_owned();
            return Self::with(text, SearchMethod::AroundCaselessPart(Box::new(finder), start));
        }
        let folded = folds.then(|| {
            let mut builder = RegexBuilder::new(&regex::escape(text));
            builder.case_insensitive(true).unicode(false).build()
        });
        let method = match folded {
            Some(Ok(regex)) => SearchMethod::Folded(Box::new(regex)),
            // a text too long for the regex engine is searched for byte for byte
            _ => SearchMethod::Exact(Box::new(Finder::new(text).into_owned())),
        };
        Self::with(text, method)
    }

    /// Prepares a text for a search that is always case-sensitive.
    pub fn exact(text: &str) -> Self {
        Self::with(text, SearchMethod::Exact(Box::new(Finder::new(text).into_owned())))
    }

    fn with(text: &str, method: SearchMethod) -> Self {
        // most text can be escaped only with `\u`, and ASCII text only with `\u00`
        let escape: &'static [u8] =
            if text.bytes().any(|b| b < b' ' || matches!(b, b'"' | b'\\' | b'/')) {
                b"\\"
            } else if text.is_ascii() {
                b"\\u00"
            } else {
                b"\\u"
            };
        Self { text: text.to_owned(), method, escape }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether the JSON text contains it, raw or escaped. Escapes are resolved only if the
    /// text has some that can matter.
    pub fn is_in(&self, json: &[u8]) -> bool {
        self.find(json).is_some() || (self.may_be_escaped_in(json) && self.is_in_resolved(json))
    }

    /// Tests a whole block of calls cheaply: if it returns false, no call in the block contains the
    /// text, neither raw nor escaped.
    pub fn may_be_in(&self, block: &[u8]) -> bool {
        self.find(block).is_some() || self.may_be_escaped_in(block)
    }

    fn may_be_escaped_in(&self, json: &[u8]) -> bool {
        self.find_escape(json).is_some()
    }

    /// Returns the offset of the first escape that may stand for a part of it.
    pub fn find_escape(&self, json: &[u8]) -> Option<usize> {
        if self.text.is_empty() { None } else { memmem::find(json, self.escape) }
    }

    /// Returns whether the JSON text contains it after its escapes are resolved.
    pub fn is_in_resolved(&self, json: &[u8]) -> bool {
        matches!(unescape(json), Cow::Owned(plain) if self.find(&plain).is_some())
    }

    /// Returns the offset of the first match in text without escapes, such as the text on a screen.
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        match &self.method {
            SearchMethod::Exact(finder) => finder.find(text),
            SearchMethod::Folded(regex) => regex.find(text).map(|found| found.start()),
            SearchMethod::AroundCaselessPart(finder, before) => {
                let mut from = *before;
                while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
                    let start = from + at - before;
                    let whole = text.get(start..start + self.text.len())?;
                    if whole.eq_ignore_ascii_case(self.text.as_bytes()) {
                        return Some(start);
                    }
                    from += at + 1;
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(needle: &str, json: &str) -> bool {
        Needle::new(needle).is_in(json.as_bytes())
    }

    #[test]
    fn is_case_sensitive_only_with_a_capital() {
        assert!(found("refund", r#"{"event":"Refund Asked"}"#));
        assert!(found("refund", r#"{"event":"REFUND"}"#));
        assert!(found("Refund", r#"{"event":"Refund Asked"}"#));
        assert!(!found("Refund", r#"{"event":"refund"}"#));
        assert!(!found("reFund", r#"{"event":"refund"}"#));
        assert!(found("grüße", "GRüßE"));
        assert!(!found("grüße", "GRÜßE"), "case is ignored for ASCII only");
    }

    #[test]
    fn finds_escaped_text_like_raw_text() {
        for json in
            [r#"{"a":"viele grüße"}"#, r#"{"a":"viele gr\u00fc\u00dfe"}"#, r"GR\u00FC\u00DFE"]
        {
            assert!(found("grüße", json), "{json}");
        }
        assert!(found("<b>", r#"{"a":"\u003cb\u003e"}"#));
        assert!(found("</b>", r#"{"a":"<\/b>"}"#));
        assert!(found(r#"say "hi""#, r#"{"a":"say \"hi\""}"#));
        assert!(found("two\nlines", r#"{"a":"two\nlines"}"#));
        assert!(found("refund", r#"{"a":"\u0072efund"}"#));
        assert!(found(r"gr\u00fc", r#"{"a":"gr\u00fc"}"#), "as it stands in the file");
        assert!(!found("refund", r#"{"a":"\u0072efun"}"#));
    }

    #[test]
    fn finds_text_at_the_edges() {
        assert!(found("", ""));
        assert!(found("", "abc"));
        assert!(!found("abc", ""));
        assert!(!found("abcd", "abc"));
        assert!(found("abc", "abc"));
        assert!(found("abc", "xxABC"));
        assert!(!found("abc", "xxAB"));
        assert_eq!(Needle::new("zap").find(b"pz Zap zap"), Some(3));
    }

    #[test]
    fn searches_for_a_part_without_letters() {
        assert_eq!(longest_caseless_part("m-777-x"), Some((1, 6)));
        assert_eq!(longest_caseless_part("a12b"), None);
        let find = |needle: &str, text: &str| Needle::new(needle).find(text.as_bytes());
        assert_eq!(find("m-777", "M-777"), Some(0));
        assert_eq!(find("m-777", "-777 n-777 m-77 xM-7777"), Some(17));
        assert_eq!(find("m-777", "m-77"), None);
        assert_eq!(find("-777m", "-777-777M"), Some(4));
        assert_eq!(find("7771m", "777177717771m"), Some(8));
        assert_eq!(find("grüße 12", "GRüßE 12"), Some(0));
        assert_eq!(find("m-777", "-777"), None);
    }

    #[test]
    fn recognizes_a_block_that_cannot_contain_the_text() {
        let needle = Needle::new("refund");
        assert!(needle.may_be_in(b"... REFUND ..."));
        assert!(needle.may_be_in(br"... \u0072 ..."));
        assert!(!needle.may_be_in(br#"... \" \/ \n ..."#));
    }
}
