//! The definitions of ids, texts and numbers (`docs/specs/vendors.md` A.5, A.6).

use super::Reason;
use crate::call::{JsonKind, Val};
use std::borrow::Cow;

/// The rule of a vendor for the values that are ids and those that count as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueRule {
    /// An id is a text that is not blank, or a number.
    #[default]
    Plain,
    /// As in JavaScript: `null` and `""` count as absent, and any truthy value is an id.
    Truthy,
}

/// The text of an id in a call.
#[derive(Debug, Clone, PartialEq)]
pub struct IdText<'d> {
    /// The id as text; for a value that is not a string, its JSON text.
    pub text: Cow<'d, str>,
    /// True if the value is a string.
    pub is_string: bool,
}

/// Returns the id of a value according to a rule.
///
/// # Errors
/// Fails with the reason if the value is not an id.
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

/// Returns the reason why a value is not a usable id, from its kind alone.
pub fn reason_at(value: Option<Val<'_>>) -> Reason {
    match value.map(|value| value.kind()) {
        None => Reason::Absent,
        Some(JsonKind::Null) => Reason::Null,
        Some(JsonKind::String) => Reason::Empty,
        Some(_) => Reason::Type,
    }
}

/// Returns true if a text is empty or only Unicode white space.
#[inline]
pub fn is_blank(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'!'..=b'~') => false,
        _ => text.trim().is_empty(),
    }
}

/// Returns a string that is not blank.
#[inline]
pub fn text_of(value: Val<'_>) -> Option<Cow<'_, str>> {
    value.as_str().filter(|text| !is_blank(text))
}

/// Returns true if a value is true in JavaScript.
pub fn truthy(value: Val<'_>) -> bool {
    match value.kind() {
        JsonKind::Null | JsonKind::False => false,
        JsonKind::True | JsonKind::Object | JsonKind::Array => true,
        JsonKind::Number => !is_zero(value.raw()),
        JsonKind::String => value.raw().len() > 2,
    }
}

/// Returns true for `0` in any spelling, and for a number that is too small for a double, because
/// programs parse it as 0.
pub fn is_zero(number: &str) -> bool {
    // a number of this length without an exponent is large enough for a double if any digit is not
    // 0
    let plain = number.len() < 300 && number.bytes().all(|b| !matches!(b, b'e' | b'E'));
    if plain && number.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return false;
    }
    number.parse::<f64>().is_ok_and(|number| number == 0.0)
}

/// Returns true for `-?digits[.digits]` without anything around it.
pub fn is_numeric_text(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

/// Returns true for a JSON number without a fractional part: `3`, `3.0`, `1.5e1`. It checks the
/// digits, because large doubles have no fractional part.
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
