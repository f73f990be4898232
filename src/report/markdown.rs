//! Findings as Markdown, for the summary of a build or a comment.

use super::findings::FindingGroup;
use super::summary::plural;
use crate::findings::Verdict;
use crate::pipeline::{Pipeline, Tally};

/// The outcome, a table of the findings, and one of what became of the calls at each vendor.
pub fn markdown(
    pipeline: &Pipeline,
    tally: &Tally,
    groups: &[FindingGroup],
    outcome: &str,
) -> String {
    let mut out = format!("**{}: {}**\n", plural(tally.calls, "call"), cell(outcome));
    if !groups.is_empty() {
        out.push_str("\n| severity | code | vendor | calls | finding | example | fix |\n| --- | --- | --- | ---: | --- | --- | --- |\n");
    }
    for group in groups {
        let vendor = group.vendor.as_ref().map_or("", |(_, title)| title);
        let cells = [
            group.severity.name(),
            &format!("`{}`", group.code),
            vendor,
            &group.calls.to_string(),
            &group.message,
            &group.example,
            &group.fix,
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
        let title = pipeline.vendors().info(vendor).title.as_str();
        let cells: Vec<&str> =
            [title].into_iter().chain(counts.iter().map(String::as_str)).collect();
        out.push_str(&row(&cells));
    }
    out
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// One line that is read as text: captured names may hold anything.
fn cell(text: &str) -> String {
    let text = crate::call::text::visible(text);
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('@', "&#64;")
}
