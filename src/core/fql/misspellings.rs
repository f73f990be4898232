//! Hints about expressions that are valid but probably a mistake. Any name may be a field of some
//! call, so a misspelled field can be only a hint.

use std::ops::Range;

use crate::fql::ast::{Expr, Literal, Path};
use crate::fql::builtin_names::{
    CALL_FIELDS, CALL_TYPES, PathTarget, RECORD_FIELDS, RecordField, SERVICE_VERDICTS, SERVICES,
    SEVERITIES, TYPE_FIELDS, VERDICTS, nearest,
};
use crate::fql::error::FilterError;
use crate::fql::value::quote;

/// A hint about a valid expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterHint {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The range of the text that the hint is about, in bytes.
    pub span: Range<usize>,
    /// The subject of the hint.
    pub subject: HintSubject,
    /// The message for the user.
    pub message: String,
}

/// The subject of a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HintSubject {
    /// A word or a value.
    Word,
    /// A name in the place of a value, which is read as this field.
    Unquoted(Path),
    /// A field that may be misspelled.
    Field,
}

impl std::fmt::Display for FilterHint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl FilterHint {
    fn new(text: &str, span: &Range<usize>, message: impl FnOnce(&str) -> String) -> FilterHint {
        // created only for its position, so that hints and errors count lines and columns in the
        // same way
        let place = FilterError::new(text, span.clone(), "");
        let message = message(&place.found);
        FilterHint {
            line: place.line,
            column: place.column,
            span: span.clone(),
            subject: HintSubject::Word,
            message,
        }
    }
}

/// Returns a hint about a word that is searched for next to an expression and looks like `and` or
/// `or`.
pub(crate) fn hint_for_word(text: &str, span: &Range<usize>) -> Option<FilterHint> {
    let near = nearest(&text[span.clone()], ["and", "or"])?;
    Some(FilterHint::new(text, span, |found| {
        format!("{found} is searched as text; did you mean `{near}`?")
    }))
}

/// Returns a hint about a word that is a condition by itself and that has a meaning on segscope's
/// screens: a function without its parentheses, a verdict, or `not`.
pub(crate) fn hint_for_condition(
    text: &str,
    span: &Range<usize>,
    expr: &Expr,
) -> Option<FilterHint> {
    let Expr::Path(path, PathTarget::Call) = expr else { return None };
    let name = path.name()?;
    let meant = match name {
        "missing" | "nearmiss" => format!("{name}()"),
        "not" => "!".to_owned(),
        _ if VERDICTS.contains(&name) => format!("verdict = \"{name}\""),
        _ => return None,
    };
    Some(FilterHint::new(text, span, |found| {
        format!("{found} is searched as text; did you mean `{meant}`?")
    }))
}

/// Checks a text that a field with a fixed list of values is compared with.
pub(crate) fn check_value(
    text: &str,
    span: &Range<usize>,
    field: &Expr,
    value: &Expr,
) -> Result<(), FilterError> {
    let known = match field {
        Expr::Path(_, PathTarget::Verdict(_)) => VERDICTS,
        Expr::Path(_, PathTarget::Record(RecordField::ServiceVerdict)) => SERVICE_VERDICTS,
        Expr::Path(_, PathTarget::Record(RecordField::ServiceName)) => SERVICES,
        Expr::Path(_, PathTarget::Severity) => SEVERITIES,
        _ => return Ok(()),
    };
    let Some(unknown) = unknown_text(value, known) else { return Ok(()) };
    let expected = format!("one of {}", known.join(", "));
    let near = nearest(unknown, known.iter().copied());
    let found = crate::fql::error::shown(unknown);
    Err(FilterError::new(text, span.clone(), expected).found(found).near(near))
}

/// Returns the first text of a literal, or of a list, that is not one of the known ones.
fn unknown_text<'e>(value: &'e Expr, known: &[&str]) -> Option<&'e String> {
    let Expr::Literal(literal) = value else { return None };
    let literals = match literal {
        Literal::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    literals.iter().find_map(|literal| match literal {
        Literal::Str(value) if !known.contains(&value.as_str()) => Some(value),
        _ => None,
    })
}

/// Returns a hint about a text that no type of a call is. It is only a hint, because a call may be
/// sent with such a type.
pub(crate) fn hint_for_type(
    text: &str,
    span: &Range<usize>,
    field: &Expr,
    value: &Expr,
) -> Option<FilterHint> {
    let is_type =
        matches!(field, Expr::Path(path, PathTarget::Call) if path.name() == Some("type"));
    let known = CALL_TYPES;
    let unknown = unknown_text(value, known).filter(|_| is_type)?;
    let instead = match nearest(unknown, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected one of {}", known.join(", ")),
    };
    let shown = crate::fql::error::shown(unknown);
    Some(FilterHint::new(text, span, |_| format!("{shown} is not a call type; {instead}")))
}

/// Returns a hint about a path: one that is near a known field, or (`as_value`) a name where a
/// value is likely.
pub(crate) fn hint_for(
    text: &str,
    span: &Range<usize>,
    expr: &Expr,
    as_value: bool,
) -> Option<FilterHint> {
    let Expr::Path(path, PathTarget::Call) = expr else {
        return None;
    };
    let first = path.segments().first()?;
    if CALL_FIELDS.contains(&first.as_str()) || TYPE_FIELDS.contains(&first.as_str()) {
        return None;
    }
    let (hint, subject) = if as_value {
        let mut quoted = String::new();
        quote(&path.to_string(), &mut quoted);
        let hint = FilterHint::new(text, span, |found| {
            format!("{found} is read as a field; put text in quotes: `{quoted}`")
        });
        (hint, HintSubject::Unquoted(path.clone()))
    } else {
        let near = if first == "library" {
            nearest(&path.segments().join("."), RECORD_FIELDS.iter().copied())
        } else {
            let known = RECORD_FIELDS.iter().chain(CALL_FIELDS).chain(TYPE_FIELDS);
            nearest(first, known.copied().filter(|name| !name.contains('.')))
        }?;
        let hint = FilterHint::new(text, span, |found| {
            format!("unknown field {found}; did you mean `{near}`?")
        });
        (hint, HintSubject::Field)
    };
    Some(FilterHint { subject, ..hint })
}
