//! What stands at a place of a call, in a few bits.

use crate::call::{Kind, Val};

/// What stands at a spot: enough for most rules to pass on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum State {
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
pub(crate) struct States(u16);

impl State {
    pub const ALL: [State; 9] = [
        State::Absent,
        State::Null,
        State::False,
        State::True,
        State::Number,
        State::Filled,
        State::Text,
        State::Array,
        State::Object,
    ];

    /// What a value is.
    #[inline]
    pub fn of(value: Val<'_>) -> State {
        match value.kind() {
            Kind::Null => State::Null,
            Kind::False => State::False,
            Kind::True => State::True,
            Kind::Number => State::Number,
            Kind::String if value.is_plainly_filled() => State::Filled,
            Kind::String => State::Text,
            Kind::Array => State::Array,
            Kind::Object => State::Object,
        }
    }
}

impl FromIterator<State> for States {
    fn from_iter<I: IntoIterator<Item = State>>(states: I) -> States {
        States(states.into_iter().fold(0, |bits, state| bits | 1 << state as u16))
    }
}

impl States {
    /// True if a state is in the set.
    #[inline]
    pub fn has(self, state: State) -> bool {
        self.0 >> state as u16 & 1 == 1
    }
}
