//! A call as a line for people.

use crate::call::text::{visible, visible_id};
use crate::call::time;
use crate::engine::{Cell, RowView};
use crate::findings::Verdict;
use crate::report::colors::Paint;
use crate::vendors::Vendors;
use std::fmt::Write;

/// Behind an id that is used although it looks wrong.
pub const DOUBTFUL: &str = "?";

/// A row of the log as one line: time, type, name, ids, and what the vendors in use make of it.
/// With `colour` meaning is also given by ANSI colours; captured text never brings its own.
pub fn call_line(row: &RowView, vendors: &Vendors, colour: bool) -> String {
    let mut out = String::new();
    let paint = |out: &mut String, paint: Paint, text: &str| paint.put(out, colour, text);
    paint(&mut out, Paint::Dim, &time::format(row.received_at)[11..23]);
    out.push(' ');
    if let Some(request) = &row.no_call {
        let mut text = format!(
            "{} {} {} {}: {}",
            request.kind.word(),
            request.status,
            visible(&request.method),
            visible(&request.path),
            visible(&request.reason)
        );
        if !request.fix.is_empty() {
            text.push_str(&format!("; fix: {}", visible(&request.fix)));
        }
        let colour = if request.severity.is_some() { Paint::Alarm } else { Paint::Dim };
        paint(&mut out, colour, &text);
        return out;
    }
    let kind = if row.kind.is_empty() { "no type" } else { &row.kind };
    write!(out, "{:<8} {}", visible(kind), visible(&row.name))
        .expect("writing to a String cannot fail");
    for (name, cell) in [("account", &row.account), ("user", &row.user)] {
        write!(out, "  {name}=").expect("writing to a String cannot fail");
        let sign = |doubtful: bool| if doubtful { DOUBTFUL } else { "" };
        match cell {
            Cell::Found { text, doubtful } => {
                let colour = if *doubtful { Paint::Warning } else { Paint::Plain };
                paint(&mut out, colour, &format!("{}{}", visible_id(text), sign(*doubtful)));
            }
            Cell::SomeMiss { text, doubtful, wanted } => {
                let all = wanted.iter().map(|at| {
                    let short = visible(&vendors.info(at.vendor).short);
                    format!("{short} {}", visible(at.name()))
                });
                let all = all.collect::<Vec<_>>().join(", ");
                let text = format!("{}{}!({all})", visible_id(text), sign(*doubtful));
                paint(&mut out, Paint::Warning, &text);
            }
            Cell::Missing { near: None } => paint(&mut out, Paint::Alarm, "missing"),
            Cell::Missing { near: Some(near) } => {
                paint(&mut out, Paint::Alarm, &format!("missing({}?)", visible(near)))
            }
            Cell::Nobody => paint(&mut out, Paint::Warning, "none"),
            Cell::Muted => paint(&mut out, Paint::Dim, "muted"),
            Cell::NotLooked => out.push('-'),
        }
    }
    let discarded = row.discarded();
    if let Some(service) = discarded {
        paint(&mut out, Paint::Alarm, &format!("  {service}"));
    }
    // they all have the same verdict then
    let marks = if discarded.is_some() { &[][..] } else { &row.marks };
    for (vendor, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.in_use) {
        let colour = match mark.verdict {
            _ if mark.misses => Paint::Alarm,
            Verdict::Rejected | Verdict::Dropped => Paint::Alarm,
            Verdict::Degraded => Paint::Warning,
            Verdict::Delivered => Paint::Plain,
            Verdict::Ignored | Verdict::Discarded => Paint::Dim,
        };
        out.push_str("  ");
        let short = visible(&vendors.info(vendor).short);
        paint(&mut out, colour, &format!("{short}={}", mark.verdict.name()));
    }
    if row.repeat {
        paint(&mut out, Paint::Dim, "  repeat");
    }
    out
}
