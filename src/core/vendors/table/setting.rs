//! The part of a vendor's table about one setting.

use serde::{Deserialize, Serialize};

/// The kind of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// A text; a blank text counts as not set.
    Text,
    /// A text that is never shown.
    Secret,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A list of texts.
    Texts,
    /// A list of ids: texts or numbers, compared as text.
    Ids,
    /// A list of tables.
    Tables,
    /// A table of texts; null removes an entry.
    Map,
}

/// The part that a setting supplies of the address of a vendor's requests. Later variants allow
/// fewer values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressPart {
    /// No part, or a part after the host.
    #[default]
    None,
    /// The whole address, or all of it before the path.
    Base,
    /// The whole host.
    Host,
    /// One label of the host's name, or a part of a label.
    Label,
}

/// The setting that every vendor has: a destination filter.
pub(crate) const ONLY: &str = "only";

/// One setting of a vendor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingDef {
    /// Its name under `[vendors.NAME]`.
    pub key: String,
    /// The kind of its value.
    #[serde(rename = "type")]
    pub kind: SettingKind,
    /// The value if it is not set.
    pub default: Option<toml::Value>,
    /// The value that the vendor's document recommends, offered as a suggestion.
    pub preset: Option<toml::Value>,
    /// A description of the setting in one line.
    pub doc: String,
    /// The valid texts; empty if all are valid.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The names that a table in it may have; names that end in `?` are optional.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The part that it supplies of the addresses in the vendor's table.
    #[serde(skip)]
    pub(crate) address_part: AddressPart,
}

impl SettingDef {
    /// Makes the setting that every vendor has.
    pub(crate) fn only() -> SettingDef {
        SettingDef {
            key: ONLY.to_owned(),
            kind: SettingKind::Text,
            default: None,
            preset: None,
            doc: "your destination filter in Segment: only calls that pass it are sent, as `type = \"track\" and event != \"Heartbeat\"`".to_owned(),
            one_of: Vec::new(),
            fields: Vec::new(),
            address_part: AddressPart::None,
        }
    }
}
