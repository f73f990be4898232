//! The rules for one field of an output: the value that it takes, the conversion of the value, and
//! the findings about it.

use crate::call::redacted::is_redacted;
use crate::call::{JsonKind, Val, time};
use crate::findings::identity::{
    ValueRule, is_blank, is_integer, is_numeric_text, is_zero, text_of, truthy,
};
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::near_miss::meant_for;
use crate::vendors::engine::presence::{Presence, PresenceMap};
use crate::vendors::engine::run_rules::id_value;
use crate::vendors::table::{Check, Take};
use crate::vendors::vendor::{FieldRule, FieldSource, FixedValue, RowTrigger};
use std::borrow::Cow;

/// Runs one row of a request.
pub(crate) fn run_row<'a>(
    evaluation: &mut Evaluation<'a>,
    request: usize,
    number: usize,
    row: &'a FieldRule,
) {
    if !row.only_with.is_empty() && !row.only_with.iter().any(|&source| evaluation.has(source)) {
        return;
    }
    let value = match &row.always {
        Some(fixed) => Some(fixed_value(fixed)),
        None => take_value(evaluation, row),
    };
    if value.is_none() && evaluation.rendering() && has_unknown_time(evaluation, row) {
        let says = format!(
            "`{}` is left out here: the service adds the time when the call arrives",
            row.to.join(".")
        );
        evaluation.doubt(request, &says);
    }
    if let Some((value, from)) = value {
        if request == 0 {
            evaluation.written |= 1 << number;
        }
        if evaluation.rendering() {
            let out = evaluation.out(value, from);
            evaluation.change(request, |body| body.set(&row.to, out));
        }
    }
}

/// Returns the triggers of a request's rows. A call that is only judged runs just the rows that are
/// triggered. `watched` has a bit for each row that always runs because a leftover rule depends on
/// whether the row writes its field.
pub(crate) fn row_triggers(rows: &[FieldRule], watched: u128) -> Vec<RowTrigger> {
    let rows = rows.iter().enumerate();
    rows.flat_map(|(at, row)| triggers_of_row(at, row, watched >> at & 1 == 1)).collect()
}

/// Returns the triggers of one row; none if the row never reports a finding.
fn triggers_of_row(number: usize, row: &FieldRule, watched: bool) -> Vec<RowTrigger> {
    if !row.speaks && !watched {
        return Vec::new();
    }
    let slot_of = |source: &FieldSource| match source {
        FieldSource::Slot(slot) => Some(*slot),
        _ => None,
    };
    let slots: Vec<FieldSlot> = row.from.iter().filter_map(slot_of).collect();
    let wanted = row.missing.is_some() || row.recommended.is_some();
    let alone = slots.len() == 1;
    let number = number as u8;
    // a value that the vendor's code names is sent as it is, without a finding
    let named = row.from.iter().filter(|source| matches!(source, FieldSource::Named(_))).count();
    let decided_by_slots =
        slots.len() == row.from.len() || !wanted && slots.len() + named == row.from.len();
    let sure = decided_by_slots && row.only_with.is_empty();
    if watched || !sure || (wanted && !alone) {
        return vec![RowTrigger {
            row: number,
            slot: FieldSlot::ROOT,
            fine: PresenceMap::default(),
            max: None,
        }];
    }
    let fine = |state: &Presence| match state {
        Presence::Absent => !wanted,
        state => alone && is_fine(row, *state),
    };
    let fine: PresenceMap = Presence::ALL.into_iter().filter(fine).collect();
    let max = row.max.map(|max| u32::try_from(max).unwrap_or(u32::MAX));
    slots.into_iter().map(|slot| RowTrigger { row: number, slot, fine, max }).collect()
}

/// Returns true if [`convert_value`] reports nothing about a value of that kind, except for a text
/// over the limit.
fn is_fine(row: &FieldRule, state: Presence) -> bool {
    use Presence::{Absent, Array, False, Filled, Null, Number, Object, Text, True};
    let checked = match row.check.filter(|_| row.invalid.is_some()) {
        None => true,
        Some(Check::Date) => false,
        Some(Check::Number | Check::Numeric) => state == Number,
        Some(Check::Boolean) => matches!(state, True | False),
        Some(Check::String) => state == Filled,
    };
    match row.take {
        // the row may skip such a value, or report it as blank
        _ if matches!(state, Absent | Null | Text) => false,
        Take::Any => checked,
        Take::Truthy => checked && !matches!(state, False | Number),
        Take::Scalar => checked && !matches!(state, Array | Object),
        Take::Text | Take::String => state == Filled && row.one_of.is_empty(),
        Take::Number | Take::Numeric => state == Number,
        Take::Bool => matches!(state, True | False),
        Take::Object => state == Object,
        Take::Count | Take::Date => false,
    }
}

/// Returns whether the row would take a time that the service still adds.
fn has_unknown_time(evaluation: &Evaluation<'_>, row: &FieldRule) -> bool {
    row.from.iter().any(|&source| evaluation.is_unknown_time(source))
}

type TakenValue<'a> = Option<(FieldValue<'a>, From<'a>)>;

fn take_value<'a>(evaluation: &mut Evaluation<'a>, row: &'a FieldRule) -> TakenValue<'a> {
    for &source in &row.from {
        let found = match source {
            FieldSource::Guarded(_, guard) if !evaluation.allows(guard) => None,
            FieldSource::Slot(slot) | FieldSource::Guarded(slot, _) => {
                match usable_value(evaluation, row, slot) {
                    Some(value) => {
                        return convert_value(evaluation, row, value, CallPlace::Slot(slot));
                    }
                    None => None,
                }
            }
            FieldSource::Account => evaluation.account.as_ref().map(|id| id_value(evaluation, id)),
            FieldSource::User => evaluation.user.as_ref().map(|id| id_value(evaluation, id)),
            FieldSource::Session => evaluation.session.as_ref().map(|id| id_value(evaluation, id)),
            FieldSource::Named(name) => evaluation.named(name),
            FieldSource::Time => evaluation.view.event_time().map(|(slot, value, _)| {
                (FieldValue::Copy(value), From::Place(CallPlace::Slot(slot)))
            }),
        };
        if found.is_some() {
            return found;
        }
    }
    let codes = [row.recommended, row.missing].into_iter().flatten();
    let is_added = row.missing.or(row.recommended).is_some() && has_unknown_time(evaluation, row);
    for code in codes.filter(|_| !is_added) {
        let view = evaluation.view;
        evaluation.find_with(code, CallPlace::Slot(row.place), |words| {
            let near = meant_for(view.event, view.pointer(row.place), row);
            near.into_iter().for_each(|near| words.say("near", near));
        });
    }
    row.default.as_ref().map(fixed_value)
}

/// Returns the value at a slot, unless the row skips it.
fn usable_value<'a>(
    evaluation: &Evaluation<'a>,
    row: &FieldRule,
    slot: FieldSlot,
) -> Option<Val<'a>> {
    let value = evaluation.view.present(slot)?;
    let passed = match row.take {
        Take::Text => text_of(value).is_none(),
        Take::Truthy => !truthy(value),
        _ => evaluation.vendor.values == ValueRule::Truthy && value.raw() == "\"\"",
    };
    (!passed).then_some(value)
}

/// Converts a value for a row, and reports findings about it.
fn convert_value<'a>(
    evaluation: &mut Evaluation<'a>,
    row: &'a FieldRule,
    value: Val<'a>,
    place: CallPlace<'a>,
) -> TakenValue<'a> {
    let copied = Some((FieldValue::Copy(value), From::Place(place)));
    let kind = value.kind();
    if kind == JsonKind::String && value.as_str().is_some_and(|text| is_redacted(&text)) {
        // the form of the original value is unknown
        return copied;
    }
    if kind == JsonKind::String
        && row.recommended.is_some()
        && value.as_str().is_some_and(|t| is_blank(&t))
    {
        report(evaluation, row.recommended, place);
    }
    match row.take {
        Take::Any | Take::Truthy => {
            check_value(evaluation, row, value, place);
            copied
        }
        Take::Text => limited_text(evaluation, row, value.as_str()?, Some(value), place),
        Take::String if kind == JsonKind::String => {
            limited_text(evaluation, row, value.as_str()?, Some(value), place)
        }
        Take::String if kind == JsonKind::Number => {
            report(evaluation, row.kind, place);
            limited_text(evaluation, row, Cow::Borrowed(value.raw()), None, place)
        }
        Take::Scalar if !matches!(kind, JsonKind::Object | JsonKind::Array) => {
            check_value(evaluation, row, value, place);
            copied
        }
        Take::Number if kind == JsonKind::Number => copied,
        Take::Numeric if kind == JsonKind::Number => copied,
        Take::Numeric => {
            report(evaluation, row.kind, place);
            let number = value.as_str().filter(|text| is_numeric_text(text))?;
            Some((FieldValue::Json(Cow::Owned(json_number(&number))), From::Place(place)))
        }
        Take::Count if is_count(value) => {
            if is_zero(value.raw()) {
                report(evaluation, row.zero, place);
            }
            copied
        }
        Take::Date if passes(Check::Date, value) => copied,
        Take::Date => {
            report(evaluation, row.invalid, place);
            None
        }
        Take::Bool if value.as_bool().is_some() => copied,
        Take::Bool => {
            report(evaluation, row.kind, place);
            let json = if converts_to_true(value) { "true" } else { "false" };
            Some((FieldValue::Json(Cow::Borrowed(json)), From::Place(place)))
        }
        Take::Object if kind == JsonKind::Object => copied,
        Take::Count | Take::Object => {
            report(evaluation, row.kind, place);
            row.default.as_ref().map(fixed_value)
        }
        Take::String | Take::Scalar | Take::Number => {
            report(evaluation, row.kind, place);
            None
        }
    }
}

/// Cuts a text to the row's limit and checks it against the row's list. `value` is the text's value
/// in the call, if the text is unchanged.
fn limited_text<'a>(
    evaluation: &mut Evaluation<'a>,
    row: &'a FieldRule,
    text: Cow<'a, str>,
    value: Option<Val<'a>>,
    place: CallPlace<'a>,
) -> TakenValue<'a> {
    let from = From::Place(place);
    if !row.one_of.is_empty() && !row.one_of.iter().any(|one| *one == text) {
        report(evaluation, row.unknown, place);
    }
    // a text never has more characters than bytes
    let max = row.max.filter(|max| text.len() > *max);
    let end = max.and_then(|max| text.char_indices().nth(max)).map(|(at, _)| at);
    if let Some(end) = end {
        let max = row.max.unwrap_or_default();
        if let Some(code) = row.long {
            evaluation.find_with(code, place, |words| words.say("limit", max));
        }
        return Some((FieldValue::Text(Cow::Owned(text[..end].to_owned())), from));
    }
    Some((value.map_or_else(|| FieldValue::Text(text), FieldValue::Copy), from))
}

fn check_value<'a>(
    evaluation: &mut Evaluation<'a>,
    row: &FieldRule,
    value: Val<'a>,
    place: CallPlace<'a>,
) {
    if let (Some(check), Some(code)) = (row.check, row.invalid)
        && !passes(check, value)
    {
        evaluation.find_with(code, place, |words| words.say("wanted", check.words()));
    }
}

fn passes(check: Check, value: Val<'_>) -> bool {
    let text = |fits: fn(&str) -> bool| value.as_str().is_some_and(|text| fits(&text));
    match check {
        Check::Date => text(|text| time::parse(text).is_some()),
        Check::Numeric => value.kind() == JsonKind::Number || text(is_numeric_text),
        Check::Number => value.kind() == JsonKind::Number,
        Check::Boolean => value.as_bool().is_some(),
        Check::String => value.kind() == JsonKind::String,
    }
}

fn is_count(value: Val<'_>) -> bool {
    value.as_number().is_some_and(|n| is_integer(n) && (!n.starts_with('-') || is_zero(n)))
}

/// Returns true for whole numbers except 0, also as text, and for the text `true`.
fn converts_to_true(value: Val<'_>) -> bool {
    let whole = |number: &str| is_integer(number) && !is_zero(number);
    match value.kind() {
        JsonKind::Number => whole(value.raw()),
        JsonKind::String => value
            .as_str()
            .is_some_and(|text| text == "true" || (is_numeric_text(&text) && whole(&text))),
        _ => false,
    }
}

/// Converts a numeric text to a JSON number, which must not have leading zeros.
pub(crate) fn json_number(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let bare = digits.trim_start_matches('0');
    let zero = if bare.is_empty() || bare.starts_with('.') { "0" } else { "" };
    format!("{sign}{zero}{bare}")
}

fn fixed_value<'a>(fixed: &'a FixedValue) -> (FieldValue<'a>, From<'a>) {
    let from = fixed.setting.as_deref().map_or(From::Default, From::Setting);
    (FieldValue::Json(Cow::Borrowed(&fixed.json)), from)
}

fn report<'a>(evaluation: &mut Evaluation<'a>, code: Option<CodeId>, place: CallPlace<'a>) {
    if let Some(code) = code {
        evaluation.find(code, place);
    }
}

#[cfg(test)]
mod tests {
    use super::json_number;

    #[test]
    fn numeric_texts_become_json_numbers() {
        for (text, want) in
            [("50", "50"), ("007", "7"), ("-00.50", "-0.50"), ("0", "0"), ("000", "0")]
        {
            assert_eq!(json_number(text), want);
        }
    }
}
