//! Numbers as JavaScript writes them: the output of a service that parses a call into doubles and
//! serializes it again. A number whose value does not change keeps its spelling, because `12.0` and
//! `12` are the same JSON value.

use std::borrow::Cow;

/// The maximum number of digits with which every integer is exact as a double.
const EXACT_DIGITS: usize = 15;

/// Returns the JSON text of a number after JavaScript has parsed and serialized it, or the
/// unchanged text if the value is the same.
pub(crate) fn number(json: &str) -> Cow<'_, str> {
    let after = text(json);
    if *after == *json || decimal(&after) == decimal(json) { Cow::Borrowed(json) } else { after }
}

/// Returns the text that JavaScript prints for a number's JSON text.
pub(crate) fn text(json: &str) -> Cow<'_, str> {
    let digits = json.strip_prefix('-').unwrap_or(json);
    if digits.len() <= EXACT_DIGITS && digits.bytes().all(|b| b.is_ascii_digit()) && json != "-0" {
        return Cow::Borrowed(json);
    }
    match json.parse::<f64>() {
        Ok(value) if value.is_finite() => Cow::Owned(print(value)),
        _ => Cow::Borrowed("null"),
    }
}

/// Returns true if the value of a number changes when JavaScript parses it.
pub(crate) fn changes(json: &str) -> bool {
    *number(json) != *json
}

/// Replaces each number in JSON text with the number that JavaScript makes of it.
pub(crate) fn rewrite(json: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let len = if rest.starts_with('"') { string_len(rest) } else { number_len(rest) };
        let (token, after) = rest.split_at(len);
        out.push_str(&if token.starts_with('"') { Cow::Borrowed(token) } else { number(token) });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns the number of bytes of the string that a text begins with, including its quotes.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|(_, b)| {
        let ends = !escaped && *b == b'"';
        escaped = !escaped && *b == b'\\';
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

fn number_len(text: &str) -> usize {
    let of_number = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes().position(|b| !of_number(b)).unwrap_or(text.len())
}

/// Formats a number as `Number::toString` of ECMAScript does.
fn print(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // the number of digits before the decimal point
    let point = exponent + 1;
    let count = digits.len() as i32;
    let text = match point {
        _ if (count..=21).contains(&point) => {
            format!("{digits}{}", "0".repeat((point - count) as usize))
        }
        1..=21 => {
            let (whole, fraction) = digits.split_at(point as usize);
            format!("{whole}.{fraction}")
        }
        -5..=0 => format!("0.{}{digits}", "0".repeat(-point as usize)),
        _ => {
            let (first, others) = digits.split_at(1);
            let dot = if others.is_empty() { "" } else { "." };
            let plus = if exponent < 0 { "-" } else { "+" };
            format!("{first}{dot}{others}e{plus}{}", exponent.abs())
        }
    };
    format!("{sign}{text}")
}

/// Splits a decimal number into its sign, its digits without leading and trailing zeros, and the
/// power of ten of the last digit.
fn decimal(text: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = all.trim_end_matches('0');
    if significant.trim_start_matches('0').is_empty() {
        return (false, String::new(), 0);
    }
    let zeros = (all.len() - significant.len()) as i64;
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let digits = significant.trim_start_matches('0').to_owned();
    (whole.starts_with('-'), digits, exponent - fraction.len() as i64 + zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with the output of Node's `JSON.stringify(JSON.parse(text))`.
    #[test]
    fn numbers_are_printed_as_javascript_prints_them() {
        for (json, want) in [
            ("1234567890123456789", "1234567890123456800"),
            ("987654321987654321", "987654321987654300"),
            ("-9007199254740993", "-9007199254740992"),
            ("9007199254740991", "9007199254740991"),
            ("12.0", "12"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("123456789012345678901234", "1.2345678901234569e+23"),
            ("0.1", "0.1"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("1.5e-9", "1.5e-9"),
            ("1E3", "1000"),
            ("0.1234567890123456789", "0.12345678901234568"),
            ("1e400", "null"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("100", "100"),
        ] {
            assert_eq!(text(json), want, "{json}");
        }
    }

    #[test]
    fn a_number_changes_if_its_value_does() {
        for same in ["12.0", "1e21", "0.1", "42", "-0", "1E3", "9007199254740991", "1.50"] {
            assert!(!changes(same), "{same}");
            assert_eq!(number(same), same);
        }
        for other in ["9007199254740993", "1234567890123456789", "0.1234567890123456789", "1e400"] {
            assert!(changes(other), "{other}");
        }
    }

    #[test]
    fn only_numbers_are_rewritten() {
        let json = r#"{"a12.0":[12.0,"1.0 \\\" 2.0",-9007199254740993,true],"b":{"c":1e21}}"#;
        let want = r#"{"a12.0":[12.0,"1.0 \\\" 2.0",-9007199254740992,true],"b":{"c":1e21}}"#;
        assert_eq!(rewrite(json), want);
    }
}
