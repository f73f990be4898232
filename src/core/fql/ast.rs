//! The syntax tree of a filter. Everything that can be prepared once (globs, regular expressions,
//! needles, durations) is prepared when the tree is built, so evaluation only reads.

use crate::fql::builtin_names::{Function, PathTarget};
use crate::fql::glob::Glob;
use crate::fql::pattern::Pattern;
use crate::fql::times::Moment;
use crate::fql::value::{Number, Value};
use crate::fql::word_search::Needle;

/// A path into a call's JSON: the names from the top. An index into a list is a name of digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    segments: Vec<String>,
}

impl Path {
    /// Creates a path of these names. At least one is expected; an empty path is the call itself.
    pub fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        let segments = segments.into_iter().map(Into::into).collect();
        Self { segments }
    }

    /// Returns the names, from the top of the call.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Returns the name if the path has only one, which makes it a top-level field.
    pub fn name(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// One of the two ids that segscope checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WatchedId {
    /// The account.
    Account,
    /// The user.
    User,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    In,
}

impl Op {
    /// Returns the operator as it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Gt => ">",
            Op::Ge => ">=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::In => "in",
        }
    }

    /// Returns the binding strength: `in` over `<`, `<` over `=`; `and` is 1 and `or` 0.
    pub(crate) fn level(self) -> u8 {
        match self {
            Op::Eq | Op::Ne => 2,
            Op::Gt | Op::Ge | Op::Lt | Op::Le => 3,
            Op::In => 4,
        }
    }
}

/// A value that is written in the expression itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    /// A number, with its spelling, which is printed.
    Number(String, Number<'static>),
    Str(String),
    /// A string compared with `age`, and its milliseconds.
    Duration(String, f64),
    /// A string compared with `time`.
    Moment(String, Moment),
    List(Vec<Literal>),
}

impl Literal {
    /// Returns the literal as a value. A moment is null here, because it may need the local clock.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Literal::Null | Literal::Moment(..) => Value::Null,
            Literal::Bool(b) => Value::Bool(*b),
            Literal::Number(_, number) => Value::Number(*number),
            Literal::Str(text) => Value::String(text.as_str().into()),
            Literal::Duration(_, ms) => Value::Number(Number::Float(*ms)),
            Literal::List(items) => Value::List(items.iter().map(Literal::value).collect()),
        }
    }
}

/// Terms joined by either `and` or `or`: in the order as written, and in the order in which
/// evaluating them costs least. Evaluation has no side effects, so the order cannot change the
/// result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Terms {
    pub(crate) written: Vec<Expr>,
    pub(crate) cheapest_first: Vec<usize>,
}

impl Terms {
    pub(crate) fn new(written: Vec<Expr>) -> Self {
        let mut cheapest_first: Vec<usize> = (0..written.len()).collect();
        cheapest_first.sort_by_key(|&at| written[at].cost());
        Self { written, cheapest_first }
    }

    /// Returns the terms, cheapest first.
    pub(crate) fn by_cost(&self) -> impl Iterator<Item = &Expr> {
        self.cheapest_first.iter().map(|&at| &self.written[at])
    }
}

/// An expression. `and` and `or` have all their terms side by side, so that a long chain does not
/// become a deep tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Literal(Literal),
    Path(Path, PathTarget),
    Text(Needle),
    Regex(Pattern),
    Call(Function, Vec<Expr>),
    /// `match` with a pattern that is a literal.
    Glob(Box<Expr>, Glob),
    Missing(Option<WatchedId>),
    Nearmiss(Option<WatchedId>),
    Not(Box<Expr>),
    Compare(Op, Box<Expr>, Box<Expr>),
    And(Terms),
    Or(Terms),
}

impl Expr {
    /// Returns true if the expression looks only at the call's text; such terms may stand next to
    /// others without an `and` between them.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            Expr::Text(_) | Expr::Regex(_) => true,
            Expr::Not(inner) => inner.is_text(),
            Expr::And(terms) | Expr::Or(terms) => terms.written.iter().all(Expr::is_text),
            _ => false,
        }
    }

    /// Returns the direct parts of this expression.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Call(_, arguments) => arguments.iter().collect(),
            Expr::Glob(inner, _) | Expr::Not(inner) => vec![inner],
            Expr::Compare(_, left, right) => vec![left, right],
            Expr::And(terms) | Expr::Or(terms) => terms.written.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Returns a rough rank of the cost of evaluation, from low to high: columns of the record,
    /// results of checking, fields that an index probably contains, the bytes, the parsed bytes.
    fn cost(&self) -> u8 {
        let own = match self {
            Expr::Missing(_) | Expr::Nearmiss(_) => 1,
            Expr::Path(path, PathTarget::Call) if path.name().is_some() => 2,
            Expr::Path(_, PathTarget::Call) => 4,
            Expr::Path(_, place) if place.is_judged() => 1,
            Expr::Text(_) => 3,
            Expr::Regex(_) => 5,
            _ => 0,
        };
        self.parts().into_iter().map(Expr::cost).fold(own, u8::max)
    }
}
