//! The report after all calls were checked again: the verdicts before and after.

use crate::engine::VendorChanges;
use crate::findings::Verdict;
use crate::inspector::RejudgeResult;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::dialogs::text_window::TextWindow;
use crate::tui::widgets::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::sync::Arc;

/// The maximum width of the window.
const WIDTH: u16 = 72;
/// The widths of a verdict's name and of a number.
const VERDICT: usize = 12;
const NUMBER: usize = 11;

/// Returns a window with the changes.
pub fn rejudge_report(judged: Arc<RejudgeResult>) -> TextWindow {
    TextWindow::new("Checked again", WIDTH, move |room, ctx| write(&judged, room, ctx))
}

fn write(judged: &RejudgeResult, room: usize, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
    let theme = &ctx.look.theme;
    let changes = match &judged.changes {
        Ok(changes) => changes,
        Err(error) => {
            let lines = text::wrap(&ctx.look.clean(error), room).into_iter();
            return lines.map(|line| Line::from(Span::styled(line, theme.error))).collect();
        }
    };
    let calls = count(changes.calls, "call was checked again", "calls were checked again");
    let mut out = vec![Line::from(Span::styled(calls, theme.text)), Line::default()];
    for vendor in &changes.vendors {
        let style = if vendor.is_none() { theme.quiet } else { theme.text };
        for line in text::wrap(&ctx.look.clean(&vendor.sentence()), room) {
            out.push(Line::from(Span::styled(line, style)));
        }
    }
    for vendor in changes.vendors.iter().filter(|vendor| !vendor.is_none()) {
        out.push(Line::default());
        let title = ctx.shared.vendors.iter().find(|known| known.name == vendor.name);
        let title = title.map_or(vendor.name.as_str(), |known| known.title.as_str());
        out.push(Line::from(vec![
            Span::styled(format!("{:<VERDICT$}", ctx.look.clean(title)), theme.heading),
            Span::styled(format!("{:>NUMBER$}{:>NUMBER$}", "before", "after"), theme.label),
            Span::styled(format!("{:>NUMBER$}{:>NUMBER$}", "more", "fewer"), theme.label),
        ]));
        out.extend(verdicts(vendor, ctx));
    }
    out
}

/// Returns a line for each verdict that some call has or had.
fn verdicts(vendor: &VendorChanges, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
    let theme = &ctx.look.theme;
    let lines = Verdict::WORST_FIRST.iter().rev().filter_map(|verdict| {
        let change = vendor.change_to(*verdict);
        if change.before + change.after == 0 {
            return None;
        }
        let number = |number: u64, style: Style| {
            let shown = if number == 0 { "-".to_owned() } else { grouped(number) };
            Span::styled(format!("{shown:>NUMBER$}"), style)
        };
        let name = format!("{} {}", ctx.look.verdict_sign(*verdict), verdict.name());
        Some(Line::from(vec![
            Span::styled(format!("{name:<VERDICT$}"), ctx.look.verdict(*verdict)),
            number(change.before, theme.quiet),
            number(change.after, theme.text),
            number(change.more, theme.text),
            number(change.fewer, theme.text),
        ]))
    });
    lines.collect()
}
