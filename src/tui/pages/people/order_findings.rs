//! Remarks about the order of a user's calls, in words and with signs: those that the calls
//! themselves show, and findings of the vendors.

use crate::call::CallType;
use crate::findings::{Severity, Verdict};
use crate::inspector::{Detail, OrderFinding, Timeline};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::text_builder::TextBuilder;
use ratatui::style::Style;

/// Returns the counts of the calls by type, in a line.
pub fn by_type(timeline: &Timeline) -> String {
    let each = CallType::ALL.into_iter().zip(timeline.types).filter(|(_, of)| of.calls > 0);
    let each: Vec<String> =
        each.map(|(kind, of)| format!("{} {}", grouped(of.calls), kind.name())).collect();
    each.join(", ")
}

/// Returns the message of a finding in the first call that has it.
pub fn message(order_finding: &OrderFinding, ctx: &ViewContext<'_>) -> Option<String> {
    let Some(Detail::Call(call)) = ctx.inspector.detail(order_finding.row) else { return None };
    let vendors = call.vendors.iter().filter(|at| Some(at.vendor) == order_finding.vendor);
    let mut findings = vendors.flat_map(|at| &at.findings).chain(&call.common);
    findings
        .find(|finding| finding.code == order_finding.code)
        .map(|finding| finding.message.clone())
}

/// Returns remarks about the order of the calls, each with true if it is odd. A remark only says
/// what these calls show, because there may be other calls. That something never came is only said
/// if `known` is true, which means that all calls were read.
pub fn shows(timeline: &Timeline, known: bool) -> Vec<(bool, String)> {
    let counted =
        |calls| count(calls, "track, page or screen call", "track, page and screen calls");
    let events = timeline.events();
    let order = |first: u64, before: u64, name: &str| match (before, events) {
        (0, 0) if known => {
            Some((false, format!("{name} arrived, but no track, page or screen call")))
        }
        (0, 0) => None,
        (0, _) => {
            Some((false, format!("{name} arrived before the first track, page or screen call")))
        }
        (before, _) => {
            let (before, first) = (counted(before), grouped(first));
            Some((true, format!("{before} arrived before the first {name} call, #{first}")))
        }
    };
    let (identify, group) =
        (timeline.count_of_type(CallType::Identify), timeline.count_of_type(CallType::Group));
    let identified = match identify.calls {
        0 if known && events > 0 => {
            let events = counted(events);
            Some((true, format!("never identified with this id: {events} and no identify call")))
        }
        0 => None,
        _ => order(identify.first, timeline.before_identify, "identify"),
    };
    let in_group = match group.calls {
        0 if known && timeline.calls + timeline.named > 0 => {
            Some((true, "group was never called with this user id".to_owned()))
        }
        0 => None,
        _ => order(group.first, timeline.before_group, "group"),
    };
    identified.into_iter().chain(in_group).collect()
}

/// Writes the remarks about the order of the calls, one for each line, and the findings of the
/// vendors. `known` is true if all calls were read.
pub fn write(
    builder: &mut TextBuilder<'_>,
    (timeline, known): (&Timeline, bool),
    found: &[(OrderFinding, Option<String>)],
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let theme = &look.theme;
    let good = (look.verdict_sign(Verdict::Delivered), theme.good);
    let odd = (look.severity_sign(Severity::Warning), theme.warning);
    let mut line = |(sign, style): (&'static str, Style), words: &str| {
        builder.labelled(2, "  ", &format!("{sign} {words}"), style);
    };
    for (is_odd, words) in shows(timeline, known) {
        line(if is_odd { odd } else { good }, &words);
    }
    for (order_finding, message) in found {
        let whose = order_finding.vendor.and_then(|at| ctx.shared.vendors.get(at));
        let whose = whose.map_or(String::new(), |vendor| format!("{}, ", vendor.title));
        let calls = count(order_finding.calls, "call", "calls");
        let first = grouped(order_finding.first);
        let message = message.as_deref().map_or(String::new(), |words| format!(": {words}"));
        let words = format!("{} ({whose}{calls}, first #{first}){message}", order_finding.code);
        line(
            (look.severity_sign(order_finding.severity), look.severity(order_finding.severity)),
            &words,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the remarks about calls of these types in this order.
    fn said(kinds: &[CallType], known: bool) -> Vec<(bool, String)> {
        let mut timeline = Timeline::default();
        for (at, kind) in kinds.iter().enumerate() {
            timeline.add(Some(*kind), (at as u64 + 1, 0), (false, true));
        }
        shows(&timeline, known)
    }

    #[test]
    fn remarks_are_true_for_every_order_of_calls() {
        let mut orders: Vec<Vec<CallType>> = vec![Vec::new()];
        for begin in 0.. {
            if orders[begin].len() == 4 {
                break;
            }
            for kind in CallType::ALL {
                let order = [&orders[begin][..], &[kind]].concat();
                orders.push(order);
            }
        }
        for order in orders {
            let is_event = |kind: &CallType| {
                matches!(kind, CallType::Track | CallType::Page | CallType::Screen)
            };
            let events = order.iter().filter(|kind| is_event(kind)).count();
            let first_event = order.iter().position(is_event);
            let said = said(&order, true);
            for kind in [CallType::Identify, CallType::Group] {
                let name = kind.name();
                let first = order.iter().position(|other| *other == kind);
                let before = order.iter().take(first.unwrap_or(0)).filter(|kind| is_event(kind));
                let before = before.count();
                let has = |odd: bool, words: &str| {
                    said.iter().any(|(is, line)| *is == odd && line.contains(words))
                };
                let earlier = format!("{name} arrived before the first track, page or screen call");
                let earlier = has(false, &earlier);
                assert_eq!(earlier, matches!((first, first_event), (Some(a), Some(b)) if a < b));
                let alone =
                    has(false, &format!("{name} arrived, but no track, page or screen call"));
                assert_eq!(alone, first.is_some() && events == 0, "{order:?} {said:?}");
                let late = first.map_or(0, |first| first + 1);
                let late = has(true, &format!("arrived before the first {name} call, #{late}"));
                assert_eq!(late, before > 0, "{order:?} {said:?}");
                assert!(!late || has(true, &format!("{before} track, page")), "{said:?}");
                let never = match kind {
                    CallType::Group => has(true, "group was never called"),
                    _ => has(true, &format!("never identified with this id: {events} track")),
                };
                let matters = kind == CallType::Group || events > 0;
                assert_eq!(never, first.is_none() && !order.is_empty() && matters, "{order:?}");
            }
        }
    }

    #[test]
    fn reports_nothing_as_missing_before_all_calls_are_read() {
        use CallType::{Group, Identify, Track};
        assert_eq!(said(&[Track], false), []);
        assert_eq!(said(&[Identify, Group], false), []);
        let known = said(&[Identify, Track], false);
        let words = "identify arrived before the first track, page or screen call";
        assert_eq!(known, [(false, words.to_owned())]);
    }
}
