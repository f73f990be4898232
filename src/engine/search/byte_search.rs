//! What is asked of the bytes of calls that stand one behind the other in a piece of the recording.

use crate::engine::search::json_field::fetch;
use crate::fql::{Civil, Columns, Id, Leaf, Needle, Path, Record, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// Fields that a service may add, so that a call's own bytes do not tell.
const ADDED: [&str; 5] = ["type", "receivedAt", "originalTimestamp", "timestamp", "sentAt"];
/// Fields that a batch may give to its calls.
const MERGED: [&str; 2] = ["context", "integrations"];

/// Whether a condition needs nothing but a call's own bytes.
pub(crate) fn suffices(leaf: &Leaf, merged: bool) -> bool {
    let asks = leaf.asks();
    let own = |path: &Path| {
        let first = path.segments().first().map_or("", String::as_str);
        !(ADDED.contains(&first) || merged && MERGED.contains(&first))
    };
    asks.records.is_empty()
        && !(asks.judged || asks.near || asks.time || asks.clock)
        && asks.paths.iter().all(own)
}

/// Where a text stands in a piece, looked for only as far as it is needed.
pub(crate) struct Hits {
    raw: Next,
    escape: Next,
}

/// The next place from some place on.
#[derive(Clone, Copy)]
struct Next {
    /// Nothing stands before this that was not passed.
    at: usize,
    /// None: nothing more in this piece.
    found: bool,
    known: bool,
}

const UNKNOWN: Next = Next { at: 0, found: false, known: false };

impl Next {
    /// Where it stands first from `from` on.
    fn from(&mut self, from: usize, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if !self.known || (self.found && self.at < from) {
            let found = find();
            *self = Next { at: from + found.unwrap_or(0), found: found.is_some(), known: true };
        }
        self.found.then_some(self.at)
    }
}

/// What a call's bytes say of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// The text stands there.
    Yes,
    /// It does not, but an escape may hide it.
    Perhaps,
    /// It does not.
    No,
}

impl Hits {
    pub fn new() -> Hits {
        Hits { raw: UNKNOWN, escape: UNKNOWN }
    }

    /// Whether a text stands within a part of the piece. The parts must be asked for in order.
    pub fn ask(&mut self, needle: &Needle, piece: &[u8], part: Range<usize>) -> Said {
        let raw = self.raw.from(part.start, || needle.find(&piece[part.start..]));
        if raw.is_some_and(|at| at + needle.text().len() <= part.end) {
            return Said::Yes;
        }
        let escape = self.escape.from(part.start, || needle.find_escape(&piece[part.start..]));
        if escape.is_some_and(|at| at < part.end) { Said::Perhaps } else { Said::No }
    }
}

/// A call as its own bytes show it.
pub(crate) struct OwnBytes<'b> {
    pub text: &'b [u8],
    /// Something was asked for that the service may have added.
    pub lacks: Cell<bool>,
}

impl Columns for OwnBytes<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        let value = fetch(self.text, path.segments());
        if path.segments().first().is_some_and(|name| name == "messageId") {
            // an absent or a blank one is made
            let made = match &value {
                Value::Null => true,
                Value::String(text) => text.trim().is_empty(),
                _ => false,
            };
            self.lacks.set(self.lacks.get() || made);
        }
        value
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.text)
    }

    // none of these is asked for: see `suffices`
    fn has_own(&self, _name: &str) -> bool {
        self.lacks.set(true);
        false
    }

    fn record(&self, _field: Record) -> Value<'_> {
        self.lacks.set(true);
        Value::Null
    }

    fn received_ms(&self) -> i64 {
        self.lacks.set(true);
        0
    }

    fn now_ms(&self) -> i64 {
        self.lacks.set(true);
        0
    }

    fn local_ms(&self, _at: &Civil) -> i64 {
        self.lacks.set(true);
        0
    }

    fn missing(&self, _id: Id) -> bool {
        self.lacks.set(true);
        false
    }

    fn nearmiss(&self, _id: Id) -> bool {
        self.lacks.set(true);
        false
    }

    fn verdict(&self, _vendor: Option<&str>) -> Option<&str> {
        self.lacks.set(true);
        None
    }

    fn any_finding(&self, _test: &mut dyn FnMut(&str) -> bool) -> bool {
        self.lacks.set(true);
        false
    }

    fn severity(&self) -> Option<&str> {
        self.lacks.set(true);
        None
    }
}

/// A condition's answer from a call's own bytes; none if they do not suffice after all.
pub(crate) fn answer(
    leaf: &Leaf,
    hits: &mut Hits,
    piece: &[u8],
    part: Range<usize>,
) -> Option<bool> {
    let text = &piece[part.clone()];
    if let Some(needle) = leaf.needle() {
        return Some(match hits.ask(needle, piece, part) {
            Said::Yes => true,
            Said::Perhaps => needle.is_in_resolved(text),
            Said::No => false,
        });
    }
    let hides = |required: &Needle| hits.ask(required, piece, part.clone()) == Said::No;
    if leaf.required().is_some_and(hides) {
        return Some(false);
    }
    let call = OwnBytes { text, lacks: Cell::new(false) };
    let holds = leaf.holds(&call);
    (!call.lacks.get()).then_some(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_belongs_to_the_part_that_holds_all_of_it() {
        let piece = br"refund re|fund|\u0072efund| Refund x";
        let needle = Needle::new("refund");
        let mut hits = Hits::new();
        let mut ask = |part| hits.ask(&needle, piece, part);
        assert_eq!(ask(0..6), Said::Yes);
        assert_eq!(ask(7..9), Said::No);
        assert_eq!(ask(10..14), Said::No);
        assert_eq!(ask(15..26), Said::Perhaps);
        assert_eq!(ask(27..33), Said::No, "its end is cut off");
        assert_eq!(ask(28..36), Said::Yes);
    }

    #[test]
    fn a_made_message_id_is_not_in_the_bytes() {
        let leaf = |text: &str| crate::fql::parse(text).expect("valid").plan().leaves()[0].clone();
        let ask = |text: &str, json: &str| {
            let leaf = leaf(text);
            assert!(suffices(&leaf, true));
            answer(&leaf, &mut Hits::new(), json.as_bytes(), 0..json.len())
        };
        assert_eq!(ask("messageId != \"a\"", r#"{"messageId":"b"}"#), Some(true));
        assert_eq!(ask("messageId != \"a\"", r#"{"messageId":" "}"#), None);
        assert_eq!(ask("messageId != \"a\"", "{}"), None);
        assert_eq!(ask("typeof(messageId) = \"number\"", r#"{"messageId":7}"#), Some(true));
        assert!(suffices(&leaf("context.ip = \"1\""), false));
        assert!(!suffices(&leaf("context.ip = \"1\""), true));
        assert!(!suffices(&leaf("properties.x = account_id"), false));
        assert!(!suffices(&leaf("status = 7"), false));
    }
}
