//! What is looked for from the cursor on, and what is said at the end of it.

use super::hunt::{Hunt, Step};
use super::{LogView, first_key};
use crate::inspector::What;
use crate::tui::action::Action;
use crate::tui::view::{Reply, World};
use std::sync::Arc;

impl LogView {
    /// Looks for a row from the cursor on.
    pub(super) fn look_for(&mut self, what: What, forward: bool, world: &World<'_>) -> Reply {
        let Some(from) = self.list.cursor() else { return Reply::Pass };
        let wraps = matches!(what, What::Matches(_) | What::Marked);
        self.hunt = Some(Hunt::new(from, forward, what, wraps));
        self.look_further(world)
    }

    /// Looks on a little, if something is looked for.
    pub(super) fn look_further(&mut self, world: &World<'_>) -> Reply {
        let Some(hunt) = &mut self.hunt else {
            // the next frame shows what there was no time to read for this one
            let unread = self.list.window().iter().any(|row| row.unread);
            return if unread { Reply::Done } else { Reply::Pass };
        };
        let (step, forward) = (hunt.step(&self.list, world), hunt.is_forward());
        if step == Step::Further {
            return Reply::Done;
        }
        let Some(hunt) = self.hunt.take() else { return Reply::Pass };
        match step {
            Step::Row { row, wrapped } => {
                let only = wrapped && self.list.cursor() == Some(row);
                self.list.jump(row, world);
                match (wrapped, forward) {
                    (false, _) => Reply::Done,
                    _ if only && *hunt.what() == What::Marked => {
                        Reply::Say("this is the only marked call".to_owned())
                    }
                    _ if only => Reply::Say("this is the only call that matches".to_owned()),
                    (_, true) => Reply::Say("on from the first call".to_owned()),
                    (_, false) => Reply::Say("on from the last call".to_owned()),
                }
            }
            _ => Reply::Say(nothing_found(hunt.what(), forward, world)),
        }
    }

    /// Looks for a call that the search matches.
    pub(super) fn look_for_match(&mut self, forward: bool, world: &World<'_>) -> Reply {
        match world.shared.filtering.search() {
            Some(search) => {
                self.look_for(What::Matches(Arc::clone(&search.filter)), forward, world)
            }
            None => {
                let key = first_key(Action::Search, world);
                Reply::Say(format!("nothing is searched for; {key} searches"))
            }
        }
    }
}

/// What is said when there is no such call.
fn nothing_found(what: &What, forward: bool, world: &World<'_>) -> String {
    let (thing, other) = match (what, forward) {
        (What::Matches(_), _) => {
            let search = world.shared.filtering.search();
            let text = search.map_or("", |search| search.text.as_str());
            return format!("no call that is shown matches {text}");
        }
        (What::Marked, _) => {
            let key = first_key(Action::Mark, world);
            return format!("no call that is shown is marked; {key} marks one");
        }
        (What::Missing, true) => ("a missing id", Action::PreviousMissing),
        (What::Missing, false) => ("a missing id", Action::NextMissing),
        (What::Finding, true) => ("a finding", Action::PreviousFinding),
        (What::Finding, false) => ("a finding", Action::NextFinding),
    };
    let where_to = if forward { "further" } else { "earlier" };
    let key = first_key(other, world);
    format!("no {where_to} call with {thing}; {key} looks the other way")
}
