//! The text report of `check`.

use super::findings::{CorrectedSnippet, FindingGroup};
use super::summary::{uncompared_ids, verdict_lines};
use crate::call::text::visible;
use crate::engine::Tally;
use crate::findings::Severity;
use crate::report::colors::ColorWriter;
use crate::report::format_numbers::plural;
use crate::vendors::Vendors;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;

/// Returns the findings with their events, an example and the fix, the verdicts at each vendor, the
/// expectations (if there are any), and in the last line the outcome.
pub fn check_text(
    vendors: &Vendors,
    tally: &Tally,
    groups: &[FindingGroup],
    (expected, outcome): (Option<&str>, &str),
    color: bool,
) -> String {
    let mut out = String::new();
    // findings of one call share its corrected form, which is printed with the first of them
    let mut printed: Vec<&str> = Vec::new();
    for events in entries(groups) {
        let group = events[0];
        let corrected = group.corrected.as_ref().filter(|_| !printed.contains(&&*group.example));
        let corrected = corrected.filter(|_| group.missing);
        printed.extend(corrected.map(|_| &*group.example));
        write_entry(&mut out, &events, corrected, color);
    }
    if groups.iter().any(|group| group.severity == Severity::Info) {
        out.push('\n');
    }
    out.push_str(&uncompared_ids(tally));
    let lines = verdict_lines(vendors, &tally.verdicts);
    if !lines.is_empty() {
        out.push_str(&lines);
        out.push('\n');
    }
    if let Some(expected) = expected {
        out.push_str(expected);
        out.push('\n');
    }
    let count = |severity| {
        let of = groups.iter().filter(|group| group.severity == severity);
        of.map(|group| group.calls).sum::<u64>()
    };
    let only = groups.iter().filter(|group| group.calls == 0 && group.repeats > 0).count() as u64;
    let mut line = format!(
        "{}: {}, {}, {}",
        plural(tally.calls, "call"),
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Info), "info"),
    );
    let besides = [
        (tally.discarded, format!("{} discarded before any vendor", tally.discarded)),
        (tally.missing, format!("{} without an id", tally.missing)),
        (tally.repeats, plural(tally.repeats, "repeat")),
        (only, format!("{} that only repeats have", plural(only, "finding"))),
    ];
    for (_, words) in besides.iter().filter(|(count, _)| *count > 0) {
        write!(line, "; {words}").expect("writing to a String cannot fail");
    }
    writeln!(out, "{line}: {outcome}").expect("writing to a String cannot fail");
    out
}

/// Puts together the groups that are one entry for a reader: those of one code that need the same
/// change, whatever their event.
fn entries(groups: &[FindingGroup]) -> Vec<Vec<&FindingGroup>> {
    let mut entries: Vec<Vec<&FindingGroup>> = Vec::new();
    let mut places: HashMap<_, usize> = HashMap::new();
    for group in groups {
        let key = (&group.vendor, &group.code, &group.fix, &group.other_paths);
        // refused requests with the same status differ by their message
        let key = (key, group.event.is_none().then_some(&group.message));
        match places.get(&key) {
            Some(place) => entries[*place].push(group),
            None => {
                places.insert(key, entries.len());
                entries.push(vec![group]);
            }
        }
    }
    entries
}

/// The maximum number of events that an entry names; of the others it gives only the number.
const MAX_EVENTS: usize = 10;

fn write_entry(
    out: &mut String,
    events: &[&FindingGroup],
    corrected: Option<&CorrectedSnippet>,
    color: bool,
) {
    let group = events[0];
    let paint = match group.severity {
        Severity::Error => ColorWriter::Alarm,
        Severity::Warning => ColorWriter::Warning,
        Severity::Info => ColorWriter::Dim,
    };
    paint.put(out, color, group.severity.name());
    out.push(' ');
    ColorWriter::Bold.put(out, color, &visible(&group.code));
    let scope = match events {
        [_] => group.scope(),
        _ => {
            let title = group.vendor.as_ref().map(|(_, title)| format!("{title}, "));
            let calls = plural(events.iter().map(|group| group.calls).sum(), "call");
            let title = title.unwrap_or_default();
            format!("{}{calls} in {} events", visible(&title), events.len())
        }
    };
    // an info finding requires no change, so one line is enough
    if group.severity == Severity::Info {
        writeln!(out, " ({scope}): {}", visible(&group.full_message()))
            .expect("writing to a String cannot fail");
        return;
    }
    writeln!(out, " ({scope})").expect("writing to a String cannot fail");
    for (name, text) in [
        ("", &*group.full_message()),
        ("events: ", &*event_list(events)),
        ("example: ", &*group.example),
        ("seen: ", group.history.as_deref().unwrap_or_default()),
        ("fix: ", &group.fix),
    ] {
        if !text.is_empty() {
            writeln!(out, "  {name}{}", visible(text)).expect("writing to a String cannot fail");
        }
    }
    if let Some(corrected) = corrected {
        writeln!(out, "  corrected call ({}; {}):", corrected.language, corrected.changes)
            .expect("writing to a String cannot fail");
        for line in &corrected.lines {
            writeln!(out, "    {line}").expect("writing to a String cannot fail");
        }
    }
    out.push('\n');
}

/// Returns the events of an entry with their counts, the most frequent first; empty for a single event,
/// which the heading names.
fn event_list(events: &[&FindingGroup]) -> String {
    if events.len() == 1 {
        return String::new();
    }
    let count = |group: &FindingGroup| group.calls.max(group.repeats);
    let mut events = events.to_vec();
    events.sort_by_key(|group| Reverse(count(group)));
    let named = events
        .iter()
        .take(MAX_EVENTS)
        .map(|group| format!("{} {}", group.event.as_deref().unwrap_or("others"), count(group)));
    let mut list = named.collect::<Vec<_>>().join(", ");
    if let Some(more) = events.len().checked_sub(MAX_EVENTS).filter(|more| *more > 0) {
        write!(list, " and {more} more").expect("writing to a String cannot fail");
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_most_frequent_events_of_an_entry() {
        let group = |event: String, calls| FindingGroup {
            unit: "call",
            code: "C".into(),
            severity: Severity::Error,
            missing: false,
            fails: false,
            vendor: None,
            event: Some(event),
            event_name: None,
            calls,
            repeats: 0,
            message: String::new(),
            why: String::new(),
            history: None,
            fix: String::new(),
            path: String::new(),
            other_paths: Vec::new(),
            example: String::new(),
            corrected: None,
        };
        let groups: Vec<FindingGroup> = (1..=12).map(|n| group(format!("E{n}"), n)).collect();
        let events: Vec<&FindingGroup> = groups.iter().collect();
        let list = event_list(&events);
        assert!(list.starts_with("E12 12, E11 11, "), "{list}");
        assert!(list.ends_with("E3 3 and 2 more"), "{list}");
        assert_eq!(event_list(&events[..1]), "");
    }
}
