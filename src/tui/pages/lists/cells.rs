//! The texts of counts: bars of the latest minutes, names of events, columns of numbers.

use crate::call::time::Millis;
use crate::inspector::CountedCalls;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::log::NO_EVENT;
use crate::tui::theme::painter::Appearance;
use crate::tui::theme::time_format::{DayForm, TimeDetail};
use crate::tui::widgets::text;
use ratatui::text::Span;

/// The columns of a time, with the blank before it.
pub const TIME: usize = 12;

/// Returns a time padded to its columns: the time of day in seconds for today, day and minute for
/// another day of this year, only the day for another year; or how long ago it was.
pub fn clock(at: Millis, look: &Appearance) -> String {
    let time = match look.times.day_form(at) {
        DayForm::Today => look.times.listed(at, TimeDetail::Second),
        DayForm::Day => look.times.listed(at, TimeDetail::Minute),
        DayForm::Year if look.times.is_relative() => look.times.ago(at),
        DayForm::Year => look.moment(at).chars().take(TIME - 2).collect(),
    };
    format!("{time:>TIME$}")
}

/// Writes the lines about when calls came.
pub fn times(builder: &mut TextBuilder<'_>, counted: &CountedCalls, indent: usize) {
    let look = builder.look();
    let (first, last) = (look.moment(counted.first_seen), look.moment(counted.last_seen));
    builder.labelled(indent, "  seen", &format!("first {first}, last {last}"), look.theme.text);
    let minutes = trend(&counted.trend, look);
    if !minutes.trim().is_empty() {
        let words = format!("  the latest {} minutes", counted.trend.len());
        builder.line(vec![
            Span::styled(format!("{:<indent$}", "  trend"), look.theme.label),
            Span::styled(minutes, look.theme.text),
            Span::styled(words, look.theme.quiet),
        ]);
    }
}

/// Returns a count for a column of seven characters.
pub fn number(count: u64) -> String {
    match count {
        0..1_000_000 => grouped(count),
        // rounded down, so that the count is never too high
        _ => format!("{}.{:02}M", grouped(count / 1_000_000), count / 10_000 % 100),
    }
}

/// Returns a share as a bar of `columns` columns.
pub fn bar(part: u64, of: u64, columns: usize, look: &Appearance) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = columns as u128 * 8 * u128::from(part) / u128::from(of.max(1));
    let eighths = usize::try_from(eighths).unwrap_or(0).min(columns * 8);
    let (full, rest) = (eighths / 8, eighths % 8);
    let drawn = match look.ascii {
        true => "#".repeat(full),
        false => format!("{}{}", "█".repeat(full), EIGHTHS[rest]),
    };
    format!("{drawn:<columns$}")
}

/// Returns a bar for each minute, relative to the highest minute; a blank for a minute without
/// calls.
pub fn trend(counts: &[u32], look: &Appearance) -> String {
    let steps: &[char] = match look.ascii {
        true => &['.', ':', '-', '=', '+', '*', '#'],
        false => &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    };
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u32| match count {
        0 => ' ',
        count => {
            let step = u64::from(*count) * steps.len() as u64 / u64::from(most);
            steps[usize::try_from(step).unwrap_or(0).saturating_sub(1)]
        }
    };
    counts.iter().map(bar).collect()
}

/// Returns the type and the name of a call: `Order Received`, `page Pricing`, `identify`.
pub fn event(kind: Option<&str>, event: Option<&str>) -> String {
    match (kind, event) {
        (Some("track"), Some(event)) => event.to_owned(),
        (Some("track"), None) => NO_EVENT.to_owned(),
        (Some(kind), Some(event)) => format!("{kind} {event}"),
        (Some(kind), None) => kind.to_owned(),
        (None, Some(event)) => format!("no type, {event}"),
        (None, None) => "no type".to_owned(),
    }
}

/// Returns the width of the widest captured text, between two bounds.
pub fn widest<'t>(
    texts: impl Iterator<Item = &'t str>,
    (least, most): (usize, usize),
    look: &Appearance,
) -> usize {
    let wide = texts.map(|text| text::width(&look.clean(text::beginning(text, most)))).max();
    wide.unwrap_or(0).clamp(least.min(most), most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::theme::time_format::TimeFormat;
    use jiff::tz::TimeZone;

    #[test]
    fn a_count_fits_into_its_columns() {
        assert_eq!([number(0), number(999_999), number(1_000_000)], ["0", "999,999", "1.00M"]);
        assert_eq!([number(12_349_999), number(999_999_999)], ["12.34M", "999.99M"]);
    }

    #[test]
    fn a_bar_fills_its_columns() {
        let theme = Theme::preset("dark").expect("there is one");
        let look = |ascii| Appearance {
            theme: theme.clone(),
            ascii,
            times: TimeFormat::new(TimeZone::UTC, 0),
        };
        assert_eq!(bar(1, 2, 4, &look(false)), "██  ");
        assert_eq!(bar(5, 8, 1, &look(false)), "▋");
        assert_eq!(bar(1, 2, 4, &look(true)), "##  ");
        assert_eq!([bar(7, 0, 3, &look(false)), bar(0, 7, 0, &look(false))], ["███", ""]);
    }

    #[test]
    fn the_highest_minute_is_a_full_bar_and_the_lowest_is_visible() {
        let theme = Theme::preset("dark").expect("there is one");
        let look = |ascii| Appearance {
            theme: theme.clone(),
            ascii,
            times: TimeFormat::new(TimeZone::UTC, 0),
        };
        assert_eq!(trend(&[0, 1, 500, 1000], &look(false)), " ▁▄█");
        assert_eq!(trend(&[0, 1, 500, 1000], &look(true)), " .-#");
        assert_eq!(trend(&[0, 0], &look(false)), "  ");
        assert_eq!(trend(&[u32::MAX, 1], &look(false)), "█▁");
    }
}
