//! Durations that are compared with `age`, and moments that are compared with `time`.

/// A moment in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A moment with an offset: milliseconds since 1970 in UTC.
    Fixed(i64),
    /// A moment without an offset, by the user's local clock.
    Local(Civil),
}

/// A date and a time of day without a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year, 0 to 9999.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
    /// The day, 1 to the length of the month.
    pub day: i8,
    /// The hour, 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59.
    pub second: i8,
    /// The millisecond, 0 to 999.
    pub millisecond: i16,
}

impl Civil {
    /// Returns the milliseconds since 1970, with this taken as UTC.
    pub fn as_utc_ms(&self) -> i64 {
        // the days by the civil calendar, with years that begin in March
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        let minutes = (days * 24 + i64::from(self.hour)) * 60 + i64::from(self.minute);
        (minutes * 60 + i64::from(self.second)) * 1000 + i64::from(self.millisecond)
    }

    fn is_real(&self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return false,
        };
        (1..=days).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second < 60
    }
}

/// Returns a duration such as `5m` in milliseconds: a number and one of `ms s m h d`.
pub fn duration_ms(text: &str) -> Option<f64> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let unit_ms = match unit {
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    let number = number.trim_end();
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    Some(number * unit_ms)
}

/// Parses `2026-11-22` or `2026-11-22T10:00`, optionally with seconds, a fraction, and an offset.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let mut rest = Digits(text);
    let mut civil = Civil {
        year: rest.take(4)?,
        month: rest.after("-", 2)? as i8,
        day: rest.after("-", 2)? as i8,
        hour: 0,
        minute: 0,
        second: 0,
        millisecond: 0,
    };
    let mut offset = None;
    if !rest.0.is_empty() {
        rest.skip("T").or_else(|| rest.skip(" "))?;
        civil.hour = rest.take(2)? as i8;
        civil.minute = rest.after(":", 2)? as i8;
        if rest.0.starts_with(':') {
            civil.second = rest.after(":", 2)? as i8;
            if rest.skip(".").is_some() {
                civil.millisecond = rest.fraction()?;
            }
        }
        offset = rest.offset_minutes()?;
    }
    if !rest.0.is_empty() || !civil.is_real() {
        return None;
    }
    Some(match offset {
        Some(minutes) => Moment::Fixed(civil.as_utc_ms() - minutes * 60_000),
        None => Moment::Local(civil),
    })
}

/// The rest of the text of a moment.
struct Digits<'a>(&'a str);

impl Digits<'_> {
    fn take(&mut self, count: usize) -> Option<i16> {
        let digits = self.0.get(..count).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    fn skip(&mut self, sign: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(sign)?;
        Some(())
    }

    fn after(&mut self, sign: &str, count: usize) -> Option<i16> {
        self.skip(sign)?;
        self.take(count)
    }

    /// Reads any number of digits after the point; milliseconds are truncated, not rounded.
    fn fraction(&mut self) -> Option<i16> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let three = format!("{digits:0<3}");
        if count == 0 { None } else { three.get(..3)?.parse().ok() }
    }

    /// Reads `Z`, `+02:00`, `-0530`, or nothing.
    fn offset_minutes(&mut self) -> Option<Option<i64>> {
        if self.0.is_empty() {
            return Some(None);
        }
        if self.skip("Z").is_some() {
            return Some(Some(0));
        }
        let sign = if self.skip("+").is_some() { 1 } else { self.skip("-").map(|()| -1)? };
        let hours = self.take(2)?;
        // the colon is optional
        let _ = self.skip(":");
        let minutes = self.take(2)?;
        (hours < 24 && minutes < 60)
            .then_some(Some(sign * (i64::from(hours) * 60 + i64::from(minutes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> i64 {
        match moment(text) {
            Some(Moment::Fixed(ms)) => ms,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn reads_durations() {
        assert_eq!(duration_ms("5m"), Some(300_000.0));
        assert_eq!(duration_ms("250ms"), Some(250.0));
        assert_eq!(duration_ms("1.5 h"), Some(5_400_000.0));
        assert_eq!(duration_ms("2d"), Some(172_800_000.0));
        for bad in ["", "5", "m", "5 minutes", "-5m", "5M", "1e3s", "inf s", ".m", "ms5"] {
            assert_eq!(duration_ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn reads_moments_with_an_offset() {
        assert_eq!(fixed("1970-01-01T00:00Z"), 0);
        assert_eq!(fixed("2026-11-22T10:00:00.000Z"), 1_795_341_600_000);
        assert_eq!(fixed("2026-11-22T12:00+02:00"), 1_795_341_600_000);
        assert_eq!(fixed("2026-11-22 04:30:00.1239-0530"), 1_795_341_600_123);
        assert_eq!(fixed("2000-02-29T00:00Z"), 951_782_400_000);
        assert_eq!(fixed("1969-12-31T23:59:59Z"), -1000);
    }

    #[test]
    fn reads_moments_without_an_offset_as_local() {
        let local = |text| matches!(moment(text), Some(Moment::Local(_)));
        assert!(local("2026-11-22"));
        assert!(local("2026-11-22T10:00"));
        assert!(local("2026-11-22T10:00:30.5"));
    }

    #[test]
    fn refuses_invalid_moments() {
        for bad in [
            "",
            "2026",
            "2026-11",
            "2026-13-01",
            "2026-02-29",
            "2026-11-22T",
            "2026-11-22T10",
            "2026-11-22T24:00",
            "2026-11-22T10:60",
            "2026-11-22T10:00:60",
            "2026-11-22T10:00:00.",
            "2026-11-22T10:00+2",
            "2026-11-22T10:00+25:00",
            "2026-11-22Z",
            "22.11.2026",
            "2026-11-22T10:00Zx",
            "２０２６-11-22",
            "2026-11-2ü",
        ] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }
}
