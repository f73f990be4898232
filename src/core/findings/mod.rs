//! Findings: each is one thing about a call that a developer should know.

pub mod advice;
mod compared;
pub mod doubtful_ids;
mod finding_texts;
pub mod fixes;
pub mod identity;
pub(crate) mod near_misses;
mod near_names;
mod printed_values;
pub(crate) mod quantities;
pub(crate) mod service_discards;
mod shares;
mod verdict;

pub use crate::findings::finding_texts::{
    CodeText, FindingTexts, ListedIn, ListedPart, Loudness, ValueChange, common, family, fill,
    fill_into, is_said_once,
};
pub use crate::findings::near_misses::hints;
pub(crate) use crate::findings::near_misses::{in_json_text, misnamed_container};
pub(crate) use crate::findings::near_names::ends_as_id;
pub use crate::findings::near_names::{names_an_id, norm};
pub use crate::findings::service_discards::{discards, finding_for_discard, finding_for_remark};
pub use crate::findings::shares::{fine_share, share};
pub use verdict::{Effect, Severity, Verdict, VerdictCounts};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Returns true for a code about the call itself, in upper case. Codes about the effect of a
/// service on a call are in lower case.
pub fn is_of_call(code: &str) -> bool {
    code.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Returns true for a code about a violation of the plan.
pub fn is_of_plan(code: &str) -> bool {
    discards().get(code).is_some_and(|text| text.of_plan)
}

/// One finding about one call (`docs/specs/vendors.md` A.3).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The code, such as `EVT-TYPE-MISSING`.
    pub code: Cow<'static, str>,
    /// The severity, which is fixed for each code.
    pub severity: Severity,
    /// The effect on the call, which is fixed for each code.
    pub effect: Effect,
    /// The vendor that it is about; `None` if it does not depend on a vendor.
    pub vendor: Option<String>,
    /// JSON pointer into the call (with its derived fields), or to the place of an expected field.
    pub path: String,
    /// The finding about this call, in a sentence.
    pub message: String,
    /// The reason why it matters, with the name of the document.
    pub why: String,
    /// The reason why the value at `path` is not an id, for codes about a missing id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The near misses, for codes about a missing id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hints: Option<Vec<Hint>>,
    /// The account that was inferred from earlier calls; the inner option is JSON's null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inferred: Option<Option<String>>,
    /// Information from earlier calls of the same user about a missing account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
    /// The part of the message about the first near miss.
    #[serde(skip)]
    pub advice: Option<String>,
    /// The fix.
    pub fix: String,
    /// The source of the rule: `document`, `public: …` or `ours`.
    pub source: Cow<'static, str>,
    /// The id that it reports as missing, according to the vendor's table.
    #[serde(skip)]
    pub headline: Option<Headline>,
    /// The id that it reports as not being a string, according to the vendor's table.
    #[serde(skip)]
    pub mistyped: Option<Id>,
    /// True if no value at `path` removes the finding, because a setting of the vendor decides. Its
    /// fix then names the setting, and no corrected call is made for it.
    #[serde(skip)]
    pub needs_setting: bool,
}

impl Finding {
    /// Returns the id that the finding reports as missing, strongly or weakly.
    pub fn lacks(&self) -> Option<Id> {
        self.headline.map(Headline::id)
    }
}

/// The reason why a value at the expected place is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// There is no value.
    Absent,
    /// The value is null.
    Null,
    /// The value is an empty text, or only white space.
    Empty,
    /// The value has a type that cannot be an id.
    Type,
}

/// A value whose name or place is close to that of an expected id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// JSON pointer of the value.
    pub path: String,
    /// The kind of similarity.
    pub kind: HintKind,
}

/// The kind of similarity of a near miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HintKind {
    /// The expected place, and the same name except for case and separators.
    Spelling,
    /// The wanted name at another place.
    Level,
    /// Another name for the same thing.
    Alias,
    /// The `anonymousId`.
    Anonymous,
    /// A value at a deeper level, in an object or a list.
    Nested,
    /// A misspelled or shortened name.
    Typo,
}

/// One of the two ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Id {
    /// The account id.
    Account,
    /// The user id.
    User,
}

impl Id {
    /// Returns the name that the call record uses.
    pub fn name(self) -> &'static str {
        match self {
            Id::Account => "account_id",
            Id::User => "user_id",
        }
    }
}

/// The id that a code reports as missing, and the weight of that. The vendor's table states both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// The id counts as missing if the vendor is in use.
    Strong(Id),
    /// The id is absent or doubtful, but the call is still accepted.
    Weak(Id),
}

impl Headline {
    /// Returns the id.
    pub fn id(self) -> Id {
        match self {
            Headline::Strong(id) | Headline::Weak(id) => id,
        }
    }
}
