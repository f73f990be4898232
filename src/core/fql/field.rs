//! A field of a call by its name in the filter language, for the screens and commands that show its
//! value.

use crate::fql::ast::Expr;
use crate::fql::builtin_names::{PathTarget, RecordField};
use crate::fql::columns::FilterInput;
use crate::fql::error::FilterError;
use crate::fql::eval;
use crate::fql::lexer::{SpannedToken, Token, lex};
use crate::fql::value::Value;

/// A field such as `properties.plan`, `context.app.version` or `library.name`.
#[derive(Debug, Clone)]
pub struct Field {
    name: String,
    expr: Expr,
}

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

impl Field {
    /// Parses a name. Accepts only fields whose value does not change after the call was recorded:
    /// those of the call itself, of its request, and of its response.
    pub fn parse(text: &str) -> Result<Field, FilterError> {
        let mut tokens = Vec::new();
        lex(text, &mut tokens)?;
        let wrong = |expected: &str| FilterError::new(text, 0..text.len(), expected);
        let [SpannedToken { token: Token::Path(path), .. }] = tokens.as_slice() else {
            return Err(wrong("a field such as `properties.plan`"));
        };
        let target = PathTarget::from_path(path);
        match target {
            PathTarget::Call
            | PathTarget::Record(
                RecordField::WriteKey
                | RecordField::LibraryName
                | RecordField::LibraryVersion
                | RecordField::Path
                | RecordField::Status
                | RecordField::Test,
            ) => Ok(Field { name: path.to_string(), expr: Expr::Path(path.clone(), target) }),
            _ => Err(wrong("a field of the call or of its request")),
        }
    }

    /// Returns its name as the filter language writes it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether it is the write key, which screens mask.
    pub fn is_write_key(&self) -> bool {
        matches!(self.expr, Expr::Path(_, PathTarget::Record(RecordField::WriteKey)))
    }

    /// Returns its value in a call; null if the call has none.
    pub fn value<'c, C: FilterInput + ?Sized>(&'c self, call: &'c C) -> Value<'c> {
        eval::value(&self.expr, call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_names_of_the_filter_language() {
        for name in
            ["properties.plan", "messageId", "library.name", "write_key", "traits.a\\ b", "path"]
        {
            assert_eq!(Field::parse(name).expect(name).name(), name);
        }
        assert_eq!(
            Field::parse(" context.app.version ").expect("a field").name(),
            "context.app.version"
        );
        for wrong in ["", "a b", "5", "true", "a = 1", "\"a\"", "missing(account_id)"] {
            let error = Field::parse(wrong).expect_err(wrong);
            assert_eq!(error.expected, "a field such as `properties.plan`", "{wrong}");
        }
        for changing in ["age", "marked", "verdict.acme", "severity", "account_id", "seq"] {
            let error = Field::parse(changing).expect_err(changing);
            assert_eq!(error.expected, "a field of the call or of its request", "{changing}");
        }
    }
}
