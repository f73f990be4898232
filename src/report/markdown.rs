//! Findings as Markdown, for the summary of a build or a comment.

use super::findings::{CorrectedSnippet, FindingGroup};
use crate::engine::Tally;
use crate::findings::Verdict;
use crate::report::format_numbers::plural;
use crate::vendors::Vendors;

/// Returns the outcome, a table of the findings, and one of the verdicts at each vendor.
pub fn markdown(
    vendors: &Vendors,
    tally: &Tally,
    groups: &[FindingGroup],
    outcome: &str,
) -> String {
    let mut out = format!("**{}: {}**\n", plural(tally.calls, "call"), cell(outcome));
    if tally.discarded > 0 {
        let calls = plural(tally.discarded, "call");
        out.push_str(&format!(
            "\n**{calls} discarded by Segment or RudderStack before any vendor.**\n"
        ));
    }
    if !groups.is_empty() {
        out.push_str("\n| severity | code | vendor | event | calls | finding | example | fix |\n| --- | --- | --- | --- | ---: | --- | --- | --- |\n");
    }
    for group in groups {
        let vendor = group.vendor.as_ref().map_or("", |(_, title)| title);
        let calls = if group.calls > 0 { group.calls.to_string() } else { group.count() };
        let cells = [
            group.severity.name(),
            &format!("`{}`", group.code),
            vendor,
            group.event.as_deref().unwrap_or_default(),
            &calls,
            &group.full_message(),
            &group.example,
            &format!("{}{}", group.fix, group.seen(" (", ")")),
        ];
        out.push_str(&row(&cells));
    }
    let used =
        tally.verdicts.iter().enumerate().filter(|(_, counts)| counts.iter().sum::<u64>() > 0);
    for (nth, (vendor, counts)) in used.enumerate() {
        if nth == 0 {
            let names: Vec<&str> = Verdict::WORST_FIRST.iter().map(|v| v.name()).collect();
            let line = " ---: |".repeat(names.len());
            out.push_str(&format!("\n| vendor | {} |\n| --- |{line}\n", names.join(" | ")));
        }
        let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
        let title = vendors.info(vendor).title.as_str();
        let cells: Vec<&str> =
            [title].into_iter().chain(counts.iter().map(String::as_str)).collect();
        out.push_str(&row(&cells));
    }
    corrected_calls(&mut out, groups);
    out
}

/// Appends the corrected call of each example, once, below the codes that it fixes.
fn corrected_calls(out: &mut String, groups: &[FindingGroup]) {
    let mut calls: Vec<(&FindingGroup, &CorrectedSnippet, Vec<&str>)> = Vec::new();
    for group in groups {
        let Some(corrected) = &group.corrected else { continue };
        match calls.iter_mut().find(|(first, ..)| first.example == group.example) {
            Some((_, _, codes)) => codes.push(&group.code),
            None => calls.push((group, corrected, vec![&group.code])),
        }
    }
    for (nth, (group, corrected, codes)) in calls.iter().enumerate() {
        if nth == 0 {
            out.push_str("\n### Corrected calls\n");
        }
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let changes = cell(&corrected.changes);
        out.push_str(&format!("\n{} ({}): {changes}\n", cell(&group.example), codes.join(", ")));
        out.push_str(&block(corrected));
    }
}

/// Returns a block of code between fences that are longer than any run of backticks in it.
pub(crate) fn block(corrected: &CorrectedSnippet) -> String {
    let code = corrected.code();
    let runs = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(runs + 1));
    format!("\n{fence}{}\n{code}\n{fence}\n", tag(corrected.language))
}

/// Returns the name by which highlighters know a language: its first word.
fn tag(language: &str) -> String {
    let first = language.split([' ', ',', '(']).next().unwrap_or_default();
    first.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '#').collect()
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Escapes a text for one cell: captured names may contain anything.
pub(super) fn cell(text: &str) -> String {
    let text = crate::call::text::visible(text);
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('@', "&#64;")
}
