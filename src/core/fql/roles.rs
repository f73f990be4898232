//! The role of a part of an expression, which its position decides: a condition by itself, or an
//! operand.

use std::ops::Range;

use crate::fql::ast::{Expr, Literal};
use crate::fql::builtin_names::{CALL_FIELDS, PathTarget};
use crate::fql::error::FilterError;
use crate::fql::misspellings::{hint_for, hint_for_condition};
use crate::fql::parser::{ExprPart, Parser};
use crate::fql::times;
use crate::fql::word_search::Needle;

impl Parser<'_> {
    /// Replaces a string that is compared with `age` or `time` by a duration or a moment.
    pub(crate) fn timed(
        &self,
        place: &Expr,
        text: &mut Expr,
        span: Range<usize>,
    ) -> Result<(), FilterError> {
        let Expr::Literal(Literal::Str(source)) = &*text else {
            return Ok(());
        };
        let literal = match place {
            Expr::Path(_, PathTarget::Age) => {
                let ms = times::duration_ms(source).ok_or_else(|| {
                    self.error(span, "a duration such as \"5m\" (ms, s, m, h, d)")
                })?;
                Literal::Duration(source.clone(), ms)
            }
            Expr::Path(_, PathTarget::Time) => {
                let moment = times::moment(source)
                    .ok_or_else(|| self.error(span, "a time such as \"2026-11-22T10:00\""))?;
                Literal::Moment(source.clone(), moment)
            }
            _ => return Ok(()),
        };
        *text = Expr::Literal(literal);
        Ok(())
    }

    /// Converts a part to an operand of an operator or a function.
    pub(crate) fn operand(&mut self, part: ExprPart) -> Result<Expr, FilterError> {
        if part.expr.is_text() && !matches!(part.expr, Expr::And(_) | Expr::Or(_)) {
            let expected = "a field or a value (put text in quotes)";
            return Err(self.error(part.span, expected));
        }
        self.hints.extend(hint_for(self.text, &part.span, &part.expr, false));
        Ok(part.expr)
    }

    /// Converts a part to a condition by itself.
    pub(crate) fn condition(&mut self, part: ExprPart) -> Expr {
        self.hints.extend(hint_for_condition(self.text, &part.span, &part.expr));
        let expr = as_condition(part.expr);
        if matches!(expr, Expr::Path(..)) {
            self.hints.extend(hint_for(self.text, &part.span, &expr, false));
        }
        expr
    }
}

/// Converts a lone name or value to text to search for, unless it is a field that every call has or
/// a yes-or-no field of the record.
fn as_condition(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Literal::Str(text)) => Expr::Text(Needle::new(&text)),
        Expr::Literal(Literal::Number(text, _)) => Expr::Text(Needle::new(&text)),
        Expr::Not(inner) => Expr::Not(Box::new(as_condition(*inner))),
        Expr::Path(path, place) => match path.name() {
            Some(name) if !CALL_FIELDS.contains(&name) && !place.is_flag() => {
                Expr::Text(Needle::new(name))
            }
            _ => Expr::Path(path, place),
        },
        other => other,
    }
}
