//! The pages, at the right end of the first line: which there are, and which is open.

use crate::tui::app::action::Place;
use crate::tui::app::page::Page;
use crate::tui::app::view::World;
use crate::tui::theme::painter::Pen;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// How much is said of each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// the keys of all, and their names
    Names,
    /// the keys of all, and the name of the open one
    Open,
    /// the keys of all
    Keys,
}

/// Each page with its words and where they begin, from the left end of the room that they take.
pub struct Pages {
    tabs: Vec<(usize, String, Page)>,
    width: usize,
}

impl Pages {
    /// What fits into a line beside what has to be there, and beside all that would like to be. None
    /// where there is no room for any.
    pub fn of(
        width: usize,
        must: usize,
        all: usize,
        open: Page,
        world: &World<'_>,
    ) -> Option<Pages> {
        let whole = Pages::made(Form::Names, open, world);
        if all + whole.width + GAP <= width {
            return Some(whole);
        }
        [Form::Open, Form::Keys]
            .map(|form| Pages::made(form, open, world))
            .into_iter()
            .find(|pages| must + pages.width + GAP <= width)
    }

    fn made(form: Form, open: Page, world: &World<'_>) -> Pages {
        let (mut tabs, mut width) = (Vec::new(), 0);
        for page in Page::ALL {
            let keys = world.keymap.keys(Place::Everywhere, page.action());
            let key = keys.first().map_or("", String::as_str);
            let words = match (page == open, form) {
                (true, Form::Keys) => format!("[{key}]"),
                (true, _) => format!("[{}]", format!("{key} {}", page.name()).trim_start()),
                (false, Form::Names) => format!("{key} {}", page.name()).trim_start().to_owned(),
                (false, Form::Open | Form::Keys) => key.to_owned(),
            };
            let wide = text::width(&words);
            let from = width + usize::from(width > 0) * if form == Form::Names { 2 } else { 1 };
            tabs.push((from, words, page));
            width = from + wide;
        }
        Pages { tabs, width }
    }

    /// The columns that they take at the right end of a line.
    pub fn room(&self) -> usize {
        self.width + GAP
    }

    /// Draws them.
    pub fn render(&self, buffer: &mut Buffer, line: Rect, open: Page, world: &World<'_>) {
        let theme = &world.look.theme;
        for (from, words, page) in &self.tabs {
            let Some(mut pen) = Pen::on(buffer, line, 0, world.look) else { return };
            let style = if *page == open { theme.tab_current } else { theme.tab };
            pen.right(self.width + 1).skip(*from).put(words, style);
        }
    }

    /// The page at a column of a line of that width.
    pub fn hit(&self, column: usize, width: usize) -> Option<Page> {
        let column = (column + self.width + 1).checked_sub(width)?;
        let here = |(from, words, _): &&(usize, String, Page)| {
            (*from..from + text::width(words)).contains(&column)
        };
        self.tabs.iter().find(here).map(|(_, _, page)| *page)
    }
}

/// Before them, and behind.
const GAP: usize = 3;
