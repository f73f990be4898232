//! Carries out the responses of views: windows that open and close, pages, the filter, side effects.

use crate::inspector::{Inspector, Memo};
use crate::tui::app::filters::{FilterChange, SearchScope};
use crate::tui::app::page::Page;
use crate::tui::app::screen::{Screen, ctx};
use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::prompts::FilterView;

impl Screen {
    /// Carries out the response of a view.
    pub(crate) fn reply(&mut self, reply: Response, inspector: &Inspector) -> Option<SideEffect> {
        match reply {
            Response::Done | Response::Pass => None,
            Response::Close => {
                self.close(inspector);
                None
            }
            Response::CloseAndBegin(from) => {
                self.close(inspector);
                self.ask(inspector, |view, ctx| view.begin(from, ctx))
            }
            Response::Open(view) => {
                self.windows.push(view);
                None
            }
            Response::CloseAndOpen(view) => {
                self.close(inspector);
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
                self.close(inspector);
                self.reply(Response::Ask(effect), inspector)
            }
            Response::EditFilter => {
                self.shared.filtering.change(FilterChange::Edit, inspector);
                let view = FilterView::new(&ctx!(self, inspector));
                self.windows.push(Box::new(view));
                None
            }
            Response::Filter(change) => self.change(change, inspector),
            Response::FilterAndSay(change, words) => {
                self.say(words);
                self.change(change, inspector)
            }
            Response::Behind(filter, row) => {
                let from = self.page;
                self.show(Page::Log, inspector);
                self.change(FilterChange::Behind(filter, from, row), inspector)
            }
            Response::Return => {
                let page = self.shared.filtering.came_from().unwrap_or(Page::Log);
                self.show(page, inspector);
                None
            }
            Response::CloseAndFilter(change) => {
                match change {
                    // a command can set a filter on any page: the log shows its effect, and so does a
                    // page that counts the calls that pass
                    FilterChange::Accept(_) => {
                        if !self.page.counts_calls() {
                            self.page = Page::Log;
                        }
                        self.windows.clear();
                    }
                    FilterChange::Restore => self.windows.clear(),
                    _ => self.close(inspector),
                }
                let gives_up = matches!(change, FilterChange::Search(..));
                let effect = self.change(change, inspector);
                if gives_up {
                    self.ask(inspector, |view, ctx| view.end_search(false, ctx));
                }
                effect
            }
            Response::CloseAndRun(action, typed) => {
                self.close(inspector);
                let effect = self.run_named(action, inspector);
                // a side effect of the action comes first; without one, the command is saved
                effect.or(Some(SideEffect::Keep(Memo::Command(typed))))
            }
            Response::CloseAndSearch { text, scope } => {
                self.close(inspector);
                if scope == SearchScope::Calls && self.page != Page::Log {
                    self.turn_to(Page::Log, inspector);
                }
                self.change(FilterChange::Search(scope, text.clone()), inspector);
                self.ask(inspector, |view, ctx| view.end_search(true, ctx));
                Some(SideEffect::Keep(Memo::Search(text)))
            }
        }
    }

    /// Changes the filter. An accepted one is saved in the history.
    fn change(&mut self, change: FilterChange, inspector: &Inspector) -> Option<SideEffect> {
        let accepted = match &change {
            FilterChange::Accept(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        self.shared.filtering.change(change, inspector);
        accepted.map(|text| SideEffect::Keep(Memo::Filter(text)))
    }

    /// Closes the topmost window. If there is none, goes back to the log, or from the compose page to the
    /// page before it.
    fn close(&mut self, inspector: &Inspector) {
        if self.windows.pop().is_none() {
            let back = if self.page == Page::Compose { self.previous_page } else { Page::Log };
            self.show(back, inspector);
        }
    }
}
