//! Accounts and users: how many calls each has, which belong together, and since which call.

use super::super::super::World;
use super::super::super::detail::paper::Paper;
use super::super::super::log::signed;
use super::super::behind::{self, Grouped};
use super::super::board::Topic;
use super::super::empty::Nothing;
use super::super::signs::{TIME, bar, clock, number, times, widest};
use crate::filter::quoted;
use crate::findings::advice;
use crate::inspector::{Groups, Member, Person, Who};
use crate::report::share;
use crate::tui::action::{Action, Place};
use crate::tui::look::{Look, Pen};
use crate::tui::shared::{count, grouped};
use crate::tui::text;
use ratatui::text::Span;

/// Columns of a count, of a share in per cent.
const COUNT: usize = 8;
const SHARE: usize = 6;
/// So many accounts or users are read at most, and so many that belong to one are shown.
const MOST: u64 = 2_000;
const MOST_MEMBERS: usize = 500;
/// An id beside the list has this much room.
const ID: usize = 40;
/// The width of a bar beside the list.
const LONG_BAR: usize = 20;

/// What the keys are for.
pub const FOOTER: &[Action] = &[
    Action::Open,
    Action::ShowCalls,
    Action::NextTab,
    Action::NextPane,
    Action::ShowLog,
    Action::Help,
    Action::BackOrQuit,
];

/// The tab of accounts, and of users.
pub const ACCOUNTS: usize = 0;
pub const USERS: usize = 1;

/// What each tab lists.
const WHO: [Who; 2] = [Who::Accounts, Who::Users];

/// The page has no state of its own.
#[derive(Default)]
pub struct People;

/// How wide the columns are.
pub struct Columns {
    tab: usize,
    id: usize,
    first: bool,
    bar: usize,
}

/// What a filter calls the id.
pub fn field(who: Who) -> &'static str {
    match who {
        Who::Accounts => "account_id",
        Who::Users => "user_id",
    }
}

/// One of them, the other kind, and what the other kind is in a share.
fn words(tab: usize) -> (&'static str, &'static str, &'static str) {
    match WHO[tab] {
        Who::Accounts => ("account", "users", "with user"),
        Who::Users => ("user", "accounts", "with account"),
    }
}

impl Topic for People {
    const PLACE: Place = Place::People;
    const FOOTER: &'static [Action] = FOOTER;
    type Row = Person;
    type Columns = Columns;
    const TABS: &'static [&'static str] = &["accounts", "users"];
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn read(&mut self, tab: usize, world: &World<'_>) -> Groups<Person> {
        world.inspector.people(WHO[tab], 0..MOST)
    }

    fn same(a: &Person, b: &Person) -> bool {
        a.id == b.id
    }

    fn columns(room: usize, _rows: &[Person], tab: usize, _world: &World<'_>) -> Columns {
        let first = room >= 60;
        let bar = if room >= 60 { 10 } else { 0 };
        let times = if first { 2 * TIME } else { TIME };
        Columns { tab, id: room.saturating_sub(COUNT + 2 + bar + SHARE + times), first, bar }
    }

    fn heads(pen: &mut Pen<'_>, columns: &Columns, world: &World<'_>) {
        let label = world.look.theme.label;
        let (one, _, with) = words(columns.tab);
        let wide = columns.bar + SHARE;
        pen.column(one, columns.id, label).put(&format!("{:>COUNT$}", "calls"), label);
        let with = if columns.bar > 0 { with } else { "with" };
        pen.put(&format!("  {with:>wide$}"), label);
        if columns.first {
            pen.put(&format!("{:>TIME$}", "first"), label);
        }
        pen.put(&format!("{:>TIME$}", "last"), label);
    }

    fn row(pen: &mut Pen<'_>, row: &Person, columns: &Columns, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let counted = &row.counted;
        let whole = row.with_other == counted.calls;
        let style = if whole { theme.good } else { theme.text };
        id(pen, (&row.id, row.doubtful), columns.id.saturating_sub(1), look);
        pen.put(&format!("{:>COUNT$}", number(counted.calls)), theme.text);
        pen.put(&format!("  {}", bar(row.with_other, counted.calls, columns.bar, look)), style);
        pen.put(&format!("{:>SHARE$}", share(row.with_other, counted.calls)), style);
        if columns.first {
            pen.put(&clock(counted.first_seen, look), theme.quiet);
        }
        pen.put(&clock(counted.last_seen, look), theme.quiet);
    }

    fn about(&mut self, paper: &mut Paper<'_>, row: &Person, tab: usize, world: &World<'_>) {
        about(paper, row, tab, world);
    }

    fn example(row: &Person) -> Option<u64> {
        Some(row.counted.row)
    }

    fn behind(
        &self,
        row: &Person,
        tab: usize,
        _rows: &[Person],
        _world: &World<'_>,
    ) -> Result<String, String> {
        let terms = vec![format!("{} = {}", field(WHO[tab]), quoted(&row.id))];
        Ok(behind::all(terms, Grouped::of(row.counted.calls, row.counted.repeats)))
    }

    fn nothing(&self, tab: usize, world: &World<'_>) -> Nothing {
        let (one, ..) = words(tab);
        let calls = world.shared.stats.calls;
        Nothing {
            says: match calls {
                0 => "No call came yet, so nobody is known.".to_owned(),
                _ => format!("No {one} id in {}.", count(calls, "call", "calls")),
            },
            is_good: false,
            shows: "Here stand the accounts and the users whose ids a vendor in use found: how \
                    many calls each has, which belong together, and since which call.",
            needs_ids: true,
        }
    }
}

/// An id and a free column behind it. One that is doubtful has a sign.
pub fn id(pen: &mut Pen<'_>, (id, doubtful): (&str, bool), columns: usize, look: &Look) {
    if doubtful {
        let shown = signed(id, look.doubtful(), columns, look);
        pen.column(&shown, columns, look.theme.warning).skip(1);
    } else {
        pen.column(id, columns, look.theme.text).skip(1);
    }
}

/// All about an account (tab 0) or a user (tab 1).
pub fn about(paper: &mut Paper<'_>, row: &Person, tab: usize, world: &World<'_>) {
    let look = world.look;
    let theme = &look.theme;
    let (one, others, with) = words(tab);
    let counted = &row.counted;
    paper.labelled(10, one, &look.id(&row.id), theme.heading);
    if row.doubtful {
        let words = format!("{} doubtful: {}", look.doubtful(), advice::doubt(&row.id));
        paper.prose(10, &words, theme.warning);
    }
    let style = if row.with_other == counted.calls { theme.good } else { theme.text };
    paper.line(vec![
        Span::styled(format!("{with:<14}"), theme.label),
        Span::styled(bar(row.with_other, counted.calls, LONG_BAR, look), style),
        Span::styled(format!("{:>SHARE$}", share(row.with_other, counted.calls)), style),
        Span::styled(
            format!("  {} of {}", grouped(row.with_other), count(counted.calls, "call", "calls")),
            theme.text,
        ),
    ]);
    if counted.repeats > 0 {
        let repeats = count(counted.repeats, "repeat", "repeats");
        paper.labelled(14, "besides", &format!("{repeats}, not counted"), theme.repeat);
    }
    times(paper, counted, 14);
    for finding in world.inspector.id_remarks_about(WHO[tab], &row.id) {
        paper.prose(2, &format!("! {}", finding.message), theme.warning);
        paper.prose(4, &finding.fix, theme.fix);
    }
    let members = world.inspector.members(WHO[tab], &row.id);
    paper.heading(&format!("Its {others}"), &grouped(members.of));
    order(paper, row, tab, &members);
    let shown = || members.rows.iter().take(MOST_MEMBERS);
    let wide = widest(shown().map(|member| member.id.as_str()), (4, ID), look);
    for member in shown() {
        let (sign, style) = match member.doubtful {
            true => (look.doubtful(), theme.warning),
            false => ("", theme.text),
        };
        let id = signed(&member.id, sign, wide, look);
        let gap = " ".repeat(wide.saturating_sub(text::width(&id)) + 2);
        paper.line(vec![
            Span::styled(format!("  {id}{gap}"), style),
            Span::styled(format!("since call #{}", grouped(member.since)), theme.label),
            Span::styled(format!("  {}", look.moment(member.since_ms)), theme.quiet),
        ]);
    }
    if let Some(more) = members.rows.len().checked_sub(MOST_MEMBERS).filter(|more| *more > 0) {
        paper.prose(2, &format!("and {} more", grouped(more as u64)), theme.quiet);
    }
    if members.other > 0 {
        let words = format!(
            "{} came when there was no room to keep them",
            count(members.other, "pair", "pairs")
        );
        paper.prose(2, &words, theme.lost);
    }
}

/// What is odd about the order or the number of those that belong to it.
fn order(paper: &mut Paper<'_>, row: &Person, tab: usize, members: &Groups<Member>) {
    let theme = &paper.look().theme;
    if WHO[tab] == Who::Accounts {
        if members.rows.is_empty() {
            paper.prose(2, "! no vendor in use finds a user in these calls", theme.warning);
        }
        return;
    }
    match members.rows.first() {
        None => paper.prose(2, "! no vendor in use finds an account in these calls", theme.warning),
        Some(first) if first.since > row.counted.seq => {
            let words = format!(
                "! from call #{} on, but with an account only since #{}: what came before \
                 belongs to none",
                grouped(row.counted.seq),
                grouped(first.since)
            );
            paper.prose(2, &words, theme.warning);
        }
        Some(_) => {}
    }
    if members.rows.len() > 1 {
        paper.prose(2, "! more than one account: is that meant?", theme.warning);
    }
}
