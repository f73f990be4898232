//! The hints of the log view: beside the vendors, and in the footer.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::log::LogView;
use ratatui::text::Span;

impl LogView {
    /// Returns the current state of the log, for the line of the vendors.
    pub(crate) fn status_spans(&self, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        let theme = &ctx.look.theme;
        let mut out = Vec::new();
        let key = |action| ctx.keymap.keys(KeyContext::Log, action).first().cloned();
        let hint = |out: &mut Vec<Span<'static>>, action, does: &str| {
            if let Some(key) = key(action) {
                out.push(Span::styled(format!(" {key}"), theme.key));
                out.push(Span::styled(format!(" {does}"), theme.quiet));
            }
        };
        let unseen = self.list.unseen();
        if self.question.is_open() {
            out.push(Span::styled(" digits choose tools, not pages", theme.quiet));
        }
        if let Some(jump_search) = &self.jump_search {
            let progress = jump_search.progress(ctx.shared.rows);
            out.push(Span::styled(format!(" searching {progress} % "), theme.paused));
            out.push(Span::styled("  any key stops", theme.quiet));
            return out;
        }
        if let Some((done, of)) = ctx.shared.exporting {
            let percent = done * 100 / of.max(1);
            out.push(Span::styled(format!(" exporting {percent} % "), theme.paused));
        }
        if let Some(page) = ctx.shared.filtering.came_from() {
            hint(&mut out, Action::Back, &format!("back to {}", page.name()));
        }
        let muted = ctx.shared.muted.len() as u64;
        if muted > 0 {
            let codes = count(muted, "code", "codes");
            hint(&mut out, Action::Mute, &format!("{codes} muted"));
        }
        if self.list.is_paused() {
            out.push(Span::styled(" PAUSED ", theme.paused));
        }
        if unseen > 0 {
            out.push(Span::styled(format!(" +{} new", grouped(unseen)), theme.new_rows));
        }
        if let Some(cleared) = ctx.shared.stats.cleared.filter(|_| ctx.shared.rows == 0) {
            let calls = count(cleared, "call", "calls");
            hint(&mut out, Action::UndoClear, &format!("brings {calls} back"));
        }
        if self.list.is_paused() {
            hint(&mut out, Action::Pause, "resumes");
        } else if !self.list.follows() && !self.in_detail && ctx.shared.grows() {
            // in the detail, the same key scrolls to the end of the detail
            hint(&mut out, Action::Last, "follows");
        }
        out
    }

    /// Returns the actions for the footer, the most useful first.
    pub(crate) fn footer_actions(&self) -> &'static [Action] {
        if self.in_detail {
            &[
                Action::Back,
                Action::Toggle,
                Action::NextTab,
                Action::NextMissing,
                Action::Help,
                Action::CopySdkCall,
                Action::Widen,
                Action::NextPane,
                Action::CopyCall,
                Action::CopyValue,
                Action::CopyOutput,
                Action::Search,
                Action::Compose,
                Action::SendAgain,
                Action::Deliver,
            ]
        } else {
            &[
                Action::Open,
                Action::NextMatch,
                Action::NextMissing,
                Action::EditFilter,
                Action::Search,
                Action::Help,
                Action::BackOrQuit,
                Action::ShowFindings,
                Action::ShowCoverage,
                Action::UndoClear,
                Action::Pause,
                Action::NextFinding,
                Action::NextTab,
                Action::ChooseVendors,
                Action::CopySdkCall,
                Action::Compose,
                Action::Mute,
                Action::Mark,
                Action::SendAgain,
                Action::Export,
                Action::Clear,
                Action::Columns,
                Action::OtherVendors,
                Action::Command,
            ]
        }
    }
}
