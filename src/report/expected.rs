//! Reports on expectations: lines for people, and entries of the reports for CI.

use super::findings::FindingGroup;
use crate::call::text::visible;
use crate::engine::{ExpectationResult, ExpectationStatus, Expectations};
use crate::findings::Severity;
use crate::plan::CountRange;
use crate::report::colors::ColorWriter;
use crate::report::format_numbers::plural;
use std::fmt::Write;

/// The name of the expectations in reports that are divided by vendor.
pub const EXPECTED: &str = "expected";

/// Describes the state of an expectation in a few words.
pub fn expected_words(entry: &ExpectationResult) -> String {
    let calls = entry.came.counted.calls;
    let mut words = match entry.standing() {
        ExpectationStatus::Unseen => "not seen".to_owned(),
        ExpectationStatus::Optional => "not seen (optional)".to_owned(),
        ExpectationStatus::Met if entry.wanted.count.is_never() => "none, as expected".to_owned(),
        ExpectationStatus::Met => plural(calls, "call"),
        ExpectationStatus::Unwanted => format!("{}, expected none", plural(calls, "call")),
        ExpectationStatus::Violating => {
            format!("{}, {} not as the plan says", plural(calls, "call"), entry.violating)
        }
        ExpectationStatus::TooFew => {
            format!("{calls} of {}", plural(entry.wanted.count.min, "call"))
        }
        ExpectationStatus::TooMany => {
            format!(
                "{}, expected at most {}",
                plural(calls, "call"),
                entry.wanted.count.max.unwrap_or_default()
            )
        }
        ExpectationStatus::Lacking => {
            let mut words = plural(calls, "call");
            if entry.came.discarded > 0 {
                let discarded = entry.came.discarded;
                words.push_str(&format!(", {discarded} discarded before any vendor"));
            }
            for (id, lack, some_miss) in entry.lacking() {
                if lack > some_miss {
                    words.push_str(&format!(", {} without {id}", lack - some_miss));
                }
                if some_miss > 0 {
                    let words_of = format!(", {some_miss} with {id} that a vendor in use misses");
                    words.push_str(&words_of);
                }
            }
            words
        }
    };
    for (id, doubtful) in entry.doubting() {
        words.push_str(&format!(", {doubtful} with doubtful {id}"));
    }
    words
}

/// Returns a heading with counts, and below it one line for each expectation that is not met or has
/// doubtful ids (or for all).
pub fn expected_text(expectations: &Expectations, all: bool, color: bool) -> String {
    let mut out = String::new();
    let line = expectations.line();
    ColorWriter::Bold.put(&mut out, color, &line);
    out.push('\n');
    for entry in &expectations.list {
        let standing = entry.standing();
        if standing.is_met() && !entry.is_doubtful() && !all {
            continue;
        }
        let (word, paint) = match standing {
            ExpectationStatus::Met if entry.is_doubtful() => ("doubt", ColorWriter::Warning),
            ExpectationStatus::Met => ("ok", ColorWriter::Plain),
            ExpectationStatus::Unseen => ("unseen", ColorWriter::Warning),
            ExpectationStatus::Optional => ("-", ColorWriter::Plain),
            ExpectationStatus::TooFew => ("too few", ColorWriter::Warning),
            ExpectationStatus::TooMany => ("surplus", ColorWriter::Warning),
            ExpectationStatus::Unwanted => ("never", ColorWriter::Alarm),
            ExpectationStatus::Violating => ("wrong", ColorWriter::Alarm),
            ExpectationStatus::Lacking => ("lacking", ColorWriter::Alarm),
        };
        out.push_str("  ");
        paint.put(&mut out, color, &format!("{word:<7}"));
        let title = entry.wanted.title();
        writeln!(out, "  {}: {}", visible(&title), expected_words(entry))
            .expect("writing to a String cannot fail");
    }
    if expectations.other > 0 {
        let calls = plural(expectations.other, "call");
        writeln!(out, "  {calls} arrived after the limit and are not counted separately")
            .expect("writing to a String cannot fail");
    }
    out
}

/// Returns the expectations that are not met as entries of a report; each makes the report fail.
pub fn unmet_groups(expectations: &Expectations) -> Vec<FindingGroup> {
    let unmet = expectations.list.iter().filter(|entry| !entry.standing().is_met());
    unmet.map(unmet_group).collect()
}

/// Describes the number of calls that are expected.
pub fn wanted_words(count: CountRange) -> String {
    match count {
        CountRange { max: Some(0), .. } => "no calls".to_owned(),
        CountRange { min, max: Some(max) } if min == max => plural(max, "call"),
        CountRange { min: 0, max: Some(max) } => format!("at most {}", plural(max, "call")),
        CountRange { min, max: Some(max) } => format!("{min} to {}", plural(max, "call")),
        CountRange { min: 0, max: None } => "any number of calls".to_owned(),
        CountRange { min, max: None } => plural(min, "call"),
    }
}

/// Returns an expectation that is not met as an entry of a report.
pub(crate) fn unmet_group(entry: &ExpectationResult) -> FindingGroup {
    let wanted = &entry.wanted;
    let ids: Vec<&str> = wanted.id_names().collect();
    let ids = match ids.is_empty() {
        true => String::new(),
        false => format!(" with {}", ids.join(" and ")),
    };
    let calls = entry.came.counted.calls;
    let example = match calls {
        0 => "none arrived".to_owned(),
        _ => format!("call {}", entry.came.counted.seq),
    };
    FindingGroup {
        unit: "call",
        code: wanted.title(),
        severity: Severity::Error,
        missing: entry.standing() == ExpectationStatus::Lacking,
        fails: true,
        vendor: Some((EXPECTED.to_owned(), EXPECTED.to_owned())),
        event: None,
        event_name: wanted.name.clone(),
        calls,
        repeats: 0,
        message: expected_words(entry),
        why: format!("Expected: {}{ids}.", wanted_words(wanted.count)),
        history: None,
        fix: "send it as the plan says, or remove it from the plan".to_owned(),
        path: String::new(),
        other_paths: Vec::new(),
        example,
        corrected: None,
    }
}
