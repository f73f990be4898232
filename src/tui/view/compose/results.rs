//! What vendors would make of the text: those in use first, each with what is found and sent.

use super::super::detail::paper::Paper;
use super::World;
use crate::findings::{Finding, Severity};
use crate::inspector::{ComposedCall, OutputView, VendorDetail};
use crate::tui::look::Pen;
use ratatui::text::{Line, Span};

/// One mark for each vendor, as in the log.
pub fn marks(pen: &mut Pen<'_>, call: &ComposedCall, world: &World<'_>) {
    let theme = &world.look.theme;
    for detail in &call.vendors {
        let Some(vendor) = world.shared.vendors.get(detail.vendor) else { continue };
        let (name, sign) = match detail.in_use {
            true => (theme.label, world.look.verdict(detail.verdict)),
            false => (theme.unused, theme.unused),
        };
        pen.show(&vendor.short, name).put(" ", name);
        pen.put(world.look.verdict_sign(detail.verdict), sign).skip(2);
    }
    if call.calls > 1 {
        pen.put(&format!("the first of {} calls", call.calls), theme.quiet).skip(2);
    }
}

/// All of it as a page.
pub fn page(call: &ComposedCall, width: usize, world: &World<'_>) -> Vec<Line<'static>> {
    let mut paper = Paper::new(world.look, width);
    for finding in &call.common {
        paper.finding(finding, "", None);
    }
    let (used, others): (Vec<&VendorDetail>, Vec<&VendorDetail>) =
        call.vendors.iter().partition(|detail| detail.in_use);
    for detail in used.into_iter().chain(others) {
        vendor(&mut paper, detail, world);
    }
    paper.done()
}

fn vendor(paper: &mut Paper<'_>, detail: &VendorDetail, world: &World<'_>) {
    let look = world.look;
    let Some(info) = world.shared.vendors.get(detail.vendor) else { return };
    let sign = look.verdict_sign(detail.verdict);
    let unused = if detail.in_use { "" } else { "  not in use for this call" };
    paper.blank();
    paper.line(vec![
        Span::styled(look.clean(&info.title).into_owned(), look.theme.heading),
        Span::styled(format!("  {sign} {}", detail.verdict.name()), look.verdict(detail.verdict)),
        Span::styled(unused, look.theme.quiet),
    ]);
    let (loud, quiet): (Vec<&Finding>, Vec<&Finding>) =
        detail.findings.iter().partition(|finding| finding.severity != Severity::Info);
    for finding in loud {
        paper.finding(finding, "", None);
    }
    for request in &detail.requests {
        paper.blank();
        paper.request(&OutputView::from(request));
    }
    for finding in quiet {
        paper.finding(finding, "", None);
    }
}
