//! What a finding is: one thing about a call that a developer should know.

pub mod advice;
mod compared;
pub mod doubtful_ids;
mod finding_texts;
pub mod fixes;
pub mod identity;
pub(crate) mod near_misses;
mod near_names;
pub(crate) mod service_discards;
mod verdict;

pub use crate::findings::finding_texts::{
    CodeText, FindingTexts, ListedIn, ListedPart, Loudness, ValueChange, common, family, fill,
    fill_into, is_said_once,
};
pub use crate::findings::near_misses::hints;
pub(crate) use crate::findings::near_misses::in_json_text;
pub use crate::findings::near_names::{names_an_id, norm};
pub use crate::findings::service_discards::{discards, finding_for_discard, finding_for_remark};
pub use verdict::{Effect, Severity, Verdict, VerdictCounts};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// True for a code about the call itself, whoever reads it; the codes of what a service does to a call
/// are in small letters.
pub fn is_of_call(code: &str) -> bool {
    code.starts_with(|first: char| first.is_ascii_uppercase())
}

/// True for a code about a violation of the plan.
pub fn is_of_plan(code: &str) -> bool {
    discards().get(code).is_some_and(|text| text.of_plan)
}

/// One finding about one call (`docs/specs/vendors.md` A.3).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The code, such as `EVT-TYPE-MISSING`.
    pub code: Cow<'static, str>,
    /// How bad it is; fixed for each code.
    pub severity: Severity,
    /// What it does to the call; fixed for each code.
    pub effect: Effect,
    /// The vendor that it is about; none for what Segment itself does.
    pub vendor: Option<String>,
    /// JSON pointer into the call (with its derived fields), or to where a field was expected.
    pub path: String,
    /// What is so about this call, in a sentence.
    pub message: String,
    /// Why that matters, naming the document that says so.
    pub why: String,
    /// What stands at `path`, for codes about a missing identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Near misses, for codes about a missing identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hints: Option<Vec<Hint>>,
    /// The account that was inferred from earlier calls; the inner option is JSON's null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inferred: Option<Option<String>>,
    /// What earlier calls of the same user say about an account that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
    /// The part of the message that points at the first near miss.
    #[serde(skip)]
    pub advice: Option<String>,
    /// What to change.
    pub fix: String,
    /// Where the rule was read: `document`, `public: …` or `ours`.
    pub source: Cow<'static, str>,
    /// The id that it says is missing, as the vendor's table has it.
    #[serde(skip)]
    pub headline: Option<Headline>,
    /// The id that it says is not a string, as the vendor's table has it.
    #[serde(skip)]
    pub mistyped: Option<Id>,
}

impl Finding {
    /// The id that the call is said to lack, however loudly.
    pub fn lacks(&self) -> Option<Id> {
        self.headline.map(Headline::id)
    }
}

/// What stands where an identity was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// nothing
    Absent,
    /// `null`
    Null,
    /// an empty text, or only white space
    Empty,
    /// a value of a type that cannot be an identity
    Type,
}

/// A value close to where an identity was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// JSON pointer of the value.
    pub path: String,
    /// How it is close.
    pub kind: HintKind,
}

/// How a near miss is close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HintKind {
    /// right place, same name but for case and separators
    Spelling,
    /// same name in another place
    Level,
    /// another name for the same thing
    Alias,
    /// the `anonymousId`
    Anonymous,
    /// further down, in an object or a list
    Nested,
    /// a misspelled or shortened name
    Typo,
}

/// Which of the two ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Id {
    /// the account id
    Account,
    /// the user id
    User,
}

impl Id {
    /// The name that the call record uses.
    pub fn name(self) -> &'static str {
        match self {
            Id::Account => "account_id",
            Id::User => "user_id",
        }
    }
}

/// How loudly a code says that an id is missing. The vendor's table states it for each code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// The vendor in use misses the id.
    Strong(Id),
    /// The id is absent or doubtful, and the call still goes through.
    Weak(Id),
}

impl Headline {
    /// The id.
    pub fn id(self) -> Id {
        match self {
            Headline::Strong(id) | Headline::Weak(id) => id,
        }
    }
}
