//! The line for noise: what every call of a library has in common, said once with its count. In the
//! log such marks are quiet, and nothing of it is hidden from the detail.

use super::World;
use crate::findings::{Effect, Finding};
use crate::inspector::{CallDetail, CommonView};
use crate::tui::action::{Action, Place};
use crate::tui::look::Pen;
use crate::tui::shared::grouped;
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the line: as many sentences as fit, how many more there are, and the key of the page that has them.
pub fn noise(buffer: &mut Buffer, line: Rect, world: &World<'_>) {
    let look = world.look;
    let theme = &look.theme;
    let Some(mut pen) = Pen::on(buffer, line, 0, look) else { return };
    let all = &world.shared.common;
    let mut library = None;
    let keys = world.keymap.keys(Place::Log, Action::ShowFindings);
    let page = keys.first().map_or(String::new(), |key| format!(": {key}"));
    let rest = |more: usize| format!(" +{more} more{page}");
    for (nth, common) in all.iter().enumerate() {
        let same = library == Some(&common.library);
        let from = if same { String::new() } else { format!("every call of {}: ", common.library) };
        let (from, says) =
            (look.clean(&from).into_owned(), look.clean(&says(common, world)).into_owned());
        let more = all.len() - nth - 1;
        let tail = if more == 0 { 0 } else { text::width(&rest(more)) };
        if nth > 0 && text::width(&from) + text::width(&says) + 3 + tail > pen.room() {
            pen.put(&format!(" {}", rest(more + 1)), theme.quiet);
            return;
        }
        pen.put(&if nth == 0 { " ".to_owned() } else { format!(" {} ", look.dot()) }, theme.quiet);
        let room = pen.room().saturating_sub(text::width(&from) + tail);
        pen.put(&from, theme.label);
        pen.put(&text::cut(&says, room, look.ellipsis()), look.severity(common.severity));
        library = Some(&common.library);
    }
}

/// `FS no anonymousId, so no call is taken (40 calls)`
fn says(common: &CommonView, world: &World<'_>) -> String {
    let vendor = common.vendor.and_then(|at| world.shared.vendors.get(at));
    let what = match (&common.summary, vendor) {
        (Some(summary), Some(vendor)) => format!("{} {summary}", vendor.short),
        (Some(summary), None) => summary.clone(),
        // a code names its vendor itself
        (None, _) => common.codes.first().cloned().unwrap_or_default(),
    };
    let kind = if let [kind] = common.kinds[..] { kind } else { "calls" };
    format!("{what} ({} {kind})", grouped(common.calls))
}

/// What is said beside a finding that is noise.
pub fn beside(finding: &Finding, call: &CallDetail, world: &World<'_>) -> Option<String> {
    // no habit of a library makes it less of a loss
    if finding.effect == Effect::Discard {
        return None;
    }
    if world.shared.aside.iter().any(|code| *code == finding.code) {
        return Some("set aside in this folder, so the log has no mark of it".to_owned());
    }
    let (library, _) = call.library.as_ref()?;
    let name = |at: usize| world.shared.vendors.get(at).map(|vendor| vendor.name.as_str());
    let common = world.shared.common.iter().find(|common| {
        common.library == *library
            && common.kinds.contains(&call.row.kind.as_str())
            && common.vendor.and_then(name) == finding.vendor.as_deref()
            && common.codes.iter().any(|code| *code == finding.code)
    })?;
    let kinds = common.kinds.join(", ");
    Some(format!("every {kinds} call of {library} has it, so it is quiet in the log"))
}
