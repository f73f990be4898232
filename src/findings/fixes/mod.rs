//! The fix, ready to paste: the call as it should have been, in the language of the SDK that sent
//! it, and the function that mends it on its way for those who cannot change the app.
//!
//! From findings follows one list of [`Edit`]s; every language and the function share it. What a
//! language looks like is in `assets/fixes`.

mod edits;
mod language;
mod literal;
mod private;
mod transformation;
mod tree;
mod write;

#[cfg(test)]
mod tests;

pub use edits::{Edit, Source, edits, is_without, words};
pub(crate) use private::made_up;

use super::Finding;
use crate::call::{CallType, Event};

/// A call that is to be corrected.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The call as a destination sees it.
    pub event: Event<'a>,
    /// Its type.
    pub kind: CallType,
    /// `context.library.name`.
    pub library: Option<&'a str>,
    /// It was sent by a library of RudderStack, which may carry the name of one of Segment's.
    pub rudder: bool,
}

/// Code to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The language and the library that it is for.
    pub language: &'static str,
    /// The code.
    pub code: String,
}

/// What to paste for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is different in the corrected call; nothing where no id is missing.
    pub edits: Vec<Edit>,
    /// The corrected call.
    pub snippet: Snippet,
    /// The function that does the same on each such call, where the ids are in the call.
    pub transformation: Option<Snippet>,
}

/// True for a finding that a fix may take away.
pub fn is_about_ids(finding: &Finding) -> bool {
    edits::kind_of(finding).is_some()
}

/// The fix for a call, with these changes.
pub fn fix(call: &Call<'_>, edits: Vec<Edit>) -> Fix {
    Fix {
        snippet: write::snippet(call, &edits),
        transformation: transformation::transformation(call, &edits),
        edits,
    }
}
