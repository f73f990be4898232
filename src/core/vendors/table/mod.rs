//! The form of a vendor's table, as in `assets/vendors/NAME.toml` and in a user's own file.

pub(crate) mod build;
pub(crate) mod build_calls;
pub(crate) mod build_field_rules;
mod call;
mod check_settings;
mod destination_filter;
pub(crate) mod example_files;
mod field;
pub(crate) mod id_codes;
mod setting;

pub use call::IdNeed;
pub(crate) use call::{
    BodyKind, CallDef, CallDefs, CaveatDef, CodeFieldDef, IdDef, RequestDef, RestDef,
};
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

/// A name, pointer or code with its position, for errors.
pub(crate) type Word = Spanned<String>;

/// The service that feeds a vendor. Calls of the other service's libraries are not judged for the
/// vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FedBy {
    /// Segment.
    Segment,
    /// RudderStack.
    Rudderstack,
    /// Segment and RudderStack.
    Both,
    /// Any sender.
    Any,
}

/// The fidelity of the shown requests to those that the vendor gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// A request of the vendor's public API that writes what the vendor's own connection writes.
    Equivalent,
    /// Exactly the requests that are sent.
    Wire,
}

/// The handling of a call's numbers before they reach the vendor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NumberRule {
    /// Numbers are not changed.
    #[default]
    Kept,
    /// A service in JavaScript parses and serializes them.
    Javascript,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorTable {
    pub name: Word,
    pub title: String,
    /// The head of the vendor's column: one to three characters.
    pub short: Word,
    /// The prefix of the vendor's finding codes.
    pub prefix: Word,
    /// The vendor's document, named so that a user can find it.
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
    /// A note about the vendor for the user.
    pub note: Option<String>,
    /// The objects that the vendor pushes to Segment, if it does so.
    pub pushes: Option<PushesDef>,
    /// The headers of every mapped request that does not define its own.
    #[serde(default)]
    pub headers: BTreeMap<String, Word>,
    #[serde(default)]
    pub setting: Vec<SettingDef>,
    pub transport: Option<CarrierDef>,
    pub call: CallDefs,
    #[serde(default)]
    pub code: FindingTexts,
    /// Lists and tables that only the vendor's own code reads ([`RuleParts::data`]).
    ///
    /// [`RuleParts::data`]: crate::vendors::rules::RuleParts::data
    pub data: Option<Spanned<toml::Table>>,
}

/// The objects that a vendor pushes to Segment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PushesDef {
    /// The occasion for a push, in a sentence.
    pub when: String,
    /// The setting that the ids of pushed companies may fill: a list of ids.
    pub fills: Option<Word>,
    /// The source of this information.
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarrierDef {
    pub method: String,
    pub url: Word,
    #[serde(default)]
    pub headers: BTreeMap<String, Word>,
    /// The source of this information.
    pub source: String,
}

/// An error in a vendor's table, with its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct TableError {
    /// The line, from 1.
    pub line: usize,
    /// The problem and the key that it is about.
    pub message: String,
}

/// The text of a vendor's table. The starts of its lines are found once, for the first error.
#[derive(Debug)]
pub(crate) struct TableText<'t> {
    text: &'t str,
    lines: OnceLock<LineStarts>,
}

impl<'t> TableText<'t> {
    pub(crate) fn new(text: &'t str) -> TableText<'t> {
        TableText { text, lines: OnceLock::new() }
    }

    pub(crate) fn line_of(&self, at: usize) -> usize {
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
    /// Makes an error at a byte of the file.
    pub(crate) fn at(
        text: &TableText<'_>,
        offset: usize,
        message: impl Into<String>,
    ) -> TableError {
        TableError { line: text.line_of(offset), message: message.into() }
    }

    /// Makes an error at a word of the file.
    pub(crate) fn word(
        text: &TableText<'_>,
        word: &Word,
        message: impl Into<String>,
    ) -> TableError {
        TableError::at(text, word.span().start, message)
    }
}

/// Rewrites a message of the TOML parser in the words of the template, with the key that it is
/// about.
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

/// Records in each setting which part of the table's addresses it supplies.
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

/// Parses a vendor's table.
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
