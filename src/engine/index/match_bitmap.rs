//! The rows that pass a filter: one bit per row, in blocks that have their own counts.

use std::ops::Range;

/// The number of rows in a block. A search thread claims the rows of one block at a time.
pub const BLOCK_ROWS: u64 = 4096;
const WORDS: usize = BLOCK_ROWS as usize / 64;

/// The bits of one block: bit n is set if the block's row n passes.
pub type Bits = [u64; WORDS];

/// The results for the rows of one block.
#[derive(Debug, Clone)]
struct BitmapBlock {
    bits: Box<Bits>,
    passed: u32,
    /// The number of searched rows, counted from the block's first row.
    searched: u32,
    /// True while a thread searches the other rows.
    claimed: bool,
    /// True if all rows of the block have to be searched again.
    again: bool,
}

/// The rows of one block that a thread has claimed to search, from the first unsearched row on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    block: usize,
    from: u32,
    to: u32,
}

impl Claim {
    /// Returns the claimed rows.
    pub fn rows(&self) -> Range<u64> {
        let base = self.block as u64 * BLOCK_ROWS;
        base + u64::from(self.from)..base + u64::from(self.to)
    }
}

/// The result for each row: it passes, it does not pass, or it was not searched yet.
#[derive(Debug, Default)]
pub struct MatchBitmap {
    blocks: Vec<BitmapBlock>,
    rows: u64,
    searched: u64,
    passed: u64,
}

impl MatchBitmap {
    /// Grows the bitmap to this number of rows. The new rows are unsearched.
    pub fn grow(&mut self, rows: u64) {
        self.rows = self.rows.max(rows);
        let blocks = self.rows.div_ceil(BLOCK_ROWS) as usize;
        let empty = BitmapBlock {
            bits: Box::new([0; WORDS]),
            passed: 0,
            searched: 0,
            claimed: false,
            again: false,
        };
        self.blocks.resize(blocks, empty);
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the number of searched rows.
    pub fn searched(&self) -> u64 {
        self.searched
    }

    /// Returns the number of searched rows that pass.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Returns the number of passing rows before the first unsearched row.
    pub fn known(&self) -> u64 {
        let mut known = 0;
        for (at, block) in self.blocks.iter().enumerate() {
            known += u64::from(block.passed);
            if block.searched < self.rows_in(at) {
                break;
            }
        }
        known
    }

    /// Returns the number of rows before the first row that has to be searched or searched again.
    pub fn searched_without_gap(&self) -> u64 {
        let mut rows = 0;
        for (at, block) in self.blocks.iter().enumerate().take_while(|(_, block)| !block.again) {
            rows += u64::from(block.searched);
            if block.searched < self.rows_in(at) {
                break;
            }
        }
        rows
    }

    /// Marks all rows to be searched again. Until then, their results stay.
    pub fn look_again(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.again = true);
    }

    fn rows_in(&self, block: usize) -> u32 {
        (self.rows - block as u64 * BLOCK_ROWS).min(BLOCK_ROWS) as u32
    }

    /// Claims rows of one block to be searched. Takes the block nearest to the row `near` that has
    /// unsearched rows and is not claimed.
    pub fn claim(&mut self, near: u64) -> Option<Claim> {
        let at = (near / BLOCK_ROWS) as usize;
        let open = |block: &usize| {
            self.blocks.get(*block).is_some_and(|known| {
                !known.claimed && (known.again || known.searched < self.rows_in(*block))
            })
        };
        let blocks = self.blocks.len();
        let before = (0..blocks.min(at + 1)).rev().find(open);
        let behind = (at + 1..blocks).find(open);
        // at the same distance, the block before: users move up from the end more often than down
        let block = match (before, behind) {
            (Some(before), Some(behind)) if behind - at < at - before => behind,
            (Some(before), _) => before,
            (None, behind) => behind?,
        };
        let to = self.rows_in(block);
        let known = &mut self.blocks[block];
        known.claimed = true;
        let from = if std::mem::take(&mut known.again) { 0 } else { known.searched };
        Some(Claim { block, from, to })
    }

    /// Stores the results for claimed rows: bit n of `bits` is the row n of the block.
    pub fn done(&mut self, claim: Claim, bits: &Bits) {
        let Some(block) = self.blocks.get_mut(claim.block) else { return };
        block.claimed = false;
        if claim.from == 0 {
            self.passed -= u64::from(block.passed);
            (*block.bits, block.passed) = (no_bits(), 0);
        }
        let mut passed = 0;
        for (word, found) in block.bits.iter_mut().zip(bits) {
            passed += found.count_ones();
            *word |= found;
        }
        block.passed += passed;
        self.passed += u64::from(passed);
        self.searched += u64::from(claim.to - block.searched);
        block.searched = claim.to;
    }

    /// Returns claimed rows without results, so that they can be claimed again.
    pub fn give_back(&mut self, claim: Claim) {
        if let Some(block) = self.blocks.get_mut(claim.block) {
            block.claimed = false;
            block.again |= claim.from == 0 && block.searched > 0;
        }
    }

    /// Returns whether a row passes; `None` if it was not searched yet.
    pub fn get(&self, row: u64) -> Option<bool> {
        let block = self.blocks.get((row / BLOCK_ROWS) as usize)?;
        let at = (row % BLOCK_ROWS) as u32;
        (at < block.searched).then(|| block.bits[at as usize / 64] >> (at % 64) & 1 == 1)
    }

    /// Returns the number of searched rows before this one that pass.
    pub fn before(&self, row: u64) -> u64 {
        let block = (row / BLOCK_ROWS) as usize;
        let whole = self.blocks.iter().take(block).map(|block| u64::from(block.passed)).sum();
        let Some(last) = self.blocks.get(block) else { return whole };
        let at = (row % BLOCK_ROWS) as usize;
        let words = last.bits[..at / 64].iter().map(|word| u64::from(word.count_ones()));
        let part = last.bits[at / 64] & ((1 << (at % 64)) - 1);
        whole + words.sum::<u64>() + u64::from(part.count_ones())
    }

    /// Returns the rows at these positions among the passing rows, in order.
    pub fn places(&self, places: Range<u64>) -> Vec<u64> {
        let mut out = Vec::new();
        let mut first = 0;
        for (at, block) in self.blocks.iter().enumerate() {
            let next = first + u64::from(block.passed);
            if next > places.start {
                let base = at as u64 * BLOCK_ROWS;
                for (place, row) in (first..).zip(block.passing()) {
                    if place >= places.end {
                        return out;
                    }
                    if place >= places.start {
                        out.push(base + row);
                    }
                }
            }
            first = next;
        }
        out
    }

    /// Returns the passing rows from `from` on, and the row from which to continue. Stops at the
    /// first row that has to be searched or searched again, and after at most `max_rows` rows.
    pub fn passing_from(&self, from: u64, max_rows: u64) -> (Vec<u64>, u64) {
        let mut rows = Vec::new();
        let end = self.rows.min(from.saturating_add(max_rows));
        let mut row = from;
        while row < end {
            let block = self.blocks.get((row / BLOCK_ROWS) as usize);
            match block.filter(|block| !block.again).and_then(|_| self.get(row)) {
                Some(true) => rows.push(row),
                Some(false) => {}
                None => break,
            }
            row += 1;
        }
        (rows, row)
    }

    /// Returns the nearest passing row strictly after (`forward`) or before a row. Stops at the
    /// first unsearched row.
    pub fn next(&self, from: u64, forward: bool) -> Nearest {
        let mut row = from;
        loop {
            let step = if forward { row.checked_add(1) } else { row.checked_sub(1) };
            let Some(next) = step.filter(|next| *next < self.rows) else { return Nearest::None };
            row = next;
            match self.get(row) {
                Some(true) => return Nearest::Row(row),
                None => return Nearest::Unsearched(row),
                Some(false) => {}
            }
            // skips the rest of a block in which no row passes
            let block = &self.blocks[(row / BLOCK_ROWS) as usize];
            let base = row - row % BLOCK_ROWS;
            if block.passed == 0 && block.searched == self.rows_in((row / BLOCK_ROWS) as usize) {
                row = if forward { base + u64::from(block.searched) - 1 } else { base };
            }
        }
    }
}

/// The nearest passing row, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearest {
    /// This row passes.
    Row(u64),
    /// No row up to this one passes, and this one was not searched yet.
    Unsearched(u64),
    /// There is no such row.
    None,
}

impl BitmapBlock {
    fn passing(&self) -> impl Iterator<Item = u64> + '_ {
        self.bits.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    at as u64 * 64 + u64::from(bit)
                })
            })
        })
    }
}

/// Returns the bits of a block in which no row passes.
pub fn no_bits() -> Bits {
    [0; WORDS]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(passed: &mut MatchBitmap, claim: Claim, test: impl Fn(u64) -> bool) {
        let mut bits = no_bits();
        for row in claim.rows().filter(|row| test(*row)) {
            let at = (row % BLOCK_ROWS) as usize;
            bits[at / 64] |= 1 << (at % 64);
        }
        passed.done(claim, &bits);
    }

    #[test]
    fn positions_and_rows_are_inverse_to_each_other() {
        let mut passed = MatchBitmap::default();
        let test = |row: u64| row.is_multiple_of(7) || (5000..5100).contains(&row);
        for rows in [1, 63, 4095, 4096, 4097, 20_000] {
            passed.grow(rows);
            while let Some(claim) = passed.claim(rows) {
                look(&mut passed, claim, test);
            }
            let naive: Vec<u64> = (0..rows).filter(|row| test(*row)).collect();
            assert_eq!(passed.passed(), naive.len() as u64);
            assert_eq!((passed.rows(), passed.searched()), (rows, rows));
            assert_eq!(passed.places(0..rows), naive);
            let end = naive.len() as u64;
            for from in [0, end / 2, end.saturating_sub(3), end, end + 5] {
                let wanted = naive.iter().copied().skip(from as usize).take(2);
                assert_eq!(passed.places(from..from + 2), wanted.collect::<Vec<_>>());
            }
            for row in [0, 1, rows / 2, rows - 1, rows, rows + 9000] {
                let wanted = naive.iter().filter(|passing| **passing < row).count();
                assert_eq!(passed.before(row), wanted as u64, "{row}");
                let after = naive.iter().copied().find(|passing| *passing > row);
                assert_eq!(passed.next(row, true), after.map_or(Nearest::None, Nearest::Row));
                let before = naive.iter().copied().rfind(|passing| *passing < row);
                if row <= rows {
                    assert_eq!(passed.next(row, false), before.map_or(Nearest::None, Nearest::Row));
                }
            }
        }
    }

    #[test]
    fn passing_rows_end_at_the_first_gap() {
        let mut passed = MatchBitmap::default();
        passed.grow(3 * BLOCK_ROWS);
        let claim = passed.claim(0).expect("rows");
        look(&mut passed, claim, |row| row.is_multiple_of(1000));
        assert_eq!(passed.passing_from(0, u64::MAX), (vec![0, 1000, 2000, 3000, 4000], BLOCK_ROWS));
        assert_eq!(passed.passing_from(1, 1000), (vec![1000], 1001));
        assert_eq!(passed.passing_from(BLOCK_ROWS, 10), (Vec::new(), BLOCK_ROWS));
        passed.look_again();
        assert_eq!(passed.passing_from(0, u64::MAX), (Vec::new(), 0));
    }

    #[test]
    fn claims_the_nearest_block_first_and_each_only_once_at_a_time() {
        let mut passed = MatchBitmap::default();
        passed.grow(5 * BLOCK_ROWS - 10);
        let claims: Vec<u64> = std::iter::from_fn(|| passed.claim(2 * BLOCK_ROWS + 1))
            .map(|claim| claim.rows().start / BLOCK_ROWS)
            .collect();
        assert_eq!(claims, [2, 1, 3, 0, 4]);
        assert_eq!(passed.next(0, true), Nearest::Unsearched(1));
    }

    #[test]
    fn continues_a_block_after_its_last_searched_row() {
        let mut passed = MatchBitmap::default();
        passed.grow(10);
        let claim = passed.claim(0).expect("rows");
        passed.grow(30);
        assert_eq!(passed.claim(0), None, "it is being searched");
        look(&mut passed, claim, |_| true);
        assert_eq!((passed.get(9), passed.get(10)), (Some(true), None));
        let claim = passed.claim(0).expect("the new rows");
        assert_eq!(claim.rows(), 10..30);
        passed.give_back(claim);
        let claim = passed.claim(0).expect("given back");
        look(&mut passed, claim, |row| row == 29);
        assert_eq!((passed.places(9..12), passed.searched()), (vec![9, 29], 30));
    }

    #[test]
    fn known_rows_end_at_the_first_gap() {
        let mut passed = MatchBitmap::default();
        passed.grow(3 * BLOCK_ROWS);
        let all = |passed: &mut MatchBitmap, near: u64| {
            let claim = passed.claim(near).expect("rows");
            look(passed, claim, |_| true);
            passed.known()
        };
        assert_eq!(all(&mut passed, 3 * BLOCK_ROWS), 0, "the last block alone");
        assert_eq!(all(&mut passed, 0), BLOCK_ROWS);
        passed.grow(3 * BLOCK_ROWS + 5);
        assert_eq!(all(&mut passed, BLOCK_ROWS), 3 * BLOCK_ROWS);
        assert_eq!(all(&mut passed, 3 * BLOCK_ROWS), 3 * BLOCK_ROWS + 5);
    }

    #[test]
    fn keeps_results_until_rows_are_searched_again() {
        let mut passed = MatchBitmap::default();
        passed.grow(BLOCK_ROWS + 10);
        while let Some(claim) = passed.claim(0) {
            look(&mut passed, claim, |_| true);
        }
        passed.look_again();
        passed.grow(BLOCK_ROWS + 20);
        assert_eq!((passed.passed(), passed.searched()), (BLOCK_ROWS + 10, BLOCK_ROWS + 10));
        let claim = passed.claim(0).expect("again");
        passed.give_back(claim);
        let claim = passed.claim(0).expect("still");
        look(&mut passed, claim, |row| row == 5);
        assert_eq!((passed.passed(), passed.places(0..1)), (11, vec![5]));
        let claim = passed.claim(0).expect("the other block");
        assert_eq!(claim.rows(), BLOCK_ROWS..BLOCK_ROWS + 20);
        look(&mut passed, claim, |_| false);
        assert_eq!((passed.passed(), passed.searched()), (1, BLOCK_ROWS + 20));
        assert_eq!(passed.claim(0), None);
    }
}
