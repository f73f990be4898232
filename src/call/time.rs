//! Times as calls carry them (`specs/vendors.md` A.6): ISO-8601, milliseconds since the epoch.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One day in milliseconds.
pub const DAY_MS: Millis = 86_400_000;

/// Reads `YYYY-MM-DD`, optionally followed by `T`, `HH:MM`, `:SS`, a fraction and, after a time, an
/// offset. Milliseconds are cut, not rounded; without an offset it is UTC.
pub fn parse(text: &str) -> Option<Millis> {
    let (date, rest) = text.as_bytes().split_first_chunk::<10>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let date = days_from_civil(year, month, day) * DAY_MS;
    if rest.is_empty() {
        return Some(date);
    }
    let (time, mut rest) = rest.split_first_chunk::<6>()?;
    let [b'T', h1, h2, b':', m1, m2] = *time else { return None };
    let (hour, minute) = (two(h1, h2)?, two(m1, m2)?);
    let (mut second, mut millis) = (0, 0);
    if let [b':', after @ ..] = rest {
        let ([s1, s2], after) = after.split_first_chunk::<2>()?;
        second = two(*s1, *s2)?;
        rest = after;
        if let [b'.', after @ ..] = rest {
            (millis, rest) = fraction(after)?;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset_minutes = offset(rest)?;
    Some(date + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + millis)
}

/// Milliseconds of at least one digit, and what comes behind the digits.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let digit = |at: usize| if at < count { i64::from(rest[at] - b'0') } else { 0 };
    (count > 0).then(|| (digit(0) * 100 + digit(1) * 10 + digit(2), &rest[count..]))
}

fn offset(rest: &[u8]) -> Option<i64> {
    let (sign, h1, h2, m1, m2) = match *rest {
        [] | [b'Z'] => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, h1, h2, m1, m2),
        _ => return None,
    };
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn two(a: u8, b: u8) -> Option<i64> {
    let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
    (a < 10 && b < 10).then(|| i64::from(a * 10 + b))
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
pub fn format(millis: Millis) -> String {
    let mut out = String::with_capacity(24);
    write(&mut out, millis);
    out
}

/// Appends what [`format()`] gives, without an allocation of its own: every call has times written.
pub fn write(out: &mut String, millis: Millis) {
    let (days, ms) = (millis.div_euclid(DAY_MS), millis.rem_euclid(DAY_MS) as u32);
    let (year, month, day) = civil_from_days(days);
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

/// `YYYY-MM-DD` of the UTC day that holds this moment.
pub fn format_date(millis: Millis) -> String {
    let (year, month, day) = civil_from_days(millis.div_euclid(DAY_MS));
    format!("{year:04}-{month:02}-{day:02}")
}

/// This moment, by the system's clock.
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

/// Days since the epoch of a civil date of the years 0 to 9999 (the usual era arithmetic; March
/// starts the year). Every call has several times, so it is done in 32 bits and without signs.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month, day) = (year as u32, month as u32, day as u32);
    // an era later, so that the January of year 0 has a year before it
    let year = year + 400 - u32::from(month <= 2);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day;
    i64::from(days) - 1 - 719_468 - 146_097
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
            ("2024-05-01T10:00:00+02", None),
            ("01/05/2024", None),
            ("", None),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
    }

    #[test]
    fn every_day_has_its_number() {
        let mut days = days_from_civil(0, 1, 1);
        for year in 0..=9999 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_from_civil(year, month, day), days, "{year}-{month}-{day}");
                    assert_eq!(civil_from_days(days), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "0000-03-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "2026-11-22T10:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            assert_eq!(format(parse(text).expect("a valid time")), text);
        }
        let after = parse("9999-12-31T23:59:59.999Z").expect("a valid time") + 1;
        assert_eq!(format(after), "10000-01-01T00:00:00.000Z");
        assert_eq!(format(-62_167_219_200_001), "-001-12-31T23:59:59.999Z");
    }
}
