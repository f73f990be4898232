//! One look-up a key that answers for all vendors.
//!
//! Every pointer that any table, setting or rule names is a [`Spot`]. They form a tree: a spot
//! whose value holds other spots is opened when a call is read ([`crate::vendors::engine::call_view`]), and each member
//! key is looked up once, with the spot of its object, for everybody.

use crate::call::pointer;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place in the call that somebody reads: its number in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spot(pub u16);

impl Spot {
    /// The call itself.
    pub const ROOT: Spot = Spot(0);
}

#[derive(Debug)]
struct Place {
    pointer: String,
    key: String,
    /// Spots right below this one that hold spots themselves.
    open: Vec<Spot>,
    /// Its members are listed, known or not: the number of the list.
    list: Option<u16>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    sign: Sign,
    parent: u16,
    /// 0: the cell is free.
    spot: u16,
}

/// The number of the next tree.
static NEXT: AtomicU64 = AtomicU64::new(1);

const FREE: Cell = Cell { sign: Sign { head: 0, tail: 0, len: 0 }, parent: 0, spot: 0 };

/// The tree of spots with its hash table.
#[derive(Debug)]
pub(crate) struct Keys {
    /// No two trees of a run have the same.
    number: u64,
    places: Vec<Place>,
    cells: Vec<Cell>,
    /// How many places are listed.
    lists: u16,
}

/// Both ends of a key and its length: all there is to say about one of up to 16 bytes, so that
/// most keys are compared without going to their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    head: u64,
    tail: u64,
    len: u32,
}

impl Sign {
    #[inline(always)]
    pub fn of(key: &[u8]) -> Sign {
        let small = |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four));
        let (head, tail) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => match (key.first_chunk::<4>(), key.last_chunk::<4>()) {
                (Some(head), Some(tail)) => (small(head), small(tail)),
                _ => match *key {
                    [] => (0, 0),
                    [a] => (u64::from(a), 0),
                    [a, b] => (u64::from(a), u64::from(b)),
                    [a, b, c, ..] => (u64::from(a), u64::from(b) << 8 | u64::from(c)),
                },
            },
        };
        Sign { head, tail, len: key.len() as u32 }
    }

    /// True if there may be two keys of this sign.
    #[inline]
    fn is_partial(self) -> bool {
        self.len > 16
    }

    /// A quick hash; its table is filled by tables and settings only, never by calls.
    #[inline(always)]
    pub fn hash(self) -> u32 {
        const K: u64 = 0x9e37_79b9_7f4a_7c15;
        let ends = self.head ^ self.tail.rotate_left(29) ^ u64::from(self.len) << 56;
        (ends.wrapping_mul(K) >> 32) as u32
    }
}

impl Default for Keys {
    fn default() -> Self {
        let root =
            Place { pointer: String::new(), key: String::new(), open: Vec::new(), list: None };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Keys { number, places: vec![root], cells: vec![FREE; 64], lists: 0 }
    }
}

impl Keys {
    /// The spot of a pointer, made if it is new. The empty pointer is the call.
    pub fn spot(&mut self, path: &str) -> Spot {
        pointer::tokens(path).fold(Spot::ROOT, |parent, key| self.child(parent, &key))
    }

    /// The spot of a member, made if it is new.
    pub fn child(&mut self, parent: Spot, key: &str) -> Spot {
        let sign = Sign::of(key.as_bytes());
        if let Some(spot) = self.find(parent, key.as_bytes(), sign) {
            return spot;
        }
        let number = u16::try_from(self.places.len()).expect("fewer than 65,536 places");
        let spot = Spot(number);
        let pointer = pointer::push(&self.places[parent.0 as usize].pointer, key);
        self.places.push(Place { pointer, key: key.to_owned(), open: Vec::new(), list: None });
        self.open(parent);
        if self.places.len() * 2 > self.cells.len() {
            self.grow();
        }
        self.insert(Cell { sign, parent: parent.0, spot: number });
        spot
    }

    /// The spot of a member whose members are to be listed, known or not.
    pub fn listed(&mut self, path: &str) -> Spot {
        let spot = self.spot(path);
        let list = &mut self.places[spot.0 as usize].list;
        if list.is_none() {
            *list = Some(self.lists);
            self.lists += 1;
        }
        self.open(spot);
        spot
    }

    /// Notes, at its parent, that a spot is to be opened.
    fn open(&mut self, spot: Spot) {
        let path = &self.places[spot.0 as usize].pointer;
        let Some((parent, _)) = path.rsplit_once('/') else { return };
        let parent = parent.to_owned();
        let parent = self.spot(&parent);
        let open = &mut self.places[parent.0 as usize].open;
        if !open.contains(&spot) {
            open.push(spot);
        }
    }

    fn insert(&mut self, cell: Cell) {
        let mask = self.cells.len() - 1;
        let mut at = Self::start(Spot(cell.parent), cell.sign) & mask;
        while self.cells[at].spot != 0 {
            at = (at + 1) & mask;
        }
        self.cells[at] = cell;
    }

    fn grow(&mut self) {
        let bigger = self.cells.len() * 2;
        let old = std::mem::replace(&mut self.cells, vec![FREE; bigger]);
        for cell in old.into_iter().filter(|cell| cell.spot != 0) {
            self.insert(cell);
        }
    }

    #[inline(always)]
    fn start(parent: Spot, sign: Sign) -> usize {
        (sign.hash() ^ u32::from(parent.0).wrapping_mul(0x85eb_ca6b)) as usize
    }

    /// The spot of a member, if anybody reads it.
    #[inline(always)]
    pub fn find(&self, parent: Spot, key: &[u8], sign: Sign) -> Option<Spot> {
        let mask = self.cells.len() - 1;
        let mut at = Self::start(parent, sign) & mask;
        loop {
            let cell = &self.cells[at];
            if cell.spot == 0 {
                return None;
            }
            if cell.sign == sign
                && cell.parent == parent.0
                && (!sign.is_partial() || self.places[cell.spot as usize].key.as_bytes() == key)
            {
                return Some(Spot(cell.spot));
            }
            at = (at + 1) & mask;
        }
    }

    /// What tells this tree from others.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many spots there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// All spots.
    pub fn spots(&self) -> impl Iterator<Item = Spot> + use<> {
        (0..self.places.len() as u16).map(Spot)
    }

    /// The pointer of a spot.
    pub fn pointer(&self, spot: Spot) -> &str {
        &self.places[spot.0 as usize].pointer
    }

    /// The spots right below one that are to be opened.
    pub(crate) fn opened(&self, spot: Spot) -> &[Spot] {
        &self.places[spot.0 as usize].open
    }

    /// The number of the list of a spot's members, if they are listed.
    #[inline]
    pub(crate) fn list(&self, spot: Spot) -> Option<usize> {
        self.places[spot.0 as usize].list.map(usize::from)
    }

    /// How many lists there are.
    pub(crate) fn lists(&self) -> usize {
        usize::from(self.lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_has_one_number() {
        let mut keys = Keys::default();
        let deep = keys.spot("/context/traits/company/id");
        let many: Vec<Spot> = (0..200).map(|i| keys.spot(&format!("/properties/k{i}"))).collect();
        assert_eq!(keys.spot("/context/traits/company/id"), deep);
        assert_eq!(keys.pointer(deep), "/context/traits/company/id");
        let properties = keys.spot("/properties");
        for (i, spot) in many.iter().enumerate() {
            let key = format!("k{i}");
            assert_eq!(find(&keys, properties, &key), Some(*spot));
        }
        assert_eq!(find(&keys, properties, "id"), None);
        assert_eq!(keys.opened(Spot::ROOT).len(), 2);
    }

    fn find(keys: &Keys, parent: Spot, key: &str) -> Option<Spot> {
        keys.find(parent, key.as_bytes(), Sign::of(key.as_bytes()))
    }

    #[test]
    fn keys_that_differ_in_one_byte_are_told_apart() {
        for len in 0..40 {
            let base = "k".repeat(len);
            let mut keys = Keys::default();
            let spot = keys.spot(&format!("/{base}"));
            assert_eq!(find(&keys, Spot::ROOT, &base), Some(spot), "{len}");
            for at in 0..len {
                let other = format!("{}x{}", &base[..at], &base[at + 1..]);
                assert_eq!(find(&keys, Spot::ROOT, &other), None, "{other}");
            }
            for other in [format!("{base}k"), format!("{base}\0")] {
                assert_eq!(find(&keys, Spot::ROOT, &other), None, "{other}");
            }
        }
    }
}
