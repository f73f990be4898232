//! The people page: accounts and users; below an account its users, below a user the calls in
//! their order. One key goes a level down and `back` a level up, and each level keeps its cursor.
//!
//! ```text
//! accounts ──▶ its users ──┐
//! users ───────────────────┴──▶ its calls, their order, sessions ──▶ a call in the log
//! ```

mod account_users;
mod order_findings;
mod people_list;
mod sessions;
mod timeline_reader;
mod user_page;

pub use crate::tui::pages::people::order_findings::{by_type, shows};
pub use crate::tui::pages::people::user_page::calls_of;

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::dialogs::help::HelpView;
use crate::tui::pages::lists::list_page::ListPage;
use crate::tui::pages::people::account_users::UsersOf;
use crate::tui::pages::people::people_list::PeopleList;
use crate::tui::pages::people::user_page::UserView;
use crate::tui::widgets::match_count::MatchCount;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The state of the page. The deepest open level is shown.
#[derive(Default)]
pub struct PeopleView {
    list: ListPage<PeopleList>,
    users: Option<ListPage<UsersOf>>,
    user: Option<Box<UserView>>,
}

impl PeopleView {
    fn top(&self) -> &dyn View {
        match (&self.user, &self.users) {
            (Some(user), _) => user.as_ref(),
            (None, Some(users)) => users,
            (None, None) => &self.list,
        }
    }

    fn top_mut(&mut self) -> &mut dyn View {
        match (&mut self.user, &mut self.users) {
            (Some(user), _) => user.as_mut(),
            (None, Some(users)) => users,
            (None, None) => &mut self.list,
        }
    }

    /// Opens the row under the cursor.
    fn open(&mut self, ctx: &ViewContext<'_>) -> Response {
        if let Some(user) = &mut self.user {
            return user.show_in_log(ctx);
        }
        // keys may come faster than frames
        let id = match &mut self.users {
            Some(users) => {
                users.catch_up(ctx);
                users.selected().map(|member| member.id.clone())
            }
            None => {
                self.list.catch_up(ctx);
                self.list.selected().map(|person| person.id.clone())
            }
        };
        let Some(id) = id else { return Response::Pass };
        if self.users.is_none()
            && self.list.tab() == crate::tui::pages::people::people_list::ACCOUNTS
        {
            self.users = Some(ListPage::new(UsersOf::account(id)));
        } else {
            self.user = Some(Box::new(UserView::new(id, ctx)));
        }
        Response::Done
    }

    /// Goes a level up. Returns false on the first level.
    fn close_level(&mut self, ctx: &ViewContext<'_>) -> bool {
        if let Some(user) = self.user.take() {
            user.end(ctx);
            return true;
        }
        self.users.take().is_some()
    }

    fn answer(&mut self, reply: Response, ctx: &ViewContext<'_>) -> Response {
        match reply {
            Response::Close if self.close_level(ctx) => Response::Done,
            reply => reply,
        }
    }
}

impl View for PeopleView {
    fn place(&self) -> KeyContext {
        KeyContext::People
    }

    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool {
        match action {
            Action::Open => self.top().example().is_some(),
            action => self.top().can(action, ctx),
        }
    }

    fn example(&self) -> Option<u64> {
        self.top().example()
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Help => Response::Open(Box::new(HelpView::new(KeyContext::People))),
            Action::Open => self.open(ctx),
            action => {
                let reply = self.top_mut().act(action, ctx);
                self.answer(reply, ctx)
            }
        }
    }

    fn end_search(&mut self, accepted: bool, ctx: &ViewContext<'_>) -> Response {
        self.top_mut().end_search(accepted, ctx)
    }

    fn match_count(&self, ctx: &ViewContext<'_>) -> Option<MatchCount> {
        self.top().match_count(ctx)
    }

    fn tick(&mut self, ctx: &ViewContext<'_>) -> Response {
        self.top_mut().tick(ctx)
    }

    fn has_inner(&self, ctx: &ViewContext<'_>) -> bool {
        self.user.is_some() || self.users.is_some() || self.list.has_inner(ctx)
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        let again = match (&mut self.user, &mut self.users) {
            (Some(user), _) => user.press(pointer, at),
            (None, Some(users)) => users.press(pointer, at, ctx),
            (None, None) => self.list.press(pointer, at, ctx),
        };
        if again { self.open(ctx) } else { Response::Done }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.top_mut().sync(body, ctx);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.top().render(buffer, body, ctx);
    }

    fn state(&self, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        self.top().state(ctx)
    }

    fn footer(&self) -> &'static [Action] {
        self.top().footer()
    }
}
