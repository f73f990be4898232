//! The header above the tabs: the call, its ids, and the most important problem with its fix.

use crate::findings::doubtful_ids::stand_in;
use crate::findings::fixes::{ValueSource, VendorNeed};
use crate::findings::{Effect, Finding, Headline, Severity, Verdict, advice};
use crate::inspector::{CallDetail, NoCallDetail, VendorDetail};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::detail::header_ids;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::log::library_habits;
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;
use ratatui::style::Style;
use ratatui::text::Span;
use std::collections::BTreeSet;

/// The maximum number of lines of the header with at most one vendor in use, without the note and
/// the line about earlier settings. The problem always gets at least one line.
const MAX_LINES: usize = 4;
/// The maximum number of lines about problems with several vendors in use.
const MAX_PROBLEM_LINES: usize = 6;
/// The maximum number of lines about problems with several vendors in use in a tall pane.
const MAX_PROBLEM_LINES_ROOMY: usize = 14;

/// Writes the header of a call. In a roomy pane it has more lines about problems.
pub fn call(builder: &mut TextBuilder<'_>, call: &CallDetail, roomy: bool, ctx: &ViewContext<'_>) {
    let width = builder.width();
    let look = ctx.look;
    let theme = &look.theme;
    let row = &call.row;
    let number = row.seq.map_or(String::new(), |seq| format!("#{seq} "));
    let right = format!("{number}{}", look.time(row.received_at));
    let kind = look.clean(&row.kind).into_owned();
    let marked = if row.marked { format!("{} ", look.mark()) } else { String::new() };
    let repeat = if row.repeat { format!("{} repeat  ", look.repeat()) } else { String::new() };
    let taken =
        text::width(&marked) + text::width(&kind) + text::width(&repeat) + text::width(&right) + 2;
    let name = look.clean(&row.name);
    let name = text::cut(&name, width.saturating_sub(taken + 2), look.ellipsis()).into_owned();
    let gap = width.saturating_sub(taken - 2 + text::width(&name) + 2);
    builder.line(vec![
        Span::styled(marked, theme.marked),
        Span::styled(repeat, theme.repeat),
        Span::styled(kind, theme.quiet),
        Span::raw("  "),
        Span::styled(name, theme.heading),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.quiet),
    ]);
    header_ids::write_ids(builder, call, ctx);
    let lines = builder.height();
    if let Some(note) = &row.note {
        builder.field("note", note, theme.marked);
    }
    if row.stale {
        let key = ctx.keymap.first_key(KeyContext::Detail, Action::JudgeAgain);
        let words =
            format!("{} checked with earlier settings; {key} checks all again", look.stale());
        builder.prose(0, &words, theme.warning);
    }
    let in_use = call.vendors.iter().filter(|detail| detail.in_use).count();
    let most = match (in_use, roomy) {
        (0 | 1, _) => MAX_LINES.saturating_sub(lines).max(1),
        (_, false) => MAX_PROBLEM_LINES,
        (_, true) => MAX_PROBLEM_LINES_ROOMY,
    };
    write_problems(builder, call, most, ctx);
}

/// Returns the finding to show first: the worst one of the wire and of the vendors in use, and
/// among equally severe ones a finding about a missing id.
fn most_important_finding<'c>(
    call: &'c CallDetail,
    ctx: &ViewContext<'_>,
) -> Option<(Option<&'c VendorDetail>, &'c Finding)> {
    let wire = call.common.iter().map(|finding| (None, finding));
    let vendors = call.vendors.iter().filter(|detail| detail.in_use);
    let theirs = vendors.flat_map(|detail| detail.findings.iter().map(move |f| (Some(detail), f)));
    wire.chain(theirs).filter(|(_, finding)| finding.severity != Severity::Info).min_by_key(
        |(_, finding)| {
            let noise = library_habits::beside(finding, call, ctx).is_some();
            (noise, finding.severity, rank(finding))
        },
    )
}

/// Returns the order of findings of the same severity: first one that loses the call before any
/// vendor receives it, then a missing id, then an id that is only absent or doubtful.
fn rank(finding: &Finding) -> u8 {
    match finding.headline {
        _ if finding.effect == Effect::Discard => 0,
        Some(Headline::Strong(_)) => 1,
        Some(Headline::Weak(_)) => 2,
        None => 3,
    }
}

/// Writes what is wrong and what to change, in at most `most` lines.
fn write_problems(
    builder: &mut TextBuilder<'_>,
    call: &CallDetail,
    most: usize,
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let theme = &look.theme;
    let Some((whose, finding)) = most_important_finding(call, ctx) else {
        let taken = call.vendors.iter().filter(|detail| detail.in_use);
        let through = taken.clone().filter(|detail| detail.verdict.goes_through()).count();
        let words = match (taken.count(), through) {
            (0, _) => ("no vendor in use is fed by this sender", theme.quiet),
            (_, 0) => ("no vendor in use acts on this call", theme.quiet),
            _ => ("nothing to change", theme.good),
        };
        let sign =
            look.verdict_sign(if through > 0 { Verdict::Delivered } else { Verdict::Ignored });
        return builder.prose(0, &format!("{sign} {}", words.0), words.1);
    };
    let mut statements = Vec::new();
    // a discard by the service comes before the needs of vendors
    if call.needs.is_empty() || whose.is_none() {
        statements.push(leading_finding(whose, finding, ctx));
    }
    for need in &call.needs {
        let style = loud(need.advice.is_none(), need.severity, look);
        let sign = look.severity_sign(need.severity);
        statements.push(vec![Part { label: sign, words: need_words(need, ctx), style }]);
    }
    // a single statement already contains its fix
    if let (Some(last), Some(words)) = (statements.last_mut(), copy_words(call, ctx)) {
        last.push(Part { label: "", words, style: theme.fix });
    }
    let mut room = most;
    let all = statements.len();
    for (nth, parts) in statements.into_iter().enumerate() {
        // the last line is reserved for the number of further statements
        let reserved = usize::from(nth + 1 < all);
        if nth > 0 && lines_of(&parts[0], builder) + reserved > room {
            let words = format!("+{} more: findings tab", all - nth);
            return builder.labelled(2, "", &words, theme.quiet);
        }
        room -= write_statement(builder, &parts, room - reserved.min(room - 1)).min(room);
        if room == 0 {
            return;
        }
    }
}

/// A part of a statement about a call, after a sign or a label.
struct Part {
    label: &'static str,
    words: String,
    style: Style,
}

impl Part {
    fn indent(&self) -> usize {
        if self.label.is_empty() { 0 } else { text::width(self.label) + 1 }
    }
}

fn lines_of(part: &Part, builder: &TextBuilder<'_>) -> usize {
    text::wrap(&part.words, builder.width().saturating_sub(part.indent())).len()
}

/// Writes the parts on one line if they fit, else below one another: the first part is cut to
/// `room` lines, the others are written only if they fit. Returns the number of lines written.
fn write_statement(builder: &mut TextBuilder<'_>, parts: &[Part], room: usize) -> usize {
    let wide: usize = parts.iter().map(|part| part.indent() + text::width(&part.words) + 2).sum();
    if wide - 2 <= builder.width() {
        let look = builder.look();
        let spans = parts.iter().enumerate().flat_map(|(nth, part)| {
            let label = match nth {
                0 => part.label.to_owned(),
                _ => format!("  {}", part.label),
            };
            let style = if nth == 0 { part.style } else { look.theme.label };
            let gap = if part.label.is_empty() { "" } else { " " };
            let words = look.clean(&part.words).into_owned();
            [Span::styled(format!("{label}{gap}"), style), Span::styled(words, part.style)]
        });
        builder.line(spans.collect());
        return 1;
    }
    let mut taken = 0;
    for (nth, part) in parts.iter().enumerate() {
        let lines = lines_of(part, builder);
        if nth > 0 && taken + lines > room {
            break;
        }
        let indent = if nth > 0 { 2 + part.indent() } else { part.indent() };
        let label = format!("{:>1$}", part.label, indent.saturating_sub(1));
        builder.labelled_within(indent, &label, &part.words, part.style, room - taken);
        taken += lines.min(room - taken);
    }
    taken
}

/// Returns the parts of the finding that is shown first, with its fix.
fn leading_finding(
    whose: Option<&VendorDetail>,
    finding: &Finding,
    ctx: &ViewContext<'_>,
) -> Vec<Part> {
    let look = ctx.look;
    let who = match whose {
        Some(detail) => {
            let title = ctx.shared.vendors.get(detail.vendor).map_or("", |v| v.title.as_str());
            format!("{title} {}: ", detail.verdict.name())
        }
        None => String::new(),
    };
    let (label, style) = match finding.effect == Effect::Discard {
        true => (look.verdict_sign(Verdict::Discarded), look.verdict(Verdict::Discarded)),
        false => (
            look.severity_sign(finding.severity),
            loud(finding.headline.is_some(), finding.severity, look),
        ),
    };
    let mut parts =
        vec![Part { label, words: format!("{who}{}", advice::without(finding)), style }];
    if !finding.fix.is_empty() {
        parts.push(Part { label: "fix", words: finding.fix.clone(), style: look.theme.fix });
    }
    parts
}

fn loud(about_id: bool, severity: Severity, look: &Appearance) -> Style {
    match about_id && severity == Severity::Error {
        true => look.theme.missing_id,
        false => look.severity(severity),
    }
}

/// Says what the key that copies the corrected call copies, if there is a corrected call.
fn copy_words(call: &CallDetail, ctx: &ViewContext<'_>) -> Option<String> {
    let fix = call.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
    let keys = ctx.keymap.keys(KeyContext::Detail, Action::CopySdkCall);
    let key = keys.first()?;
    let vendors: BTreeSet<usize> =
        fix.edits.iter().flat_map(|edit| &edit.vendors).copied().collect();
    let more = call.needs.iter().any(|need| need.advice.is_some());
    let has_left_out = fix.snippet.notes.iter().any(|note| note.starts_with("left out"));
    let words = match (vendors.len(), more) {
        (_, true) => format!("{key} copies the call with all known changes"),
        (_, false) if has_left_out => {
            format!("{key} copies the call and notes what its library cannot send")
        }
        (1, false) => format!("{key} copies the corrected call"),
        (2, false) => format!("{key} copies a call that suits both"),
        (_, false) => format!("{key} copies a call that suits all {}", vendors.len()),
    };
    let placeholders = fix.edits.iter().filter_map(|edit| match &edit.source {
        ValueSource::Add(id) if stand_in::is_own(id) => Some(id.as_str()),
        _ => None,
    });
    let placeholders: BTreeSet<&str> = placeholders.collect();
    let fill = match placeholders.is_empty() {
        true => String::new(),
        false => format!("; fill in {}", placeholders.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Some(format!("{words}{fill}"))
}

/// Returns the words for a need, such as `CSB needs properties.account_id (you sent accountId) and
/// properties.user_id (copy userId)`.
fn need_words(need: &VendorNeed, ctx: &ViewContext<'_>) -> String {
    let short = |at: &usize| ctx.shared.vendors.get(*at).map_or("", |vendor| &vendor.short);
    let vendors: Vec<&str> = need.vendors.iter().map(short).collect();
    let vendors = vendors.join(", ");
    if let Some(advice) = &need.advice {
        return format!("{vendors}: {advice}");
    }
    let verb = if need.vendors.len() == 1 { "needs" } else { "need" };
    let changes = match need.changes.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    format!("{vendors} {verb} {changes}")
}

/// Writes the header of a request that has a row of its own.
pub fn no_call(builder: &mut TextBuilder<'_>, row: &NoCallDetail) {
    let look = builder.look();
    let theme = &look.theme;
    let loud = if row.severity.is_some() { theme.refused } else { theme.quiet };
    let kind = row.kind.word();
    let what = match row.request.is_bare() {
        true => kind.to_owned(),
        false => format!("{} {kind}", row.request.status),
    };
    builder.line(vec![
        Span::styled(what, loud),
        Span::styled(
            format!("  request {}  {}", row.request.number, look.time(row.request.received_at)),
            theme.quiet,
        ),
    ]);
    match row.severity {
        Some(severity) => {
            let style = look.severity(severity);
            builder.labelled(2, look.severity_sign(severity), &row.reason, style);
        }
        None => builder.prose(0, &row.reason, theme.text),
    }
    if !row.fix.is_empty() {
        builder.labelled(6, "  fix ", &row.fix, theme.fix);
    }
}
