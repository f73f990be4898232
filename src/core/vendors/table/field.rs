//! The part of a vendor's table about one field of a request: its sources and its valid values.

use crate::vendors::table::Word;
use serde::{Deserialize, Serialize};

/// The values that a field takes, and the handling of other values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// Any value except null, unchanged.
    #[default]
    Any,
    /// A value that is true in JavaScript, unchanged; other values count as missing.
    Truthy,
    /// A text that is not blank; other values count as missing.
    Text,
    /// A text, which may be empty. A number is converted to text; other values are left out.
    String,
    /// A text, number or boolean; objects and lists are left out.
    Scalar,
    /// A number; other values are left out.
    Number,
    /// A number. A numeric text is converted; other values are left out.
    Numeric,
    /// A whole number of at least 0; other values are replaced with the default.
    Count,
    /// A valid ISO-8601 text; other values are left out.
    Date,
    /// A boolean; any other value is converted: nonzero whole numbers (also as text) and the text
    /// `true` to true, the rest to false.
    Bool,
    /// An object, unchanged; other values are replaced with the default.
    Object,
}

/// A check of a value that is sent even if the check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// The value is a valid ISO-8601 text.
    Date,
    /// The value is a number or a numeric text.
    Numeric,
    /// The value is a number.
    Number,
    /// The value is a boolean.
    Boolean,
    /// The value is a text.
    String,
}

impl Check {
    /// Returns the expected value in words that complete "send it as …".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Check::Date => "a date like 2024-05-01T09:00:00Z",
            Check::Numeric | Check::Number => "a number",
            Check::Boolean => "true or false",
            Check::String => "a string",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldDef {
    /// The place of the field: a pointer into the body.
    pub to: Word,
    /// The sources of the value, in order: pointers into the call, `@account`, `@user`, `@session`,
    /// `@time` (the text of the event time), or a name that the vendor's code sets.
    #[serde(default)]
    pub from: Vec<Word>,
    /// A fixed value.
    pub value: Option<toml::Value>,
    /// A place of the call or an id: the field is sent only if it is present and not null.
    pub only_with: Option<Word>,
    #[serde(default)]
    pub take: Take,
    pub check: Option<Check>,
    /// The maximum number of characters; a longer text is cut.
    pub max: Option<usize>,
    /// A list setting that should hold the value.
    pub one_of: Option<Word>,
    /// The value that is sent if no source has a usable value.
    pub default: Option<toml::Value>,
    /// The text setting that is sent if no source has a usable value; it has priority over
    /// `default`.
    pub default_setting: Option<Word>,
    /// Other names in the same object that are probably meant to be this field. Names that differ
    /// only by case and signs need not be listed.
    #[serde(default)]
    pub near: Vec<String>,
    /// The code if no source has a usable value.
    pub missing: Option<Word>,
    /// The code if a recommended value is absent, null or blank; a blank value is still sent.
    pub recommended: Option<Word>,
    /// The code for a value of another type.
    #[serde(rename = "type")]
    pub kind: Option<Word>,
    /// The code for a value that fails the check, or is not a date.
    pub invalid: Option<Word>,
    /// The code for a text that is cut to `max`.
    pub long: Option<Word>,
    /// The code for a count of 0.
    pub zero: Option<Word>,
    /// The code for a value that is not in the `one_of` list.
    pub unknown: Option<Word>,
    /// The source of this field's rules, if not that of the call.
    pub source: Option<String>,
}
