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

/// Formats a share in percent, rounded; `0%` and `100%` mean exactly none and all.
pub fn share(part: u64, of: u64) -> String {
    let (part_wide, of_wide) = (u128::from(part), u128::from(of.max(1)));
    let rounded = (200 * part_wide + of_wide) / (2 * of_wide);
    percent(u64::try_from(rounded).unwrap_or(u64::MAX), part, of)
}

/// Formats a share in percent with one decimal; `0%` and `100%` mean exactly none and all.
pub(crate) fn fine_share(part: u64, of: u64) -> String {
    let (part_wide, of_wide) = (u128::from(part), u128::from(of.max(1)));
    match (2_000 * part_wide + of_wide) / (2 * of_wide) {
        0 if part > 0 => "<0.1%".to_owned(),
        1_000.. if part < of => ">99.9%".to_owned(),
        tenths if tenths % 10 == 0 => format!("{}%", tenths / 10),
        tenths => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// Formats a percentage that is already rounded; `0%` and `100%` mean exactly none and all.
pub fn percent(rounded: u64, part: u64, of: u64) -> String {
    match rounded {
        0 if part > 0 => "<1%".to_owned(),
        100.. if part < of => "99%".to_owned(),
        rounded => format!("{rounded}%"),
    }
}

/// Returns the parts of a whole in percent, rounded so that their sum is 100: the parts that would lose
/// most by rounding down are rounded up.
pub fn percents<const PARTS: usize>(parts: &[u64; PARTS]) -> [u64; PARTS] {
    let of: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    if of == 0 {
        return [0; PARTS];
    }
    let exact = parts.map(|part| 100 * u128::from(part));
    let mut out = exact.map(|part| (part / of) as u64);
    let mut most_lost: Vec<usize> = (0..PARTS).collect();
    most_lost.sort_by_key(|at| std::cmp::Reverse(exact[*at] % of));
    let left = 100 - out.iter().sum::<u64>();
    most_lost.into_iter().take(left as usize).for_each(|at| out[at] += 1);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_is_all_only_where_it_is_all() {
        assert_eq!([share(0, 0), share(0, 9), share(1, 1000)], ["0%", "0%", "<1%"]);
        assert_eq!([share(999, 1000), share(3, 3)], ["99%", "100%"]);
        assert_eq!(share(u64::MAX, u64::MAX), "100%");
        // rounded, not cut
        assert_eq!([share(3, 7), share(4, 7), share(6, 7)], ["43%", "57%", "86%"]);
    }

    #[test]
    fn a_fine_share_has_a_decimal_where_it_says_something() {
        let shares = [(0, 7), (1, 9_999), (9_998, 9_999), (7, 7), (932, 1_000), (1, 2), (0, 0)];
        let words = shares.map(|(part, of)| fine_share(part, of));
        assert_eq!(words, ["0%", "<0.1%", ">99.9%", "100%", "93.2%", "50%", "0%"]);
    }

    #[test]
    fn calls_and_repeats_are_apart() {
        let words = [calls_words(1, 0), calls_words(3, 1), calls_words(0, 2)];
        assert_eq!(words, ["1 call", "3 calls and 1 repeat", "0 calls and 2 repeats"]);
    }

    proptest! {
        #[test]
        fn parts_are_a_hundred_and_none_is_off_by_one(parts in prop::array::uniform5(0..2_000_u64)) {
            let of: u64 = parts.iter().sum();
            let out = percents(&parts);
            prop_assert_eq!(out.iter().sum::<u64>(), if of == 0 { 0 } else { 100 });
            for (part, percent) in parts.iter().zip(out) {
                prop_assert!((100 * part).abs_diff(percent * of) < of.max(1), "{parts:?} {out:?}");
            }
        }
    }
}
