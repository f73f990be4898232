//! The search for the name that a misspelled one was probably meant to be.

/// The maximum length of names that are compared; no known name is near a longer one.
const MAX_NAME_CHARS: usize = 64;

/// Returns the known name with the fewest edits from `name`, if these are at most a third of the
/// name's length plus one.
pub fn nearest_name<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let chars = name.chars().take(MAX_NAME_CHARS + 1).count();
    if chars > MAX_NAME_CHARS {
        return None;
    }
    let known = known.into_iter();
    let near = known.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    near.filter(|(distance, _)| *distance <= 1 + chars / 3).map(|(_, near)| near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_not_compared() {
        assert_eq!(nearest_name("ligth", ["dark", "light"]), Some("light"));
        assert_eq!(nearest_name("purchase", ["dark", "light"]), None);
        let long = "x".repeat(1 << 20);
        assert_eq!(nearest_name(&long, ["dark", &long]), None);
    }
}
