//! How counts look: a bar for the latest minutes, names of events, columns of numbers.

use crate::tui::look::Look;
use crate::tui::text;

/// A bar a minute, as high as that minute's share of the highest; nothing for none.
pub fn trend(counts: &[u32], look: &Look) -> String {
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

/// What kind of call, and which: `Order Received`, `page Pricing`, `identify`.
pub fn event(kind: Option<&str>, event: Option<&str>) -> String {
    match (kind, event) {
        (Some("track"), Some(event)) => event.to_owned(),
        (Some(kind), Some(event)) => format!("{kind} {event}"),
        (Some(kind), None) => kind.to_owned(),
        (None, Some(event)) => format!("no type, {event}"),
        (None, None) => "no type".to_owned(),
    }
}

/// The widest of some captured texts, between two bounds.
pub fn widest<'t>(
    texts: impl Iterator<Item = &'t str>,
    (least, most): (usize, usize),
    look: &Look,
) -> usize {
    let wide = texts.map(|text| text::width(&look.clean(text::beginning(text, most)))).max();
    wide.unwrap_or(0).clamp(least.min(most), most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use jiff::tz::TimeZone;

    #[test]
    fn the_highest_minute_is_a_full_bar_and_the_least_is_seen() {
        let theme = Theme::preset("dark").expect("there is one");
        let look = |ascii| Look { theme: theme.clone(), ascii, zone: TimeZone::UTC };
        assert_eq!(trend(&[0, 1, 500, 1000], &look(false)), " ▁▄█");
        assert_eq!(trend(&[0, 1, 500, 1000], &look(true)), " .-#");
        assert_eq!(trend(&[0, 0], &look(false)), "  ");
        assert_eq!(trend(&[u32::MAX, 1], &look(false)), "█▁");
    }
}
