//! The order in which people read findings: by event, the worst event first.

use std::collections::HashMap;
use std::hash::Hash;

/// Sorts rows so that those of one event are adjacent, the worst first, and the event with the worst
/// row comes first. Rows of equal rank keep their order.
pub fn sort_by_event<T, E: Eq + Hash, R: Ord + Clone>(
    rows: &mut [T],
    event: impl Fn(&T) -> E,
    rank: impl Fn(&T) -> R,
) {
    rows.sort_by_cached_key(&rank);
    let mut worst: HashMap<E, (R, usize)> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        worst.entry(event(row)).or_insert_with(|| (rank(row), at));
    }
    rows.sort_by_cached_key(|row| worst.get(&event(row)).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_event_stand_together() {
        let mut rows = [("a", 3), ("b", 1), ("a", 2), ("c", 1), ("b", 9)];
        sort_by_event(&mut rows, |row| row.0, |row| row.1);
        assert_eq!(rows, [("b", 1), ("b", 9), ("c", 1), ("a", 2), ("a", 3)]);
    }
}
