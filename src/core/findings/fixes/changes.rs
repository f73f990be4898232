//! Changes of values that are no missing ids: a name that is nearly right, a value of the wrong type.

use super::BrokenCall;
use super::edits::{Edit, Edits, ValueShape, ValueSource};
use crate::call::pointer;
use crate::findings::fixes::json_tree::Lit;
use crate::findings::{Finding, Severity, ValueChange};

/// The change that a code's table names for a finding, if the call has what it needs. `field` is
/// the place of the vendor's field with nearly the same name.
pub fn change(
    call: &BrokenCall<'_>,
    (vendor, finding): (usize, &Finding),
    change: &ValueChange,
    field: impl FnOnce() -> Option<String>,
) -> Option<Edit> {
    if finding.severity == Severity::Info {
        return None;
    }
    let path = &finding.path;
    let edit = |to: String, source, is_id| Edit {
        to,
        source,
        answers: vec![path.clone()],
        vendors: vec![vendor],
        is_id,
    };
    let shaped = |shape| Some(edit(path.clone(), ValueSource::As(shape), false));
    let moved = |to: &str, from: &str, is_id| {
        let taken = call.event.pointer(to).is_some_and(|value| !value.is_null());
        (!taken).then(|| edit(to.to_owned(), ValueSource::Rename(from.to_owned()), is_id))
    };
    let edit = match change {
        ValueChange::Text => shaped(ValueShape::Text),
        ValueChange::Number => shaped(ValueShape::Number),
        ValueChange::Boolean => shaped(ValueShape::Boolean),
        ValueChange::Plain => match call.event.pointer(path)?.as_str()?.as_ref() {
            "true" | "false" => shaped(ValueShape::Boolean),
            _ => shaped(ValueShape::Number),
        },
        ValueChange::Rename => moved(&field()?, path, false),
        ValueChange::Key(key) => {
            let object = path.rsplit_once('/').map_or("", |(object, _)| object);
            moved(&pointer::push(object, key), path, true)
        }
        ValueChange::Place(place) => moved(&call.sendable(place), path, true),
        ValueChange::From(place) => moved(&call.sendable(path), place, true),
    }?;
    // a text that is not a number stays what it is
    edit.value(&Lit::whole(&call.event)).is_some().then_some(edit)
}

/// The changes with one more, which gives way to a change of the same place. `copied`: what it
/// reads stays where it is.
pub fn with(edits: &[Edit], more: &Edit, copied: bool) -> Vec<Edit> {
    let mut all = Edits(edits.to_vec());
    let mut more = more.clone();
    if copied && let ValueSource::Rename(from) = more.source {
        more.source = ValueSource::Copy(from);
    }
    all.add(more);
    all.settled()
}
