//! Finds the rules of a vendor that may say something about calls of one shape.

use crate::call::CallType;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::presence::Presence;
use crate::vendors::engine::shape_rules::{RequestRules, RowToRun, RuleToRun, ShapeRules};
use crate::vendors::engine::spread::{DependsOnValue, Spread};
use crate::vendors::look_plan::share;
use crate::vendors::vendor::{CallRules, Guard, IdRule, LeftoverRule, Request, Vendor, slot};
use std::sync::Arc;

impl ShapeRules {
    /// Returns the rules for calls of the shape and type of one of them.
    pub fn for_call<'a>(vendor: &Vendor, kind: CallType, look: &CallView<'a>) -> &'a ShapeRules {
        look.rules(vendor.index, kind).get_or_init(|| {
            let rules = ShapeRules::new(vendor, kind, look);
            // a call without a shape is hardly like another
            if look.event.shape.is_some() { share(rules) } else { Arc::new(rules) }
        })
    }

    fn new(vendor: &Vendor, kind: CallType, look: &CallView<'_>) -> ShapeRules {
        let is_off = is_switched_off(vendor, look);
        let Some(call) = vendor.calls[slot(kind)].as_ref() else {
            return ShapeRules { is_off, ..ShapeRules::default() };
        };
        let ids = |rule: &Option<IdRule>| {
            rule.as_ref().map_or_else(Vec::new, |rule| id_places(rule, call, look))
        };
        let made_up = numbers(&call.made_up, |(slot, _)| look.state(*slot) == Presence::Filled);
        ShapeRules {
            is_off,
            account: ids(&call.account),
            user: ids(&call.user),
            session: ids(&call.session),
            made_up,
            requests: call.requests.iter().map(|request| rules_of(request, call, look)).collect(),
            rests: rules_to_run(&call.rests, |rest| codes_of_rest(rest, look)),
        }
    }
}

/// Returns true if `integrations` names the vendor with false, or does not name it and says false
/// for all.
pub(crate) fn is_switched_off(vendor: &Vendor, look: &CallView<'_>) -> bool {
    let codes = &vendor.common;
    let is_false = |slot| look.state(slot) == Presence::False;
    if codes.integrations.iter().any(|&name| is_false(name)) {
        return true;
    }
    let named = codes.integrations.iter().any(|&name| look.state(name) != Presence::Absent);
    !named && codes.all.iter().any(|&all| is_false(all))
}

/// Returns true if the call has the object that a place is in, and none that comes before it.
pub(crate) fn is_chosen(guard: Guard, call: &CallRules, look: &CallView<'_>) -> bool {
    let places = call.choices.get(usize::from(guard.choice));
    let first =
        places.and_then(|places| places.iter().position(|&place| look.present(place).is_some()));
    first == Some(usize::from(guard.object))
}

fn id_places(rule: &IdRule, call: &CallRules, look: &CallView<'_>) -> Vec<FieldSlot> {
    let guards = rule.guards.iter().copied().chain(std::iter::repeat(None));
    let places = rule.from.iter().copied().zip(guards);
    places
        .filter(|(slot, guard)| {
            let is_there =
                !matches!(look.state(*slot), Presence::Absent | Presence::Null | Presence::False);
            is_there && guard.is_none_or(|guard| is_chosen(guard, call, look))
        })
        .map(|(slot, _)| slot)
        .collect()
}

fn rules_of(request: &Request, call: &CallRules, look: &CallView<'_>) -> RequestRules {
    let spreads = rules_to_run(&request.spreads, |spread| codes_of_spread(spread, call, look));
    let mut rows: Vec<RowToRun> = Vec::new();
    for ask in &request.asks {
        let state = look.state(ask.slot);
        let is_fine = ask.fine.has(state);
        if is_fine && (ask.max.is_none() || state == Presence::Absent) {
            continue;
        }
        // a row of several places runs once
        match rows.last_mut().filter(|known| known.row == ask.row) {
            Some(known) => known.unless_within = None,
            None => {
                let unless_within = ask.max.filter(|_| is_fine).map(|max| (ask.slot, max));
                rows.push(RowToRun { row: ask.row, unless_within });
            }
        }
    }
    RequestRules { spreads, rows }
}

/// Returns the codes that a spread finds; `Err` if that depends on values.
fn codes_of_spread(
    spread: &Spread,
    call: &CallRules,
    look: &CallView<'_>,
) -> Result<Vec<CodeId>, DependsOnValue> {
    let object = spread.object(look, |guard| is_chosen(guard, call, look));
    let Some(object) = object.filter(|_| spread.speaks()) else { return Ok(Vec::new()) };
    let members = look.members(object).map(|(value, slot)| spread.code_by_kind(value, slot));
    members.filter_map(Result::transpose).collect()
}

/// Returns the codes that are found for members of an object that no row reads; `Err` if that
/// depends on values.
fn codes_of_rest(rest: &LeftoverRule, look: &CallView<'_>) -> Result<Vec<CodeId>, DependsOnValue> {
    match look.present(rest.of) {
        None => Ok(Vec::new()),
        Some(members) if !members.is_object() => Ok(rest.kind.into_iter().collect()),
        Some(_) => {
            let members = look.members_besides(rest.of, &rest.claimed);
            let reported = members.filter(|(value, _)| rest.nulls || !value.is_null());
            let mut codes = Vec::new();
            for (_, slot) in reported {
                // whether it is sent depends on what the rows wrote
                if slot.is_some_and(|slot| rest.sent_set.has(slot)) {
                    return Err(DependsOnValue);
                }
                codes.extend(rest.code.filter(|_| rest.each || codes.is_empty()));
            }
            Ok(codes)
        }
    }
}

/// Returns the rules that find something, or may.
fn rules_to_run<T>(
    rules: &[T],
    find: impl Fn(&T) -> Result<Vec<CodeId>, DependsOnValue>,
) -> Vec<RuleToRun> {
    let found = rules.iter().zip(0..=u16::MAX).map(|(rule, number)| (number, find(rule).ok()));
    let may_say = |codes: &Option<Vec<CodeId>>| codes.as_ref().is_none_or(|c| !c.is_empty());
    found
        .filter(|(_, codes)| may_say(codes))
        .map(|(number, codes)| RuleToRun { number, codes })
        .collect()
}

/// Returns the numbers of the rules for which a condition holds.
fn numbers<T>(rules: &[T], mut holds: impl FnMut(&T) -> bool) -> Vec<u16> {
    let numbered = rules.iter().zip(0..=u16::MAX);
    numbered.filter(|(rule, _)| holds(rule)).map(|(_, number)| number).collect()
}

#[cfg(test)]
mod tests;
