//! The lexer: from text to tokens.

use std::ops::Range;

use crate::fql::ast::Path;
use crate::fql::builtin_names::KEYWORDS;
use crate::fql::error::FilterError;
use crate::fql::escapes::{hex4, join};
use crate::fql::value::is_json_number;

/// A token of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// Names joined by dots.
    Path(Path),
    /// A run of characters that is not a path, such as `grüße` or `ada@example.com`.
    Word(String),
    Number(String),
    /// Text in quotes.
    Quoted(String),
    Regex {
        source: String,
        ignores_case: bool,
    },
    /// One of the keywords, in lower case.
    Keyword(&'static str),
    /// An operator, bracket or comma.
    Sign(&'static str),
}

/// A token and its range in the text, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct SpannedToken {
    pub(crate) token: Token,
    pub(crate) span: Range<usize>,
}

/// The operators, brackets and the comma, longest first.
const SIGNS: &[&str] = &["!=", ">=", "<=", "!", "=", ">", "<", "(", ")", "[", "]", ","];

/// Operators of other languages, and the ones to write instead.
const FOREIGN_OPERATORS: &[(&str, &str)] =
    &[("==", "="), ("<>", "!="), ("&&", "and"), ("||", "or")];

/// Splits a text into tokens. After an error, `out` contains the tokens before it.
pub(crate) fn lex(text: &str, out: &mut Vec<SpannedToken>) -> Result<(), FilterError> {
    let mut lexer = Lexer { text, at: 0 };
    while let Some(c) = lexer.peek() {
        let start = lexer.at;
        if c.is_whitespace() {
            lexer.at += c.len_utf8();
            continue;
        }
        let token = lexer.token(c)?;
        out.push(SpannedToken { token, span: start..lexer.at });
    }
    Ok(())
}

/// Returns whether a character may appear in a name without an escape.
pub(crate) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// Returns whether a character ends a word.
pub(crate) fn ends_word(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "()[],\"'=!<>~".contains(c)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn error(&self, span: Range<usize>, expected: impl Into<String>) -> FilterError {
        FilterError::new(self.text, span, expected)
    }

    fn token(&mut self, first: char) -> Result<Token, FilterError> {
        let rest = &self.text[self.at..];
        if let Some((theirs, ours)) =
            FOREIGN_OPERATORS.iter().find(|(theirs, _)| rest.starts_with(theirs))
        {
            let span = self.at..self.at + theirs.len();
            return Err(self.error(span, format!("`{ours}`")).near(Some(*ours)));
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return Ok(Token::Sign(sign));
        }
        match first {
            '"' | '\'' => self.quoted(first),
            '~' => self.regex(),
            _ if first.is_control() => {
                let span = self.at..self.at + first.len_utf8();
                Err(self.error(span, "text that can be printed"))
            }
            _ => self.word(),
        }
    }

    /// Reads text in quotes and resolves its escapes.
    fn quoted(&mut self, quote: char) -> Result<Token, FilterError> {
        let open = self.at;
        self.next();
        let mut out = String::new();
        loop {
            let escape = self.at;
            match self.next() {
                None => {
                    let expected = format!("a closing {quote}");
                    return Err(self.error(open..self.at, expected).found("the end"));
                }
                Some(c) if c == quote => return Ok(Token::Quoted(out)),
                Some('\\') => match self.next() {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('u') => out.push(self.unicode(escape)?),
                    Some(other) => out.push(other),
                    None => {}
                },
                Some(c) => out.push(c),
            }
        }
    }

    /// Reads the character after `\u`.
    fn unicode(&mut self, escape: usize) -> Result<char, FilterError> {
        let unit = self.hex4(escape)?;
        let code = if !(0xd800..=0xdbff).contains(&unit) {
            unit
        } else if self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.hex4(escape)?;
            if (0xdc00..=0xdfff).contains(&low) { join(unit, low) } else { unit }
        } else {
            unit
        };
        char::from_u32(code)
            .ok_or_else(|| self.error(escape..self.at, "both halves of a surrogate pair"))
    }

    fn hex4(&mut self, escape: usize) -> Result<u32, FilterError> {
        let unit = hex4(self.text.as_bytes().get(self.at..self.at + 4));
        let unit =
            unit.ok_or_else(|| self.error(escape..self.at, "four hexadecimal digits after `\\u`"))?;
        self.at += 4;
        Ok(unit)
    }

    /// Reads `~expr~` or `~expr~i`. `\~` is a tilde in it; all other escapes belong to the regular
    /// expression.
    fn regex(&mut self) -> Result<Token, FilterError> {
        let open = self.at;
        self.next();
        let mut source = String::new();
        loop {
            match self.next() {
                None => {
                    return Err(self.error(open..self.at, "a closing `~`").found("the end"));
                }
                Some('~') => break,
                Some('\\') => match self.next() {
                    Some('~') => source.push('~'),
                    other => {
                        source.push('\\');
                        source.extend(other);
                    }
                },
                Some(c) => source.push(c),
            }
        }
        let rest = &self.text[self.at..];
        let ignores_case =
            rest.strip_prefix('i').is_some_and(|after| after.chars().next().is_none_or(ends_word));
        self.at += usize::from(ignores_case);
        Ok(Token::Regex { source, ignores_case })
    }

    /// Reads a keyword, number, path or other word.
    fn word(&mut self) -> Result<Token, FilterError> {
        let (mut plain, mut names, mut name) = (String::new(), Vec::new(), String::new());
        let (mut escaped, mut foreign) = (false, false);
        // the place of the first missing name
        let mut gap = None;
        while let Some(c) = self.peek().filter(|c| !ends_word(*c)) {
            let here = self.at;
            self.at += c.len_utf8();
            if c == '.' {
                if name.is_empty() {
                    gap.get_or_insert(here);
                }
                names.push(std::mem::take(&mut name));
                plain.push(c);
                continue;
            }
            let c = if c == '\\' {
                escaped = true;
                self.escaped_char(here)?
            } else {
                foreign |= !is_name_char(c);
                c
            };
            plain.push(c);
            name.push(c);
        }
        if name.is_empty() {
            gap.get_or_insert(self.at);
        }
        names.push(name);
        if !escaped {
            let lower = plain.to_ascii_lowercase();
            if let Some(keyword) = KEYWORDS.iter().find(|keyword| **keyword == lower) {
                return Ok(Token::Keyword(keyword));
            }
            if is_json_number(&plain) {
                return Ok(Token::Number(plain));
            }
            // `1.5.2` and `007` are text; a path does not begin with an index.
            foreign |= names[0].bytes().all(|b| b.is_ascii_digit());
        }
        match gap {
            Some(at) if !foreign && !plain.starts_with('.') => Err(self.missing_name_error(at)),
            None if !foreign => Ok(Token::Path(Path::new(names))),
            _ => Ok(Token::Word(plain)),
        }
    }

    /// Creates the error about a dot without a name after it.
    fn missing_name_error(&self, at: usize) -> FilterError {
        let end = if at < self.at { at + 1 } else { at };
        let error = self.error(at..end, "a name after the dot (or quotes around text)");
        if end == at && at < self.text.len() { error.found("none") } else { error }
    }

    /// Reads the character after a backslash in a name.
    fn escaped_char(&mut self, backslash: usize) -> Result<char, FilterError> {
        match self.next() {
            Some(c) if !c.is_control() => Ok(c),
            _ => Err(self.error(backslash..backslash + 1, "a character after `\\`").found("none")),
        }
    }
}
