//! The contents of a list page. [`ListPage`](super::list_page::ListPage) does the rest.

use crate::inspector::GroupedRows;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::empty_page;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::theme::painter::Painter;
use ratatui::text::Span;

/// The contents of a list page.
pub trait ListContent {
    /// The page.
    const PAGE: Page;
    /// The context whose keys are in force.
    const PLACE: KeyContext = KeyContext::Counts;
    /// The actions in the footer, the most useful first.
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
    /// The widths of the columns.
    type Columns;
    /// The tabs, from the left.
    const TABS: &'static [&'static str];
    /// The word for one row and for several rows.
    const WORDS: (&'static str, &'static str);
    /// Reads the rows of a tab.
    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<Self::Row>;
    /// Returns the page's own lines above the list, from the rows read last.
    fn lines(&self, _ctx: &ViewContext<'_>) -> Vec<Vec<Span<'static>>> {
        Vec::new()
    }
    /// Returns the full text of a row, for searches.
    fn text(row: &Self::Row, tab: usize, ctx: &ViewContext<'_>) -> String;
    /// Returns the columns of a tab that its rows can be sorted by, from the left.
    fn sorts(tab: usize) -> &'static [SortColumn<Self::Row>];
    /// Compares each row with the one above it. Called when the rows are in order.
    fn compare_neighbors(_rows: &mut [Self::Row]) {}
    /// Returns true if two rows, read at different times, stand for the same subject.
    fn same(a: &Self::Row, b: &Self::Row) -> bool;
    /// Returns the columns for a width. They are computed when rows are read, so that they do not
    /// change while the list is scrolled.
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
    /// Writes the side pane about a row.
    fn about(
        &mut self,
        builder: &mut TextBuilder<'_>,
        row: &Self::Row,
        tab: usize,
        ctx: &ViewContext<'_>,
    );
    /// True if the rows count calls, so that a filter decides which calls count.
    const COUNTS_CALLS: bool = true;
    /// True if there is a pane beside or below the list.
    const HAS_PANE: bool = true;
    /// Returns the row of the log that is a row's example, or none if no such call came.
    fn example(row: &Self::Row) -> Option<u64>;
    /// Returns the code of the finding that a row counts.
    fn code(_row: &Self::Row) -> Option<&str> {
        None
    }
    /// Returns the filter for the calls that a row counts, or why there is none.
    fn behind(
        &self,
        row: &Self::Row,
        tab: usize,
        rows: &[Self::Row],
        ctx: &ViewContext<'_>,
    ) -> Result<String, String>;
    /// Returns the text of the empty page.
    fn nothing(&self, tab: usize, ctx: &ViewContext<'_>) -> empty_page::EmptyPage;
}
