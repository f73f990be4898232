//! Evaluating an expression for one call.

use crate::fql::ast::{Expr, Literal, Op, WatchedId};
use crate::fql::builtin_names::{Function, PathTarget, RecordField};
use crate::fql::columns::FilterInput;
use crate::fql::functions;
use crate::fql::functions::apply;
use crate::fql::times::Moment;
use crate::fql::value::Value;

/// Returns whether the condition is true for the call. Stops at the first term that decides.
pub(crate) fn holds<C: FilterInput + ?Sized>(expr: &Expr, call: &C) -> bool {
    match expr {
        Expr::And(terms) => terms.by_cost().all(|term| holds(term, call)),
        Expr::Or(terms) => terms.by_cost().any(|term| holds(term, call)),
        Expr::Not(inner) => !holds(inner, call),
        Expr::Text(needle) => needle.is_in(&call.text()),
        Expr::Regex(pattern) => pattern.is_in(&call.text()),
        Expr::Missing(id) => any_id(*id, |id| call.missing(id)),
        Expr::Nearmiss(id) => any_id(*id, |id| call.nearmiss(id)),
        Expr::Compare(op, left, right) => compare(*op, left, right, call),
        Expr::Glob(subject, glob) => match subject.as_ref() {
            Expr::Path(_, PathTarget::Finding) => call.any_finding(&mut |code| glob.covers(code)),
            subject => match value(subject, call) {
                Value::String(text) => glob.covers(&text),
                _ => false,
            },
        },
        Expr::Call(function @ (Function::Contains | Function::Match), arguments) => {
            let [subject, sought] = arguments.as_slice() else {
                return false;
            };
            contains_or_matches(*function, subject, &value(sought, call), call)
        }
        Expr::Literal(_) | Expr::Path(..) | Expr::Call(..) => value(expr, call).is_true(),
    }
}

fn any_id(id: Option<WatchedId>, test: impl Fn(WatchedId) -> bool) -> bool {
    match id {
        Some(id) => test(id),
        None => test(WatchedId::Account) || test(WatchedId::User),
    }
}

/// Evaluates `contains`, and `match` with a pattern that is not a literal. For findings, one match
/// is enough.
fn contains_or_matches<C: FilterInput + ?Sized>(
    function: Function,
    subject: &Expr,
    sought: &Value<'_>,
    call: &C,
) -> bool {
    let Value::String(sought) = sought else {
        return false;
    };
    let test = |text: &str| match function {
        Function::Contains => text.contains(sought.as_ref()),
        _ => functions::matches(text, sought),
    };
    match subject {
        Expr::Path(_, PathTarget::Finding) => call.any_finding(&mut |code| test(code)),
        subject => matches!(value(subject, call), Value::String(text) if test(&text)),
    }
}

fn compare<C: FilterInput + ?Sized>(op: Op, left: &Expr, right: &Expr, call: &C) -> bool {
    if op == Op::In {
        return is_in_list(&value(left, call), right, call);
    }
    let (left, right) = (value(left, call), value(right, call));
    match op {
        Op::Eq | Op::In => left.same(&right),
        Op::Ne => !left.same(&right),
        Op::Gt => left.order(&right).is_some_and(|order| order.is_gt()),
        Op::Ge => left.order(&right).is_some_and(|order| order.is_ge()),
        Op::Lt => left.order(&right).is_some_and(|order| order.is_lt()),
        Op::Le => left.order(&right).is_some_and(|order| order.is_le()),
    }
}

/// Evaluates `in`, without building the values of a literal list or the list of findings.
fn is_in_list<C: FilterInput + ?Sized>(item: &Value<'_>, list: &Expr, call: &C) -> bool {
    match list {
        Expr::Literal(Literal::List(items)) => items.iter().any(|own| own.value().same(item)),
        Expr::Path(_, PathTarget::Finding) => match item {
            Value::String(sought) => call.any_finding(&mut |code| code == sought),
            _ => false,
        },
        list => match value(list, call) {
            Value::List(items) => items.iter().any(|own| own.same(item)),
            _ => false,
        },
    }
}

/// Returns the value of an expression.
pub(crate) fn value<'a, C: FilterInput + ?Sized>(expr: &'a Expr, call: &'a C) -> Value<'a> {
    match expr {
        Expr::Literal(Literal::Moment(_, moment)) => Value::int(match moment {
            Moment::Fixed(ms) => *ms,
            Moment::Local(civil) => call.local_ms(civil),
        }),
        Expr::Literal(literal) => literal.value(),
        Expr::Path(path, place) => match place {
            PathTarget::Call => call.field(path),
            PathTarget::Record(field) if shadowed(*field, call) => call.field(path),
            PathTarget::Record(field) => call.record(*field),
            PathTarget::Age => Value::int(call.now_ms().saturating_sub(call.received_ms())),
            PathTarget::Time => Value::int(call.received_ms()),
            PathTarget::Verdict(vendor) => Value::text(call.verdict(vendor.as_deref())),
            PathTarget::Severity => Value::text(call.severity()),
            PathTarget::Finding => codes(call),
        },
        Expr::Call(Function::Contains | Function::Match, _) => Value::Bool(holds(expr, call)),
        Expr::Call(function, arguments) => match arguments.first() {
            Some(argument) => apply(*function, value(argument, call)),
            None => Value::Null,
        },
        _ => Value::Bool(holds(expr, call)),
    }
}

fn shadowed<C: FilterInput + ?Sized>(field: RecordField, call: &C) -> bool {
    field.shadow().is_some_and(|name| call.has_own(name))
}

fn codes<C: FilterInput + ?Sized>(call: &C) -> Value<'_> {
    let mut codes = Vec::new();
    call.any_finding(&mut |code| {
        codes.push(Value::String(code.to_owned().into()));
        false
    });
    Value::List(codes)
}
