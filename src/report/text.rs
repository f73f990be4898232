//! Formats a call as a line for people.

use crate::call::text::{visible, visible_id};
use crate::call::time;
use crate::engine::{IdCell, NOT_DELIVERED, RowView};
use crate::findings::Verdict;
use crate::report::colors::ColorWriter;
use crate::vendors::Vendors;
use std::borrow::Cow;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// The widths of the columns for a name, an account and a user. Shorter texts are padded, longer ones
/// are written in full.
const NAME_WIDTH: usize = 24;
const ACCOUNT_WIDTH: usize = 20;
const USER_WIDTH: usize = 14;

/// The sign after a doubtful id.
pub const DOUBTFUL: &str = "?";

/// Formats a row of the log as one line: time, type, name, ids, and the verdicts of the vendors in use.
/// With `color`, ANSI colors show the meaning too; captured text never contributes any.
pub fn call_line(row: &RowView, vendors: &Vendors, color: bool) -> String {
    let mut out = String::new();
    let paint = |out: &mut String, paint: ColorWriter, text: &str| paint.put(out, color, text);
    paint(&mut out, ColorWriter::Dim, &time::format(row.received_at)[11..23]);
    out.push(' ');
    if let Some(request) = &row.no_call {
        let mut text = request.kind.word().to_owned();
        if let Some(status) = request.status {
            let (method, path) = (visible(&request.method), visible(&request.path));
            text.push_str(&format!(" {status} {method} {path}"));
        }
        text.push_str(&format!(": {}", visible(&request.reason)));
        if !request.fix.is_empty() {
            text.push_str(&format!("; fix: {}", visible(&request.fix)));
        }
        if let Some(reason) = &row.undelivered {
            let reason = visible(reason);
            text.push_str(&format!("; {NOT_DELIVERED}: {reason}"));
        }
        let color = if request.severity.is_some() { ColorWriter::Alarm } else { ColorWriter::Dim };
        paint(&mut out, color, &text);
        return out;
    }
    let kind = if row.kind.is_empty() { "no type" } else { &row.kind };
    write!(out, "{:<8} ", visible(kind)).expect("writing to a String cannot fail");
    let name = visible(&row.name);
    out.push_str(&name);
    pad(&mut out, NAME_WIDTH, name.width());
    for (name, cell, columns) in
        [("account", &row.account, ACCOUNT_WIDTH), ("user", &row.user, USER_WIDTH)]
    {
        write!(out, "  {name}=").expect("writing to a String cannot fail");
        let (color, text) = id_words(cell, vendors);
        paint(&mut out, color, &text);
        pad(&mut out, columns, text.width());
    }
    let discarded = row.discarded();
    if let Some(service) = discarded {
        paint(&mut out, ColorWriter::Alarm, &format!("  {service}"));
    }
    // a discarded call has the same verdict at every vendor
    let marks = if discarded.is_some() { &[][..] } else { &row.marks };
    for (vendor, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.in_use) {
        let color = match mark.verdict {
            _ if mark.misses => ColorWriter::Alarm,
            Verdict::Rejected | Verdict::Dropped => ColorWriter::Alarm,
            Verdict::Degraded => ColorWriter::Warning,
            Verdict::Delivered => ColorWriter::Good,
            Verdict::Ignored | Verdict::Discarded => ColorWriter::Dim,
        };
        out.push_str("  ");
        let short = visible(&vendors.info(vendor).short);
        paint(&mut out, color, &format!("{short}={}", mark.verdict.name()));
    }
    if let Some(reason) = &row.undelivered {
        let text = format!("  {NOT_DELIVERED}: {}", visible(reason));
        paint(&mut out, ColorWriter::Alarm, &text);
    }
    if row.fault {
        paint(&mut out, ColorWriter::Dim, "  fault");
    }
    if row.repeat {
        paint(&mut out, ColorWriter::Dim, "  repeat");
    }
    out
}

/// Pads a column.
fn pad(out: &mut String, columns: usize, wide: usize) {
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(wide)));
}

/// Returns an id, or the words for a missing one, with the color.
fn id_words<'c>(cell: &'c IdCell, vendors: &Vendors) -> (ColorWriter, Cow<'c, str>) {
    let sign = |doubtful: bool| if doubtful { DOUBTFUL } else { "" };
    match cell {
        IdCell::Found { text, doubtful: false } => (ColorWriter::Plain, visible_id(text)),
        IdCell::Found { text, doubtful: true } => {
            (ColorWriter::Warning, format!("{}{DOUBTFUL}", visible_id(text)).into())
        }
        IdCell::SomeMiss { text, doubtful, wanted } => {
            let all = wanted.iter().map(|at| {
                let short = visible(&vendors.info(at.vendor).short);
                format!("{short} {}", visible(at.name()))
            });
            let all = all.collect::<Vec<_>>().join(", ");
            let text = format!("{}{}!({all})", visible_id(text), sign(*doubtful));
            (ColorWriter::Warning, text.into())
        }
        IdCell::Missing { near: None } => (ColorWriter::Alarm, "missing".into()),
        IdCell::Missing { near: Some(near) } => {
            (ColorWriter::Alarm, format!("missing({}?)", visible(near)).into())
        }
        IdCell::NotNeeded => (ColorWriter::Warning, "none".into()),
        IdCell::Muted => (ColorWriter::Dim, "muted".into()),
        IdCell::NotRead => (ColorWriter::Plain, "-".into()),
    }
}
