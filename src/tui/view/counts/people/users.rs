//! The users of one account, with their calls, and since which call they belong to it.

use super::super::super::World;
use super::super::super::detail::paper::Paper;
use super::super::behind::{self, Grouped};
use super::super::board::Topic;
use super::super::empty::Nothing;
use super::super::signs::{TIME, clock, number};
use super::list::{self, FOOTER};
use crate::filter::quoted;
use crate::inspector::{Groups, Member, Who};
use crate::tui::action::{Action, Place};
use crate::tui::look::Pen;
use crate::tui::shared::grouped;
use ratatui::text::Span;

/// Columns of a count.
const COUNT: usize = 8;
/// Columns of a call's number.
const SINCE: usize = 14;

/// The users of an account.
pub struct UsersOf {
    account: String,
}

impl UsersOf {
    /// Of this one.
    pub fn account(account: String) -> UsersOf {
        UsersOf { account }
    }
}

impl Topic for UsersOf {
    const PLACE: Place = Place::People;
    const FOOTER: &'static [Action] = FOOTER;
    type Row = Member;
    /// The width of the id.
    type Columns = usize;
    const TABS: &'static [&'static str] = &["users of one account"];
    const WORDS: (&'static str, &'static str) = ("user", "users");

    fn read(&mut self, _tab: usize, world: &World<'_>) -> Groups<Member> {
        world.inspector.members(Who::Accounts, &self.account)
    }

    fn line(&self, world: &World<'_>) -> Option<Vec<Span<'static>>> {
        let theme = &world.look.theme;
        let keys = world.keymap.keys(Place::People, Action::Back);
        Some(vec![
            Span::styled("account ", theme.label),
            Span::styled(world.look.clean(&self.account).into_owned(), theme.heading),
            Span::styled(format!("  {}", keys.join(" ")), theme.key),
            Span::styled(" goes back to all accounts", theme.quiet),
        ])
    }

    fn same(a: &Member, b: &Member) -> bool {
        a.id == b.id
    }

    fn columns(room: usize, _rows: &[Member], _tab: usize, _world: &World<'_>) -> usize {
        room.saturating_sub(COUNT + SINCE + 2 * TIME)
    }

    fn heads(pen: &mut Pen<'_>, id: &usize, world: &World<'_>) {
        let label = world.look.theme.label;
        pen.column("user", *id, label).put(&format!("{:>COUNT$}", "calls"), label);
        pen.put(&format!("{:>SINCE$}{:>TIME$}{:>TIME$}", "since call", "since", "last"), label);
    }

    fn row(pen: &mut Pen<'_>, row: &Member, id: &usize, world: &World<'_>) {
        let (look, theme) = (world.look, &world.look.theme);
        list::id(pen, (&row.id, row.doubtful), id.saturating_sub(1), look);
        pen.put(&format!("{:>COUNT$}", number(row.calls)), theme.text);
        pen.put(&format!("{:>SINCE$}", format!("#{}", grouped(row.since))), theme.label);
        pen.put(&clock(row.since_ms, look), theme.quiet);
        pen.put(&clock(row.last_seen, look), theme.quiet);
    }

    fn about(&mut self, paper: &mut Paper<'_>, row: &Member, _tab: usize, world: &World<'_>) {
        match world.inspector.person(Who::Users, &row.id) {
            Some(person) => list::about(paper, &person, list::USERS, world),
            None => paper.labelled(10, "user", &world.look.id(&row.id), world.look.theme.heading),
        }
    }

    fn example(row: &Member) -> Option<u64> {
        Some(row.row)
    }

    fn behind(
        &self,
        row: &Member,
        _tab: usize,
        _rows: &[Member],
        _world: &World<'_>,
    ) -> Result<String, String> {
        // the number is that of all calls of the user, those with other accounts too
        let terms = vec![format!("{} = {}", list::field(Who::Users), quoted(&row.id))];
        Ok(behind::all(terms, Grouped::of(row.calls, row.repeats)))
    }

    fn nothing(&self, _tab: usize, world: &World<'_>) -> Nothing {
        let account = world.look.clean(&self.account).into_owned();
        Nothing {
            says: format!("No vendor in use finds a user in the calls of account {account}."),
            is_good: false,
            shows: "Here stand the users that came in one call with this account, and since which \
                    call.",
            needs_ids: true,
        }
    }
}
