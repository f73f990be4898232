//! Findings of many calls, one entry a code: what every report for CI is made of.

use super::numbers::plural;
use crate::call::text::visible;
use crate::findings::fixes::Edit;
use crate::findings::{Finding, Headline, Severity};
use crate::pipeline::{CallDetail, Detail, NoCall, NoCallDetail, Tallied, Tally};
use crate::vendors::Vendors;
use std::collections::BTreeMap;

/// A finding with how many calls have it, and one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingGroup {
    /// The code; of requests `HTTP-` and the status.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// It says that an id is missing.
    pub missing: bool,
    /// It is one of those that must not be; whoever asks for the report says so.
    pub fails: bool,
    /// The vendor's name and title; none for what the service itself does.
    pub vendor: Option<(String, String)>,
    /// How many calls, or requests,
    pub calls: u64,
    /// and how many repeats of calls.
    pub repeats: u64,
    /// The sentence about the example.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// What earlier calls of the example's user say about it.
    pub history: Option<String>,
    /// What to change.
    pub fix: String,
    /// JSON pointer into the example.
    pub path: String,
    /// The first call or request that has it.
    pub example: String,
    /// The example as it should have been, for a finding about an id.
    pub corrected: Option<Corrected>,
}

impl FindingGroup {
    /// `3 calls`; where only repeats have it, `1 repeat`; of requests, `1 request`.
    pub fn count(&self) -> String {
        match (self.calls, self.repeats) {
            (0, 1..) => plural(self.repeats, "repeat"),
            _ if self.code.starts_with("HTTP-") => plural(self.calls, "request"),
            _ => plural(self.calls, "call"),
        }
    }
}

/// A corrected call, ready to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// What is different, in words.
    pub changes: String,
    /// The language, and the library that it is for.
    pub language: &'static str,
    /// The code's lines, safe to print.
    pub lines: Vec<String>,
}

impl FindingGroup {
    /// What earlier calls say, as a sentence behind a word; nothing where they say nothing.
    pub fn seen(&self, before: &str, after: &str) -> String {
        let seen = |history: &String| format!("{before}{}{after}", visible(history));
        self.history.as_ref().map_or_else(String::new, seen)
    }
}

impl Corrected {
    fn of(call: &CallDetail) -> Option<Corrected> {
        let fix = call.fix_of_ids()?;
        let changes: Vec<String> = fix.edits.iter().map(Edit::words).collect();
        let code = fix.snippet.code.replace('\t', "    ");
        Some(Corrected {
            changes: changes.join(", "),
            language: fix.snippet.language,
            lines: code.lines().map(|line| visible(line).into_owned()).collect(),
        })
    }

    /// What follows the sentence about the fix, in plain text.
    pub fn paragraph(&self) -> String {
        format!("\ncorrected call ({}; {}):\n{}", self.language, self.changes, self.code())
    }

    /// The code as one text.
    pub fn code(&self) -> String {
        self.lines.join("\n")
    }
}

/// Gives everything about a row that a tally names.
pub type Details<'d> = &'d dyn Fn(u64) -> Result<Option<Detail>, String>;

/// The findings of a tally, in its order, requests that lost calls first.
pub fn finding_groups(
    vendors: &Vendors,
    tally: &Tally,
    detail: Details<'_>,
) -> Result<Vec<FindingGroup>, String> {
    let mut groups = no_calls(&tally.no_calls, detail)?;
    for found in &tally.found {
        if let Some(Detail::Call(call)) = detail(found.first)? {
            groups.push(group(vendors, *found, &call));
        }
    }
    groups.sort_by_key(|group| group.severity);
    Ok(groups)
}

fn group(vendors: &Vendors, found: Tallied, call: &CallDetail) -> FindingGroup {
    let entry = vendors.codes().entry(found.code);
    let rendered = call.vendors.iter().filter(|(at, _)| Some(*at) == entry.vendor);
    let own = rendered.flat_map(|(_, rendered)| &rendered.findings);
    let is = |finding: &&Finding| {
        *finding.code == *entry.code && finding.vendor.is_some() == entry.vendor.is_some()
    };
    let finding = call.common.iter().chain(own).find(is);
    let text = |of: fn(&Finding) -> &String| finding.map(of).cloned().unwrap_or_default();
    FindingGroup {
        code: entry.code.to_string(),
        severity: entry.severity,
        missing: matches!(entry.headline, Some(Headline::Strong(_))),
        fails: false,
        vendor: entry.vendor.map(|at| {
            let info = vendors.info(at);
            (info.name.clone(), info.title.clone())
        }),
        calls: found.calls,
        repeats: found.repeats,
        message: text(|finding| &finding.message),
        why: text(|finding| &finding.why),
        history: finding.and_then(|finding| finding.history.clone()),
        fix: text(|finding| &finding.fix),
        path: text(|finding| &finding.path),
        example: example(call),
        corrected: entry.headline.and_then(|_| Corrected::of(call)),
    }
}

fn example(call: &CallDetail) -> String {
    let mut text = format!("call {}: {}", call.seq.0, call.kind.as_deref().unwrap_or("no type"));
    if let Some(name) = &call.name {
        text.push_str(&format!(" \"{name}\""));
    }
    for (name, id) in [("account", &call.account_id), ("user", &call.user_id)] {
        if let Some(id) = id {
            text.push_str(&format!(", {name} {id}"));
        }
    }
    text
}

/// Requests that lost calls, those with one status and problem as one entry.
fn no_calls(rows: &[u64], detail: Details<'_>) -> Result<Vec<FindingGroup>, String> {
    let mut problems: BTreeMap<(u16, String), (u64, Box<NoCallDetail>)> = BTreeMap::new();
    for row in rows {
        if let Some(Detail::NoCall(row)) = detail(*row)?
            && row.severity.is_some()
        {
            let problem = (row.request.status, row.problem.clone());
            problems.entry(problem).or_insert((0, row)).0 += 1;
        }
    }
    Ok(problems.into_values().map(|(requests, first)| no_call(requests, *first)).collect())
}

fn no_call(requests: u64, row: NoCallDetail) -> FindingGroup {
    let status = row.request.status;
    let again = matches!(status, 408 | 429 | 500..) && !matches!(status, 501 | 505 | 511);
    let fate = match (row.kind, again) {
        (NoCall::Empty, _) => "its sender takes that for success, so its calls are lost",
        (NoCall::LostItems, _) => "its sender takes that for success, so these items are lost",
        (_, true) => "its sender tries again",
        (_, false) => "senders do not try again, so its calls are lost",
    };
    FindingGroup {
        code: format!("HTTP-{status}"),
        severity: if again { Severity::Info } else { row.severity.unwrap_or(Severity::Error) },
        missing: false,
        fails: false,
        vendor: None,
        calls: requests,
        repeats: 0,
        message: row.reason,
        why: format!("The request was answered {status}; {fate}."),
        history: None,
        fix: row.fix,
        path: String::new(),
        example: format!(
            "request {}: {} {}",
            row.request.number, row.request.method, row.request.path
        ),
        corrected: None,
    }
}
