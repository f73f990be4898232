//! A call with its derived fields laid over it.

use super::{ObjectShape, Val, pointer};

/// What a destination sees: the call as it came, and over it the fields that the service adds or
/// merges (`receivedAt`, `timestamp`, a merged `context`, …). JSON pointers of findings mean this.
#[derive(Clone, Copy, Debug)]
pub struct Event<'d> {
    /// The call exactly as it came.
    pub call: Val<'d>,
    /// An object of derived members, each hiding the call's own member of that name.
    pub derived: Option<Val<'d>>,
    /// The service in front of the destinations passes the call on to none of them.
    pub discarded: bool,
    /// The shape of the call with its derived fields; none where nobody found it out.
    pub shape: Option<ObjectShape>,
}

impl<'d> Event<'d> {
    /// A call to which nothing is added.
    pub fn bare(call: Val<'d>) -> Event<'d> {
        Event { call, derived: None, discarded: false, shape: None }
    }

    /// The top-level member of that name.
    pub fn get(&self, name: &str) -> Option<Val<'d>> {
        self.derived.and_then(|derived| derived.get(name)).or_else(|| self.call.get(name))
    }

    /// The top-level members: the call's own in their order (a hidden one gives way to the derived
    /// one in its place), then what is only derived.
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

    /// The value at a JSON pointer; the empty pointer has no single value here.
    pub fn pointer(&self, path: &str) -> Option<Val<'d>> {
        let mut tokens = pointer::tokens(path);
        let first = self.get(&tokens.next()?)?;
        tokens.try_fold(first, |value, token| match value.kind() {
            super::JsonKind::Array => value.index(pointer::index(&token)?),
            _ => value.get(&token),
        })
    }
}
