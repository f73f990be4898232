//! A summary of what was captured, in a few lines.

use super::findings::remarks;
use crate::call::text::visible;
use crate::engine::{Stats, Tally};
use crate::findings::{Verdict, VerdictCounts};
use crate::report::format_numbers::plural;
use crate::vendors::Vendors;
use std::fmt::Write;

/// Returns the summary that `tail` prints at its end. `tally` is that of all calls.
pub fn summary(stats: &Stats, vendors: &Vendors, tally: &Tally) -> String {
    let mut out =
        format!("{} in {}", plural(stats.calls, "call"), plural(stats.requests, "request"));
    let requests = stats.request_counts;
    let unrecorded = stats.unrecorded_words();
    for (count, what) in [
        (stats.repeats, "repeated"),
        (requests.without_calls, "without a call"),
        (requests.refused, "refused"),
        (requests.not_found, "not found (404)"),
        (stats.too_much, "turned away (429)"),
        (stats.unrecorded, unrecorded),
    ] {
        if count > 0 {
            write!(out, ", {count} {what}").expect("writing to a String cannot fail");
        }
    }
    out.push('\n');
    if let Some(forward) = &stats.forward {
        writeln!(out, "{}", forward.words()).expect("writing to a String cannot fail");
    }
    if let Some(mirror) = &stats.mirror {
        writeln!(out, "mirror: {}", mirror.words()).expect("writing to a String cannot fail");
    }
    if tally.discarded > 0 {
        let calls = plural(tally.discarded, "call");
        writeln!(out, "{calls} discarded by Segment or RudderStack before any vendor")
            .expect("writing to a String cannot fail");
    }
    match stats.missing {
        // without calls the line would say nothing
        0 if stats.came() == 0 => {}
        0 => out.push_str("no call lacks an id that a vendor in use needs\n"),
        some => writeln!(
            out,
            "{} an account or user id that a vendor in use needs",
            if some == 1 { "1 call lacks".to_owned() } else { format!("{some} calls lack") }
        )
        .expect("writing to a String cannot fail"),
    }
    for group in remarks(tally) {
        let count = group.count();
        let (severity, message) = (group.severity.name(), visible(&group.message));
        writeln!(out, "{severity} {} ({count}): {message}", group.code)
            .expect("writing to a String cannot fail");
    }
    out.push_str(&uncompared_ids(tally));
    out.push_str(&verdict_lines(vendors, &tally.verdicts));
    out
}

/// Returns lines about ids that were not compared because a limit was reached; empty if there are none.
pub(crate) fn uncompared_ids(tally: &Tally) -> String {
    let mut out = String::new();
    if tally.ids_untold > 0 {
        let calls = plural(tally.ids_untold, "call");
        out.push_str(&format!(
            "the ids of {calls} were not compared: there was no room for them\n"
        ));
    }
    if tally.more_id_remarks > 0 {
        let more = plural(tally.more_id_remarks, "further remark");
        out.push_str(&format!("{more} about ids had no room\n"));
    }
    out
}

/// Returns one line for each vendor with verdicts: the number of calls of each verdict, in the order of
/// [`Verdict::WORST_FIRST`].
pub(crate) fn verdict_lines(vendors: &Vendors, verdicts: &[VerdictCounts]) -> String {
    let mut out = String::new();
    for (vendor, counts) in verdicts.iter().enumerate() {
        let parts: Vec<String> = Verdict::WORST_FIRST
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
            .map(|(verdict, count)| format!("{count} {}", verdict.name()))
            .collect();
        if !parts.is_empty() {
            let title = visible(&vendors.info(vendor).title);
            writeln!(out, "{title}: {}", parts.join(", "))
                .expect("writing to a String cannot fail");
        }
    }
    out
}
