//! The normal form of expressions: double quotes, as few parentheses as possible, single spaces.

use crate::fql::value::quote;
use std::fmt::{self, Write};

use crate::fql::ast::{Expr, Literal, Path, WatchedId};
use crate::fql::builtin_names::KEYWORDS;
use crate::fql::lexer::is_name_char;
use crate::fql::value::is_json_number;

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments = self.segments();
        // a path that would read as a keyword, a number or an index is escaped at its first letter
        let whole = segments.join(".");
        let reads_otherwise = is_json_number(&whole)
            || segments.first().is_some_and(|s| s.bytes().all(|b| b.is_ascii_digit()))
            || KEYWORDS.contains(&whole.to_ascii_lowercase().as_str());
        if reads_otherwise {
            f.write_char('\\')?;
        }
        for (at, segment) in segments.iter().enumerate() {
            if at > 0 {
                f.write_char('.')?;
            }
            for c in segment.chars() {
                if !is_name_char(c) {
                    f.write_char('\\')?;
                }
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Returns the binding strength of an expression.
fn level(expr: &Expr) -> u8 {
    match expr {
        Expr::Or(_) => 0,
        Expr::And(_) => 1,
        Expr::Compare(op, ..) => op.level(),
        _ => 5,
    }
}

/// Writes an expression, in parentheses if its binding strength is below `needed`.
pub(crate) fn write_expr(expr: &Expr, needed: u8, out: &mut String) {
    if level(expr) < needed {
        out.push('(');
        write_expr(expr, 0, out);
        out.push(')');
        return;
    }
    match expr {
        Expr::Literal(literal) => write_literal(literal, out),
        Expr::Path(path, _) => out.push_str(&path.to_string()),
        Expr::Text(needle) => quote(needle.text(), out),
        Expr::Regex(pattern) => write_regex(pattern.source(), pattern.ignores_case(), out),
        Expr::Call(function, arguments) => {
            out.push_str(function.name());
            out.push('(');
            for (at, argument) in arguments.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_expr(argument, 0, out);
            }
            out.push(')');
        }
        Expr::Glob(subject, glob) => {
            out.push_str("match(");
            write_expr(subject, 0, out);
            out.push_str(", ");
            quote(glob.source(), out);
            out.push(')');
        }
        Expr::Missing(id) => write_id("missing", *id, out),
        Expr::Nearmiss(id) => write_id("nearmiss", *id, out),
        Expr::Not(inner) => {
            out.push('!');
            write_expr(inner, 5, out);
        }
        Expr::Compare(op, left, right) => {
            write_expr(left, op.level() + 1, out);
            out.extend([" ", op.sign(), " "]);
            write_expr(right, op.level() + 1, out);
        }
        Expr::And(terms) => write_joined(&terms.written, " and ", 2, out),
        Expr::Or(terms) => write_joined(&terms.written, " or ", 1, out),
    }
}

fn write_joined(terms: &[Expr], by: &str, needed: u8, out: &mut String) {
    for (at, term) in terms.iter().enumerate() {
        out.push_str(if at > 0 { by } else { "" });
        write_expr(term, needed, out);
    }
}

fn write_id(function: &str, id: Option<WatchedId>, out: &mut String) {
    out.push_str(function);
    out.push_str(match id {
        None => "()",
        Some(WatchedId::Account) => "(account_id)",
        Some(WatchedId::User) => "(user_id)",
    });
}

fn write_literal(literal: &Literal, out: &mut String) {
    match literal {
        Literal::Null => out.push_str("null"),
        Literal::Bool(true) => out.push_str("true"),
        Literal::Bool(false) => out.push_str("false"),
        Literal::Number(text, _) => out.push_str(text),
        Literal::Str(text) | Literal::Duration(text, _) | Literal::Moment(text, _) => {
            quote(text, out);
        }
        Literal::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_literal(item, out);
            }
            out.push(']');
        }
    }
}

fn write_regex(source: &str, ignores_case: bool, out: &mut String) {
    out.push('~');
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => out.push_str("\\~"),
            '\\' => {
                out.push(c);
                out.extend(chars.next());
            }
            c => out.push(c),
        }
    }
    out.push_str(if ignores_case { "~i" } else { "~" });
}
