//! A word that is searched for in the raw JSON text of calls.

use std::borrow::Cow;

use memchr::memmem::{self, Finder};
use regex::bytes::{Regex, RegexBuilder};

use super::escapes::unescape;

/// Text to be found, prepared. Without a capital letter it ignores the case of ASCII letters.
#[derive(Debug, Clone)]
pub struct Needle {
    text: String,
    way: Way,
    /// What JSON text must hold before an escape can stand for a part of the needle.
    escape: &'static [u8],
}

#[derive(Debug, Clone)]
enum Way {
    /// Byte for byte.
    Exact(Box<Finder<'static>>),
    /// Ignoring the case of ASCII letters. The engine searches for all spellings of a part of the
    /// word at once, which is about three times as fast on common letters as looking for one of
    /// them with `memchr2`.
    Folded(Box<Regex>),
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Needle {}

impl Needle {
    /// Prepares a text.
    pub fn new(text: &str) -> Self {
        let folds =
            text.bytes().any(|b| b.is_ascii_lowercase()) && !text.chars().any(char::is_uppercase);
        let folded = folds.then(|| {
            let mut builder = RegexBuilder::new(&regex::escape(text));
            builder.case_insensitive(true).unicode(false).build()
        });
        let way = match folded {
            Some(Ok(regex)) => Way::Folded(Box::new(regex)),
            // A text too long for the engine is found as it is written.
            _ => Way::Exact(Box::new(Finder::new(text).into_owned())),
        };
        Self::with(text, way)
    }

    /// The same, but the case counts whatever it is.
    pub fn exact(text: &str) -> Self {
        Self::with(text, Way::Exact(Box::new(Finder::new(text).into_owned())))
    }

    fn with(text: &str, way: Way) -> Self {
        // Most text can be escaped by `\u` only; a needle of ASCII then by `\u00` only.
        let escape: &'static [u8] =
            if text.bytes().any(|b| b < b' ' || matches!(b, b'"' | b'\\' | b'/')) {
                b"\\"
            } else if text.is_ascii() {
                b"\\u00"
            } else {
                b"\\u"
            };
        Self { text: text.to_owned(), way, escape }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the JSON text holds it, raw or escaped. Escapes are resolved only where the text
    /// has some that could matter.
    pub fn is_in(&self, json: &[u8]) -> bool {
        self.find(json).is_some() || (self.may_be_escaped_in(json) && self.is_in_resolved(json))
    }

    /// A cheap test for a whole block of calls: when it says no, no call in the block holds the
    /// text, neither raw nor escaped.
    pub fn may_be_in(&self, block: &[u8]) -> bool {
        self.find(block).is_some() || self.may_be_escaped_in(block)
    }

    fn may_be_escaped_in(&self, json: &[u8]) -> bool {
        self.find_escape(json).is_some()
    }

    /// Where the first escape begins that may stand for a part of it.
    pub fn find_escape(&self, json: &[u8]) -> Option<usize> {
        if self.text.is_empty() { None } else { memmem::find(json, self.escape) }
    }

    /// Whether the JSON text holds it once its escapes are resolved.
    pub fn is_in_resolved(&self, json: &[u8]) -> bool {
        matches!(unescape(json), Cow::Owned(plain) if self.find(&plain).is_some())
    }

    /// Where it first stands in text that has no escapes, as what a screen shows.
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        match &self.way {
            Way::Exact(finder) => finder.find(text),
            Way::Folded(regex) => regex.find(text).map(|found| found.start()),
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
    fn case_counts_only_with_a_capital() {
        assert!(found("refund", r#"{"event":"Refund Asked"}"#));
        assert!(found("refund", r#"{"event":"REFUND"}"#));
        assert!(found("Refund", r#"{"event":"Refund Asked"}"#));
        assert!(!found("Refund", r#"{"event":"refund"}"#));
        assert!(!found("reFund", r#"{"event":"refund"}"#));
        assert!(found("grüße", "GRüßE"));
        assert!(!found("grüße", "GRÜßE"), "case is ignored for ASCII only");
    }

    #[test]
    fn escaped_text_is_found_as_raw_text_is() {
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
    fn edges_of_the_text() {
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
    fn a_block_that_cannot_hold_it_is_told_apart() {
        let needle = Needle::new("refund");
        assert!(needle.may_be_in(b"... REFUND ..."));
        assert!(needle.may_be_in(br"... \u0072 ..."));
        assert!(!needle.may_be_in(br#"... \" \/ \n ..."#));
    }
}
