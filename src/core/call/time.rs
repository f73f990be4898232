//! Times in the form that calls use (`docs/specs/vendors.md` A.6): ISO-8601, milliseconds since the
//! epoch.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// The value of an unknown time.
pub const NO_TIME: Millis = 0;

/// One day in milliseconds.
pub const DAY_MS: Millis = 86_400_000;

/// Parses `YYYY-MM-DD`, optionally followed by `T`, `HH:MM`, `:SS`, a fraction after a point or a
/// comma and, after a time, an offset; or the same without `-` and `:`. Milliseconds are truncated,
/// not rounded; a time without an offset is UTC.
pub fn parse(text: &str) -> Option<Millis> {
    let bytes = text.as_bytes();
    bytes.try_into().ok().and_then(parse_common_form).or_else(|| parse_any_form(bytes))
}

/// Parses the form that libraries and [`format()`] write, of which every call has several. Its
/// digits are checked eight bytes at a time.
fn parse_common_form(text: &[u8; 24]) -> Option<Millis> {
    const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    let mut odd = 0;
    for at in [0, 8, 16] {
        let eight = |text: &[u8; 24]| u64::from_le_bytes(std::array::from_fn(|n| text[at + n]));
        // a digit differs from `0` in its low four bits only, and by at most 9
        let difference = eight(text) ^ eight(FORM);
        let low_bits = eight(&LOW_BITS);
        odd |= difference & !low_bits;
        odd |=
            ((difference & low_bits) + (0x0606_0606_0606_0606 & low_bits)) & 0x1010_1010_1010_1010;
    }
    if odd != 0 {
        return None;
    }
    let digit = |at: usize| u32::from(text[at] & 0xf);
    let two = |at: usize| digit(at) * 10 + digit(at + 1);
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second) = (two(11), two(14), two(17));
    // all months have 28 days; the few days after them are left to `parse_any_form`
    let is_plain = (1..=12).contains(&month) && (1..=28).contains(&day);
    if !is_plain || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let ms = ((hour * 60 + minute) * 60 + second) * 1000 + two(20) * 10 + digit(22);
    Some(days_from_civil(year, month, day) * DAY_MS + Millis::from(ms))
}

/// A mask of the low four bits of each digit in the common form; 0 for its signs.
const LOW_BITS: [u8; 24] = {
    let mut bits = [0x0f; 24];
    let signs = [4, 7, 10, 13, 16, 19, 23];
    let mut nth = 0;
    while nth < signs.len() {
        bits[signs[nth]] = 0;
        nth += 1;
    }
    bits
};

/// Parses all forms. The common form has its own parser, so this one does not have to be quick.
fn parse_any_form(text: &[u8]) -> Option<Millis> {
    let (date, is_basic, rest) = parse_date(text)?;
    if rest.is_empty() {
        return Some(date);
    }
    let [b'T', rest @ ..] = rest else { return None };
    let (hour, rest) = two_digits(rest)?;
    let (minute, mut rest) = two_digits(skip_sign(rest, b':', is_basic)?)?;
    let (mut second, mut millis) = (0, 0);
    if rest.first().is_some_and(|byte| *byte == b':' || byte.is_ascii_digit()) {
        (second, rest) = two_digits(skip_sign(rest, b':', is_basic)?)?;
        if let [b'.' | b',', after @ ..] = rest {
            (millis, rest) = fraction(after)?;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset_minutes = offset(rest)?;
    Some(date + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + millis)
}

/// Parses `YYYY-MM-DD` or the basic form `YYYYMMDD`. Returns the time at which the day begins,
/// whether the form is basic, and the rest after the date.
fn parse_date(text: &[u8]) -> Option<(Millis, bool, &[u8])> {
    let (century, rest) = two_digits(text)?;
    let (year, rest) = two_digits(rest)?;
    let is_basic = rest.first() != Some(&b'-');
    let year = century * 100 + year;
    let (month, rest) = two_digits(skip_sign(rest, b'-', is_basic)?)?;
    let (day, rest) = two_digits(skip_sign(rest, b'-', is_basic)?)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let days = days_from_civil(year as u32, month as u32, day as u32);
    Some((days * DAY_MS, is_basic, rest))
}

/// Reads the milliseconds from at least one digit, and returns the rest after the digits.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let digit = |at: usize| if at < count { i64::from(rest[at] - b'0') } else { 0 };
    (count > 0).then(|| (digit(0) * 100 + digit(1) * 10 + digit(2), &rest[count..]))
}

/// Parses an offset: nothing, `Z`, `±HH`, `±HHMM` or `±HH:MM`. Returns it in minutes.
fn offset(rest: &[u8]) -> Option<i64> {
    let (sign, rest) = match rest {
        [] | [b'Z'] => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match *rest {
        [h1, h2] => (two(h1, h2)?, 0),
        [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => (two(h1, h2)?, two(m1, m2)?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

/// Returns the rest after the sign between two numbers, which the basic form leaves out.
fn skip_sign(text: &[u8], sign: u8, is_basic: bool) -> Option<&[u8]> {
    if is_basic { Some(text) } else { text.strip_prefix(&[sign]) }
}

/// Reads a number of two digits, and returns the rest after them.
fn two_digits(text: &[u8]) -> Option<(i64, &[u8])> {
    let ([tens, ones], rest) = text.split_first_chunk::<2>()?;
    Some((two(*tens, *ones)?, rest))
}

fn two(a: u8, b: u8) -> Option<i64> {
    let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
    (a < 10 && b < 10).then(|| i64::from(a * 10 + b))
}

/// Returns the time as `YYYY-MM-DDTHH:MM:SS.mmmZ`.
pub fn format(millis: Millis) -> String {
    let mut out = String::with_capacity(24);
    write(&mut out, millis);
    out
}

/// Returns the time as [`format()`] does, or `None` if it is not known.
pub fn format_known(millis: Millis) -> Option<String> {
    (millis != NO_TIME).then(|| format(millis))
}

/// Appends the text of [`format()`] without an allocation, because times are written for every
/// call.
pub fn write(out: &mut String, millis: Millis) {
    let (days, ms) = (millis.div_euclid(DAY_MS), millis.rem_euclid(DAY_MS) as u32);
    // the years 0 to 9999 are computed in unsigned 32-bit numbers
    let (year, month, day) = match u32::try_from(days + 719_468) {
        Ok(days) if days < 3_652_061 => {
            let (year, month, day) = civil(days);
            (i64::from(year), i64::from(month), i64::from(day))
        }
        _ => civil_from_days(days),
    };
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut pair = |at: usize, value: u32| {
        text[at] += (value / 10) as u8;
        text[at + 1] += (value % 10) as u8;
    };
    let in_four = (0..=9999).contains(&year);
    if in_four {
        pair(0, year as u32 / 100);
        pair(2, year as u32 % 100);
    } else {
        out.push_str(&format!("{year:04}"));
    }
    pair(5, month as u32);
    pair(8, day as u32);
    pair(11, ms / 3_600_000);
    pair(14, ms / 60_000 % 60);
    pair(17, ms / 1000 % 60);
    pair(20, ms % 1000 / 10);
    text[22] += (ms % 10) as u8;
    let text = std::str::from_utf8(&text[if in_four { 0 } else { 4 }..]);
    out.push_str(text.expect("digits and signs"));
}

/// Returns the UTC day of this time as `YYYY-MM-DD`.
pub fn format_date(millis: Millis) -> String {
    let (year, month, day) = civil_from_days(millis.div_euclid(DAY_MS));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns the current time by the system's clock.
pub fn now() -> Millis {
    use std::time::{SystemTime, UNIX_EPOCH};
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days since the epoch of a civil date in the years 0 to 9999 (the usual era
/// arithmetic; March starts the year). It uses unsigned 32-bit numbers, because every call has
/// several times.
fn days_from_civil(year: u32, month: u32, day: u32) -> i64 {
    // one era is added, so that January of the year 0 has a year before it
    let year = year + 400 - u32::from(month <= 2);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day;
    i64::from(days) - 1 - 719_468 - 146_097
}

/// Returns the civil date `days` days after March 1 of the year 0.
fn civil(days: u32) -> (u32, u32, u32) {
    let (era, doe) = (days / 146_097, days % 146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u32::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_senders_write() {
        for (text, want) in [
            ("1970-01-01", Some(0)),
            ("2024-05-01T10:00:00Z", Some(1_714_557_600_000)),
            ("2024-05-01T10:00", Some(1_714_557_600_000)),
            ("2024-05-01T10:00Z", Some(1_714_557_600_000)),
            ("2024-05-01T12:00:00.9999999+02:00", Some(1_714_557_600_999)),
            ("2024-05-01T12:00:00.5+0200", Some(1_714_557_600_500)),
            ("2024-02-29", Some(1_709_164_800_000)),
            ("2023-02-29", None),
            ("2024-05-01T24:00:00Z", None),
            ("2024-05-01T23:59:60Z", None),
            ("2024-05-01t10:00:00Z", None),
            ("2024-05-01T10:00:00z", None),
            ("2024-05-01T10:00:00.Z", None),
            ("2024-05-01Z", None),
            (" 2024-05-01", None),
            ("2024-05-01T10:00:00-02:30", Some(1_714_566_600_000)),
            ("2024-05-01T10:00-0230", Some(1_714_566_600_000)),
            ("2024-05-01T10:00:00.12", Some(1_714_557_600_120)),
            ("2024-05-01T10:00:00.1x", None),
            ("2024-05-01T10:00:0", None),
            ("2024-05-01T10:00:00*02:00", None),
            ("2024-05-01T10:00:00+02:0", None),
            ("2024-05-01T10:00:00+24:00", None),
            ("2024-05-01T10:00:00:00", None),
            ("2024-05-01T10", None),
            ("2024-05-01T12:00:00+02", Some(1_714_557_600_000)),
            ("2024-05-01T12:00+02", Some(1_714_557_600_000)),
            ("2024-05-01T12:00:00,5+02", Some(1_714_557_600_500)),
            ("2024-05-01T10:00:00,5Z", Some(1_714_557_600_500)),
            ("20240501", Some(1_714_521_600_000)),
            ("20240501T100000Z", Some(1_714_557_600_000)),
            ("20240501T1000", Some(1_714_557_600_000)),
            ("20240501T120000.25+0200", Some(1_714_557_600_250)),
            ("20240501T120000,25+02", Some(1_714_557_600_250)),
            ("20230229", None),
            ("20240501T10", None),
            ("20240501T1000000Z", None),
            ("20240501T10:00:00Z", None),
            ("2024-05-01T100000Z", None),
            ("2024-0501", None),
            ("202405-01", None),
            ("2024-05", None),
            ("2024-05-01T10:00:00+2", None),
            ("2024-05-01T10:00:00+24", None),
            ("2024-05-01T10:00:00,Z", None),
            ("2024-05-01T10:00,5Z", None),
            ("2024-W18-3", None),
            ("2024-122", None),
            ("2024122", None),
            ("01/05/2024", None),
            ("", None),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
    }

    proptest! {
        /// Texts that are nearly of the common form give the same time by both functions.
        #[test]
        fn both_parsers_give_the_same_time(
            year in 0u32..10_000, month in 0u32..14, day in 0u32..33, hour in 0u32..26,
            minute in 0u32..62, second in 0u32..62, ms in 0u32..1000,
            at in 0usize..48, other in any::<u8>(),
        ) {
            let text = format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z"
            );
            let mut bytes: [u8; 24] = text.as_bytes().try_into().expect("24 bytes");
            if let Some(byte) = bytes.get_mut(at) {
                *byte = other;
            }
            let long = parse_any_form(&bytes);
            prop_assert!(parse_common_form(&bytes).is_none_or(|found| Some(found) == long));
            let is_common = long.is_some() && day <= 28 && at >= 24;
            prop_assert!(!is_common || parse_common_form(&bytes).is_some());
        }
    }

    #[test]
    fn every_day_has_its_number() {
        let mut days = days_from_civil(0, 1, 1);
        for year in 0..=9999 {
            for month in 1..=12 {
                for day in 1..=days_in(year.into(), month.into()) as u32 {
                    assert_eq!(days_from_civil(year, month, day), days, "{year}-{month}-{day}");
                    let civil = (i64::from(year), i64::from(month), i64::from(day));
                    assert_eq!(civil_from_days(days), civil);
                    if let Ok(from_march) = u32::try_from(days + 719_468) {
                        assert_eq!(super::civil(from_march), (year, month, day));
                    }
                    days += 1;
                }
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
    }

    #[test]
    fn the_fast_parser_reads_like_the_full_one() {
        let text = b"2024-02-29T23:59:59.999Z";
        for at in 0..text.len() {
            for byte in 0..128 {
                let mut other = *text;
                other[at] = byte;
                let short = parse_common_form(&other);
                assert!(short.is_none() || short == parse_any_form(&other), "{other:?}");
                let text = std::str::from_utf8(&other).expect("ASCII");
                assert_eq!(parse(text), parse_any_form(&other), "{text}");
            }
        }
        assert_eq!(parse_common_form(b"2024-02-28T23:59:59.999Z"), Some(1_709_164_799_999));
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "0000-03-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "2026-11-22T10:00:00.000Z",
            "2000-02-29T00:00:00.001Z",
            "0000-02-29T12:30:00.000Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            assert_eq!(format(parse(text).expect("a valid time")), text);
        }
        let after = parse("9999-12-31T23:59:59.999Z").expect("a valid time") + 1;
        assert_eq!(format(after), "10000-01-01T00:00:00.000Z");
        assert_eq!(format(-62_167_219_200_001), "-001-12-31T23:59:59.999Z");
    }
}
