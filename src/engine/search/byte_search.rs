//! Answers conditions from the bytes of calls that follow each other in a chunk of the recording.

use crate::engine::search::json_field::fetch;
use crate::fql::{Civil, FilterInput, Leaf, Needle, Path, RecordField, Value, WatchedId};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// The fields that a service may add, so that a call's own bytes do not show their values.
const ADDED_FIELDS: [&str; 5] = ["type", "receivedAt", "originalTimestamp", "timestamp", "sentAt"];
/// The fields that a batch may add to its calls.
const MERGED_FIELDS: [&str; 2] = ["context", "integrations"];

/// Returns whether a call's own bytes suffice to answer a condition. `merged` is true if the batch
/// adds fields to its calls.
pub(crate) fn suffices(leaf: &Leaf, merged: bool) -> bool {
    let asks = leaf.asks();
    let own = |path: &Path| {
        let first = path.segments().first().map_or("", String::as_str);
        !(ADDED_FIELDS.contains(&first) || merged && MERGED_FIELDS.contains(&first))
    };
    asks.records.is_empty()
        && !(asks.judged || asks.near || asks.time || asks.clock)
        && asks.paths.iter().all(own)
}

/// The occurrences of a text in a chunk, searched for only as far as needed.
pub(crate) struct Hits {
    raw: NextHit,
    escape: NextHit,
}

/// The next occurrence from some position on.
#[derive(Clone, Copy)]
struct NextHit {
    /// The position of the occurrence. There is none between the position from which the search
    /// began and this one.
    at: usize,
    /// False if there is no further occurrence in this chunk.
    found: bool,
    /// False until the first search.
    known: bool,
}

const UNKNOWN: NextHit = NextHit { at: 0, found: false, known: false };

impl NextHit {
    /// Returns the first occurrence from `from` on. Calls `find`, which searches from there, only
    /// if the stored result does not answer that.
    fn next_from(&mut self, from: usize, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if !self.known || (self.found && self.at < from) {
            let found = find();
            *self = NextHit { at: from + found.unwrap_or(0), found: found.is_some(), known: true };
        }
        self.found.then_some(self.at)
    }
}

/// The result of searching a text in a call's bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TextMatch {
    /// The bytes contain the text.
    Yes,
    /// The bytes do not contain the text as it is, but may contain it with a JSON escape.
    Perhaps,
    /// The bytes do not contain the text.
    No,
}

impl Hits {
    pub fn new() -> Hits {
        Hits { raw: UNKNOWN, escape: UNKNOWN }
    }

    /// Returns whether a part of the chunk contains a text. Parts must be passed in ascending
    /// order.
    pub fn ask(&mut self, needle: &Needle, piece: &[u8], part: Range<usize>) -> TextMatch {
        let raw = self.raw.next_from(part.start, || needle.find(&piece[part.start..]));
        if raw.is_some_and(|at| at + needle.text().len() <= part.end) {
            return TextMatch::Yes;
        }
        let escape = self.escape.next_from(part.start, || needle.find_escape(&piece[part.start..]));
        if escape.is_some_and(|at| at < part.end) { TextMatch::Perhaps } else { TextMatch::No }
    }
}

/// A call as a filter sees it from the call's own bytes alone.
pub(crate) struct OwnBytes<'b> {
    pub text: &'b [u8],
    /// True if a condition asked for a value that these bytes do not show, because the service may
    /// have added it.
    pub lacks: Cell<bool>,
}

impl FilterInput for OwnBytes<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        let value = fetch(self.text, path.segments());
        if path.segments().first().is_some_and(|name| name == "messageId") {
            // the service generates an absent or blank messageId
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

    // no condition that `suffices` accepts asks for any of these
    fn has_own(&self, _name: &str) -> bool {
        self.lacks.set(true);
        false
    }

    fn record(&self, _field: RecordField) -> Value<'_> {
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

    fn missing(&self, _id: WatchedId) -> bool {
        self.lacks.set(true);
        false
    }

    fn nearmiss(&self, _id: WatchedId) -> bool {
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

/// Answers a condition from a call's own bytes; `None` if they do not suffice after all.
pub(crate) fn answer(
    leaf: &Leaf,
    hits: &mut Hits,
    piece: &[u8],
    part: Range<usize>,
) -> Option<bool> {
    let text = &piece[part.clone()];
    if let Some(needle) = leaf.needle() {
        return Some(match hits.ask(needle, piece, part) {
            TextMatch::Yes => true,
            TextMatch::Perhaps => needle.is_in_resolved(text),
            TextMatch::No => false,
        });
    }
    let hides = |required: &Needle| hits.ask(required, piece, part.clone()) == TextMatch::No;
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
    fn finds_a_text_only_in_the_part_that_contains_all_of_it() {
        let piece = br"refund re|fund|\u0072efund| Refund x";
        let needle = Needle::new("refund");
        let mut hits = Hits::new();
        let mut ask = |part| hits.ask(&needle, piece, part);
        assert_eq!(ask(0..6), TextMatch::Yes);
        assert_eq!(ask(7..9), TextMatch::No);
        assert_eq!(ask(10..14), TextMatch::No);
        assert_eq!(ask(15..26), TextMatch::Perhaps);
        assert_eq!(ask(27..33), TextMatch::No, "its end is cut off");
        assert_eq!(ask(28..36), TextMatch::Yes);
    }

    #[test]
    fn does_not_answer_for_a_generated_message_id() {
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
