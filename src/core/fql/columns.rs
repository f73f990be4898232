//! What a filter asks of a call, and what a filter will ask.

use crate::fql::ast::{Path, WatchedId};
use crate::fql::builtin_names::RecordField;
use crate::fql::times::Civil;
use crate::fql::value::Value;

/// One call, as whoever keeps calls shows it to a filter. Each method is asked only when the
/// answer can still matter, the cheap ones first, so an implementor reads the call's bytes at the
/// first [`field`](FilterInput::field) or [`text`](FilterInput::text) and not before.
pub trait FilterInput {
    /// What stands at a path in the call's own JSON; [`Value::Null`] when nothing does. Lists are
    /// entered by a name of digits. Nesting inside the value must be bounded, as parsers do.
    fn field(&self, path: &Path) -> Value<'_>;

    /// Whether the call itself has this top-level field. Asked only for the names of
    /// [`RecordField::shadow`]; almost always false, so one bit a call can answer it.
    fn has_own(&self, name: &str) -> bool;

    /// A field of the record.
    fn record(&self, field: RecordField) -> Value<'_>;

    /// When the call arrived, in milliseconds since 1970.
    fn received_ms(&self) -> i64;

    /// What time it is, in milliseconds since 1970. The same for all calls of one run.
    fn now_ms(&self) -> i64;

    /// When the user's local clock shows this, in milliseconds since 1970.
    fn local_ms(&self, at: &Civil) -> i64;

    /// Whether a vendor in use misses the id. This and the methods below that ask what checking has
    /// found say nothing of a call that is not checked.
    fn missing(&self, _id: WatchedId) -> bool {
        false
    }

    /// Whether it is missing, but something close was found.
    fn nearmiss(&self, _id: WatchedId) -> bool {
        false
    }

    /// The verdict at a vendor, or the worst one of those in use; `None` when there is none.
    fn verdict(&self, _vendor: Option<&str>) -> Option<&str> {
        None
    }

    /// Whether one of the codes of the call's findings passes the test; asks no further once one
    /// does.
    fn any_finding(&self, _test: &mut dyn FnMut(&str) -> bool) -> bool {
        false
    }

    /// The worst severity among the findings.
    fn severity(&self) -> Option<&str> {
        None
    }

    /// The call's own JSON text, as it came.
    fn text(&self) -> std::borrow::Cow<'_, [u8]>;
}

/// What evaluating a filter may ask for, so that a store can choose how to go about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldNeeds {
    /// Fields of the call's JSON that are no columns.
    pub json: bool,
    /// The call's text.
    pub text: bool,
    /// What judging left: ids, verdicts, findings. These change when the vendors in use do.
    pub judgement: bool,
    /// The time of day: the answer changes while nothing else does.
    pub clock: bool,
}
