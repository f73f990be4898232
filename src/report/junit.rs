//! Findings as JUnit XML: a suite per vendor and per other source of findings, a test case for each
//! finding of an event.

use super::findings::{CorrectedSnippet, FindingGroup};
use crate::call::text::visible;
use crate::findings::{is_of_call, is_of_plan};
use std::fmt::Write;

/// The suites of findings that belong to no vendor. One without findings is left out.
const OWN_SUITES: [&str; 3] = ["the service itself", "the call itself", "the plan"];

/// The suite of a finding.
fn suite_of(group: &FindingGroup) -> &str {
    let [service, call, plan] = OWN_SUITES;
    match &group.vendor {
        Some((_, title)) => title,
        None if is_of_plan(&group.code) => plan,
        None if is_of_call(&group.code) => call,
        None => service,
    }
}

/// The report. `suites` names the vendors that were asked; one without findings has a case that
/// says so.
pub fn junit(groups: &[FindingGroup], suites: &[String]) -> String {
    let fails = |groups: &[&FindingGroup]| groups.iter().filter(|group| group.fails).count();
    let (mut body, mut tests) = (String::new(), 0);
    for name in OWN_SUITES.into_iter().chain(suites.iter().map(String::as_str)) {
        let own: Vec<&FindingGroup> =
            groups.iter().filter(|group| suite_of(group) == name).collect();
        if own.is_empty() && OWN_SUITES.contains(&name) {
            continue;
        }
        let suite = escaped(&visible(name));
        let count = own.len().max(1);
        tests += count;
        put(
            &mut body,
            format_args!(
                "  <testsuite name=\"{suite}\" tests=\"{count}\" failures=\"{}\">\n",
                fails(&own)
            ),
        );
        if own.is_empty() {
            put(
                &mut body,
                format_args!("    <testcase classname=\"{suite}\" name=\"no findings\"/>\n"),
            );
        }
        for group in own {
            case(&mut body, &suite, group);
        }
        body.push_str("  </testsuite>\n");
    }
    let all: Vec<&FindingGroup> = groups.iter().collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"segscope\" tests=\"{tests}\" failures=\"{}\">\n{body}</testsuites>\n",
        fails(&all)
    )
}

fn case(out: &mut String, suite: &str, group: &FindingGroup) {
    let event = group.event.as_ref().map(|event| format!(" {event}")).unwrap_or_default();
    let (severity, count) = (group.severity.name(), group.count());
    let name = escaped(&visible(&format!("{}{event} ({severity}, {count})", group.code)));
    let corrected = group.corrected.as_ref().map_or_else(String::new, CorrectedSnippet::paragraph);
    let text = escaped(&format!(
        "{}\nexample: {}\nwhy: {}\n{}fix: {}{corrected}",
        visible(&group.full_message()),
        visible(&group.example),
        visible(&group.why),
        group.seen("seen: ", "\n"),
        visible(&group.fix)
    ));
    put(out, format_args!("    <testcase classname=\"{suite}\" name=\"{name}\">\n"));
    let message = escaped(&visible(&group.full_message()));
    match group.fails {
        true => put(
            out,
            format_args!(
                "      <failure type=\"{}\" message=\"{message}\">{text}</failure>\n",
                escaped(&visible(&group.code))
            ),
        ),
        false => put(out, format_args!("      <system-out>{text}</system-out>\n")),
    }
    out.push_str("    </testcase>\n");
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a String cannot fail");
}

/// As text or attribute of XML, which has no place for control characters.
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
