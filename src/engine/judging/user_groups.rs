//! Remembers the groups of users, to explain why a later call of such a user has no account.
//!
//! Only group calls are remembered, and for each user only changes of the group, each with its
//! call. Therefore the group that was known before a call is the same whenever it is computed.

use crate::call::time::{Millis, NO_TIME};
use crate::call::{CallType, Event, Seq, Val, text::visible_id};
use crate::engine::rows::call_fields;
use crate::findings::doubtful_ids::names_nobody;
use crate::findings::identity::{ValueRule, id_of};
use hashbrown::HashMap;
use std::borrow::Cow;

/// The maximum number of bytes of all entries.
const MAX_BYTES: usize = 32 << 20;

/// The memory of one entry besides its texts.
const ENTRY_BYTES: usize = 96;

/// The maximum time, in milliseconds, by which a call may have a later time of arrival than the next
/// call. Requests that arrive together are numbered in the order in which they are recorded.
const MAX_DISORDER_MS: i64 = 1_000;

/// The group that a call's user was last seen with before the call.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SeenGroup {
    /// The `groupId` of the group call.
    pub group_id: String,
    /// The number of the call that changed the user's group to this one.
    pub seq: u64,
    /// The time between the arrival of that call and of the later one, in milliseconds; `None` if
    /// one of the two is not known.
    pub ms_before: Option<i64>,
}

impl SeenGroup {
    /// Explains why a later call of this type has no account although the user has a group.
    pub fn history(&self, kind: CallType) -> String {
        let ago = match self.ms_before {
            None => "earlier".to_owned(),
            Some(ms) if ms < 1000 => "less than a second earlier".to_owned(),
            Some(ms) if ms < 120_000 => format!("{} s earlier", ms / 1000),
            Some(ms) if ms < 7_200_000 => format!("{} min earlier", ms / 60_000),
            Some(ms) => format!("{} h earlier", ms / 3_600_000),
        };
        let group = visible_id(&self.group_id);
        let called = format!("group `{group}` was called {ago} (call {})", self.seq);
        match kind {
            CallType::Group => called,
            kind => format!("{called}; SDKs do not attach it to {} calls", kind.name()),
        }
    }
}

/// The groups of users, and of visitors (anonymous ids).
#[derive(Debug, Default)]
pub(crate) struct UserGroups {
    /// The groups by user id, and by anonymous id, each in the order of the calls.
    groups: [HashMap<Box<str>, Vec<UserGroup>>; 2],
    /// The approximate memory of all entries.
    bytes: usize,
}

/// A group, the call that named it, and the time at which that call arrived.
#[derive(Debug)]
struct UserGroup {
    seq: Seq,
    received_at: Millis,
    group: Box<str>,
}

impl UserGroups {
    /// Remembers the group of a group call; other calls change nothing. Only a change of the group
    /// needs the time at which the call arrived.
    pub fn learn(
        &mut self,
        event: &Event<'_>,
        kind: Option<CallType>,
        seq: Seq,
        received_at: impl Fn() -> Millis,
    ) {
        if kind != Some(CallType::Group) {
            return;
        }
        let group = usable(event.get("groupId")).filter(|group| !names_nobody(group));
        let Some(group) = group else { return };
        for (groups, key) in self.groups.iter_mut().zip(ids(event)) {
            let Some(key) = key else { continue };
            let known = groups.get(&*key).and_then(|groups| groups.last());
            if known.is_some_and(|last| *last.group == *group) {
                continue;
            }
            let bytes = ENTRY_BYTES + key.len() + group.len();
            if self.bytes + bytes > MAX_BYTES {
                continue;
            }
            self.bytes += bytes;
            let known = UserGroup { seq, received_at: received_at(), group: (&*group).into() };
            // most users have one group; the first push to an empty list would allocate four
            let groups = groups.entry(key.as_ref().into());
            groups.or_insert_with(|| Vec::with_capacity(1)).push(known);
        }
    }

    /// Returns the group that the call's user, or else its visitor, was last seen with before the
    /// call. `now` is the time at which the call arrived. A file may have its calls in any order, so
    /// group calls with a later time are left out.
    pub fn before(&self, event: &Event<'_>, seq: Seq, now: Millis) -> Option<SeenGroup> {
        self.groups.iter().zip(ids(event)).find_map(|(groups, key)| {
            let groups = groups.get(&*key?)?;
            let ms_before = |known: &UserGroup| {
                (now != NO_TIME && known.received_at != NO_TIME).then(|| now - known.received_at)
            };
            let is_earlier = |known: &&UserGroup| {
                known.seq < seq && ms_before(known).is_none_or(|ms| ms > -MAX_DISORDER_MS)
            };
            let earlier = groups.iter().rev().find(is_earlier);
            earlier.map(|known| SeenGroup {
                group_id: known.group.to_string(),
                seq: known.seq.0,
                ms_before: ms_before(known),
            })
        })
    }
}

/// Returns a value as an id, if it can be one.
fn usable(value: Option<Val<'_>>) -> Option<Cow<'_, str>> {
    id_of(value, ValueRule::Plain).ok().map(|id| id.text)
}

/// Returns the ids of the user and of the visitor.
fn ids<'d>(event: &Event<'d>) -> [Option<Cow<'d, str>>; 2] {
    [usable(event.get("userId")), call_fields::anonymous_id(event)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn returns_the_group_known_before_a_call() {
        let mut people = UserGroups::default();
        let docs: Vec<Doc<'_>> = [
            r#"{"userId":"u","anonymousId":"a","groupId":"g1"}"#,
            r#"{"userId":"u","groupId":"g1"}"#,
            r#"{"userId":"u","groupId":7}"#,
            r#"{"userId":"u","groupId":" "}"#,
            r#"{"anonymousId":"u","groupId":"g9"}"#,
        ]
        .into_iter()
        .map(|json| Doc::parse(json).expect("JSON"))
        .collect();
        for (at, doc) in docs.iter().enumerate() {
            let event = Event::bare(doc.root());
            let received_at = || 5_000 + at as i64 * 10;
            people.learn(&event, Some(CallType::Group), Seq(at as u64 + 1), received_at);
            people.learn(&event, Some(CallType::Track), Seq(at as u64 + 1), || 0);
        }
        let before_at = |json: &str, seq, now| {
            let doc = Doc::parse(json).expect("JSON");
            let found = people.before(&Event::bare(doc.root()), Seq(seq), now);
            found.map(|seen| (seen.seq, seen.group_id, seen.ms_before))
        };
        let before = |json: &str, seq| before_at(json, seq, 5_100);
        let user = r#"{"userId":"u","anonymousId":"b"}"#;
        assert_eq!(before(user, 1), None);
        assert_eq!(before(user, 3), Some((1, "g1".to_owned(), Some(100))));
        assert_eq!(before(user, 99), Some((3, "7".to_owned(), Some(80))));
        assert_eq!(before(r#"{"anonymousId":"a"}"#, 99), Some((1, "g1".to_owned(), Some(100))));
        assert_eq!(before(r#"{"userId":"v","anonymousId":"c"}"#, 99), None);
        // the group calls have later times, by a little and by much
        assert_eq!(before_at(user, 3, 4_500), Some((1, "g1".to_owned(), Some(-500))));
        assert_eq!(before_at(user, 3, 3_000), None);
        // how much earlier is not known
        assert_eq!(before_at(user, 3, NO_TIME), Some((1, "g1".to_owned(), None)));
    }

    #[test]
    fn stops_remembering_at_the_limit() {
        let mut people = UserGroups { bytes: MAX_BYTES - 10, ..UserGroups::default() };
        let doc = Doc::parse(r#"{"userId":"u","groupId":"g"}"#).expect("JSON");
        people.learn(&Event::bare(doc.root()), Some(CallType::Group), Seq(1), || 0);
        assert!(people.groups.iter().all(HashMap::is_empty));
    }
}
