//! What comes of a view's answer: windows that open and close, pages, the filter, effects.

use crate::tui::app::action::Action;
use crate::tui::app::filters::FilterChange;
use crate::tui::app::page::Page;
use crate::tui::app::screen::{Screen, ctx};
use crate::tui::app::view::{FilterView, Response, SideEffect, ViewContext};
use crate::tui::feed::{Feed, Memo};

impl Screen {
    /// Does what a view answered.
    pub(crate) fn reply(&mut self, reply: Response, feed: &dyn Feed) -> Option<SideEffect> {
        match reply {
            Response::Done | Response::Pass => None,
            Response::Close => {
                self.close(feed);
                None
            }
            Response::CloseAndBegin(from) => {
                self.close(feed);
                self.ask(feed, |view, ctx| view.begin(from, ctx))
            }
            Response::Open(view) => {
                self.windows.push(view);
                None
            }
            Response::CloseAndOpen(view) => {
                self.close(feed);
                self.windows.push(view);
                None
            }
            Response::Say(words) => {
                self.say(words);
                None
            }
            Response::Ask(effect) => {
                if let SideEffect::Copy { text, .. } = &effect {
                    self.copied = Some(text.clone());
                }
                Some(effect)
            }
            Response::CloseAndAsk(effect) => {
                self.close(feed);
                self.reply(Response::Ask(effect), feed)
            }
            Response::EditFilter => {
                self.shared.filtering.change(FilterChange::Edit, feed);
                let view = FilterView::new(&ctx!(self, feed));
                self.windows.push(Box::new(view));
                None
            }
            Response::Filter(change) => self.change(change, feed),
            Response::Behind(filter, row) => {
                let from = self.page;
                self.show(Page::Log, feed);
                self.change(FilterChange::Behind(filter, from, row), feed)
            }
            Response::Return => {
                let page = self.shared.filtering.came_from().unwrap_or(Page::Log);
                self.show(page, feed);
                None
            }
            Response::CloseAndFilter(change) => {
                match change {
                    // one may be given by a command on any page: the log shows what it does
                    FilterChange::Accept(_) => {
                        self.page = Page::Log;
                        self.windows.clear();
                    }
                    FilterChange::Restore => self.windows.clear(),
                    _ => self.close(feed),
                }
                self.change(change, feed)
            }
            Response::CloseAndRun(action, typed) => {
                self.close(feed);
                let effect = self.named(action, feed);
                // an effect of the action comes first; its command is remembered where there is none
                effect.or(Some(SideEffect::Keep(Memo::Command(typed))))
            }
            Response::CloseAndSearch { text, inside } => {
                self.close(feed);
                if self.page != Page::Log {
                    self.turn_to(Page::Log, feed);
                }
                let wanted = text.clone();
                let change = if inside {
                    FilterChange::SearchInside(wanted)
                } else {
                    FilterChange::Search(wanted)
                };
                self.change(change, feed);
                self.ask(feed, |view, ctx| view.act(Action::NextMatch, ctx));
                Some(SideEffect::Keep(Memo::Search(text)))
            }
        }
    }

    /// Changes the filter; one that is accepted is remembered.
    fn change(&mut self, change: FilterChange, feed: &dyn Feed) -> Option<SideEffect> {
        let accepted = match &change {
            FilterChange::Accept(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        self.shared.filtering.change(change, feed);
        accepted.map(|text| SideEffect::Keep(Memo::Filter(text)))
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
