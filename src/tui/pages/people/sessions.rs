//! Sessions as a vendor estimates them, drawn as a timeline.

use crate::call::time::Millis;
use crate::inspector::Span as Time;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::count;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::bar;
use crate::tui::theme::painter::Appearance;
use ratatui::text::Span;
use std::collections::BTreeMap;

/// The maximum number of sessions with a line of their own. These are the latest.
const MAX_SESSION_LINES: usize = 50;
/// The width of the bar that compares the lengths of sessions.
const BAR_WIDTH: usize = 10;
/// The maximum width of the timeline.
const MAX_TIMELINE_WIDTH: usize = 100;

/// Writes the sessions of each vendor that estimates some.
pub fn write(
    builder: &mut TextBuilder<'_>,
    sessions: &BTreeMap<usize, Vec<Time>>,
    ctx: &ViewContext<'_>,
) {
    for (vendor, spans) in sessions {
        let Some(vendor) = ctx.shared.vendors.get(*vendor) else { continue };
        let title = ctx.look.clean(&vendor.title).into_owned();
        builder.heading("Sessions", &format!("as {title} estimates them"));
        write_vendor_sessions(builder, spans, ctx);
    }
    if sessions.is_empty() {
        builder.heading("Sessions", "");
        builder.prose(2, "no vendor counts these calls toward a session", ctx.look.theme.quiet);
    }
}

fn write_vendor_sessions(builder: &mut TextBuilder<'_>, spans: &[Time], ctx: &ViewContext<'_>) {
    let (look, theme) = (ctx.look, &ctx.look.theme);
    let whole: Vec<&Time> = spans.iter().filter(|span| span.module.is_none()).collect();
    let Some((first, last)) = time_range(&whole) else {
        return builder.prose(2, "no results yet", theme.quiet);
    };
    let all: Millis = whole.iter().map(|span| span.end - span.start).sum();
    let open = whole.iter().filter(|span| span.open).count() as u64;
    let going_on = if open > 0 { ", the last still open" } else { "" };
    let words = format!(
        "{}, {} in all{going_on}",
        count(whole.len() as u64, "session", "sessions"),
        duration(all)
    );
    builder.prose(2, &words, theme.text);
    let room = builder.width().saturating_sub(4).min(MAX_TIMELINE_WIDTH);
    builder.line(
        [Span::raw("  ")]
            .into_iter()
            .chain(timeline_spans(&whole, (first, last), room, look))
            .collect(),
    );
    let (from, to) = (look.moment(first), look.moment(last));
    let gap = " ".repeat(room.saturating_sub(from.len() + to.len()).max(2));
    builder.line(vec![Span::styled(format!("  {from}{gap}{to}"), theme.quiet)]);
    let longest = whole.iter().map(|span| span.end - span.start).max().unwrap_or(0);
    for session in whole.iter().rev().take(MAX_SESSION_LINES) {
        line(builder, session, spans, longest, look);
    }
    if let Some(more) = whole.len().checked_sub(MAX_SESSION_LINES).filter(|more| *more > 0) {
        let words = format!("and {} before", count(more as u64, "session", "sessions"));
        builder.prose(2, &words, theme.quiet);
    }
}

/// Returns the start of the first session and the end of the last one.
fn time_range(spans: &[&Time]) -> Option<(Millis, Millis)> {
    let first = spans.iter().map(|span| span.start).min()?;
    Some((first, spans.iter().map(|span| span.end).max()?))
}

/// Draws the timeline. A session always fills at least one cell, however short it was.
fn timeline_spans(
    spans: &[&Time],
    (first, last): (Millis, Millis),
    columns: usize,
    look: &Appearance,
) -> Vec<Span<'static>> {
    let mut cells = vec![TimelineCell::Idle; columns.max(1)];
    let all = i128::from((last - first).max(1));
    let at = |moment: Millis| {
        let column = i128::from(moment - first) * columns as i128 / all;
        usize::try_from(column).unwrap_or(0).min(cells.len() - 1)
    };
    let places: Vec<_> =
        spans.iter().map(|span| (at(span.start), at(span.end), span.open)).collect();
    for (from, to, open) in places {
        cells[from..=to].fill(if open { TimelineCell::Open } else { TimelineCell::Used });
    }
    let spans = cells.chunk_by(|a, b| a == b).map(|run| {
        let (sign, style) = match (run[0], look.ascii) {
            (TimelineCell::Idle, _) => (look.dash(), look.theme.rule),
            (TimelineCell::Used, false) => ("█", look.theme.text),
            (TimelineCell::Used, true) => ("#", look.theme.text),
            (TimelineCell::Open, false) => ("▓", look.theme.good),
            (TimelineCell::Open, true) => ("=", look.theme.good),
        };
        Span::styled(sign.repeat(run.len()), style)
    });
    spans.collect()
}

/// The content of a cell of the timeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TimelineCell {
    Idle,
    Used,
    Open,
}

/// Writes a session: its start, its length, and its modules.
fn line(
    builder: &mut TextBuilder<'_>,
    session: &Time,
    spans: &[Time],
    longest: Millis,
    look: &Appearance,
) {
    let theme = &look.theme;
    let own = spans.iter().filter(|span| {
        let inside = session.start <= span.start && span.end <= session.end;
        span.session == session.session && inside
    });
    // the times of a module that was entered several times are added, in the order of its first
    // time
    let mut modules: Vec<(&str, Millis)> = Vec::new();
    for span in own {
        let Some(name) = span.module.as_deref() else { continue };
        let took = span.end - span.start;
        match modules.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += took,
            None => modules.push((name, took)),
        }
    }
    let modules: Vec<String> =
        modules.iter().map(|(name, took)| format!("{name} {}", duration(*took))).collect();
    let took = session.end - session.start;
    let unsigned = |millis: Millis| u64::try_from(millis).unwrap_or(0);
    let (word, style) = if session.open { ("open", theme.good) } else { ("", theme.text) };
    builder.line(vec![
        Span::styled(format!("  {}", look.moment(session.start)), theme.quiet),
        Span::styled(format!(" {:>12} ", duration(took)), theme.text),
        Span::styled(bar(unsigned(took), unsigned(longest), BAR_WIDTH, look), style),
        Span::styled(format!(" {word:<4} "), style),
        Span::styled(look.clean(&modules.join(", ")).into_owned(), theme.quiet),
    ]);
}

/// Returns a duration in words: `1 h 25 min`, `25 min`, `40 s`.
fn duration(millis: Millis) -> String {
    let seconds = millis / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::theme::time_format::TimeFormat;
    use jiff::tz::TimeZone;

    fn span(start: Millis, end: Millis, open: bool) -> Time {
        Time { session: "s".to_owned(), module: None, start, end, open }
    }

    #[test]
    fn even_a_short_session_is_visible_on_the_timeline() {
        let theme = Theme::preset("dark").expect("there is one");
        let look = Appearance { theme, ascii: false, times: TimeFormat::new(TimeZone::UTC, 0) };
        let text = |spans: &[&Time], columns| {
            let ends = time_range(spans).expect("some");
            let drawn = timeline_spans(spans, ends, columns, &look);
            drawn.iter().map(|span| span.content.as_ref()).collect::<String>()
        };
        let (a, b, c) = (span(0, 0, false), span(50, 60, false), span(100, 100, true));
        assert_eq!(text(&[&a, &b, &c], 10), "█────██──▓");
        assert_eq!(text(&[&a], 4), "█───", "all at one moment");
        assert_eq!(text(&[&a, &b, &c], 1), "▓");
        let far = span(Millis::MAX / 2, Millis::MAX / 2, false);
        assert_eq!(text(&[&a, &far], 5), "█───█");
    }

    #[test]
    fn writes_durations_in_short_words() {
        let words: Vec<String> =
            [0, 40_000, 60_000, 61_000, 1_500_000, 3_600_000, 5_100_000].map(duration).into();
        assert_eq!(words, ["0 s", "40 s", "1 min", "1 min 1 s", "25 min", "1 h", "1 h 25 min"]);
    }
}
