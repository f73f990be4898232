//! The line with the active filter and the number of calls that pass, and the text of the log if
//! no call passes.

use crate::inspector::CountProgress;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count as count_of, grouped};
use crate::tui::dialogs::filter_warnings::Doubt;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// The text before the filter.
pub const LABEL: &str = " filter  ";

/// Returns the height of the line at the foot of the log: 0 without a filter, and while the filter
/// prompt is in its place.
pub fn height(ctx: &ViewContext<'_>) -> u16 {
    let filtering = &ctx.shared.filtering;
    let any = !filtering.text().is_empty() || filtering.only_marked();
    u16::from(any && !filtering.is_edited())
}

/// Returns `12 of 4,567`, and the progress while rows are compared.
pub fn count(ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
    let theme = &ctx.look.theme;
    let (filtering, shown) = (&ctx.shared.filtering, &ctx.shared.shown);
    if !filtering.is_on() {
        return Vec::new();
    }
    let mut out = Vec::new();
    if let Some(progress) = filtering.progress(shown) {
        out.push(Span::styled(format!("searched {progress} %  "), theme.paused));
        out.push(Span::styled(" ", theme.text));
    }
    let style = if shown.rows == 0 { theme.warning } else { theme.text };
    out.push(Span::styled(format!("{} of {} ", grouped(shown.rows), grouped(shown.of)), style));
    out
}

/// Draws the line at the foot of the log.
pub fn render(buffer: &mut Buffer, line: Rect, ctx: &ViewContext<'_>) {
    render_with(buffer, line, count(ctx), ctx);
}

/// Draws the line at the foot of a page that counts the calls that pass.
pub fn render_counted(
    buffer: &mut Buffer,
    line: Rect,
    counted: Option<CountProgress>,
    ctx: &ViewContext<'_>,
) {
    let theme = &ctx.look.theme;
    let right = counted.map_or_else(Vec::new, |counted| {
        let (calls, all) = (grouped(counted.calls), ctx.shared.stats.calls);
        let words = format!("counts of {calls} of {} ", count_of(all, "call", "calls"));
        if counted.is_complete() {
            return vec![Span::styled(words, theme.text)];
        }
        let part = counted.counted_rows * 100 / counted.rows.max(1);
        let progress = Span::styled(format!("counted {part} %  "), theme.paused);
        vec![progress, Span::styled(format!(" {words}"), theme.text)]
    });
    render_with(buffer, line, right, ctx);
}

fn render_with(
    buffer: &mut Buffer,
    line: Rect,
    mut right: Vec<Span<'static>>,
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let theme = &look.theme;
    let filtering = &ctx.shared.filtering;
    let key = |action| ctx.keymap.first_key(KeyContext::Log, action);
    if filtering.is_off() {
        right.push(Span::styled("off  ", theme.warning));
        right.push(Span::styled(key(Action::ToggleFilter), theme.key));
        right.push(Span::styled(" switches it on ", theme.quiet));
    }
    let wide: usize = right.iter().map(|span| text::width(&span.content)).sum();
    let left = Rect { width: line.width.saturating_sub(wide as u16 + 1), ..line };
    if let Some(mut painter) = Painter::on(buffer, left, 0, look) {
        painter.put(LABEL, theme.label);
        if filtering.only_marked() {
            painter.put("only marked", theme.marked);
            painter.put(if filtering.text().is_empty() { "" } else { "  " }, theme.text);
        }
        painter.show(filtering.text(), if filtering.is_off() { theme.unused } else { theme.text });
    }
    if let Some(mut painter) = Painter::on(buffer, line, 0, look) {
        painter.right(wide);
        for span in right {
            painter.put(&span.content, span.style);
        }
    }
}

/// Draws the text of a log that is empty although there are rows, because of the filter or because
/// the log is paused and all rows that pass came later.
pub fn nothing(
    buffer: &mut Buffer,
    area: Rect,
    (is_paused, doubts): (bool, &[Doubt]),
    ctx: &ViewContext<'_>,
) {
    let theme = &ctx.look.theme;
    let (filtering, shown) = (&ctx.shared.filtering, &ctx.shared.shown);
    let key = |action| ctx.keymap.first_key(KeyContext::Log, action);
    let rows = |number| count_of(number, "row", "rows");
    let all = rows(shown.of);
    let unmarked = filtering.only_marked() && filtering.text().is_empty();
    let hidden = is_paused && shown.rows > 0;
    let why = match filtering.progress(shown) {
        _ if hidden => {
            let waits = if shown.rows == 1 { "waits" } else { "wait" };
            (format!("  paused; {} {waits} to be shown", rows(shown.rows)), theme.paused)
        }
        Some(progress) => (format!("  none yet: {progress} % of {all} searched"), theme.text),
        None if unmarked => (format!("  none of {all} is marked"), theme.warning),
        None if filtering.is_on() => (format!("  none of {all} passes the filter"), theme.warning),
        None => ("  no row is here".to_owned(), theme.text),
    };
    let mut lines: Vec<Vec<(String, _)>> = vec![Vec::new(), vec![why]];
    for doubt in doubts.iter().filter(|_| !hidden) {
        let says = ctx.look.clean(&doubt.says);
        let room = usize::from(area.width).saturating_sub(4);
        let wrapped = text::wrap(&says, room).into_iter();
        lines.extend(wrapped.map(|line| vec![(format!("  {line}"), theme.warning)]));
    }
    lines.push(Vec::new());
    let mut offer = |action, does: &str| {
        lines.push(vec![
            (format!("  {}", key(action)), theme.key),
            (format!(" {does}"), theme.quiet),
        ]);
    };
    if hidden {
        offer(Action::Pause, "resumes and shows them");
    } else if filtering.is_on() && !filtering.is_edited() {
        if !unmarked {
            offer(Action::EditFilter, "edits the filter");
        }
        if !filtering.text().is_empty() && !filtering.is_off() {
            offer(Action::ToggleFilter, "switches it off and shows all rows");
        }
        if filtering.only_marked() {
            offer(Action::OnlyMarked, "shows also what is not marked");
            offer(Action::Mark, "marks a call there");
        }
    }
    for (at, parts) in lines.iter().enumerate() {
        let Some(mut painter) = Painter::on(buffer, area, at, ctx.look) else { return };
        for (words, style) in parts {
            painter.put(words, *style);
        }
    }
}
