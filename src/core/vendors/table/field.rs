//! What a table says of a field of a request: where it comes from, and what it may be.

use crate::vendors::table::Word;
use serde::{Deserialize, Serialize};

/// Which values a field takes, and what it makes of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// anything but null, as it came
    #[default]
    Any,
    /// what JavaScript takes for true, as it came; else it is missing
    Truthy,
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
    pub(crate) fn words(self) -> &'static str {
        match self {
            Check::Date => "an ISO-8601 date, like 2024-05-01T09:00:00Z",
            Check::Numeric | Check::Number => "a number",
            Check::Boolean => "true or false",
            Check::String => "a string",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldDef {
    /// Where it goes: a pointer into the body.
    pub to: Word,
    /// Where it comes from, in order: pointers into the call, or `@account`, `@user`, `@session`,
    /// `@time` (the event time's text), or a name that the vendor's code sets.
    #[serde(default)]
    pub from: Vec<Word>,
    /// A value that is always the same.
    pub value: Option<toml::Value>,
    /// It is sent only if this is there, and not null: a place of the call or an id.
    pub only_with: Option<Word>,
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
    /// Names beside its own that are probably meant for it, in the same object; names that differ
    /// from its own by case and signs alone need no mention.
    #[serde(default)]
    pub near: Vec<String>,
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
