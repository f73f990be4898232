//! A call overlaid with its derived fields.

use super::{ObjectShape, Val, pointer};

/// A call as a destination sees it: as received, overlaid with the fields that the service adds or
/// merges (`receivedAt`, `timestamp`, a merged `context`, …). The JSON pointers of findings refer
/// to this.
#[derive(Clone, Copy, Debug)]
pub struct Event<'d> {
    /// The call exactly as received.
    pub call: Val<'d>,
    /// The object of derived members, each of which hides the call's own member of that name.
    pub derived: Option<Val<'d>>,
    /// True if the service in front of the destinations passes the call on to none of them.
    pub discarded: bool,
    /// The shape of the call with its derived fields; `None` if it was not computed.
    pub shape: Option<ObjectShape>,
    /// The times that the service still adds, and that are not known here.
    pub unknown_times: UnknownTimes,
}

/// The times that the service adds to a call when it arrives, and that nobody knows before: those of
/// a call from a file that has no time and has not been through the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownTimes {
    /// None: the call has a time.
    #[default]
    None,
    /// `receivedAt` and `timestamp`.
    Timestamp,
    /// `receivedAt`, `timestamp` and `originalTimestamp`.
    All,
}

impl<'d> Event<'d> {
    /// Creates an event without derived fields.
    pub fn bare(call: Val<'d>) -> Event<'d> {
        Event {
            call,
            derived: None,
            discarded: false,
            shape: None,
            unknown_times: UnknownTimes::None,
        }
    }

    /// Returns the top-level member of that name.
    pub fn get(&self, name: &str) -> Option<Val<'d>> {
        self.derived.and_then(|derived| derived.get(name)).or_else(|| self.call.get(name))
    }

    /// Returns the top-level members: the call's own in their order (a hidden one is replaced by
    /// the derived one), then those that are only derived.
    pub fn members(&self) -> impl Iterator<Item = Val<'d>> + '_ {
        let own = self.call.children().map(|member| {
            self.derived.and_then(|derived| derived.get(&member.key())).unwrap_or(member)
        });
        let added = self
            .derived
            .into_iter()
            .flat_map(|derived| derived.children())
            .filter(|member| self.call.get(&member.key()).is_none());
        own.chain(added)
    }

    /// Returns the value at a JSON pointer. For the empty pointer returns `None`, because an event
    /// is not a single value.
    pub fn pointer(&self, path: &str) -> Option<Val<'d>> {
        let mut tokens = pointer::tokens(path);
        let first = self.get(&tokens.next()?)?;
        tokens.try_fold(first, |value, token| match value.kind() {
            super::JsonKind::Array => value.index(pointer::index(&token)?),
            _ => value.get(&token),
        })
    }
}
