//! The people page: accounts and users; below an account its users, below a user the calls in their
//! order. A key goes one step down, back goes one step up, and each step keeps its place.
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

use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::HelpView;
use crate::tui::pages::lists::list_page::Board;
use crate::tui::pages::lists::{Pointer, Reply, View, World};
use crate::tui::pages::people::account_users::UsersOf;
use crate::tui::pages::people::people_list::People;
use crate::tui::pages::people::user_page::UserView;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The page: the topmost of the steps that were taken is shown.
#[derive(Default)]
pub struct PeopleView {
    list: Board<People>,
    users: Option<Board<UsersOf>>,
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

    /// Goes one step down from the row under the cursor.
    fn open(&mut self, world: &World<'_>) -> Reply {
        if let Some(user) = &mut self.user {
            return user.in_the_log(world);
        }
        // keys may come faster than frames
        let id = match &mut self.users {
            Some(users) => {
                users.catch_up(world);
                users.selected().map(|member| member.id.clone())
            }
            None => {
                self.list.catch_up(world);
                self.list.selected().map(|person| person.id.clone())
            }
        };
        let Some(id) = id else { return Reply::Pass };
        if self.users.is_none()
            && self.list.tab() == crate::tui::pages::people::people_list::ACCOUNTS
        {
            self.users = Some(Board::of(UsersOf::account(id)));
        } else {
            self.user = Some(Box::new(UserView::of(id, world)));
        }
        Reply::Done
    }

    /// Goes one step up; false on the first.
    fn up(&mut self, world: &World<'_>) -> bool {
        if let Some(user) = self.user.take() {
            user.end(world);
            return true;
        }
        self.users.take().is_some()
    }

    fn answer(&mut self, reply: Reply, world: &World<'_>) -> Reply {
        match reply {
            Reply::Close if self.up(world) => Reply::Done,
            reply => reply,
        }
    }
}

impl View for PeopleView {
    fn place(&self) -> Place {
        Place::People
    }

    fn can(&self, action: Action, world: &World<'_>) -> bool {
        match action {
            Action::Open => self.top().example().is_some(),
            action => self.top().can(action, world),
        }
    }

    fn example(&self) -> Option<u64> {
        self.top().example()
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::Help => Reply::Open(Box::new(HelpView::of(Place::People))),
            Action::Open => self.open(world),
            action => {
                let reply = self.top_mut().act(action, world);
                self.answer(reply, world)
            }
        }
    }

    fn tick(&mut self, world: &World<'_>) -> Reply {
        self.top_mut().tick(world)
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        let again = match (&mut self.user, &mut self.users) {
            (Some(user), _) => user.press(pointer, at),
            (None, Some(users)) => users.press(pointer, at, world),
            (None, None) => self.list.press(pointer, at, world),
        };
        if again { self.open(world) } else { Reply::Done }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.top_mut().sync(body, world);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        self.top().render(buffer, body, world);
    }

    fn state(&self, world: &World<'_>) -> Vec<Span<'static>> {
        self.top().state(world)
    }

    fn footer(&self) -> &'static [Action] {
        self.top().footer()
    }
}
