//! The fix, ready to paste: the call as it should have been, in the language of the SDK that sent
//! it, and the function that fixes it on its way for those who cannot change the app.
//!
//! From findings follows one list of [`Edit`]s; the header of a call, every language and the
//! function share it. What a language looks like is in `assets/fixes`.

mod changes;
mod corrected_call;
mod edits;
mod json_tree;
mod language;
mod literal;
mod needs;
mod omitted_fields;
mod sdk_code;
mod transformation;

#[cfg(test)]
mod tests;

pub(crate) use crate::findings::fixes::omitted_fields::made_up;
pub use changes::{change, with};
pub use edits::{Edit, ValueShape, ValueSource, edits, is_without, words};
pub use needs::{VendorNeed, is_need, needs};

use super::Finding;
use crate::call::{CallType, Event};
use language::Choice;
use std::borrow::Cow;

/// A call that is to be corrected.
#[derive(Debug, Clone, Copy)]
pub struct BrokenCall<'a> {
    /// The call as a destination sees it.
    pub event: Event<'a>,
    /// Its type.
    pub kind: CallType,
    /// `context.library.name`.
    pub library: Option<&'a str>,
    /// It was sent by a library of RudderStack, which may carry the name of one of Segment's.
    pub rudder: bool,
}

impl BrokenCall<'_> {
    /// The place where the sender's library can put what belongs at a place: most take a group id
    /// only in group calls, and for others its place is in the context.
    pub fn sendable<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if path == "/groupId"
            && !Choice::for_library(self.library, self.rudder).takes_group(self.kind)
        {
            return Cow::Borrowed("/context/groupId");
        }
        Cow::Borrowed(path)
    }

    /// True if the sender's library puts the id of a user at a place by itself, once `identify` has
    /// told it.
    fn is_told_the_user(&self, path: &str) -> bool {
        let by_call = matches!(self.kind, CallType::Identify | CallType::Alias);
        let client_side = || Choice::for_library(self.library, self.rudder).language.client_side;
        path == "/userId" && !by_call && client_side()
    }
}

/// Who reads a corrected call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnippetAudience {
    /// The user whose call it is: values are as they came.
    Owner,
    /// Anybody, as with a report of CI: secrets and what is about a person are replaced.
    Anybody,
}

/// Code to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The language and the library that it is for.
    pub language: &'static str,
    /// The code, without the notes.
    pub code: String,
    /// Differences from the call that are no edits: what the language cannot express, and what
    /// was replaced.
    pub notes: Vec<String>,
    /// What a line that is a comment begins with.
    comment: &'static str,
    /// The call that the code makes, as JSON, without what its library adds.
    pub call: String,
}

impl Snippet {
    /// The code below its notes, each a comment.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            out.push_str(&format!("{} {note}\n", self.comment));
        }
        out.push_str(&self.code);
        out
    }
}

/// What to paste for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is different in the corrected call; nothing where nothing is to be changed.
    pub edits: Vec<Edit>,
    /// The corrected call.
    pub snippet: Snippet,
    /// The function that does the same on each such call, where the values are in the call.
    pub transformation: Option<Snippet>,
}

/// True for a finding that a fix may take away.
pub fn is_about_ids(finding: &Finding) -> bool {
    edits::kind_of(finding).is_some()
}

/// The call with the changes made, as JSON: what a vendor gets if nothing else changes.
pub fn changed(call: &BrokenCall<'_>, edits: &[Edit]) -> String {
    crate::findings::fixes::corrected_call::changed(call, edits).to_json()
}

/// The fix for a call, with these changes. `group`: further places at which vendors in use find
/// the account that the call names in `groupId`, for a library that cannot send it there.
pub fn fix(
    call: &BrokenCall<'_>,
    edits: Vec<Edit>,
    group: &[String],
    reader: SnippetAudience,
) -> Fix {
    Fix {
        snippet: crate::findings::fixes::sdk_code::snippet(call, &edits, group, reader),
        transformation: transformation::transformation(call, &edits),
        edits,
    }
}
