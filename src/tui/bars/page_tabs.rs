//! The tabs of the pages, at the right end of the first line.

use crate::tui::app::action::KeyContext;
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The form of the tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TabLabels {
    /// the keys and names of all pages
    Names,
    /// the keys of all pages, and the name of the open one
    Open,
    /// the keys of all pages
    Keys,
}

/// The pages with their labels and columns, counted from the left end of the tabs.
pub struct Pages {
    tabs: Vec<(usize, String, Page)>,
    width: usize,
}

impl Pages {
    /// Returns the longest form that fits into a line beside `must` columns, or none if none fits.
    pub fn new(width: usize, must: usize, open: Page, ctx: &ViewContext<'_>) -> Option<Pages> {
        [TabLabels::Names, TabLabels::Open, TabLabels::Keys]
            .map(|form| Pages::with_labels(form, open, ctx))
            .into_iter()
            .find(|pages| must + pages.width + GAP <= width)
    }

    fn with_labels(form: TabLabels, open: Page, ctx: &ViewContext<'_>) -> Pages {
        let (mut tabs, mut width) = (Vec::new(), 0);
        for page in Page::ALL {
            let key = ctx.keymap.first_key(KeyContext::Everywhere, page.action());
            let words = match (page == open, form) {
                (true, TabLabels::Keys) => format!("[{key}]"),
                (true, _) => format!("[{}]", format!("{key} {}", page.name()).trim_start()),
                (false, TabLabels::Names) => {
                    format!("{key} {}", page.name()).trim_start().to_owned()
                }
                (false, TabLabels::Open | TabLabels::Keys) => key.to_owned(),
            };
            let wide = text::width(&words);
            let from =
                width + usize::from(width > 0) * if form == TabLabels::Names { 2 } else { 1 };
            tabs.push((from, words, page));
            width = from + wide;
        }
        Pages { tabs, width }
    }

    /// Returns the number of columns that the tabs take at the right end of a line.
    pub fn room(&self) -> usize {
        self.width + GAP
    }

    /// Draws the tabs.
    pub fn render(&self, buffer: &mut Buffer, line: Rect, open: Page, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        for (from, words, page) in &self.tabs {
            let Some(mut painter) = Painter::on(buffer, line, 0, ctx.look) else { return };
            let style = if *page == open { theme.tab_current } else { theme.tab };
            painter.right(self.width + 1).skip(*from).put(words, style);
        }
    }

    /// Returns the page at a column of a line.
    pub fn page_at(&self, column: usize, width: usize) -> Option<Page> {
        let column = (column + self.width + 1).checked_sub(width)?;
        let here = |(from, words, _): &&(usize, String, Page)| {
            (*from..from + text::width(words)).contains(&column)
        };
        self.tabs.iter().find(here).map(|(_, _, page)| *page)
    }
}

/// The sum of the columns before and after the tabs.
const GAP: usize = 3;
