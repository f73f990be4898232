//! The numbers of calls. The number of a call never changes. After a clear, the numbers continue,
//! and the numbers of a test's cleared calls stay unused.

use crate::engine::ingest::recorded_line::RecordedLine;
use crate::engine::judging::index_request::JudgedIndex;

impl JudgedIndex {
    /// Returns the number of the call with the index `at`.
    pub fn seq_at(&self, at: u64) -> u64 {
        self.base + at + 1 + self.gaps.before(at)
    }

    /// Returns the index of the first call whose number is at least `seq`. The call may not exist
    /// yet.
    pub fn place_of(&self, seq: u64) -> u64 {
        self.gaps.place_of(seq.saturating_sub(self.base + 1))
    }

    /// Leaves the next `calls` numbers unused.
    pub fn skip(&mut self, calls: u64) {
        self.gaps.skip(self.store.calls.len(), calls);
    }

    /// Returns whether the line belongs to a test whose requests were cleared after it.
    pub fn is_cleared(&self, line: &RecordedLine) -> bool {
        if self.test_clears.is_empty() {
            return false;
        }
        let test = line.origin.test.as_ref();
        test.and_then(|test| self.test_clears.get(test)).is_some_and(|clear| line.offset < *clear)
    }

    /// Returns whether there is a request of a test.
    pub fn has_test(&self, test: &str) -> bool {
        (0..self.store.requests.len()).any(|at| self.is_of_test(at, test))
    }

    /// Returns the number of calls of a test.
    pub fn calls_of_test(&self, test: &str) -> u64 {
        let calls = (0..self.store.calls.len()).filter_map(|at| self.store.calls.get(at));
        calls.filter(|call| self.is_of_test(u64::from(call.request), test)).count() as u64
    }

    fn is_of_test(&self, request: u64, test: &str) -> bool {
        let request = self.store.requests.get(request);
        request.and_then(|request| self.store.texts.get(request.test)) == Some(test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::index::CallRow;
    use crate::engine::judging::vendors_in_use::InUse;
    use crate::vendors::Vendors;

    #[test]
    fn numbers_that_were_cleared_away_stay_unused() {
        let vendors = Vendors::new(&serde_json::Map::new(), &[]).expect("valid");
        let mut index = JudgedIndex::new(&vendors, InUse::without_choice(&vendors));
        index.base = 10;
        let call = |index: &mut JudgedIndex| {
            index.store.calls.push(CallRow::default());
        };
        index.skip(2);
        call(&mut index);
        index.skip(0);
        call(&mut index);
        index.skip(1);
        index.skip(3);
        call(&mut index);
        assert_eq!([0, 1, 2, 3].map(|at| index.seq_at(at)), [13, 14, 19, 20]);
        assert_eq!(index.next_seq().0, 20);
        let places = [1, 11, 12, 13, 14, 15, 18, 19, 20].map(|seq| index.place_of(seq));
        assert_eq!(places, [0, 0, 0, 0, 1, 2, 2, 2, 3]);
    }
}
