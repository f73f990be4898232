//! The expectations on the coverage page. They are listed from the start, each with its status as
//! a sign, a word and a color.

use crate::findings::Verdict;
use crate::inspector::{Coverage, ExpectationResult, ExpectationStatus, Expectations, GroupedRows};
use crate::plan::CountRange;
use crate::report::{expected_words, plural, wanted_words};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::coverage::before::BeforeCell;
use crate::tui::pages::coverage::id_shares;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::drill_down;
use ratatui::style::Style;
use ratatui::text::Span;
use std::collections::HashSet;

/// The width of the sign and the word.
pub const SIGN_AND_WORD_WIDTH: usize = 11;
/// The maximum number of names that a filter can leave out.
const MAX_EXCLUDED_NAMES: usize = 50;

/// A line of the coverage page.
pub struct ExpectedLine {
    /// The calls.
    pub came: Coverage,
    /// The expectation for the calls.
    pub expected: Option<Box<ExpectationResult>>,
    /// True if there is a plan that does not contain the event.
    pub unplanned: bool,
    /// The comparison, if calls are compared with earlier ones.
    pub before: Option<BeforeCell>,
}

impl ExpectedLine {
    /// Returns a line without an expectation.
    pub fn new(came: Coverage) -> ExpectedLine {
        ExpectedLine { came, expected: None, unplanned: false, before: None }
    }
}

/// Returns the type and the name of calls, written as in the coverage.
fn key(came: &Coverage) -> (Option<String>, Option<String>) {
    (came.kind.as_ref().map(|kind| kind.to_ascii_lowercase()), came.event.clone())
}

/// Lists the expectations in the order of the plan, and then all other calls.
pub fn with_expected(
    groups: GroupedRows<ExpectedLine>,
    expectations: &Expectations,
) -> GroupedRows<ExpectedLine> {
    let planned: HashSet<_> = expectations.list.iter().map(|entry| key(&entry.came)).collect();
    let (rows, unshown) = (groups.rows.len() as u64, groups.of - groups.rows.len() as u64);
    let mut lines: Vec<ExpectedLine> = Vec::with_capacity(expectations.list.len() + rows as usize);
    lines.extend(expectations.list.iter().map(|entry| ExpectedLine {
        came: entry.came.clone(),
        expected: Some(Box::new(entry.clone())),
        unplanned: false,
        before: None,
    }));
    let others = groups.rows.into_iter().filter(|line| !planned.contains(&key(&line.came)));
    lines.extend(others.map(|line| {
        // an entry without a name stands for all calls of its type without an entry of their own
        let unplanned = !planned.contains(&(key(&line.came).0, None));
        ExpectedLine { unplanned, ..line }
    }));
    GroupedRows { of: lines.len() as u64 + unshown, rows: lines, other: groups.other }
}

/// Returns the line about the progress of the plan.
pub fn line(expectations: &Expectations, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
    let look = ctx.look;
    let theme = &look.theme;
    let (sign, style) = match expectations.all_met() {
        true => (look.verdict_sign(Verdict::Delivered), theme.good),
        false => (look.nothing(), theme.heading),
    };
    let mut spans = vec![Span::styled(format!("{sign} {}", expectations.line()), style)];
    let lacking = expectations
        .list
        .iter()
        .filter(|entry| entry.standing() == ExpectationStatus::Lacking)
        .count();
    if lacking > 0 {
        let words = format!("  {} seen without", grouped(lacking as u64));
        spans.push(Span::styled(words, theme.missing_id));
    }
    if expectations.other > 0 {
        let calls = count(expectations.other, "call", "calls");
        spans.push(Span::styled(format!("  {calls} not counted separately"), theme.lost));
    }
    spans
}

/// Returns the sign, the word and the color of an entry.
pub fn standing(entry: &ExpectationResult, ctx: &ViewContext<'_>) -> (&'static str, String, Style) {
    let look = ctx.look;
    let theme = &look.theme;
    let calls = entry.came.counted.calls;
    match entry.standing() {
        ExpectationStatus::Unseen => (look.nothing(), "not yet".to_owned(), theme.unused),
        ExpectationStatus::Met if entry.is_doubtful() => {
            (look.doubtful(), "doubtful".to_owned(), theme.warning)
        }
        ExpectationStatus::Met if calls == 0 => {
            (look.verdict_sign(Verdict::Delivered), "none".to_owned(), theme.good)
        }
        ExpectationStatus::Met => {
            let style = if id_shares::lost(&entry.came) > 0 { theme.text } else { theme.good };
            (look.verdict_sign(Verdict::Delivered), "seen".to_owned(), style)
        }
        ExpectationStatus::Optional => (look.nothing(), "optional".to_owned(), theme.unused),
        ExpectationStatus::TooFew => {
            ("~", format!("{calls} of {}", entry.wanted.count.min), theme.warning)
        }
        ExpectationStatus::TooMany => ("~", "too many".to_owned(), theme.warning),
        ExpectationStatus::Unwanted => {
            (look.verdict_sign(Verdict::Dropped), "unwanted".to_owned(), theme.missing_id)
        }
        ExpectationStatus::Violating => {
            ("!", format!("{} wrong", grouped(entry.violating)), theme.warning)
        }
        ExpectationStatus::Lacking if entry.with_ids > 0 => {
            ("!", format!("{} lack", grouped(calls - entry.with_ids)), theme.warning)
        }
        ExpectationStatus::Lacking if entry.came.discarded == calls => {
            let sign = look.verdict_sign(Verdict::Discarded);
            (sign, Verdict::Discarded.name().to_owned(), theme.discarded)
        }
        ExpectationStatus::Lacking => {
            // "no …" means that vendors find the id in no call; "all lack" means that they find ids
            // in some calls, and that another vendor misses them there
            let none = [0, 1].map(|id| entry.lack[id] - entry.some_miss[id] == calls);
            let word = match none {
                [true, true] => "no ids",
                [true, false] => "no acct",
                [false, true] => "no user",
                [false, false] => "all lack",
            };
            (look.verdict_sign(Verdict::Dropped), word.to_owned(), theme.missing_id)
        }
    }
}

/// Writes the expectation for the row under the cursor.
pub fn about(builder: &mut TextBuilder<'_>, entry: &ExpectationResult, ctx: &ViewContext<'_>) {
    let ids: Vec<&str> = entry.wanted.id_names().collect();
    let each = match ids.is_empty() {
        true => String::new(),
        false => format!(", each with {}", ids.join(" and ")),
    };
    let theme = &ctx.look.theme;
    let wanted = match entry.wanted.count {
        CountRange { min, max: None } => format!("{} or more{each}", plural(min, "call")),
        count => format!("{}{each}", wanted_words(count)),
    };
    builder.labelled(10, "  plan", &wanted, theme.text);
    let (sign, _, style) = standing(entry, ctx);
    builder.labelled(10, "  so far", &format!("{sign} {}", expected_words(entry)), style);
}

/// Returns the filter terms for the calls of an entry, or why there are none. For an entry without
/// a name, these are the calls of its type that have no entry of their own.
pub fn behind(entry: &ExpectationResult, rows: &[ExpectedLine]) -> Result<Vec<String>, String> {
    if entry.came.counted.calls == 0 {
        return Err("no such call yet".to_owned());
    }
    let (kind, event) = (entry.came.kind.as_deref(), entry.came.event.as_deref());
    let mut terms = drill_down::event_terms(kind, event);
    if event.is_none() {
        let others = rows.iter().filter_map(|line| line.expected.as_deref());
        let others = others.filter(|other| other.wanted.kind == entry.wanted.kind);
        let names: Vec<&str> = others.filter_map(|other| other.wanted.name.as_deref()).collect();
        if names.len() > MAX_EXCLUDED_NAMES {
            return Err("the plan names too many events of this type to leave them out".to_owned());
        }
        let term = |name: &&str| drill_down::event_terms(kind, Some(name)).pop();
        terms.extend(names.iter().filter_map(term).map(|term| format!("!({term})")));
    }
    Ok(terms)
}
