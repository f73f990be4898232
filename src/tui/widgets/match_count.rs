//! The number of rows that a search matches, and the cursor's position among them.

use crate::tui::app::view_context::{count, grouped};

/// The number of matches of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchCount {
    /// The number of matches so far.
    pub found: u64,
    /// The index of the match under the cursor, from 1.
    pub position: Option<u64>,
    /// True if all rows were compared.
    pub complete: bool,
    /// The number of rows that were compared, if the page shows only the first of more rows.
    pub first_rows: Option<u64>,
}

impl MatchCount {
    /// Returns `match 3 of 12`, `12 matches` or `no match`; while rows are still being compared,
    /// `12+ matches` or `searching`.
    pub fn words(&self) -> String {
        let found = grouped(self.found);
        let words = match (self.found, self.complete, self.position) {
            (0, false, _) => return "searching".to_owned(),
            (_, false, _) => return format!("{found}+ matches"),
            (0, true, _) => "no match".to_owned(),
            (_, true, Some(position)) => format!("match {} of {found}", grouped(position)),
            (_, true, None) => count(self.found, "match", "matches"),
        };
        match self.first_rows {
            Some(rows) => format!("{words} in the first {} rows", grouped(rows)),
            None => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_the_count_and_the_progress() {
        let words = |found, position, complete| {
            MatchCount { found, position, complete, first_rows: None }.words()
        };
        assert_eq!(words(12, Some(3), true), "match 3 of 12");
        assert_eq!(words(12, None, true), "12 matches");
        assert_eq!(words(1, None, true), "1 match");
        assert_eq!(words(0, None, true), "no match");
        assert_eq!(words(12, Some(3), false), "12+ matches");
        assert_eq!(words(0, None, false), "searching");
        let limited =
            MatchCount { found: 0, position: None, complete: true, first_rows: Some(2_000) };
        assert_eq!(limited.words(), "no match in the first 2,000 rows");
    }
}
