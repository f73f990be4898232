//! What `check` prints for people.

use super::findings::{Corrected, FindingGroup};
use super::numbers::plural;
use super::paint::Paint;
use super::summary::verdict_lines;
use crate::call::text::visible;
use crate::findings::Severity;
use crate::pipeline::Tally;
use crate::vendors::Vendors;
use std::fmt::Write;

/// The findings with count, example and fix, what became of the calls at each vendor, how they stand
/// to what is expected (where something is), and in a last line the outcome.
pub fn check_text(
    vendors: &Vendors,
    tally: &Tally,
    groups: &[FindingGroup],
    (expected, outcome): (Option<&str>, &str),
    colour: bool,
) -> String {
    let mut out = String::new();
    // findings of one call share its corrected form: it is printed with the first of them
    let mut printed: Vec<&str> = Vec::new();
    for group in groups {
        let corrected = group.corrected.as_ref().filter(|_| !printed.contains(&&*group.example));
        let corrected = corrected.filter(|_| group.missing);
        printed.extend(corrected.map(|_| &*group.example));
        entry(&mut out, group, corrected, colour);
    }
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

fn entry(out: &mut String, group: &FindingGroup, corrected: Option<&Corrected>, colour: bool) {
    let paint = match group.severity {
        Severity::Error => Paint::Alarm,
        Severity::Warning => Paint::Warning,
        Severity::Info => Paint::Dim,
    };
    paint.put(out, colour, group.severity.name());
    out.push(' ');
    Paint::Bold.put(out, colour, &group.code);
    let title = group.vendor.as_ref().map(|(_, title)| format!("{title}, ")).unwrap_or_default();
    writeln!(out, " ({title}{})", group.count()).expect("writing to a String cannot fail");
    let fix = ("fix", if group.severity == Severity::Info { "" } else { &group.fix });
    let seen = ("seen", group.history.as_deref().unwrap_or_default());
    for (name, text) in [("", &*group.message), ("example", &*group.example), seen, fix] {
        if !text.is_empty() {
            let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
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
