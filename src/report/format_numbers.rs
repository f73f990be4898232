//! Formats numbers for people.

/// Formats a count with its noun.
pub fn plural(count: u64, what: &str) -> String {
    plural_of(count, what, &format!("{what}s"))
}

/// Formats a count with its noun and a given plural: `2 processes`.
pub(crate) fn plural_of(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Formats a number of calls, with the repeats if there are any: `3 calls and 1 repeat`.
pub fn calls_words(calls: u64, repeats: u64) -> String {
    match repeats {
        0 => plural(calls, "call"),
        some => format!("{} and {}", plural(calls, "call"), plural(some, "repeat")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_repeats_are_apart() {
        let words = [calls_words(1, 0), calls_words(3, 1), calls_words(0, 2)];
        assert_eq!(words, ["1 call", "3 calls and 1 repeat", "0 calls and 2 repeats"]);
    }
}
