//! The form of a vendor's table: what `assets/vendors/NAME.toml` and a user's own file may say.

use super::spread::SpreadDef;
use crate::call::CallType;
use crate::findings::{Book, identity::ValueRule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

/// A name, pointer or code that an error can point at.
pub(super) type Word = Spanned<String>;

/// Which service feeds a vendor, so that calls of the other one's libraries are not judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FedBy {
    /// Segment
    Segment,
    /// RudderStack
    Rudderstack,
    /// any sender
    Any,
}

/// How true the shown requests are to what the vendor gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// the same write, expressed in the vendor's public API
    Equivalent,
    /// exactly what is sent
    Wire,
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

/// How much a vendor needs an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// the call is lost without it
    Required,
    /// the call goes through with less
    Recommended,
    /// good to have
    Info,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub name: Word,
    pub title: String,
    /// The head of the vendor's column: two or three characters.
    pub short: Word,
    /// What the vendor's finding codes begin with.
    pub prefix: String,
    /// The vendor's document as a user can find it.
    pub document: String,
    pub fed_by: FedBy,
    /// The names under which `integrations` switches the vendor off.
    #[serde(default)]
    pub integrations: Vec<String>,
    pub fidelity: Fidelity,
    #[serde(default)]
    pub values: ValueRule,
    /// What a user should know once.
    pub note: Option<String>,
    /// What it pushes to Segment, if it does that.
    pub pushes: Option<PushesDef>,
    /// Headers of every mapped request that does not have its own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub setting: Vec<SettingDef>,
    pub transport: Option<CarrierDef>,
    pub call: CallDefs,
    #[serde(default)]
    pub code: Book,
    /// What the vendor's own code reads: lists and tables of no other use ([`Parts::data`]).
    ///
    /// [`Parts::data`]: super::rules::Parts::data
    pub data: Option<Spanned<toml::Table>>,
}

/// The kind of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// a text; blank counts as not set
    Text,
    /// a text that is never shown
    Secret,
    /// true or false
    Bool,
    /// a number
    Number,
    /// a list of texts
    Texts,
    /// a list of ids: texts or numbers, compared as text
    Ids,
    /// a list of tables
    Tables,
    /// a table of texts; null takes an entry away
    Map,
}

/// One setting of a vendor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingDef {
    /// Its name under `[vendors.NAME]`.
    pub key: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: SettingKind,
    /// What holds where it is not set.
    pub default: Option<toml::Value>,
    /// What the vendor's document recommends to those who start, offered whole.
    pub preset: Option<toml::Value>,
    /// What it means, in a line.
    pub doc: String,
    /// The texts that it may be.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The names that a table in it may have; those that end in `?` may be left out.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// The other direction: a vendor that pushes its objects to Segment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PushesDef {
    /// When it does so, in a sentence.
    pub when: String,
    /// The setting that the ids of pushed companies may fill: a list of ids.
    pub fills: Option<Word>,
    /// Where it was read.
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CarrierDef {
    pub method: String,
    pub url: Word,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[expect(
        dead_code,
        reason = "each entry names what it was read from; readers of the file need it"
    )]
    pub source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallDefs {
    pub track: Option<CallDef>,
    pub identify: Option<CallDef>,
    pub group: Option<CallDef>,
    pub page: Option<CallDef>,
    pub screen: Option<CallDef>,
    pub alias: Option<CallDef>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallDef {
    /// What the call becomes, in two or three words (`feature usage`).
    pub becomes: String,
    /// When to make the call, where the document says so.
    pub when: Option<String>,
    /// Where the call's rules were read: `document`, `public: …` or `ours`.
    pub source: String,
    pub account: Option<IdDef>,
    pub user: Option<IdDef>,
    pub session: Option<IdDef>,
    #[serde(default)]
    pub request: Vec<RequestDef>,
    #[serde(default)]
    pub rest: Vec<RestDef>,
    /// Pointers that the vendor's code reads: not unmapped.
    #[serde(default)]
    pub reads: Vec<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdDef {
    /// Where it is looked for, in order; the first is where it is expected.
    pub from: Vec<Word>,
    pub need: Need,
    /// The code when no place has a usable one.
    pub missing: Option<Word>,
    /// The code when it is no text.
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
pub(super) struct RequestDef {
    pub method: String,
    pub url: Word,
    pub headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub body: BodyKind,
    #[serde(default)]
    pub fields: Vec<FieldDef>,
    #[serde(default)]
    pub spread: Vec<SpreadDef>,
}

/// What a request's body is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum BodyKind {
    /// an object of the fields
    #[default]
    Fields,
    /// the call itself
    Call,
}

/// Which values a field takes, and what it makes of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// anything but null, as it came
    #[default]
    Any,
    /// a text that is not blank; else it is missing
    Text,
    /// a text, also an empty one; a number becomes text, others are left out
    String,
    /// text, number or boolean; objects and lists are left out
    Scalar,
    /// a number; others are left out
    Number,
    /// a number; a text that is one is converted, others are left out
    Numeric,
    /// a whole number from 0 up; others give way to the default
    Count,
    /// a valid ISO-8601 text; others are left out
    Date,
    /// a boolean; whole numbers and texts are converted
    Bool,
    /// an object, as it came; others give way to the default
    Object,
}

/// What is looked at in a value that is sent whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// a valid ISO-8601 text
    Date,
    /// a number, or a text that is one
    Numeric,
    /// a number
    Number,
    /// a boolean
    Boolean,
    /// a text
    String,
}

impl Check {
    /// As a sentence has it: "send it as …".
    pub(super) fn words(self) -> &'static str {
        match self {
            Check::Date => "an ISO-8601 date, like 2024-05-01T09:00:00Z",
            Check::Numeric | Check::Number => "a number",
            Check::Boolean => "true or false",
            Check::String => "a text",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldDef {
    /// Where it goes: a pointer into the body.
    pub to: Word,
    /// Where it comes from, in order: pointers into the call, or `@account`, `@user`, `@session`,
    /// `@time` (the event time's text), or a name that the vendor's code sets.
    #[serde(default)]
    pub from: Vec<Word>,
    /// A value that is always the same.
    pub value: Option<toml::Value>,
    #[serde(default)]
    pub take: Take,
    pub check: Option<Check>,
    /// At most so many characters are kept.
    pub max: Option<usize>,
    /// A list setting that should hold the value.
    pub one_of: Option<Word>,
    /// What is sent where nothing usable was found.
    pub default: Option<toml::Value>,
    /// The text setting that is sent where nothing usable was found; before `default`.
    pub default_setting: Option<Word>,
    /// Code: nothing usable was found.
    pub missing: Option<Word>,
    /// Code: absent, null or blank, and it should be there; what is there is still sent.
    pub recommended: Option<Word>,
    /// Code: a value of another type.
    #[serde(rename = "type")]
    pub kind: Option<Word>,
    /// Code: the check failed, or the date is none.
    pub invalid: Option<Word>,
    /// Code: cut to `max`.
    pub long: Option<Word>,
    /// Code: the count is 0.
    pub zero: Option<Word>,
    /// Code: not in the `one_of` list.
    pub unknown: Option<Word>,
    /// Where this field was read, if not where the call was.
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RestDef {
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
    /// Pointers (members of `of`) that are never reported.
    #[serde(default)]
    pub silent: Vec<Word>,
}

fn yes() -> bool {
    true
}

/// What is wrong with a vendor's table, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, naming the key.
    pub message: String,
}

impl FileError {
    /// An error at a byte of the file.
    pub(super) fn at(text: &str, offset: usize, message: impl Into<String>) -> FileError {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        FileError { line: before.matches('\n').count() + 1, message: message.into() }
    }

    /// An error at a word of the file.
    pub(super) fn word(text: &str, word: &Word, message: impl Into<String>) -> FileError {
        FileError::at(text, word.span().start, message)
    }
}

/// Reads a vendor's table.
pub(super) fn parse(text: &str) -> Result<File, FileError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        FileError::at(text, offset, error.message())
    })?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if file.name.get_ref().is_empty() || !file.name.get_ref().chars().all(good) {
        let message = "`name` is made of lower-case letters, digits, `-` and `_`";
        return Err(FileError::word(text, &file.name, message));
    }
    if !(1..=3).contains(&file.short.get_ref().chars().count()) {
        let message = "`short` is the head of a column: one to three characters";
        return Err(FileError::word(text, &file.short, message));
    }
    Ok(file)
}
