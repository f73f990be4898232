//! Formats shares in percent, for every page and report.

/// Formats a share in percent, rounded; `0%` and `100%` mean exactly none and all.
pub fn share(part: u64, of: u64) -> String {
    let (part_wide, of_wide) = (u128::from(part), u128::from(of.max(1)));
    match (200 * part_wide + of_wide) / (2 * of_wide) {
        0 if part > 0 => "<1%".to_owned(),
        100.. if part < of => "99%".to_owned(),
        rounded => format!("{rounded}%"),
    }
}

/// Formats a share in percent with one decimal; `0%` and `100%` mean exactly none and all.
pub fn fine_share(part: u64, of: u64) -> String {
    let (part_wide, of_wide) = (u128::from(part), u128::from(of.max(1)));
    match (2_000 * part_wide + of_wide) / (2 * of_wide) {
        0 if part > 0 => "<0.1%".to_owned(),
        1_000.. if part < of => ">99.9%".to_owned(),
        tenths if tenths % 10 == 0 => format!("{}%", tenths / 10),
        tenths => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
