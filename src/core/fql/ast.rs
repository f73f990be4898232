//! What a parsed filter is made of. Everything that can be prepared once (globs, regular
//! expressions, needles, durations) is prepared here, so evaluation only reads.

use crate::fql::builtin_names::{Function, PathTarget};
use crate::fql::glob::Glob;
use crate::fql::pattern::Pattern;
use crate::fql::times::Moment;
use crate::fql::value::{Number, Value};
use crate::fql::word_search::Needle;

/// A place in a call's JSON: names from the top, an index into a list being a name of digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    segments: Vec<String>,
}

impl Path {
    /// A path of these names. At least one is expected; an empty path is the call itself.
    pub fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        let segments = segments.into_iter().map(Into::into).collect();
        Self { segments }
    }

    /// The names, from the top of the call.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The name, when the path has only one: a top-level field.
    pub fn name(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// One of the two ids that the program watches.
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
    /// How the operator is written.
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

    /// How tightly it binds: `in` over `<`, `<` over `=`; `and` is 1 and `or` 0.
    pub(crate) fn level(self) -> u8 {
        match self {
            Op::Eq | Op::Ne => 2,
            Op::Gt | Op::Ge | Op::Lt | Op::Le => 3,
            Op::In => 4,
        }
    }
}

/// A value that stands in the expression itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    /// A number, with its spelling, which is what prints.
    Number(String, Number<'static>),
    Str(String),
    /// A string beside `age`: its milliseconds.
    Duration(String, f64),
    /// A string beside `time`.
    Moment(String, Moment),
    List(Vec<Literal>),
}

impl Literal {
    /// The literal as a value. A moment has none by itself: it may need the local clock.
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

/// Terms joined by one of `and` and `or`: as they were written, and the order in which looking
/// at them costs least. Evaluation has no side effects, so the order cannot change the answer.
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

    /// The terms, the cheap ones first.
    pub(crate) fn by_cost(&self) -> impl Iterator<Item = &Expr> {
        self.cheapest_first.iter().map(|&at| &self.written[at])
    }
}

/// An expression. `and` and `or` hold all their terms side by side, so that a long chain is no
/// deep tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Literal(Literal),
    Path(Path, PathTarget),
    Text(Needle),
    Regex(Pattern),
    Call(Function, Vec<Expr>),
    /// `match` with a pattern that is known beforehand.
    Glob(Box<Expr>, Glob),
    Missing(Option<WatchedId>),
    Nearmiss(Option<WatchedId>),
    Not(Box<Expr>),
    Compare(Op, Box<Expr>, Box<Expr>),
    And(Terms),
    Or(Terms),
}

impl Expr {
    /// Whether this looks at the call's text only; such terms may stand beside others without
    /// an `and` between them.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            Expr::Text(_) | Expr::Regex(_) => true,
            Expr::Not(inner) => inner.is_text(),
            Expr::And(terms) | Expr::Or(terms) => terms.written.iter().all(Expr::is_text),
            _ => false,
        }
    }

    /// The parts directly under this expression.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Call(_, arguments) => arguments.iter().collect(),
            Expr::Glob(inner, _) | Expr::Not(inner) => vec![inner],
            Expr::Compare(_, left, right) => vec![left, right],
            Expr::And(terms) | Expr::Or(terms) => terms.written.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// A rough rank of what looking at this costs: columns of the record, then what judging
    /// left, the fields that an index is likely to hold, the bytes, the parsed bytes.
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
