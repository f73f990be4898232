//! Parts of a filter that no call has, which is the usual reason why nothing matches: fields, and
//! values with another spelling.

use crate::fql::Filter;
use crate::fql::ast::{Expr, Literal, Op, Path};
use crate::fql::builtin_names::{PathTarget, nearest};
use crate::fql::complete::NameSource;
use crate::fql::error::shown;
use crate::fql::misspellings::HintSubject;
use crate::fql::value::quote;
use std::fmt;

/// A part of a filter that was not seen in any call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The part of the filter's text that names it.
    pub named: String,
    /// A filter that matches a call if the part exists after all.
    pub check: String,
    /// The absent part, as the message contains it after `no call has`.
    what: String,
    /// A part that was seen and has nearly the same spelling.
    near: Option<String>,
    /// True if only some of the calls were searched.
    pub of_sample: bool,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.of_sample { "of a sample " } else { "" };
        write!(f, "no call {whose}has {}", self.what)?;
        match &self.near {
            Some(near) => write!(f, "; did you mean {}?", shown(near)),
            None => Ok(()),
        }
    }
}

/// The number of names or values that a [`NameSource`] returns at most; if it returns as many,
/// there may be more.
const MAX_KNOWN_NAMES: usize = 200;

/// Returns the parts of a filter that none of the known calls has. A text without quotes is left
/// out, because its hint is more helpful.
pub fn absent(filter: &Filter, names: &dyn NameSource) -> Vec<Absent> {
    let is_unquoted = |path: &&Path| {
        filter.hints().iter().any(|hint| hint.subject == HintSubject::Unquoted((*path).clone()))
    };
    let fields = filter.paths().into_iter().filter(|path| !is_unquoted(path));
    let mut absent: Vec<Absent> = fields.filter_map(|path| absent_field(path, names)).collect();
    filter.visit(&mut |expr| {
        if let Expr::Compare(Op::Eq, left, right) = expr {
            absent.extend(
                absent_value(left, right, names).or_else(|| absent_value(right, left, names)),
            );
        }
    });
    absent
}

/// Returns a text that a field has only in another spelling: with other capitals, or nearly the
/// same letters.
fn absent_value(field: &Expr, value: &Expr, names: &dyn NameSource) -> Option<Absent> {
    let (Expr::Path(path, PathTarget::Call), Expr::Literal(Literal::Str(value))) = (field, value)
    else {
        return None;
    };
    let known = names.values(path, value);
    if path.name() == Some("type") || known.contains(value) {
        return None;
    }
    let lower = value.to_lowercase();
    let same = known.iter().find(|known| known.to_lowercase() == lower);
    let near = match same {
        Some(same) => same.as_str(),
        None => nearest(value, known.iter().map(String::as_str))?,
    };
    let (mut typed, mut meant) = (String::new(), String::new());
    quote(value, &mut typed);
    quote(near, &mut meant);
    Some(Absent {
        check: format!("{path} = {typed}"),
        what: shown(&format!("{path} = {typed}")),
        named: typed,
        near: Some(meant),
        of_sample: names.is_sample() || known.len() >= MAX_KNOWN_NAMES,
    })
}

fn absent_field(path: &Path, names: &dyn NameSource) -> Option<Absent> {
    let segments = path.segments();
    for (at, name) in segments.iter().enumerate() {
        let known = names.fields(&segments[..at], name);
        if known.contains(name) {
            continue;
        }
        // a value without known names is a list, or is unknown
        if known.is_empty() || known.len() >= MAX_KNOWN_NAMES {
            return None;
        }
        let near = nearest(name, known.iter().map(String::as_str)).map(|near| {
            let rest = segments[at + 1..].iter().map(String::as_str);
            let under = segments[..at].iter().map(String::as_str);
            Path::new(under.chain([near]).chain(rest)).to_string()
        });
        let named = path.to_string();
        return Some(Absent {
            check: format!("{named} != null"),
            what: shown(&named),
            named,
            near,
            of_sample: names.is_sample(),
        });
    }
    None
}
