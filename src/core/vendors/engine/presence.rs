//! The kind of value at a place of a call, in a few bits.

use crate::call::{JsonKind, Val};

/// The kind of value at a slot. For most rules, this shows that they report nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Presence {
    /// There is no value.
    #[default]
    Absent,
    Null,
    False,
    True,
    Number,
    /// A text that begins with a visible ASCII character and so is not blank.
    Filled,
    /// Any other text.
    Text,
    Array,
    Object,
}

/// A set of kinds.
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

    /// Returns the kind of a value.
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
    /// Returns true if a kind is in the set.
    #[inline]
    pub fn has(self, state: Presence) -> bool {
        self.0 >> state as u16 & 1 == 1
    }
}
