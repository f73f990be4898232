//! The results at the vendors for the text in the editor: vendors in use first, with their
//! findings and outputs.

use crate::findings::{Finding, Severity};
use crate::inspector::{ComposedCall, OutputView, VendorDetail};
use crate::tui::pages::compose::ViewContext;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::theme::painter::Painter;
use ratatui::text::{Line, Span};

/// Draws a mark for each vendor, as in the log.
pub fn marks(painter: &mut Painter<'_>, call: &ComposedCall, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    for detail in &call.vendors {
        let Some(vendor) = ctx.shared.vendors.get(detail.vendor) else { continue };
        let (name, sign) = match detail.in_use {
            true => (theme.label, ctx.look.verdict(detail.verdict)),
            false => (theme.unused, theme.unused),
        };
        painter.show(&vendor.short, name).put(" ", name);
        painter.put(ctx.look.verdict_sign(detail.verdict), sign).skip(2);
    }
    if call.calls > 1 {
        painter.put(&format!("the first of {} calls", call.calls), theme.quiet).skip(2);
    }
}

/// Returns the lines of the results.
pub fn page(call: &ComposedCall, width: usize, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
    let mut builder = TextBuilder::new(ctx.look, width);
    for finding in &call.common {
        builder.finding(finding, "", None);
    }
    let (used, others): (Vec<&VendorDetail>, Vec<&VendorDetail>) =
        call.vendors.iter().partition(|detail| detail.in_use);
    for detail in used.into_iter().chain(others) {
        vendor(&mut builder, detail, ctx);
    }
    builder.done()
}

fn vendor(builder: &mut TextBuilder<'_>, detail: &VendorDetail, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let Some(info) = ctx.shared.vendors.get(detail.vendor) else { return };
    let sign = look.verdict_sign(detail.verdict);
    let unused = if detail.in_use { "" } else { "  not in use for this call" };
    builder.blank();
    builder.line(vec![
        Span::styled(look.clean(&info.title).into_owned(), look.theme.heading),
        Span::styled(format!("  {sign} {}", detail.verdict.name()), look.verdict(detail.verdict)),
        Span::styled(unused, look.theme.quiet),
    ]);
    let (loud, quiet): (Vec<&Finding>, Vec<&Finding>) =
        detail.findings.iter().partition(|finding| finding.severity != Severity::Info);
    for finding in loud {
        builder.finding(finding, "", None);
    }
    for request in &detail.requests {
        builder.blank();
        builder.request(&OutputView::from(request));
    }
    for finding in quiet {
        builder.finding(finding, "", None);
    }
}
