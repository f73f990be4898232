//! Fixes that are ready to paste: the corrected call in the language of the SDK that sent it, and a
//! function that corrects calls in the service, for teams that cannot change the app.
//!
//! The findings lead to one list of [`Edit`]s, which the header of a call, the code in every
//! language and the function share. `assets/fixes` has the syntax of the languages.

mod changes;
mod corrected_call;
mod edit_words;
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
pub use changes::{change, opened, renamed_container, renamed_for_service, with};
pub use edit_words::{advice, service_fix};
pub use edits::{Edit, ValueShape, ValueSource, edits, is_without, words};
pub use needs::{VendorNeed, is_need, needs};

use super::Finding;
use super::identity::{ValueRule, id_of};
use crate::call::{CallType, Event};
use language::Choice;
use std::borrow::Cow;

/// A call that is to be corrected.
#[derive(Debug, Clone, Copy)]
pub struct BrokenCall<'a> {
    /// The call as a destination receives it.
    pub event: Event<'a>,
    /// Its type.
    pub kind: CallType,
    /// `context.library.name`.
    pub library: Option<&'a str>,
    /// True if a library of RudderStack sent it, which may have the same name as one of Segment's.
    pub rudder: bool,
}

impl BrokenCall<'_> {
    /// Returns the place where the sender's library can send a value that belongs at `path`. Most
    /// libraries accept a group id only in group calls; in others, its place is in the context.
    pub fn sendable<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if path == "/groupId" && !self.takes_group(&self.choice()) {
            return Cow::Borrowed("/context/groupId");
        }
        Cow::Borrowed(path)
    }

    /// Returns true if the sender's library sets the user id at `path` by itself after a call of
    /// `identify`.
    fn is_told_the_user(&self, path: &str) -> bool {
        let by_call = matches!(self.kind, CallType::Identify | CallType::Alias);
        path == "/userId" && !by_call && self.choice().client_side
    }

    /// Returns the language of the sender's library.
    fn choice(&self) -> Choice {
        Choice::for_library(self.library, self.rudder)
    }

    /// Returns true if a library can send the call with a group id at the top level. An unknown one
    /// can if it did, and no other place is left if the call has the id in the context already.
    fn takes_group(&self, choice: &Choice) -> bool {
        let has_group = || {
            let in_context = self.event.pointer("/context/groupId");
            self.event.call.get("groupId").is_some() || id_of(in_context, ValueRule::Plain).is_ok()
        };
        choice.takes_group(self.kind, has_group)
    }
}

/// The readers of a corrected call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnippetAudience {
    /// The user whose call it is: values are not changed.
    Owner,
    /// Anybody, for example the readers of a CI report: secrets and personal data are replaced.
    Anybody,
}

/// Code to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The name of the language and library.
    pub language: &'static str,
    /// The code, without the notes.
    pub code: String,
    /// The differences from the call besides the edits: fields that the language cannot express,
    /// and replaced values.
    pub notes: Vec<String>,
    /// The beginning of a comment line.
    comment: &'static str,
    /// The call that the code makes, as JSON, without the fields that its library adds.
    pub call: String,
}

impl Snippet {
    /// Returns the notes as comments, followed by the code.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            out.push_str(&format!("{} {note}\n", self.comment));
        }
        out.push_str(&self.code);
        out
    }
}

/// The fix for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The edits in the corrected call; empty if there is nothing to change.
    pub edits: Vec<Edit>,
    /// The corrected call.
    pub snippet: Snippet,
    /// The function that corrects each such call in the service, if the call has the values.
    pub transformation: Option<Snippet>,
}

/// Returns true for a finding about an id, which a fix may remove.
pub fn is_about_ids(finding: &Finding) -> bool {
    edits::kind_of(finding).is_some()
}

/// Returns the call with the edits applied, as JSON, with all other fields unchanged.
pub fn changed(call: &BrokenCall<'_>, edits: &[Edit]) -> String {
    crate::findings::fixes::corrected_call::changed(call, edits).to_json()
}

/// Makes the fix for a call from its edits. `group` has further places at which vendors in use find
/// the account of the call's `groupId`, for a library that cannot send `groupId`.
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
