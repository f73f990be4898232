//! A cache of name comparisons. Calls have the same names again and again, and without the cache, a
//! report on thousands of calls spent 1/5 of its time on comparing names.

use super::{HintKind, Id};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cell::RefCell;
use std::hash::BuildHasher;

/// The maximum number of cached results of a thread. When it is reached, the thread discards all.
const MAX_RESULTS: usize = 4_096;

/// The cached comparisons of a thread, by the hash of their names. Nobody can choose names of equal
/// hashes without observing this run, because each thread uses another hash function. By chance, two
/// of the cached comparisons have one hash once in 10^12 times.
#[derive(Default)]
struct ComparedTexts {
    hasher: RandomState,
    results: HashMap<u64, Option<HintKind>, RandomState>,
}

thread_local! {
    static COMPARED: RefCell<ComparedTexts> = RefCell::default();
}

/// Returns how a name is close to the wanted name of an id, by itself or together with the name of
/// its object. The result depends only on these names, so `compare` is called once and its result
/// is cached.
pub(crate) fn compare_once(
    (id, wanted): (Id, &str),
    parent: Option<&str>,
    key: &str,
    compare: impl FnOnce() -> Option<HintKind>,
) -> Option<HintKind> {
    COMPARED.with_borrow_mut(|ComparedTexts { hasher, results }| {
        let names = hasher.hash_one((id, wanted, parent, key));
        if let Some(known) = results.get(&names) {
            return *known;
        }
        if results.len() >= MAX_RESULTS {
            results.clear();
        }
        let result = compare();
        results.insert(names, result);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comparison_is_made_once_and_has_its_own_result() {
        let is_compared = |id, wanted: &str, parent: Option<&str>, key: &str| {
            let mut called = false;
            let result = compare_once((id, wanted), parent, key, || {
                called = true;
                Some(HintKind::Alias)
            });
            assert_eq!(result, Some(HintKind::Alias));
            called
        };
        let comparisons = [
            (Id::Account, "a", None, "bc"),
            (Id::User, "a", None, "bc"),
            (Id::Account, "ab", None, "c"),
            (Id::Account, "a", Some(""), "bc"),
            (Id::Account, "a", Some("b"), "c"),
            (Id::Account, "a", Some("-"), "bc"),
        ];
        for (id, wanted, parent, key) in comparisons {
            assert!(is_compared(id, wanted, parent, key), "{parent:?} {key}");
            assert!(!is_compared(id, wanted, parent, key), "{parent:?} {key}");
        }
        // the end of a name is part of the hash
        assert!(
            is_compared(Id::Account, "a", Some("b\0c"), "d")
                && is_compared(Id::Account, "a", Some("b"), "c\0d")
        );
        for nth in 0..MAX_RESULTS + 10 {
            assert!(is_compared(Id::User, "b", None, &nth.to_string()));
        }
    }
}
