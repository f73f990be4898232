//! Sorting the rows of a list by a column.

use crate::tui::theme::painter::Appearance;
use std::cmp::Ordering;

/// A column that rows can be sorted by.
pub struct SortColumn<R> {
    /// The head of the column.
    pub name: &'static str,
    /// Compares two rows in the column's usual order.
    pub compare: fn(&R, &R) -> Ordering,
    /// True if the usual order has the largest value first.
    pub descends: bool,
}

impl<R> SortColumn<R> {
    /// Returns a column whose smallest value comes first.
    pub const fn ascending(name: &'static str, compare: fn(&R, &R) -> Ordering) -> SortColumn<R> {
        SortColumn { name, compare, descends: false }
    }

    /// Returns a column whose largest value comes first.
    pub const fn descending(name: &'static str, compare: fn(&R, &R) -> Ordering) -> SortColumn<R> {
        SortColumn { name, compare, descends: true }
    }
}

/// The order of the rows of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SortOrder {
    /// The index of the column, or none for the order in which the page reads its rows.
    column: Option<usize>,
    reversed: bool,
}

impl SortOrder {
    /// Sorts by the next column, or after the last one in the order of reading.
    pub fn next(&mut self, columns: usize) {
        let next = self.column.map_or(0, |column| column + 1);
        *self = SortOrder { column: (next < columns).then_some(next), reversed: false };
    }

    /// Reverses the order. Returns false if no column is chosen.
    pub fn reverse(&mut self) -> bool {
        self.reversed = !self.reversed && self.column.is_some();
        self.column.is_some()
    }

    /// Sorts rows. Rows that are equal stay in the order of reading.
    pub fn sort<R>(&self, rows: &mut [R], columns: &[SortColumn<R>]) {
        let Some(column) = self.column.and_then(|at| columns.get(at)) else { return };
        match self.reversed {
            false => rows.sort_by(column.compare),
            true => rows.sort_by(|a, b| (column.compare)(b, a)),
        }
    }

    /// Returns the head of the column that rows are sorted by.
    pub fn head<R>(&self, columns: &[SortColumn<R>], look: &Appearance) -> SortedHead {
        let column = self.column.and_then(|at| columns.get(at));
        SortedHead {
            name: column.map_or("", |column| column.name),
            sign: look.sort_sign(column.is_some_and(|column| column.descends) != self.reversed),
        }
    }

    /// Describes the order in words.
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
    /// Returns the head of a column, with a sign if rows are sorted by it.
    pub fn head(&self, name: &str) -> String {
        self.head_as(name, name)
    }

    /// Returns the head of a column that is shown under another name here.
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
    fn cycles_through_the_columns_and_back_to_the_usual_order() {
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
