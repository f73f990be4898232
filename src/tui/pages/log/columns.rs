//! Which columns the log has at a width, and how wide they are.

use crate::inspector::ColumnChoice;

/// A column of the log.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Column {
    /// the call's number
    Number,
    /// when it came
    Time,
    /// the call's type
    Kind,
    /// what names it
    Name,
    /// its account
    Account,
    /// its user
    User,
    /// a mark for each vendor in use
    Vendors,
    /// a mark for each other vendor
    OtherVendors,
}

impl Column {
    /// All columns.
    pub const ALL: [Column; 8] = [
        Column::Number,
        Column::Time,
        Column::Kind,
        Column::Name,
        Column::Account,
        Column::User,
        Column::Vendors,
        Column::OtherVendors,
    ];

    /// Those that are shown where nobody said otherwise.
    pub const USUAL: [Column; 6] =
        [Column::Time, Column::Kind, Column::Name, Column::Account, Column::User, Column::Vendors];

    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Column::Number => "number",
            Column::Time => "time",
            Column::Kind => "type",
            Column::Name => "name",
            Column::Account => "account",
            Column::User => "user",
            Column::Vendors => "vendors",
            Column::OtherVendors => "other_vendors",
        }
    }

    /// Those that were chosen, else the usual ones. A name that no longer exists is left out.
    pub fn chosen(arranged: &ColumnChoice) -> Vec<Column> {
        let names = arranged.columns.iter().flatten();
        let chosen: Vec<Column> = names.filter_map(|name| Column::parse(name)).collect();
        if chosen.is_empty() { Column::USUAL.to_vec() } else { chosen }
    }

    /// The column of that name.
    pub fn parse(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// The columns that have room, from the left, and how wide each is.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct LogColumns {
    /// Each with its width; one column lies between two.
    pub shown: Vec<(Column, usize)>,
    /// How many characters of `HH:MM:SS.mmm`, from where.
    pub time: Time,
    /// The width of a vendor's mark.
    pub mark: usize,
}

impl LogColumns {
    /// Where each column begins.
    pub fn places(&self) -> impl Iterator<Item = (usize, Column, usize)> {
        self.shown.iter().scan(GUTTER, |from, (column, width)| {
            let here = *from;
            *from += width + 1;
            Some((here, *column, *width))
        })
    }

    /// The place of the mark that stands so far behind the beginning of its column.
    pub fn mark_at(&self, offset: usize) -> usize {
        offset / (self.mark + 1)
    }
}

/// How much of the time is shown.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Time {
    /// nothing
    No,
    /// `:MM:SS`: its first sign says that hours are left out
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
            Time::Short => 6,
            Time::Clock => 8,
            Time::Full => 12,
        }
    }

    /// The part of `HH:MM:SS.mmm`.
    pub fn part(self, full: &str) -> &str {
        let part = match self {
            Time::No => 0..0,
            Time::Short => 2..8,
            Time::Clock => 0..8,
            Time::Full => 0..12,
        };
        full.get(part).unwrap_or("")
    }
}

/// The widest name, account and user that were seen so far: what the flexible columns would like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnNeeds {
    /// The name's column.
    pub name: usize,
    /// The account's column.
    pub account: usize,
    /// The user's column.
    pub user: usize,
    /// What the account's and the user's column need so that what is missing is seen whole.
    pub missing: [usize; 2],
}

impl Default for ColumnNeeds {
    fn default() -> ColumnNeeds {
        // the columns' own heads, and `missing`
        ColumnNeeds { name: 8, account: LEAST_ID, user: LEAST_ID, missing: [LEAST_ID; 2] }
    }
}

impl ColumnNeeds {
    /// The wider of each, so that columns never jump back and forth.
    pub fn grow(&mut self, other: ColumnNeeds) {
        self.name = self.name.max(other.name.min(MOST_NAME));
        self.account = self.account.max(other.account.min(MOST_ID));
        self.user = self.user.max(other.user.min(MOST_ID));
        for (missing, other) in self.missing.iter_mut().zip(other.missing) {
            *missing = (*missing).max(other.min(MOST_ID));
        }
    }
}

/// The cursor and the severity's sign before the first column.
pub const GUTTER: usize = 3;
/// `missing` is seen whole.
const LEAST_ID: usize = 8;
const MOST_ID: usize = 26;
const MOST_NAME: usize = 44;
/// So much of a name is seen even beside ids that are missing.
const LEAST_NAME: usize = 10;
/// A name of this width is seen whole where there is room.
const WHOLE_NAME: usize = 24;

/// What is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct ColumnRequest<'w> {
    /// The columns, from the left.
    pub columns: &'w [Column],
    /// How many vendors are in use, and how many others there are.
    pub vendors: [usize; 2],
    /// How wide their heads are.
    pub head: usize,
    /// How wide the highest number is.
    pub number: usize,
    /// What the flexible columns would like.
    pub needs: ColumnNeeds,
}

/// The columns for a width. What is least needed goes first: milliseconds, the last letters of types
/// and heads, hours, all but one letter of the heads, the time and the number, and then the marks
/// (the sign of the worst finding stays).
pub fn columns(width: usize, wanted: ColumnRequest<'_>) -> LogColumns {
    let ColumnRequest { columns, vendors, head, number, needs } = wanted;
    // where there are many, two letters have to do
    let marks = [(Column::Vendors, vendors[0]), (Column::OtherVendors, vendors[1])];
    let marks: usize =
        marks.iter().filter(|(column, _)| columns.contains(column)).map(|(_, count)| count).sum();
    let brief = if marks > 2 { head.min(2) } else { head };
    let plans = [
        (Time::Full, 8, head, 57),
        (Time::Clock, 8, head, 50),
        (Time::Clock, 5, brief, 46),
        (Time::Short, 5, brief, 38),
        (Time::Short, 5, brief.min(1), 34),
        (Time::No, 5, brief.min(1), 27),
        (Time::No, 5, 0, 0),
    ];
    let has = |column: Column| columns.contains(&column);
    let flexible =
        [(Column::Name, needs.name), (Column::Account, needs.account), (Column::User, needs.user)];
    let flexible = flexible.map(|(column, need)| has(column).then_some(need));
    let many = flexible.iter().flatten().count();
    let wide = |plan: (Time, usize, usize, usize), column: Column| match (column, plan) {
        (Column::Number, (Time::No, ..)) => None,
        (Column::Number, _) => Some(number),
        (Column::Time, (Time::No, ..)) => None,
        (Column::Time, (time, ..)) => Some(time.width()),
        (Column::Kind, (_, kind, ..)) => Some(kind),
        (Column::Vendors | Column::OtherVendors, (_, _, 0, _)) => None,
        (Column::Vendors, (_, _, mark, _)) => (vendors[0] * (mark + 1)).checked_sub(1),
        (Column::OtherVendors, (_, _, mark, _)) => (vendors[1] * (mark + 1)).checked_sub(1),
        (Column::Name | Column::Account | Column::User, _) => None,
    };
    // with one column between each and the next
    let fixed = |plan| {
        let widths = columns.iter().filter_map(|column| wide(plan, *column)).map(|wide| wide + 1);
        (GUTTER + widths.sum::<usize>() + many).saturating_sub(1)
    };
    // the last number of a plan counts what lies between the flexible columns
    let between = many.saturating_sub(1);
    let fits =
        |plan: &(Time, usize, usize, usize)| width + between >= fixed(*plan) + plan.3 * many / 3;
    let plan = plans.into_iter().find(fits).unwrap_or((Time::No, 5, 0, 0));
    let shared = share(width.saturating_sub(fixed(plan)), flexible, needs.missing);
    let shown = columns.iter().filter_map(|column| {
        let width = match column {
            Column::Name => shared[0],
            Column::Account => shared[1],
            Column::User => shared[2],
            column => wide(plan, *column)?,
        };
        Some((*column, width))
    });
    LogColumns { shown: shown.collect(), time: plan.0, mark: plan.2 }
}

/// Shares room among name, account and user, as far as they are shown: who needs less than an even
/// share gets what it needs, the others share the rest; what nobody needs goes to the ids up to
/// their most, then to the name, else to the first id. What is missing comes before the name and the
/// other id.
fn share(room: usize, wanted: [Option<usize>; 3], missing: [usize; 2]) -> [usize; 3] {
    let needs = wanted.map(Option::unwrap_or_default);
    let left = room.saturating_sub(needs[1] + needs[2]);
    let name = needs[0].min((room / 3).max(left).max(WHOLE_NAME.min(room * 2 / 5)));
    let mut out = [name, 0, 0];
    let mut left = room - name;
    let (less, more) = if needs[1] <= needs[2] { (1, 2) } else { (2, 1) };
    out[less] = needs[less].min(left / 2);
    left -= out[less];
    out[more] = needs[more].min(left);
    left -= out[more];
    for id in [1, 2].into_iter().filter(|id| wanted[*id].is_some()) {
        // so that a longer id that comes later does not move the columns at once
        let more = (left / 2).min(MOST_ID.saturating_sub(out[id]));
        out[id] += more;
        left -= more;
    }
    if let Some(first) = wanted.iter().position(Option::is_some) {
        out[first] += left;
    }
    let least = |column: usize| match column {
        0 => LEAST_NAME,
        id => missing[id - 1],
    };
    for id in [1, 2].into_iter().filter(|id| wanted[*id].is_some()) {
        for from in [3 - id, 0] {
            let lacks = least(id).saturating_sub(out[id]);
            let taken = lacks.min(out[from].saturating_sub(least(from)));
            (out[id], out[from]) = (out[id] + taken, out[from] - taken);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns_for(width: usize, vendors: usize, needs: ColumnNeeds) -> LogColumns {
        let columns = &Column::USUAL;
        columns_of(width, columns, vendors, needs)
    }

    fn columns_of(
        width: usize,
        columns: &[Column],
        vendors: usize,
        needs: ColumnNeeds,
    ) -> LogColumns {
        let vendors = [vendors, 2];
        super::columns(width, ColumnRequest { columns, vendors, head: 3, number: 6, needs })
    }

    fn total(c: &LogColumns) -> usize {
        GUTTER + c.shown.iter().map(|(_, width)| width + 1).sum::<usize>() - 1
    }

    fn width_of(c: &LogColumns, column: Column) -> usize {
        c.shown.iter().find(|(shown, _)| *shown == column).map_or(0, |(_, width)| *width)
    }

    #[test]
    fn the_columns_fill_the_width() {
        for vendors in 0..=9 {
            for width in 40..300 {
                let missing = [vendors * 2, 8];
                let (name, account, user) = (width / 4, vendors * 3, 40 - vendors);
                let needs = ColumnNeeds { name, account, user, missing };
                let c = columns_for(width, vendors, needs);
                assert_eq!(total(&c), width, "{width} wide, {vendors} vendors: {c:?}");
            }
        }
        for width in 0..40 {
            columns_for(width, 5, ColumnNeeds::default());
        }
    }

    #[test]
    fn any_choice_of_columns_stays_within_the_width() {
        // every set of columns, in this order and the other way round
        for set in 1..1_u32 << Column::ALL.len() {
            let has = |column: &Column| set & (1 << *column as u32) != 0;
            let mut columns: Vec<Column> = Column::ALL.into_iter().filter(has).collect();
            for _ in 0..2 {
                columns.reverse();
                for width in 40..140 {
                    let c = columns_of(width, &columns, 5, LONG);
                    assert!(total(&c) <= width, "{width}: {columns:?} {c:?}");
                    let order: Vec<Column> = c.shown.iter().map(|(column, _)| *column).collect();
                    let mut kept = columns.clone();
                    kept.retain(|column| order.contains(column));
                    assert_eq!(order, kept);
                }
            }
        }
    }

    /// Names and ids that are longer than any room.
    const LONG: ColumnNeeds = ColumnNeeds { name: 44, account: 26, user: 26, missing: [8; 2] };

    #[test]
    fn a_missing_id_is_always_readable() {
        for width in 40..300 {
            let c = columns_for(width, 5, LONG);
            assert!(width_of(&c, Column::Account) >= "missing".len(), "{width}: {c:?}");
        }
        let at_80 = columns_for(80, 1, LONG);
        let wide = |column| width_of(&at_80, column);
        assert_eq!((at_80.time, wide(Column::Kind), wide(Column::Account)), (Time::Clock, 8, 16));
    }

    #[test]
    fn what_is_missing_is_never_cut_from_100_columns_on() {
        let near = "missing accountId?".len();
        for needs in [
            ColumnNeeds { missing: [near, near], ..LONG },
            ColumnNeeds { name: 44, account: near, user: 26, missing: [near, 8] },
            ColumnNeeds { name: 44, account: 8, user: 26, missing: [8, near] },
        ] {
            for width in 100..300 {
                let c = columns_for(width, 5, needs);
                let wide = [width_of(&c, Column::Account), width_of(&c, Column::User)];
                let seen = wide[0] >= needs.missing[0] && wide[1] >= needs.missing[1];
                assert!(seen && width_of(&c, Column::Name) >= LEAST_NAME, "{width}: {c:?}");
            }
        }
    }

    #[test]
    fn with_five_vendors_the_name_stays_readable() {
        // from 100 columns on the log has its part of the screen only
        for width in [60, 62, 66, 70, 76, 80] {
            let c = columns_for(width, 5, LONG);
            let shown = width_of(&c, Column::Name) >= 10 && c.mark > 0 && c.time != Time::No;
            assert!(shown, "{width}: {c:?}");
        }
        // what short ids do not need is the name's
        let short =
            columns_for(80, 5, ColumnNeeds { name: 20, account: 8, user: 10, missing: [8; 2] });
        assert!(width_of(&short, Column::Name) >= 20, "{short:?}");
    }
}
