//! A cache of name comparisons. Calls have the same names again and again, and without the cache, a
//! report on thousands of calls spent 1/5 of its time on comparing names.

use super::{HintKind, Id};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cell::RefCell;

/// The maximum number of cached results of a thread. When it is reached, the thread discards all.
const MAX_RESULTS: usize = 4_096;
/// The maximum total length of the names of a cached comparison.
const MAX_KEY_BYTES: usize = 256;

/// The cached comparisons of a thread.
#[derive(Default)]
struct ComparedTexts {
    /// A buffer for a cache key: the id, the wanted name, the name of the object, and the name.
    cache_key: String,
    results: HashMap<String, Option<HintKind>, RandomState>,
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
    let names = [wanted, parent.unwrap_or_default(), key];
    // NUL separates the names of a cache key
    let is_plain = |name: &str| !name.contains('\0');
    if names.iter().map(|name| name.len()).sum::<usize>() > MAX_KEY_BYTES
        || !names.into_iter().all(is_plain)
    {
        return compare();
    }
    COMPARED.with_borrow_mut(|compared| {
        let ComparedTexts { cache_key, results } = compared;
        cache_key.clear();
        cache_key.push_str(id.name());
        cache_key.push(if parent.is_some() { '.' } else { '-' });
        for name in names {
            cache_key.push('\0');
            cache_key.push_str(name);
        }
        if let Some(known) = results.get(cache_key.as_str()) {
            return *known;
        }
        if results.len() >= MAX_RESULTS {
            results.clear();
        }
        let result = compare();
        results.insert(cache_key.clone(), result);
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
        // a comparison whose cache key would be ambiguous is not cached
        assert!(
            is_compared(Id::Account, "a", Some("b\0c"), "d")
                && is_compared(Id::Account, "a", Some("b"), "c\0d")
        );
        for nth in 0..MAX_RESULTS + 10 {
            assert!(is_compared(Id::User, "b", None, &nth.to_string()));
        }
    }
}
