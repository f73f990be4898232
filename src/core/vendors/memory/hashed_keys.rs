//! Maps that store the hash of a key in place of the key.
//!
//! Comparing the text of a key would be one more cache miss, and vendors look up several keys for
//! each call. The probability that two of a million keys have the same hash is about 1 in 10^7.
//! Nobody can choose such keys without observing this run, because each run uses another hash
//! function.

use hashbrown::DefaultHashBuilder;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

/// A map from the hashes of keys.
pub(crate) type HashedKeyMap<V> = HashMap<u64, V, HashOfHash>;

/// Returns the hash of a text that is a key. The memories of all vendors use one hash function, so
/// the ids of a call can be hashed once for all vendors.
pub(crate) fn hash_key(text: &str) -> u64 {
    static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    HASHER.hash_one(text)
}

/// A hasher factory that uses a key, which is a hash, as its own hash.
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
