//! The log's lines: the heads of the columns, and one line for each row.

use crate::findings::{Severity, Verdict};
use crate::fql::Field;
use crate::inspector::{IdCell, RowView};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::column::{Column, head_within};
use crate::tui::pages::log::column_layout::{ColumnLayout, WantedName};
use crate::tui::pages::log::columns::{ColumnNeeds, ColumnRequest, GUTTER, MARK};
use crate::tui::pages::log::id_cells::{AlarmLevel, approximate_width, id_cell, id_width};
use crate::tui::pages::log::list::List;
use crate::tui::theme::painter::{Appearance, Painter, ground};
use crate::tui::theme::time_format::TimeDetail;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Returns the columns that the log should show.
pub(crate) fn request(ctx: &ViewContext<'_>) -> ColumnRequest {
    ColumnRequest {
        columns: ctx.shared.columns.clone(),
        vendors: [Column::Vendors, Column::OtherVendors]
            .map(|column| column_vendors(&column, ctx).count()),
        number: ctx.shared.rows.to_string().len().max(MIN_NUMBER_WIDTH),
        relative: ctx.look.times.is_relative(),
    }
}

/// Returns the vendors of a column of marks.
pub fn column_vendors<'c>(
    column: &Column,
    ctx: &'c ViewContext<'_>,
) -> impl Iterator<Item = usize> + use<'c> {
    let (in_use, is_in_use) = (&ctx.shared.in_use.vendors, *column == Column::Vendors);
    (0..ctx.shared.vendors.len()).filter(move |vendor| in_use.contains(vendor) == is_in_use)
}

/// Draws the log.
pub fn render(buffer: &mut Buffer, area: Rect, list: &List, focused: bool, ctx: &ViewContext<'_>) {
    table(buffer, area, (list.window(), list.layout()), list.cursor(), focused, ctx);
}

/// Draws rows as in the log, under the heads of their columns.
pub fn table(
    buffer: &mut Buffer,
    area: Rect,
    (rows, layout): (&[RowView], &ColumnLayout),
    cursor: Option<u64>,
    focused: bool,
    ctx: &ViewContext<'_>,
) {
    heads(buffer, area, layout, ctx);
    for (line, row) in rows.iter().enumerate() {
        let line = line + 1;
        let selected = cursor == Some(row.row);
        if selected {
            let theme = &ctx.look.theme;
            let style = if focused { theme.selected } else { theme.selected_unfocused };
            ground(buffer, area, line, style);
        }
        if let Some(mut painter) = Painter::on(buffer, area, line, ctx.look) {
            let theme = &ctx.look.theme;
            let cursor = if focused { theme.rule_focus } else { theme.rule };
            painter.column(if selected { ctx.look.cursor() } else { " " }, 1, cursor);
            row_line(&mut painter, row, layout, ctx);
        }
    }
}

fn heads(buffer: &mut Buffer, area: Rect, layout: &ColumnLayout, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let plan = layout.columns();
    let Some(mut painter) = Painter::on(buffer, area, 0, ctx.look) else { return };
    painter.skip(GUTTER);
    for (at, (column, width)) in plan.shown.iter().enumerate() {
        painter.skip(usize::from(at > 0));
        match column {
            Column::Vendors | Column::OtherVendors => {
                let shorts = ctx.shared.vendors.iter().map(|vendor| vendor.short.as_str());
                let heads = two_letters(shorts, ctx.look);
                let is_in_use = *column == Column::Vendors;
                let style = if is_in_use { theme.label } else { theme.unused };
                for (place, vendor) in column_vendors(column, ctx).enumerate() {
                    painter.skip(usize::from(place > 0));
                    painter.column(&heads[vendor], plan.mark, style);
                }
            }
            Column::Number => drop(painter.column("#", *width, theme.label)),
            Column::Time => drop(painter.column(&time_head(*width, ctx.look), *width, theme.label)),
            Column::Account => id_head(&mut painter, (column, *width), &layout.wanted[0], ctx),
            Column::User => id_head(&mut painter, (column, *width), &layout.wanted[1], ctx),
            Column::Field(field) => {
                painter.column(head_within(field, *width), *width, theme.label);
            }
            column => drop(painter.column(column.name(), *width, theme.label)),
        }
    }
}

/// Returns the head of the time column: the kind of times, and their zone.
fn time_head(width: usize, look: &Appearance) -> String {
    if look.times.is_relative() {
        return format!("{:>width$}", "ago");
    }
    let zone = look.times.zone_name();
    let whole = format!("time {zone}");
    if text::width(&whole) <= width { whole } else { zone }
}

/// Draws the head of an id column. If all rows with `!` need the same name, the head shows it.
fn id_head(
    painter: &mut Painter<'_>,
    (column, width): (&Column, usize),
    wanted: &WantedName,
    ctx: &ViewContext<'_>,
) {
    let name = column.name();
    let whole = match wanted {
        WantedName::Same(wanted) => format!("{name} ! as {wanted}"),
        WantedName::Unseen | WantedName::Various => name.to_owned(),
    };
    let head = if text::width(&whole) <= width { whole.as_str() } else { name };
    painter.column(head, width, ctx.look.theme.label);
}

/// Returns two letters for each name: its first two, or its first and a later one if another name
/// already has these two.
fn two_letters<'v>(names: impl Iterator<Item = &'v str>, look: &Appearance) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        let name = look.clean(name);
        let whole = name[..text::head(&name, MARK)].to_owned();
        let first = &name[..text::head(&name, 1)];
        let rest = name[first.len()..].split("").filter(|one| text::width(one) == 1);
        let mut pairs = rest.map(|second| format!("{first}{second}"));
        let own = pairs.find(|pair| !first.is_empty() && !out.contains(pair));
        let is_new = !out.contains(&whole);
        out.push(if is_new { whole } else { own.unwrap_or(whole) });
    }
    out
}

/// Draws a row, after the cursor's column.
fn row_line(
    painter: &mut Painter<'_>,
    row: &RowView,
    layout: &ColumnLayout,
    ctx: &ViewContext<'_>,
) {
    let (look, plan) = (ctx.look, layout.columns());
    let theme = &look.theme;
    let discarded = row.discarded().is_some();
    let alarm_level = AlarmLevel::new(row, ctx);
    match row.worst.or(row.no_call.as_ref().and_then(|request| request.severity)) {
        _ if row.undelivered.is_some() => {
            painter.column(look.severity_sign(Severity::Error), 1, theme.refused);
        }
        _ if discarded => {
            let sign = look.verdict_sign(Verdict::Discarded);
            painter.column(sign, 1, look.verdict(Verdict::Discarded));
        }
        Some(severity) if severity != Severity::Info => {
            let style = if row.folded { theme.quiet } else { alarm_level.severity(severity, look) };
            painter.column(look.severity_sign(severity), 1, style);
        }
        _ => {
            painter.skip(1);
        }
    }
    if row.marked {
        painter.column(look.mark(), 1, theme.marked);
    } else if row.deleted {
        painter.put(look.deleted(), theme.quiet);
    } else if row.stale {
        painter.put(look.stale(), theme.warning);
    } else {
        painter.skip(1);
    }
    let plain = if row.repeat { theme.repeat } else { theme.text };
    for (at, (column, width)) in plan.shown.iter().enumerate() {
        painter.skip(usize::from(at > 0));
        match (column, &row.no_call) {
            (Column::Number, _) => {
                let number = row.seq.map_or(String::new(), |seq| seq.0.to_string());
                painter.column(&format!("{number:>width$}"), *width, theme.quiet);
            }
            (Column::Time, _) => {
                let detail = plan.time.unwrap_or(TimeDetail::Minute);
                let time = look.times.listed(row.received_at, detail);
                painter.column(&format!("{time:>width$}"), *width, theme.quiet);
            }
            // a request without a call: the rest of the line says why
            (column, Some(request)) => {
                let kind = if *column == Column::Kind { *width } else { STATUS_WIDTH };
                let loud = if request.severity.is_some() { theme.refused } else { theme.quiet };
                let status = request.status.map_or("-".to_owned(), |status| status.to_string());
                painter.column(&status, kind.max(STATUS_WIDTH), loud);
                painter.skip(1);
                // a fault that refuses is already the reason
                if row.fault && !request.reason.starts_with(FAULT) {
                    painter.put(FAULT, theme.warning);
                }
                if row.undelivered.is_some() {
                    painter.put(UNDELIVERED, theme.refused);
                }
                painter.put(request.kind.word(), loud).put(" ", loud);
                painter.show(&request.reason, loud).skip(2).show(&request.path, theme.quiet);
                return;
            }
            (Column::Kind, _) => {
                let style = if row.repeat { theme.repeat } else { theme.quiet };
                painter.column(&row.kind, *width, style);
            }
            (Column::Name, _) => name(painter, row, *width, plain, look),
            (Column::Account, _) => {
                let says = layout.wanted[0].is_various();
                id_cell(painter, (&row.account, says), *width, (plain, alarm_level), look);
            }
            (Column::User, _) => {
                let says = layout.wanted[1].is_various();
                id_cell(painter, (&row.user, says), *width, (plain, alarm_level), look);
            }
            (Column::Field(field), _) => field_cell(painter, row, field, (*width, plain), ctx),
            (Column::Vendors | Column::OtherVendors, _) => {
                let marks = column_vendors(column, ctx).filter_map(|vendor| row.marks.get(vendor));
                for (place, mark) in marks.enumerate() {
                    painter.skip(usize::from(place > 0));
                    let sign = look.verdict_sign(mark.verdict);
                    painter.column(sign, plan.mark, alarm_level.mark(*mark, look));
                }
            }
        }
    }
}

/// Draws the value of a field that the user chose.
fn field_cell(
    painter: &mut Painter<'_>,
    row: &RowView,
    field: &Field,
    (width, plain): (usize, Style),
    ctx: &ViewContext<'_>,
) {
    let (look, quiet) = (ctx.look, ctx.look.theme.quiet);
    let place = ctx.shared.fields.iter().position(|shown| **shown == *field);
    match place.and_then(|place| row.fields.get(place)) {
        Some(Some(value)) if field.is_write_key() => {
            painter.column(&text::masked(value), width, plain);
        }
        // an id is cut so that its end stays visible, other texts so that their beginning does
        Some(Some(value)) if value.contains(' ') => {
            painter.column(value, width, plain);
        }
        Some(Some(value)) => {
            let id = text::fit_id(value, width, look.ellipsis(), |id| look.clean(id).into());
            painter.column(&id, width, plain);
        }
        Some(None) => drop(painter.column(look.nothing(), width, quiet)),
        None if row.unread => drop(painter.column(look.ellipsis(), width, quiet)),
        None => drop(painter.skip(width)),
    }
}

/// The text in place of the name of a track call without a name.
pub const NO_EVENT: &str = "(no event)";

/// Draws the name of the call, after the sign of a repeat or fault and before its note.
fn name(painter: &mut Painter<'_>, row: &RowView, width: usize, plain: Style, look: &Appearance) {
    let theme = &look.theme;
    let mut name = width;
    let is_unnamed = row.name.is_empty() && row.kind == "track";
    let shown = if is_unnamed { NO_EVENT } else { row.name.as_str() };
    if row.repeat {
        let (word, sign) = (format!("{} repeat ", look.repeat()), format!("{} ", look.repeat()));
        // the word `repeat` is written only if the whole name fits after it
        let word =
            if text::width(&word) + approximate_width(&row.name) <= name { word } else { sign };
        let taken = text::width(&word).min(name);
        painter.column(&word, taken, theme.repeat);
        name -= taken;
    }
    if row.fault {
        let word = if FAULT.len() + approximate_width(&row.name) <= name { FAULT } else { "! " };
        let taken = text::width(word).min(name);
        painter.column(word, taken, theme.warning);
        name -= taken;
    }
    if row.undelivered.is_some() {
        let fits = UNDELIVERED.len() + approximate_width(&row.name) <= name;
        let word = if fits { UNDELIVERED } else { "! " };
        let taken = text::width(word).min(name);
        painter.column(word, taken, theme.refused);
        name -= taken;
    }
    if let Some(note) = &row.note {
        // the note has the room that the name leaves, at least for its sign; the detail has the
        // full text
        let taken = approximate_width(shown).min(name.saturating_sub(NOTE_SIGN_WIDTH));
        painter.column(shown, taken, plain);
        painter.column(&format!(" {} {note}", look.note()), name - taken, theme.marked);
    } else {
        painter.column(shown, name, plain);
    }
}

/// The word before the name of a call whose request had an injected fault.
const FAULT: &str = "fault ";
/// The word before the name of a call whose request the mirror gave up.
const UNDELIVERED: &str = "undelivered ";
/// The width of a blank and the sign of a note.
const NOTE_SIGN_WIDTH: usize = 2;
/// The width of an HTTP status.
const STATUS_WIDTH: usize = 3;
/// The minimum width of the number column, so that the first hundreds of calls do not move
/// columns.
const MIN_NUMBER_WIDTH: usize = 4;
/// Returns the columns that a row needs.
pub fn column_needs(row: &RowView) -> ColumnNeeds {
    let repeat = if row.repeat { 2 } else { 0 };
    let note = row.note.as_deref().map_or(0, |note| approximate_width(note) + 3);
    let missing = |cell: &IdCell| match cell {
        IdCell::Missing { .. } => id_width(cell),
        _ => 0,
    };
    ColumnNeeds {
        name: approximate_width(&row.name) + repeat + note,
        account: id_width(&row.account),
        user: id_width(&row.user),
        missing: [missing(&row.account), missing(&row.user)],
        ..ColumnNeeds::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::theme::time_format::TimeFormat;
    use jiff::tz::TimeZone;

    #[test]
    fn heads_have_two_distinct_letters() {
        let theme = Theme::preset("dark").expect("dark");
        let times = TimeFormat::new(TimeZone::UTC, 0);
        let look = Appearance { theme, ascii: false, times };
        let heads = |names: &[&str]| two_letters(names.iter().copied(), &look).join(" ");
        assert_eq!(heads(&["CSB", "FS", "PH", "SS", "CUS"]), "CS FS PH SS CU");
        assert_eq!(heads(&["ACME", "ACNE", "ACE"]), "AC AN AE");
        assert_eq!(heads(&["A", "A", ""]), "A A ");
        assert_eq!(heads(&["漢A", "漢A"]), "漢 漢");
    }
}
