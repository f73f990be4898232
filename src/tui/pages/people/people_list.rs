//! The accounts and users, the number of their calls, and the first call of each pair of them.

use crate::findings::{advice, share};
use crate::fql::quoted;
use crate::inspector::{GroupedRows, Person, RelatedId, Who};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::{TIME, bar, clock, number, times, widest};
use crate::tui::pages::lists::drill_down;
use crate::tui::pages::lists::drill_down::RepeatCounting;
use crate::tui::pages::lists::empty_page;
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::pages::log::signed;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::text::Span;
use std::cmp::Ordering;

/// The widths of a count and of a share in percent.
const COUNT: usize = 8;
const SHARE: usize = 6;
/// The maximum number of accounts or users in the list, and of their users or accounts beside it.
const MAX_PEOPLE: u64 = 2_000;
const MAX_SHOWN_MEMBERS: usize = 500;
/// The maximum width of an id beside the list.
const MAX_ID_WIDTH: usize = 40;
/// The width of a bar beside the list.
const BAR_WIDTH: usize = 20;

/// The actions in the footer.
pub const FOOTER: &[Action] = &[
    Action::Open,
    Action::ShowCalls,
    Action::NextMatch,
    Action::Search,
    Action::EditFilter,
    Action::Sort,
    Action::Help,
    Action::BackOrQuit,
    Action::NextTab,
    Action::NextPane,
    Action::ShowLog,
];

/// The tabs of accounts and of users.
pub const ACCOUNTS: usize = 0;
pub const USERS: usize = 1;

/// The contents of each tab.
const TAB_KINDS: [Who; 2] = [Who::Accounts, Who::Users];

/// The contents of the people list, which have no state.
#[derive(Default)]
pub struct PeopleList;

/// The widths of the columns.
pub struct PeopleColumns {
    tab: usize,
    id: usize,
    first: bool,
    bar: usize,
}

/// Returns the name of the id in a filter.
pub fn field(who: Who) -> &'static str {
    match who {
        Who::Accounts => "account_id",
        Who::Users => "user_id",
    }
}

/// Returns the words for a row, for the other kind of id, and for the share of calls with it.
fn words(tab: usize) -> (&'static str, &'static str, &'static str) {
    match TAB_KINDS[tab] {
        Who::Accounts => ("account", "users", "with user"),
        Who::Users => ("user", "accounts", "with account"),
    }
}

impl ListContent for PeopleList {
    const PAGE: Page = Page::People;
    const PLACE: KeyContext = KeyContext::People;
    const FOOTER: &'static [Action] = FOOTER;
    type Row = Person;
    type Columns = PeopleColumns;
    const TABS: &'static [&'static str] = &["accounts", "users"];
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<Person> {
        ctx.inspector.shown_people(TAB_KINDS[tab], 0..MAX_PEOPLE)
    }

    fn text(row: &Person, _tab: usize, _ctx: &ViewContext<'_>) -> String {
        row.id.clone()
    }

    fn sorts(tab: usize) -> &'static [SortColumn<Person>] {
        const CALLS: SortColumn<Person> =
            SortColumn::descending("calls", |a, b| b.counted.calls.cmp(&a.counted.calls));
        const WITH: fn(&Person, &Person) -> Ordering = by_share;
        const FIRST: SortColumn<Person> =
            SortColumn::descending("first", |a, b| b.counted.first_seen.cmp(&a.counted.first_seen));
        const LAST: SortColumn<Person> =
            SortColumn::descending("last", |a, b| b.counted.last_seen.cmp(&a.counted.last_seen));
        const ACCOUNTS: &[SortColumn<Person>] = &[
            CALLS,
            SortColumn::ascending("account", |a, b| a.id.cmp(&b.id)),
            SortColumn::ascending("with user", WITH),
            FIRST,
            LAST,
        ];
        const USERS: &[SortColumn<Person>] = &[
            CALLS,
            SortColumn::ascending("user", |a, b| a.id.cmp(&b.id)),
            SortColumn::ascending("with account", WITH),
            FIRST,
            LAST,
        ];
        match TAB_KINDS[tab] {
            Who::Accounts => ACCOUNTS,
            Who::Users => USERS,
        }
    }

    fn same(a: &Person, b: &Person) -> bool {
        a.id == b.id
    }

    fn columns(room: usize, _rows: &[Person], tab: usize, _ctx: &ViewContext<'_>) -> PeopleColumns {
        let first = room >= 60;
        let bar = if room >= 60 { 10 } else { 0 };
        let times = if first { 2 * TIME } else { TIME };
        PeopleColumns { tab, id: room.saturating_sub(COUNT + 2 + bar + SHARE + times), first, bar }
    }

    fn heads(
        painter: &mut Painter<'_>,
        columns: &PeopleColumns,
        sorted: &SortedHead,
        ctx: &ViewContext<'_>,
    ) {
        let label = ctx.look.theme.label;
        let (one, _, with) = words(columns.tab);
        let wide = columns.bar + SHARE;
        painter.column(&sorted.head(one), columns.id, label);
        painter.put(&format!("{:>COUNT$}", sorted.head("calls")), label);
        let with = sorted.head_as(with, if columns.bar > 0 { with } else { "with" });
        painter.put(&format!("  {with:>wide$}"), label);
        if columns.first {
            painter.put(&format!("{:>TIME$}", sorted.head("first")), label);
        }
        painter.put(&format!("{:>TIME$}", sorted.head("last")), label);
    }

    fn row(
        painter: &mut Painter<'_>,
        row: &Person,
        columns: &PeopleColumns,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let counted = &row.counted;
        let whole = row.with_other == counted.calls;
        let style = if whole { theme.good } else { theme.text };
        id(painter, (&row.id, row.doubtful), columns.id.saturating_sub(1), look);
        painter.put(&format!("{:>COUNT$}", number(counted.calls)), theme.text);
        painter.put(&format!("  {}", bar(row.with_other, counted.calls, columns.bar, look)), style);
        painter.put(&format!("{:>SHARE$}", share(row.with_other, counted.calls)), style);
        if columns.first {
            painter.put(&clock(counted.first_seen, look), theme.quiet);
        }
        painter.put(&clock(counted.last_seen, look), theme.quiet);
    }

    fn about(
        &mut self,
        builder: &mut TextBuilder<'_>,
        row: &Person,
        tab: usize,
        ctx: &ViewContext<'_>,
    ) {
        about(builder, row, tab, ctx);
    }

    fn example(row: &Person) -> Option<u64> {
        Some(row.counted.row)
    }

    fn behind(
        &self,
        row: &Person,
        tab: usize,
        _rows: &[Person],
        _ctx: &ViewContext<'_>,
    ) -> Result<String, String> {
        let terms = vec![format!("{} = {}", field(TAB_KINDS[tab]), quoted(&row.id))];
        Ok(drill_down::all(terms, RepeatCounting::new(row.counted.calls, row.counted.repeats)))
    }

    fn nothing(&self, tab: usize, ctx: &ViewContext<'_>) -> EmptyPage {
        let (one, ..) = words(tab);
        let calls = ctx.shared.stats.calls;
        EmptyPage {
            says: match calls {
                0 => empty_page::none("accounts or users", ctx),
                _ => format!("No {one} id in {}.", count(calls, "call", "calls")),
            },
            is_good: false,
            shows: "This page lists the accounts and users whose ids a vendor in use finds: how \
                    many calls each has, which belong together, and since which call.",
            needs_ids: true,
        }
    }
}

/// Compares the shares of calls that have the other id too, the lowest first.
fn by_share(a: &Person, b: &Person) -> Ordering {
    let product = |part: &Person, all: &Person| {
        u128::from(part.with_other) * u128::from(all.counted.calls.max(1))
    };
    product(a, b).cmp(&product(b, a))
}

/// Draws an id and a blank after it. A doubtful id has a sign.
pub fn id(
    painter: &mut Painter<'_>,
    (id, doubtful): (&str, bool),
    columns: usize,
    look: &Appearance,
) {
    if doubtful {
        let shown = signed(id, look.doubtful(), columns, look);
        painter.column(&shown, columns, look.theme.warning).skip(1);
    } else {
        let shown = text::fit_id(id, columns, look.ellipsis(), |id| look.clean(id).into());
        painter.column(&shown, columns, look.theme.text).skip(1);
    }
}

/// Writes the side pane about an account (tab 0) or a user (tab 1).
pub fn about(builder: &mut TextBuilder<'_>, row: &Person, tab: usize, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    let (one, others, with) = words(tab);
    let counted = &row.counted;
    builder.labelled(10, one, &look.id(&row.id), theme.heading);
    if row.doubtful {
        let words = format!("{} doubtful: {}", look.doubtful(), advice::doubt(&row.id));
        builder.prose(10, &words, theme.warning);
    }
    let style = if row.with_other == counted.calls { theme.good } else { theme.text };
    builder.line(vec![
        Span::styled(format!("{with:<14}"), theme.label),
        Span::styled(bar(row.with_other, counted.calls, BAR_WIDTH, look), style),
        Span::styled(format!("{:>SHARE$}", share(row.with_other, counted.calls)), style),
        Span::styled(
            format!("  {} of {}", grouped(row.with_other), count(counted.calls, "call", "calls")),
            theme.text,
        ),
    ]);
    if counted.repeats > 0 {
        let repeats = count(counted.repeats, "repeat", "repeats");
        builder.labelled(14, "also", &format!("{repeats}, not counted"), theme.repeat);
    }
    times(builder, counted, 14);
    for finding in ctx.inspector.id_remarks_about(TAB_KINDS[tab], &row.id) {
        builder.prose(2, &format!("! {}", finding.message), theme.warning);
        builder.prose(4, &finding.fix, theme.fix);
    }
    let members = ctx.inspector.shown_members(TAB_KINDS[tab], &row.id);
    builder.heading(&format!("Its {others}"), &grouped(members.of));
    order(builder, row, tab, &members);
    let shown = || members.rows.iter().take(MAX_SHOWN_MEMBERS);
    let wide = widest(shown().map(|member| member.id.as_str()), (4, MAX_ID_WIDTH), look);
    for member in shown() {
        let (sign, style) = match member.doubtful {
            true => (look.doubtful(), theme.warning),
            false => ("", theme.text),
        };
        let id = signed(&member.id, sign, wide, look);
        let gap = " ".repeat(wide.saturating_sub(text::width(&id)) + 2);
        builder.line(vec![
            Span::styled(format!("  {id}{gap}"), style),
            Span::styled(format!("since call #{}", grouped(member.since)), theme.label),
            Span::styled(format!("  {}", look.moment(member.since_ms)), theme.quiet),
        ]);
    }
    if let Some(more) = members.rows.len().checked_sub(MAX_SHOWN_MEMBERS).filter(|more| *more > 0) {
        builder.prose(2, &format!("and {} more", grouped(more as u64)), theme.quiet);
    }
    if members.other > 0 {
        let words = format!(
            "{} arrived after the limit and are not listed",
            count(members.other, "pair", "pairs")
        );
        builder.prose(2, &words, theme.lost);
    }
}

/// Writes remarks about the order or the number of the related ids.
fn order(
    builder: &mut TextBuilder<'_>,
    row: &Person,
    tab: usize,
    members: &GroupedRows<RelatedId>,
) {
    let theme = &builder.look().theme;
    if TAB_KINDS[tab] == Who::Accounts {
        if members.rows.is_empty() {
            builder.prose(2, "! no vendor in use finds a user in these calls", theme.warning);
        }
        return;
    }
    match members.rows.first() {
        None => {
            builder.prose(2, "! no vendor in use finds an account in these calls", theme.warning)
        }
        Some(first) if first.since > row.counted.seq => {
            let words = format!(
                "! from call #{} on, but with an account only since #{}: earlier calls \
                 belong to no account",
                grouped(row.counted.seq),
                grouped(first.since)
            );
            builder.prose(2, &words, theme.warning);
        }
        Some(_) => {}
    }
    if members.rows.len() > 1 {
        builder.prose(2, "! more than one account: is that intended?", theme.warning);
    }
}
