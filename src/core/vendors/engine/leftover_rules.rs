//! The rules for the members of an object that no row of a table reads.

use crate::call::text::visible;
use crate::call::{Val, pointer};
use crate::findings::advice;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::near_miss::meant_by;
use crate::vendors::engine::sentences::Words;
use crate::vendors::vendor::{FieldRule, FieldSource, LeftoverRule, slot};
use crate::vendors::vendor_info::VendorInfo;

/// Reports or sends the members of an object that no row reads.
pub(crate) fn run_leftover_rule<'a>(evaluation: &mut Evaluation<'a>, rest: &'a LeftoverRule) {
    let Some(members) = evaluation.view.present(rest.object) else { return };
    if !members.is_object() {
        if let Some(code) = rest.kind {
            evaluation.find(code, CallPlace::Slot(rest.object));
        }
        return;
    }
    let mut is_reported = false;
    let object = evaluation.view.pointer(rest.object);
    for (value, slot) in evaluation.view.members_besides(rest.object, &rest.claimed) {
        if value.is_null() && !rest.nulls {
            continue;
        }
        let place = CallPlace::Member(rest.object, value);
        let mut filled_by = 0;
        if let Some(slot) = slot.filter(|slot| rest.sent_set.has(*slot)) {
            let rivals = rest.sent.iter().find(|(sent, _)| *sent == slot).map_or(0, |sent| sent.1);
            filled_by = rivals & evaluation.written;
            if filled_by == 0 {
                send(evaluation, rest, place, value);
                continue;
            }
        }
        let Some(code) = rest.code else { continue };
        if rest.each {
            let event = evaluation.view.event;
            let (vendor, view) = (evaluation.vendor, evaluation.view);
            let listed_in = evaluation.codes.entry(code).text.listed_in.as_ref();
            let row = written_row(evaluation, filled_by);
            evaluation.find_with(code, place, |words| {
                let key = value.key();
                if let Some(row) = row {
                    return explain_filled(words, view, row, &key);
                }
                match rest.advice.get(&*key) {
                    Some(advice) => words.advice = Some(advice.clone()),
                    None => {
                        let near = meant_by(event, object, (&key, value.kind()), rest);
                        near.into_iter().for_each(|near| words.say("near", near));
                    }
                }
                if let Some(listed) = listed_in.filter(|_| rest.is_inside) {
                    explain_inside(words, &vendor.info, (object, value), &listed.setting);
                }
            });
        } else if !std::mem::replace(&mut is_reported, true) {
            evaluation.find(code, CallPlace::Slot(rest.object));
        }
    }
}

/// Sends a member that a setting lists under its own name.
fn send<'a>(
    evaluation: &mut Evaluation<'a>,
    rest: &LeftoverRule,
    place: CallPlace<'a>,
    value: Val<'a>,
) {
    if value.is_object() || value.is_array() {
        if let Some(code) = rest.send_type {
            evaluation.find(code, place);
        }
    } else if evaluation.rendering() {
        evaluation.put(0, &[&value.key()], FieldValue::Copy(value), From::Place(place));
    }
}

/// Returns the first of the rows of the first request that are marked with a bit.
fn written_row<'a>(evaluation: &Evaluation<'a>, rows: u128) -> Option<&'a FieldRule> {
    let call = evaluation.vendor.calls[slot(evaluation.kind)].as_ref()?;
    call.requests.first()?.rows.get(rows.trailing_zeros() as usize)
}

/// Says that a listed member is not sent because a row fills its field.
fn explain_filled(words: &mut Words, view: &CallView<'_>, row: &FieldRule, key: &str) {
    let from = row.from.iter().find_map(|source| match source {
        FieldSource::Slot(slot) => view.present(*slot).map(|_| view.pointer(*slot)),
        _ => None,
    });
    let from = advice::dotted(from.unwrap_or_default());
    words.advice = Some(format!(
        "leave out `{}`: the field is filled from `{from}`, which takes precedence",
        visible(key),
    ));
    words.say("filled_from", from);
}

/// Says that a setting lists no members of an object inside the traits or properties.
fn explain_inside(
    words: &mut Words,
    vendor: &VendorInfo,
    (object, value): (&str, Val<'_>),
    setting: &str,
) {
    words.say("member_of", advice::dotted(object));
    if words.value_of("near").is_some() || value.is_object() || value.is_array() {
        return;
    }
    words.advice = Some(format!(
        "send `{}` beside `{}` instead of inside it, and list it in vendors.{}.{setting} if it is a \
         custom attribute; otherwise {} does not use it",
        visible(&value.key()),
        visible(&pointer::last(object)),
        vendor.name,
        vendor.title,
    ));
}
