//! The verdicts of each vendor for the calls of a row of the coverage page.

use crate::findings::{Verdict, VerdictCounts, share};
use crate::inspector::Coverage;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::widgets::text;
use ratatui::text::Span;

/// Returns the worst verdict of a vendor and the share of calls that it accepts. Only calls for
/// which the vendor counts are included.
pub fn accepted_share(counts: &VerdictCounts) -> Option<(Verdict, String)> {
    let all = || Verdict::WORST_FIRST.iter().zip(counts);
    let (worst, _) = all().find(|(_, calls)| **calls > 0)?;
    let accepted = all().filter(|(verdict, _)| verdict.goes_through()).map(|(_, calls)| calls);
    Some((*worst, share(accepted.sum(), counts.iter().sum())))
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
        for (at, verdict) in Verdict::WORST_FIRST.iter().enumerate().rev() {
            let calls = &counts[at];
            if *calls > 0 {
                let sign = look.verdict_sign(*verdict);
                let share = share(*calls, of);
                let words = format!("{sign} {} {} ({share})  ", verdict.name(), grouped(*calls));
                spans.push(Span::styled(words, look.verdict(*verdict)));
            }
        }
        builder.line(spans);
    }
}
