//! What counts as an id, a text, a number or a date (`docs/specs/vendors.md` A.5, A.6).

use super::Reason;
use crate::call::{JsonKind, Val};
use std::borrow::Cow;

/// Which values a vendor takes for an id, and which it reads as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueRule {
    /// An id is a text that is not blank, or a number.
    #[default]
    Plain,
    /// JavaScript's reading: absent, `null` and `""` are passed over, an id is anything truthy.
    Truthy,
}

/// An id as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct IdText<'d> {
    /// The id as text; of a value that is not a string, its JSON text.
    pub text: Cow<'d, str>,
    /// False if the value was no string.
    pub is_string: bool,
}

/// The id that a value is under a rule, or why it is none.
pub fn id_of(value: Option<Val<'_>>, rule: ValueRule) -> Result<IdText<'_>, Reason> {
    let value = value.ok_or(Reason::Absent)?;
    let raw = || Ok(IdText { text: Cow::Borrowed(value.raw()), is_string: false });
    match value.kind() {
        JsonKind::Null => Err(Reason::Null),
        JsonKind::String => {
            let text = value.as_str().expect("a string");
            let blank = match rule {
                ValueRule::Plain => is_blank(&text),
                ValueRule::Truthy => text.is_empty(),
            };
            if blank { Err(Reason::Empty) } else { Ok(IdText { text, is_string: true }) }
        }
        JsonKind::Number if rule == ValueRule::Plain || truthy(value) => raw(),
        JsonKind::True | JsonKind::Object | JsonKind::Array if rule == ValueRule::Truthy => raw(),
        _ => Err(Reason::Type),
    }
}

/// What stands at a place where no usable id was found.
pub fn reason_at(value: Option<Val<'_>>) -> Reason {
    match value.map(|value| value.kind()) {
        None => Reason::Absent,
        Some(JsonKind::Null) => Reason::Null,
        Some(JsonKind::String) => Reason::Empty,
        Some(_) => Reason::Type,
    }
}

/// Empty, or only Unicode white space.
#[inline]
pub fn is_blank(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'!'..=b'~') => false,
        _ => text.trim().is_empty(),
    }
}

/// A string that is not blank.
#[inline]
pub fn text_of(value: Val<'_>) -> Option<Cow<'_, str>> {
    value.as_str().filter(|text| !is_blank(text))
}

/// JavaScript's truth of a value.
pub fn truthy(value: Val<'_>) -> bool {
    match value.kind() {
        JsonKind::Null | JsonKind::False => false,
        JsonKind::True | JsonKind::Object | JsonKind::Array => true,
        JsonKind::Number => !is_zero(value.raw()),
        JsonKind::String => value.raw().len() > 2,
    }
}

/// True for `0` in any spelling. A number too small for a double is zero too, as it is to a reader.
pub fn is_zero(number: &str) -> bool {
    // without an exponent, and not too long, any other digit makes it one that a double holds
    let plain = number.len() < 300 && number.bytes().all(|b| !matches!(b, b'e' | b'E'));
    if plain && number.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return false;
    }
    number.parse::<f64>().is_ok_and(|number| number == 0.0)
}

/// `-?digits[.digits]`, nothing around it.
pub fn is_numeric_text(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

/// A JSON number without a fractional part: `3`, `3.0`, `1.5e1`. Decided on the digits, since a
/// double has no fraction left in large numbers.
pub fn is_integer(number: &str) -> bool {
    let number = number.trim_start_matches('-');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() && whole.bytes().all(|b| b == b'0') {
        return true;
    }
    // an exponent that does not fit is so large that only its sign matters
    let exponent = exponent.parse::<i64>().unwrap_or(match exponent.starts_with('-') {
        true => i64::MIN / 2,
        false => i64::MAX / 2,
    });
    let zeros = whole.len() - whole.trim_end_matches('0').len();
    match fraction.is_empty() {
        true => exponent + zeros as i64 >= 0,
        false => exponent >= fraction.len() as i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn what_is_an_id() {
        for (json, plain, truthy) in [
            ("\"a\"", Ok("a"), Ok("a")),
            ("\" a \"", Ok(" a "), Ok(" a ")),
            ("\"\"", Err(Reason::Empty), Err(Reason::Empty)),
            ("\" \\u00a0\"", Err(Reason::Empty), Ok(" \u{a0}")),
            ("42.0", Ok("42.0"), Ok("42.0")),
            ("0", Ok("0"), Err(Reason::Type)),
            ("-0.0e3", Ok("-0.0e3"), Err(Reason::Type)),
            ("true", Err(Reason::Type), Ok("true")),
            ("false", Err(Reason::Type), Err(Reason::Type)),
            ("{}", Err(Reason::Type), Ok("{}")),
            ("null", Err(Reason::Null), Err(Reason::Null)),
        ] {
            let doc = Doc::parse(json).expect("valid");
            let id = |rule| id_of(Some(doc.root()), rule).map(|id| id.text.into_owned());
            assert_eq!(id(ValueRule::Plain), plain.map(str::to_owned), "{json}");
            assert_eq!(id(ValueRule::Truthy), truthy.map(str::to_owned), "{json}");
        }
    }

    #[test]
    fn zeros_are_what_a_double_makes_of_them() {
        let small = |zeros: usize| format!("0.{}1", "0".repeat(zeros));
        let (long, longer) = (small(290), small(400));
        for number in
            ["0", "-0", "0.0", "0e5", "1e-400", "1e-300", "-3", "0.5", "10", &long, &longer, ""]
        {
            let double = number.parse::<f64>();
            assert_eq!(is_zero(number), double.is_ok_and(|double| double == 0.0), "{number}");
        }
    }

    #[test]
    fn integers_by_their_digits() {
        for yes in ["0", "-0", "3", "3.0", "1.5e1", "30e-1", "1e400", "0.0e-9", "100e-2"] {
            assert!(is_integer(yes), "{yes}");
        }
        for no in
            ["0.5", "1e-1", "1.25e1", "30e-2", "9007199254740993.5", "1e-99999999999999999999"]
        {
            assert!(!is_integer(no), "{no}");
        }
    }

    #[test]
    fn numeric_texts() {
        for (text, want) in [
            ("12", true),
            ("-1.50", true),
            ("1.", false),
            (".5", false),
            ("+1", false),
            (" 1", false),
            ("1e3", false),
            ("", false),
            ("-", false),
            ("١", false),
        ] {
            assert_eq!(is_numeric_text(text), want, "{text}");
        }
    }
}
