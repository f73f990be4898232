//! What calls are expected, and what each of them must hold: written by hand as a plan file, kept by
//! a service as a tracking plan, or learned from a good recording.
//!
//! A [`Plan`] has two parts. Its list of [`Expectation`]s says which events must come, how often and
//! with which ids; [`crate::engine`] counts how what came stands to it. Its rules say what the calls
//! of each event hold: JSON Schemas, which [`check`] applies to every call when it is judged.

mod call_json;
mod check;
mod learn;
mod places;
mod rudder;
mod rudder_yaml;
mod rules;
mod schema;
mod schema_folder;
mod segment;
mod source;
mod toml_event;
mod toml_file;
mod toml_properties;
mod violations;
mod write_toml;

pub use check::{PlanCode, PlanOutcome};
pub use learn::PropertyLearner;
pub use places::PlanPlace;
pub use source::MAX_PLAN_BYTES;
pub use toml_file::PlanError;

use crate::call::CallType;
use rules::PlanRules;
use std::sync::Arc;

/// A plan has no more entries.
pub const MAX_EXPECTED: usize = 2_000;

/// The two ids that may be expected, as plans and records name them: account and user.
pub const ID_NAMES: [&str; 2] = ["account_id", "user_id"];

/// How many calls of an event must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRange {
    /// At least so many.
    pub min: u64,
    /// At most so many, where there is a limit.
    pub max: Option<u64>,
}

impl CountRange {
    /// At least so many.
    pub fn at_least(min: u64) -> CountRange {
        CountRange { min, max: None }
    }

    /// None at all: the event must not be sent.
    pub const NEVER: CountRange = CountRange { min: 0, max: Some(0) };

    /// Whether the event must not be sent.
    pub fn is_never(self) -> bool {
        self.max == Some(0)
    }

    /// Whether the plan is met if none come.
    pub fn is_optional(self) -> bool {
        self.min == 0
    }
}

/// Calls that are expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Their type.
    pub kind: CallType,
    /// The event, or the name of a page or a screen; without one any call of the type that has no
    /// entry of its own.
    pub name: Option<String>,
    /// Which of [`ID_NAMES`] each of them must have.
    pub ids: [bool; 2],
    /// So many must come.
    pub count: CountRange,
}

impl Expectation {
    /// Calls of a tracking plan, which lists all that an app may send: none of them need come.
    pub(crate) fn optional(kind: CallType, name: Option<String>) -> Expectation {
        Expectation { kind, name, ids: [false; 2], count: CountRange::at_least(0) }
    }

    /// The type and the name, as a person says them.
    pub fn title(&self) -> String {
        title(self.kind, self.name.as_deref())
    }

    /// The ids that are expected, by name.
    pub fn id_names(&self) -> impl Iterator<Item = &'static str> {
        ID_NAMES.into_iter().zip(self.ids).filter(|(_, wanted)| *wanted).map(|(name, _)| name)
    }
}

fn title(kind: CallType, name: Option<&str>) -> String {
    let kind = kind.name();
    name.map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"))
}

/// All that is expected, each type and name once.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The entries, in the order in which they are shown.
    pub list: Vec<Expectation>,
    /// What the calls of each hold.
    rules: Arc<PlanRules>,
}

impl Plan {
    /// A plan that says nothing of properties.
    pub fn from_events(list: Vec<Expectation>) -> Plan {
        let rules = Arc::new(PlanRules::from_names(&list));
        Plan { list, rules }
    }
}

/// Whether a call of a type has a name that a plan can tell it by.
fn is_named(kind: CallType) -> bool {
    matches!(kind, CallType::Track | CallType::Page | CallType::Screen)
}

#[cfg(test)]
mod tests;
