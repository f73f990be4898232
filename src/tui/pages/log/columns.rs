//! The choice of the log's columns for a width, and the width of each column.

use crate::fql::Field;
use crate::tui::pages::log::column::{Column, MAX_FIELDS, short_head};
use crate::tui::theme::time_format::{DayForm, MAX_RELATIVE_WIDTH, TimeDetail};
use crate::tui::widgets::text;

/// The columns that fit, from the left, with their widths.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
pub struct LogColumns {
    /// The columns with their widths. One blank separates two of them.
    pub shown: Vec<(Column, usize)>,
    /// The detail of a time of day, or none if there is no room for the time.
    pub time: Option<TimeDetail>,
    /// The width of a vendor's mark.
    pub mark: usize,
}

impl LogColumns {
    /// Returns the offset, the column and the width of each column.
    pub fn places(&self) -> impl Iterator<Item = (usize, &Column, usize)> {
        self.shown.iter().scan(GUTTER, |from, (column, width)| {
            let here = *from;
            *from += width + 1;
            Some((here, column, *width))
        })
    }

    /// Returns the index of the mark at an offset in a column of marks.
    pub fn mark_at(&self, offset: usize) -> usize {
        offset / (self.mark + 1)
    }

    /// Returns the width of a column, or 0 if it is not shown.
    pub fn width_of(&self, column: &Column) -> usize {
        self.shown.iter().find(|(shown, _)| shown == column).map_or(0, |(_, width)| *width)
    }
}

/// The widths that the columns need for the widest values seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnNeeds {
    /// The name's column.
    pub name: usize,
    /// The account's column.
    pub account: usize,
    /// The user's column.
    pub user: usize,
    /// The widths that the account's and the user's column need to show a missing id in full.
    pub missing: [usize; 2],
    /// The widest values of the fields that have columns.
    pub fields: [usize; MAX_FIELDS],
    /// The part of a date that the times need.
    pub day: DayForm,
}

impl Default for ColumnNeeds {
    fn default() -> ColumnNeeds {
        // the heads of the columns and `missing` fit into this width
        ColumnNeeds {
            name: MIN_ID_WIDTH,
            account: MIN_ID_WIDTH,
            user: MIN_ID_WIDTH,
            missing: [MIN_ID_WIDTH; 2],
            fields: [0; MAX_FIELDS],
            day: DayForm::Today,
        }
    }
}

impl ColumnNeeds {
    /// Takes the greater of each width, so that columns never jump back and forth.
    pub fn grow(&mut self, other: ColumnNeeds) {
        self.name = self.name.max(other.name.min(MAX_NAME_WIDTH));
        self.account = self.account.max(other.account.min(MAX_ID_WIDTH));
        self.user = self.user.max(other.user.min(MAX_ID_WIDTH));
        for (missing, other) in self.missing.iter_mut().zip(other.missing) {
            *missing = (*missing).max(other.min(MAX_ID_WIDTH));
        }
        for (field, other) in self.fields.iter_mut().zip(other.fields) {
            *field = (*field).max(other.min(MAX_FIELD_WIDTH));
        }
        self.day = self.day.max(other.day);
    }

    /// Returns the widths of name, account and user that come before all other columns.
    fn guaranteed(self) -> [usize; 3] {
        [self.name.min(WHOLE_NAME_WIDTH), self.missing[0], self.missing[1]]
    }

    fn flexible(self) -> [usize; 3] {
        [self.name, self.account, self.user]
    }
}

/// The columns for the cursor and the sign of the severity, before the first column.
pub const GUTTER: usize = 3;
/// The columns of a vendor's head, and of its mark.
pub const MARK: usize = 2;
/// The width that a name or id column needs before any row is seen. `missing` fits into it.
const MIN_ID_WIDTH: usize = 8;
/// The width of a UUID.
const MAX_ID_WIDTH: usize = 36;
const MAX_NAME_WIDTH: usize = 44;
/// The maximum width of a field's column, in a wide log and in a narrow one.
const MAX_FIELD_WIDTH: usize = 24;
const NARROW_FIELD_WIDTH: usize = 12;
/// The width of a name of 24 characters with the sign of a repeat before it. It is shown in full
/// in a wide log.
const WHOLE_NAME_WIDTH: usize = 26;
/// The maximum widths of name, account and user that a log beside the detail asks for: in any
/// case, and if the detail then still has enough room.
const SMALL_BESIDE_WIDTHS: [usize; 3] = [28, 18, 18];
const MAX_BESIDE_WIDTHS: [usize; 3] = [MAX_NAME_WIDTH, MAX_ID_WIDTH, MAX_ID_WIDTH];

/// The minimum width of a log with wide texts. It also has to have room for `WIDE_TEXT_WIDTHS` beside
/// minutes, short types and marks.
const MIN_WIDE_LOG: usize = 84;
/// The widths of name, account and user below which fixed columns give way: in a wide log, in a
/// narrower one, in the narrowest, and before milliseconds are shown.
const WIDE_TEXT_WIDTHS: [usize; 3] = [24, 18, 11];
const NARROW_TEXT_WIDTHS: [usize; 3] = [16, 16, 9];
const MIN_TEXT_WIDTHS: [usize; 3] = [10, 8, 7];
const MILLI_TEXT_WIDTHS: [usize; 3] = [28, 20, 18];
/// Free room goes to these widths first, so that longer texts that come later move no column.
const SPARE_TEXT_WIDTHS: [usize; 3] = [32, 26, 26];

/// A request for columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// The columns, from the left.
    pub columns: Vec<Column>,
    /// The number of vendors in use, and the number of other vendors.
    pub vendors: [usize; 2],
    /// The number of digits of the highest number.
    pub number: usize,
    /// True if times are shown as how long ago they were.
    pub relative: bool,
}

/// The widths of the columns that do not depend on texts.
#[derive(Clone, Copy)]
struct FixedColumns {
    time: Option<TimeDetail>,
    kind: usize,
    mark: usize,
    /// The maximum width of a field's column, and the number of these columns.
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

    /// Returns the index of a field among the fields that have columns, from the left.
    pub(crate) fn place_among_fields(&self, field: &Field) -> Option<usize> {
        let is_field = |column: &&Column| matches!(column, Column::Field(_));
        let mut fields = self.columns.iter().filter(is_field);
        fields.position(|column| column.name() == field.name())
    }

    /// Returns the room that is left for name, account and user, or none if the columns do not
    /// fit.
    fn room(&self, width: usize, fixed: FixedColumns, needs: ColumnNeeds) -> Option<usize> {
        let widths =
            self.columns.iter().filter_map(|column| self.fixed_width(fixed, needs, column));
        let fixed: usize = widths.map(|width| width + 1).sum();
        let between = self.flexible_columns().count().saturating_sub(1);
        let taken = GUTTER + fixed + between;
        // without a flexible column, no blank is needed after the last column
        let blank = usize::from(self.flexible_columns().next().is_none());
        (width + blank).checked_sub(taken)
    }

    fn flexible_columns(&self) -> impl Iterator<Item = usize> + '_ {
        let all = [Column::Name, Column::Account, Column::User].into_iter().enumerate();
        all.filter(|(_, column)| self.columns.contains(column)).map(|(at, _)| at)
    }

    /// Returns two widths of the log beside the detail: the minimum, and the one at which only
    /// long texts are cut.
    pub fn wanted_widths(&self, needs: ColumnNeeds) -> [usize; 2] {
        let time = Some(TimeDetail::Second);
        let fixed =
            FixedColumns { time, kind: 8, mark: MARK, field: MAX_FIELD_WIDTH, fields: MAX_FIELDS };
        let left = self.room(usize::from(u16::MAX), fixed, needs).unwrap_or(0);
        let needed = needs.flexible();
        [SMALL_BESIDE_WIDTHS, MAX_BESIDE_WIDTHS].map(|most| {
            let asked = |at: usize| needed[at].min(most[at]).max(WIDE_TEXT_WIDTHS[at]);
            let texts: usize = self.flexible_columns().map(asked).sum();
            (usize::from(u16::MAX) - left + texts).max(MIN_WIDE_LOG)
        })
    }

    /// Returns true if the wide widths of name, account and user fit.
    fn is_wide(&self, width: usize, needs: ColumnNeeds) -> bool {
        let time = Some(TimeDetail::Minute);
        let least = FixedColumns { time, kind: 5, mark: MARK, field: 0, fields: 0 };
        let today = ColumnNeeds { day: DayForm::Today, ..needs };
        let texts: usize = self.flexible_columns().map(|at| WIDE_TEXT_WIDTHS[at]).sum();
        self.room(width, least, today).is_some_and(|room| room >= texts) && width >= MIN_WIDE_LOG
    }

    /// Returns the columns for a width. `held` has the widths that name, account and user had
    /// before, and which they keep. The least important parts are left out first: milliseconds,
    /// the last letters of types, seconds, types, the user's fields from the last one on, the time
    /// and the number, and then the marks (the sign of the worst finding stays). The hour of a
    /// time is never left out before the whole time.
    pub fn columns(&self, width: usize, needs: ColumnNeeds, held: [usize; 3]) -> LogColumns {
        let is_wide = self.is_wide(width, needs);
        let usual = if is_wide { WIDE_TEXT_WIDTHS } else { NARROW_TEXT_WIDTHS };
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

    /// Returns the possible widths of the fixed columns, and the room that each of them has to
    /// leave for name, account and user, the best first.
    fn plans(&self, is_wide: bool, usual: [usize; 3]) -> Vec<(FixedColumns, [usize; 3])> {
        let (minute, second) = (Some(TimeDetail::Minute), Some(TimeDetail::Second));
        let milli = Some(TimeDetail::Milli);
        let mut plans = Vec::new();
        let mut add = |(field, fields), forms: &[(Option<TimeDetail>, usize, [usize; 3])]| {
            plans.extend(forms.iter().map(|(time, kind, room)| {
                (FixedColumns { time: *time, kind: *kind, mark: MARK, field, fields }, *room)
            }));
        };
        let first = [
            (milli, 8, MILLI_TEXT_WIDTHS),
            (second, 8, usual),
            (second, 5, usual),
            (minute, 5, usual),
        ];
        let least = [(minute, 5, MIN_TEXT_WIDTHS), (minute, 0, MIN_TEXT_WIDTHS)];
        let all = Column::fields(&self.columns).len();
        add((MAX_FIELD_WIDTH, all), &first);
        for fields in (1..=all).rev() {
            add((NARROW_FIELD_WIDTH, fields), &first);
        }
        if all > 0 {
            add((NARROW_FIELD_WIDTH, 1), &least);
        }
        add((0, 0), &first);
        if is_wide {
            add((0, 0), &[(minute, 0, usual), (None, 0, usual)]);
        }
        add((0, 0), &least);
        add((0, 0), &[(None, 0, MIN_TEXT_WIDTHS)]);
        plans
    }

    /// Divides the room among name, account and user, if they are shown: first `missing` and a
    /// name of 24 characters, then the previous width of each, then what each needs, one column at
    /// a time, then some room for longer texts that come later. The rest goes to the first of them
    /// that is shown.
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
            (1, MIN_TEXT_WIDTHS[1]),
            (2, MIN_TEXT_WIDTHS[2]),
            (0, MIN_TEXT_WIDTHS[0]),
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
        for wanted in [needs.flexible(), SPARE_TEXT_WIDTHS] {
            // the narrowest column grows first
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
