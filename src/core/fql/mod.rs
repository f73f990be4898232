//! The filter language: Segment's FQL as destination filters use it, with segscope's additions.
//!
//! [`parse`] makes a [`Filter`] from text. [`Filter::matches`] evaluates it for one call, through
//! the [`FilterInput`] that the store of the calls implements. [`complete`] returns the completions
//! at the cursor. This module depends only on [`crate::call`].

mod ast;
mod builtin_names;
mod call_fields;
mod columns;
pub(crate) mod complete;
mod error;
mod escapes;
mod eval;
mod field;
mod functions;
mod glob;
mod index_plan;
mod lexer;
mod misspellings;
mod normal_form;
mod parser;
mod pattern;
mod roles;
pub(crate) mod syntax_colors;
mod terms;
mod times;
pub(crate) mod unmatched_names;
mod value;
mod word_search;

use std::fmt;

use crate::fql::builtin_names::PathTarget;
pub use crate::fql::builtin_names::RecordField;
pub use crate::fql::builtin_names::nearest;
pub(crate) use crate::fql::call_fields::CallFields;
pub use crate::fql::call_fields::{field as call_field, value as json_value};
pub use crate::fql::index_plan::{Asks, ConditionBits, IndexPlan, Leaf};
pub use crate::fql::misspellings::{FilterHint, HintSubject};
pub use crate::fql::syntax_colors::{Tone, tones};
pub use crate::fql::times::{Civil, duration_ms};
pub use crate::fql::unmatched_names::{Absent, absent};
pub use crate::fql::word_search::Needle;
use ast::Expr;
pub use ast::{Path, WatchedId};
pub use columns::{FieldNeeds, FilterInput};
pub use complete::{Completion, CompletionKind, NameSource, complete};
pub use error::FilterError;
pub use escapes::unescape;
pub use field::Field;
pub use pattern::Pattern;
pub use value::{Number, Value};

/// A parsed filter. It prints as its normal form, which parses back to an equal filter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    expr: Option<Expr>,
    hints: Vec<FilterHint>,
    /// The vendors whose verdicts it reads, each with the error that counts if it does not exist.
    vendors: Vec<(String, FilterError)>,
}

/// Parses an expression. Blank text gives a filter that matches every call.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    parser::parse(text)
}

/// Returns a text in quotes, as a filter writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::new();
    crate::fql::value::quote(text, &mut out);
    out
}

impl Filter {
    /// Returns whether the filter is empty and therefore matches every call.
    pub fn is_all(&self) -> bool {
        self.expr.is_none()
    }

    /// Returns whether the call matches.
    pub fn matches<C: FilterInput + ?Sized>(&self, call: &C) -> bool {
        self.expr.as_ref().is_none_or(|expr| eval::holds(expr, call))
    }

    /// Fails if the filter reads the verdict of a vendor that is not among those with these names.
    /// `is_vendor` says whether a text names one of them.
    pub fn check_vendors(
        &self,
        names: &[&str],
        is_vendor: impl Fn(&str) -> bool,
    ) -> Result<(), FilterError> {
        match self.vendors.iter().find(|(vendor, _)| !is_vendor(vendor)) {
            None => Ok(()),
            Some((vendor, error)) => {
                let near = nearest(vendor, names.iter().copied());
                let near = near.map(|near| format!("verdict.{near}"));
                let expected = format!("the verdict of one of {}", names.join(", "));
                Err(error.clone().expected(expected).near(near))
            }
        }
    }

    /// Returns hints about names that are probably misspelled.
    pub fn hints(&self) -> &[FilterHint] {
        &self.hints
    }

    /// Returns the hint about a bare word that is compared and that no call has as a field: almost always
    /// a text whose quotes are missing.
    pub fn unquoted_word(&self) -> Option<&FilterHint> {
        self.hints.iter().find(|hint| matches!(hint.subject, HintSubject::Unquoted(_)))
    }

    /// Returns the kinds of data that evaluation may need; `is_column` says which paths into the
    /// call the caller has without reading the call. A record field that the call itself shadows is
    /// not counted.
    pub fn needs(&self, is_column: impl Fn(&Path) -> bool) -> FieldNeeds {
        let mut needs = FieldNeeds::default();
        self.visit(&mut |expr| match expr {
            Expr::Path(path, PathTarget::Call) => needs.json |= !is_column(path),
            Expr::Path(_, PathTarget::Age) => needs.clock = true,
            Expr::Path(_, place) => needs.judgement |= place.is_judged(),
            Expr::Missing(_) | Expr::Nearmiss(_) => needs.judgement = true,
            Expr::Text(_) | Expr::Regex(_) => needs.text = true,
            _ => {}
        });
        needs
    }

    /// Returns whether a call's request alone decides if the call matches, independently of its
    /// check, its response, and earlier or later calls.
    pub fn is_known_on_arrival(&self) -> bool {
        let mut is_known = true;
        self.visit(&mut |expr| match expr {
            Expr::Path(_, place) => is_known &= place.is_known_on_arrival(),
            Expr::Missing(_) | Expr::Nearmiss(_) => is_known = false,
            _ => {}
        });
        is_known
    }

    /// Returns whether the filter reads nothing but the fields of a call, as Segment's destination
    /// filters do.
    pub fn reads_call_only(&self) -> bool {
        let mut is_known = true;
        self.visit(&mut |expr| match expr {
            Expr::Path(_, place) => is_known &= *place == PathTarget::Call,
            Expr::Missing(_) | Expr::Nearmiss(_) | Expr::Text(_) | Expr::Regex(_) => {
                is_known = false;
            }
            _ => {}
        });
        is_known
    }

    /// Returns the paths into the call's own JSON, without duplicates, in the order of their first
    /// mention. They are all that a single pass over the call has to fetch.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = Vec::new();
        self.visit(&mut |expr| {
            if let Expr::Path(path, PathTarget::Call) = expr
                && !paths.contains(&path)
            {
                paths.push(path);
            }
        });
        paths
    }

    /// Returns texts that every matching call contains. If a block of calls contains one of them
    /// neither raw nor escaped ([`Needle::may_be_in`]), no call in it can match.
    pub fn required_texts(&self) -> Vec<&Needle> {
        let terms = match &self.expr {
            Some(Expr::And(terms)) => terms.written.as_slice(),
            Some(only) => std::slice::from_ref(only),
            None => &[],
        };
        terms
            .iter()
            .filter_map(|term| if let Expr::Text(needle) = term { Some(needle) } else { None })
            .collect()
    }

    /// Returns all texts and patterns that are searched for and not negated, so that a screen can
    /// highlight them.
    pub fn highlights(&self) -> (Vec<&Needle>, Vec<&Pattern>) {
        let (mut needles, mut patterns) = (Vec::new(), Vec::new());
        let mut open: Vec<&Expr> = self.expr.iter().collect();
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Text(needle) => needles.push(needle),
                Expr::Regex(pattern) => patterns.push(pattern),
                Expr::And(terms) | Expr::Or(terms) => open.extend(terms.written.iter().rev()),
                _ => {}
            }
        }
        (needles, patterns)
    }

    fn visit<'f>(&'f self, look: &mut impl FnMut(&'f Expr)) {
        let mut open: Vec<&Expr> = self.expr.iter().collect();
        while let Some(expr) = open.pop() {
            look(expr);
            open.extend(expr.parts().into_iter().rev());
        }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        if let Some(expr) = &self.expr {
            crate::fql::normal_form::write_expr(expr, 0, &mut out);
        }
        f.write_str(&out)
    }
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parse(text)
    }
}
