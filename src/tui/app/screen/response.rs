//! What comes of a view's answer: windows that open and close, pages, the filter, effects.

use crate::tui::app::action::Action;
use crate::tui::app::filters::Change;
use crate::tui::app::page::Page;
use crate::tui::app::screen::{Screen, world};
use crate::tui::app::view::{Effect, FilterView, Reply, World};
use crate::tui::feed::{Feed, Memo};

impl Screen {
    /// Does what a view answered.
    pub(crate) fn reply(&mut self, reply: Reply, feed: &dyn Feed) -> Option<Effect> {
        match reply {
            Reply::Done | Reply::Pass => None,
            Reply::Close => {
                self.close(feed);
                None
            }
            Reply::CloseAndBegin(from) => {
                self.close(feed);
                self.ask(feed, |view, world| view.begin(from, world))
            }
            Reply::Open(view) => {
                self.windows.push(view);
                None
            }
            Reply::CloseAndOpen(view) => {
                self.close(feed);
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
                self.close(feed);
                self.reply(Reply::Ask(effect), feed)
            }
            Reply::EditFilter => {
                self.shared.filtering.change(Change::Edit, feed);
                let view = FilterView::of(&world!(self, feed));
                self.windows.push(Box::new(view));
                None
            }
            Reply::Filter(change) => self.change(change, feed),
            Reply::Behind(filter, row) => {
                let from = self.page;
                self.show(Page::Log, feed);
                self.change(Change::Behind(filter, from, row), feed)
            }
            Reply::Return => {
                let page = self.shared.filtering.came_from().unwrap_or(Page::Log);
                self.show(page, feed);
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
                    _ => self.close(feed),
                }
                self.change(change, feed)
            }
            Reply::CloseAndRun(action, typed) => {
                self.close(feed);
                let effect = self.named(action, feed);
                // an effect of the action comes first; its command is remembered where there is none
                effect.or(Some(Effect::Keep(Memo::Command(typed))))
            }
            Reply::CloseAndSearch { text, inside } => {
                self.close(feed);
                if self.page != Page::Log {
                    self.turn_to(Page::Log, feed);
                }
                let wanted = text.clone();
                let change =
                    if inside { Change::SearchInside(wanted) } else { Change::Search(wanted) };
                self.change(change, feed);
                self.ask(feed, |view, world| view.act(Action::NextMatch, world));
                Some(Effect::Keep(Memo::Search(text)))
            }
        }
    }

    /// Changes the filter; one that is accepted is remembered.
    fn change(&mut self, change: Change, feed: &dyn Feed) -> Option<Effect> {
        let accepted = match &change {
            Change::Accept(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        self.shared.filtering.change(change, feed);
        accepted.map(|text| Effect::Keep(Memo::Filter(text)))
    }

    /// Closes the topmost window; where there is none, goes back to the log, and from a call that is
    /// written to where one came from.
    fn close(&mut self, feed: &dyn Feed) {
        if self.windows.pop().is_none() {
            let back = if self.page == Page::Compose { self.before } else { Page::Log };
            self.show(back, feed);
        }
    }
}
