//! What a table says of a type of call: where its ids are, what is sent, what is left.

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
    /// What the call becomes, in two or three words (`feature usage`).
    pub becomes: String,
    /// When to make the call, where the document says so.
    pub when: Option<String>,
    /// Where the call's rules were read: `document`, `public: …` or `ours`.
    pub source: String,
    pub account: Option<IdDef>,
    pub user: Option<IdDef>,
    pub session: Option<IdDef>,
    /// Names for objects of which a call has one or the other: the first place that is there, and
    /// not null, is the one for all that begins with `@NAME`.
    #[serde(default)]
    pub choose: BTreeMap<String, Vec<Word>>,
    #[serde(default)]
    pub request: Vec<RequestDef>,
    #[serde(default)]
    pub rest: Vec<RestDef>,
    /// Pointers that the vendor's code reads: not unmapped.
    #[serde(default)]
    pub reads: Vec<Word>,
}

impl CallDef {
    /// The choice that a name with `@` begins with: its number, its places, and what follows.
    pub fn choice<'d>(&'d self, name: &'d str) -> Option<(usize, &'d [Word], &'d str)> {
        let name = name.strip_prefix('@')?;
        let (head, rest) = name.split_at(name.find('/').unwrap_or(name.len()));
        let at = self.choose.keys().position(|known| known == head)?;
        Some((at, self.choose.values().nth(at)?, rest))
    }

    /// The pointers that a name or a pointer of an id stands for.
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
    /// Where it is looked for, in order; the first is where it is expected.
    pub from: Vec<Word>,
    pub need: IdNeed,
    /// The code when no place has a usable one.
    pub missing: Option<Word>,
    /// The code when it is not a string.
    #[serde(rename = "type")]
    pub kind: Option<Word>,
    /// False for an id that is only looked at: no placeholder is reported then.
    #[serde(default = "yes")]
    pub used: bool,
    /// The vendor's code decides; the places are for the reader.
    #[serde(default)]
    pub decided_by_code: bool,
    /// Where this id was read, if not where the call was.
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestDef {
    pub method: String,
    pub url: Word,
    pub headers: Option<BTreeMap<String, Word>>,
    /// It is made only if this is there, and not null: a place of the call or an id.
    pub only_with: Option<Word>,
    #[serde(default)]
    pub body: BodyKind,
    /// Where the request is our reading, and the vendor's public API would refuse it.
    #[serde(default)]
    pub caveat: Vec<CaveatDef>,
    #[serde(default)]
    pub fields: Vec<FieldDef>,
    #[serde(default)]
    pub spread: Vec<SpreadDef>,
}

/// What is doubtful about a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaveatDef {
    /// If the body has this member: a pointer into it.
    pub with: Option<Word>,
    /// If the body does not have this member.
    pub without: Option<Word>,
    /// The doubt, in a sentence.
    pub says: String,
}

/// What a request's body is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BodyKind {
    /// an object of the fields
    #[default]
    Fields,
    /// the call itself
    Call,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestDef {
    /// The object whose members are looked through.
    pub of: Word,
    /// Code for members that nothing reads.
    pub code: Option<Word>,
    /// One finding for each member, not one for all.
    #[serde(default)]
    pub each: bool,
    /// A member that is null counts too.
    #[serde(default)]
    pub nulls: bool,
    /// Code for something that is neither object nor null in its place.
    #[serde(rename = "type")]
    pub kind: Option<Word>,
    /// The list setting of members that are sent under their own name in the first request.
    pub send: Option<Word>,
    /// Code for a sent member that is an object or a list; it is left out.
    pub send_type: Option<Word>,
    /// What to change about a member of that name, in a sentence, in place of the code's fix.
    #[serde(default)]
    pub advice: BTreeMap<String, String>,
    /// Pointers (members of `of`) that are never reported.
    #[serde(default)]
    pub silent: Vec<Word>,
}

/// How much a vendor needs an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdNeed {
    /// the call is lost without it
    Required,
    /// the call goes through with less
    Recommended,
    /// good to have
    Info,
}

fn yes() -> bool {
    true
}
