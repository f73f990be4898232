//! What calls are expected: written by hand as a plan file, or learned from a good recording. How
//! what came stands to it is worked out by [`crate::engine::counts`].

mod read;
mod write;

pub use read::PlanError;

use crate::call::CallType;

/// A plan has no more entries.
pub const MOST_EXPECTED: usize = 2_000;

/// The two ids that may be expected, as plans and records name them: account and user.
pub const ID_NAMES: [&str; 2] = ["account_id", "user_id"];

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
    pub least: u64,
}

impl Expectation {
    /// The type and the name, as a person says them.
    pub fn title(&self) -> String {
        let kind = self.kind.name();
        self.name.as_ref().map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"))
    }

    /// The ids that are expected, by name.
    pub fn id_names(&self) -> impl Iterator<Item = &'static str> {
        ID_NAMES.into_iter().zip(self.ids).filter(|(_, wanted)| *wanted).map(|(name, _)| name)
    }
}

/// All that is expected, each type and name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The entries, in the order in which they are shown.
    pub list: Vec<Expectation>,
}

/// Whether a call of a type has a name that a plan can tell it by.
fn is_named(kind: CallType) -> bool {
    matches!(kind, CallType::Track | CallType::Page | CallType::Screen)
}
