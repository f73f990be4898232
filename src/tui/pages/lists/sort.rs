//! Sorting the rows of a list by a column.

use crate::tui::theme::painter::Appearance;
use std::cmp::Ordering;

/// A column that rows can be sorted by.
pub struct SortColumn<R> {
    /// The head of the column.
    pub name: &'static str,
    /// Compares two rows in the order that a reader looks for first.
    pub compare: fn(&R, &R) -> Ordering,
    /// What stands first is the largest.
    pub descends: bool,
}

impl<R> SortColumn<R> {
    /// A column whose smallest value stands first.
    pub const fn ascending(name: &'static str, compare: fn(&R, &R) -> Ordering) -> SortColumn<R> {
        SortColumn { name, compare, descends: false }
    }

    /// A column whose largest value stands first.
    pub const fn descending(name: &'static str, compare: fn(&R, &R) -> Ordering) -> SortColumn<R> {
        SortColumn { name, compare, descends: true }
    }
}

/// What the rows of a list are sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SortOrder {
    /// The place of the column; none: the order in which the page reads its rows.
    column: Option<usize>,
    reversed: bool,
}

impl SortOrder {
    /// Sorts by the next column; behind the last one as the page reads its rows.
    pub fn next(&mut self, columns: usize) {
        let next = self.column.map_or(0, |column| column + 1);
        *self = SortOrder { column: (next < columns).then_some(next), reversed: false };
    }

    /// Turns the order round; false if no column is chosen.
    pub fn reverse(&mut self) -> bool {
        self.reversed = !self.reversed && self.column.is_some();
        self.column.is_some()
    }

    /// Puts rows in order. Rows that are equal stay as they were read.
    pub fn sort<R>(&self, rows: &mut [R], columns: &[SortColumn<R>]) {
        let Some(column) = self.column.and_then(|at| columns.get(at)) else { return };
        match self.reversed {
            false => rows.sort_by(column.compare),
            true => rows.sort_by(|a, b| (column.compare)(b, a)),
        }
    }

    /// How the head of the column shows it.
    pub fn head<R>(&self, columns: &[SortColumn<R>], look: &Appearance) -> SortedHead {
        let column = self.column.and_then(|at| columns.get(at));
        SortedHead {
            name: column.map_or("", |column| column.name),
            sign: look.sort_sign(column.is_some_and(|column| column.descends) != self.reversed),
        }
    }

    /// What it is, in words.
    pub fn words<R>(&self, columns: &[SortColumn<R>]) -> String {
        match self.column.and_then(|at| columns.get(at)) {
            Some(column) if self.reversed => format!("sorted by {}, reversed", column.name),
            Some(column) => format!("sorted by {}", column.name),
            None => "the usual order".to_owned(),
        }
    }
}

/// The head of the column that rows are sorted by.
pub struct SortedHead {
    name: &'static str,
    sign: &'static str,
}

impl SortedHead {
    /// A head, with a sign if rows are sorted by this column.
    pub fn head(&self, name: &str) -> String {
        self.head_as(name, name)
    }

    /// The same for a column whose head has other words here.
    pub fn head_as(&self, name: &str, shown: &str) -> String {
        let sign = if name == self.name { self.sign } else { "" };
        format!("{shown}{sign}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [SortColumn<(u64, &str)>; 2] = [
        SortColumn::descending("calls", |a, b| b.0.cmp(&a.0)),
        SortColumn::ascending("event", |a, b| a.1.cmp(b.1)),
    ];

    fn sorted(order: SortOrder) -> Vec<(u64, &'static str)> {
        let mut rows = vec![(2, "b"), (3, "c"), (2, "a")];
        order.sort(&mut rows, &COLUMNS);
        rows
    }

    #[test]
    fn goes_through_the_columns_and_back_to_the_usual_order() {
        let mut order = SortOrder::default();
        assert!(!order.reverse());
        assert_eq!(sorted(order), [(2, "b"), (3, "c"), (2, "a")]);
        order.next(COLUMNS.len());
        assert_eq!(order.words(&COLUMNS), "sorted by calls");
        assert_eq!(sorted(order), [(3, "c"), (2, "b"), (2, "a")]);
        assert!(order.reverse());
        assert_eq!(order.words(&COLUMNS), "sorted by calls, reversed");
        assert_eq!(sorted(order), [(2, "b"), (2, "a"), (3, "c")]);
        order.next(COLUMNS.len());
        assert_eq!(sorted(order), [(2, "a"), (2, "b"), (3, "c")]);
        order.next(COLUMNS.len());
        assert_eq!(order, SortOrder::default());
    }
}
