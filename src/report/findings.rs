//! The findings of many calls, with one entry for each event, code and fix. All reports for CI are made
//! of these entries.

use crate::call::text::{spelled, visible};
use crate::engine::index::RemarkKind;
use crate::engine::{CallDetail, CallGroup, RowDetail, Tally};
use crate::findings::Severity;
use crate::findings::advice::dotted;
use crate::findings::fixes::{Edit, SnippetAudience};
use crate::report::by_event::sort_by_event;
use crate::report::format_numbers::plural;
use crate::report::found_groups::FoundGroups;
use crate::report::lost_requests::lost_requests;
use crate::vendors::{CodeId, Vendors};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::panic::resume_unwind;
use std::thread;

/// A finding with the number of calls that have it, and one of these calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingGroup {
    /// The unit of the count: `call`, `request` or `id`.
    pub unit: &'static str,
    /// The code; for requests, `HTTP-` and the status.
    pub code: String,
    /// The severity.
    pub severity: Severity,
    /// True if it says that an id is missing.
    pub missing: bool,
    /// True if it makes the report fail; the caller that asks for the report sets it.
    pub fails: bool,
    /// The vendor's name and title; none for what the service itself does.
    pub vendor: Option<(String, String)>,
    /// The type and name of the calls, such as `track "Signed Up"`; none for requests, and for calls of
    /// several events that were not counted separately.
    pub event: Option<String>,
    /// The name of the event alone, as the app's source may contain it.
    pub event_name: Option<String>,
    /// The number of calls, requests or ids.
    pub calls: u64,
    /// The number of repeats of calls.
    pub repeats: u64,
    /// The message about the example.
    pub message: String,
    /// The reason why it matters.
    pub why: String,
    /// A fact about it from earlier calls of the example's user.
    pub history: Option<String>,
    /// The fix.
    pub fix: String,
    /// The JSON pointer into the example.
    pub path: String,
    /// Further places in each of the calls to which the message applies.
    pub other_paths: Vec<String>,
    /// The first call or request that has it.
    pub example: String,
    /// The corrected example, if a change of the call would remove the finding.
    pub corrected: Option<CorrectedSnippet>,
}

impl FindingGroup {
    /// Formats the count: `3 calls`; if only repeats have the finding, `1 repeat`; for requests,
    /// `1 request`.
    pub fn count(&self) -> String {
        match (self.calls, self.repeats) {
            (0, 1..) => plural(self.repeats, "repeat"),
            _ => plural(self.calls, self.unit),
        }
    }

    /// Returns the vendor's title, the event and the count, as far as they exist, which follow the code
    /// in the headings of reports.
    pub fn scope(&self) -> String {
        let title = self.vendor.as_ref().map(|(_, title)| title.clone());
        let parts = title.into_iter().chain(self.event.clone()).chain([self.count()]);
        visible(&parts.collect::<Vec<_>>().join(", ")).into_owned()
    }

    /// Returns the message with the further places to which it applies.
    pub fn full_message(&self) -> String {
        let others: Vec<String> = self.other_paths.iter().map(|path| dotted(path)).collect();
        match others.is_empty() {
            true => self.message.clone(),
            false => format!("{} (also `{}`)", self.message, others.join("`, `")),
        }
    }
}

/// A corrected call, ready to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectedSnippet {
    /// The changes, in words.
    pub changes: String,
    /// The language and the library of the code.
    pub language: &'static str,
    /// The lines of the code, safe to print.
    pub lines: Vec<String>,
}

impl FindingGroup {
    /// Returns the history between two texts; empty without a history.
    pub fn seen(&self, before: &str, after: &str) -> String {
        let seen = |history: &String| format!("{before}{}{after}", visible(history));
        self.history.as_ref().map_or_else(String::new, seen)
    }
}

impl CorrectedSnippet {
    pub(crate) fn from_call(call: &CallDetail) -> Option<CorrectedSnippet> {
        let fix = call.correction(SnippetAudience::Anybody)?;
        let changes: Vec<String> = fix.edits.iter().map(Edit::words).collect();
        let code = fix.snippet.text().replace('\t', "    ");
        Some(CorrectedSnippet {
            changes: changes.join(", "),
            language: fix.snippet.language,
            lines: code.lines().map(|line| visible(line).into_owned()).collect(),
        })
    }

    /// Returns the paragraph that follows the fix, in plain text.
    pub fn paragraph(&self) -> String {
        format!("\ncorrected call ({}; {}):\n{}", self.language, self.changes, self.code())
    }

    /// Returns the code as one text.
    pub fn code(&self) -> String {
        self.lines.join("\n")
    }
}

/// A function that returns the details of rows that a tally names, one result for each row. Several
/// threads call it.
pub type Details<'d> = &'d (dyn Fn(&[u64]) -> Vec<Result<Option<RowDetail>, String>> + Sync);

/// The number of calls that each thread reads at a time. That many, with their results at the vendors,
/// are in memory per thread.
const CALLS_PER_THREAD: usize = 32;
/// The maximum number of threads.
const MAX_THREADS: usize = 8;

/// Groups the findings of a tally by code, event and fix: requests that lost calls first, then by
/// severity, and those of one severity by event.
pub fn finding_groups(
    vendors: &Vendors,
    tally: &Tally,
    details: Details<'_>,
) -> Result<Vec<FindingGroup>, String> {
    let mut groups = lost_requests(&tally.no_calls, details)?;
    let found = group_findings(vendors, &tally.groups, details)?;
    let order: HashMap<CodeId, usize> =
        tally.found.iter().enumerate().map(|(at, found)| (found.code, at)).collect();
    let mut all = found.groups;
    // the sort is stable: groups with the same code and count keep their order
    all.sort_by_key(|found| (order.get(&found.code).copied(), Reverse(found.group.calls)));
    groups.extend(all.into_iter().map(|found| found.group));
    groups.extend(remarks(tally));
    let mut groups: Vec<(usize, FindingGroup)> = groups.into_iter().enumerate().collect();
    // a group without an event is not put together with others
    let event = |(at, group): &(usize, FindingGroup)| {
        (group.severity, group.event.clone(), group.event.is_none().then_some(*at))
    };
    sort_by_event(&mut groups, event, |(at, group)| (group.severity, *at));
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

/// Groups the findings of calls with several threads. Each thread groups an equal part of the calls on
/// its own, so no thread waits for another one before all of them are done.
fn group_findings(
    vendors: &Vendors,
    calls: &[CallGroup],
    details: Details<'_>,
) -> Result<FoundGroups, String> {
    let group = |calls: &[CallGroup]| {
        let mut found = FoundGroups::default();
        for calls in calls.chunks(CALLS_PER_THREAD) {
            let rows: Vec<u64> = calls.iter().map(|group| group.first).collect();
            for (group, read) in calls.iter().zip(details(&rows)) {
                if let Some(RowDetail::Call(call)) = read? {
                    found.add(vendors, group, &call);
                }
            }
        }
        Ok::<_, String>(found)
    };
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS));
    let mut parts = calls.chunks(calls.len().div_ceil(threads).max(CALLS_PER_THREAD / 4));
    let own = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(move || group(part))).collect();
        let mut found = group(own)?;
        for other in others {
            found.merge(other.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(found)
    })
}

/// The maximum number of further remarks that an entry names.
const MAX_FURTHER: usize = 5;

/// Returns the remarks about ids, with one entry for each kind.
pub(crate) fn remarks(tally: &Tally) -> impl Iterator<Item = FindingGroup> {
    RemarkKind::ALL.into_iter().filter_map(|kind| {
        let of_kind = || tally.id_remarks.iter().filter(move |view| view.remark.kind == kind);
        let first = of_kind().next()?;
        let count = of_kind().count();
        let mut message = first.finding.message.clone();
        if count > 1 {
            let further = of_kind().skip(1).take(MAX_FURTHER);
            let further: Vec<String> = further.map(|view| spelled(&view.remark.id)).collect();
            let end = if count > 1 + MAX_FURTHER { "…" } else { "" };
            message.push_str(&format!("; and {} more: {}{end}", count - 1, further.join(", ")));
        }
        let [earlier, later] = first.seqs;
        Some(FindingGroup {
            unit: "id",
            code: first.finding.code.to_string(),
            severity: first.finding.severity,
            missing: false,
            fails: false,
            vendor: None,
            event: None,
            event_name: None,
            calls: count as u64,
            repeats: 0,
            message,
            why: first.finding.why.clone(),
            history: None,
            fix: first.finding.fix.clone(),
            path: first.finding.path.clone(),
            other_paths: Vec::new(),
            example: format!("calls {earlier} and {later}"),
            corrected: None,
        })
    })
}
