//! Fields that a filter asks for and no call has: the usual reason why nothing passes.

use super::Filter;
use super::ast::Path;
use super::complete::Names;
use super::error::shown;
use super::names::nearest;
use std::fmt;

/// A field that was not seen in any call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// As the filter has it.
    pub path: Path,
    /// One that was seen and has nearly the same name.
    pub near: Option<Path>,
    /// Only some of the calls were looked at.
    pub of_sample: bool,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.of_sample { "of a sample " } else { "" };
        write!(f, "no call {whose}has {}", shown(&self.path.to_string()))?;
        match &self.near {
            Some(near) => write!(f, "; did you mean {}?", shown(&near.to_string())),
            None => Ok(()),
        }
    }
}

/// So many names under one field are all that is known of it; there may be more.
const ALL_KNOWN: usize = 200;

/// The fields of a filter that are in none of the calls whose names are known.
pub fn absent(filter: &Filter, names: &dyn Names) -> Vec<Absent> {
    filter.paths().into_iter().filter_map(|path| look_for(path, names)).collect()
}

fn look_for(path: &Path, names: &dyn Names) -> Option<Absent> {
    let segments = path.segments();
    for (at, name) in segments.iter().enumerate() {
        let known = names.fields(&segments[..at], name);
        if known.contains(name) {
            continue;
        }
        // what has no fields by name is a list, or nothing is known of it
        if known.is_empty() || known.len() >= ALL_KNOWN {
            return None;
        }
        let near = nearest(name, known.iter().map(String::as_str)).map(|near| {
            let rest = segments[at + 1..].iter().map(String::as_str);
            Path::new(segments[..at].iter().map(String::as_str).chain([near]).chain(rest))
        });
        return Some(Absent { path: path.clone(), near, of_sample: names.is_sample() });
    }
    None
}
