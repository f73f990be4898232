//! Which columns the log has at a width, and how wide they are.

/// The widths of the log's columns; 0 is a column that has no room.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct Columns {
    /// How many characters of `HH:MM:SS.mmm`, from where.
    pub time: Time,
    /// The call type.
    pub kind: usize,
    /// The name.
    pub name: usize,
    /// The account.
    pub account: usize,
    /// The user.
    pub user: usize,
    /// Each vendor's mark; 0 if there is no room for them.
    pub mark: usize,
}

/// How much of the time is shown.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Time {
    /// nothing
    No,
    /// `MM:SS`
    Short,
    /// `HH:MM:SS`
    Clock,
    /// `HH:MM:SS.mmm`
    Full,
}

impl Time {
    /// Its width.
    pub fn width(self) -> usize {
        match self {
            Time::No => 0,
            Time::Short => 5,
            Time::Clock => 8,
            Time::Full => 12,
        }
    }

    /// The part of `HH:MM:SS.mmm`.
    pub fn part(self, full: &str) -> &str {
        let part = match self {
            Time::No => 0..0,
            Time::Short => 3..8,
            Time::Clock => 0..8,
            Time::Full => 0..12,
        };
        full.get(part).unwrap_or("")
    }
}

/// The cursor and the severity's sign before the first column.
pub const GUTTER: usize = 3;
/// `missing userId?` is seen whole.
const GOOD_ID: usize = 18;
const MOST_ID: usize = 26;
const LEAST_FLEXIBLE: usize = 3 * 8 + 3;

/// The columns for a width, with so many vendors whose heads are so wide. What is least needed goes
/// first: milliseconds, the last letters of types and heads, hours, the time, and then the marks
/// (the sign of the worst finding stays).
pub fn columns(width: usize, vendors: usize, head: usize) -> Columns {
    // where there are many, two letters have to do
    let brief = if vendors > 2 { head.min(2) } else { head };
    let plans = [
        (Time::Full, 8, head, 3 * GOOD_ID + 3),
        (Time::Clock, 8, head, 50),
        (Time::Clock, 5, brief, 45),
        (Time::Short, 5, brief, LEAST_FLEXIBLE),
        (Time::No, 5, brief, LEAST_FLEXIBLE),
        (Time::No, 5, 0, 0),
    ];
    let fixed = |(time, kind, mark, _): (Time, usize, usize, usize)| {
        let time_gap = usize::from(time != Time::No);
        let marks = if mark == 0 { 0 } else { vendors * (mark + 1) };
        GUTTER + time.width() + time_gap + kind + 1 + marks
    };
    let plan = plans.into_iter().find(|plan| width >= fixed(*plan) + plan.3).unwrap_or((
        Time::No,
        5,
        0,
        0,
    ));
    let (time, kind, mark, _) = plan;
    let flexible = width.saturating_sub(fixed(plan) + 2);
    // a third each, the ids no wider than is useful
    let id = (flexible / 3).min(MOST_ID);
    let id = if flexible >= 3 * 12 { id.max(GOOD_ID.min((flexible - 9) / 2)) } else { id };
    Columns { time, kind, name: flexible.saturating_sub(2 * id), account: id, user: id, mark }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(c: Columns, vendors: usize) -> usize {
        let marks = if c.mark == 0 { 0 } else { vendors * (c.mark + 1) };
        let time = c.time.width() + usize::from(c.time != Time::No);
        GUTTER + time + c.kind + 1 + c.name + 1 + c.account + 1 + c.user + marks
    }

    #[test]
    fn the_columns_fill_the_width() {
        for vendors in 0..=9 {
            for width in 40..300 {
                let c = columns(width, vendors, 3);
                assert_eq!(total(c, vendors), width, "{width} wide, {vendors} vendors: {c:?}");
            }
        }
        for width in 0..40 {
            columns(width, 5, 3);
        }
    }

    #[test]
    fn a_missing_id_is_always_readable() {
        for width in 40..300 {
            let c = columns(width, 5, 3);
            assert!(c.account >= "missing".len(), "{width}: {c:?}");
        }
        let at_80 = columns(80, 1, 3);
        assert_eq!((at_80.time, at_80.kind, at_80.account), (Time::Clock, 8, 18));
        assert!(columns(80, 5, 3).name >= 8);
    }
}
