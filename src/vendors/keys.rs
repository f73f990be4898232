//! One look-up a key that answers for all vendors.
//!
//! Every pointer that any table, setting or rule names is a [`Spot`]. They form a tree: a spot
//! whose value holds other spots is opened when a call is read ([`super::look`]), and each member
//! key is looked up once, with the spot of its object, for everybody.

use crate::call::pointer;

/// A place in the call that somebody reads: its number in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spot(pub u16);

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
    /// Its members are listed, known or not.
    listed: bool,
    has_children: bool,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    hash: u32,
    parent: u16,
    /// 0: the cell is free.
    spot: u16,
}

/// The tree of spots with its hash table.
#[derive(Debug)]
pub(super) struct Keys {
    places: Vec<Place>,
    cells: Vec<Cell>,
}

/// A quick hash of a key; its table is filled by tables and settings only, never by calls.
#[inline]
pub(super) fn hash(key: &str) -> u32 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = key.as_bytes();
    let mut state = bytes.len() as u64;
    let mut rest = bytes;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        state = (state.rotate_left(5) ^ u64::from_le_bytes(*chunk)).wrapping_mul(K);
        rest = tail;
    }
    if let Some((chunk, tail)) = rest.split_first_chunk::<4>() {
        state = (state.rotate_left(5) ^ u64::from(u32::from_le_bytes(*chunk))).wrapping_mul(K);
        rest = tail;
    }
    for byte in rest {
        state = (state.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(K);
    }
    (state >> 32) as u32
}

impl Default for Keys {
    fn default() -> Self {
        let root = Place {
            pointer: String::new(),
            key: String::new(),
            open: Vec::new(),
            listed: false,
            has_children: true,
        };
        Keys { places: vec![root], cells: vec![Cell { hash: 0, parent: 0, spot: 0 }; 64] }
    }
}

impl Keys {
    /// The spot of a pointer, made if it is new. The empty pointer is the call.
    pub fn spot(&mut self, path: &str) -> Spot {
        pointer::tokens(path).fold(Spot::ROOT, |parent, key| self.child(parent, &key))
    }

    /// The spot of a member, made if it is new.
    pub fn child(&mut self, parent: Spot, key: &str) -> Spot {
        let hash = hash(key);
        if let Some(spot) = self.find(parent, key, hash) {
            return spot;
        }
        let number = u16::try_from(self.places.len()).expect("fewer than 65,536 places");
        let spot = Spot(number);
        let pointer = pointer::push(&self.places[parent.0 as usize].pointer, key);
        self.places.push(Place {
            pointer,
            key: key.to_owned(),
            open: Vec::new(),
            listed: false,
            has_children: false,
        });
        self.places[parent.0 as usize].has_children = true;
        self.open(parent);
        if self.places.len() * 2 > self.cells.len() {
            self.grow();
        }
        self.insert(Cell { hash, parent: parent.0, spot: number });
        spot
    }

    /// The spot of a member whose members are to be listed, known or not.
    pub fn listed(&mut self, path: &str) -> Spot {
        let spot = self.spot(path);
        self.places[spot.0 as usize].listed = true;
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
        let mut at = Self::start(Spot(cell.parent), cell.hash) & mask;
        while self.cells[at].spot != 0 {
            at = (at + 1) & mask;
        }
        self.cells[at] = cell;
    }

    fn grow(&mut self) {
        let free = Cell { hash: 0, parent: 0, spot: 0 };
        let bigger = self.cells.len() * 2;
        let old = std::mem::replace(&mut self.cells, vec![free; bigger]);
        for cell in old.into_iter().filter(|cell| cell.spot != 0) {
            self.insert(cell);
        }
    }

    #[inline]
    fn start(parent: Spot, hash: u32) -> usize {
        (hash ^ u32::from(parent.0).wrapping_mul(0x85eb_ca6b)) as usize
    }

    /// The spot of a member, if anybody reads it.
    #[inline(always)]
    pub fn find(&self, parent: Spot, key: &str, hash: u32) -> Option<Spot> {
        let mask = self.cells.len() - 1;
        let mut at = Self::start(parent, hash) & mask;
        loop {
            let cell = self.cells[at];
            if cell.spot == 0 {
                return None;
            }
            if cell.hash == hash
                && cell.parent == parent.0
                && self.places[cell.spot as usize].key == key
            {
                return Some(Spot(cell.spot));
            }
            at = (at + 1) & mask;
        }
    }

    /// How many spots there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The pointer of a spot.
    pub fn pointer(&self, spot: Spot) -> &str {
        &self.places[spot.0 as usize].pointer
    }

    /// The spots right below one that are to be opened.
    pub(super) fn opened(&self, spot: Spot) -> &[Spot] {
        &self.places[spot.0 as usize].open
    }

    /// True if the members of a spot are listed.
    #[inline]
    pub(super) fn is_listed(&self, spot: Spot) -> bool {
        self.places[spot.0 as usize].listed
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
            assert_eq!(keys.find(properties, &key, hash(&key)), Some(*spot));
        }
        assert_eq!(keys.find(properties, "id", hash("id")), None);
        assert_eq!(keys.opened(Spot::ROOT).len(), 2);
    }
}
