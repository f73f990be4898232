//! A search in the rows of a list: the rows that match, and the next row for the cursor.

use crate::tui::app::filters::TextSearch;
use crate::tui::widgets::match_count::MatchCount;
use crate::tui::widgets::match_highlight;

/// The rows that a search matches.
#[derive(Default)]
pub struct RowSearch {
    /// The text that the rows were compared with.
    text: Option<String>,
    /// The rows that match, in order.
    matches: Vec<usize>,
    /// The row of the cursor before the search, while the search line is open.
    from: Option<usize>,
}

impl RowSearch {
    /// Starts a search with the cursor on this row.
    pub fn begin(&mut self, at: usize) {
        self.from = Some(at);
    }

    /// Returns true if the rows have to be compared with another search.
    pub fn is_changed(&self, search: Option<&TextSearch>) -> bool {
        self.text.as_deref() != search.map(|search| search.text.as_str())
    }

    /// Compares the texts of the rows with the search.
    pub fn compare(&mut self, search: Option<&TextSearch>, rows: impl Iterator<Item = String>) {
        self.text = search.map(|search| search.text.clone());
        self.matches.clear();
        let Some(search) = search else { return };
        let rows = rows.enumerate();
        let found = rows.filter(|(_, text)| match_highlight::is_in(&search.filter, text));
        self.matches.extend(found.map(|(at, _)| at));
    }

    /// Returns the row to show while the search line is open: the first match from the start on.
    pub fn preview(&self) -> Option<usize> {
        let from = self.from?;
        let next = self.matches.iter().find(|at| **at >= from);
        Some(*next.or(self.matches.first()).unwrap_or(&from))
    }

    /// Ends the search when its line closes. Returns the row for the cursor, and true if it stands
    /// before the row from which the search began. Returns none if nothing matches or no search
    /// was open.
    pub fn end(&mut self, accepted: bool) -> Option<(usize, bool)> {
        let to = self.preview();
        let from = self.from.take()?;
        match accepted {
            false => Some((from, false)),
            true if self.matches.is_empty() => None,
            true => to.map(|to| (to, to < from)),
        }
    }

    /// Returns the next match after a row, or the one before it, and true if the search wrapped
    /// around.
    pub fn next(&self, at: usize, forward: bool) -> Option<(usize, bool)> {
        let (near, far) = match forward {
            true => (self.matches.iter().find(|row| **row > at), self.matches.first()),
            false => (self.matches.iter().rfind(|row| **row < at), self.matches.last()),
        };
        near.map(|row| (*row, false)).or(far.map(|row| (*row, true)))
    }

    /// Returns true if a search is active.
    pub fn is_on(&self) -> bool {
        self.text.is_some()
    }

    /// Counts the matches. `first_rows` is the number of rows in the list if it is cut off.
    pub fn count(&self, at: Option<usize>, first_rows: Option<u64>) -> Option<MatchCount> {
        let place = at.and_then(|at| self.matches.binary_search(&at).ok());
        self.is_on().then(|| MatchCount {
            found: self.matches.len() as u64,
            position: place.map(|place| place as u64 + 1),
            complete: true,
            first_rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fql::parse;
    use std::sync::Arc;

    fn search(text: &str, rows: &[&str]) -> RowSearch {
        let filter = Arc::new(parse(text).expect("it parses"));
        let mut search = RowSearch::default();
        let wanted = TextSearch { text: text.to_owned(), filter };
        search.begin(1);
        search.compare(Some(&wanted), rows.iter().map(|row| (*row).to_owned()));
        search
    }

    #[test]
    fn begins_at_the_cursor_and_wraps_around() {
        let mut found = search("b", &["ab", "a", "a", "b", "B"]);
        assert_eq!(found.preview(), Some(3));
        assert_eq!(found.end(true), Some((3, false)));
        assert_eq!(
            [found.next(3, true), found.next(3, false)],
            [Some((4, false)), Some((0, false))]
        );
        assert_eq!([found.next(4, true), found.next(0, false)], [Some((0, true)), Some((4, true))]);
        let count = found.count(Some(4), None).expect("it is on");
        assert_eq!((count.found, count.position), (3, Some(3)));
        assert_eq!(found.count(Some(1), None).expect("it is on").position, None);
    }

    #[test]
    fn returns_to_the_first_row_if_not_accepted() {
        let mut given_up = search("b", &["ab", "a", "a"]);
        assert_eq!((given_up.preview(), given_up.end(false)), (Some(0), Some((1, false))));
        let mut wrapped = search("b", &["ab", "a", "a"]);
        assert_eq!(wrapped.end(true), Some((0, true)));
        let mut none = search("x", &["ab", "a", "a"]);
        assert_eq!((none.preview(), none.end(true), none.next(0, true)), (Some(1), None, None));
    }
}
