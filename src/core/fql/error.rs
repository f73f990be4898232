//! The error of an expression that does not parse.

use std::fmt;
use std::ops::Range;

/// An expression that does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// A description of what is valid at this place.
    pub expected: String,
    /// The text at this place.
    pub found: String,
    /// A known name close to the text at this place.
    pub near: Option<String>,
    text: Box<str>,
    span: Range<usize>,
}

impl FilterError {
    pub(crate) fn new(text: &str, span: Range<usize>, expected: impl Into<String>) -> Self {
        let before = &text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let found = &text[span.clone()];
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            expected: expected.into(),
            found: if found.is_empty() { "the end".to_owned() } else { shown(found) },
            near: as_words(text),
            text: text.into(),
            span,
        }
    }

    pub(crate) fn near(mut self, near: Option<impl Into<String>>) -> Self {
        self.near = near.map(Into::into).or(self.near);
        self
    }

    pub(crate) fn expected(mut self, expected: String) -> Self {
        self.expected = expected;
        self
    }

    pub(crate) fn found(mut self, found: impl Into<String>) -> Self {
        self.found = found.into();
        self
    }

    /// Returns the range of the wrong part, in bytes; empty at the end of the text.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the message, the wrong line, and an underline below its wrong part. Control
    /// characters are replaced, so that the result can be written to a terminal.
    pub fn render(&self) -> String {
        let start = self.text[..self.span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let (from, to) =
            (self.span.start, self.span.end.clamp(self.span.start, end.max(self.span.start)));
        // a long line is cut to the text around the place
        let from_char = self.text[start..from].chars().count();
        let cut = from_char.saturating_sub(60);
        let mut line: String =
            self.text[start..end].chars().skip(cut).take(120).map(printable).collect();
        if cut > 0 {
            line.insert(0, '…');
        }
        let pad = from_char - cut + usize::from(cut > 0);
        let width = self.text[from..to].chars().count().clamp(1, 60);
        format!("{self}\n  {line}\n  {}{}", " ".repeat(pad), "^".repeat(width))
    }
}

/// Returns a text in quotes, which searches for its words, if it consists of words only and
/// contains a keyword written as in a title (`Logged In`).
fn as_words(text: &str) -> Option<String> {
    let of_words = text.chars().all(|c| c.is_alphanumeric() || " _-".contains(c));
    let titled = |word: &str| {
        let lower = word.to_ascii_lowercase();
        lower != word && ["and", "or", "in"].contains(&lower.as_str())
    };
    let meant = of_words && text.split(' ').any(titled);
    meant.then(|| format!("\"{}\"", text.trim()))
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, expected, found, near, .. } = self;
        write!(f, "{line}:{column}: expected {expected}, found {found}")?;
        if let Some(near) = near {
            write!(f, "; did you mean `{near}`?")?;
        }
        Ok(())
    }
}

impl std::error::Error for FilterError {}

/// Returns a part of the text for a message: short, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(printable).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

/// Returns the character if it is safe to print and one column wide, otherwise a replacement.
fn printable(c: char) -> char {
    if matches!(c, '\t' | '\n' | '\r') {
        ' '
    } else if c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    {
        char::REPLACEMENT_CHARACTER
    } else {
        c
    }
}
