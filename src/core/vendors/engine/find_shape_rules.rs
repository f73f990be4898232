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
    pub fn for_call<'a>(vendor: &Vendor, kind: CallType, view: &CallView<'a>) -> &'a ShapeRules {
        view.rules(vendor.index, kind).get_or_init(|| {
            let rules = ShapeRules::new(vendor, kind, view);
            // a call without a shape rarely has the same rules as another call
            if view.event.shape.is_some() { share(rules) } else { Arc::new(rules) }
        })
    }

    fn new(vendor: &Vendor, kind: CallType, view: &CallView<'_>) -> ShapeRules {
        let is_off = is_switched_off(vendor, view);
        let Some(call) = vendor.calls[slot(kind)].as_ref() else {
            return ShapeRules { is_off, ..ShapeRules::default() };
        };
        let ids = |rule: &Option<IdRule>| {
            rule.as_ref().map_or_else(Vec::new, |rule| id_places(rule, call, view))
        };
        let made_up = numbers(&call.made_up, |(slot, _)| view.state(*slot) == Presence::Filled);
        ShapeRules {
            is_off,
            account: ids(&call.account),
            user: ids(&call.user),
            session: ids(&call.session),
            made_up,
            requests: call.requests.iter().map(|request| rules_of(request, call, view)).collect(),
            rests: rules_to_run(&call.rests, |rest| codes_of_rest(rest, view)),
        }
    }
}

/// Returns true if `integrations` has the vendor's name with the value false, or if it does not
/// have the name and has `All` or `all` with the value false.
pub(crate) fn is_switched_off(vendor: &Vendor, view: &CallView<'_>) -> bool {
    let codes = &vendor.common;
    let is_false = |slot| view.state(slot) == Presence::False;
    if codes.integrations.iter().any(|&name| is_false(name)) {
        return true;
    }
    let named = codes.integrations.iter().any(|&name| view.state(name) != Presence::Absent);
    !named && codes.all.iter().any(|&all| is_false(all))
}

/// Returns true if the call has the object of a guarded place, and no object of higher priority.
pub(crate) fn is_chosen(guard: Guard, call: &CallRules, view: &CallView<'_>) -> bool {
    let places = call.choices.get(usize::from(guard.choice));
    let first =
        places.and_then(|places| places.iter().position(|&place| view.present(place).is_some()));
    first == Some(usize::from(guard.object))
}

fn id_places(rule: &IdRule, call: &CallRules, view: &CallView<'_>) -> Vec<FieldSlot> {
    let guards = rule.guards.iter().copied().chain(std::iter::repeat(None));
    let places = rule.from.iter().copied().zip(guards);
    places
        .filter(|(slot, guard)| {
            let is_there =
                !matches!(view.state(*slot), Presence::Absent | Presence::Null | Presence::False);
            is_there && guard.is_none_or(|guard| is_chosen(guard, call, view))
        })
        .map(|(slot, _)| slot)
        .collect()
}

fn rules_of(request: &Request, call: &CallRules, view: &CallView<'_>) -> RequestRules {
    let spreads = rules_to_run(&request.spreads, |spread| codes_of_spread(spread, call, view));
    let mut rows: Vec<RowToRun> = Vec::new();
    for trigger in &request.row_triggers {
        let state = view.state(trigger.slot);
        let is_fine = trigger.fine.has(state);
        if is_fine && (trigger.max.is_none() || state == Presence::Absent) {
            continue;
        }
        // a row of several places runs once
        match rows.last_mut().filter(|known| known.row == trigger.row) {
            Some(known) => known.unless_within = None,
            None => {
                let unless_within = trigger.max.filter(|_| is_fine).map(|max| (trigger.slot, max));
                rows.push(RowToRun { row: trigger.row, unless_within });
            }
        }
    }
    RequestRules { spreads, rows }
}

/// Returns the codes of the findings of a spread.
///
/// # Errors
/// Fails if the findings depend on values.
fn codes_of_spread(
    spread: &Spread,
    call: &CallRules,
    view: &CallView<'_>,
) -> Result<Vec<CodeId>, DependsOnValue> {
    let object = spread.object(view, |guard| is_chosen(guard, call, view));
    let Some(object) = object.filter(|_| spread.speaks()) else { return Ok(Vec::new()) };
    let members = view.members(object).map(|(value, slot)| spread.code_by_kind(value, slot));
    members.filter_map(Result::transpose).collect()
}

/// Returns the codes of the findings about members of an object that no row reads.
///
/// # Errors
/// Fails if the findings depend on values.
fn codes_of_rest(rest: &LeftoverRule, view: &CallView<'_>) -> Result<Vec<CodeId>, DependsOnValue> {
    match view.present(rest.object) {
        None => Ok(Vec::new()),
        Some(members) if !members.is_object() => Ok(rest.kind.into_iter().collect()),
        Some(_) => {
            let members = view.members_besides(rest.object, &rest.claimed);
            let reported = members.filter(|(value, _)| rest.nulls || !value.is_null());
            let mut codes = Vec::new();
            for (_, slot) in reported {
                // the member is sent only if no row wrote a field of the same name
                if slot.is_some_and(|slot| rest.sent_set.has(slot)) {
                    return Err(DependsOnValue);
                }
                codes.extend(rest.code.filter(|_| rest.each || codes.is_empty()));
            }
            Ok(codes)
        }
    }
}

/// Returns the rules that report a finding or may report one.
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
