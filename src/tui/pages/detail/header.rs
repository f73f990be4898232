//! What stands above the tabs: what it is, whose it is, and first of all what is wrong and what to
//! change.

use crate::findings::doubtful_ids::stand_in;
use crate::findings::fixes::{ValueSource, VendorNeed};
use crate::findings::{Effect, Finding, Headline, Severity, Verdict, advice};
use crate::inspector::{CallDetail, IdCell, NoCallDetail, VendorDetail};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::detail::annotations::dotted;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::log;
use crate::tui::pages::log::library_habits;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use std::collections::BTreeSet;

/// What vendors need takes at most so many rows,
const MAX_ROWS: usize = 4;
/// and so many where it is roomy.
const MAX_ROWS_ROOMY: usize = 12;

/// The head of a call. Where it is roomy it says more than what is wrong and what to change.
pub fn call(paper: &mut TextBuilder<'_>, call: &CallDetail, roomy: bool, ctx: &ViewContext<'_>) {
    let width = paper.width();
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
    paper.line(vec![
        Span::styled(marked, theme.marked),
        Span::styled(repeat, theme.repeat),
        Span::styled(kind, theme.quiet),
        Span::raw("  "),
        Span::styled(name, theme.heading),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.quiet),
    ]);
    for (label, id) in [("account", &row.account), ("user", &row.user)] {
        let mut spans = vec![Span::styled(format!("{label:<9}"), theme.label)];
        spans.extend(cell_spans(id, width.saturating_sub(9), look));
        let taken: usize = spans.iter().map(Span::width).sum();
        let fits = |words: &String| taken + 2 + text::width(words) <= width;
        // on the same line where it fits, in short if need be
        let [long, short] = [false, true].map(|short| misses(id, short, ctx));
        let beside = long.clone().filter(fits).or_else(|| short.filter(fits));
        let below = if beside.is_none() { long } else { None };
        let beside = beside.map(|words| Span::styled(format!("  {words}"), theme.near_miss));
        spans.extend(beside);
        paper.line(spans);
        if let Some(words) = below {
            paper.prose(9, &words, theme.near_miss);
        }
    }
    if let Some(note) = &row.note {
        paper.field("note", note, theme.marked);
    }
    if row.stale {
        let keys = ctx.keymap.keys(KeyContext::Detail, Action::JudgeAgain);
        let key = keys.first().map_or("", String::as_str);
        let words =
            format!("{} checked with earlier settings; {key} checks all again", look.stale());
        paper.prose(0, &words, theme.warning);
    }
    trouble(paper, call, roomy, ctx);
}

/// An id column's spans, drawn by the same pen as the log's. What it is wanted as is said apart.
fn cell_spans(id: &IdCell, width: usize, look: &Appearance) -> Vec<Span<'static>> {
    let mut id = id.clone();
    if let IdCell::SomeMiss { wanted, .. } = &mut id {
        wanted.clear();
    }
    let id = &id;
    let area = Rect { x: 0, y: 0, width: width.min(200) as u16, height: 1 };
    let mut buffer = Buffer::empty(area);
    if let Some(mut painter) = Painter::on(&mut buffer, area, 0, look) {
        log::cell(&mut painter, id, usize::from(area.width), look.theme.text, look);
    }
    let mut spans = Vec::new();
    let mut skip = 0;
    for cell in buffer.content() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        skip = text::width(cell.symbol()).saturating_sub(1);
        spans.push(Span::styled(cell.symbol().to_owned(), cell.style()));
    }
    while spans.last().is_some_and(|span: &Span<'_>| span.content == " ") {
        spans.pop();
    }
    match id {
        IdCell::Muted => {
            let words = "  a vendor in use misses it; the finding is muted";
            spans.push(Span::styled(words, look.theme.quiet));
        }
        IdCell::NotLooked => {
            spans.push(Span::styled("  no vendor in use reads it in this call", look.theme.quiet));
        }
        IdCell::Found { text, doubtful: true } | IdCell::SomeMiss { text, doubtful: true, .. } => {
            let words = format!("  doubtful: {}", advice::doubt(text));
            spans.push(Span::styled(words, look.theme.warning));
        }
        _ => {}
    }
    spans
}

/// Who misses an id that others find, and what each wants it as.
fn misses(id: &IdCell, short: bool, ctx: &ViewContext<'_>) -> Option<String> {
    let IdCell::SomeMiss { wanted, .. } = id else { return None };
    let each = wanted.iter().enumerate().filter_map(|(nth, wanted)| {
        let vendor = ctx.shared.vendors.get(wanted.vendor)?;
        Some(match (short, nth) {
            (false, _) => format!("{} needs it as {}", vendor.title, dotted(&wanted.path)),
            (true, 0) => format!("{} needs it as {}", vendor.short, wanted.name()),
            (true, _) => format!("{} as {}", vendor.short, wanted.name()),
        })
    });
    Some(each.collect::<Vec<_>>().join(", "))
}

/// The finding to speak of first: of vendors in use and of the wire the worst, of those one
/// about an id that is missing.
fn first<'c>(
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

/// What loses the call before any vendor comes first of all. A missing id comes before one that is
/// only absent or doubtful, and that before anything else.
fn rank(finding: &Finding) -> u8 {
    match finding.headline {
        _ if finding.effect == Effect::Discard => 0,
        Some(Headline::Strong(_)) => 1,
        Some(Headline::Weak(_)) => 2,
        None => 3,
    }
}

fn trouble(paper: &mut TextBuilder<'_>, call: &CallDetail, roomy: bool, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    let Some((whose, finding)) = first(call, ctx) else {
        let taken = call.vendors.iter().filter(|detail| detail.in_use);
        let through = taken.clone().filter(|detail| detail.verdict.goes_through()).count();
        let words = match (taken.count(), through) {
            (0, _) => ("no vendor in use is fed by this sender", theme.quiet),
            (_, 0) => ("no vendor in use acts on this call", theme.quiet),
            _ => ("nothing to change", theme.good),
        };
        let sign =
            look.verdict_sign(if through > 0 { Verdict::Delivered } else { Verdict::Ignored });
        return paper.prose(0, &format!("{sign} {}", words.0), words.1);
    };
    // what the service does comes before what vendors need
    if call.needs.is_empty() || whose.is_none() {
        leading_finding(paper, (whose, finding), ctx);
    }
    needed(paper, call, roomy, ctx);
    // where there is less room the need names the account and the call that it is known from
    let theirs = call.vendors.iter().filter(|detail| detail.in_use);
    let mut history = theirs.flat_map(|it| &it.findings).filter_map(|it| it.history.as_ref());
    if let Some(history) = history.next().filter(|_| roomy) {
        paper.labelled(7, "  seen ", history, theme.near_miss);
    }
}

/// The finding to speak of first, with its fix.
fn leading_finding(
    paper: &mut TextBuilder<'_>,
    (whose, finding): (Option<&VendorDetail>, &Finding),
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let who = match whose {
        Some(detail) => {
            let title = ctx.shared.vendors.get(detail.vendor).map_or("", |v| v.title.as_str());
            format!("{title} {}: ", detail.verdict.name())
        }
        None => String::new(),
    };
    let discarded = finding.effect == Effect::Discard;
    let loud = match discarded {
        true => look.verdict(Verdict::Discarded),
        false => loud(finding.headline.is_some(), finding.severity, look),
    };
    let sign = match discarded {
        true => look.verdict_sign(Verdict::Discarded),
        false => look.severity_sign(finding.severity),
    };
    paper.labelled(2, sign, &format!("{who}{}", advice::without(finding)), loud);
    if !finding.fix.is_empty() {
        paper.labelled(6, "  fix ", &finding.fix, look.theme.fix);
    }
}

fn loud(about_id: bool, severity: Severity, look: &Appearance) -> Style {
    match about_id && severity == Severity::Error {
        true => look.theme.missing_id,
        false => look.severity(severity),
    }
}

/// What the vendors in use need, a line for those that need the same, as far as there is room.
fn needed(paper: &mut TextBuilder<'_>, call: &CallDetail, roomy: bool, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let mut rows = if roomy { MAX_ROWS_ROOMY } else { MAX_ROWS };
    let all = call.needs.len();
    for (nth, need) in call.needs.iter().enumerate() {
        let words = need_words(need, ctx);
        let lines = text::width(&words).div_ceil(paper.width().saturating_sub(2).max(1));
        if nth > 0 && lines > rows {
            let words = format!("+{} more: findings tab", all - nth);
            paper.labelled(2, "  ", &words, look.theme.quiet);
            break;
        }
        rows = rows.saturating_sub(lines);
        let style = loud(need.advice.is_none(), need.severity, look);
        paper.labelled(2, look.severity_sign(need.severity), &words, style);
    }
    let Some(fix) = call.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { return };
    let keys = ctx.keymap.keys(KeyContext::Detail, Action::CopySdkCall);
    let Some(key) = keys.first() else { return };
    let vendors: BTreeSet<usize> =
        fix.edits.iter().flat_map(|edit| &edit.vendors).copied().collect();
    let more = call.needs.iter().any(|need| need.advice.is_some());
    let lacks = fix.snippet.notes.iter().any(|note| note.starts_with("left out"));
    let words = match (vendors.len(), more) {
        (_, true) => format!("{key} copies the call with all known changes"),
        (_, false) if lacks => {
            format!("{key} copies the call and notes what its library cannot send")
        }
        (1, false) => format!("{key} copies the corrected call"),
        (2, false) => format!("{key} copies a call that suits both"),
        (_, false) => format!("{key} copies a call that suits all {}", vendors.len()),
    };
    let stands = fix.edits.iter().filter_map(|edit| match &edit.source {
        ValueSource::Add(id) if stand_in::is_own(id) => Some(id.as_str()),
        _ => None,
    });
    let stands: BTreeSet<&str> = stands.collect();
    let fill = match stands.is_empty() {
        true => String::new(),
        false => format!("; fill in {}", stands.into_iter().collect::<Vec<_>>().join(", ")),
    };
    paper.labelled(2, "  ", &format!("{words}{fill}"), look.theme.fix);
}

/// `CSB needs properties.account_id (you sent accountId) and properties.user_id (copy userId)`
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

/// The head of a request that has a row of its own.
pub fn no_call(paper: &mut TextBuilder<'_>, row: &NoCallDetail) {
    let look = paper.look();
    let theme = &look.theme;
    let loud = if row.severity.is_some() { theme.refused } else { theme.quiet };
    paper.line(vec![
        Span::styled(format!("{} {}", row.request.status, row.kind.word()), loud),
        Span::styled(
            format!("  request {}  {}", row.request.number, look.time(row.request.received_at)),
            theme.quiet,
        ),
    ]);
    match row.severity {
        Some(severity) => {
            let style = look.severity(severity);
            paper.labelled(2, look.severity_sign(severity), &row.reason, style);
        }
        None => paper.prose(0, &row.reason, theme.text),
    }
    if !row.fix.is_empty() {
        paper.labelled(6, "  fix ", &row.fix, theme.fix);
    }
}
