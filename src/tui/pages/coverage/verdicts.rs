//! The verdicts of each vendor for the calls of a row of the coverage page.

use crate::findings::{Verdict, VerdictCounts};
use crate::inspector::Coverage;
use crate::report::{percent, percents};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::widgets::text;
use ratatui::text::Span;

/// Returns the worst verdict of a vendor and the share of calls that it accepts, which is the sum
/// of the rounded shares beside the list. Only calls for which the vendor counts are included.
pub fn accepted_share(counts: &VerdictCounts) -> Option<(Verdict, String)> {
    let all = || Verdict::WORST_FIRST.iter().zip(counts).zip(percents(counts));
    let ((worst, _), _) = all().find(|((_, count), _)| **count > 0)?;
    let takes = all().filter(|((verdict, _), _)| verdict.goes_through());
    let sum =
        |(calls, share), ((_, count), percent): ((_, &u64), _)| (calls + count, share + percent);
    let (calls, share) = takes.fold((0, 0), sum);
    Some((*worst, percent(share, calls, counts.iter().sum())))
}

/// Writes the verdicts of each vendor for the calls of a row.
pub fn about(builder: &mut TextBuilder<'_>, row: &Coverage, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    builder.heading("Verdicts", "mark: worst verdict; number: share accepted");
    for (vendor, counts) in ctx.shared.vendors.iter().zip(&row.verdicts) {
        let title = look.clean(&vendor.title);
        let title = text::cut(&title, 20, look.ellipsis());
        let of: u64 = counts.iter().sum();
        let mut spans = vec![Span::styled(format!("  {title:<20}"), theme.label)];
        if of == 0 {
            spans.push(Span::styled("not in use for these calls".to_owned(), theme.quiet));
        }
        let shares = percents(counts);
        for (at, verdict) in Verdict::WORST_FIRST.iter().enumerate().rev() {
            let calls = &counts[at];
            if *calls > 0 {
                let sign = look.verdict_sign(*verdict);
                let share = percent(shares[at], *calls, of);
                let words = format!("{sign} {} {} ({share})  ", verdict.name(), grouped(*calls));
                spans.push(Span::styled(words, look.verdict(*verdict)));
            }
        }
        builder.line(spans);
    }
}
