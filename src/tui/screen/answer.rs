//! What comes of a view's answer: windows that open and close, pages, the filter, effects.

use super::{Screen, world};
use crate::inspector::{Inspector, Memo};
use crate::tui::action::Action;
use crate::tui::filtering::Change;
use crate::tui::page::Page;
use crate::tui::view::{Effect, FilterView, Reply, World};

impl Screen {
    /// Does what a view answered.
    pub(super) fn reply(&mut self, reply: Reply, inspector: &Inspector) -> Option<Effect> {
        match reply {
            Reply::Done | Reply::Pass => None,
            Reply::Close => {
                self.close(inspector);
                None
            }
            Reply::CloseAndBegin(from) => {
                self.close(inspector);
                self.ask(inspector, |view, world| view.begin(from, world))
            }
            Reply::Open(view) => {
                self.windows.push(view);
                None
            }
            Reply::CloseAndOpen(view) => {
                self.close(inspector);
                self.windows.push(view);
                None
            }
            Reply::Say(words) => {
                self.say(words);
                None
            }
            Reply::Ask(effect) => {
                if let Effect::Copy { text, .. } = &effect {
                    self.copied = Some(text.clone());
                }
                Some(effect)
            }
            Reply::CloseAndAsk(effect) => {
                self.close(inspector);
                self.reply(Reply::Ask(effect), inspector)
            }
            Reply::EditFilter => {
                self.shared.filtering.change(Change::Edit, inspector);
                let view = FilterView::of(&world!(self, inspector));
                self.windows.push(Box::new(view));
                None
            }
            Reply::Filter(change) => self.change(change, inspector),
            Reply::Behind(filter, row) => {
                let from = self.page;
                self.show(Page::Log, inspector);
                self.change(Change::Behind(filter, from, row), inspector)
            }
            Reply::Return => {
                let page = self.shared.filtering.came_from().unwrap_or(Page::Log);
                self.show(page, inspector);
                None
            }
            Reply::CloseAndFilter(change) => {
                match change {
                    // one may be given by a command on any page: the log shows what it does
                    Change::Accept(_) => {
                        self.page = Page::Log;
                        self.windows.clear();
                    }
                    Change::Restore => self.windows.clear(),
                    _ => self.close(inspector),
                }
                self.change(change, inspector)
            }
            Reply::CloseAndRun(action, typed) => {
                self.close(inspector);
                let effect = self.named(action, inspector);
                // an effect of the action comes first; its command is remembered where there is none
                effect.or(Some(Effect::Keep(Memo::Command(typed))))
            }
            Reply::CloseAndSearch { text, inside } => {
                self.close(inspector);
                if self.page != Page::Log {
                    self.turn_to(Page::Log, inspector);
                }
                let wanted = text.clone();
                let change =
                    if inside { Change::SearchInside(wanted) } else { Change::Search(wanted) };
                self.change(change, inspector);
                self.ask(inspector, |view, world| view.act(Action::NextMatch, world));
                Some(Effect::Keep(Memo::Search(text)))
            }
        }
    }

    /// Changes the filter; one that is accepted is remembered.
    fn change(&mut self, change: Change, inspector: &Inspector) -> Option<Effect> {
        let accepted = match &change {
            Change::Accept(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        self.shared.filtering.change(change, inspector);
        accepted.map(|text| Effect::Keep(Memo::Filter(text)))
    }

    /// Closes the topmost window; where there is none, goes back to the log, and from a call that is
    /// written to where one came from.
    fn close(&mut self, inspector: &Inspector) {
        if self.windows.pop().is_none() {
            let back = if self.page == Page::Compose { self.before } else { Page::Log };
            self.show(back, inspector);
        }
    }
}
