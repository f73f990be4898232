//! The active filter and the searches. The screen owns them; views say how they change.

use crate::fql::{Filter, parse, quoted};
use crate::inspector::{Inspector, SearchProgress};
use crate::tui::app::page::Page;
use std::sync::Arc;

/// The filter that only marked rows pass.
const ONLY_MARKED: &str = "marked";

/// The text that a search looks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchScope {
    /// The calls of the log.
    Calls,
    /// The call whose detail is shown.
    OneCall,
    /// The rows of a page that counts.
    Rows(Page),
}

/// A change of the filter or of a search.
#[derive(Debug, Clone)]
pub enum FilterChange {
    /// Open the filter line.
    Edit,
    /// Apply the text in the filter line before it is accepted.
    Preview(String),
    /// Make this text the filter.
    Accept(String),
    /// Restore the filter from before its line opened.
    Restore,
    /// Turn the filter off, or on again.
    Toggle,
    /// Show only marked rows, or all again.
    OnlyMarked,
    /// Search for this text; an empty text ends the search.
    Search(SearchScope, String),
    /// Show the calls that a number of a page counts, from that row on if given, until the user goes
    /// back.
    Behind(String, Page, Option<u64>),
    /// Restore the filter from before [`FilterChange::Behind`].
    Return,
}

/// The filter from before [`FilterChange::Behind`].
#[derive(Debug)]
struct PreviousFilter {
    page: Page,
    text: String,
    off: bool,
    only_marked: bool,
}

/// A search for a text.
#[derive(Debug, Clone)]
pub struct TextSearch {
    /// The text as it was typed.
    pub text: String,
    /// The parsed text.
    pub filter: Arc<Filter>,
}

/// The active filter and the searches.
#[derive(Debug, Default)]
pub struct Filters {
    text: String,
    off: bool,
    only_marked: bool,
    /// The last valid text of the filter line while that is open.
    preview: Option<String>,
    search: Option<TextSearch>,
    /// The search within one call.
    inside: Option<TextSearch>,
    /// The search in the rows of each page.
    rows: [Option<TextSearch>; Page::ALL.len()],
    /// The filter whose matching calls the inspector counts because a search of the log matches them.
    counted: Option<Filter>,
    before: Option<PreviousFilter>,
    /// The number of times that the calls behind a number were shown.
    behind: u64,
    /// The row from which these calls are shown.
    behind_row: Option<u64>,
    /// The filter that the inspector received last.
    given: Option<Arc<Filter>>,
    /// The generation of rows that the filter has read in full once; it only has to keep up from then on.
    settled: Option<u64>,
}

impl Filters {
    /// Returns the text of the filter, even if the filter is off.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns true if there is a filter that is off.
    pub fn is_off(&self) -> bool {
        self.off && !self.text.is_empty()
    }

    /// Returns true if only marked rows are shown.
    pub fn only_marked(&self) -> bool {
        self.only_marked
    }

    /// Returns true if the filter line is open.
    pub fn is_edited(&self) -> bool {
        self.preview.is_some()
    }

    /// Returns true if rows are left out now.
    pub fn is_on(&self) -> bool {
        self.given.is_some()
    }

    /// Returns the filter that the shown rows pass.
    pub fn in_force(&self) -> Option<Arc<Filter>> {
        self.given.clone()
    }

    /// Returns the search in the log.
    pub fn search(&self) -> Option<&TextSearch> {
        self.search.as_ref()
    }

    /// Returns the search within the call whose detail is shown.
    pub fn inside(&self) -> Option<&TextSearch> {
        self.inside.as_ref()
    }

    /// Returns the search in a scope.
    pub fn search_in(&self, scope: SearchScope) -> Option<&TextSearch> {
        match scope {
            SearchScope::Calls => self.search(),
            SearchScope::OneCall => self.inside(),
            SearchScope::Rows(page) => self.rows[page as usize].as_ref(),
        }
    }

    /// Returns the page to which going back leads while the calls behind a number are shown.
    pub fn came_from(&self) -> Option<Page> {
        self.before.as_ref().map(|before| before.page)
    }

    /// Returns a number that grows each time that the calls behind another number are shown.
    pub fn behind(&self) -> u64 {
        self.behind
    }

    /// Returns the row from which these calls are shown, if one was given.
    pub fn behind_row(&self) -> Option<u64> {
        self.behind_row
    }

    /// Applies a change, and tells the inspector if other rows are to be shown. A text that does not
    /// parse changes nothing.
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
                // the number counts only calls that pass the active filter
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
                self.before = Some(PreviousFilter { page, text, off, only_marked });
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
            FilterChange::Search(SearchScope::Calls, text) => {
                replace_search(&mut self.search, text)
            }
            FilterChange::Search(SearchScope::OneCall, text) => {
                replace_search(&mut self.inside, text)
            }
            FilterChange::Search(SearchScope::Rows(page), text) => {
                self.rows[page as usize] = row_search(text);
            }
        }
        let wanted = self.wanted_filter();
        if wanted != self.given.as_deref().cloned() {
            self.given = wanted.map(Arc::new);
            inspector.filter(self.given.clone());
        }
        let counted = self.matching_filter();
        if counted != self.counted {
            self.counted = counted;
            inspector.count_matches(self.counted.clone().map(Arc::new));
        }
    }

    /// Returns the filter of the shown calls of the log that match its search.
    fn matching_filter(&self) -> Option<Filter> {
        let search = &self.search.as_ref()?.filter;
        let text = match &self.given {
            Some(given) => format!("({given}) and ({search})"),
            None => search.to_string(),
        };
        parse(&text).ok()
    }

    /// Returns the filter that should be active.
    fn wanted_filter(&self) -> Option<Filter> {
        let own = if self.off { "" } else { self.text.as_str() };
        let text = self.preview.as_deref().unwrap_or(own).trim();
        let text = match (text.is_empty(), self.only_marked) {
            (_, false) => text.to_owned(),
            (true, true) => ONLY_MARKED.to_owned(),
            (false, true) => format!("({text}) and {ONLY_MARKED}"),
        };
        parse(&text).ok().filter(|filter| !filter.is_all())
    }

    /// Updates the progress of the filter.
    pub fn note_progress(&mut self, shown: &SearchProgress) {
        if shown.looked_at >= shown.of {
            self.settled = Some(shown.generation);
        }
    }

    /// Returns the percentage of rows that the filter has read, until it has read all once.
    pub fn progress(&self, shown: &SearchProgress) -> Option<u64> {
        let runs = self.is_on() && self.settled != Some(shown.generation);
        runs.then(|| shown.looked_at.min(shown.of) * 100 / shown.of.max(1))
    }
}

/// Replaces a search. An empty text ends it, and a text that does not parse changes nothing.
fn replace_search(now: &mut Option<TextSearch>, text: String) {
    let read = parse(&text).ok().filter(|filter| !filter.is_all());
    if read.is_some() || text.trim().is_empty() {
        *now = read.map(|filter| TextSearch { text, filter: Arc::new(filter) });
    }
}

/// Returns the search for a text in the rows of a page. A text that does not parse, or that names
/// fields, which these rows do not have, is searched for as typed.
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
