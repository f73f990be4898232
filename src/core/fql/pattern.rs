//! `~expr~`: a regular expression over the text of calls.

use std::borrow::Cow;

use regex::bytes::{Regex, RegexBuilder};

use crate::fql::escapes::unescape;

/// The maximum size of a compiled expression, limited because a filter may come over HTTP.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// A compiled regular expression with its spelling.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    ignores_case: bool,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.ignores_case == other.ignores_case
    }
}

impl Pattern {
    /// Compiles an expression, or returns a short reason why it is invalid.
    pub(crate) fn new(source: &str, ignores_case: bool) -> Result<Self, String> {
        let regex = RegexBuilder::new(source)
            .case_insensitive(ignores_case)
            .size_limit(MAX_COMPILED_BYTES)
            .dfa_size_limit(MAX_COMPILED_BYTES)
            .build()
            .map_err(|error| reason(&error))?;
        Ok(Self { source: source.to_owned(), ignores_case, regex })
    }

    /// Returns the expression between its tildes, unescaped.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns whether it was written with `i`.
    pub fn ignores_case(&self) -> bool {
        self.ignores_case
    }

    /// Returns whether it matches the JSON text, either raw or with its escapes resolved.
    pub fn is_in(&self, json: &[u8]) -> bool {
        self.regex.is_match(json)
            || matches!(unescape(json), Cow::Owned(plain) if self.regex.is_match(&plain))
    }

    /// Returns the first match in text without escapes, such as the text on a screen.
    pub fn find(&self, text: &[u8]) -> Option<std::ops::Range<usize>> {
        self.regex.find(text).map(|found| found.range())
    }
}

/// Returns the last line of the regex library's explanation, which names the mistake.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim().trim_start_matches("error: ").to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_escaped_text_too() {
        let pattern = Pattern::new("gr..e", false).expect("a pattern");
        assert!(pattern.is_in("viele grüße".as_bytes()));
        assert!(pattern.is_in(br"viele gr\u00fc\u00dfe"));
        assert!(!pattern.is_in(b"GRUSSE"));
        assert!(Pattern::new("grusse", true).expect("a pattern").is_in(b"GRUSSE"));
    }

    #[test]
    fn explains_an_invalid_expression_in_one_line() {
        let wrong = |source| Pattern::new(source, false).expect_err("no pattern");
        assert_eq!(wrong("(a"), "unclosed group");
        assert_eq!(wrong("(a{1000}){1000}"), "too large");
    }
}
