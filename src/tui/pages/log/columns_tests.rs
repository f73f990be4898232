//! Tests of the widths of columns.

use super::*;

fn request(columns: &[Column], vendors: usize) -> ColumnRequest {
    let columns = columns.to_vec();
    ColumnRequest { columns, vendors: [vendors, 2], number: 6, relative: false }
}

fn columns_for(width: usize, vendors: usize, needs: ColumnNeeds) -> LogColumns {
    request(&Column::USUAL, vendors).columns(width, needs, [0; 3])
}

fn total(c: &LogColumns) -> usize {
    GUTTER + c.shown.iter().map(|(_, width)| width + 1).sum::<usize>() - 1
}

/// The needs of names and ids that are longer than any column.
const LONG: ColumnNeeds = ColumnNeeds {
    name: MAX_NAME_WIDTH,
    account: MAX_ID_WIDTH,
    user: MAX_ID_WIDTH,
    missing: [MIN_ID_WIDTH; 2],
    fields: [0; MAX_FIELDS],
    day: DayForm::Today,
};
const NEAR: usize = "missing accountId?".len();

#[test]
fn the_columns_fill_the_width() {
    for vendors in 0..=9 {
        for width in 60..300 {
            let missing = [vendors * 2, 8];
            let (name, account, user) = (width / 4, vendors * 3, 40 - vendors);
            let needs = ColumnNeeds { name, account, user, missing, ..LONG };
            let c = columns_for(width, vendors, needs);
            assert_eq!(total(&c), width, "{width} wide, {vendors} vendors: {c:?}");
        }
    }
    for width in 0..60 {
        columns_for(width, 5, ColumnNeeds::default());
    }
}

#[test]
fn any_choice_of_columns_stays_within_the_width() {
    // every set of columns, in this order and in reverse
    for set in 1..1_u32 << Column::ALL.len() {
        let numbered = Column::ALL.into_iter().enumerate();
        let has = |(at, column)| (set >> at & 1 == 1).then_some(column);
        let mut columns: Vec<Column> = numbered.filter_map(has).collect();
        for day in [DayForm::Today, DayForm::Year] {
            columns.reverse();
            for width in 40..140 {
                let needs = ColumnNeeds { day, ..LONG };
                let c = request(&columns, 5).columns(width, needs, [0; 3]);
                assert!(total(&c) <= width, "{width}: {columns:?} {c:?}");
                let order: Vec<Column> = c.shown.iter().map(|(column, _)| column.clone()).collect();
                let mut kept = columns.clone();
                kept.retain(|column| order.contains(column));
                assert_eq!(order, kept);
            }
        }
    }
}

#[test]
fn fields_take_only_the_room_that_missing_ids_leave() {
    let names = ["properties.plan", "library.name", "context.app.version"];
    let fields = names.map(|name| Column::parse(name).expect("a field"));
    let columns = [&Column::USUAL[..5], &fields, &Column::USUAL[5..]].concat();
    let needs = ColumnNeeds { missing: [NEAR, NEAR], fields: [30; MAX_FIELDS], ..LONG };
    let mut before = 0;
    for width in 60..300 {
        let c = request(&columns, 5).columns(width, needs, [0; 3]);
        assert!(total(&c) <= width, "{width}: {c:?}");
        let widths = fields.each_ref().map(|field| c.width_of(field));
        // the last fields are left out first, and a wider log never has fewer
        assert!(widths.is_sorted_by(|a, b| *b == 0 || a == b), "{width}: {widths:?}");
        let shown = widths.iter().filter(|width| **width > 0).count();
        assert!(shown >= before || width < 88, "{width}: {shown} of {before}");
        before = shown;
        if width >= 88 {
            let ids = [c.width_of(&Column::Account), c.width_of(&Column::User)];
            assert!(ids.iter().all(|id| *id >= NEAR), "{width}: {c:?}");
            assert!(c.width_of(&Column::Name) >= 24, "{width}: {c:?}");
        }
    }
    assert_eq!(before, 3);
    let c = request(&columns, 5).columns(240, needs, [0; 3]);
    assert_eq!(c.width_of(&fields[0]), MAX_FIELD_WIDTH, "no value takes more");
}

#[test]
fn a_missing_id_is_always_readable() {
    for width in 40..300 {
        let c = columns_for(width, 5, LONG);
        let wide = [c.width_of(&Column::Account), c.width_of(&Column::User)];
        assert!(wide.iter().all(|wide| *wide >= "missing".len()), "{width}: {c:?}");
    }
}

#[test]
fn never_cuts_missing_ids_or_a_name_of_24_characters_from_88_columns_on() {
    for vendors in 1..=5 {
        for missing in [[NEAR, NEAR], [NEAR, MIN_ID_WIDTH], [MIN_ID_WIDTH, NEAR], [NEAR, 20]] {
            for day in [DayForm::Today, DayForm::Day, DayForm::Year] {
                let needs = ColumnNeeds { missing, day, ..LONG };
                for width in 88..300 {
                    let c = columns_for(width, vendors, needs);
                    let ids = [c.width_of(&Column::Account), c.width_of(&Column::User)];
                    let whole = ids[0] >= missing[0] && ids[1] >= missing[1];
                    let name = c.width_of(&Column::Name) >= 24;
                    assert!(whole && name && c.mark == MARK, "{width}, {vendors}: {c:?}");
                }
            }
        }
    }
}

#[test]
fn marks_have_two_columns_or_none() {
    for vendors in 1..=9 {
        for width in 40..300 {
            let c = columns_for(width, vendors, LONG);
            assert!([0, MARK].contains(&c.mark), "{width}: {c:?}");
            let is_there = c.width_of(&Column::Vendors) > 0;
            assert_eq!(is_there, c.mark == MARK, "{width}: {c:?}");
        }
    }
    assert_eq!(columns_for(60, 5, LONG).mark, MARK);
}

#[test]
fn columns_keep_their_width_when_longer_texts_come() {
    let request = request(&Column::USUAL, 5);
    // in a narrower log, a name of 24 characters may take room from an id that is cut anyway
    for width in 100..200 {
        let before = ColumnNeeds { name: 20, account: 12, user: 24, ..LONG };
        let first = request.columns(width, before, [0; 3]);
        let all = [Column::Name, Column::Account, Column::User];
        let held = all.each_ref().map(|column| first.width_of(column));
        let held = [held[0].min(20), held[1].min(12), held[2].min(24)];
        // longer names and accounts that come later take no room from the users
        let after = request.columns(width, ColumnNeeds { user: 24, ..LONG }, held);
        for (column, held) in all.iter().zip(held) {
            assert!(after.width_of(column) >= held, "{width}: {first:?} {after:?}");
        }
    }
}

#[test]
fn the_log_asks_for_the_width_of_its_contents() {
    let needs = |name, id| ColumnNeeds { name, account: id, user: id, ..LONG };
    let wanted = |vendors, needs| request(&Column::USUAL, vendors).wanted_widths(needs);
    let least = 3 + 9 + 9 + 25 + 19 + 12 + 2;
    assert_eq!(wanted(1, needs(8, 8)), [MIN_WIDE_LOG, MIN_WIDE_LOG]);
    assert_eq!(wanted(5, needs(8, 8)), [least + 12, least + 12]);
    assert_eq!(wanted(1, needs(30, 20)), [least + 4 + 7, least + 6 + 2 + 9]);
    assert!(wanted(5, LONG)[1] <= 155);
}

#[test]
fn a_date_never_hides_the_hour() {
    for width in 40..200 {
        let needs = ColumnNeeds { day: DayForm::Day, ..ColumnNeeds::default() };
        let c = columns_for(width, 5, needs);
        let wide = c.width_of(&Column::Time);
        assert!(wide == 0 || wide >= "11-24 10:00".len(), "{width}: {c:?}");
    }
    let at_80 = columns_for(80, 5, ColumnNeeds { day: DayForm::Day, ..LONG });
    assert_eq!(at_80.time, Some(TimeDetail::Minute), "{at_80:?}");
}
