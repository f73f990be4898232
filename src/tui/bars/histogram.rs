//! The histogram of calls over time, above the log and the pages that count calls. Each column is
//! a time span, with the calls that miss an id in red below the others.

use crate::call::time::Millis;
use crate::inspector::{Inspector, TimeColumns, TimeCount, TimeScan};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The height: the heading, the bars, and the times below them.
pub const HEIGHT: u16 = 6;
/// The minimum height of a screen with a histogram. On a lower one, the page below would be too
/// low.
pub const MIN_SCREEN_HEIGHT: u16 = 18;
/// The maximum width of a bar.
const MAX_BAR_WIDTH: usize = 4;
/// The number of bar heights in one character.
const STEPS_PER_CHAR: u64 = 8;
const BLOCKS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The signs without blocks or colors: for other calls, and for calls that miss an id.
const PLAIN_SIGNS: [&str; 2] = [":", "#"];

/// The state of the histogram.
#[derive(Default)]
pub struct HistogramBar {
    is_open: bool,
    scan: TimeScan,
    columns: Option<TimeColumns>,
    is_complete: bool,
}

impl HistogramBar {
    /// Opens or closes the histogram.
    pub fn toggle(&mut self) {
        self.is_open = !self.is_open;
    }

    /// Returns true if the histogram is open.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns the number of lines that the histogram takes on a page of a screen of this height.
    pub fn height(&self, page: Page, screen: u16) -> u16 {
        let is_shown = matches!(page, Page::Log | Page::Findings | Page::Coverage);
        if self.is_open && is_shown && screen >= MIN_SCREEN_HEIGHT { HEIGHT } else { 0 }
    }

    /// Counts the calls for the next frame. Returns true if another frame is needed, because there
    /// is more to count or because the count has just become complete.
    pub fn sync(&mut self, width: u16, inspector: &Inspector) -> bool {
        let before = self.is_complete;
        self.is_complete = inspector.count_times(&mut self.scan);
        self.columns = self.scan.columns(usize::from(width.saturating_sub(2)));
        !self.is_complete || !before
    }

    /// Draws the histogram.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, ctx: &ViewContext<'_>) {
        if area.height < HEIGHT {
            return;
        }
        let look = ctx.look;
        let theme = &look.theme;
        let Some(columns) = &self.columns else {
            if let Some(mut painter) = Painter::on(buffer, area, 0, look) {
                match self.scan.untimed() {
                    0 => painter.put(" no calls to show over time", theme.quiet),
                    calls => {
                        let calls = count(calls, "call", "calls");
                        painter.put(&format!(" {calls} without a time"), theme.warning)
                    }
                };
            }
            return;
        };
        let sum = |of: fn(&TimeCount) -> u64| columns.counts.iter().map(of).sum::<u64>();
        let (calls, missing) = (sum(|count| count.calls), sum(|count| count.missing));
        let most = columns.counts.iter().map(|count| count.calls).max().unwrap_or(0);
        if let Some(mut painter) = Painter::on(buffer, area, 0, look) {
            painter.put(" calls per ", theme.label).put(&span_words(columns.span_ms), theme.text);
            painter.put(&format!("  peak {}", grouped(most)), theme.quiet);
            painter.put(&format!("  {}", count(calls, "call", "calls")), theme.quiet);
            let style = if missing > 0 { theme.missing_id } else { theme.quiet };
            painter.put(&format!("  {} missing an id", grouped(missing)), style);
            if is_plain(look) {
                painter.put(&format!(" ({})", PLAIN_SIGNS[1]), theme.quiet);
            }
            if columns.untimed > 0 {
                painter
                    .put(&format!("  {} without a time", grouped(columns.untimed)), theme.warning);
            }
            if !self.is_complete {
                painter.put("  counting", theme.warning);
            }
        }
        let bars = Rect { y: area.y + 1, height: area.height - 2, x: area.x + 1, ..area };
        let bars = bars.intersection(area);
        let wide = (usize::from(bars.width) / columns.counts.len().max(1)).clamp(1, MAX_BAR_WIDTH);
        for (at, counted) in columns.counts.iter().enumerate() {
            bar(buffer, bars, (at * wide, wide), (*counted, most), look);
        }
        let times = Rect { y: area.bottom() - 1, height: 1, ..area };
        let end = columns.first + columns.span_ms * (columns.counts.len() as Millis - 1);
        axis(buffer, times, (columns.first, end), columns.counts.len() * wide, look);
    }
}

/// Returns true if bars consist of signs, because the screen has neither blocks nor colors for
/// them.
fn is_plain(look: &Appearance) -> bool {
    look.ascii || look.theme.missing_id.fg.is_none()
}

/// Returns the height of a count in steps. A count above 0 has at least one step.
fn steps(part: u64, most: u64, height: u64) -> u64 {
    let all = u128::from(height * STEPS_PER_CHAR);
    let steps = (u128::from(part) * all).div_ceil(u128::from(most.max(1)));
    u64::try_from(steps.min(all)).unwrap_or_default()
}

fn bar(
    buffer: &mut Buffer,
    bars: Rect,
    (from, wide): (usize, usize),
    (count, most): (TimeCount, u64),
    look: &Appearance,
) {
    let theme = &look.theme;
    let height = u64::from(bars.height);
    let (all, missing) = (steps(count.calls, most, height), steps(count.missing, most, height));
    for line in 0..bars.height {
        let below = u64::from(bars.height - 1 - line) * STEPS_PER_CHAR;
        let [all, missing] =
            [all, missing].map(|steps| steps.saturating_sub(below).min(STEPS_PER_CHAR));
        let (symbol, style) = match (all, missing) {
            (0, 0) => continue,
            _ if is_plain(look) => (PLAIN_SIGNS[usize::from(missing > 0)], theme.text),
            (all, 0) => (BLOCKS[all as usize], theme.quiet),
            // the other calls are the background color, if they fill the character
            (STEPS_PER_CHAR, missing) => {
                let behind = theme.quiet.fg.map_or(Style::new(), |color| Style::new().bg(color));
                (BLOCKS[missing as usize], theme.missing_id.patch(behind))
            }
            (_, missing) => (BLOCKS[missing as usize], theme.missing_id),
        };
        let x = bars.x + u16::try_from(from).unwrap_or(u16::MAX).min(bars.width);
        for x in (x..bars.right()).take(wide) {
            if let Some(cell) = buffer.cell_mut((x, bars.y + line)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}

/// Draws the times of the first and the last column. The last one ends at its column if there is
/// room.
fn axis(
    buffer: &mut Buffer,
    line: Rect,
    (first, last): (Millis, Millis),
    width: usize,
    look: &Appearance,
) {
    let Some(mut painter) = Painter::on(buffer, line, 0, look) else { return };
    let style = look.theme.label;
    let words = [first, last].map(|at| look.moment(at));
    painter.skip(1).put(&words[0], style);
    if first == last {
        return;
    }
    let ends = width.saturating_sub(text::width(&words[1]));
    let gap = ends.saturating_sub(text::width(&words[0])).max(2);
    painter.skip(gap).put(&words[1], style);
}

/// Returns a time span in words: `second`, `10 s`, `5 min`, `hour`.
fn span_words(span_ms: Millis) -> String {
    let seconds = span_ms / 1_000;
    let units = [(86_400, "day", "days"), (3_600, "hour", "h"), (60, "minute", "min")];
    let unit = units.into_iter().find(|(unit, ..)| seconds % unit == 0);
    let (unit, one, many) = unit.unwrap_or((1, "second", "s"));
    match seconds / unit {
        1 => one.to_owned(),
        some => format!("{some} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_above_zero_is_visible_and_the_highest_is_full() {
        assert_eq!([steps(0, 9, 4), steps(9, 9, 4), steps(1, 1_000_000, 4)], [0, 32, 1]);
        assert_eq!(steps(u64::MAX, u64::MAX, 4), 32);
    }

    #[test]
    fn names_time_spans() {
        let words = [1, 2, 30, 60, 90, 300, 3_600, 7_200, 86_400, 864_000];
        let words = words.map(|seconds| span_words(seconds * 1_000));
        let expected =
            ["second", "2 s", "30 s", "minute", "90 s", "5 min", "hour", "2 h", "day", "10 days"];
        assert_eq!(words, expected);
    }
}
