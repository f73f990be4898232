//! Maps by the hash of a key in place of the key.
//!
//! A look at the text of a key is one more wait for memory, and vendors look up several keys for
//! each call. Of a million keys, two have the same hash by chance once in 10^7 runs. Nobody can
//! choose such keys without watching this run, because the hash is another in each run.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// A map by the hashes of keys.
pub(crate) type HashedKeyMap<V> = HashMap<u64, V, HashOfHash>;

/// Takes a key, which is a hash, for its own hash.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct HashOfHash;

impl BuildHasher for HashOfHash {
    type Hasher = PassedHash;
    fn build_hasher(&self) -> PassedHash {
        PassedHash(0)
    }
}

pub(crate) struct PassedHash(u64);

impl Hasher for PassedHash {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only whole hashes are keys");
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
