//! The parser, from tokens to an expression: the terms between the operators.

use crate::fql::ast::{Expr, Literal, WatchedId};
use crate::fql::builtin_names::{FUNCTIONS, Function, PathTarget, nearest};
use crate::fql::error::FilterError;
use crate::fql::glob::Glob;
use crate::fql::lexer::Token;
use crate::fql::parser::{ExprPart, Parser};
use crate::fql::pattern::Pattern;
use crate::fql::value::Number;
use crate::fql::word_search::Needle;

/// The maximum number of regular expressions, limited because a filter can come over HTTP.
const MAX_REGEXES: usize = 16;

impl Parser<'_> {
    /// Parses any number of `!` and the term after them.
    pub(crate) fn unary(&mut self) -> Result<ExprPart, FilterError> {
        let start = self.span().start;
        let mut nots = 0;
        while self.take("!") {
            self.enter()?;
            nots += 1;
        }
        self.enter()?;
        let mut part = self.primary()?;
        self.leave(nots + 1);
        for _ in 0..nots {
            part.expr = Expr::Not(Box::new(part.expr));
        }
        part.span.start = start;
        Ok(part)
    }

    fn primary(&mut self) -> Result<ExprPart, FilterError> {
        let span = self.span();
        if let Some(function) = self.called()? {
            let expr = self.call(function)?;
            return Ok(ExprPart { expr, span: span.start..self.end() });
        }
        if let Some(literal) = self.literal()? {
            return Ok(ExprPart { expr: Expr::Literal(literal), span: span.start..self.end() });
        }
        let expr = match self.peek().cloned() {
            Some(Token::Sign("(")) => {
                self.next();
                let mut inner = self.or()?;
                if !self.take(")") {
                    return Err(self.unexpected("`)`"));
                }
                inner.span = span.start..self.end();
                return Ok(inner);
            }
            Some(Token::Path(path)) => {
                let place = PathTarget::from_path(&path);
                Expr::Path(path, place)
            }
            Some(Token::Word(word)) => Expr::Text(Needle::new(&word)),
            Some(Token::Regex { source, ignores_case }) => {
                Expr::Regex(self.regex(&source, ignores_case)?)
            }
            _ => return Err(self.unexpected("a field, a value or a function")),
        };
        self.next();
        Ok(ExprPart { expr, span })
    }

    fn regex(&mut self, source: &str, ignores_case: bool) -> Result<Pattern, FilterError> {
        self.regexes += 1;
        if self.regexes > MAX_REGEXES {
            let expected = format!("at most {MAX_REGEXES} regular expressions");
            return Err(self.error(self.span(), expected).found("one more"));
        }
        Pattern::new(source, ignores_case)
            .map_err(|reason| self.error(self.span(), format!("a regular expression ({reason})")))
    }

    /// Consumes a function's name and its opening parenthesis, if they are next, and returns the
    /// function.
    fn called(&mut self) -> Result<Option<Function>, FilterError> {
        let (Some(Token::Path(path)), Some(Token::Sign("("))) = (self.peek(), self.peek_after())
        else {
            return Ok(None);
        };
        let span = self.span();
        let function = path.name().and_then(Function::named);
        let spaced = self.text[span.end..].starts_with(char::is_whitespace);
        match function {
            Some(_) => {
                self.next();
                self.next();
            }
            // a word and a group, side by side
            None if spaced => {}
            None => {
                let near =
                    nearest(&self.text[span.clone()], FUNCTIONS.iter().map(|(name, _)| *name));
                return Err(self.error(span, "a function").near(near));
            }
        }
        Ok(function)
    }

    /// Parses the arguments and the closing parenthesis.
    fn call(&mut self, function: Function) -> Result<Expr, FilterError> {
        match function {
            Function::Missing => return self.id().map(Expr::Missing),
            Function::Nearmiss => return self.id().map(Expr::Nearmiss),
            _ => {}
        }
        let mut arguments = Vec::new();
        for number in 1..=function.arity() {
            if number > 1 && !self.take(",") {
                return Err(
                    self.unexpected(&format!("`,` and argument {number} of {}", function.name()))
                );
            }
            if matches!(self.peek(), Some(Token::Sign(")" | ","))) {
                return Err(self.unexpected(&format!("argument {number} of {}", function.name())));
            }
            let part = self.or()?;
            let span = part.span.clone();
            let argument = self.operand(part)?;
            if let (Function::Match, 2, Expr::Literal(Literal::Str(source))) =
                (function, number, &argument)
            {
                let glob = Glob::new(source).ok_or_else(|| {
                    self.error(span, "a pattern with closed brackets and no `\\` at its end")
                })?;
                self.close()?;
                let subject = arguments.pop().expect("the pattern is the second argument");
                return Ok(Expr::Glob(Box::new(subject), glob));
            }
            arguments.push(argument);
        }
        self.close()?;
        Ok(Expr::Call(function, arguments))
    }

    fn close(&mut self) -> Result<(), FilterError> {
        if self.take(")") { Ok(()) } else { Err(self.unexpected("`)`")) }
    }

    /// Parses the argument of `missing` and `nearmiss`.
    fn id(&mut self) -> Result<Option<WatchedId>, FilterError> {
        let id = match self.peek() {
            Some(Token::Sign(")")) => None,
            Some(Token::Path(path)) if path.name() == Some("account_id") => {
                Some(WatchedId::Account)
            }
            Some(Token::Path(path)) if path.name() == Some("user_id") => Some(WatchedId::User),
            other => {
                let near = match other {
                    Some(Token::Path(path)) => {
                        nearest(&path.segments()[0], ["account_id", "user_id"])
                    }
                    _ => None,
                };
                let expected = "`account_id`, `user_id` or `)`";
                return Err(self.error(self.span(), expected).near(near));
            }
        };
        if id.is_some() {
            self.next();
        }
        self.close()?;
        Ok(id)
    }

    /// Parses a literal, if one is next.
    fn literal(&mut self) -> Result<Option<Literal>, FilterError> {
        let literal = match self.peek() {
            Some(Token::Keyword("true")) => Literal::Bool(true),
            Some(Token::Keyword("false")) => Literal::Bool(false),
            Some(Token::Keyword("null")) => Literal::Null,
            Some(Token::Quoted(text)) => Literal::Str(text.clone()),
            Some(Token::Number(text)) => Literal::Number(
                text.clone(),
                Number::parse(text).unwrap_or(Number::Float(f64::NAN)),
            ),
            Some(Token::Sign("[")) => return self.list().map(Some),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(literal))
    }

    fn list(&mut self) -> Result<Literal, FilterError> {
        self.enter()?;
        self.next();
        let mut items = Vec::new();
        while !self.take("]") {
            if !items.is_empty() && !self.take(",") {
                return Err(self.unexpected("`,` or `]`"));
            }
            match self.literal()? {
                Some(item) => items.push(item),
                None => return Err(self.unexpected("a value (lists hold no fields)")),
            }
        }
        self.leave(1);
        Ok(Literal::List(items))
    }
}
