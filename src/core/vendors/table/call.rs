//! The part of a vendor's table about one type of call: the places of its ids, the requests, and
//! the rules for members that nothing reads.

use crate::call::CallType;
use crate::vendors::engine::spread::SpreadDef;
use crate::vendors::table::{FieldDef, Word};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallDefs {
    pub track: Option<CallDef>,
    pub identify: Option<CallDef>,
    pub group: Option<CallDef>,
    pub page: Option<CallDef>,
    pub screen: Option<CallDef>,
    pub alias: Option<CallDef>,
}

impl CallDefs {
    pub fn get(&self, call: CallType) -> Option<&CallDef> {
        match call {
            CallType::Track => self.track.as_ref(),
            CallType::Identify => self.identify.as_ref(),
            CallType::Group => self.group.as_ref(),
            CallType::Page => self.page.as_ref(),
            CallType::Screen => self.screen.as_ref(),
            CallType::Alias => self.alias.as_ref(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallDef {
    /// The vendor's name for what the call becomes, in two or three words (`feature usage`).
    pub becomes: String,
    /// The occasion for the call, if the document names it.
    pub when: Option<String>,
    /// The source of the call's rules: `document`, `public: …` or `ours`.
    pub source: String,
    pub account: Option<IdDef>,
    pub user: Option<IdDef>,
    pub session: Option<IdDef>,
    /// Names for alternative objects, each with its places. In a call, `@NAME` refers to the first
    /// of these places that has a value other than null.
    #[serde(default)]
    pub choose: BTreeMap<String, Vec<Word>>,
    #[serde(default)]
    pub request: Vec<RequestDef>,
    #[serde(default)]
    pub rest: Vec<RestDef>,
    /// Pointers that the vendor's code reads; they are not reported as unmapped.
    #[serde(default)]
    pub reads: Vec<Word>,
    /// The values that the vendor's code names for fields (`@NAME`), each in a few words.
    #[serde(default)]
    pub code_names: BTreeMap<Word, String>,
}

impl CallDef {
    /// Returns the choice that a name with `@` begins with: its index, its places, and the rest of
    /// the name.
    pub fn choice<'d>(&'d self, name: &'d str) -> Option<(usize, &'d [Word], &'d str)> {
        let name = name.strip_prefix('@')?;
        let (head, rest) = name.split_at(name.find('/').unwrap_or(name.len()));
        let at = self.choose.keys().position(|known| known == head)?;
        Some((at, self.choose.values().nth(at)?, rest))
    }

    /// Returns the pointers that a name or a pointer of an id refers to.
    pub fn pointers(&self, name: &str) -> Vec<String> {
        match self.choice(name) {
            None => vec![name.to_owned()],
            Some((_, places, rest)) => {
                places.iter().map(|place| format!("{}{rest}", place.get_ref())).collect()
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdDef {
    /// The places where the id is read, in order; the first is where it is expected.
    pub from: Vec<Word>,
    pub need: IdNeed,
    /// The code if no place has a usable id.
    pub missing: Option<Word>,
    /// The code if the id is not a string.
    #[serde(rename = "type")]
    pub kind: Option<Word>,
    /// False for an id that is checked but not used; placeholders are then not reported.
    #[serde(default = "yes")]
    pub used: bool,
    /// True if the vendor's code decides; the places are then only documentation.
    #[serde(default)]
    pub decided_by_code: bool,
    /// The places as pages show them, if the vendor's code does not read them in order.
    #[serde(default)]
    pub shown: Vec<String>,
    /// The source of this id's rules, if not that of the call.
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestDef {
    pub method: String,
    pub url: Word,
    pub headers: Option<BTreeMap<String, Word>>,
    /// A place of the call or an id: the request is made only if it is present and not null.
    pub only_with: Option<Word>,
    #[serde(default)]
    pub body: BodyKind,
    /// The caveats of a request that is our interpretation, and that the vendor's public API would
    /// refuse.
    #[serde(default)]
    pub caveat: Vec<CaveatDef>,
    #[serde(default)]
    pub fields: Vec<FieldDef>,
    #[serde(default)]
    pub spread: Vec<SpreadDef>,
    /// The fields that the vendor's code writes. Nothing is sent because of them; pages show them
    /// among the fields.
    #[serde(default)]
    pub code_fields: Vec<CodeFieldDef>,
    /// True if the vendor's code makes a list of the body, in which each entry has the fields of
    /// entry 0.
    #[serde(default)]
    pub code_repeats_entry: bool,
}

/// A field that the vendor's code writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeFieldDef {
    /// A pointer into the body, in which a name in `‹›` stands for any member or entry.
    pub to: Word,
    /// The sources, in words or pointers.
    pub from: Vec<String>,
    /// The values that are sent, in a few words.
    pub takes: String,
    /// The value if no source has one.
    #[serde(rename = "else")]
    pub otherwise: Option<String>,
    /// The source of this information, if not that of the call.
    pub source: Option<String>,
}

/// A caveat of a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaveatDef {
    /// A pointer into the body: the caveat applies if the body has this member.
    pub with: Option<Word>,
    /// A pointer into the body: the caveat applies if the body does not have this member.
    pub without: Option<Word>,
    /// The caveat, in a sentence.
    pub says: String,
}

/// The content of a request's body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BodyKind {
    /// An object with the fields.
    #[default]
    Fields,
    /// The call itself.
    Call,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestDef {
    /// The object whose members are checked.
    pub of: Word,
    /// The code for members that nothing reads.
    pub code: Option<Word>,
    /// True for one finding for each member instead of one for all.
    #[serde(default)]
    pub each: bool,
    /// True if members that are null are reported too.
    #[serde(default)]
    pub nulls: bool,
    /// The code for a value at this place that is neither an object nor null.
    #[serde(rename = "type")]
    pub kind: Option<Word>,
    /// The list setting that names members to send under their own names in the first request.
    pub send: Option<Word>,
    /// The code for such a member that is an object or a list; it is left out.
    pub send_type: Option<Word>,
    /// The fixes for members with particular names, in a sentence each, instead of the code's fix.
    #[serde(default)]
    pub advice: BTreeMap<String, String>,
    /// Pointers (members of `of`) that are never reported.
    #[serde(default)]
    pub silent: Vec<Word>,
}

/// The importance of an id for a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdNeed {
    /// The call is lost without it.
    Required,
    /// The call is accepted without it, but with less effect.
    Recommended,
    /// The id is useful but not needed.
    Info,
}

fn yes() -> bool {
    true
}
