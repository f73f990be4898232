//! One user: the calls in their order as the log has them, and beside them what is odd about the
//! order, the accounts, and the sessions that vendors estimate.

use crate::fql::{parse, quoted};
use crate::inspector::{RowView, SearchProgress, Who};
use crate::report::calls_words;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::app::view_context::{count, grouped};
use crate::tui::dialogs::vendor_picker::VendorsView;
use crate::tui::pages::call_actions;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::layout::{PageShape, Panes, panes};
use crate::tui::pages::lists::side_pane::SidePane;
use crate::tui::pages::lists::tabs;
use crate::tui::pages::log::{ColumnLayout, table};
use crate::tui::pages::people::timeline_reader::{MOST_READ, TimelineReader};
use crate::tui::pages::people::{order_findings, sessions};
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::list_cursor::ListCursor;
use crate::tui::widgets::page_text::PageText;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use std::sync::Arc;

/// What it has besides the calls.
const SHAPE: PageShape = PageShape { has_tabs: true, lines: 1, has_pane: true };
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
    list: ListCursor,
    /// The row under the cursor, once it was moved: it stays there while rows before it are found.
    row: Option<u64>,
    rows: Vec<RowView>,
    layout: ColumnLayout,
    shown: SearchProgress,
    walk: TimelineReader,
    about: SidePane,
    in_about: bool,
    body: Rect,
}

impl UserView {
    /// The page of this one; from now on the user's calls are looked for.
    pub fn new(id: String, ctx: &ViewContext<'_>) -> UserView {
        let filter = calls_of(&id);
        ctx.inspector.trace(parse(&filter).ok().map(Arc::new));
        UserView {
            id,
            filter,
            list: ListCursor::default(),
            row: None,
            rows: Vec::new(),
            layout: ColumnLayout::default(),
            shown: SearchProgress::default(),
            walk: TimelineReader::default(),
            about: SidePane::default(),
            in_about: false,
            body: Rect::default(),
        }
    }

    /// The page closes: the calls are looked for no more.
    pub fn end(&self, ctx: &ViewContext<'_>) {
        ctx.inspector.trace(None);
    }

    /// The log with these calls, from the one under the cursor on.
    pub fn in_the_log(&mut self, ctx: &ViewContext<'_>) -> Response {
        if self.rows.is_empty() {
            self.sync(self.body, ctx);
        }
        match self.example() {
            Some(row) => Response::Behind(self.filter.clone(), Some(row)),
            None => Response::Pass,
        }
    }

    fn panes(&self) -> Panes {
        panes(self.body, SHAPE)
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

    fn write(&self, paper: &mut TextBuilder<'_>, ctx: &ViewContext<'_>) {
        let (look, theme) = (ctx.look, &ctx.look.theme);
        paper.labelled(10, "user", &self.id, theme.heading);
        let timeline = &self.walk.timeline;
        let known = self.walk.is_settled();
        if known && self.shown.rows == 0 {
            return paper.labelled(10, "calls", "none", theme.text);
        }
        paper.labelled(10, "calls", &calls_words(timeline.calls, timeline.repeats), theme.text);
        if timeline.named > 0 {
            let named = grouped(timeline.named);
            let words = format!("{named} more have it only in userId; no vendor in use finds it");
            paper.labelled(10, "", &words, theme.quiet);
        }
        paper.labelled(10, "types", &order_findings::by_type(timeline), theme.text);
        if let Some((first, last)) = timeline.seen {
            let words = format!("first {}, last {}", look.moment(first), look.moment(last));
            paper.labelled(10, "seen", &words, theme.text);
        }
        let accounts = ctx.inspector.members(Who::Users, &self.id);
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
            paper.prose(2, "still reading the calls", theme.quiet);
        }
        if accounts.rows.is_empty() {
            paper.labelled(
                2,
                "  ",
                "! no vendor in use finds an account in these calls",
                theme.warning,
            );
        }
        order_findings::write(paper, (timeline, known), &self.walk.found, ctx);
        sessions::write(paper, &self.walk.sessions, ctx);
        if self.shown.rows > MOST_READ {
            let words = format!(
                "Session ids are read from a sample: {} of {}.",
                count(self.walk.read(), "call", "calls"),
                grouped(self.shown.rows)
            );
            paper.prose(2, &words, theme.quiet);
        }
    }

    /// How many calls there are, as the list of users counts them, and what else stands here.
    fn how_many(&self) -> String {
        let timeline = &self.walk.timeline;
        if !self.walk.is_settled() {
            return count(self.shown.rows, "row", "rows");
        }
        let mut words = count(timeline.calls, "call", "calls");
        if timeline.repeats > 0 {
            words.push_str(&format!(", {}", count(timeline.repeats, "repeat", "repeats")));
        }
        if timeline.named > 0 {
            words.push_str(&format!(", {} more by userId", grouped(timeline.named)));
        }
        words
    }

    /// What stands in place of the calls.
    fn say_nothing(&self, buffer: &mut Buffer, area: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        let mut lines = PageText::new(buffer, area, ctx.look, 1);
        lines.prose(2, &format!("No call of {} is here.", self.id), theme.text);
        let key = |place, action| {
            let keys = ctx.keymap.keys(place, action);
            keys.first().cloned().unwrap_or_default()
        };
        if ctx.shared.stats.cleared.is_some() {
            let (log, undo) = (
                key(KeyContext::Everywhere, Action::ShowLog),
                key(KeyContext::Log, Action::UndoClear),
            );
            let words = " restores the cleared calls";
            lines.write(&[
                ("  ", theme.text),
                (&log, theme.key),
                (", then ", theme.quiet),
                (&undo, theme.key),
                (words, theme.quiet),
            ]);
        }
    }

    fn line(&self, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        let theme = &ctx.look.theme;
        let keys = ctx.keymap.keys(KeyContext::People, Action::Back);
        let mut line = vec![
            Span::styled("user ", theme.label),
            Span::styled(ctx.look.clean(&self.id).into_owned(), theme.heading),
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
    fn place(&self) -> KeyContext {
        KeyContext::People
    }

    fn can(&self, action: Action, _world: &ViewContext<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::ChooseVendors => true,
            Action::NextTab | Action::PreviousTab => false,
            Action::Search | Action::NextMatch | Action::PreviousMatch => false,
            Action::Sort | Action::ReverseSort => false,
            Action::EditFilter | Action::ToggleFilter => false,
            Action::NextPane => self.in_about || self.about.has_more(),
            _ => self.example().is_some(),
        }
    }

    fn example(&self) -> Option<u64> {
        let at = self.list.at()?.checked_sub(self.list.window().start)?;
        self.rows.get(at).map(|row| row.row)
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::ChooseVendors => Response::Open(Box::new(VendorsView::new(ctx))),
            Action::Back | Action::BackOrQuit if std::mem::take(&mut self.in_about) => {
                Response::Done
            }
            Action::Back | Action::BackOrQuit => Response::Close,
            Action::NextPane => {
                self.in_about = !self.in_about && self.about.has_more();
                Response::Done
            }
            Action::Search
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::EditFilter
            | Action::ToggleFilter => {
                let key = ctx.keymap.first_key(KeyContext::People, Action::ShowCalls);
                Response::Say(format!("{key} shows these calls in the log, which has that key"))
            }
            Action::Sort | Action::ReverseSort => {
                Response::Say("the calls of a user stand in their order".to_owned())
            }
            Action::ShowCalls if self.example().is_some() => {
                Response::Behind(self.filter.clone(), None)
            }
            action => call_actions::act(action, self.example(), None, ctx).unwrap_or_else(|| {
                let moved = match self.in_about {
                    true => self.about.step(action),
                    false => self.list.step(action),
                };
                self.row = self.row.filter(|_| self.in_about || !moved);
                if moved { Response::Done } else { Response::Pass }
            }),
        }
    }

    fn tick(&mut self, ctx: &ViewContext<'_>) -> Response {
        let unread = self.rows.iter().any(|row| row.unread);
        if unread || self.walk.is_due(ctx) { Response::Done } else { Response::Pass }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.body = body;
        let (inspector, panes) = (ctx.inspector, self.panes());
        let before = self.shown;
        self.shown = inspector.traced();
        self.walk.go_on(ctx);
        self.list.sync(self.shown.rows as usize, usize::from(panes.list.height));
        let stays = self.row.filter(|_| before.generation == self.shown.generation);
        if let Some(row) = stays {
            self.list.select(inspector.traced_place(row) as usize);
        }
        let window = self.list.window();
        let rows = inspector.traced_rows(window.start as u64..window.end as u64);
        self.rows = inspector.window_of(&rows, &ctx.shared.fields);
        // who never moved stays at the first call
        self.row = self.example().filter(|_| self.list.at() != Some(0));
        self.layout.see(&self.rows, ctx);
        self.layout.fit(usize::from(panes.heads.width), ctx);
        let width = panes.about.width;
        let judged = usize::try_from(ctx.shared.judged).unwrap_or(0);
        let wanted = Some((judged, width, self.walk.changes + (self.shown.rows << 20)));
        if self.about.wants(wanted) {
            let mut paper = TextBuilder::new(ctx.look, usize::from(width));
            self.write(&mut paper, ctx);
            self.about.put(wanted, paper.done());
        }
        self.about.fit(panes.about);
        self.in_about &= self.about.has_more();
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let panes = panes(body, SHAPE);
        let right = [Span::styled(self.how_many(), look.theme.quiet)];
        tabs::render(buffer, panes.tabs, (TABS, 0, KeyContext::People), &right, ctx);
        if let Some(mut painter) = Painter::on(buffer, panes.lines, 0, look) {
            painter.skip(1);
            for span in self.line(ctx) {
                painter.put(&span.content, span.style);
            }
        }
        let log = Rect { height: panes.heads.height + panes.list.height, ..panes.heads };
        let rows = (&self.rows[..], &self.layout);
        table(buffer, log, rows, self.example(), !self.in_about, ctx);
        if self.rows.is_empty() && self.walk.is_settled() {
            self.say_nothing(buffer, panes.list, ctx);
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
