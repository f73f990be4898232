//! The form of a vendor's table: what `assets/vendors/NAME.toml` and a user's own file may say.

pub(crate) mod build;
pub(crate) mod build_calls;
pub(crate) mod build_field_rules;
mod call;
mod destination_filter;
pub(crate) mod example_files;
mod field;
pub(crate) mod id_codes;
mod setting;

pub use call::IdNeed;
pub(crate) use call::{BodyKind, CallDef, CallDefs, CaveatDef, IdDef, RequestDef, RestDef};
pub(crate) use field::FieldDef;
pub use field::{Check, Take};
pub(crate) use setting::ONLY;
pub use setting::{AddressPart, SettingDef, SettingKind};

use crate::call::CallType;
use crate::config::LineStarts;
use crate::findings::{FindingTexts, identity::ValueRule};
use crate::vendors::deliver::address::settings_in_host;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;
use toml::Spanned;

/// A name, pointer or code that an error can point at.
pub(crate) type Word = Spanned<String>;

/// Which service feeds a vendor, so that calls of the other one's libraries are not judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FedBy {
    /// Segment
    Segment,
    /// RudderStack
    Rudderstack,
    /// both of them
    Both,
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

/// What becomes of a call's numbers on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NumberRule {
    /// they stay as they came
    #[default]
    Kept,
    /// a service in JavaScript reads and prints them
    Javascript,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorTable {
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
    #[serde(default)]
    pub numbers: NumberRule,
    /// What a user should know once.
    pub note: Option<String>,
    /// What it pushes to Segment, if it does that.
    pub pushes: Option<PushesDef>,
    /// Headers of every mapped request that does not have its own.
    #[serde(default)]
    pub headers: BTreeMap<String, Word>,
    #[serde(default)]
    pub setting: Vec<SettingDef>,
    pub transport: Option<CarrierDef>,
    pub call: CallDefs,
    #[serde(default)]
    pub code: FindingTexts,
    /// What the vendor's own code reads: lists and tables of no other use ([`Parts::data`]).
    ///
    /// [`Parts::data`]: crate::vendors::rules::RuleParts::data
    pub data: Option<Spanned<toml::Table>>,
}

/// The other direction: a vendor that pushes its objects to Segment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PushesDef {
    /// When it does so, in a sentence.
    pub when: String,
    /// The setting that the ids of pushed companies may fill: a list of ids.
    pub fills: Option<Word>,
    /// Where it was read.
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarrierDef {
    pub method: String,
    pub url: Word,
    #[serde(default)]
    pub headers: BTreeMap<String, Word>,
    /// Where it was read.
    pub source: String,
}

/// What is wrong with a vendor's table, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct TableError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, naming the key.
    pub message: String,
}

/// The text of a vendor's table. Its lines are looked for once, when an error first needs one.
#[derive(Debug)]
pub(crate) struct TableText<'t> {
    text: &'t str,
    lines: OnceLock<LineStarts>,
}

impl<'t> TableText<'t> {
    pub(crate) fn new(text: &'t str) -> TableText<'t> {
        TableText { text, lines: OnceLock::new() }
    }

    fn line_of(&self, at: usize) -> usize {
        self.lines.get_or_init(|| LineStarts::new(self.text.as_bytes())).line_of(at)
    }
}

impl Deref for TableText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.text
    }
}

impl TableError {
    /// An error at a byte of the file.
    pub(crate) fn at(
        text: &TableText<'_>,
        offset: usize,
        message: impl Into<String>,
    ) -> TableError {
        TableError { line: text.line_of(offset), message: message.into() }
    }

    /// An error at a word of the file.
    pub(crate) fn word(
        text: &TableText<'_>,
        word: &Word,
        message: impl Into<String>,
    ) -> TableError {
        TableError::at(text, word.span().start, message)
    }
}

/// A message of the parser in the words of the template, with the key that it is about.
fn plain(text: &str, offset: usize, message: &str) -> String {
    let words = [
        ("invalid type: ", "expected another type, not "),
        ("expected a sequence", "a list was expected: [\"…\"]"),
        ("expected a string", "a string was expected: \"…\""),
        ("expected usize", "a whole number was expected"),
        ("expected a boolean", "true or false was expected"),
        ("expected a map", "a table was expected: { … }"),
    ];
    let plain = words.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to));
    let before = text.get(..offset).unwrap_or_default().trim_end();
    let key = before.strip_suffix('=').map(|before| before.trim_end());
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    match key.and_then(|before| before.rsplit(|c| !is_name(c)).next()) {
        Some(key) if !key.is_empty() => format!("`{key}`: {plain}"),
        _ => plain,
    }
}

/// Notes which settings the hosts of the table's addresses are made of.
fn find_address_parts(file: &mut VendorTable) {
    let calls = CallType::ALL.into_iter().filter_map(|call| file.call.get(call));
    let urls = calls.flat_map(|call| &call.request).map(|request| &request.url);
    let urls = urls.chain(file.transport.as_ref().map(|transport| &transport.url));
    for (key, part) in urls.flat_map(|url| settings_in_host(url.get_ref())) {
        for setting in file.setting.iter_mut().filter(|setting| setting.key == key) {
            setting.address_part = setting.address_part.max(part);
        }
    }
}

/// Reads a vendor's table.
pub(crate) fn parse(text: &TableText<'_>) -> Result<VendorTable, TableError> {
    let mut file: VendorTable = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        TableError::at(text, offset, plain(text, offset, error.message()))
    })?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if file.name.get_ref().is_empty() || !file.name.get_ref().chars().all(good) {
        let message = "`name` is made of lower-case letters, digits, `-` and `_`";
        return Err(TableError::word(text, &file.name, message));
    }
    if !(1..=3).contains(&file.short.get_ref().chars().count()) {
        let message = "`short` is the head of a column: one to three characters";
        return Err(TableError::word(text, &file.short, message));
    }
    find_address_parts(&mut file);
    if file.setting.iter().any(|setting| setting.key == ONLY) {
        let at = text.find(ONLY).unwrap_or(0);
        let message = format!("`{ONLY}` is a setting that every vendor has");
        return Err(TableError::at(text, at, message));
    }
    file.setting.push(SettingDef::only());
    Ok(file)
}
