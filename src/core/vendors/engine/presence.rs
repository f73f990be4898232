//! What stands at a place of a call, in a few bits.

use crate::call::{JsonKind, Val};

/// What stands at a spot: enough for most rules to pass on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Presence {
    /// nothing
    #[default]
    Absent,
    Null,
    False,
    True,
    Number,
    /// a text that begins with a visible ASCII character, and so is not blank
    Filled,
    /// any other text
    Text,
    Array,
    Object,
}

/// A set of states.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PresenceMap(u16);

impl Presence {
    pub const ALL: [Presence; 9] = [
        Presence::Absent,
        Presence::Null,
        Presence::False,
        Presence::True,
        Presence::Number,
        Presence::Filled,
        Presence::Text,
        Presence::Array,
        Presence::Object,
    ];

    /// What a value is.
    #[inline]
    pub fn from_value(value: Val<'_>) -> Presence {
        match value.kind() {
            JsonKind::Null => Presence::Null,
            JsonKind::False => Presence::False,
            JsonKind::True => Presence::True,
            JsonKind::Number => Presence::Number,
            JsonKind::String if value.is_plainly_filled() => Presence::Filled,
            JsonKind::String => Presence::Text,
            JsonKind::Array => Presence::Array,
            JsonKind::Object => Presence::Object,
        }
    }
}

impl FromIterator<Presence> for PresenceMap {
    fn from_iter<I: IntoIterator<Item = Presence>>(states: I) -> PresenceMap {
        PresenceMap(states.into_iter().fold(0, |bits, state| bits | 1 << state as u16))
    }
}

impl PresenceMap {
    /// True if a state is in the set.
    #[inline]
    pub fn has(self, state: Presence) -> bool {
        self.0 >> state as u16 & 1 == 1
    }
}
