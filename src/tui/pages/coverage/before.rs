//! The comparison with earlier calls on the coverage page: in the list the most certain loss of a
//! row, and beside it all differences with example calls.

use crate::engine::{Certainty, Difference, Impact, Subject};
use crate::findings::Id;
use crate::findings::share;
use crate::inspector::{BeforeView, Coverage, GroupedRows};
use crate::report::{difference_samples, difference_words};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::coverage::expected::ExpectedLine;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::style::Style;
use ratatui::text::Span;
use std::collections::HashSet;

/// The width of the cell, with the blanks before it.
pub const BEFORE: usize = 20;
/// The maximum number of differences of one row beside the list.
const MAX_SHOWN_DIFFERENCES: usize = 24;

/// The comparison of a row with earlier calls.
pub struct BeforeCell {
    /// The earlier version, or the name of the other recording.
    name: String,
    differences: Vec<Difference>,
}

impl BeforeCell {
    /// Returns true if the row had calls before and has none now.
    pub fn is_gone(&self) -> bool {
        self.differences.first().is_some_and(is_gone)
    }
}

fn is_gone(difference: &Difference) -> bool {
    difference.subject == Subject::Calls
        && difference.after.part == 0
        && difference.certainty == Certainty::Sure
}

/// Adds the comparison to the rows, and adds rows for events that are gone.
pub fn compare(groups: &mut GroupedRows<ExpectedLine>, view: &BeforeView) {
    let mut shown = HashSet::new();
    for line in &mut groups.rows {
        let Coverage { kind, event, by, .. } = &line.came;
        let row = view.row(kind.as_deref(), event.as_deref(), by.as_deref());
        line.before = row.map(|(name, differences)| BeforeCell {
            name: name.to_owned(),
            differences: differences.to_vec(),
        });
        let kind = kind.as_ref().map(|kind| kind.to_ascii_lowercase());
        shown.insert((kind, event.clone(), by.clone()));
    }
    for (by, value) in &view.values {
        let mut gone: Vec<_> = value
            .events
            .iter()
            .filter(|(_, differences)| differences.first().is_some_and(is_gone))
            .collect();
        gone.sort_by_key(|(key, _)| *key);
        for (key, differences) in gone {
            let (kind, event) = (key.kind.clone(), key.name.clone());
            if shown.contains(&(kind.clone(), event.clone(), by.clone())) {
                continue;
            }
            let came = Coverage { kind, event, by: by.clone(), ..Coverage::default() };
            let before =
                BeforeCell { name: value.before.clone(), differences: differences.clone() };
            groups.rows.push(ExpectedLine { before: Some(before), ..ExpectedLine::new(came) });
            groups.of += 1;
        }
    }
}

/// Returns the line about a problem with the comparison.
pub fn line(view: &BeforeView, ctx: &ViewContext<'_>) -> Option<Vec<Span<'static>>> {
    let words = format!("before: {}", ctx.look.clean(view.problem.as_deref()?));
    Some(vec![Span::styled(words, ctx.look.theme.warning)])
}

/// Draws the most certain loss of a row.
pub fn cell(painter: &mut Painter<'_>, before: Option<&BeforeCell>, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let (words, style) = match before {
        None => (look.nothing().to_owned(), look.theme.quiet),
        Some(before) => match before.differences.first() {
            None => ("no change".to_owned(), look.theme.quiet),
            Some(first) if first.certainty == Certainty::Sure => {
                (short_words(first, ctx), style(first, look))
            }
            Some(first) => (first.certainty.name().to_owned(), look.theme.quiet),
        },
    };
    let words = look.clean(&words);
    let words = text::cut(&words, BEFORE - 2, look.ellipsis());
    painter.skip(BEFORE - text::width(&words)).put(&words, style);
}

/// Describes a difference in a few words: a sign, its subject, and the share before.
fn short_words(difference: &Difference, ctx: &ViewContext<'_>) -> String {
    let before = share(difference.before.part, difference.before.whole);
    let sign = match difference.impact {
        Impact::Loss => "-",
        Impact::Gain => "+",
        Impact::Change => "~",
    };
    let short = |vendor: &usize| {
        ctx.shared.vendors.get(*vendor).map(|vendor| vendor.short.clone()).unwrap_or_default()
    };
    match &difference.subject {
        Subject::Calls if difference.after.part == 0 => {
            format!("gone, {} before", grouped(difference.before.part))
        }
        Subject::Calls if difference.before.part == 0 => "new".to_owned(),
        Subject::Calls => format!("{sign} calls {before}"),
        Subject::Id(Id::Account) => format!("{sign} account {before}"),
        Subject::Id(Id::User) => format!("{sign} user {before}"),
        Subject::Received(vendor) | Subject::Delivered(vendor) => {
            format!("{sign} {} {before}", short(vendor))
        }
        Subject::Property(path) => format!("{sign} {path} {before}"),
        Subject::Type(path, _) => format!("{sign} type {path}"),
        Subject::Value(path, _) => format!("{sign} value {path}"),
    }
}

fn style(difference: &Difference, look: &Appearance) -> Style {
    let theme = &look.theme;
    match (difference.certainty, difference.impact) {
        (Certainty::Sure, Impact::Loss) => theme.missing_id,
        (Certainty::Sure, Impact::Gain) => theme.good,
        (Certainty::Sure, Impact::Change) => theme.warning,
        _ => theme.quiet,
    }
}

/// Writes all differences of a row.
pub fn about(builder: &mut TextBuilder<'_>, before: &BeforeCell, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    builder.heading("Compared with", &look.clean(&before.name));
    if before.differences.is_empty() {
        builder.prose(2, "nothing differs", look.theme.quiet);
        return;
    }
    let title =
        |vendor: usize| ctx.shared.vendors.get(vendor).map_or("", |vendor| vendor.title.as_str());
    for difference in before.differences.iter().take(MAX_SHOWN_DIFFERENCES) {
        let words = difference_words(difference, title);
        let certainty = match difference.certainty {
            Certainty::Sure => difference.impact.name(),
            certainty => certainty.name(),
        };
        builder.prose(2, &format!("{certainty}: {words}"), style(difference, look));
        if let Some(samples) = difference_samples(difference) {
            builder.prose(4, &samples, look.theme.quiet);
        }
    }
    if before.differences.len() > MAX_SHOWN_DIFFERENCES {
        let more = before.differences.len() - MAX_SHOWN_DIFFERENCES;
        builder.prose(2, &format!("{more} more; segscope compare lists all"), look.theme.quiet);
    }
}
