//! The interface between filters and calls: the data that a filter reads of a call, and the kinds
//! of data that it needs.

use crate::fql::ast::{Path, WatchedId};
use crate::fql::builtin_names::RecordField;
use crate::fql::times::Civil;
use crate::fql::value::Value;

/// One call, as the store of the calls presents it to a filter. The filter calls a method only if
/// its result can still change the outcome, and the cheap ones first. An implementation should
/// therefore not read the call's bytes before the first [`field`](FilterInput::field) or
/// [`text`](FilterInput::text).
pub trait FilterInput {
    /// Returns the value at a path in the call's own JSON; [`Value::Null`] if there is none. A name
    /// of digits is an index into a list. An implementation must limit the nesting inside the
    /// value, as parsers do.
    fn field(&self, path: &Path) -> Value<'_>;

    /// Returns whether the call itself has this top-level field. Called only with the names of
    /// [`RecordField::shadow`]. The result is almost always false, so a store can keep it in one
    /// bit per call.
    fn has_own(&self, name: &str) -> bool;

    /// Returns a field of the record.
    fn record(&self, field: RecordField) -> Value<'_>;

    /// Returns the time when the call arrived, in milliseconds since 1970.
    fn received_ms(&self) -> i64;

    /// Returns the current time, in milliseconds since 1970; the same for all calls of one run.
    fn now_ms(&self) -> i64;

    /// Returns the time at which the user's local clock shows `at`, in milliseconds since 1970.
    fn local_ms(&self, at: &Civil) -> i64;

    /// Returns whether a vendor in use misses the id. This method and the ones below return results
    /// of checking, which are empty for a call that is not checked yet.
    fn missing(&self, _id: WatchedId) -> bool {
        false
    }

    /// Returns whether the id is missing and a near miss was found.
    fn nearmiss(&self, _id: WatchedId) -> bool {
        false
    }

    /// Returns the verdict at a vendor, or the worst one of the vendors in use; `None` if there is
    /// none.
    fn verdict(&self, _vendor: Option<&str>) -> Option<&str> {
        None
    }

    /// Returns whether the test accepts one of the codes of the call's findings; stops at the first
    /// that it accepts.
    fn any_finding(&self, _test: &mut dyn FnMut(&str) -> bool) -> bool {
        false
    }

    /// Returns the worst severity among the findings.
    fn severity(&self) -> Option<&str> {
        None
    }

    /// Returns the call's own JSON text, as it was received.
    fn text(&self) -> std::borrow::Cow<'_, [u8]>;
}

/// The kinds of data that evaluating a filter may need, so that a store can choose how to evaluate
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldNeeds {
    /// Fields of the call's JSON that are not columns of the store.
    pub json: bool,
    /// The call's text.
    pub text: bool,
    /// The results of checking: ids, verdicts, findings. They change with the vendors in use.
    pub judgement: bool,
    /// The current time: the result can change although no call has changed.
    pub clock: bool,
}
