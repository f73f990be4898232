//! The log's lines: the heads of the columns, and one line a row.

use crate::findings::{Severity, Verdict};
use crate::inspector::{IdCell, RowView};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::columns::{
    Column, ColumnNeeds, ColumnRequest, GUTTER, LogColumns, columns,
};
use crate::tui::pages::log::id_cells::{Loudness, id_cell, need, some};
use crate::tui::pages::log::list::List;
use crate::tui::theme::painter::{Appearance, Painter, ground};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The columns of the log, where rows so far needed so much.
pub fn plan(area: Rect, needs: ColumnNeeds, ctx: &ViewContext<'_>) -> LogColumns {
    let vendors = &ctx.shared.vendors;
    let head = vendors.iter().map(|vendor| text::width(&vendor.short)).max().unwrap_or(0);
    let wanted = ColumnRequest {
        columns: &ctx.shared.columns,
        vendors: [Column::Vendors, Column::OtherVendors]
            .map(|column| column_vendors(column, ctx).count()),
        head,
        number: ctx.shared.rows.to_string().len().max(LEAST_NUMBER),
        needs,
    };
    columns(usize::from(area.width), wanted)
}

/// The vendors of a column of marks.
pub fn column_vendors<'c>(
    column: Column,
    ctx: &'c ViewContext<'_>,
) -> impl Iterator<Item = usize> + 'c {
    let in_use = &ctx.shared.in_use.vendors;
    (0..ctx.shared.vendors.len())
        .filter(move |vendor| in_use.contains(vendor) == (column == Column::Vendors))
}

/// Draws the log.
pub fn render(buffer: &mut Buffer, area: Rect, list: &List, focused: bool, ctx: &ViewContext<'_>) {
    table(buffer, area, (list.window(), list.needs()), list.cursor(), focused, ctx);
}

/// Draws rows as the log has them, under the heads of their columns. They have what is needed by
/// all that were in view so far, so that columns stay where they are.
pub fn table(
    buffer: &mut Buffer,
    area: Rect,
    (rows, needs): (&[RowView], ColumnNeeds),
    cursor: Option<u64>,
    focused: bool,
    ctx: &ViewContext<'_>,
) {
    let plan = plan(area, needs, ctx);
    heads(buffer, area, &plan, ctx);
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
            row_line(&mut painter, row, &plan, ctx);
        }
    }
}

fn heads(buffer: &mut Buffer, area: Rect, plan: &LogColumns, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let Some(mut painter) = Painter::on(buffer, area, 0, ctx.look) else { return };
    painter.skip(GUTTER);
    for (at, (column, width)) in plan.shown.iter().enumerate() {
        painter.skip(usize::from(at > 0));
        match column {
            Column::Vendors | Column::OtherVendors => {
                let shorts = ctx.shared.vendors.iter().map(|vendor| vendor.short.as_str());
                let heads = brief(shorts, plan.mark, ctx.look);
                let is_in_use = *column == Column::Vendors;
                let style = if is_in_use { theme.label } else { theme.unused };
                for (place, vendor) in column_vendors(*column, ctx).enumerate() {
                    painter.skip(usize::from(place > 0));
                    painter.column(&heads[vendor], plan.mark, style);
                }
            }
            Column::Number => drop(painter.column("#", *width, theme.label)),
            column => drop(painter.column(column.name(), *width, theme.label)),
        }
    }
}

/// Short names in so many columns. Of one column each has a letter that none before it has, where it
/// has such a one.
fn brief<'v>(names: impl Iterator<Item = &'v str>, width: usize, look: &Appearance) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        let name = look.clean(name);
        let first = &name[..text::head(&name, width)];
        let mut own = name.split("").filter(|one| text::width(one) == 1);
        let own = own.find(|one| width == 1 && !out.iter().any(|taken| taken == one));
        let head = own.unwrap_or(first).to_owned();
        out.push(head);
    }
    out
}

/// A row, behind the cursor's column.
fn row_line(painter: &mut Painter<'_>, row: &RowView, plan: &LogColumns, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    let discarded = row.discarded().is_some();
    let loudness = Loudness::new(row, ctx);
    match row.worst.or(row.no_call.as_ref().and_then(|request| request.severity)) {
        _ if discarded => {
            let sign = look.verdict_sign(Verdict::Discarded);
            painter.column(sign, 1, look.verdict(Verdict::Discarded));
        }
        Some(severity) if severity != Severity::Info => {
            let style = if row.folded { theme.quiet } else { loudness.severity(severity, look) };
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
                let full = look.time(row.received_at);
                painter.column(plan.time.part(&full), plan.time.width(), theme.quiet);
            }
            // it is not a call: the rest of the line says why
            (column, Some(request)) => {
                let kind = if *column == Column::Kind { *width } else { STATUS };
                let loud = if request.severity.is_some() { theme.refused } else { theme.quiet };
                painter.put(&request.status.to_string(), loud);
                painter.skip(kind.saturating_sub(STATUS) + 1);
                painter.put(request.kind.word(), loud).put(" ", loud);
                painter.show(&request.reason, loud).skip(2).show(&request.path, theme.quiet);
                return;
            }
            (Column::Kind, _) => {
                let kind = match (row.kind.as_str(), *width < 8) {
                    ("screen", true) => "scrn".into(),
                    _ => look.clean(&row.kind),
                };
                let kind = &kind[..text::head(&kind, *width)];
                painter.column(kind, *width, if row.repeat { theme.repeat } else { theme.quiet });
            }
            (Column::Name, _) => name(painter, row, *width, plain, look),
            (Column::Account, _) => {
                id_cell(painter, &row.account, *width, (plain, loudness), look);
            }
            (Column::User, _) => {
                id_cell(painter, &row.user, *width, (plain, loudness), look);
            }
            (Column::Vendors | Column::OtherVendors, _) => {
                let marks = column_vendors(*column, ctx).filter_map(|vendor| row.marks.get(vendor));
                for (place, mark) in marks.enumerate() {
                    painter.skip(usize::from(place > 0));
                    let sign = look.verdict_sign(mark.verdict);
                    painter.column(sign, plan.mark, loudness.mark(*mark, look));
                }
            }
        }
    }
}

/// What names the call, behind the word that it came again and before its note.
fn name(painter: &mut Painter<'_>, row: &RowView, width: usize, plain: Style, look: &Appearance) {
    let theme = &look.theme;
    let mut name = width;
    if row.repeat {
        let word = if name >= 20 {
            format!("{} repeat ", look.repeat())
        } else {
            format!("{} ", look.repeat())
        };
        let taken = text::width(&word).min(name);
        painter.column(&word, taken, theme.repeat);
        name -= taken;
    }
    if let Some(note) = &row.note {
        // the note has what the name leaves, and half of the column where that is little
        let taken = some(&row.name).min((name / 2).max(name.saturating_sub(some(note) + 3)));
        painter.column(&row.name, taken, plain);
        painter.column(&format!(" {} {note}", look.note()), name - taken, theme.marked);
    } else {
        painter.column(&row.name, name, plain);
    }
}

/// The width of a status.
const STATUS: usize = 3;
/// A number has room for so many digits, so that the first hundreds of calls do not move columns.
const LEAST_NUMBER: usize = 4;
/// The columns that a row would need.
pub fn needs(row: &RowView) -> ColumnNeeds {
    let repeat = if row.repeat { 2 } else { 0 };
    let note = row.note.as_deref().map_or(0, |note| some(note) + 3);
    let missing = |cell: &IdCell| match cell {
        IdCell::Missing { .. } => need(cell),
        _ => 0,
    };
    ColumnNeeds {
        name: some(&row.name) + repeat + note,
        account: need(&row.account),
        user: need(&row.user),
        missing: [missing(&row.account), missing(&row.user)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use jiff::tz::TimeZone;

    #[test]
    fn heads_of_one_letter_are_told_apart() {
        let theme = Theme::preset("dark").expect("dark");
        let look = Appearance { theme, ascii: false, zone: TimeZone::UTC };
        let heads = |names: &[&str], width| brief(names.iter().copied(), width, &look).concat();
        let names = ["CSB", "FS", "PH", "SS", "CUS"];
        assert_eq!(heads(&names, 1), "CFPSU");
        assert_eq!(heads(&names, 2), "CSFSPHSSCU");
        assert_eq!(heads(&["A", "A", ""], 1), "AA");
        assert_eq!(heads(&["漢A"], 1), "A", "what is too wide has no room");
    }
}
