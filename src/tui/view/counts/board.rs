//! What the pages that count have in common: reading, the list, the tabs, the pane beside it, keys
//! and mouse. What is counted, and how a row looks, is a [`Topic`].

use super::super::cursor::Cursor;
use super::super::detail::paper::Paper;
use super::super::{HelpView, VendorsView, one};
use super::about::About;
use super::panes::{Panes, panes};
use super::{Pointer, Reply, View, World, empty, tabs};
use crate::inspector::Groups;
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, ground};
use crate::tui::shared::{count, grouped};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// Counts are read again no sooner than this: to group them costs more than to draw them.
const EVERY_MS: u64 = 200;
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

/// What a page counts.
pub trait Topic {
    /// Whose keys are in force.
    const PLACE: Place = Place::Counts;
    /// What the keys are for, the most useful first.
    const FOOTER: &'static [Action] = &[
        Action::ShowCalls,
        Action::NextTab,
        Action::NextPane,
        Action::ShowLog,
        Action::Help,
        Action::BackOrQuit,
        Action::Compose,
        Action::CopySdkCall,
    ];
    /// A line of the list.
    type Row;
    /// How wide the columns are.
    type Columns;
    /// The tabs, from the left.
    const TABS: &'static [&'static str];
    /// What there are many of, in words.
    const WORDS: (&'static str, &'static str);
    /// The rows of a tab.
    fn read(&mut self, tab: usize, world: &World<'_>) -> Groups<Self::Row>;
    /// What stands in a line of its own above the list, of what was read last.
    fn line(&self, _world: &World<'_>) -> Option<Vec<Span<'static>>> {
        None
    }
    /// Whether two rows stand for the same, at two moments.
    fn same(a: &Self::Row, b: &Self::Row) -> bool;
    /// The columns for so much room: worked out when rows were read, so that they stay where they
    /// are while the list is moved.
    fn columns(room: usize, rows: &[Self::Row], tab: usize, world: &World<'_>) -> Self::Columns;
    /// Draws the heads of the columns.
    fn heads(pen: &mut Pen<'_>, columns: &Self::Columns, world: &World<'_>);
    /// Draws a row.
    fn row(pen: &mut Pen<'_>, row: &Self::Row, columns: &Self::Columns, world: &World<'_>);
    /// Writes all about a row.
    fn about(&mut self, paper: &mut Paper<'_>, row: &Self::Row, tab: usize, world: &World<'_>);
    /// The row of the log that is a row's example; none where no call came.
    fn example(row: &Self::Row) -> Option<u64>;
    /// The finding that a row counts.
    fn code(_row: &Self::Row) -> Option<&str> {
        None
    }
    /// The filter that the calls behind a row pass, or why there is none.
    fn behind(
        &self,
        row: &Self::Row,
        tab: usize,
        rows: &[Self::Row],
        world: &World<'_>,
    ) -> Result<String, String>;
    /// What the empty page says.
    fn nothing(&self, tab: usize, world: &World<'_>) -> empty::Nothing;
}

/// What the rows were read at.
struct Read {
    tab: usize,
    version: u64,
    judged: u64,
    at_ms: u64,
}

/// A page that counts.
pub struct Board<T: Topic> {
    topic: T,
    tab: usize,
    groups: Groups<T::Row>,
    read: Option<Read>,
    list: Cursor,
    columns: Option<(u16, T::Columns)>,
    about: About,
    in_about: bool,
    line: Option<Vec<Span<'static>>>,
    body: Rect,
}

impl<T: Topic + Default> Default for Board<T> {
    fn default() -> Board<T> {
        Board::of(T::default())
    }
}

impl<T: Topic> Board<T> {
    /// A page about something.
    pub fn of(topic: T) -> Board<T> {
        Board {
            topic,
            tab: 0,
            groups: Groups { rows: Vec::new(), of: 0, other: 0 },
            read: None,
            list: Cursor::default(),
            columns: None,
            about: About::default(),
            in_about: false,
            line: None,
            body: Rect::default(),
        }
    }

    /// Whether what is shown was read too long ago.
    fn is_due(&self, world: &World<'_>) -> bool {
        self.read.as_ref().is_none_or(|read| {
            let waited = world.shared.now_ms >= read.at_ms + EVERY_MS;
            (read.tab, read.judged) != (self.tab, world.shared.judged)
                || (waited && read.version != world.inspector.version())
        })
    }

    /// Reads the rows, with the cursor on the same one as before.
    fn read(&mut self, world: &World<'_>) {
        let version = world.inspector.version();
        let groups = self.topic.read(self.tab, world);
        self.line = self.topic.line(world);
        let before =
            self.selected().filter(|_| self.read.as_ref().is_some_and(|r| r.tab == self.tab));
        let at = before.and_then(|row| groups.rows.iter().position(|other| T::same(row, other)));
        // who never moved stays at the top: what matters most is there
        let at = at.filter(|_| self.list.at() != Some(0));
        self.groups = groups;
        self.list.sync(self.groups.rows.len(), usize::from(self.panes().list.height));
        if let Some(at) = at {
            self.list.select(at);
        }
        let (judged, at_ms) = (world.shared.judged, world.shared.now_ms);
        self.read = Some(Read { tab: self.tab, version, judged, at_ms });
    }

    fn panes(&self) -> Panes {
        panes(self.body, self.line.is_some())
    }

    /// The tab that is open.
    pub fn tab(&self) -> usize {
        self.tab
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&T::Row> {
        self.groups.rows.get(self.list.at()?)
    }

    /// Sees to it that there are rows of the open tab: keys may come faster than frames.
    pub fn catch_up(&mut self, world: &World<'_>) {
        if self.read.as_ref().is_none_or(|read| read.tab != self.tab) {
            self.read(world);
        }
    }

    fn turn(&mut self, tab: usize) -> Reply {
        (self.tab, self.in_about) = (tab, false);
        self.list.select(0);
        Reply::Done
    }

    fn show_calls(&self, world: &World<'_>) -> Reply {
        let Some(row) = self.selected() else { return Reply::Pass };
        match self.topic.behind(row, self.tab, &self.groups.rows, world) {
            Ok(filter) => Reply::Behind(filter, None),
            Err(why) => Reply::Say(why),
        }
    }

    fn step(&mut self, action: Action) -> Reply {
        let moved = if self.in_about { self.about.step(action) } else { self.list.step(action) };
        if moved { Reply::Done } else { Reply::Pass }
    }

    fn rows_line(&self, world: &World<'_>) -> Vec<Span<'static>> {
        let theme = &world.look.theme;
        let shown = self.groups.rows.len() as u64;
        let (one, many) = T::WORDS;
        let mut out = vec![Span::styled(count(self.groups.of, one, many), theme.quiet)];
        if shown < self.groups.of {
            out.push(Span::styled(format!(", the first {}", grouped(shown)), theme.warning));
        }
        if self.groups.other > 0 {
            let calls = count(self.groups.other, "call", "calls");
            out.push(Span::styled(format!("  {calls} too many to tell apart"), theme.lost));
        }
        out
    }
}

impl<T: Topic> View for Board<T> {
    fn place(&self) -> Place {
        T::PLACE
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::ChooseVendors => true,
            Action::NextTab | Action::PreviousTab => T::TABS.len() > 1,
            Action::NextPane => self.in_about || self.about.has_more(),
            // of what never came there are no calls
            Action::ShowCalls => self.example().is_some(),
            action if one::is_copy(action) => self.example().is_some(),
            _ => self.list.at().is_some(),
        }
    }

    fn example(&self) -> Option<u64> {
        self.selected().and_then(T::example)
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        let tabs = T::TABS.len();
        self.catch_up(world);
        match action {
            Action::Help => Reply::Open(Box::new(HelpView::of(T::PLACE))),
            Action::ChooseVendors => Reply::Open(Box::new(VendorsView::of(world))),
            Action::Back | Action::BackOrQuit if std::mem::take(&mut self.in_about) => Reply::Done,
            Action::Back | Action::BackOrQuit => Reply::Close,
            Action::NextTab => self.turn((self.tab + 1) % tabs),
            Action::PreviousTab => self.turn((self.tab + tabs - 1) % tabs),
            Action::NextPane => {
                self.in_about = !self.in_about && self.about.has_more();
                Reply::Done
            }
            Action::ShowCalls => self.show_calls(world),
            action => {
                let (row, code) = (self.example(), self.selected().and_then(T::code));
                one::act(action, row, code, world).unwrap_or_else(|| self.step(action))
            }
        }
    }

    fn tick(&mut self, world: &World<'_>) -> Reply {
        if self.is_due(world) { Reply::Done } else { Reply::Pass }
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match self.press(pointer, at, world) {
            // a second click shows the calls
            true => self.show_calls(world),
            false => Reply::Done,
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let due = self.is_due(world);
        if due {
            self.read(world);
        }
        let panes = panes(body, self.line.is_some());
        self.list.sync(self.groups.rows.len(), usize::from(panes.list.height));
        // the line between stands close to the list
        let room = panes.list.width.saturating_sub(u16::from(panes.rule.height > 1));
        if due || self.columns.as_ref().is_none_or(|(width, _)| *width != room) {
            let rows = &self.groups.rows;
            let columns = T::columns(usize::from(room.saturating_sub(1)), rows, self.tab, world);
            self.columns = Some((room, columns));
        }
        let width = panes.about.width;
        let wanted =
            self.list.at().map(|at| (at, width, self.read.as_ref().map_or(0, |r| r.at_ms)));
        if due || self.about.wants(wanted) {
            let mut paper = Paper::new(world.look, usize::from(width));
            let at = self.list.at();
            if let Some(row) = at.and_then(|at| self.groups.rows.get(at)) {
                self.topic.about(&mut paper, row, self.tab, world);
            }
            self.about.put(wanted, paper.done());
        }
        self.about.fit(panes.about);
        self.in_about &= self.about.has_more();
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let panes = panes(body, self.line.is_some());
        tabs::render(
            buffer,
            panes.tabs,
            (T::TABS, self.tab, T::PLACE),
            &self.rows_line(world),
            world,
        );
        if let Some((pen, spans)) =
            Pen::on(buffer, panes.line, 0, look).as_mut().zip(self.line.as_ref())
        {
            pen.skip(1);
            for span in spans {
                pen.put(&span.content, span.style);
            }
        }
        let Some((_, columns)) = self.columns.as_ref().filter(|_| self.list.at().is_some()) else {
            let under = Rect { y: panes.heads.y, height: body.bottom() - panes.heads.y, ..body };
            return empty::render(buffer, under, &self.topic.nothing(self.tab, world), world);
        };
        let window = self.list.window();
        let rows = &self.groups.rows[window.clone()];
        if let Some(mut pen) = Pen::on(buffer, panes.heads, 0, look) {
            pen.skip(1);
            T::heads(&mut pen, columns, world);
        }
        for (line, row) in rows.iter().enumerate() {
            let here = self.list.at() == Some(window.start + line);
            if here {
                let style = if self.in_about { theme.selected_unfocused } else { theme.selected };
                ground(buffer, panes.list, line, style);
            }
            let Some(mut pen) = Pen::on(buffer, panes.list, line, look) else { break };
            pen.put(if here { look.cursor() } else { " " }, theme.rule_focus);
            T::row(&mut pen, row, columns, world);
        }
        self.about.render(buffer, panes.about, panes.rule, self.in_about, look);
    }

    fn footer(&self) -> &'static [Action] {
        if self.in_about {
            &[Action::Back, Action::NextPane, Action::Down, Action::ShowCalls, Action::Help]
        } else {
            T::FOOTER
        }
    }
}

impl<T: Topic> Board<T> {
    /// Answers to the mouse; true if the row under the cursor was clicked again.
    pub fn press(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> bool {
        let panes = self.panes();
        self.catch_up(world);
        let wheel = match pointer {
            Pointer::WheelDown => Action::Down,
            Pointer::WheelUp => Action::Up,
            Pointer::Click => return self.click(&panes, at, world),
        };
        for _ in 0..WHEEL_ROWS {
            if panes.about.contains(at) {
                self.about.step(wheel);
            } else if panes.list.contains(at) {
                self.list.step(wheel);
            }
        }
        false
    }

    fn click(&mut self, panes: &Panes, at: Position, world: &World<'_>) -> bool {
        if panes.tabs.contains(at) {
            let column = usize::from(at.x - panes.tabs.x);
            if let Some(tab) = tabs::hit(T::TABS, column, world) {
                self.turn(tab);
            }
            return false;
        }
        self.in_about = panes.about.contains(at) && self.about.has_more();
        let line = panes.list.contains(at).then(|| usize::from(at.y - panes.list.y));
        let Some(line) = line.and_then(|line| self.list.line_at(line)) else { return false };
        let again = self.list.at() == Some(line);
        self.list.select(line);
        again
    }
}
