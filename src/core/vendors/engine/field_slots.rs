//! A table of the places that any vendor reads, with one lookup for each key of a call.
//!
//! Every pointer that a vendor's table, setting or code names is a [`FieldSlot`]. The slots form a
//! tree. When a call is read ([`crate::vendors::look_plan`]), the objects that contain slots are
//! opened, and each member key is looked up once, with the slot of its object, for all vendors.

use crate::call::pointer;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place in the call that some vendor reads, by its number in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FieldSlot(pub u16);

impl FieldSlot {
    /// The call itself.
    pub const ROOT: FieldSlot = FieldSlot(0);
}

/// A set of slots.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlotSet(Vec<u64>);

impl SlotSet {
    pub fn insert(&mut self, slot: FieldSlot) {
        let word = slot.0 as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (slot.0 % 64);
    }

    #[inline]
    pub fn has(&self, slot: FieldSlot) -> bool {
        self.0.get(slot.0 as usize / 64).is_some_and(|word| word >> (slot.0 % 64) & 1 == 1)
    }
}

#[derive(Debug)]
struct SlotPlace {
    pointer: String,
    key: String,
    /// The children of this slot that have to be opened.
    open: Vec<FieldSlot>,
    /// The number of its list, if all its members are listed, including those without a slot.
    list: Option<u16>,
}

#[derive(Debug, Clone, Copy)]
struct SlotEntry {
    sign: Sign,
    parent: u16,
    /// The number of the slot; 0 if the cell is free.
    slot: u16,
}

/// The number of the next table.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

const FREE: SlotEntry = SlotEntry { sign: Sign { head: 0, tail: 0, len: 0 }, parent: 0, slot: 0 };

/// The tree of slots with its hash table.
#[derive(Debug)]
pub(crate) struct SlotTable {
    /// A number that no other table of this process has.
    number: u64,
    places: Vec<SlotPlace>,
    cells: Vec<SlotEntry>,
    /// The number of slots whose members are listed.
    lists: u16,
}

/// Both ends of a key and its length. They determine a key of up to 16 bytes completely, so most
/// keys are compared without reading their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    head: u64,
    tail: u64,
    len: u32,
}

impl Sign {
    #[inline(always)]
    pub fn from_key(key: &[u8]) -> Sign {
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

    /// Returns true if several keys may have this sign.
    #[inline]
    fn is_partial(self) -> bool {
        self.len > 16
    }

    /// Returns a fast, unseeded hash. Only tables and settings, never calls, add keys to the hash
    /// table, so a sender cannot fill it with colliding keys.
    #[inline(always)]
    pub fn hash(self) -> u32 {
        const K: u64 = 0x9e37_79b9_7f4a_7c15;
        let ends = self.head ^ self.tail.rotate_left(29) ^ u64::from(self.len) << 56;
        (ends.wrapping_mul(K) >> 32) as u32
    }
}

impl Default for SlotTable {
    fn default() -> Self {
        let root =
            SlotPlace { pointer: String::new(), key: String::new(), open: Vec::new(), list: None };
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        SlotTable { number, places: vec![root], cells: vec![FREE; 64], lists: 0 }
    }
}

impl SlotTable {
    /// Returns the slot of a pointer and creates it if it is new. The empty pointer is the call.
    pub fn slot(&mut self, path: &str) -> FieldSlot {
        pointer::tokens(path).fold(FieldSlot::ROOT, |parent, key| self.child(parent, &key))
    }

    /// Returns the slot of a member and creates it if it is new.
    pub fn child(&mut self, parent: FieldSlot, key: &str) -> FieldSlot {
        let sign = Sign::from_key(key.as_bytes());
        if let Some(slot) = self.find(parent, key.as_bytes(), sign) {
            return slot;
        }
        let number = u16::try_from(self.places.len()).expect("fewer than 65,536 places");
        let slot = FieldSlot(number);
        let pointer = pointer::push(&self.places[parent.0 as usize].pointer, key);
        self.places.push(SlotPlace { pointer, key: key.to_owned(), open: Vec::new(), list: None });
        self.open(parent);
        if self.places.len() * 2 > self.cells.len() {
            self.grow();
        }
        self.insert(SlotEntry { sign, parent: parent.0, slot: number });
        slot
    }

    /// Returns the slot of a pointer and marks it as listed: the plan of a call contains all its
    /// members, including those without a slot.
    pub fn listed(&mut self, path: &str) -> FieldSlot {
        let slot = self.slot(path);
        let list = &mut self.places[slot.0 as usize].list;
        if list.is_none() {
            *list = Some(self.lists);
            self.lists += 1;
        }
        self.open(slot);
        slot
    }

    /// Records at the parent of a slot that the slot has to be opened.
    fn open(&mut self, slot: FieldSlot) {
        let path = &self.places[slot.0 as usize].pointer;
        let Some((parent, _)) = path.rsplit_once('/') else { return };
        let parent = parent.to_owned();
        let parent = self.slot(&parent);
        let open = &mut self.places[parent.0 as usize].open;
        if !open.contains(&slot) {
            open.push(slot);
        }
    }

    fn insert(&mut self, cell: SlotEntry) {
        let mask = self.cells.len() - 1;
        let mut at = Self::start(FieldSlot(cell.parent), cell.sign) & mask;
        while self.cells[at].slot != 0 {
            at = (at + 1) & mask;
        }
        self.cells[at] = cell;
    }

    fn grow(&mut self) {
        let bigger = self.cells.len() * 2;
        let old = std::mem::replace(&mut self.cells, vec![FREE; bigger]);
        for cell in old.into_iter().filter(|cell| cell.slot != 0) {
            self.insert(cell);
        }
    }

    #[inline(always)]
    fn start(parent: FieldSlot, sign: Sign) -> usize {
        (sign.hash() ^ u32::from(parent.0).wrapping_mul(0x85eb_ca6b)) as usize
    }

    /// Returns the slot of a member, if some vendor reads it.
    #[inline(always)]
    pub fn find(&self, parent: FieldSlot, key: &[u8], sign: Sign) -> Option<FieldSlot> {
        let mask = self.cells.len() - 1;
        let mut at = Self::start(parent, sign) & mask;
        loop {
            let cell = &self.cells[at];
            if cell.slot == 0 {
                return None;
            }
            if cell.sign == sign
                && cell.parent == parent.0
                && (!sign.is_partial() || self.places[cell.slot as usize].key.as_bytes() == key)
            {
                return Some(FieldSlot(cell.slot));
            }
            at = (at + 1) & mask;
        }
    }

    /// Returns the number that distinguishes this table from others.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the number of slots.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns all slots.
    pub fn slots(&self) -> impl Iterator<Item = FieldSlot> + use<> {
        (0..self.places.len() as u16).map(FieldSlot)
    }

    /// Returns the pointer of a slot.
    pub fn pointer(&self, slot: FieldSlot) -> &str {
        &self.places[slot.0 as usize].pointer
    }

    /// Returns the children of a slot that have to be opened.
    pub(crate) fn opened(&self, slot: FieldSlot) -> &[FieldSlot] {
        &self.places[slot.0 as usize].open
    }

    /// Returns the number of the list of a slot's members, if they are listed.
    #[inline]
    pub(crate) fn list(&self, slot: FieldSlot) -> Option<usize> {
        self.places[slot.0 as usize].list.map(usize::from)
    }

    /// Returns the number of lists.
    pub(crate) fn lists(&self) -> usize {
        usize::from(self.lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_has_one_number() {
        let mut keys = SlotTable::default();
        let deep = keys.slot("/context/traits/company/id");
        let many: Vec<FieldSlot> =
            (0..200).map(|i| keys.slot(&format!("/properties/k{i}"))).collect();
        assert_eq!(keys.slot("/context/traits/company/id"), deep);
        assert_eq!(keys.pointer(deep), "/context/traits/company/id");
        let properties = keys.slot("/properties");
        for (i, slot) in many.iter().enumerate() {
            let key = format!("k{i}");
            assert_eq!(find(&keys, properties, &key), Some(*slot));
        }
        assert_eq!(find(&keys, properties, "id"), None);
        assert_eq!(keys.opened(FieldSlot::ROOT).len(), 2);
    }

    fn find(keys: &SlotTable, parent: FieldSlot, key: &str) -> Option<FieldSlot> {
        keys.find(parent, key.as_bytes(), Sign::from_key(key.as_bytes()))
    }

    #[test]
    fn keys_that_differ_in_one_byte_are_told_apart() {
        for len in 0..40 {
            let base = "k".repeat(len);
            let mut keys = SlotTable::default();
            let slot = keys.slot(&format!("/{base}"));
            assert_eq!(find(&keys, FieldSlot::ROOT, &base), Some(slot), "{len}");
            for at in 0..len {
                let other = format!("{}x{}", &base[..at], &base[at + 1..]);
                assert_eq!(find(&keys, FieldSlot::ROOT, &other), None, "{other}");
            }
            for other in [format!("{base}k"), format!("{base}\0")] {
                assert_eq!(find(&keys, FieldSlot::ROOT, &other), None, "{other}");
            }
        }
    }
}
