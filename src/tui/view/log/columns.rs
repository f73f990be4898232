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

/// The widest name, account and user that were seen so far: what the flexible columns would like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The name's column.
    pub name: usize,
    /// The account's column.
    pub account: usize,
    /// The user's column.
    pub user: usize,
}

impl Default for Needs {
    fn default() -> Needs {
        // the columns' own heads, and `missing`
        Needs { name: 8, account: LEAST_ID, user: LEAST_ID }
    }
}

impl Needs {
    /// The wider of each, so that columns never jump back and forth.
    pub fn grow(&mut self, other: Needs) {
        self.name = self.name.max(other.name.min(MOST_NAME));
        self.account = self.account.max(other.account.min(MOST_ID));
        self.user = self.user.max(other.user.min(MOST_ID));
    }
}

/// The cursor and the severity's sign before the first column.
pub const GUTTER: usize = 3;
/// `missing` is seen whole.
const LEAST_ID: usize = 8;
const MOST_ID: usize = 26;
const MOST_NAME: usize = 44;

/// The columns for a width, with so many vendors whose heads are so wide. What is least needed goes
/// first: milliseconds, the last letters of types and heads, hours, all but one letter of the
/// heads, the time, and then the marks (the sign of the worst finding stays).
pub fn columns(width: usize, vendors: usize, head: usize, needs: Needs) -> Columns {
    // where there are many, two letters have to do
    let brief = if vendors > 2 { head.min(2) } else { head };
    let plans = [
        (Time::Full, 8, head, 57),
        (Time::Clock, 8, head, 50),
        (Time::Clock, 5, brief, 46),
        (Time::Short, 5, brief, 38),
        (Time::Short, 5, brief.min(1), 34),
        (Time::No, 5, brief.min(1), 27),
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
    let [name, account, user] = share(flexible, [needs.name, needs.account, needs.user]);
    Columns { time, kind, name, account, user, mark }
}

/// Shares columns: who needs less than an even share gets what it needs, the others share the
/// rest; what nobody needs goes to the ids up to their most, then to the name.
fn share(room: usize, needs: [usize; 3]) -> [usize; 3] {
    // where all are long, a near miss that is seen whole is worth two letters of the name
    let name =
        needs[0].min((room / 3).saturating_sub(1).max(room.saturating_sub(needs[1] + needs[2])));
    let mut out = [name, 0, 0];
    let mut left = room - name;
    let (less, more) = if needs[1] <= needs[2] { (1, 2) } else { (2, 1) };
    out[less] = needs[less].min(left / 2);
    left -= out[less];
    out[more] = needs[more].min(left);
    left -= out[more];
    for id in [1, 2] {
        // so that a longer id that comes later does not move the columns at once
        let more = (left / 3).min(MOST_ID.saturating_sub(out[id]));
        out[id] += more;
        left -= more;
    }
    out[0] += left;
    out
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
                let needs = Needs { name: width / 4, account: vendors * 3, user: 40 - vendors };
                let c = columns(width, vendors, 3, needs);
                assert_eq!(total(c, vendors), width, "{width} wide, {vendors} vendors: {c:?}");
            }
        }
        for width in 0..40 {
            columns(width, 5, 3, Needs::default());
        }
    }

    /// Names and ids that are longer than any room.
    const LONG: Needs = Needs { name: 44, account: 26, user: 26 };

    #[test]
    fn a_missing_id_is_always_readable() {
        for width in 40..300 {
            let c = columns(width, 5, 3, LONG);
            assert!(c.account >= "missing".len(), "{width}: {c:?}");
        }
        let at_80 = columns(80, 1, 3, LONG);
        assert_eq!((at_80.time, at_80.kind, at_80.account), (Time::Clock, 8, 18));
    }

    #[test]
    fn with_five_vendors_the_name_stays_readable() {
        // from 100 columns on the log has its part of the screen only
        for width in [60, 62, 66, 70, 76, 80] {
            let c = columns(width, 5, 3, LONG);
            assert!(c.name >= 10 && c.mark > 0 && c.time != Time::No, "{width}: {c:?}");
        }
        // what short ids do not need is the name's
        let short = columns(80, 5, 3, Needs { name: 20, account: 8, user: 10 });
        assert!(short.name >= 20, "{short:?}");
    }
}
