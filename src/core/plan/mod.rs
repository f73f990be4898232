//! Plans: the calls that are expected, and their required content. A plan is written by hand as a
//! plan file, exported from a service as a tracking plan, or learned from a good recording.
//!
//! A [`Plan`] has two parts. Its list of [`Expectation`]s names the events that must arrive, how
//! often, and with which ids; the engine counts the calls of each. Its rules are JSON Schemas for
//! the content of the calls of each event; [`check`] applies them to every call.

mod call_json;
mod check;
mod learn;
mod number_text;
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
pub use schema::properties_member;
pub use source::MAX_PLAN_BYTES;
pub use toml_file::PlanError;

use crate::call::CallType;
use rules::PlanRules;
use std::sync::Arc;

/// The maximum number of events in a plan.
pub const MAX_EXPECTED: usize = 2_000;

/// The two ids that a plan may require, as plans and call records name them: account and user.
pub const ID_NAMES: [&str; 2] = ["account_id", "user_id"];

/// The number of calls of an event that must arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRange {
    /// The minimum.
    pub min: u64,
    /// The maximum, if there is one.
    pub max: Option<u64>,
}

impl CountRange {
    /// Returns a range without a maximum.
    pub fn at_least(min: u64) -> CountRange {
        CountRange { min, max: None }
    }

    /// The range of an event that must not be sent.
    pub const NEVER: CountRange = CountRange { min: 0, max: Some(0) };

    /// Returns whether the event must not be sent.
    pub fn is_never(self) -> bool {
        self.max == Some(0)
    }

    /// Returns whether the plan is met if no call arrives.
    pub fn is_optional(self) -> bool {
        self.min == 0
    }
}

/// An event that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The type of its calls.
    pub kind: CallType,
    /// The event, or the name of a page or a screen; `None` for all calls of the type that have no
    /// entry of their own.
    pub name: Option<String>,
    /// The ids of [`ID_NAMES`] that each call must have.
    pub ids: [bool; 2],
    /// The number of calls that must arrive.
    pub count: CountRange,
}

impl Expectation {
    /// Returns the entry of an event that need not arrive, because a tracking plan lists all events
    /// that an app may send.
    pub(crate) fn optional(kind: CallType, name: Option<String>) -> Expectation {
        Expectation { kind, name, ids: [false; 2], count: CountRange::at_least(0) }
    }

    /// Returns the type and the name, for messages.
    pub fn title(&self) -> String {
        title(self.kind, self.name.as_deref())
    }

    /// Returns the names of the required ids.
    pub fn id_names(&self) -> impl Iterator<Item = &'static str> {
        ID_NAMES.into_iter().zip(self.ids).filter(|(_, wanted)| *wanted).map(|(name, _)| name)
    }
}

fn title(kind: CallType, name: Option<&str>) -> String {
    let kind = kind.name();
    name.map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"))
}

/// All expected events, each type and name once, and the rules about their content.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The events, in the order in which they are shown.
    pub list: Vec<Expectation>,
    /// The rules about the content of calls.
    rules: Arc<PlanRules>,
}

impl Plan {
    /// Creates a plan without rules about properties.
    pub fn from_events(list: Vec<Expectation>) -> Plan {
        let rules = Arc::new(PlanRules::from_names(&list));
        Plan { list, rules }
    }
}

/// Returns whether calls of a type have a name by which a plan distinguishes them.
fn is_named(kind: CallType) -> bool {
    matches!(kind, CallType::Track | CallType::Page | CallType::Screen)
}

#[cfg(test)]
mod tests;
