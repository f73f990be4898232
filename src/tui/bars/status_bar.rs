//! The two lines at the top: the address and the counts; the vendors in use and the state of the
//! view. A problem has a line of its own below them.

use crate::inspector::{ForwardCounts, MirrorCounts};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{bytes, count, grouped};
use crate::tui::bars::page_tabs::Pages;
use crate::tui::theme::Theme;
use crate::tui::theme::painter::{Painter, ground};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use std::path::Path;

/// The minimum width of a line with the program's name and address beside the counts.
const MIN_WIDTH_WITH_NAME: u16 = 60;
/// The minimum width of a line in which an address has its `http://` beside the keys of the pages.
const MIN_WIDTH_WITH_SCHEME: u16 = 100;

/// The action of the key that opens the vendor dialog.
const CHOOSES: &str = "chooses";
/// The texts while the user has chosen no vendors, each with the key's action. The first that fits
/// is shown.
const NO_CHOICE_TEXTS: [(&str, &str); 4] = [
    (" Checking all vendors that each call's service feeds.", "chooses yours"),
    (" Checking all vendors.", "chooses yours"),
    (" Checking all vendors.", CHOOSES),
    (" all vendors", CHOOSES),
];

/// The minimum width of a line in which the counts of a listener that forwards or mirrors have
/// long names.
const MIN_WIDTH_WITH_LONG_COUNTS: u16 = 150;

/// Returns the counts of a listener that forwards.
fn forward_parts(width: u16, counts: &ForwardCounts, theme: &Theme) -> Vec<(String, Style)> {
    let unrecorded = if counts.not_recorded > 0 { "passed, not recorded" } else { "not recorded" };
    let words = match width < MIN_WIDTH_WITH_LONG_COUNTS {
        true => ["recv", "fwd", "ack", "fail", "unrec", "lag"],
        false => ["received", "forwarded", "acknowledged", "failed", unrecorded, "lag"],
    };
    let loud = |number: u64| if number > 0 { theme.lost } else { theme.quiet };
    let counted = [
        (grouped(counts.received), theme.text),
        (grouped(counts.forwarded), theme.text),
        (grouped(counts.acknowledged), theme.text),
        (grouped(counts.refused + counts.failed), loud(counts.refused + counts.failed)),
        (grouped(counts.not_recorded), loud(counts.not_recorded)),
        (bytes(counts.lag_bytes), theme.quiet),
    ];
    let part = |(word, (count, style)): (&str, (String, Style))| (format!("{count} {word}"), style);
    let mut parts: Vec<(String, Style)> = words.into_iter().zip(counted).map(part).collect();
    if counts.in_flight > 0 {
        parts.push((format!("{} waiting", grouped(counts.in_flight)), theme.quiet));
    }
    parts
}

/// Returns the counts of a listener that mirrors.
fn mirror_parts(width: u16, counts: &MirrorCounts, theme: &Theme) -> Vec<(String, Style)> {
    let words = match width < MIN_WIDTH_WITH_LONG_COUNTS {
        true => ["sent", "again", "given up", "not mirr", "lag"],
        false => ["sent", "sent again", "given up", "not mirrored", "not sent yet"],
    };
    let loud = |number: u64| if number > 0 { theme.lost } else { theme.quiet };
    let counted = [
        (grouped(counts.sent), theme.text),
        (grouped(counts.sent_again), theme.quiet),
        (grouped(counts.given_up), loud(counts.given_up)),
        (grouped(counts.not_mirrored), loud(counts.not_mirrored)),
        (bytes(counts.lag_bytes), theme.quiet),
    ];
    let part = |(word, (count, style)): (&str, (String, Style))| (format!("{count} {word}"), style);
    words.into_iter().zip(counted).map(part).collect()
}

/// Returns the parts of the first line, the most important first, and how many of them must be
/// shown.
fn parts(width: u16, ctx: &ViewContext<'_>) -> (Vec<(String, Style)>, usize) {
    let narrow = width < MIN_WIDTH_WITH_NAME;
    let theme = &ctx.look.theme;
    let stats = &ctx.shared.stats;
    let loud = |number: u64, style: Style| if number > 0 { style } else { theme.quiet };
    // while the user has chosen no vendors, a missing id is not yet an alarm
    let missing = if ctx.shared.in_use.chosen { theme.missing_id } else { theme.text };
    let mut parts: Vec<(String, Style)> = match (&stats.forward, &stats.mirror) {
        (Some(counts), _) => forward_parts(width, counts, theme),
        (None, Some(counts)) => mirror_parts(width, counts, theme),
        (None, None) => Vec::new(),
    };
    let upstream_counts = parts.len();
    parts.extend([
        (count(stats.calls, "call", "calls"), theme.text),
        (format!("{} missing", grouped(stats.missing)), loud(stats.missing, missing)),
    ]);
    let refused = (format!("{} refused", grouped(stats.refused)), loud(stats.refused, theme.lost));
    if stats.refused > 0 {
        parts.push(refused.clone());
    }
    if stats.empty > 0 {
        parts.push((format!("{} without a call", grouped(stats.empty)), theme.lost));
    }
    if let Some((read, all)) = stats.reading.filter(|_| stats.forward.is_none()) {
        parts.insert(0, (format!("reading {} of {}", bytes(read), bytes(all)), theme.label));
    }
    // the other counts include only checked calls; a forwarding listener always shows its lag
    if let Some(lag) = stats.notable_lag().filter(|_| stats.forward.is_none()) {
        let words = format!("{} not checked yet", bytes(lag));
        parts.insert(0, (words, theme.label));
    }
    // unrecorded requests that were forwarded have a count of their own
    let refused_unrecorded = match &stats.forward {
        Some(counts) => stats.unrecorded - counts.not_recorded,
        None => stats.unrecorded,
    };
    for (number, words) in
        [(refused_unrecorded, "not recorded"), (stats.too_much, "too much at once")]
    {
        if number > 0 {
            parts.push((format!("{} {words}", grouped(number)), theme.lost));
        }
    }
    if let Some((faults, are_on)) = stats.faults {
        let style = if are_on { theme.warning } else { theme.quiet };
        let state = if are_on { "on" } else { "off" };
        parts.push((format!("{} {state}", count(faults as u64, "fault", "faults")), style));
    }
    if stats.takes_copies {
        parts.push(("copies: responses are discarded".to_owned(), theme.label));
    }
    let alerts = &ctx.shared.alerts;
    if alerts.dropped > 0 {
        let failed = alerts.failed.as_deref().map_or(String::new(), |error| format!(": {error}"));
        let words = format!("{} without alert{failed}", grouped(alerts.dropped));
        parts.push((ctx.look.clean(&words).into_owned(), theme.lost));
    }
    if alerts.calls > 0 {
        parts.push((count(alerts.calls, "alert", "alerts"), theme.quiet));
    }
    match alerts.watched.iter().filter(|state| state.alerts).count() {
        0 => {}
        rules => {
            let words = count(rules as u64, "watch alert", "watch alerts");
            parts.push((words, theme.lost));
        }
    }
    let must = parts.len();
    // the names of the pages are more useful than a count of 0
    if stats.refused == 0 {
        parts.push(refused);
    }
    parts.push((count(stats.requests, "request", "requests"), theme.quiet));
    parts.push((count(stats.repeats, "repeat", "repeats"), theme.quiet));
    if stats.opened.as_ref().is_none_or(|opened| opened.grows) {
        parts.push((ctx.shared.rate(), theme.quiet));
    }
    parts.push((file(ctx), theme.quiet));
    if let Some(address) = ctx.shared.addresses.first().filter(|_| !narrow) {
        let address = match address.strip_prefix("http://") {
            Some(host) if width < MIN_WIDTH_WITH_SCHEME => host,
            _ => address,
        };
        // if there is no room for both, the counts of the upstream come before the address
        let at = if width < MIN_WIDTH_WITH_LONG_COUNTS { upstream_counts } else { 0 };
        parts.insert(at, (ctx.look.clean(address).into_owned(), theme.text));
        return (parts, must + 1);
    }
    (parts, must)
}

/// Returns the file that is read or recorded to, with its size.
fn file(ctx: &ViewContext<'_>) -> String {
    let stats = &ctx.shared.stats;
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        ctx.look.clean(&name.to_string_lossy()).into_owned()
    };
    if let Some(opened) = &stats.opened {
        let more = match opened.files - 1 {
            0 => String::new(),
            more => format!(" and {} more", grouped(more)),
        };
        let verb = if opened.grows { "following " } else { "" };
        return format!("{verb}{}{more}  {}", name(&opened.path), bytes(opened.bytes));
    }
    match &stats.recording {
        Some(path) if stats.deleted_bytes > 0 => {
            let (kept, deleted) = (stats.recorded_bytes - stats.deleted_bytes, stats.deleted_bytes);
            format!("recording {} in {}, {} deleted", bytes(kept), name(path), bytes(deleted))
        }
        Some(path) if stats.recorded_bytes > 0 => {
            format!("recording {} in {}", bytes(stats.recorded_bytes), name(path))
        }
        Some(_) => "nothing recorded yet".to_owned(),
        None => "not recording".to_owned(),
    }
}

/// Returns the program's name if there is room for it.
fn brand(narrow: bool) -> &'static str {
    if narrow { "" } else { " segscope" }
}

/// Returns the tabs of the pages if the first line has room for them.
fn pages(line: Rect, open: Page, ctx: &ViewContext<'_>) -> Option<Pages> {
    let narrow = line.width < MIN_WIDTH_WITH_NAME;
    let (parts, must) = parts(line.width, ctx);
    let wide = |parts: &[(String, Style)]| -> usize {
        text::width(brand(narrow))
            + parts.iter().map(|(words, _)| text::width(words) + 2).sum::<usize>()
    };
    Pages::new(usize::from(line.width), wide(&parts[..must]), open, ctx).filter(|_| !narrow)
}

/// Returns the page whose tab is at a column of the first line.
pub fn status_hit(line: Rect, column: usize, open: Page, ctx: &ViewContext<'_>) -> Option<Page> {
    pages(line, open, ctx)?.page_at(column, usize::from(line.width))
}

/// Draws the first line: the most important parts come first, and parts that do not fit are left
/// out.
pub fn status(buffer: &mut Buffer, line: Rect, open: Page, ctx: &ViewContext<'_>) {
    let narrow = line.width < MIN_WIDTH_WITH_NAME;
    let pages = pages(line, open, ctx);
    let taken = pages.as_ref().map_or(0, Pages::room) as u16;
    let left = Rect { width: line.width.saturating_sub(taken), ..line };
    if let Some(pages) = &pages {
        pages.render(buffer, line, open, ctx);
    }
    let Some(mut painter) = Painter::on(buffer, left, 0, ctx.look) else { return };
    painter.put(brand(narrow), ctx.look.theme.brand);
    for (words, style) in parts(line.width, ctx).0 {
        if text::width(&words) + 2 > painter.room() {
            // a later, shorter part may still fit
            continue;
        }
        painter.skip(2).put(&words, style);
    }
}

/// Draws the second line: the vendors in use, and the state of the view at the right end.
pub fn in_use_line(
    buffer: &mut Buffer,
    line: Rect,
    state: &[Span<'static>],
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let theme = &look.theme;
    let right: usize = state.iter().map(|span| text::width(&span.content)).sum();
    let key = ctx.keymap.first_key(KeyContext::Calls, Action::ChooseVendors);
    let in_use = &ctx.shared.in_use;
    let room = usize::from(line.width).saturating_sub(right + 1);
    let around = 5 + text::width(&key) + 1;
    let fits = |words: &str, tail: &str| text::width(words) + around + text::width(tail) <= room;
    let (label, words, tail) = if in_use.chosen {
        let titles = in_use.vendors.iter().filter_map(|at| ctx.shared.vendors.get(*at));
        let full = titles.clone().map(|v| v.title.as_str()).collect::<Vec<_>>().join(", ");
        let short = titles.map(|vendor| vendor.short.as_str()).collect::<Vec<_>>().join(" ");
        let label = " in use: ";
        let full = if fits(&format!("{label}{full}"), CHOOSES) { full } else { short };
        (label, full, CHOOSES)
    } else {
        // a list of all vendors would look like a choice
        let fitting = NO_CHOICE_TEXTS.iter().find(|(words, tail)| fits(words, tail));
        let (words, tail) = fitting.unwrap_or(&NO_CHOICE_TEXTS[NO_CHOICE_TEXTS.len() - 1]);
        ("", (*words).to_owned(), *tail)
    };
    let left =
        Rect { width: line.width.saturating_sub(right.min(usize::from(u16::MAX)) as u16), ..line };
    if let Some(mut painter) = Painter::on(buffer, left, 0, look) {
        painter.put(label, theme.label);
        painter.show(&words, if in_use.chosen { theme.text } else { theme.label });
        painter.put(&format!("  {} ", look.dot()), theme.quiet);
        painter.put(&key, theme.key).put(" ", theme.quiet).put(tail, theme.quiet);
    }
    if let Some(mut painter) = Painter::on(buffer, line, 0, look) {
        painter.right(right);
        for span in state {
            painter.put(&span.content, span.style);
        }
    }
}

/// Draws a line about a problem of segscope itself.
pub fn banner(buffer: &mut Buffer, line: Rect, problem: &str, ctx: &ViewContext<'_>) {
    ground(buffer, line, 0, ctx.look.theme.alarm);
    if let Some(mut painter) = Painter::on(buffer, line, 0, ctx.look) {
        painter.put(" ! ", ctx.look.theme.alarm).show(problem, ctx.look.theme.alarm);
    }
}

/// Draws the line about changed settings: why they cannot be used, or which calls are stale and
/// which key checks them again.
pub fn settings_line(buffer: &mut Buffer, line: Rect, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let settings = &ctx.shared.settings;
    if line.is_empty() {
        return;
    }
    if let Some(refused) = &settings.refused {
        return banner(buffer, line, refused, ctx);
    }
    let Some(mut painter) = Painter::on(buffer, line, 0, ctx.look) else { return };
    if settings.judging {
        painter.put(" checking all calls again", theme.warning);
        return;
    }
    if settings.waits || settings.stale_before.is_some() {
        let key = ctx.keymap.first_key(KeyContext::Calls, Action::JudgeAgain);
        painter.put(" STALE ", theme.paused);
        match settings.stale_before {
            Some(first) => {
                let before = format!(" calls before #{}", grouped(first));
                painter.put(&before, theme.warning).put(" have earlier settings", theme.warning);
            }
            None => {
                painter.put(" settings wait", theme.warning);
            }
        }
        painter.put(&format!("  {} ", ctx.look.dot()), theme.quiet);
        painter.put(&key, theme.key);
        painter.put(" checks all again", theme.quiet);
        if let Some(changed) = &settings.changed {
            painter.put(&format!("  {} ", ctx.look.dot()), theme.quiet);
            painter.put("changed: ", theme.label).show(changed, theme.text);
        }
        return;
    }
    if let Some(later) = &settings.later {
        painter.put(" changed; takes effect after a restart: ", theme.label);
        painter.show(later, theme.text);
    }
}
