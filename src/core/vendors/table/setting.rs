//! What a table says of a setting.

use serde::{Deserialize, Serialize};

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

/// What a setting is of the address of a vendor's requests; the later ones allow less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressPart {
    /// nothing, or a part behind the host
    #[default]
    None,
    /// the address, or all of it before the path
    Base,
    /// the whole host
    Host,
    /// one part of the host's name, or a piece of one
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
    /// What it is of the addresses in the vendor's table.
    #[serde(skip)]
    pub(crate) address_part: AddressPart,
}

impl SettingDef {
    /// The setting that every vendor has.
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
