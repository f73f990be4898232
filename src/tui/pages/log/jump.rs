//! Jumps from the cursor to the next row that matches, and the message at the end of a search.

use crate::inspector::What;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Response, ViewContext};
use crate::tui::pages::log::LogView;
use crate::tui::pages::log::jump_search::{JumpProgress, JumpSearch};
use crate::tui::widgets::match_count::MatchCount;
use std::sync::Arc;

impl LogView {
    /// Starts a search for a row from the cursor on.
    pub(crate) fn start_jump(
        &mut self,
        what: What,
        forward: bool,
        ctx: &ViewContext<'_>,
    ) -> Response {
        let Some(from) = self.list.cursor() else { return Response::Pass };
        self.jump_search = Some(JumpSearch::new(from, forward, what));
        self.continue_jump(ctx)
    }

    /// Continues the search a little, if there is one.
    pub(crate) fn continue_jump(&mut self, ctx: &ViewContext<'_>) -> Response {
        let Some(jump_search) = &mut self.jump_search else {
            // the next frame reads the rows that this frame had no time to read
            let unread = self.list.window().iter().any(|row| row.unread);
            return if unread { Response::Done } else { Response::Pass };
        };
        let (step, forward) = (jump_search.step(&self.list, ctx), jump_search.is_forward());
        if step == JumpProgress::Further {
            return Response::Done;
        }
        let Some(jump_search) = self.jump_search.take() else { return Response::Pass };
        match step {
            JumpProgress::Row { row, wrapped } => {
                let only = wrapped && self.list.cursor() == Some(row);
                self.list.jump(row, ctx);
                if !wrapped {
                    return Response::Done;
                }
                let what = jump_search.what();
                let subject = if matches!(what, What::Matches(_)) { "search " } else { "" };
                let end = if forward { "top" } else { "bottom" };
                Response::Say(match (only, what) {
                    (false, _) => format!("{subject}continued from the {end}"),
                    (true, What::Marked) => "this is the only marked call".to_owned(),
                    (true, What::Matches(_)) => "this is the only call that matches".to_owned(),
                    (true, What::Missing) => "this is the only call with a missing id".to_owned(),
                    (true, What::Finding) => "this is the only call with a finding".to_owned(),
                })
            }
            _ => Response::Say(nothing_found(jump_search.what(), ctx)),
        }
    }

    /// Counts the matches among the calls that are shown.
    pub(crate) fn count_matches(&self, ctx: &ViewContext<'_>) -> Option<MatchCount> {
        ctx.shared.filtering.search()?;
        let (inspector, end) = (ctx.inspector, self.list.end(ctx));
        let matched = inspector.matched();
        let before = |row| inspector.matches_before(row);
        let found = before(end);
        let row = self.list.cursor().filter(|row| before(*row + 1) > before(*row));
        Some(MatchCount {
            found,
            position: row.map(|row| before(row) + 1),
            complete: matched.looked_at >= matched.of,
            first_rows: None,
        })
    }

    /// Starts a search for a call that matches the text searched for.
    pub(crate) fn jump_to_match(&mut self, forward: bool, ctx: &ViewContext<'_>) -> Response {
        match ctx.shared.filtering.search() {
            Some(search) => {
                self.start_jump(What::Matches(Arc::clone(&search.filter)), forward, ctx)
            }
            None => {
                let key = ctx.keymap.first_key(KeyContext::Log, Action::Search);
                Response::Say(format!("no search yet; {key} searches"))
            }
        }
    }
}

/// Returns the message for a search that found no call.
fn nothing_found(what: &What, ctx: &ViewContext<'_>) -> String {
    match what {
        What::Matches(_) => {
            let search = ctx.shared.filtering.search();
            let text = search.map_or("", |search| search.text.as_str());
            format!("no call that is shown matches {text}")
        }
        What::Marked => {
            let key = ctx.keymap.first_key(KeyContext::Log, Action::Mark);
            format!("no call that is shown is marked; {key} marks one")
        }
        What::Missing => "no call that is shown misses an id".to_owned(),
        What::Finding => "no call that is shown has a finding".to_owned(),
    }
}
