//! Texts of digits that are plainly quantities, such as `"seats": "12"`. All other texts of digits,
//! such as postal codes, phone numbers, and tiers, stay texts, because a number loses their zeros.

use super::identity::is_numeric_text;
use super::near_names::{singular, words};

/// The maximum number of digits of a quantity. A double has all numbers of this length.
const MAX_DIGITS: usize = 15;

/// Words in the names of quantities. A plural at the end of a name means a quantity, too.
const QUANTITIES: [&str; 53] = [
    "acv",
    "age",
    "amount",
    "arr",
    "average",
    "avg",
    "balance",
    "cost",
    "count",
    "csat",
    "duration",
    "fte",
    "gb",
    "gmv",
    "growth",
    "headcount",
    "kb",
    "length",
    "limit",
    "ltv",
    "mb",
    "median",
    "mrr",
    "ms",
    "nps",
    "num",
    "pct",
    "per",
    "percent",
    "percentage",
    "price",
    "qty",
    "quantity",
    "quota",
    "rate",
    "ratio",
    "remaining",
    "revenue",
    "score",
    "since",
    "size",
    "spend",
    "spent",
    "storage",
    "sum",
    "tb",
    "tcv",
    "total",
    "usage",
    "used",
    "utilization",
    "volume",
    "weight",
];

/// Words in the names of texts that may be made of digits, in the singular.
const LABELS: [&str; 52] = [
    "address",
    "barcode",
    "bic",
    "build",
    "category",
    "cell",
    "class",
    "code",
    "date",
    "detail",
    "domain",
    "duns",
    "ean",
    "ein",
    "email",
    "fax",
    "grade",
    "hash",
    "iban",
    "id",
    "ip",
    "isbn",
    "key",
    "label",
    "level",
    "line",
    "mobile",
    "name",
    "note",
    "phase",
    "phone",
    "pin",
    "plan",
    "postal",
    "postcode",
    "priority",
    "rank",
    "ref",
    "reference",
    "serial",
    "siret",
    "sku",
    "ssn",
    "stage",
    "status",
    "tag",
    "tel",
    "telephone",
    "tier",
    "token",
    "version",
    "zip",
];

/// Returns true if a text is a number whose value is all that it says, and the name of its field is
/// that of a quantity.
pub(crate) fn is_quantity(name: &str, text: &str) -> bool {
    is_plain_number(text) && names_a_quantity(name)
}

/// Returns true for a numeric text that a number can replace without a loss.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    is_numeric_text(text)
        && !has_leading_zero
        && digits.bytes().filter(u8::is_ascii_digit).count() <= MAX_DIGITS
}

fn names_a_quantity(name: &str) -> bool {
    let words = words(name);
    let is_plural = |word: &String| {
        word.len() > 3
            && word.ends_with('s')
            && !["ss", "us", "is"].iter().any(|s| word.ends_with(s))
    };
    let is_label = |word: &String| {
        let one = singular(word);
        [word.as_str(), &one].iter().any(|word| {
            LABELS.contains(word)
                || ["code", "phone", "id"]
                    .iter()
                    .any(|end| word.len() > end.len() && word.ends_with(end))
        })
    };
    !words.iter().any(is_label)
        && (words.last().is_some_and(is_plural)
            || words.iter().any(|word| QUANTITIES.contains(&word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_digits_are_quantities_if_their_name_and_text_say_so() {
        for (name, text) in [
            ("seats", "12"),
            ("employees", "250"),
            ("mrr", "12.50"),
            ("totalRevenue", "-3"),
            ("active_users", "0"),
            ("number_of_seats", "7"),
            ("days_since_login", "0.5"),
            ("nps_score", "41"),
            ("loginCount", "999999999999999"),
        ] {
            assert!(is_quantity(name, text), "{name}: {text}");
        }
        for (name, text) in [
            ("billing_postal", "94107"),
            ("billingPostalCode", "94107"),
            ("zip", "01234"),
            ("zipcodes", "94107"),
            ("phone", "0041791234567"),
            ("phone_number", "15550100"),
            ("mobilePhone", "15550100"),
            ("tier", "1"),
            ("support_level", "3"),
            ("crm_id", "123"),
            ("crmId", "123"),
            ("account_ids", "12"),
            ("total_code", "12"),
            ("version", "1.10"),
            ("status", "2"),
            ("address", "12"),
            ("founded", "1999"),
            ("x", "1"),
            ("", "1"),
            ("seats", "012"),
            ("seats", "-00"),
            ("seats", "1e3"),
            ("seats", "1,000"),
            ("seats", "1000000000000000"),
        ] {
            assert!(!is_quantity(name, text), "{name}: {text}");
        }
    }
}
