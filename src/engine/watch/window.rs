//! Counts the calls of a rule in the span that it watches, and checks its bound.

use super::rule::{WatchBound, WatchRule};
use crate::call::time::Millis;
use crate::findings::fine_share;
use hashbrown::HashMap;
use std::collections::VecDeque;

/// The number of parts in which a span is counted. The oldest part is removed as a whole.
const PARTS: Millis = 60;
/// The maximum number of values of the field. Further values are watched together.
const MAX_GROUPS: usize = 50;
/// The name for these further values.
const OTHER_GROUPS: &str = "(other values)";

/// The state of a rule for one value of its field, or for all calls.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchState {
    /// The rule as it was written.
    pub rule: String,
    /// The field and its value, if the calls are watched by the values of a field.
    pub group: Option<(String, String)>,
    /// The number of calls in the span that the rule is about.
    pub part: u64,
    /// The number of calls of which these are a share.
    pub whole: u64,
    /// The number of calls so far that the rule is about.
    pub seen: u64,
    /// The condition under which the rule alerts.
    pub bound: WatchBound,
    /// True if the rule watches for at least its span.
    pub is_full: bool,
    /// True if the rule alerts.
    pub alerts: bool,
    /// True if there are enough calls to check the bound.
    pub is_known: bool,
}

/// A rule that began or ended to alert.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchChange {
    /// The present state.
    pub state: WatchState,
    /// The message about it.
    pub words: String,
}

#[derive(Debug, Default)]
struct WatchedGroup {
    /// The number of each part of time, its calls that the rule is about, and all its calls.
    parts: VecDeque<(Millis, u64, u64)>,
    /// The number of all calls so far that the rule is about.
    seen: u64,
    alerts: bool,
}

/// The counts of a rule.
#[derive(Debug)]
pub(crate) struct WatchWindow {
    rule: WatchRule,
    /// The time at which watching began.
    began: Millis,
    groups: HashMap<Option<String>, WatchedGroup>,
}

impl WatchWindow {
    pub fn new(rule: WatchRule, now: Millis) -> WatchWindow {
        let mut groups = HashMap::new();
        if rule.by.is_none() {
            groups.insert(None, WatchedGroup::default());
        }
        WatchWindow { rule, began: now, groups }
    }

    /// Returns the rule.
    pub fn rule(&self) -> &WatchRule {
        &self.rule
    }

    fn part_ms(&self) -> Millis {
        (self.rule.span_ms / PARTS).max(1)
    }

    /// Counts a call. `is_part` is true if the rule is about it. A call without the field belongs
    /// to no value and is not counted.
    pub fn add(&mut self, at: Millis, value: Option<String>, is_part: bool) {
        let group = match (&self.rule.by, value) {
            (None, _) => None,
            (Some(_), None) => return,
            (Some(_), Some(value)) if self.groups.contains_key(&Some(value.clone())) => Some(value),
            (Some(_), Some(_)) if self.groups.len() >= MAX_GROUPS => Some(OTHER_GROUPS.to_owned()),
            (Some(_), Some(value)) => Some(value),
        };
        let part = at.div_euclid(self.part_ms());
        let group = self.groups.entry(group).or_default();
        group.seen += u64::from(is_part);
        match group.parts.back_mut() {
            // a call that was delayed is counted in the newest part
            Some((last, parts, whole)) if *last >= part => {
                *parts += u64::from(is_part);
                *whole += 1;
            }
            _ => group.parts.push_back((part, u64::from(is_part), 1)),
        }
    }

    /// Checks the bound. Returns the values for which the rule began or ended to alert.
    pub fn look(&mut self, now: Millis) -> Vec<WatchChange> {
        let first = (now - self.rule.span_ms).div_euclid(self.part_ms()) + 1;
        let is_full = now - self.began >= self.rule.span_ms;
        let mut changes = Vec::new();
        for (value, group) in &mut self.groups {
            while group.parts.front().is_some_and(|(part, ..)| *part < first) {
                group.parts.pop_front();
            }
            let state = state(&self.rule, value.as_deref(), group, is_full);
            if state.alerts != group.alerts {
                group.alerts = state.alerts;
                let words = words(&self.rule, &state);
                changes.push(WatchChange { state, words });
            }
        }
        changes.sort_by(|a, b| a.state.group.cmp(&b.state.group));
        changes
    }

    /// Returns the state of the rule as of the last call of [`WatchWindow::look`].
    pub fn states(&self, now: Millis) -> Vec<WatchState> {
        let is_full = now - self.began >= self.rule.span_ms;
        let groups = self.groups.iter();
        let mut states: Vec<WatchState> = groups
            .map(|(value, group)| state(&self.rule, value.as_deref(), group, is_full))
            .collect();
        states.sort_by(|a, b| a.group.cmp(&b.group));
        states
    }
}

fn state(rule: &WatchRule, value: Option<&str>, group: &WatchedGroup, is_full: bool) -> WatchState {
    let part: u64 = group.parts.iter().map(|(_, part, _)| part).sum();
    let whole: u64 = group.parts.iter().map(|(_, _, whole)| whole).sum();
    let is_known = match rule.bound {
        WatchBound::ShareAbove(_) | WatchBound::ShareBelow(_) => whole >= rule.least,
        // a call that never arrived cannot stop arriving
        WatchBound::Gone => is_full && group.seen >= rule.least,
        WatchBound::RateBelow(_) if rule.by.is_some() => is_full && group.seen >= rule.least,
        WatchBound::RateBelow(_) => is_full,
    };
    let percent = 100.0 * part as f64 / whole.max(1) as f64;
    let is_beyond = match rule.bound {
        WatchBound::ShareAbove(bound) => percent > bound,
        WatchBound::ShareBelow(bound) => percent < bound,
        WatchBound::RateBelow(calls) => (part as f64) < calls,
        WatchBound::Gone => part == 0,
    };
    let field = rule.by.as_ref().map(|field| field.name().to_owned());
    WatchState {
        rule: rule.text.clone(),
        group: field.zip(value.map(str::to_owned)),
        part,
        whole,
        seen: group.seen,
        bound: rule.bound,
        is_full,
        alerts: is_known && is_beyond,
        is_known,
    }
}

/// Returns the message about a rule that begins or ends to alert.
fn words(rule: &WatchRule, state: &WatchState) -> String {
    let WatchState { part, whole, .. } = state;
    let number = match rule.bound {
        WatchBound::ShareAbove(_) | WatchBound::ShareBelow(_) => {
            format!("{}, {part} of {whole} calls", fine_share(*part, *whole))
        }
        WatchBound::RateBelow(_) | WatchBound::Gone => format!("{part} calls"),
    };
    let group = state.group.as_ref();
    let group = group.map_or(String::new(), |(field, value)| format!(" where {field} is {value}"));
    match (state.alerts, state.is_known) {
        (true, _) => format!("watch: {} ({number}){group}", rule.text),
        (false, true) => format!("watch ended: {} ({number}){group}", rule.text),
        (false, false) => format!("watch ended: {} (too few calls to say){group}", rule.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(rule: &str) -> WatchWindow {
        WatchWindow::new(WatchRule::parse(rule).expect(rule), 0)
    }

    /// Adds `whole` calls in one second, of which the rule is about `part`.
    fn add(window: &mut WatchWindow, at: Millis, value: Option<&str>, (part, whole): (u64, u64)) {
        (0..whole).for_each(|n| window.add(at, value.map(str::to_owned), n < part));
    }

    fn said(window: &mut WatchWindow, now: Millis) -> Vec<String> {
        window.look(now).into_iter().map(|change| change.words).collect()
    }

    #[test]
    fn a_share_alerts_once_when_it_begins_and_once_when_it_ends() {
        let rule = "missing(account_id) above 2% of track over 1m, least 50 calls";
        let mut window = window(rule);
        add(&mut window, 1_000, None, (10, 49));
        assert_eq!(said(&mut window, 2_000), [""; 0], "too few calls");
        add(&mut window, 2_000, None, (1, 51));
        assert_eq!(said(&mut window, 3_000), [format!("watch: {rule} (11%, 11 of 100 calls)")]);
        assert_eq!(said(&mut window, 4_000), [""; 0]);
        // the first calls leave the span, and good ones come
        add(&mut window, 62_000, None, (0, 60));
        assert_eq!(said(&mut window, 63_000), [format!("watch ended: {rule} (0%, 0 of 60 calls)")]);
        assert_eq!(said(&mut window, 200_000), [""; 0]);
        assert!(!window.states(200_000)[0].is_known);
    }

    #[test]
    fn each_value_of_a_field_is_watched_by_itself() {
        let mut window = window("missing(account_id) above 5% over 1m, by context.app.version");
        add(&mut window, 1_000, Some("2.0"), (0, 100));
        add(&mut window, 1_000, Some("2.1"), (50, 100));
        add(&mut window, 1_000, None, (90, 90));
        let said = said(&mut window, 2_000);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].ends_with("(50%, 50 of 100 calls) where context.app.version is 2.1"),
            "{said:?}"
        );
        // more values than are kept are one
        (0..200).for_each(|n| add(&mut window, 3_000, Some(&format!("v{n}")), (1, 1)));
        let states = window.states(4_000);
        assert_eq!(states.len(), MAX_GROUPS + 1);
        let other = states
            .iter()
            .find(|state| state.group.as_ref().is_some_and(|(_, value)| value == OTHER_GROUPS));
        assert_eq!(other.map(|state| state.part), Some(152));
    }

    #[test]
    fn a_rate_is_known_once_the_span_has_passed() {
        let mut window = window("track below 10 per minute over 1m");
        assert_eq!(said(&mut window, 59_000), [""; 0]);
        assert_eq!(said(&mut window, 60_000).len(), 1, "nothing came");
        add(&mut window, 61_000, None, (10, 10));
        let ended = said(&mut window, 62_000);
        assert!(ended[0].starts_with("watch ended: "), "{ended:?}");
    }

    #[test]
    fn what_used_to_come_and_does_not_is_gone() {
        let mut gone = window("event = \"Order\" gone for 1m, least 5 calls");
        add(&mut gone, 1_000, None, (4, 4));
        assert_eq!(said(&mut gone, 500_000), [""; 0], "it never came often enough");
        add(&mut gone, 500_000, None, (1, 1));
        assert_eq!(said(&mut gone, 559_000), [""; 0]);
        assert!(said(&mut gone, 562_000)[0].contains("(0 calls)"));
        add(&mut gone, 563_000, None, (1, 1));
        assert!(said(&mut gone, 564_000)[0].starts_with("watch ended: "));
    }
}
