//! Numbers of calls that stay unused, because the calls were cleared away or their part of the
//! recording is deleted.

/// From which place among the calls on numbers are skipped, and how many in all up to there.
#[derive(Debug, Clone, Default)]
pub(crate) struct NumberGaps(Vec<(u64, u64)>);

impl NumberGaps {
    /// Leaves numbers unused before the call at the end.
    pub fn skip(&mut self, at: u64, numbers: u64) {
        let all = self.total();
        match self.0.last_mut() {
            _ if numbers == 0 => {}
            Some(last) if last.0 == at => last.1 += numbers,
            _ => self.0.push((at, all + numbers)),
        }
    }

    /// How many numbers are unused.
    pub fn total(&self) -> u64 {
        self.0.last().map_or(0, |(_, all)| *all)
    }

    /// How many numbers are unused up to a place.
    pub fn before(&self, at: u64) -> u64 {
        let before = self.0.partition_point(|(place, _)| *place <= at);
        before.checked_sub(1).map_or(0, |last| self.0[last].1)
    }

    /// The place of the first call whose number, from 0 on, is not below this one.
    pub fn place_of(&self, wanted: u64) -> u64 {
        let before = self.0.partition_point(|(place, skipped)| place + skipped <= wanted);
        let skipped = before.checked_sub(1).map_or(0, |last| self.0[last].1);
        let at = wanted - skipped;
        // in a gap: the call behind it
        self.0.get(before).map_or(at, |(place, _)| at.min(*place))
    }
}
