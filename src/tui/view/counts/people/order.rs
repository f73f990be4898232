//! What is odd about the order of a user's calls, in words and with marks: what the calls
//! themselves show, and what vendors found.

use super::super::super::World;
use super::super::super::detail::paper::Paper;
use crate::call::CallType;
use crate::findings::{Severity, Verdict};
use crate::tui::feed::{Course, Detail, Disorder};
use crate::tui::shared::{count, grouped};
use ratatui::style::Style;

/// The calls by type, in a line.
pub fn by_type(course: &Course) -> String {
    let each = CallType::ALL.into_iter().zip(course.types).filter(|(_, of)| of.calls > 0);
    let each: Vec<String> =
        each.map(|(kind, of)| format!("{} {}", grouped(of.calls), kind.name())).collect();
    each.join(", ")
}

/// The sentence of a finding in the first call that has it.
pub fn message(disorder: &Disorder, world: &World<'_>) -> Option<String> {
    let Some(Detail::Call(call)) = world.feed.detail(disorder.row) else { return None };
    let vendors = call.vendors.iter().filter(|at| Some(at.vendor) == disorder.vendor);
    let mut findings = vendors.flat_map(|at| &at.findings).chain(&call.wire_findings);
    findings.find(|finding| finding.code == disorder.code).map(|finding| finding.message.clone())
}

/// Writes it: one line a thing, the worst first, or that all is well.
pub fn write(
    paper: &mut Paper<'_>,
    course: &Course,
    found: &[(Disorder, Option<String>)],
    world: &World<'_>,
) {
    let look = world.look;
    let theme = &look.theme;
    let good = (look.verdict_sign(Verdict::Delivered), theme.good);
    let odd = (look.severity_sign(Severity::Warning), theme.warning);
    let mut line = |(sign, style): (&'static str, Style), words: &str| {
        paper.labelled(2, "  ", &format!("{sign} {words}"), style);
    };
    let identify = course.of(CallType::Identify);
    let group = course.of(CallType::Group);
    let events =
        || count(course.events(), "track, page or screen call", "track, page and screen calls");
    let came = |number: u64| format!("{} came", count(number, "call", "calls"));
    match (identify.calls, course.before_identify) {
        (0, 0) => {}
        (0, _) => {
            line(odd, &format!("never identified with this id: {} and no identify call", events()))
        }
        (_, 0) => line(good, "identified before anything else"),
        (_, before) => {
            let words = format!(
                "{} before the first identify call, #{}",
                came(before),
                grouped(identify.first)
            );
            line(odd, &words);
        }
    }
    match (group.calls, course.before_group) {
        (0, _) if course.calls > 0 => {
            line(odd, "group was never called with this user id");
        }
        (0, _) => {}
        (_, 0) => line(good, "put into a group before anything else"),
        (_, before) => {
            let words =
                format!("{} before the first group call, #{}", came(before), grouped(group.first));
            line(odd, &words);
        }
    }
    for (disorder, message) in found {
        let whose = disorder.vendor.and_then(|at| world.shared.vendors.get(at));
        let whose = whose.map_or(String::new(), |vendor| format!("{}, ", vendor.title));
        let calls = count(disorder.calls, "call", "calls");
        let first = grouped(disorder.first);
        let message = message.as_deref().map_or(String::new(), |words| format!(": {words}"));
        let words = format!("{} ({whose}{calls}, first #{first}){message}", disorder.code);
        line((look.severity_sign(disorder.severity), look.severity(disorder.severity)), &words);
    }
}
