//! The filter and the search in force. The screen owns them; views say how they change.

use crate::fql::{Filter, parse, quoted};
use crate::inspector::{Inspector, SearchProgress};
use crate::tui::app::page::Page;
use std::sync::Arc;

/// The field by which only marked rows pass.
const ONLY_MARKED: &str = "marked";

/// What a search looks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchScope {
    /// The calls of the log.
    Calls,
    /// The call whose detail is shown.
    OneCall,
    /// The rows of a page that counts.
    Rows(Page),
}

/// How the filter or the search changes.
#[derive(Debug, Clone)]
pub enum FilterChange {
    /// The filter's line opens.
    Edit,
    /// The filter that is typed, shown before it is accepted.
    Preview(String),
    /// This text is the filter now.
    Accept(String),
    /// The filter is again as it was when its line opened.
    Restore,
    /// Off, or on again.
    Toggle,
    /// Only marked rows, or all again.
    OnlyMarked,
    /// This is searched for there now; an empty text is nothing.
    Search(SearchScope, String),
    /// The calls behind a number of a page are shown, from that row on if one is said, until the
    /// way back is taken.
    Behind(String, Page, Option<u64>),
    /// The filter is again as it was before the calls behind a number were shown.
    Return,
}

/// What was in force before the calls behind a number were shown.
#[derive(Debug)]
struct Before {
    page: Page,
    text: String,
    off: bool,
    only_marked: bool,
}

/// What is searched for.
#[derive(Debug, Clone)]
pub struct TextSearch {
    /// As it was typed.
    pub text: String,
    /// The same, parsed.
    pub filter: Arc<Filter>,
}

/// The filter in force and what is searched for.
#[derive(Debug, Default)]
pub struct Filters {
    text: String,
    off: bool,
    only_marked: bool,
    /// While the line is open: what is typed, as far as it could be read.
    preview: Option<String>,
    search: Option<TextSearch>,
    /// What is searched for inside of one call.
    inside: Option<TextSearch>,
    /// What is searched for in the rows of each page.
    rows: [Option<TextSearch>; Page::ALL.len()],
    /// The calls that are being counted because a search of the log matches them.
    counted: Option<Filter>,
    before: Option<Before>,
    /// How often the calls behind a number were shown.
    behind: u64,
    /// The row from which they are shown.
    behind_row: Option<u64>,
    /// What the inspector was given last.
    given: Option<Arc<Filter>>,
    /// The generation that was looked at in full once; it only has to keep up from then on.
    settled: Option<u64>,
}

impl Filters {
    /// The text of the filter, whether it is switched on or not.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is a filter that is switched off.
    pub fn is_off(&self) -> bool {
        self.off && !self.text.is_empty()
    }

    /// Whether only marked rows are shown.
    pub fn only_marked(&self) -> bool {
        self.only_marked
    }

    /// Whether the line is open.
    pub fn is_edited(&self) -> bool {
        self.preview.is_some()
    }

    /// Whether rows are left out now.
    pub fn is_on(&self) -> bool {
        self.given.is_some()
    }

    /// The filter that the rows in view pass.
    pub fn in_force(&self) -> Option<Arc<Filter>> {
        self.given.clone()
    }

    /// What is searched for.
    pub fn search(&self) -> Option<&TextSearch> {
        self.search.as_ref()
    }

    /// What is searched for inside of the call whose detail is shown.
    pub fn inside(&self) -> Option<&TextSearch> {
        self.inside.as_ref()
    }

    /// What is searched for there.
    pub fn search_in(&self, scope: SearchScope) -> Option<&TextSearch> {
        match scope {
            SearchScope::Calls => self.search(),
            SearchScope::OneCall => self.inside(),
            SearchScope::Rows(page) => self.rows[page as usize].as_ref(),
        }
    }

    /// The page that the way back leads to, while the calls behind a number are shown.
    pub fn came_from(&self) -> Option<Page> {
        self.before.as_ref().map(|before| before.page)
    }

    /// Grows each time that the calls behind another number are shown.
    pub fn behind(&self) -> u64 {
        self.behind
    }

    /// The row from which these are shown, if one was said.
    pub fn behind_row(&self) -> Option<u64> {
        self.behind_row
    }

    /// Changes it, and tells the inspector if other rows are to be shown. A text that does not parse
    /// changes nothing.
    pub fn change(&mut self, change: FilterChange, inspector: &Inspector) {
        match change {
            FilterChange::Edit => {
                let now = if self.off { String::new() } else { self.text.clone() };
                self.preview = Some(now);
            }
            FilterChange::Preview(text) if parse(&text).is_ok() => self.preview = Some(text),
            FilterChange::Accept(text) if parse(&text).is_ok() => {
                self.off = false;
                self.text = text.trim().to_owned();
                self.preview = None;
            }
            FilterChange::Preview(_) | FilterChange::Accept(_) => {}
            FilterChange::Behind(text, page, row) => {
                // the number is one of the calls that pass
                let text = match &self.given {
                    Some(given) => {
                        let both = format!("({given}) and ({text})");
                        parse(&both).map_or(both, |both| both.to_string())
                    }
                    None => text,
                };
                let only_marked = std::mem::take(&mut self.only_marked);
                let (text, off) =
                    (std::mem::replace(&mut self.text, text), std::mem::take(&mut self.off));
                self.before = Some(Before { page, text, off, only_marked });
                self.behind += 1;
                self.behind_row = row;
            }
            FilterChange::Return => {
                if let Some(before) = self.before.take() {
                    (self.text, self.off) = (before.text, before.off);
                    self.only_marked = before.only_marked;
                }
            }
            FilterChange::Restore => self.preview = None,
            FilterChange::Toggle => self.off = !self.off && !self.text.is_empty(),
            FilterChange::OnlyMarked => self.only_marked = !self.only_marked,
            FilterChange::Search(SearchScope::Calls, text) => search(&mut self.search, text),
            FilterChange::Search(SearchScope::OneCall, text) => search(&mut self.inside, text),
            FilterChange::Search(SearchScope::Rows(page), text) => {
                self.rows[page as usize] = row_search(text);
            }
        }
        let wanted = self.wanted();
        if wanted != self.given.as_deref().cloned() {
            self.given = wanted.map(Arc::new);
            inspector.filter(self.given.clone());
        }
        let counted = self.searched();
        if counted != self.counted {
            self.counted = counted;
            inspector.count_matches(self.counted.clone().map(Arc::new));
        }
    }

    /// The filter that the calls of the log pass that are shown and match its search.
    fn searched(&self) -> Option<Filter> {
        let search = &self.search.as_ref()?.filter;
        let text = match &self.given {
            Some(given) => format!("({given}) and ({search})"),
            None => search.to_string(),
        };
        parse(&text).ok()
    }

    /// The filter that should be in force.
    fn wanted(&self) -> Option<Filter> {
        let own = if self.off { "" } else { self.text.as_str() };
        let text = self.preview.as_deref().unwrap_or(own).trim();
        let text = match (text.is_empty(), self.only_marked) {
            (_, false) => text.to_owned(),
            (true, true) => ONLY_MARKED.to_owned(),
            (false, true) => format!("({text}) and {ONLY_MARKED}"),
        };
        parse(&text).ok().filter(|filter| !filter.is_all())
    }

    /// Sees how far the inspector is.
    pub fn see(&mut self, shown: &SearchProgress) {
        if shown.looked_at >= shown.of {
            self.settled = Some(shown.generation);
        }
    }

    /// How much of all rows was looked at, in per cent, until the filter has seen all once.
    pub fn progress(&self, shown: &SearchProgress) -> Option<u64> {
        let runs = self.is_on() && self.settled != Some(shown.generation);
        runs.then(|| shown.looked_at.min(shown.of) * 100 / shown.of.max(1))
    }
}

/// Searches for a text; an empty one is nothing, and one that does not parse changes nothing.
fn search(now: &mut Option<TextSearch>, text: String) {
    let read = parse(&text).ok().filter(|filter| !filter.is_all());
    if read.is_some() || text.trim().is_empty() {
        *now = read.map(|filter| TextSearch { text, filter: Arc::new(filter) });
    }
}

/// What is searched for in rows of text: one that names fields, which rows do not have, or that does
/// not parse is searched for as it was typed.
fn row_search(text: String) -> Option<TextSearch> {
    let text = text.trim().to_owned();
    let has_text = |filter: &Filter| {
        let (needles, patterns) = filter.highlights();
        !needles.is_empty() || !patterns.is_empty()
    };
    let read = parse(&text).ok().filter(has_text);
    let read = read.or_else(|| parse(&quoted(&text)).ok()).filter(|_| !text.is_empty())?;
    Some(TextSearch { text, filter: Arc::new(read) })
}
