//! Searching and sorting the rows of a list page.

use crate::tui::app::action::Action;
use crate::tui::app::filters::{SearchScope, TextSearch};
use crate::tui::app::view::{Response, ViewContext};
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::list_page::ListPage;

/// Returns the search in the rows of the page.
pub(super) fn searched<'c, T: ListContent>(ctx: &'c ViewContext<'_>) -> Option<&'c TextSearch> {
    ctx.shared.filtering.search_in(SearchScope::Rows(T::PAGE))
}

impl<T: ListContent> ListPage<T> {
    /// Compares the rows with the search.
    pub(super) fn compare(&mut self, ctx: &ViewContext<'_>) {
        let texts = self.groups.rows.iter().map(|row| T::text(row, self.tab, ctx));
        self.search.compare(searched::<T>(ctx), texts);
    }

    /// Compares the rows if the search changed.
    pub(super) fn follow_search(&mut self, ctx: &ViewContext<'_>) {
        if self.search.is_changed(searched::<T>(ctx)) {
            self.compare(ctx);
        }
    }

    /// Goes to the next row that matches.
    pub(super) fn next_match(&mut self, forward: bool, ctx: &ViewContext<'_>) -> Response {
        self.follow_search(ctx);
        if !self.search.is_on() {
            let key = ctx.keymap.first_key(T::PLACE, Action::Search);
            return Response::Say(format!("no search yet; {key} searches"));
        }
        let at = self.list.at().unwrap_or(0);
        let Some((to, wrapped)) = self.search.next(at, forward) else {
            return Response::Say(self.no_match(ctx));
        };
        let is_same = self.list.at() == Some(to);
        self.list.select(to);
        match (wrapped, forward) {
            (false, _) => Response::Done,
            (true, _) if is_same => Response::Say("this is the only match".to_owned()),
            (true, true) => Response::Say("search continued from the top".to_owned()),
            (true, false) => Response::Say("search continued from the bottom".to_owned()),
        }
    }

    pub(super) fn no_match(&self, ctx: &ViewContext<'_>) -> String {
        let text = searched::<T>(ctx).map_or("", |search| search.text.as_str());
        format!("no row matches {text}")
    }

    /// Sorts by the next column, or reverses the order. The cursor stays on its row.
    pub(super) fn sort(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        let columns = T::sorts(self.tab);
        if action == Action::Sort {
            self.order.next(columns.len());
        } else if !self.order.reverse() {
            let key = ctx.keymap.first_key(T::PLACE, Action::Sort);
            return Response::Say(format!("choose a column first; {key} sorts by the next one"));
        }
        self.read_rows(true, ctx);
        Response::Say(self.order.words(columns))
    }
}
