//! What the pages that count have in common: reading, the list, the tabs, the pane beside it, keys
//! and mouse. What is counted, and how a row looks, is a [`ListContent`].

use crate::inspector::GroupedRows;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view_context::{count, grouped};
use crate::tui::dialogs::help::HelpView;
use crate::tui::dialogs::vendor_picker::VendorsView;
use crate::tui::pages::call_actions;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::layout::{Panes, panes};
use crate::tui::pages::lists::side_pane::SidePane;
use crate::tui::pages::lists::{Pointer, Response, View, ViewContext, empty_page, tabs};
use crate::tui::theme::painter::{Painter, ground};
use crate::tui::widgets::list_cursor::ListCursor;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// Counts are read again no sooner than this: to group them costs more than to draw them.
const EVERY_MS: u64 = 200;
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

/// What a page counts.
pub trait ListContent {
    /// Whose keys are in force.
    const PLACE: KeyContext = KeyContext::Counts;
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
    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<Self::Row>;
    /// What stands in a line of its own above the list, of what was read last.
    fn line(&self, _world: &ViewContext<'_>) -> Option<Vec<Span<'static>>> {
        None
    }
    /// Whether two rows stand for the same, at two moments.
    fn same(a: &Self::Row, b: &Self::Row) -> bool;
    /// The columns for so much room: worked out when rows were read, so that they stay where they
    /// are while the list is moved.
    fn columns(room: usize, rows: &[Self::Row], tab: usize, ctx: &ViewContext<'_>)
    -> Self::Columns;
    /// Draws the heads of the columns.
    fn heads(painter: &mut Painter<'_>, columns: &Self::Columns, ctx: &ViewContext<'_>);
    /// Draws a row.
    fn row(
        painter: &mut Painter<'_>,
        row: &Self::Row,
        columns: &Self::Columns,
        ctx: &ViewContext<'_>,
    );
    /// Writes all about a row.
    fn about(
        &mut self,
        paper: &mut TextBuilder<'_>,
        row: &Self::Row,
        tab: usize,
        ctx: &ViewContext<'_>,
    );
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
        ctx: &ViewContext<'_>,
    ) -> Result<String, String>;
    /// What the empty page says.
    fn nothing(&self, tab: usize, ctx: &ViewContext<'_>) -> empty_page::EmptyPage;
}

/// What the rows were read at.
struct ListVersion {
    tab: usize,
    version: u64,
    judged: u64,
    at_ms: u64,
}

/// A page that counts.
pub struct ListPage<T: ListContent> {
    topic: T,
    tab: usize,
    groups: GroupedRows<T::Row>,
    read: Option<ListVersion>,
    list: ListCursor,
    columns: Option<(u16, T::Columns)>,
    about: SidePane,
    in_about: bool,
    line: Option<Vec<Span<'static>>>,
    body: Rect,
}

impl<T: ListContent + Default> Default for ListPage<T> {
    fn default() -> ListPage<T> {
        ListPage::new(T::default())
    }
}

impl<T: ListContent> ListPage<T> {
    /// A page about something.
    pub fn new(topic: T) -> ListPage<T> {
        ListPage {
            topic,
            tab: 0,
            groups: GroupedRows { rows: Vec::new(), of: 0, other: 0 },
            read: None,
            list: ListCursor::default(),
            columns: None,
            about: SidePane::default(),
            in_about: false,
            line: None,
            body: Rect::default(),
        }
    }

    /// Whether what is shown was read too long ago.
    fn is_due(&self, ctx: &ViewContext<'_>) -> bool {
        self.read.as_ref().is_none_or(|read| {
            let waited = ctx.shared.now_ms >= read.at_ms + EVERY_MS;
            (read.tab, read.judged) != (self.tab, ctx.shared.judged)
                || (waited && read.version != ctx.inspector.version())
        })
    }

    /// Reads the rows, with the cursor on the same one as before.
    fn read(&mut self, ctx: &ViewContext<'_>) {
        let version = ctx.inspector.version();
        let groups = self.topic.read(self.tab, ctx);
        self.line = self.topic.line(ctx);
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
        let (judged, at_ms) = (ctx.shared.judged, ctx.shared.now_ms);
        self.read = Some(ListVersion { tab: self.tab, version, judged, at_ms });
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
    pub fn catch_up(&mut self, ctx: &ViewContext<'_>) {
        if self.read.as_ref().is_none_or(|read| read.tab != self.tab) {
            self.read(ctx);
        }
    }

    fn turn(&mut self, tab: usize) -> Response {
        (self.tab, self.in_about) = (tab, false);
        self.list.select(0);
        Response::Done
    }

    fn show_calls(&self, ctx: &ViewContext<'_>) -> Response {
        let Some(row) = self.selected() else { return Response::Pass };
        match self.topic.behind(row, self.tab, &self.groups.rows, ctx) {
            Ok(filter) => Response::Behind(filter, None),
            Err(why) => Response::Say(why),
        }
    }

    fn step(&mut self, action: Action) -> Response {
        let moved = if self.in_about { self.about.step(action) } else { self.list.step(action) };
        if moved { Response::Done } else { Response::Pass }
    }

    fn rows_line(&self, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        let theme = &ctx.look.theme;
        let shown = self.groups.rows.len() as u64;
        let (one, many) = T::WORDS;
        let mut out = vec![Span::styled(count(self.groups.of, one, many), theme.quiet)];
        if shown < self.groups.of {
            out.push(Span::styled(format!(", the first {}", grouped(shown)), theme.warning));
        }
        if self.groups.other > 0 {
            let calls = count(self.groups.other, "call", "calls");
            out.push(Span::styled(format!("  {calls} not counted separately"), theme.lost));
        }
        out
    }
}

impl<T: ListContent> View for ListPage<T> {
    fn place(&self) -> KeyContext {
        T::PLACE
    }

    fn can(&self, action: Action, _world: &ViewContext<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::ChooseVendors => true,
            Action::NextTab | Action::PreviousTab => T::TABS.len() > 1,
            Action::NextPane => self.in_about || self.about.has_more(),
            // of what never came there are no calls
            Action::ShowCalls => self.example().is_some(),
            action if call_actions::is_copy(action) => self.example().is_some(),
            _ => self.list.at().is_some(),
        }
    }

    fn example(&self) -> Option<u64> {
        self.selected().and_then(T::example)
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        let tabs = T::TABS.len();
        self.catch_up(ctx);
        match action {
            Action::Help => Response::Open(Box::new(HelpView::new(T::PLACE))),
            Action::ChooseVendors => Response::Open(Box::new(VendorsView::new(ctx))),
            Action::Back | Action::BackOrQuit if std::mem::take(&mut self.in_about) => {
                Response::Done
            }
            Action::Back | Action::BackOrQuit => Response::Close,
            Action::NextTab => self.turn((self.tab + 1) % tabs),
            Action::PreviousTab => self.turn((self.tab + tabs - 1) % tabs),
            Action::NextPane => {
                self.in_about = !self.in_about && self.about.has_more();
                Response::Done
            }
            Action::ShowCalls => self.show_calls(ctx),
            action => {
                let (row, code) = (self.example(), self.selected().and_then(T::code));
                call_actions::act(action, row, code, ctx).unwrap_or_else(|| self.step(action))
            }
        }
    }

    fn tick(&mut self, ctx: &ViewContext<'_>) -> Response {
        if self.is_due(ctx) { Response::Done } else { Response::Pass }
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        match self.press(pointer, at, ctx) {
            // a second click shows the calls
            true => self.show_calls(ctx),
            false => Response::Done,
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.body = body;
        let due = self.is_due(ctx);
        if due {
            self.read(ctx);
        }
        let panes = panes(body, self.line.is_some());
        self.list.sync(self.groups.rows.len(), usize::from(panes.list.height));
        // the line between stands close to the list
        let room = panes.list.width.saturating_sub(u16::from(panes.rule.height > 1));
        if due || self.columns.as_ref().is_none_or(|(width, _)| *width != room) {
            let rows = &self.groups.rows;
            let columns = T::columns(usize::from(room.saturating_sub(1)), rows, self.tab, ctx);
            self.columns = Some((room, columns));
        }
        let width = panes.about.width;
        let wanted =
            self.list.at().map(|at| (at, width, self.read.as_ref().map_or(0, |r| r.at_ms)));
        if due || self.about.wants(wanted) {
            let mut paper = TextBuilder::new(ctx.look, usize::from(width));
            let at = self.list.at();
            if let Some(row) = at.and_then(|at| self.groups.rows.get(at)) {
                self.topic.about(&mut paper, row, self.tab, ctx);
            }
            self.about.put(wanted, paper.done());
        }
        self.about.fit(panes.about);
        self.in_about &= self.about.has_more();
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let theme = &look.theme;
        let panes = panes(body, self.line.is_some());
        tabs::render(buffer, panes.tabs, (T::TABS, self.tab, T::PLACE), &self.rows_line(ctx), ctx);
        if let Some((painter, spans)) =
            Painter::on(buffer, panes.line, 0, look).as_mut().zip(self.line.as_ref())
        {
            painter.skip(1);
            for span in spans {
                painter.put(&span.content, span.style);
            }
        }
        let Some((_, columns)) = self.columns.as_ref().filter(|_| self.list.at().is_some()) else {
            let under = Rect { y: panes.heads.y, height: body.bottom() - panes.heads.y, ..body };
            return empty_page::render(buffer, under, &self.topic.nothing(self.tab, ctx), ctx);
        };
        let window = self.list.window();
        let rows = &self.groups.rows[window.clone()];
        if let Some(mut painter) = Painter::on(buffer, panes.heads, 0, look) {
            painter.skip(1);
            T::heads(&mut painter, columns, ctx);
        }
        for (line, row) in rows.iter().enumerate() {
            let here = self.list.at() == Some(window.start + line);
            if here {
                let style = if self.in_about { theme.selected_unfocused } else { theme.selected };
                ground(buffer, panes.list, line, style);
            }
            let Some(mut painter) = Painter::on(buffer, panes.list, line, look) else { break };
            painter.put(if here { look.cursor() } else { " " }, theme.rule_focus);
            T::row(&mut painter, row, columns, ctx);
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

impl<T: ListContent> ListPage<T> {
    /// Answers to the mouse; true if the row under the cursor was clicked again.
    pub fn press(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> bool {
        let panes = self.panes();
        self.catch_up(ctx);
        let wheel = match pointer {
            Pointer::WheelDown => Action::Down,
            Pointer::WheelUp => Action::Up,
            Pointer::Click => return self.click(&panes, at, ctx),
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

    fn click(&mut self, panes: &Panes, at: Position, ctx: &ViewContext<'_>) -> bool {
        if panes.tabs.contains(at) {
            let column = usize::from(at.x - panes.tabs.x);
            if let Some(tab) = tabs::hit(T::TABS, column, ctx) {
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
