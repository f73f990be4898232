//! The parser, from tokens to an expression: how terms are joined.

use std::ops::Range;

use crate::fql::Filter;
use crate::fql::ast::{Expr, Literal, Op, Terms};
use crate::fql::builtin_names::{PathTarget, nearest};
use crate::fql::error::FilterError;
use crate::fql::lexer::{SpannedToken, Token, lex};
use crate::fql::misspellings::{FilterHint, check_value, hint_for, hint_for_type, hint_for_word};
use crate::fql::normal_form::write_expr;

/// The maximum length of a text and of its normal form, limited because a filter can come over
/// HTTP.
const MAX_BYTES: usize = 64 * 1024;
/// The maximum number of words to search for, limited because each is prepared and keeps some
/// memory when used.
const MAX_TEXTS: usize = 256;
/// The maximum depth of nesting, limited so that no text can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// A part of an expression whose meaning is not decided yet: a lone name is a word to search for if
/// it is a condition by itself, and a path if it stands next to an operator.
pub(crate) struct ExprPart {
    pub(crate) expr: Expr,
    pub(crate) span: Range<usize>,
}

pub(crate) struct Parser<'t> {
    pub(crate) text: &'t str,
    tokens: Vec<SpannedToken>,
    at: usize,
    depth: usize,
    /// The number of regular expressions so far; each may take a megabyte.
    pub(crate) regexes: usize,
    pub(crate) hints: Vec<FilterHint>,
}

/// Parses a text; a blank text has no expression.
pub(crate) fn parse(text: &str) -> Result<Filter, FilterError> {
    check_length(text, text.len())?;
    let mut tokens = Vec::new();
    lex(text, &mut tokens)?;
    let vendors = tokens.iter().filter_map(|token| vendor_name(text, token)).collect();
    let mut parser = Parser { text, tokens, at: 0, depth: 0, regexes: 0, hints: Vec::new() };
    if parser.tokens.is_empty() {
        return Ok(Filter::default());
    }
    let all = parser.or()?;
    if parser.peek().is_some() {
        return Err(parser.unexpected("`and`, `or` or the end"));
    }
    let expr = parser.condition(all);
    // the normal form can be longer than the text, and must be valid too
    let mut printed = String::new();
    write_expr(&expr, 0, &mut printed);
    check_length(text, printed.len())?;
    let texts = count_texts(&expr);
    if texts > MAX_TEXTS {
        let expected = format!("at most {MAX_TEXTS} words to search for");
        return Err(FilterError::new(text, 0..0, expected).found(texts.to_string()));
    }
    Ok(Filter { expr: Some(expr), hints: parser.hints, vendors })
}

/// Returns the vendor that a path names, with the error that counts if there is no such vendor.
fn vendor_name(text: &str, token: &SpannedToken) -> Option<(String, FilterError)> {
    let Token::Path(path) = &token.token else { return None };
    let PathTarget::Verdict(Some(vendor)) = PathTarget::from_path(path) else { return None };
    let error = FilterError::new(text, token.span.clone(), "the verdict of a vendor");
    Some((vendor, error))
}

fn count_texts(expr: &Expr) -> usize {
    let own = usize::from(matches!(expr, Expr::Text(_)));
    own + expr.parts().into_iter().map(count_texts).sum::<usize>()
}

fn check_length(text: &str, bytes: usize) -> Result<(), FilterError> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    let error = FilterError::new(text, 0..0, format!("an expression of at most {MAX_BYTES} bytes"));
    Err(error.found(bytes.to_string()))
}

impl Parser<'_> {
    pub(crate) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|spanned| &spanned.token)
    }

    pub(crate) fn peek_after(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1).map(|spanned| &spanned.token)
    }

    pub(crate) fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned()?;
        self.at += 1;
        Some(token)
    }

    /// Returns the range of the next token.
    pub(crate) fn span(&self) -> Range<usize> {
        let end = self.text.len();
        self.tokens.get(self.at).map_or(end..end, |spanned| spanned.span.clone())
    }

    /// Returns the end of the last token.
    pub(crate) fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |last| self.tokens[last].span.end)
    }

    /// Consumes a sign if it is next.
    pub(crate) fn take(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Sign(next)) if *next == sign);
        self.at += usize::from(is);
        is
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Keyword(next)) if *next == keyword);
        self.at += usize::from(is);
        is
    }

    pub(crate) fn error(&self, span: Range<usize>, expected: impl Into<String>) -> FilterError {
        FilterError::new(self.text, span, expected)
    }

    /// Creates the error about the next token.
    pub(crate) fn unexpected(&self, expected: &str) -> FilterError {
        let near = match self.peek() {
            Some(Token::Path(path)) => {
                path.name().and_then(|name| nearest(name, ["and", "or", "in"]))
            }
            _ => None,
        };
        self.error(self.span(), expected).near(near)
    }

    /// Enters a level of nesting, or fails if it is too deep; `leave` is the reverse.
    pub(crate) fn enter(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let expected = format!("at most {MAX_DEPTH} levels of nesting");
            return Err(self.error(self.span(), expected).found("one more"));
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self, levels: usize) {
        self.depth -= levels;
    }

    pub(crate) fn or(&mut self) -> Result<ExprPart, FilterError> {
        let first = self.and()?;
        if !matches!(self.peek(), Some(Token::Keyword("or"))) {
            return Ok(first);
        }
        let start = first.span.start;
        let (mut terms, first) = (Vec::new(), self.condition(first));
        add(&mut terms, first, true);
        while self.take_keyword("or") {
            let term = self.and()?;
            let term = self.condition(term);
            add(&mut terms, term, true);
        }
        Ok(ExprPart { expr: Expr::Or(Terms::new(terms)), span: start..self.end() })
    }

    /// Parses terms joined by `and`, or side by side if one of the two is text.
    fn and(&mut self) -> Result<ExprPart, FilterError> {
        let first = self.compare(2)?;
        let start = first.span.start;
        let (mut terms, mut pending) = (Vec::new(), Some(first));
        // a bare word after an expression, which may be a misspelled keyword
        let mut suspect: Option<Range<usize>> = None;
        while let Some(next) = self.peek() {
            let explicit = *next == Token::Keyword("and");
            if !explicit && !begins_term(next) {
                break;
            }
            if let Some(first) = pending.take() {
                let first = self.condition(first);
                add(&mut terms, first, false);
            }
            self.at += usize::from(explicit);
            let before_is_text = terms.last().is_some_and(Expr::is_text);
            let begin = self.span();
            let term = self.compare(2)?;
            let span = term.span.clone();
            let is_name = matches!(&term.expr, Expr::Path(path, _) if path.name().is_some());
            let term = self.condition(term);
            let is_text = term.is_text();
            if !explicit && !is_text {
                self.check_keyword(suspect, &term)?;
                if !before_is_text {
                    return Err(self.error(begin, "`and`, `or` or the end"));
                }
            }
            suspect = (!explicit && is_text && is_name && begin == span).then_some(span);
            // between other words it is just one of them
            if let Some(word) = suspect.as_ref().filter(|_| !before_is_text) {
                self.hints.extend(hint_for_word(self.text, word));
            }
            add(&mut terms, term, false);
        }
        match pending {
            Some(only) => Ok(only),
            None => Ok(ExprPart { expr: Expr::And(Terms::new(terms)), span: start..self.end() }),
        }
    }

    /// Fails if a word between two expressions looks like a keyword; in quotes it would be text.
    fn check_keyword(&self, word: Option<Range<usize>>, after: &Expr) -> Result<(), FilterError> {
        let Some(word) = word else { return Ok(()) };
        let operand = matches!(after, Expr::Path(..) | Expr::Literal(Literal::List(_)));
        let keywords: &[&str] = if operand { &["and", "or", "in"] } else { &["and", "or"] };
        match nearest(&self.text[word.clone()], keywords.iter().copied()) {
            Some(near) => Err(self.error(word, "`and` or `or`").near(Some(near))),
            None => Ok(()),
        }
    }

    /// Parses comparisons that bind at least as strongly as `level`. Those of the same level do not
    /// chain, because `1 < x < 5` would silently be false.
    fn compare(&mut self, level: u8) -> Result<ExprPart, FilterError> {
        let mut left = self.unary()?;
        while let Some(op) = self.peek().and_then(operator).filter(|op| op.level() >= level) {
            self.at += 1;
            let right = self.compare(op.level() + 1)?;
            left = self.comparison(op, left, right)?;
            if self.peek().and_then(operator).is_some_and(|next| next.level() == op.level()) {
                return Err(self.unexpected("`and`, `or` or the end"));
            }
        }
        Ok(left)
    }

    fn comparison(
        &mut self,
        op: Op,
        left: ExprPart,
        right: ExprPart,
    ) -> Result<ExprPart, FilterError> {
        let span = left.span.start..right.span.end;
        let (left_span, right_span) = (left.span.clone(), right.span.clone());
        let lone =
            matches!(&right.expr, Expr::Path(path, PathTarget::Call) if path.name().is_some());
        let (mut left, mut right) = (self.operand(left)?, self.operand(right)?);
        if lone && op != Op::In {
            self.hints.extend(hint_for(self.text, &right_span, &right, true));
        }
        for (span, field, value) in [(&right_span, &left, &right), (&left_span, &right, &left)] {
            check_value(self.text, span, field, value)?;
            self.hints.extend(hint_for_type(self.text, span, field, value));
        }
        if op != Op::In {
            self.timed(&left, &mut right, right_span)?;
            self.timed(&right, &mut left, left_span)?;
        }
        Ok(ExprPart { expr: Expr::Compare(op, Box::new(left), Box::new(right)), span })
    }
}

/// Adds a condition; if it consists of terms joined by the same word, adds them one by one.
fn add(terms: &mut Vec<Expr>, term: Expr, by_or: bool) {
    match (term, by_or) {
        (Expr::Or(inner), true) | (Expr::And(inner), false) => terms.extend(inner.written),
        (other, _) => terms.push(other),
    }
}

fn operator(token: &Token) -> Option<Op> {
    Some(match token {
        Token::Sign("=") => Op::Eq,
        Token::Sign("!=") => Op::Ne,
        Token::Sign(">") => Op::Gt,
        Token::Sign(">=") => Op::Ge,
        Token::Sign("<") => Op::Lt,
        Token::Sign("<=") => Op::Le,
        Token::Keyword("in") => Op::In,
        _ => return None,
    })
}

/// Returns whether a term can begin with this token.
fn begins_term(token: &Token) -> bool {
    match token {
        Token::Sign(sign) => matches!(*sign, "!" | "(" | "["),
        Token::Keyword(keyword) => matches!(*keyword, "true" | "false" | "null"),
        _ => true,
    }
}
