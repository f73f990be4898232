//! The user ids that alias calls connect: each group of them is one person.

use hashbrown::HashMap;

/// The maximum number of ids in all groups.
pub(crate) const MAX_ALIASED_IDS: usize = 50_000;

/// Groups of ids, by the hashes of the ids. An id that no alias call names is in none.
#[derive(Debug, Default)]
pub(crate) struct AliasGroups {
    /// The place of each id's group.
    places: HashMap<u64, u32>,
    groups: Vec<Vec<u64>>,
}

impl AliasGroups {
    /// Returns the id that stands for a person: the same one for all ids of a group.
    pub fn person(&self, id: u64) -> u64 {
        self.places.get(&id).map_or(id, |place| self.groups[*place as usize][0])
    }

    /// Returns all ids of the person who has this id.
    pub fn ids_of_person<'a>(&'a self, id: &'a u64) -> &'a [u64] {
        match self.places.get(id) {
            Some(place) => &self.groups[*place as usize],
            None => std::slice::from_ref(id),
        }
    }

    /// Returns true if the groups have room for these ids.
    pub fn has_room(&self, ids: [u64; 2]) -> bool {
        let new = ids.iter().filter(|id| !self.places.contains_key(*id)).count();
        self.places.len() + new <= MAX_ALIASED_IDS
    }

    /// Makes two persons one.
    pub fn connect(&mut self, ids: [u64; 2]) {
        let [a, b] = ids.map(|id| self.place(id));
        let len = |place: u32| self.groups[place as usize].len();
        // the smaller group moves, so that no id moves often
        let (from, to) = if len(a) < len(b) { (a, b) } else { (b, a) };
        if from == to {
            return;
        }
        let moved = std::mem::take(&mut self.groups[from as usize]);
        for id in &moved {
            self.places.insert(*id, to);
        }
        self.groups[to as usize].extend(moved);
    }

    /// Returns the place of an id's group, which is made if there is none.
    fn place(&mut self, id: u64) -> u32 {
        *self.places.entry(id).or_insert_with(|| {
            self.groups.push(vec![id]);
            (self.groups.len() - 1) as u32
        })
    }
}
