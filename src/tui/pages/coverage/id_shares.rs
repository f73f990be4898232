//! The ids in the calls of a row of the coverage page: in the list a share, with the mark of the
//! log if one vendor finds an id and another misses it, and beside the list all counts in words.

use crate::findings::Verdict;
use crate::findings::share;
use crate::inspector::{Coverage, IdShare};
use crate::report::DOUBTFUL;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::bar;
use crate::tui::theme::painter::{Appearance, Painter};
use ratatui::style::Style;
use ratatui::text::Span;

/// The width of a share in percent with its mark.
pub const SHARE: usize = 6;
/// The width of a bar beside the list.
const BAR_WIDTH: usize = 20;
/// The width of a label beside the list.
const LABEL: usize = 10;

/// Returns true if each call of a row has every id that a vendor looks for, none of them is
/// doubtful, and the service discards none of the calls.
pub fn is_whole(row: &Coverage) -> bool {
    let has_ids = row.ids.iter().any(|id| id.looked_for > 0);
    row.discarded == 0 && has_ids && row.ids.iter().all(IdShare::is_whole)
}

/// Returns the number of calls of a row that the vendor in use with the most losses loses.
pub fn lost(row: &Coverage) -> u64 {
    let lost = |counts: &[u64]| -> u64 {
        let all = Verdict::WORST_FIRST.iter().zip(counts);
        all.filter(|(verdict, _)| verdict.is_loss()).map(|(_, count)| count).sum()
    };
    row.verdicts.iter().map(|counts| lost(counts)).max().unwrap_or(0)
}

/// Returns true if each call of a row has its ids and no vendor in use loses a call. Only such a
/// row is green.
pub fn is_good(row: &Coverage) -> bool {
    is_whole(row) && lost(row) == 0
}

fn doubtful(row: &Coverage) -> u64 {
    row.ids.iter().map(|id| id.doubtful).sum()
}

/// Returns the sign, the words and the style for the ids of a row.
pub fn standing(row: &Coverage, ctx: &ViewContext<'_>) -> (&'static str, String, Style) {
    let look = ctx.look;
    let theme = &look.theme;
    if row.discarded > 0 {
        let calls = count(row.discarded, "call is", "calls are");
        let words = format!("{calls} discarded before any vendor");
        (look.verdict_sign(Verdict::Discarded), words, theme.discarded)
    } else if row.missing > 0 {
        let calls = count(row.missing, "call lacks", "calls lack");
        let words = format!("{calls} an id that a vendor in use needs");
        (look.verdict_sign(Verdict::Dropped), words, theme.missing_id)
    } else if doubtful(row) > 0 {
        (look.doubtful(), "none is missing, but some look wrong".to_owned(), theme.warning)
    } else if is_whole(row) && lost(row) > 0 {
        let words =
            format!("all have their ids; a vendor in use does not use {}", grouped(lost(row)));
        (look.verdict_sign(Verdict::Delivered), words, theme.text)
    } else if is_whole(row) {
        let words = match row.ids.iter().all(|id| id.looked_for > 0) {
            true => "all have both ids",
            false => "all have the id that is looked for",
        };
        (look.verdict_sign(Verdict::Delivered), words.to_owned(), theme.good)
    } else {
        (" ", "no id that is needed is missing".to_owned(), theme.quiet)
    }
}

/// Returns the style of an id's share: loud if vendors miss the id and find it in no call, a
/// warning if they miss it in some calls or if some ids are doubtful, quiet if no vendor looks for
/// it. `passes` is true if the service discards none of the calls.
fn style(id: &IdShare, passes: bool, look: &Appearance) -> Style {
    let theme = &look.theme;
    match id {
        IdShare { looked_for: 0, .. } => theme.quiet,
        IdShare { found: 0, missed: 1.., .. } => theme.missing_id,
        _ if id.missed > 0 || id.doubtful > 0 => theme.warning,
        _ if id.is_whole() && passes => theme.good,
        _ if id.is_whole() => theme.text,
        _ => theme.quiet,
    }
}

/// Returns `!` as in the log if one vendor finds an id and another misses it, or `?` if some ids
/// are doubtful.
fn mark(id: &IdShare) -> &'static str {
    match id {
        IdShare { some_miss: 1.., .. } => "!",
        IdShare { doubtful: 1.., .. } => DOUBTFUL,
        _ => " ",
    }
}

/// Draws an id's share in the list.
pub fn cell(
    painter: &mut Painter<'_>,
    id: &IdShare,
    columns: usize,
    passes: bool,
    look: &Appearance,
) {
    let style = style(id, passes, look);
    painter.put("  ", style);
    if id.looked_for == 0 {
        let wide = columns + SHARE - 1;
        painter.put(&format!("{:>wide$} ", look.nothing()), style);
        return;
    }
    painter.put(&bar(id.found, id.looked_for, columns, look), style);
    let share = share(id.found, id.looked_for);
    painter.put(&format!("{share:>w$}{}", mark(id), w = SHARE - 1), style);
}

/// Returns the counts of an id besides its share, each with a sign, words and a style.
fn besides(id: &IdShare, calls: u64, look: &Appearance) -> Vec<(&'static str, String, Style)> {
    let theme = &look.theme;
    let nobody = id.looked_for - id.found - id.missing();
    let unasked = calls - id.looked_for;
    let lines = [
        (id.missing(), "missing: no vendor in use finds one", "✗", theme.missing_id),
        (id.some_miss, "found by a vendor in use and missed by another", "!", theme.warning),
        (
            id.doubtful,
            "doubtful: a number, or a missing value as text",
            look.doubtful(),
            theme.warning,
        ),
        (nobody, "without one, and the call goes through", " ", theme.quiet),
        (unasked, "in which no vendor in use looks for one", " ", theme.quiet),
    ];
    let some = lines.into_iter().filter(|(calls, ..)| *calls > 0);
    some.map(|(calls, what, sign, style)| {
        let sign = if sign == "✗" { look.verdict_sign(Verdict::Dropped) } else { sign };
        (sign, format!("{} {what}", grouped(calls)), style)
    })
    .collect()
}

/// Writes the counts for the ids of a row.
pub fn about(builder: &mut TextBuilder<'_>, row: &Coverage, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    let (sign, words, loud) = standing(row, ctx);
    builder.labelled(LABEL, "  ids", &format!("{sign} {words}"), loud);
    for (label, id) in ["  account", "  user"].into_iter().zip(&row.ids) {
        if id.looked_for == 0 {
            let words = format!("{} no vendor in use looks for one", look.nothing());
            builder.labelled(LABEL, label, &words, theme.quiet);
            continue;
        }
        let style = style(id, row.discarded == 0, look);
        builder.line(vec![
            Span::styled(format!("{label:<LABEL$}"), theme.label),
            Span::styled(bar(id.found, id.looked_for, BAR_WIDTH, look), style),
            Span::styled(format!(" {:>5}", share(id.found, id.looked_for)), style),
            Span::styled(
                format!("  found in {} of {}", grouped(id.found), grouped(id.looked_for)),
                theme.text,
            ),
        ]);
        for (sign, words, style) in besides(id, row.counted.calls, look) {
            builder.labelled(LABEL, "", &format!("{sign} {words}"), style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(verdict: Verdict) -> Coverage {
        let place = Verdict::WORST_FIRST.iter().position(|known| *known == verdict);
        let mut counts = [0; Verdict::WORST_FIRST.len()];
        counts[place.expect("a verdict")] = 3;
        let id = IdShare { looked_for: 3, found: 3, ..IdShare::default() };
        Coverage { ids: [id, id], verdicts: vec![counts], ..Coverage::default() }
    }

    #[test]
    fn a_row_is_good_only_if_no_vendor_loses_its_calls() {
        assert!(is_good(&row(Verdict::Delivered)));
        assert!(is_good(&row(Verdict::Degraded)));
        assert!(is_good(&row(Verdict::Ignored)), "nobody was to get it");
        for lost in [Verdict::Dropped, Verdict::Rejected] {
            assert!(is_whole(&row(lost)) && !is_good(&row(lost)), "{}", lost.name());
        }
    }
}
