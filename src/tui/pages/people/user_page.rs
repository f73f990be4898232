//! The page of one user: the calls in their order as in the log, and beside them remarks about the
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
use crate::tui::pages::people::timeline_reader::{MAX_READ_CALLS, TimelineReader};
use crate::tui::pages::people::{order_findings, sessions};
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::list_cursor::ListCursor;
use crate::tui::widgets::page_text::PageText;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use std::sync::Arc;

/// The parts of the page besides the calls.
const SHAPE: PageShape = PageShape { has_tabs: true, lines: 1, has_pane: true };
/// The only tab.
const TABS: &[&str] = &["calls of one user"];
/// The rows that one turn of the wheel scrolls.
const WHEEL_ROWS: usize = 3;
/// The maximum number of accounts that are listed.
const MAX_SHOWN_ACCOUNTS: usize = 20;

/// Returns the filter for a user's calls: those in which a vendor finds this user id, and those
/// with this `userId` in which no vendor finds any. A call in which a vendor finds another user id
/// is not this user's, whatever its `userId` is.
pub fn calls_of(user: &str) -> String {
    format!("user_id = {id} or (user_id = null and userId = {id})", id = quoted(user))
}

/// The state of the page of a user.
pub struct UserView {
    id: String,
    /// The filter for the user's calls.
    filter: String,
    list: ListCursor,
    /// The row under the cursor, once the user moved it. The cursor stays on it while rows before
    /// it are found.
    row: Option<u64>,
    rows: Vec<RowView>,
    layout: ColumnLayout,
    shown: SearchProgress,
    reader: TimelineReader,
    about: SidePane,
    in_about: bool,
    body: Rect,
}

impl UserView {
    /// Returns the page of a user, and starts the search for the user's calls.
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
            reader: TimelineReader::default(),
            about: SidePane::default(),
            in_about: false,
            body: Rect::default(),
        }
    }

    /// Stops the search for the user's calls. Called when the page closes.
    pub fn end(&self, ctx: &ViewContext<'_>) {
        ctx.inspector.trace(None);
    }

    /// Shows these calls in the log, with the cursor on the same call.
    pub fn show_in_log(&mut self, ctx: &ViewContext<'_>) -> Response {
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

    /// Handles the mouse. Returns true if the row under the cursor was clicked again.
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

    fn write(&self, builder: &mut TextBuilder<'_>, ctx: &ViewContext<'_>) {
        let (look, theme) = (ctx.look, &ctx.look.theme);
        builder.labelled(10, "user", &self.id, theme.heading);
        let timeline = &self.reader.timeline;
        let known = self.reader.is_settled();
        if known && self.shown.rows == 0 {
            return builder.labelled(10, "calls", "none", theme.text);
        }
        builder.labelled(10, "calls", &calls_words(timeline.calls, timeline.repeats), theme.text);
        if timeline.named > 0 {
            let named = grouped(timeline.named);
            let words = format!("{named} more have it only in userId; no vendor in use finds it");
            builder.labelled(10, "", &words, theme.quiet);
        }
        builder.labelled(10, "types", &order_findings::by_type(timeline), theme.text);
        if let Some((first, last)) = timeline.seen {
            let words = format!("first {}, last {}", look.moment(first), look.moment(last));
            builder.labelled(10, "seen", &words, theme.text);
        }
        let accounts = ctx.inspector.members(Who::Users, &self.id);
        for (at, account) in accounts.rows.iter().take(MAX_SHOWN_ACCOUNTS).enumerate() {
            let label = if at == 0 { "accounts" } else { "" };
            let since = grouped(account.since);
            let words = format!("{} since call #{since}", account.id);
            builder.labelled(10, label, &words, theme.text);
        }
        let more = accounts.rows.len().saturating_sub(MAX_SHOWN_ACCOUNTS) as u64;
        if more > 0 {
            builder.labelled(10, "", &format!("and {} more", grouped(more)), theme.quiet);
        }
        builder.heading("Order", "what the calls show, and what vendors find");
        if !known {
            builder.prose(2, "still reading the calls", theme.quiet);
        }
        if accounts.rows.is_empty() {
            builder.labelled(
                2,
                "  ",
                "! no vendor in use finds an account in these calls",
                theme.warning,
            );
        }
        order_findings::write(builder, (timeline, known), &self.reader.found, ctx);
        sessions::write(builder, &self.reader.sessions, ctx);
        if self.shown.rows > MAX_READ_CALLS {
            let words = format!(
                "Session ids are read from a sample: {} of {}.",
                count(self.reader.read(), "call", "calls"),
                grouped(self.shown.rows)
            );
            builder.prose(2, &words, theme.quiet);
        }
    }

    /// Returns the number of calls, counted as in the list of users, and of the other rows here.
    fn calls_summary(&self) -> String {
        let timeline = &self.reader.timeline;
        if !self.reader.is_settled() {
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

    /// Draws the text of an empty page.
    fn render_empty(&self, buffer: &mut Buffer, area: Rect, ctx: &ViewContext<'_>) {
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
        if !self.reader.is_settled() && self.shown.looked_at < self.shown.of {
            let part = self.shown.looked_at * 100 / self.shown.of.max(1);
            line.push(Span::styled(format!("  {part}% searched"), theme.warning));
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

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
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
        if unread || self.reader.is_due(ctx) { Response::Done } else { Response::Pass }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.body = body;
        let (inspector, panes) = (ctx.inspector, self.panes());
        let before = self.shown;
        self.shown = inspector.traced();
        self.reader.advance(ctx);
        self.list.sync(self.shown.rows as usize, usize::from(panes.list.height));
        let stays = self.row.filter(|_| before.generation == self.shown.generation);
        if let Some(row) = stays {
            self.list.select(inspector.traced_place(row) as usize);
        }
        let window = self.list.window();
        let rows = inspector.traced_rows(window.start as u64..window.end as u64);
        self.rows = inspector.window_of(&rows, &ctx.shared.fields);
        // a cursor that was never moved stays at the first call
        self.row = self.example().filter(|_| self.list.at() != Some(0));
        self.layout.see(&self.rows, ctx);
        self.layout.fit(usize::from(panes.heads.width), ctx);
        let width = panes.about.width;
        let judged = usize::try_from(ctx.shared.judged).unwrap_or(0);
        let wanted = Some((judged, width, self.reader.changes + (self.shown.rows << 20)));
        if self.about.wants(wanted) {
            let mut builder = TextBuilder::new(ctx.look, usize::from(width));
            self.write(&mut builder, ctx);
            self.about.put(wanted, builder.done());
        }
        self.about.fit(panes.about);
        self.in_about &= self.about.has_more();
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let panes = panes(body, SHAPE);
        let right = [Span::styled(self.calls_summary(), look.theme.quiet)];
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
        if self.rows.is_empty() && self.reader.is_settled() {
            self.render_empty(buffer, panes.list, ctx);
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
