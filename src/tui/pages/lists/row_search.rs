//! A search in the rows of a list: which rows match, and where the cursor goes.

use crate::tui::app::filters::TextSearch;
use crate::tui::widgets::match_count::MatchCount;
use crate::tui::widgets::match_highlight;

/// The rows that a search matches.
#[derive(Default)]
pub struct RowSearch {
    /// What the rows were compared with.
    text: Option<String>,
    /// The rows that match, in order.
    matches: Vec<usize>,
    /// While the line is open: the row that the cursor was on before.
    from: Option<usize>,
}

impl RowSearch {
    /// The line opens with the cursor on this row.
    pub fn begin(&mut self, at: usize) {
        self.from = Some(at);
    }

    /// Whether the rows have to be compared with what is searched for now.
    pub fn is_changed(&self, search: Option<&TextSearch>) -> bool {
        self.text.as_deref() != search.map(|search| search.text.as_str())
    }

    /// Compares the rows, each by its text.
    pub fn compare(&mut self, search: Option<&TextSearch>, rows: impl Iterator<Item = String>) {
        self.text = search.map(|search| search.text.clone());
        self.matches.clear();
        let Some(search) = search else { return };
        let rows = rows.enumerate();
        let found = rows.filter(|(_, text)| match_highlight::is_in(&search.filter, text));
        self.matches.extend(found.map(|(at, _)| at));
    }

    /// While the line is open: the row to show, the first match from where the cursor was.
    pub fn preview(&self) -> Option<usize> {
        let from = self.from?;
        let next = self.matches.iter().find(|at| **at >= from);
        Some(*next.or(self.matches.first()).unwrap_or(&from))
    }

    /// The line closed. Gives the row for the cursor, and whether it stands before the row from which
    /// the search began. None if nothing was searched for, or nothing matches.
    pub fn end(&mut self, accepted: bool) -> Option<(usize, bool)> {
        let to = self.preview();
        let from = self.from.take()?;
        match accepted {
            false => Some((from, false)),
            true if self.matches.is_empty() => None,
            true => to.map(|to| (to, to < from)),
        }
    }

    /// The next match from a row on, or the one before it; true if it is behind the other end.
    pub fn next(&self, at: usize, forward: bool) -> Option<(usize, bool)> {
        let (near, far) = match forward {
            true => (self.matches.iter().find(|row| **row > at), self.matches.first()),
            false => (self.matches.iter().rfind(|row| **row < at), self.matches.last()),
        };
        near.map(|row| (*row, false)).or(far.map(|row| (*row, true)))
    }

    /// Whether something is searched for.
    pub fn is_on(&self) -> bool {
        self.text.is_some()
    }

    /// How many rows match; `first_rows` if the list shows only so many of more.
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
    fn begins_at_the_cursor_and_goes_round() {
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
    fn goes_back_to_where_it_began() {
        let mut given_up = search("b", &["ab", "a", "a"]);
        assert_eq!((given_up.preview(), given_up.end(false)), (Some(0), Some((1, false))));
        let mut wrapped = search("b", &["ab", "a", "a"]);
        assert_eq!(wrapped.end(true), Some((0, true)));
        let mut none = search("x", &["ab", "a", "a"]);
        assert_eq!((none.preview(), none.end(true), none.next(0, true)), (Some(1), None, None));
    }
}
