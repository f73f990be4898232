//! Findings as JUnit XML: one suite for each vendor and for each other source of findings, with a test
//! case for each finding of an event; one suite of the expectations, with a case for each; and one of
//! the events that passed, so that a green build shows what was checked.

use super::expected::{EXPECTED, expected_words, unmet_group, wanted_words};
use super::findings::{CorrectedSnippet, FindingGroup};
use crate::call::text::visible;
use crate::call::time::{self, Millis, NO_TIME};
use crate::engine::{CountedCalls, Coverage, ExpectationStatus, Expectations, GroupedRows};
use crate::findings::{Verdict, is_of_call, is_of_plan};
use crate::vendors::Vendors;
use std::collections::HashSet;
use std::fmt::Write;

/// The name of the suite of the events that passed.
const EVENTS: &str = "events";

/// The suites of findings that belong to no vendor. One without findings is left out.
const OWN_SUITES: [&str; 3] = ["the service itself", "the call itself", "the plan"];

/// Returns the suite of a finding.
fn suite_of(group: &FindingGroup) -> &str {
    let [service, call, plan] = OWN_SUITES;
    match &group.vendor {
        Some((_, title)) => title,
        None if is_of_plan(&group.code) => plan,
        None if is_of_call(&group.code) => call,
        None => service,
    }
}

/// The content of a JUnit report.
pub struct JunitReport<'r> {
    /// The findings of the vendors, of the service, of the calls and of the plan.
    pub findings: &'r [FindingGroup],
    /// The places of the vendors in the report; one without findings has a case that says so.
    pub shown: &'r [usize],
    /// All vendors.
    pub vendors: &'r Vendors,
    /// The expectations, if there are any.
    pub expectations: Option<&'r Expectations>,
    /// The calls that were checked, by event; events without a failing finding have a case.
    pub events: Option<&'r GroupedRows<Coverage>>,
}

/// A suite with its cases as XML.
struct Suite {
    name: String,
    cases: String,
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Suite {
    fn new(name: &str) -> Suite {
        let name = escaped(&visible(name));
        Suite { name, cases: String::new(), tests: 0, failures: 0, skipped: 0 }
    }

    fn write(&self, out: &mut String) {
        let Suite { name, cases, tests, failures, skipped } = self;
        put(
            out,
            format_args!(
                "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\">\n{cases}  </testsuite>\n"
            ),
        );
    }

    /// Begins a case. Its time is that from the first call to the last, if they have times.
    fn open_case(&mut self, name: &str, counted: Option<&CountedCalls>) {
        self.tests += 1;
        let name = escaped(&visible(name));
        let seen = counted.and_then(first_and_last);
        let time = seen.map_or_else(String::new, |(first, last)| {
            let took_ms = last.saturating_sub(first).max(0);
            format!(" time=\"{}.{:03}\"", took_ms / 1000, took_ms % 1000)
        });
        let suite = &self.name;
        put(
            &mut self.cases,
            format_args!("    <testcase classname=\"{suite}\" name=\"{name}\"{time}>\n"),
        );
    }

    fn close_case(&mut self) {
        self.cases.push_str("    </testcase>\n");
    }

    fn properties(&mut self, properties: &[(String, String)]) {
        self.cases.push_str("      <properties>\n");
        for (name, value) in properties {
            let (name, value) = (escaped(&visible(name)), escaped(&visible(value)));
            put(
                &mut self.cases,
                format_args!("        <property name=\"{name}\" value=\"{value}\"/>\n"),
            );
        }
        self.cases.push_str("      </properties>\n");
    }

    fn finding(&mut self, group: &FindingGroup) {
        let text = escaped(&finding_text(group));
        if !group.fails {
            put(&mut self.cases, format_args!("      <system-out>{text}</system-out>\n"));
            return;
        }
        self.failures += 1;
        let message = escaped(&visible(&group.full_message()));
        let code = escaped(&visible(&group.code));
        put(
            &mut self.cases,
            format_args!("      <failure type=\"{code}\" message=\"{message}\">{text}</failure>\n"),
        );
    }

    fn skip(&mut self, why: &str) {
        self.skipped += 1;
        let why = escaped(&visible(why));
        put(&mut self.cases, format_args!("      <skipped message=\"{why}\"/>\n"));
    }
}

/// Writes the report.
pub fn junit(report: &JunitReport<'_>) -> String {
    let titles = report.shown.iter().map(|at| report.vendors.info(*at).title.as_str());
    let mut suites: Vec<Suite> = Vec::new();
    for name in OWN_SUITES.into_iter().chain(titles) {
        let own: Vec<&FindingGroup> =
            report.findings.iter().filter(|group| suite_of(group) == name).collect();
        if own.is_empty() && OWN_SUITES.contains(&name) {
            continue;
        }
        let mut suite = Suite::new(name);
        if own.is_empty() {
            suite.open_case("no findings", None);
            suite.close_case();
        }
        for group in own {
            let event = group.event.as_ref().map(|event| format!(" {event}")).unwrap_or_default();
            let (severity, count) = (group.severity.name(), group.count());
            suite.open_case(&format!("{}{event} ({severity}, {count})", group.code), None);
            suite.finding(group);
            suite.close_case();
        }
        suites.push(suite);
    }
    suites.extend(report.expectations.map(|expectations| expected_suite(report, expectations)));
    suites.extend(events_suite(report));
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"segscope\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
        sum(|suite| suite.tests),
        sum(|suite| suite.failures),
        sum(|suite| suite.skipped)
    );
    suites.iter().for_each(|suite| suite.write(&mut out));
    out.push_str("</testsuites>\n");
    out
}

/// Returns the suite with a case for each expectation, met or not.
fn expected_suite(report: &JunitReport<'_>, expectations: &Expectations) -> Suite {
    let mut suite = Suite::new(EXPECTED);
    for entry in &expectations.list {
        let came = (entry.came.counted.calls > 0).then_some(&entry.came.counted);
        suite.open_case(&entry.wanted.title(), came);
        let mut properties = vec![("expected".to_owned(), wanted_words(entry.wanted.count))];
        let ids: Vec<&str> = entry.wanted.id_names().collect();
        if !ids.is_empty() {
            properties.push(("ids".to_owned(), ids.join(", ")));
        }
        properties.push(("status".to_owned(), expected_words(entry)));
        if came.is_some() {
            properties.extend(event_properties(report, &entry.came));
        }
        suite.properties(&properties);
        match entry.standing() {
            ExpectationStatus::Optional => suite.skip(&expected_words(entry)),
            standing if standing.is_met() => {}
            _ => suite.finding(&unmet_group(entry)),
        }
        suite.close_case();
    }
    suite
}

/// Returns the suite with a case for each event none of whose calls has a failing finding; none if
/// there is no case.
fn events_suite(report: &JunitReport<'_>) -> Option<Suite> {
    let events = report.events?;
    let failing = || report.findings.iter().filter(|group| group.fails && group.unit == "call");
    // calls beyond a limit have findings without an event: they may belong to any event
    let is_known = failing().all(|group| group.event.is_some());
    let failed: HashSet<&str> = failing().filter_map(|group| group.event.as_deref()).collect();
    let mut suite = Suite::new(EVENTS);
    for row in events.rows.iter().filter(|_| is_known) {
        let Some(kind) = &row.kind else { continue };
        let name = match &row.event {
            Some(event) => format!("{kind} \"{event}\""),
            None => kind.clone(),
        };
        if failed.contains(name.as_str()) {
            continue;
        }
        suite.open_case(&name, Some(&row.counted));
        let properties: Vec<(String, String)> = event_properties(report, row).collect();
        suite.properties(&properties);
        suite.close_case();
    }
    let left_out = events.of.saturating_sub(events.rows.len() as u64);
    if !is_known || left_out > 0 || events.other > 0 {
        suite.open_case("further events", None);
        suite.skip("a limit was reached: whether further events passed is not known");
        suite.close_case();
    }
    (suite.tests > 0).then_some(suite)
}

/// Returns the properties of the calls of an event.
fn event_properties<'r>(
    report: &'r JunitReport<'_>,
    row: &'r Coverage,
) -> impl Iterator<Item = (String, String)> + 'r {
    let CountedCalls { calls, repeats, .. } = row.counted;
    let seen = first_and_last(&row.counted).into_iter().flat_map(|(first, last)| {
        [("first_seen", first), ("last_seen", last)]
            .map(|(name, at)| (name.to_owned(), time::format(at)))
    });
    let ids = ["account_id", "user_id"].into_iter().zip(&row.ids);
    let ids = ids.filter(|(_, id)| id.looked_for > 0);
    let vendors = report.shown.iter().filter_map(|at| {
        let counts = Verdict::WORST_FIRST.iter().zip(row.verdicts.get(*at)?);
        let parts: Vec<String> = counts
            .filter(|(_, count)| **count > 0)
            .map(|(verdict, count)| format!("{count} {}", verdict.name()))
            .collect();
        let name = report.vendors.info(*at).name.clone();
        (!parts.is_empty()).then(|| (name, parts.join(", ")))
    });
    [("calls".to_owned(), calls.to_string())]
        .into_iter()
        .chain((repeats > 0).then(|| ("repeats".to_owned(), repeats.to_string())))
        .chain(
            ids.map(|(name, id)| (name.to_owned(), format!("{} of {}", id.found, id.looked_for))),
        )
        .chain(seen)
        .chain(vendors)
}

/// Returns the times of the first and the last call. Calls of a file may have no time.
fn first_and_last(counted: &CountedCalls) -> Option<(Millis, Millis)> {
    let (first, last) = (counted.first_seen, counted.last_seen);
    (first != NO_TIME && last != NO_TIME).then_some((first, last))
}

fn finding_text(group: &FindingGroup) -> String {
    let corrected = group.corrected.as_ref().map_or_else(String::new, CorrectedSnippet::paragraph);
    format!(
        "{}\nexample: {}\nwhy: {}\n{}fix: {}{corrected}",
        visible(&group.full_message()),
        visible(&group.example),
        visible(&group.why),
        group.seen("seen: ", "\n"),
        visible(&group.fix)
    )
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a String cannot fail");
}

/// Escapes a text for XML, which allows no control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
