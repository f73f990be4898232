//! What a page with a list of rows shows: [`ListPage`](super::list_page::ListPage) does the rest.

use crate::inspector::GroupedRows;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::empty_page;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::theme::painter::Painter;
use ratatui::text::Span;

/// What a page counts.
pub trait ListContent {
    /// The page that it is on.
    const PAGE: Page;
    /// Whose keys are in force.
    const PLACE: KeyContext = KeyContext::Counts;
    /// What the keys are for, the most useful first.
    const FOOTER: &'static [Action] = &[
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
        Action::Compose,
        Action::CopySdkCall,
    ];
    /// A line of the list.
    type Row: 'static;
    /// How wide the columns are.
    type Columns;
    /// The tabs, from the left.
    const TABS: &'static [&'static str];
    /// What there are many of, in words.
    const WORDS: (&'static str, &'static str);
    /// The rows of a tab.
    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<Self::Row>;
    /// What stands in lines of their own above the list, of what was read last.
    fn lines(&self, _world: &ViewContext<'_>) -> Vec<Vec<Span<'static>>> {
        Vec::new()
    }
    /// All that a row says, in full: what a search looks through.
    fn text(row: &Self::Row, tab: usize, ctx: &ViewContext<'_>) -> String;
    /// The columns of a tab that its rows can be sorted by, from the left.
    fn sorts(tab: usize) -> &'static [SortColumn<Self::Row>];
    /// Notes in each row how it stands to the one above it. Called when the rows are in order.
    fn compare_neighbors(_rows: &mut [Self::Row]) {}
    /// Whether two rows stand for the same, at two moments.
    fn same(a: &Self::Row, b: &Self::Row) -> bool;
    /// The columns for so much room: worked out when rows were read, so that they stay where they
    /// are while the list is moved.
    fn columns(room: usize, rows: &[Self::Row], tab: usize, ctx: &ViewContext<'_>)
    -> Self::Columns;
    /// Draws the heads of the columns.
    fn heads(
        painter: &mut Painter<'_>,
        columns: &Self::Columns,
        sorted: &SortedHead,
        ctx: &ViewContext<'_>,
    );
    /// Draws a row.
    fn row(
        painter: &mut Painter<'_>,
        row: &Self::Row,
        columns: &Self::Columns,
        ctx: &ViewContext<'_>,
    );
    /// Writes all about a row, for the pane beside or below the list.
    fn about(
        &mut self,
        paper: &mut TextBuilder<'_>,
        row: &Self::Row,
        tab: usize,
        ctx: &ViewContext<'_>,
    );
    /// Whether its rows count calls, so that a filter decides which.
    const COUNTS_CALLS: bool = true;
    /// Whether there is a pane beside or below the list.
    const HAS_PANE: bool = true;
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
