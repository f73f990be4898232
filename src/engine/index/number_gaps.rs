//! The call numbers that stay unused because the calls were cleared, or because their part of the
//! recording was deleted.

/// For each gap: the position of the call after it, and the total of unused numbers up to there.
#[derive(Debug, Clone, Default)]
pub(crate) struct NumberGaps(Vec<(u64, u64)>);

impl NumberGaps {
    /// Leaves numbers unused before the call at position `at`, which must be the next one.
    pub fn skip(&mut self, at: u64, numbers: u64) {
        let all = self.total();
        match self.0.last_mut() {
            _ if numbers == 0 => {}
            Some(last) if last.0 == at => last.1 += numbers,
            _ => self.0.push((at, all + numbers)),
        }
    }

    /// Returns the number of unused numbers.
    pub fn total(&self) -> u64 {
        self.0.last().map_or(0, |(_, all)| *all)
    }

    /// Returns the number of unused numbers before the call at a position.
    pub fn before(&self, at: u64) -> u64 {
        let before = self.0.partition_point(|(place, _)| *place <= at);
        before.checked_sub(1).map_or(0, |last| self.0[last].1)
    }

    /// Returns the position of the first call whose number, counted from 0, is at least `wanted`.
    pub fn place_of(&self, wanted: u64) -> u64 {
        let before = self.0.partition_point(|(place, skipped)| place + skipped <= wanted);
        let skipped = before.checked_sub(1).map_or(0, |last| self.0[last].1);
        let at = wanted - skipped;
        // a number in a gap: the call after the gap
        self.0.get(before).map_or(at, |(place, _)| at.min(*place))
    }
}
