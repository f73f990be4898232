//! What is no error but probably not meant: any name may be a field of some call, so a misspelt
//! field can only be hinted at.

use std::ops::Range;

use super::ast::Expr;
use super::error::FilterError;
use super::names::{CALL_FIELDS, Place, RECORD_FIELDS, TYPE_FIELDS, nearest};

/// A doubt about an expression that does parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The part of the text that it is about, in bytes.
    pub span: Range<usize>,
    /// What to think of it, for people.
    pub message: String,
}

/// A hint about a word that is searched for beside an expression and looks like one that joins.
pub(super) fn hint_for_word(text: &str, span: &Range<usize>) -> Option<Hint> {
    let near = nearest(&text[span.clone()], ["and", "or"])?;
    let place = FilterError::new(text, span.clone(), "");
    let message = format!("{} is a word to search for; did you mean `{near}`?", place.found);
    Some(Hint { line: place.line, column: place.column, span: span.clone(), message })
}

/// A hint about a path: near a known field, or (`as_value`) a name where a value is likely.
pub(super) fn hint_for(
    text: &str,
    span: &Range<usize>,
    expr: &Expr,
    as_value: bool,
) -> Option<Hint> {
    let Expr::Path(path, Place::Call) = expr else {
        return None;
    };
    let first = path.segments().first()?;
    if CALL_FIELDS.contains(&first.as_str()) || TYPE_FIELDS.contains(&first.as_str()) {
        return None;
    }
    // Only to place the message: it counts lines and columns as errors do.
    let place = FilterError::new(text, span.clone(), "");
    let message = if as_value {
        format!("{} is read as a field; text stands in quotes", place.found)
    } else {
        let near = if first == "library" {
            nearest(&path.segments().join("."), RECORD_FIELDS.iter().copied())
        } else {
            let known = RECORD_FIELDS.iter().chain(CALL_FIELDS).chain(TYPE_FIELDS);
            nearest(first, known.copied().filter(|name| !name.contains('.')))
        }?;
        format!("{} is no known field; did you mean `{near}`?", place.found)
    };
    Some(Hint { line: place.line, column: place.column, span: span.clone(), message })
}
