//! The users of one account, their calls, and the first call that has both user and account.

use crate::fql::quoted;
use crate::inspector::{GroupedRows, RelatedId, Who};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::{TIME, clock, number};
use crate::tui::pages::lists::drill_down;
use crate::tui::pages::lists::drill_down::RepeatCounting;
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::pages::people::people_list;
use crate::tui::pages::people::people_list::FOOTER;
use crate::tui::theme::painter::Painter;
use ratatui::text::Span;

/// The width of a count.
const COUNT: usize = 8;
/// The width of a call's number.
const SINCE: usize = 14;

/// The users of an account.
pub struct UsersOf {
    account: String,
}

impl UsersOf {
    /// Returns the list of the users of an account.
    pub fn account(account: String) -> UsersOf {
        UsersOf { account }
    }
}

impl ListContent for UsersOf {
    const PAGE: Page = Page::People;
    const PLACE: KeyContext = KeyContext::People;
    const FOOTER: &'static [Action] = FOOTER;
    type Row = RelatedId;
    /// The width of the id.
    type Columns = usize;
    const TABS: &'static [&'static str] = &["users of one account"];
    const WORDS: (&'static str, &'static str) = ("user", "users");

    fn read(&mut self, _tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<RelatedId> {
        ctx.inspector.shown_members(Who::Accounts, &self.account)
    }

    fn lines(&self, ctx: &ViewContext<'_>) -> Vec<Vec<Span<'static>>> {
        let theme = &ctx.look.theme;
        let keys = ctx.keymap.keys(KeyContext::People, Action::Back);
        vec![vec![
            Span::styled("account ", theme.label),
            Span::styled(ctx.look.clean(&self.account).into_owned(), theme.heading),
            Span::styled(format!("  {}", keys.join(" ")), theme.key),
            Span::styled(" goes back to all accounts", theme.quiet),
        ]]
    }

    fn text(row: &RelatedId, _tab: usize, _ctx: &ViewContext<'_>) -> String {
        row.id.clone()
    }

    fn sorts(_tab: usize) -> &'static [SortColumn<RelatedId>] {
        const SORTS: &[SortColumn<RelatedId>] = &[
            SortColumn::descending("calls", |a, b| b.calls.cmp(&a.calls)),
            SortColumn::ascending("user", |a, b| a.id.cmp(&b.id)),
            SortColumn::ascending("since call", |a, b| a.since.cmp(&b.since)),
            SortColumn::descending("last", |a, b| b.last_seen.cmp(&a.last_seen)),
        ];
        SORTS
    }

    fn same(a: &RelatedId, b: &RelatedId) -> bool {
        a.id == b.id
    }

    fn columns(room: usize, _rows: &[RelatedId], _tab: usize, _ctx: &ViewContext<'_>) -> usize {
        room.saturating_sub(COUNT + SINCE + 2 * TIME)
    }

    fn heads(painter: &mut Painter<'_>, id: &usize, sorted: &SortedHead, ctx: &ViewContext<'_>) {
        let label = ctx.look.theme.label;
        painter.column(&sorted.head("user"), *id, label);
        painter.put(&format!("{:>COUNT$}", sorted.head("calls")), label);
        let (since, last) = (sorted.head("since call"), sorted.head("last"));
        painter.put(&format!("{since:>SINCE$}{:>TIME$}{last:>TIME$}", "since"), label);
    }

    fn row(painter: &mut Painter<'_>, row: &RelatedId, id: &usize, ctx: &ViewContext<'_>) {
        let (look, theme) = (ctx.look, &ctx.look.theme);
        people_list::id(painter, (&row.id, row.doubtful), id.saturating_sub(1), look);
        painter.put(&format!("{:>COUNT$}", number(row.calls)), theme.text);
        painter.put(&format!("{:>SINCE$}", format!("#{}", grouped(row.since))), theme.label);
        painter.put(&clock(row.since_ms, look), theme.quiet);
        painter.put(&clock(row.last_seen, look), theme.quiet);
    }

    fn about(
        &mut self,
        builder: &mut TextBuilder<'_>,
        row: &RelatedId,
        _tab: usize,
        ctx: &ViewContext<'_>,
    ) {
        match ctx.inspector.shown_person(Who::Users, &row.id) {
            Some(person) => people_list::about(builder, &person, people_list::USERS, ctx),
            None => builder.labelled(10, "user", &ctx.look.id(&row.id), ctx.look.theme.heading),
        }
    }

    fn example(row: &RelatedId) -> Option<u64> {
        Some(row.row)
    }

    fn behind(
        &self,
        row: &RelatedId,
        _tab: usize,
        _rows: &[RelatedId],
        _ctx: &ViewContext<'_>,
    ) -> Result<String, String> {
        // the count includes the user's calls with other accounts
        let terms = vec![format!("{} = {}", people_list::field(Who::Users), quoted(&row.id))];
        Ok(drill_down::all(terms, RepeatCounting::new(row.calls, row.repeats)))
    }

    fn nothing(&self, _tab: usize, ctx: &ViewContext<'_>) -> EmptyPage {
        let account = ctx.look.clean(&self.account).into_owned();
        EmptyPage {
            says: format!("No vendor in use finds a user in the calls of account {account}."),
            is_good: false,
            shows: "This page lists the users that share a call with this account, and since which \
                    call.",
            needs_ids: true,
        }
    }
}
