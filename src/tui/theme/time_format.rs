//! The format of times: in the user's time zone, with the day if it is not today, or as the time that
//! has passed.

use crate::call::time::{Millis, NO_TIME};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use std::cell::Cell;

/// A second, a minute, an hour, a day.
const UNITS: [(Millis, &str); 4] =
    [(1_000, "s"), (60_000, "min"), (3_600_000, "h"), (86_400_000, "d")];
/// The width of the widest relative time, `59 min`.
pub const MAX_RELATIVE_WIDTH: usize = 6;

/// The parts of a date that are needed to tell which day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum DayForm {
    /// Nothing: the day is today.
    #[default]
    Today,
    /// Month and day.
    Day,
    /// Year, month and day: the year is another one.
    Year,
}

impl DayForm {
    /// Returns the width of the date with the blank after it.
    pub fn width(self) -> usize {
        match self {
            DayForm::Today => 0,
            DayForm::Day => 6,
            DayForm::Year => 11,
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            DayForm::Today => "",
            DayForm::Day => "%m-%d ",
            DayForm::Year => "%Y-%m-%d ",
        }
    }
}

/// The precision of a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeDetail {
    /// `HH:MM`
    Minute,
    /// `HH:MM:SS`
    Second,
    /// `HH:MM:SS.mmm`
    Milli,
}

impl TimeDetail {
    /// Returns its width.
    pub fn width(self) -> usize {
        match self {
            TimeDetail::Minute => 5,
            TimeDetail::Second => 8,
            TimeDetail::Milli => 12,
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            TimeDetail::Minute => "%H:%M",
            TimeDetail::Second => "%H:%M:%S",
            TimeDetail::Milli => "%H:%M:%S%.3f",
        }
    }

    fn unknown(self, sign: &str) -> String {
        let pair = sign.repeat(2);
        match self {
            TimeDetail::Minute => format!("{pair}:{pair}"),
            TimeDetail::Second => format!("{pair}:{pair}:{pair}"),
            TimeDetail::Milli => format!("{pair}:{pair}:{pair}.{pair}{sign}"),
        }
    }
}

/// The time zone, the current time, and whether times are relative.
#[derive(Debug, Clone)]
pub struct TimeFormat {
    zone: TimeZone,
    now: Millis,
    relative: bool,
    /// The earliest time at which a text that was written since the last [`TimeFormat::set_now`] would
    /// change.
    stale_at: Cell<Millis>,
}

impl TimeFormat {
    /// Creates a format for a time zone and a current time.
    pub fn new(zone: TimeZone, now: Millis) -> TimeFormat {
        TimeFormat { zone, now, relative: false, stale_at: Cell::new(Millis::MAX) }
    }

    /// Sets the current time, for the next frame.
    pub fn set_now(&mut self, now: Millis) {
        self.now = now;
        self.stale_at.set(Millis::MAX);
    }

    /// Returns true if a text that was written would be different at time `now`.
    pub fn is_stale(&self, now: Millis) -> bool {
        now >= self.stale_at.get()
    }

    /// Returns true if times are written as the time that has passed.
    pub fn is_relative(&self) -> bool {
        self.relative
    }

    /// Switches between times and the time that has passed.
    pub fn toggle(&mut self) {
        self.relative = !self.relative;
    }

    /// Returns the current short name of the time zone, such as `UTC` or `CET`.
    pub fn zone_name(&self) -> String {
        match Timestamp::from_millisecond(self.now) {
            Ok(now) => now.to_zoned(self.zone.clone()).strftime("%Z").to_string(),
            Err(_) => String::new(),
        }
    }

    fn zoned(&self, at: Millis) -> Option<Zoned> {
        Some(Timestamp::from_millisecond(at).ok()?.to_zoned(self.zone.clone()))
    }

    fn is_stale_from(&self, at: Millis) {
        self.stale_at.set(self.stale_at.get().min(at));
    }

    /// Returns the parts of a date that have to be written.
    pub fn day_form(&self, at: Millis) -> DayForm {
        let (Some(now), Some(then)) = (self.zoned(self.now), self.zoned(at)) else {
            return DayForm::Today;
        };
        match () {
            () if at == NO_TIME => DayForm::Today,
            () if now.date() == then.date() => {
                if let Ok(midnight) = now.tomorrow().and_then(|day| day.start_of_day()) {
                    self.is_stale_from(midnight.timestamp().as_millisecond());
                }
                DayForm::Today
            }
            () if now.year() == then.year() => DayForm::Day,
            () => DayForm::Year,
        }
    }

    /// Formats a time, with its date if that is not today.
    pub fn dated(&self, at: Millis, detail: TimeDetail) -> String {
        match self.zoned(at) {
            _ if at == NO_TIME => detail.unknown("-"),
            Some(then) => {
                let pattern = format!("{}{}", self.day_form(at).pattern(), detail.pattern());
                then.strftime(&pattern).to_string()
            }
            None => detail.unknown("?"),
        }
    }

    /// Formats a time for a list: as the user chose, with its date or as the time that has passed.
    pub fn listed(&self, at: Millis, detail: TimeDetail) -> String {
        if self.relative { self.ago(at) } else { self.dated(at, detail) }
    }

    /// Formats the time that has passed: `3 s`, `2 min`, `5 h`, `12 d`.
    pub fn ago(&self, at: Millis) -> String {
        if at == NO_TIME {
            return "-".to_owned();
        }
        // after the clock was set back, a call may seem to be in the future
        let passed = self.now.saturating_sub(at).max(0);
        let (unit, name) =
            UNITS.into_iter().rev().find(|(unit, _)| passed >= *unit).unwrap_or(UNITS[0]);
        self.is_stale_from(at.saturating_add((passed / unit + 1) * unit));
        format!("{} {name}", passed / unit)
    }

    /// Formats a time with its full date, to the second.
    pub fn moment(&self, at: Millis) -> String {
        match self.zoned(at) {
            _ if at == NO_TIME => "no time".to_owned(),
            Some(then) => then.strftime("%Y-%m-%d %T").to_string(),
            None => "????-??-?? ??:??:??".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T10:00:00Z
    const NOON: Millis = 1_795_514_400_000;
    const DAY: Millis = 86_400_000;

    fn format() -> TimeFormat {
        TimeFormat::new(TimeZone::UTC, NOON)
    }

    #[test]
    fn the_day_is_written_where_it_is_not_today() {
        let times = format();
        assert_eq!(times.dated(NOON - 1_500, TimeDetail::Milli), "09:59:58.500");
        assert_eq!(times.dated(NOON - 2 * DAY, TimeDetail::Minute), "11-22 10:00");
        assert_eq!(times.dated(NOON - 365 * DAY, TimeDetail::Second), "2025-11-24 10:00:00");
        // a clock that is behind is no reason to leave out the day
        assert_eq!(times.dated(NOON + DAY, TimeDetail::Minute), "11-25 10:00");
        for detail in [TimeDetail::Minute, TimeDetail::Second, TimeDetail::Milli] {
            for at in [NOON, NOON - 2 * DAY, NOON - 365 * DAY, 0, Millis::MAX] {
                let wide = times.day_form(at).width() + detail.width();
                assert_eq!(times.dated(at, detail).len(), wide, "{at}");
            }
        }
    }

    #[test]
    fn the_day_is_that_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(12));
        let times = TimeFormat::new(zone, NOON);
        // 22:00 there, and 13 hours before that it was 9:00 of the same day
        assert_eq!(times.dated(NOON - 13 * 3_600_000, TimeDetail::Minute), "09:00");
        assert_eq!(format().dated(NOON - 13 * 3_600_000, TimeDetail::Minute), "11-23 21:00");
        assert_eq!((format().zone_name(), times.zone_name()), ("UTC".into(), "+12".into()));
    }

    #[test]
    fn a_relative_time_says_when_it_changes() {
        let ago = |passed: Millis| {
            let times = format();
            let text = times.ago(NOON - passed);
            let stale = (0..=DAY).step_by(500).find(|ms| times.is_stale(NOON + ms));
            (text, stale)
        };
        assert_eq!(ago(0), ("0 s".to_owned(), Some(1_000)));
        assert_eq!(ago(3_500), ("3 s".to_owned(), Some(500)));
        assert_eq!(ago(2 * 60_000 + 1_000), ("2 min".to_owned(), Some(59_000)));
        assert_eq!(ago(59 * 60_000), ("59 min".to_owned(), Some(60_000)));
        assert_eq!(ago(5 * 3_600_000), ("5 h".to_owned(), Some(3_600_000)));
        assert_eq!(ago(12 * DAY), ("12 d".to_owned(), Some(DAY)));
        assert_eq!(ago(-5_000).0, "0 s");
        assert!(ago(59 * 60_000).0.len() <= MAX_RELATIVE_WIDTH);
    }

    #[test]
    fn what_is_of_today_is_stale_at_midnight_and_nothing_else_is() {
        let times = format();
        times.dated(NOON - 2 * DAY, TimeDetail::Minute);
        assert!(!times.is_stale(NOON + 400 * DAY));
        times.dated(NOON, TimeDetail::Minute);
        assert!(
            !times.is_stale(NOON + 14 * 3_600_000 - 1) && times.is_stale(NOON + 14 * 3_600_000)
        );
    }

    #[test]
    fn no_time_is_invented_for_a_call_that_has_none() {
        let times = format();
        assert_eq!(times.dated(0, TimeDetail::Milli), "--:--:--.---");
        assert_eq!((times.moment(0), times.ago(0)), ("no time".into(), "-".into()));
        assert_eq!(times.moment(1), "1970-01-01 00:00:00");
        assert_eq!(times.dated(1, TimeDetail::Milli), "1970-01-01 00:00:00.001");
    }
}
