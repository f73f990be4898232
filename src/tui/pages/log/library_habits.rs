//! The line about findings that every call of a library has. They are written once with a count;
//! their marks in the log are quiet, and the detail still shows all of them.

use crate::findings::{Effect, Finding};
use crate::inspector::{CallDetail, HabitView};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::grouped;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the line: as many sentences as fit, the number of others, and the key of the page with
/// all.
pub fn noise(buffer: &mut Buffer, line: Rect, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    let Some(mut painter) = Painter::on(buffer, line, 0, look) else { return };
    let all = &ctx.shared.common;
    let mut library = None;
    let keys = ctx.keymap.keys(KeyContext::Log, Action::ShowFindings);
    let page = keys.first().map_or(String::new(), |key| format!(": {key}"));
    let rest = |more: usize| format!(" +{more} more{page}");
    for (nth, common) in all.iter().enumerate() {
        let same = library == Some(&common.library);
        let from = if same { String::new() } else { format!("always with {}: ", common.library) };
        let (from, says) =
            (look.clean(&from).into_owned(), look.clean(&sentence(common, ctx)).into_owned());
        let more = all.len() - nth - 1;
        let tail = if more == 0 { 0 } else { text::width(&rest(more)) };
        if nth > 0 && text::width(&from) + text::width(&says) + 3 + tail > painter.room() {
            painter.put(&format!(" {}", rest(more + 1)), theme.quiet);
            return;
        }
        painter
            .put(&if nth == 0 { " ".to_owned() } else { format!(" {} ", look.dot()) }, theme.quiet);
        let room = painter.room().saturating_sub(text::width(&from) + tail);
        painter.put(&from, theme.label);
        painter.put(&text::cut(&says, room, look.ellipsis()), look.severity(common.severity));
        library = Some(&common.library);
    }
}

/// Returns a sentence such as `FS no anonymousId, so no call is taken (40 calls)`.
fn sentence(common: &HabitView, ctx: &ViewContext<'_>) -> String {
    let vendor = common.vendor.and_then(|at| ctx.shared.vendors.get(at));
    let what = match (&common.summary, vendor) {
        (Some(summary), Some(vendor)) => format!("{} {summary}", vendor.short),
        (Some(summary), None) => summary.clone(),
        // a code contains the vendor's name
        (None, _) => common.codes.first().cloned().unwrap_or_default(),
    };
    let kind = if let [kind] = common.kinds[..] { kind } else { "calls" };
    format!("{what} ({} {kind})", grouped(common.calls))
}

/// Returns the remark beside a finding that is muted or that every call of the library has.
pub fn beside(finding: &Finding, call: &CallDetail, ctx: &ViewContext<'_>) -> Option<String> {
    // a discarded call is lost, however common that is in a library
    if finding.effect == Effect::Discard {
        return None;
    }
    if ctx.shared.muted.iter().any(|code| *code == finding.code) {
        return Some("muted in this folder, so the log shows no mark".to_owned());
    }
    let (library, _) = call.library.as_ref()?;
    let name = |at: usize| ctx.shared.vendors.get(at).map(|vendor| vendor.name.as_str());
    let common = ctx.shared.common.iter().find(|common| {
        common.library == *library
            && common.kinds.contains(&call.row.kind.as_str())
            && common.vendor.and_then(name) == finding.vendor.as_deref()
            && common.codes.iter().any(|code| *code == finding.code)
    })?;
    let kinds = common.kinds.join(", ");
    Some(format!("every {kinds} call of {library} has it, so it is quiet in the log"))
}
