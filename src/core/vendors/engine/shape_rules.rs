//! The rules of a vendor that may say something about calls of one shape.
//!
//! Most rules pass over most calls by the names and kinds of their members alone: a field is there
//! and of the kind that its row takes, a place for an id is empty. The rules that are left are
//! found once for each shape, vendor, and call type ([`crate::vendors::look_plan`]), and further
//! calls of the shape run only those. Values, the vendor's memory, and its code decide what they
//! say, so that is found for each call.

use crate::call::CallType;
use crate::vendors::codes::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::presence::Presence;
use crate::vendors::engine::spread::{DependsOnValue, Spread};
use crate::vendors::vendor::{CallRules, Guard, IdRule, LeftoverRule, Request, Vendor, slot};

/// The rules of a vendor for one call type that may say something about calls of a shape.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ShapeRules {
    /// `integrations` switches the vendor off.
    pub is_off: bool,
    /// The places where an account id may stand, in the order of the table,
    pub account: Vec<FieldSlot>,
    /// a user id,
    pub user: Vec<FieldSlot>,
    /// and a session id.
    pub session: Vec<FieldSlot>,
    /// Numbers of [`CallRules::made_up`].
    pub made_up: Vec<u16>,
    /// One for each request of the table.
    pub requests: Vec<RequestRules>,
    /// Of [`CallRules::rests`].
    pub rests: Vec<RuleToRun>,
}

/// The rules of a request that may say something; its output needs all of them.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RequestRules {
    /// Of [`Request::spreads`].
    pub spreads: Vec<RuleToRun>,
    pub rows: Vec<RowToRun>,
}

/// A rule that may say something.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct RuleToRun {
    /// Its number.
    pub number: u16,
    /// The codes that it finds, if the shape alone decides that. A call that is only judged needs
    /// no more of the rule.
    pub codes: Option<Vec<CodeId>>,
}

/// A row that may say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowToRun {
    /// Its number.
    pub row: u8,
    /// It says nothing if the value at a place has at most so many bytes.
    pub unless_within: Option<(FieldSlot, u32)>,
}

impl ShapeRules {
    /// Finds the rules for calls of the shape and type of one of them.
    pub fn new(vendor: &Vendor, kind: CallType, look: &CallView<'_>) -> ShapeRules {
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
    let members = look.members(object).map(|(value, slot)| spread.report(value, slot));
    let mut codes = members.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
    codes.dedup();
    Ok(codes)
}

/// Returns the codes that are found for members of an object that no row reads; `Err` if that
/// depends on values.
fn codes_of_rest(rest: &LeftoverRule, look: &CallView<'_>) -> Result<Vec<CodeId>, DependsOnValue> {
    let code = match look.present(rest.of) {
        None => None,
        Some(members) if !members.is_object() => rest.kind,
        Some(_) => {
            let mut members = look.members_besides(rest.of, &rest.claimed);
            let mut is_reported = false;
            for (_, slot) in members.by_ref().filter(|(value, _)| rest.nulls || !value.is_null()) {
                // whether it is sent depends on what the rows wrote
                if slot.is_some_and(|slot| rest.sent_set.has(slot)) {
                    return Err(DependsOnValue);
                }
                is_reported = true;
            }
            rest.code.filter(|_| is_reported)
        }
    };
    Ok(code.into_iter().collect())
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
