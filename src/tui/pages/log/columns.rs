//! Which columns the log has at a width, and how wide they are.

use crate::fql::Field;
use crate::tui::pages::log::column::{Column, MAX_FIELDS, short_head};
use crate::tui::theme::time_format::{DayForm, MAX_RELATIVE_WIDTH, TimeDetail};
use crate::tui::widgets::text;

/// The columns that have room, from the left, and how wide each is.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
pub struct LogColumns {
    /// Each with its width; one column lies between two.
    pub shown: Vec<(Column, usize)>,
    /// How much of a time of day is shown; none where there is no room for it.
    pub time: Option<TimeDetail>,
    /// The width of a vendor's mark.
    pub mark: usize,
}

impl LogColumns {
    /// Where each column begins.
    pub fn places(&self) -> impl Iterator<Item = (usize, &Column, usize)> {
        self.shown.iter().scan(GUTTER, |from, (column, width)| {
            let here = *from;
            *from += width + 1;
            Some((here, column, *width))
        })
    }

    /// The place of the mark that stands so far behind the beginning of its column.
    pub fn mark_at(&self, offset: usize) -> usize {
        offset / (self.mark + 1)
    }

    /// How wide a column is; nothing where it is not shown.
    pub fn width_of(&self, column: &Column) -> usize {
        self.shown.iter().find(|(shown, _)| shown == column).map_or(0, |(_, width)| *width)
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
    /// The widest values of the fields that have columns.
    pub fields: [usize; MAX_FIELDS],
    /// How much of a date the times need.
    pub day: DayForm,
}

impl Default for ColumnNeeds {
    fn default() -> ColumnNeeds {
        // the columns' own heads, and `missing`
        ColumnNeeds {
            name: MIN_ID,
            account: MIN_ID,
            user: MIN_ID,
            missing: [MIN_ID; 2],
            fields: [0; MAX_FIELDS],
            day: DayForm::Today,
        }
    }
}

impl ColumnNeeds {
    /// The wider of each, so that columns never jump back and forth.
    pub fn grow(&mut self, other: ColumnNeeds) {
        self.name = self.name.max(other.name.min(MAX_NAME));
        self.account = self.account.max(other.account.min(MAX_ID));
        self.user = self.user.max(other.user.min(MAX_ID));
        for (missing, other) in self.missing.iter_mut().zip(other.missing) {
            *missing = (*missing).max(other.min(MAX_ID));
        }
        for (field, other) in self.fields.iter_mut().zip(other.fields) {
            *field = (*field).max(other.min(WIDE_FIELD));
        }
        self.day = self.day.max(other.day);
    }

    /// Of name, account and user: what is seen whole before anything else is.
    fn guaranteed(self) -> [usize; 3] {
        [self.name.min(WHOLE_NAME), self.missing[0], self.missing[1]]
    }

    fn flexible(self) -> [usize; 3] {
        [self.name, self.account, self.user]
    }
}

/// The cursor and the severity's sign before the first column.
pub const GUTTER: usize = 3;
/// The columns of a vendor's head, and of its mark.
pub const MARK: usize = 2;
/// `missing` is seen whole.
const MIN_ID: usize = 8;
/// A UUID is seen whole.
const MAX_ID: usize = 36;
const MAX_NAME: usize = 44;
/// How wide a column of a field may be, where there is room and where there is little.
const WIDE_FIELD: usize = 24;
const NARROW_FIELD: usize = 12;
/// A name of 24 characters is seen whole where there is room, with the sign of a repeat before it.
const WHOLE_NAME: usize = 26;
/// What the log that stands beside the detail asks for at most of name, account and user: in any
/// case, and where that leaves the detail enough.
const LEAST_BESIDE: [usize; 3] = [28, 18, 18];
const MAX_BESIDE: [usize; 3] = [MAX_NAME, MAX_ID, MAX_ID];

/// Room for name, account and user before which fixed columns give way: in a log of this width that
/// has so much beside minutes, short types and marks; in a narrower one, in the narrowest, and before
/// milliseconds are shown.
const WIDE: usize = 84;
const WIDE_ROOM: [usize; 3] = [24, 18, 11];
const NARROW_ROOM: [usize; 3] = [16, 16, 9];
const LEAST_ROOM: [usize; 3] = [10, 8, 7];
const MILLI_ROOM: [usize; 3] = [28, 20, 18];
/// What is free beyond that goes there first, so that longer texts that come later move nothing.
const SPARE_ROOM: [usize; 3] = [32, 26, 26];

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// The columns, from the left.
    pub columns: Vec<Column>,
    /// How many vendors are in use, and how many others there are.
    pub vendors: [usize; 2],
    /// How wide the highest number is.
    pub number: usize,
    /// Times are written as how long ago they were.
    pub relative: bool,
}

/// How the columns whose width does not depend on texts are shown.
#[derive(Clone, Copy)]
struct FixedColumns {
    time: Option<TimeDetail>,
    kind: usize,
    mark: usize,
    /// How wide a column of a field may be, and how many there are.
    field: usize,
    fields: usize,
}

impl ColumnRequest {
    fn fixed_width(
        &self,
        fixed: FixedColumns,
        needs: ColumnNeeds,
        column: &Column,
    ) -> Option<usize> {
        let marks = |vendors: usize| match fixed.mark {
            0 => None,
            mark => (vendors * (mark + 1)).checked_sub(1),
        };
        match column {
            Column::Number => fixed.time.map(|_| self.number),
            Column::Time if self.relative => fixed.time.map(|_| MAX_RELATIVE_WIDTH),
            Column::Time => fixed.time.map(|detail| needs.day.width() + detail.width()),
            Column::Kind => (fixed.kind > 0).then_some(fixed.kind),
            Column::Vendors => marks(self.vendors[0]),
            Column::OtherVendors => marks(self.vendors[1]),
            Column::Field(field) => {
                let place = self.place_among_fields(field)?;
                let need = (*needs.fields.get(place)?).max(text::width(short_head(field)));
                (place < fixed.fields).then_some(need.min(fixed.field))
            }
            Column::Name | Column::Account | Column::User => None,
        }
    }

    /// Which of the fields that have columns it is, from the left.
    pub(crate) fn place_among_fields(&self, field: &Field) -> Option<usize> {
        let is_field = |column: &&Column| matches!(column, Column::Field(_));
        let mut fields = self.columns.iter().filter(is_field);
        fields.position(|column| column.name() == field.name())
    }

    /// What is left for name, account and user, if they fit at all.
    fn room(&self, width: usize, fixed: FixedColumns, needs: ColumnNeeds) -> Option<usize> {
        let widths =
            self.columns.iter().filter_map(|column| self.fixed_width(fixed, needs, column));
        let fixed: usize = widths.map(|width| width + 1).sum();
        let between = self.flexible_columns().count().saturating_sub(1);
        let taken = GUTTER + fixed + between;
        // without a flexible column nothing follows the last blank
        let blank = usize::from(self.flexible_columns().next().is_none());
        (width + blank).checked_sub(taken)
    }

    fn flexible_columns(&self) -> impl Iterator<Item = usize> + '_ {
        let all = [Column::Name, Column::Account, Column::User].into_iter().enumerate();
        all.filter(|(_, column)| self.columns.contains(column)).map(|(at, _)| at)
    }

    /// How wide the log would be beside the detail: at least, and so that only long texts are cut.
    pub fn wanted_widths(&self, needs: ColumnNeeds) -> [usize; 2] {
        let time = Some(TimeDetail::Second);
        let fixed =
            FixedColumns { time, kind: 8, mark: MARK, field: WIDE_FIELD, fields: MAX_FIELDS };
        let left = self.room(usize::from(u16::MAX), fixed, needs).unwrap_or(0);
        let needed = needs.flexible();
        [LEAST_BESIDE, MAX_BESIDE].map(|most| {
            let asked = |at: usize| needed[at].min(most[at]).max(WIDE_ROOM[at]);
            let texts: usize = self.flexible_columns().map(asked).sum();
            (usize::from(u16::MAX) - left + texts).max(WIDE)
        })
    }

    /// Whether a name of 24 characters and what is missing can be seen whole.
    fn is_wide(&self, width: usize, needs: ColumnNeeds) -> bool {
        let time = Some(TimeDetail::Minute);
        let least = FixedColumns { time, kind: 5, mark: MARK, field: 0, fields: 0 };
        let today = ColumnNeeds { day: DayForm::Today, ..needs };
        let texts: usize = self.flexible_columns().map(|at| WIDE_ROOM[at]).sum();
        self.room(width, least, today).is_some_and(|room| room >= texts) && width >= WIDE
    }

    /// The columns for a width. `held` is what name, account and user were given before: they keep
    /// it. What is least needed goes first: milliseconds, the last letters of types, seconds, types,
    /// the fields of the user's own from the last on, the time and the number, and then the marks (the sign of the
    /// worst finding stays). The hour of a time never goes before the time does.
    pub fn columns(&self, width: usize, needs: ColumnNeeds, held: [usize; 3]) -> LogColumns {
        let is_wide = self.is_wide(width, needs);
        let usual = if is_wide { WIDE_ROOM } else { NARROW_ROOM };
        let guaranteed = needs.guaranteed();
        let fits = |(fixed, least): &(FixedColumns, [usize; 3])| {
            let is_whole = is_wide && (*least == usual || fixed.fields > 0);
            let seen_whole = |at: usize| if is_whole { guaranteed[at] } else { 0 };
            let texts: usize =
                self.flexible_columns().map(|at| least[at].max(seen_whole(at))).sum();
            self.room(width, *fixed, needs).is_some_and(|room| room >= texts)
        };
        let last = FixedColumns { time: None, kind: 0, mark: 0, field: 0, fields: 0 };
        let chosen =
            self.plans(is_wide, usual).into_iter().find(fits).map_or(last, |(fixed, _)| fixed);
        let room = self.room(width, chosen, needs).unwrap_or(0);
        let shared = self.share((width, room), needs, held);
        let shown = self.columns.iter().filter_map(|column| {
            let width = match column {
                Column::Name => shared[0],
                Column::Account => shared[1],
                Column::User => shared[2],
                column => self.fixed_width(chosen, needs, column)?,
            };
            Some((column.clone(), width))
        });
        LogColumns { shown: shown.collect(), time: chosen.time, mark: chosen.mark }
    }

    /// What the columns of fixed width may be, and the room that then has to be left for name,
    /// account and user, from the best on.
    fn plans(&self, is_wide: bool, usual: [usize; 3]) -> Vec<(FixedColumns, [usize; 3])> {
        let (minute, second) = (Some(TimeDetail::Minute), Some(TimeDetail::Second));
        let milli = Some(TimeDetail::Milli);
        let mut plans = Vec::new();
        let mut add = |(field, fields), forms: &[(Option<TimeDetail>, usize, [usize; 3])]| {
            plans.extend(forms.iter().map(|(time, kind, room)| {
                (FixedColumns { time: *time, kind: *kind, mark: MARK, field, fields }, *room)
            }));
        };
        let first =
            [(milli, 8, MILLI_ROOM), (second, 8, usual), (second, 5, usual), (minute, 5, usual)];
        let least = [(minute, 5, LEAST_ROOM), (minute, 0, LEAST_ROOM)];
        let all = Column::fields(&self.columns).len();
        add((WIDE_FIELD, all), &first);
        for fields in (1..=all).rev() {
            add((NARROW_FIELD, fields), &first);
        }
        if all > 0 {
            add((NARROW_FIELD, 1), &least);
        }
        add((0, 0), &first);
        if is_wide {
            add((0, 0), &[(minute, 0, usual), (None, 0, usual)]);
        }
        add((0, 0), &least);
        add((0, 0), &[(None, 0, LEAST_ROOM)]);
        plans
    }

    /// Shares room among name, account and user, as far as they are shown: first what is missing, and
    /// a name of 24 characters; then what each had before; then, a column at a time, what each needs;
    /// then some room for longer texts that come later. The rest is the name's, else the first id's.
    fn share(
        &self,
        (width, room): (usize, usize),
        needs: ColumnNeeds,
        held: [usize; 3],
    ) -> [usize; 3] {
        let shown: Vec<usize> = self.flexible_columns().collect();
        let is_wide = self.is_wide(width, needs);
        let (mut out, mut left) = ([0; 3], room);
        let mut give = |out: &mut [usize; 3], at: usize, up_to: usize| {
            let more = up_to.saturating_sub(out[at]).min(left);
            out[at] += more;
            left -= more;
            more > 0
        };
        let guaranteed = needs.guaranteed();
        for (at, up_to) in [
            (1, LEAST_ROOM[1]),
            (2, LEAST_ROOM[2]),
            (0, LEAST_ROOM[0]),
            (1, guaranteed[1]),
            (2, guaranteed[2]),
            (0, if is_wide { guaranteed[0] } else { guaranteed[0].min(room * 2 / 5) }),
            (1, held[1]),
            (2, held[2]),
            (0, held[0]),
        ] {
            if shown.contains(&at) {
                give(&mut out, at, up_to);
            }
        }
        for wanted in [needs.flexible(), SPARE_ROOM] {
            // the narrowest grows first
            let below = |out: &[usize; 3], at: &usize| out[*at] < wanted[*at];
            while let Some(at) =
                shown.iter().copied().filter(|at| below(&out, at)).min_by_key(|at| out[*at])
            {
                let next = out[at] + 1;
                if !give(&mut out, at, next) {
                    break;
                }
            }
        }
        if let Some(first) = shown.first() {
            give(&mut out, *first, usize::MAX);
        }
        out
    }
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
