//! The common part of all list pages: reading, the list, the tabs, the side pane, keys and mouse.
//! The counts and the drawing of a row come from a [`ListContent`].

use crate::inspector::{CountProgress, GroupedRows};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::{FilterChange, SearchScope};
use crate::tui::bars::filter_bar;
use crate::tui::dialogs::help::HelpView;
use crate::tui::dialogs::vendor_picker::VendorsView;
use crate::tui::pages::call_actions;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::layout::{PageShape, Panes, panes};
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::row_search::RowSearch;
use crate::tui::pages::lists::search_and_sort::searched;
use crate::tui::pages::lists::side_pane::SidePane;
use crate::tui::pages::lists::sort::SortOrder;
use crate::tui::pages::lists::{Pointer, Response, View, ViewContext, empty_page, tabs};
use crate::tui::prompts::{SearchView, toggle_filter};
use crate::tui::theme::painter::{Painter, ground};
use crate::tui::widgets::list_cursor::ListCursor;
use crate::tui::widgets::match_count::MatchCount;
use crate::tui::widgets::match_highlight;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The minimum interval between two readings of the counts, because grouping costs more than
/// drawing.
const MIN_REFRESH_INTERVAL_MS: u64 = 200;

/// The versions of the data that the rows were read from.
struct ListVersion {
    tab: usize,
    version: u64,
    judged: u64,
    /// True if all calls that pass the filter were counted.
    complete: bool,
    at_ms: u64,
}

/// A page with a list of counts.
pub struct ListPage<T: ListContent> {
    pub(super) topic: T,
    pub(super) tab: usize,
    pub(super) groups: GroupedRows<T::Row>,
    read: Option<ListVersion>,
    pub(super) list: ListCursor,
    columns: Option<(u16, T::Columns)>,
    pub(super) about: SidePane,
    pub(super) in_about: bool,
    lines: Vec<Vec<Span<'static>>>,
    pub(super) order: SortOrder,
    pub(super) search: RowSearch,
    /// The progress of counting the calls that pass the filter.
    pub(super) counted: Option<CountProgress>,
    /// The generation of the filter whose rows were counted completely once. From then on only new
    /// rows are counted.
    counted_once: Option<u64>,
    /// The number of times that the rows were read.
    reads: u64,
    body: Rect,
}

impl<T: ListContent + Default> Default for ListPage<T> {
    fn default() -> ListPage<T> {
        ListPage::new(T::default())
    }
}

impl<T: ListContent> ListPage<T> {
    /// Returns a page with the given contents.
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
            lines: Vec::new(),
            order: SortOrder::default(),
            search: RowSearch::default(),
            counted: None,
            counted_once: None,
            reads: 0,
            body: Rect::default(),
        }
    }

    /// Returns true if the rows have to be read again.
    fn is_due(&self, ctx: &ViewContext<'_>) -> bool {
        self.read.as_ref().is_none_or(|read| {
            // the first complete counts are shown at once
            let was_counted = self.counted_once == Some(ctx.shared.shown.generation);
            let is_counted = !read.complete && !was_counted && is_counted::<T>(ctx);
            let waited = ctx.shared.now_ms >= read.at_ms + MIN_REFRESH_INTERVAL_MS;
            (read.tab, read.judged) != (self.tab, ctx.shared.judged)
                || is_counted
                || (waited && read.version != ctx.inspector.version())
        })
    }

    /// Returns true while the calls that pass the filter are counted for the first time.
    fn counts_on(&self, ctx: &ViewContext<'_>) -> bool {
        self.counted_once != Some(ctx.shared.shown.generation) && !is_counted::<T>(ctx)
    }

    /// Reads the rows, with the cursor on the same row as before. A cursor at the top stays there,
    /// because the most important rows are at the top.
    fn read(&mut self, ctx: &ViewContext<'_>) {
        let is_at_top = self.list.at() == Some(0);
        self.read_rows(!is_at_top, ctx);
    }

    pub(super) fn read_rows(&mut self, keeps_row: bool, ctx: &ViewContext<'_>) {
        let (version, complete) = (ctx.inspector.version(), is_counted::<T>(ctx));
        let mut groups = self.topic.read(self.tab, ctx);
        self.order.sort(&mut groups.rows, T::sorts(self.tab));
        T::compare_neighbors(&mut groups.rows);
        self.reads += 1;
        self.lines = self.topic.lines(ctx);
        let before =
            self.selected().filter(|_| self.read.as_ref().is_some_and(|r| r.tab == self.tab));
        let at = before.and_then(|row| groups.rows.iter().position(|other| T::same(row, other)));
        let at = at.filter(|_| keeps_row);
        self.groups = groups;
        self.list.sync(self.groups.rows.len(), usize::from(self.panes().list.height));
        if let Some(at) = at {
            self.list.select(at);
        }
        let (judged, at_ms) = (ctx.shared.judged, ctx.shared.now_ms);
        if complete {
            self.counted_once = Some(ctx.shared.shown.generation);
        }
        self.read = Some(ListVersion { tab: self.tab, version, judged, complete, at_ms });
        self.compare(ctx);
    }

    pub(super) fn panes(&self) -> Panes {
        let lines = u16::try_from(self.lines.len()).unwrap_or(u16::MAX);
        let has_tabs = !T::TABS.is_empty();
        panes(self.body, PageShape { has_tabs, lines, has_pane: T::HAS_PANE })
    }

    /// Returns the number of rows in view.
    pub fn visible_rows(&self) -> usize {
        self.list.window().len()
    }

    /// Returns the contents.
    pub fn content(&self) -> &T {
        &self.topic
    }

    /// Returns the open tab.
    pub fn tab(&self) -> usize {
        self.tab
    }

    /// Returns the row under the cursor.
    pub fn selected(&self) -> Option<&T::Row> {
        self.groups.rows.get(self.list.at()?)
    }

    /// Reads the rows of the open tab if necessary, because keys may come faster than frames.
    pub fn catch_up(&mut self, ctx: &ViewContext<'_>) {
        if self.read.as_ref().is_none_or(|read| read.tab != self.tab) {
            self.read(ctx);
        }
    }

    pub(super) fn open_tab(&mut self, tab: usize) -> Response {
        (self.tab, self.in_about, self.order) = (tab, false, SortOrder::default());
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
}

/// Returns true if all calls that pass the filter are counted.
fn is_counted<T: ListContent>(ctx: &ViewContext<'_>) -> bool {
    let counted = ctx.inspector.counted().filter(|_| T::COUNTS_CALLS);
    counted.is_none_or(|counted| counted.is_complete())
}

/// Splits the page's body into the page and the line of the filter.
fn split<T: ListContent>(body: Rect, ctx: &ViewContext<'_>) -> (Rect, Rect) {
    let height = if T::COUNTS_CALLS { filter_bar::height(ctx).min(body.height) } else { 0 };
    let left = Rect { height: body.height - height, ..body };
    (left, Rect { y: left.bottom(), height, ..body })
}

impl<T: ListContent> View for ListPage<T> {
    fn place(&self) -> KeyContext {
        T::PLACE
    }

    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::ChooseVendors => true,
            Action::NextTab | Action::PreviousTab => T::TABS.len() > 1,
            Action::NextMatch | Action::PreviousMatch => self.search.is_on(),
            Action::EditFilter => ctx.shared.rows > 0,
            Action::ToggleFilter => !ctx.shared.filtering.text().is_empty(),
            Action::NextPane => self.in_about || self.about.has_more(),
            // a row for something that never came has no calls
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
            // the first `esc` removes the highlights of the search
            Action::Back if searched::<T>(ctx).is_some() => {
                let scope = SearchScope::Rows(T::PAGE);
                Response::Filter(FilterChange::Search(scope, String::new()))
            }
            Action::Back | Action::BackOrQuit if std::mem::take(&mut self.in_about) => {
                Response::Done
            }
            Action::Back | Action::BackOrQuit => Response::Close,
            Action::NextTab => self.open_tab((self.tab + 1) % tabs),
            Action::PreviousTab => self.open_tab((self.tab + tabs - 1) % tabs),
            Action::NextPane => {
                self.in_about = !self.in_about && self.about.has_more();
                Response::Done
            }
            Action::ShowCalls => self.show_calls(ctx),
            Action::EditFilter if T::COUNTS_CALLS => Response::EditFilter,
            Action::ToggleFilter => toggle_filter(T::PLACE, ctx),
            Action::Search if self.groups.rows.is_empty() => {
                Response::Say("there are no rows to search".to_owned())
            }
            Action::Search => {
                self.search.begin(self.list.at().unwrap_or(0));
                let scope = SearchScope::Rows(T::PAGE);
                Response::Open(Box::new(SearchView::new(scope, ctx)))
            }
            Action::NextMatch => self.next_match(true, ctx),
            Action::PreviousMatch => self.next_match(false, ctx),
            Action::Sort | Action::ReverseSort => self.sort(action, ctx),
            action => {
                let (row, code) = (self.example(), self.selected().and_then(T::code));
                call_actions::act(action, row, code, ctx).unwrap_or_else(|| self.step(action))
            }
        }
    }

    fn end_search(&mut self, accepted: bool, ctx: &ViewContext<'_>) -> Response {
        self.follow_search(ctx);
        let Some((to, wrapped)) = self.search.end(accepted) else {
            return Response::Say(self.no_match(ctx));
        };
        self.list.select(to);
        match wrapped {
            true => Response::Say("search continued from the top".to_owned()),
            false => Response::Done,
        }
    }

    fn match_count(&self, _ctx: &ViewContext<'_>) -> Option<MatchCount> {
        let shown = self.groups.rows.len() as u64;
        self.search.count(self.list.at(), (shown < self.groups.of).then_some(shown))
    }

    fn tick(&mut self, ctx: &ViewContext<'_>) -> Response {
        if self.is_due(ctx) || self.counts_on(ctx) { Response::Done } else { Response::Pass }
    }

    fn has_inner(&self, ctx: &ViewContext<'_>) -> bool {
        self.in_about || searched::<T>(ctx).is_some()
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        match self.press(pointer, at, ctx) {
            // a second click shows the calls
            true => self.show_calls(ctx),
            false => Response::Done,
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        (self.body, _) = split::<T>(body, ctx);
        self.counted = ctx.inspector.counted().filter(|_| T::COUNTS_CALLS);
        let due = self.is_due(ctx);
        if due {
            self.read(ctx);
        }
        self.follow_search(ctx);
        let panes = self.panes();
        self.list.sync(self.groups.rows.len(), usize::from(panes.list.height));
        if let Some(row) = self.search.preview() {
            self.list.select(row);
        }
        // the vertical line is right beside the list, so the last column of the list stays blank
        let room = panes.list.width.saturating_sub(u16::from(panes.rule.height > 1));
        if due || self.columns.as_ref().is_none_or(|(width, _)| *width != room) {
            let rows = &self.groups.rows;
            let columns = T::columns(usize::from(room.saturating_sub(1)), rows, self.tab, ctx);
            self.columns = Some((room, columns));
        }
        let width = panes.about.width;
        let wanted = self.list.at().map(|at| (at, width, self.reads));
        if due || self.about.wants(wanted) {
            let mut builder = TextBuilder::new(ctx.look, usize::from(width));
            let at = self.list.at();
            if let Some(row) = at.and_then(|at| self.groups.rows.get(at)) {
                self.topic.about(&mut builder, row, self.tab, ctx);
            }
            self.about.put(wanted, builder.done());
        }
        self.about.fit(panes.about);
        self.in_about &= self.about.has_more();
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let theme = &look.theme;
        let (body, bar) = split::<T>(body, ctx);
        if !bar.is_empty() {
            filter_bar::render_counted(buffer, bar, self.counted, ctx);
        }
        let panes = self.panes();
        tabs::render(buffer, panes.tabs, (T::TABS, self.tab, T::PLACE), &self.rows_line(ctx), ctx);
        for (nth, spans) in self.lines.iter().enumerate() {
            let Some(mut painter) = Painter::on(buffer, panes.lines, nth, look) else { break };
            painter.skip(1);
            for span in spans {
                painter.put(&span.content, span.style);
            }
        }
        let Some((_, columns)) = self.columns.as_ref().filter(|_| self.list.at().is_some()) else {
            let under = Rect { y: panes.heads.y, height: body.bottom() - panes.heads.y, ..body };
            return empty_page::render(buffer, under, &self.nothing(ctx), ctx);
        };
        let window = self.list.window();
        let rows = &self.groups.rows[window.clone()];
        if let Some(mut painter) = Painter::on(buffer, panes.heads, 0, look) {
            painter.skip(1);
            let sorted = self.order.head(T::sorts(self.tab), look);
            T::heads(&mut painter, columns, &sorted, ctx);
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
        match_highlight::mark(buffer, panes.list, searched::<T>(ctx), look);
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
