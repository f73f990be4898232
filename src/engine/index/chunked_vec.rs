//! A list that grows by blocks of a fixed size: a push never copies items and never doubles the
//! allocation.

/// The number of items in a block.
const BLOCK: usize = 4096;

/// A list in blocks of 4,096 items.
#[derive(Debug)]
pub struct ChunkedVec<T> {
    blocks: Vec<Vec<T>>,
    len: u64,
}

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        ChunkedVec { blocks: Vec::new(), len: 0 }
    }
}

impl<T> ChunkedVec<T> {
    /// Appends an item and returns its position.
    pub fn push(&mut self, item: T) -> u64 {
        if (self.len as usize).is_multiple_of(BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        self.blocks.last_mut().expect("a block was just made").push(item);
        self.len += 1;
        self.len - 1
    }

    /// Returns the number of items.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns true if there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the item at a position.
    pub fn get(&self, at: u64) -> Option<&T> {
        self.blocks.get(at as usize / BLOCK)?.get(at as usize % BLOCK)
    }

    /// Returns a mutable reference to the item at a position.
    pub fn get_mut(&mut self, at: u64) -> Option<&mut T> {
        self.blocks.get_mut(at as usize / BLOCK)?.get_mut(at as usize % BLOCK)
    }

    /// Returns the position of the first item for which `before` is false. `before` must be true
    /// for all items up to one position and false from there on.
    pub fn partition_point(&self, before: impl Fn(&T) -> bool) -> u64 {
        let full = self.blocks.partition_point(|block| block.last().is_some_and(&before));
        let within = self.blocks.get(full).map_or(0, |block| block.partition_point(&before));
        // the last block may be only partly full
        ((full * BLOCK + within) as u64).min(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_across_blocks() {
        let mut list = ChunkedVec::default();
        for n in 0..(3 * BLOCK as u64) {
            assert_eq!(list.push(n * 2), n);
        }
        assert_eq!(list.get(BLOCK as u64), Some(&(2 * BLOCK as u64)));
        assert_eq!(list.get(3 * BLOCK as u64), None);
        for wanted in [0, 1, 8191, 8192, 8193, 100_000] {
            let place = list.partition_point(|n| *n < wanted);
            assert_eq!(place, wanted.div_ceil(2).min(list.len()), "{wanted}");
        }
        list.push(1_000_000);
        assert_eq!(list.partition_point(|_| true), list.len(), "in a block that is not full");
    }
}
