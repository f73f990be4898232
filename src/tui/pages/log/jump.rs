//! What is looked for from the cursor on, and what is said at the end of it.

use crate::inspector::What;
use crate::tui::app::action::Action;
use crate::tui::app::view::{Response, ViewContext};
use crate::tui::pages::log::jump_search::{JumpProgress, JumpSearch};
use crate::tui::pages::log::{LogView, first_key};
use std::sync::Arc;

impl LogView {
    /// Looks for a row from the cursor on.
    pub(crate) fn look_for(
        &mut self,
        what: What,
        forward: bool,
        ctx: &ViewContext<'_>,
    ) -> Response {
        let Some(from) = self.list.cursor() else { return Response::Pass };
        let wraps = matches!(what, What::Matches(_) | What::Marked);
        self.jump_search = Some(JumpSearch::new(from, forward, what, wraps));
        self.look_further(ctx)
    }

    /// Looks on a little, if something is looked for.
    pub(crate) fn look_further(&mut self, ctx: &ViewContext<'_>) -> Response {
        let Some(jump_search) = &mut self.jump_search else {
            // the next frame shows what there was no time to read for this one
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
                match (wrapped, forward) {
                    (false, _) => Response::Done,
                    _ if only && *jump_search.what() == What::Marked => {
                        Response::Say("this is the only marked call".to_owned())
                    }
                    _ if only => Response::Say("this is the only call that matches".to_owned()),
                    (_, true) => Response::Say("continued from the first call".to_owned()),
                    (_, false) => Response::Say("continued from the last call".to_owned()),
                }
            }
            _ => Response::Say(nothing_found(jump_search.what(), forward, ctx)),
        }
    }

    /// Looks for a call that the search matches.
    pub(crate) fn look_for_match(&mut self, forward: bool, ctx: &ViewContext<'_>) -> Response {
        match ctx.shared.filtering.search() {
            Some(search) => self.look_for(What::Matches(Arc::clone(&search.filter)), forward, ctx),
            None => {
                let key = first_key(Action::Search, ctx);
                Response::Say(format!("no search yet; {key} searches"))
            }
        }
    }
}

/// What is said when there is no such call.
fn nothing_found(what: &What, forward: bool, ctx: &ViewContext<'_>) -> String {
    let (thing, other) = match (what, forward) {
        (What::Matches(_), _) => {
            let search = ctx.shared.filtering.search();
            let text = search.map_or("", |search| search.text.as_str());
            return format!("no call that is shown matches {text}");
        }
        (What::Marked, _) => {
            let key = first_key(Action::Mark, ctx);
            return format!("no call that is shown is marked; {key} marks one");
        }
        (What::Missing, true) => ("a missing id", Action::PreviousMissing),
        (What::Missing, false) => ("a missing id", Action::NextMissing),
        (What::Finding, true) => ("a finding", Action::PreviousFinding),
        (What::Finding, false) => ("a finding", Action::NextFinding),
    };
    let where_to = if forward { "further" } else { "earlier" };
    let key = first_key(other, ctx);
    format!("no {where_to} call with {thing}; {key} looks the other way")
}
