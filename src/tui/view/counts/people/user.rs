//! One user: the calls in their order as the log has them, and beside them what is odd about the
//! order, the accounts, and the sessions that vendors estimate.

use super::super::super::detail::paper::Paper;
use super::super::super::log::{Needs, needs, table};
use super::super::super::{VendorsView, cursor::Cursor, lines::Lines, one};
use super::super::about::About;
use super::super::panes::{Panes, panes};
use super::super::{Pointer, Reply, View, World, tabs};
use super::walk::{MOST_READ, Walk};
use super::{order, sessions};
use crate::filter::{parse, quoted};
use crate::inspector::{RowView, Shown, Who};
use crate::report::calls_words;
use crate::tui::action::{Action, Place};
use crate::tui::look::Pen;
use crate::tui::shared::{count, grouped};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use std::sync::Arc;

/// The tabs' line has one.
const TABS: &[&str] = &["calls of one user"];
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;
/// So many accounts are named.
const MOST_ACCOUNTS: usize = 20;

/// The filter for a user's calls: those that a vendor takes for theirs, and those that say so where
/// none finds any. What is found to be another's is not this user's, whatever else it says.
pub fn calls_of(user: &str) -> String {
    format!("user_id = {id} or (user_id = null and userId = {id})", id = quoted(user))
}

/// The page of a user.
pub struct UserView {
    id: String,
    /// The filter that the user's calls pass.
    filter: String,
    list: Cursor,
    /// The row under the cursor, once it was moved: it stays there while rows before it are found.
    row: Option<u64>,
    rows: Vec<RowView>,
    needs: Needs,
    shown: Shown,
    walk: Walk,
    about: About,
    in_about: bool,
    body: Rect,
}

impl UserView {
    /// The page of this one; from now on the user's calls are looked for.
    pub fn of(id: String, world: &World<'_>) -> UserView {
        let filter = calls_of(&id);
        world.inspector.trace(parse(&filter).ok().map(Arc::new));
        UserView {
            id,
            filter,
            list: Cursor::default(),
            row: None,
            rows: Vec::new(),
            needs: Needs::default(),
            shown: Shown::default(),
            walk: Walk::default(),
            about: About::default(),
            in_about: false,
            body: Rect::default(),
        }
    }

    /// The page closes: the calls are looked for no more.
    pub fn end(&self, world: &World<'_>) {
        world.inspector.trace(None);
    }

    /// The log with these calls, from the one under the cursor on.
    pub fn in_the_log(&mut self, world: &World<'_>) -> Reply {
        if self.rows.is_empty() {
            self.sync(self.body, world);
        }
        match self.example() {
            Some(row) => Reply::Behind(self.filter.clone(), Some(row)),
            None => Reply::Pass,
        }
    }

    fn panes(&self) -> Panes {
        panes(self.body, true)
    }

    /// Answers to the mouse; true if the row under the cursor was clicked again.
    pub fn press(&mut self, pointer: Pointer, at: Position) -> bool {
        let panes = self.panes();
        let wheel = match pointer {
            Pointer::WheelDown => Action::Down,
            Pointer::WheelUp => Action::Up,
            Pointer::Click => {
                self.in_about = panes.about.contains(at) && self.about.has_more();
                let line = panes.list.contains(at).then(|| usize::from(at.y - panes.list.y));
                let Some(line) = line.and_then(|line| self.list.line_at(line)) else {
                    return false;
                };
                let again = self.list.at() == Some(line);
                self.list.select(line);
                self.row = None;
                return again;
            }
        };
        for _ in 0..WHEEL_ROWS {
            if panes.about.contains(at) {
                self.about.step(wheel);
            } else if panes.list.contains(at) {
                self.list.step(wheel);
                self.row = None;
            }
        }
        false
    }

    fn write(&self, paper: &mut Paper<'_>, world: &World<'_>) {
        let (look, theme) = (world.look, &world.look.theme);
        paper.labelled(10, "user", &self.id, theme.heading);
        let course = &self.walk.course;
        let known = self.walk.is_settled();
        if known && self.shown.rows == 0 {
            return paper.labelled(10, "calls", "none", theme.text);
        }
        paper.labelled(10, "calls", &calls_words(course.calls, course.repeats), theme.text);
        if course.named > 0 {
            let named = grouped(course.named);
            let words = format!("{named} more say it in userId, and no vendor in use finds a user");
            paper.labelled(10, "", &words, theme.quiet);
        }
        paper.labelled(10, "types", &order::by_type(course), theme.text);
        if let Some((first, last)) = course.seen {
            let words = format!("first {}, last {}", look.moment(first), look.moment(last));
            paper.labelled(10, "seen", &words, theme.text);
        }
        let accounts = world.inspector.members(Who::Users, &self.id);
        for (at, account) in accounts.rows.iter().take(MOST_ACCOUNTS).enumerate() {
            let label = if at == 0 { "accounts" } else { "" };
            let since = grouped(account.since);
            let words = format!("{} since call #{since}", account.id);
            paper.labelled(10, label, &words, theme.text);
        }
        let more = accounts.rows.len().saturating_sub(MOST_ACCOUNTS) as u64;
        if more > 0 {
            paper.labelled(10, "", &format!("and {} more", grouped(more)), theme.quiet);
        }
        paper.heading("Order", "what the calls show, and what vendors find");
        if !known {
            paper.prose(2, "still going through the calls", theme.quiet);
        }
        if accounts.rows.is_empty() {
            paper.labelled(
                2,
                "  ",
                "! no vendor in use finds an account in these calls",
                theme.warning,
            );
        }
        order::write(paper, (course, known), &self.walk.found, world);
        sessions::write(paper, &self.walk.sessions, world);
        if self.shown.rows > MOST_READ {
            let words = format!(
                "Session ids are those of {} out of {}, spread over all.",
                count(self.walk.read(), "call", "calls"),
                grouped(self.shown.rows)
            );
            paper.prose(2, &words, theme.quiet);
        }
    }

    /// How many calls there are, as the list of users counts them, and what else stands here.
    fn how_many(&self) -> String {
        let course = &self.walk.course;
        if !self.walk.is_settled() {
            return count(self.shown.rows, "row", "rows");
        }
        let mut words = count(course.calls, "call", "calls");
        if course.repeats > 0 {
            words.push_str(&format!(", {}", count(course.repeats, "repeat", "repeats")));
        }
        if course.named > 0 {
            words.push_str(&format!(", {} more by userId", grouped(course.named)));
        }
        words
    }

    /// What stands in place of the calls.
    fn say_nothing(&self, buffer: &mut Buffer, area: Rect, world: &World<'_>) {
        let theme = &world.look.theme;
        let mut lines = Lines::new(buffer, area, world.look, 1);
        lines.prose(2, &format!("No call of {} is here.", self.id), theme.text);
        let key = |place, action| {
            let keys = world.keymap.keys(place, action);
            keys.first().cloned().unwrap_or_default()
        };
        if world.shared.stats.cleared.is_some() {
            let (log, undo) =
                (key(Place::Everywhere, Action::ShowLog), key(Place::Log, Action::UndoClear));
            let words = " brings back what was cleared away";
            lines.write(&[
                ("  ", theme.text),
                (&log, theme.key),
                (", then ", theme.quiet),
                (&undo, theme.key),
                (words, theme.quiet),
            ]);
        }
    }

    fn line(&self, world: &World<'_>) -> Vec<Span<'static>> {
        let theme = &world.look.theme;
        let keys = world.keymap.keys(Place::People, Action::Back);
        let mut line = vec![
            Span::styled("user ", theme.label),
            Span::styled(world.look.clean(&self.id).into_owned(), theme.heading),
        ];
        if !self.walk.is_settled() && self.shown.looked_at < self.shown.of {
            let part = self.shown.looked_at * 100 / self.shown.of.max(1);
            line.push(Span::styled(format!("  {part}% looked at"), theme.warning));
        }
        line.push(Span::styled(format!("  {}", keys.join(" ")), theme.key));
        line.push(Span::styled(" goes back", theme.quiet));
        line
    }
}

impl View for UserView {
    fn place(&self) -> Place {
        Place::People
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::ChooseVendors => true,
            Action::NextTab | Action::PreviousTab => false,
            Action::NextPane => self.in_about || self.about.has_more(),
            _ => self.example().is_some(),
        }
    }

    fn example(&self) -> Option<u64> {
        let at = self.list.at()?.checked_sub(self.list.window().start)?;
        self.rows.get(at).map(|row| row.row)
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::ChooseVendors => Reply::Open(Box::new(VendorsView::of(world))),
            Action::Back | Action::BackOrQuit if std::mem::take(&mut self.in_about) => Reply::Done,
            Action::Back | Action::BackOrQuit => Reply::Close,
            Action::NextPane => {
                self.in_about = !self.in_about && self.about.has_more();
                Reply::Done
            }
            Action::ShowCalls if self.example().is_some() => {
                Reply::Behind(self.filter.clone(), None)
            }
            action => one::act(action, self.example(), None, world).unwrap_or_else(|| {
                let moved = match self.in_about {
                    true => self.about.step(action),
                    false => self.list.step(action),
                };
                self.row = self.row.filter(|_| self.in_about || !moved);
                if moved { Reply::Done } else { Reply::Pass }
            }),
        }
    }

    fn tick(&mut self, world: &World<'_>) -> Reply {
        let unread = self.rows.iter().any(|row| row.unread);
        if unread || self.walk.is_due(world) { Reply::Done } else { Reply::Pass }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let (inspector, panes) = (world.inspector, self.panes());
        let before = self.shown;
        self.shown = inspector.traced();
        self.walk.go_on(world);
        self.list.sync(self.shown.rows as usize, usize::from(panes.list.height));
        let stays = self.row.filter(|_| before.generation == self.shown.generation);
        if let Some(row) = stays {
            self.list.select(inspector.traced_place(row) as usize);
        }
        let window = self.list.window();
        let rows = inspector.traced_rows(window.start as u64..window.end as u64);
        self.rows = inspector.window_of(&rows);
        // who never moved stays at the first call
        self.row = self.example().filter(|_| self.list.at() != Some(0));
        for row in &self.rows {
            self.needs.grow(needs(row));
        }
        let width = panes.about.width;
        let judged = usize::try_from(world.shared.judged).unwrap_or(0);
        let wanted = Some((judged, width, self.walk.changes + (self.shown.rows << 20)));
        if self.about.wants(wanted) {
            let mut paper = Paper::new(world.look, usize::from(width));
            self.write(&mut paper, world);
            self.about.put(wanted, paper.done());
        }
        self.about.fit(panes.about);
        self.in_about &= self.about.has_more();
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let panes = panes(body, true);
        let right = [Span::styled(self.how_many(), look.theme.quiet)];
        tabs::render(buffer, panes.tabs, (TABS, 0, Place::People), &right, world);
        if let Some(mut pen) = Pen::on(buffer, panes.line, 0, look) {
            pen.skip(1);
            for span in self.line(world) {
                pen.put(&span.content, span.style);
            }
        }
        let log = Rect { height: panes.heads.height + panes.list.height, ..panes.heads };
        let rows = (&self.rows[..], self.needs);
        table(buffer, log, rows, self.example(), !self.in_about, world);
        if self.rows.is_empty() && self.walk.is_settled() {
            self.say_nothing(buffer, panes.list, world);
        }
        self.about.render(buffer, panes.about, panes.rule, self.in_about, look);
    }

    fn footer(&self) -> &'static [Action] {
        if self.in_about {
            &[Action::Back, Action::NextPane, Action::Down, Action::Open, Action::Help]
        } else {
            &[
                Action::Open,
                Action::ShowCalls,
                Action::NextPane,
                Action::Back,
                Action::Help,
                Action::Compose,
                Action::CopySdkCall,
            ]
        }
    }
}
