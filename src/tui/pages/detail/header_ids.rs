//! The ids in the header of a call: what the log shows of them, and what there is to say of each.

use crate::findings::advice;
use crate::inspector::{CallDetail, IdCell, MissedId};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::detail::annotations::dotted;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::log;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// Columns between the two ids on one line.
const GAP: usize = 3;

/// An id as the head of a call shows it: its column's spans, and what there is to say of it.
struct IdPart {
    spans: Vec<Span<'static>>,
    /// In full, and in short where there is a shorter way to say it.
    remarks: Option<[String; 2]>,
    style: Style,
    /// Some vendor in use misses it.
    is_missed: bool,
}

impl IdPart {
    fn new(id: &IdCell, width: usize, call: &CallDetail, ctx: &ViewContext<'_>) -> IdPart {
        let theme = &ctx.look.theme;
        let same = |words: String| Some([words.clone(), words]);
        let (remarks, style) = match id {
            IdCell::Muted => {
                let words = "a vendor in use misses it; the finding is muted";
                (same(words.to_owned()), theme.quiet)
            }
            IdCell::NotLooked => {
                let words = ["no vendor in use reads it in this call", "not read"];
                (Some(words.map(str::to_owned)), theme.quiet)
            }
            IdCell::SomeMiss { wanted, .. } => {
                let words = [false, true].map(|short| misses(wanted, short, ctx));
                (Some(words), theme.near_miss)
            }
            // a need below may say what it is
            IdCell::Found { text, doubtful: true } if !is_in_needs(text, call) => {
                (same(format!("doubtful: {}", advice::doubt(text))), theme.warning)
            }
            _ => (None, theme.text),
        };
        let is_missed = matches!(id, IdCell::SomeMiss { .. });
        IdPart { spans: cell_spans(id, width, ctx.look), remarks, style, is_missed }
    }

    fn width(&self, label: &str) -> usize {
        label.len() + 1 + self.spans.iter().map(Span::width).sum::<usize>()
    }
}

/// Whether a need says what is wrong with a doubtful id.
fn is_in_needs(text: &str, call: &CallDetail) -> bool {
    call.needs.iter().flat_map(|need| &need.changes).any(|change| change.contains(text))
}

/// Both ids, on one line where they fit with what there is to say of them, else a line each.
pub fn ids(paper: &mut TextBuilder<'_>, call: &CallDetail, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let width = paper.width();
    let row = &call.row;
    let both = [("account", &row.account), ("user", &row.user)];
    let parts =
        both.map(|(label, id)| (label, IdPart::new(id, width.saturating_sub(9), call, ctx)));
    // what both have in common is said once, behind the second
    let common = parts[0].1.remarks == parts[1].1.remarks;
    for length in [0, 1] {
        let remark = |nth: usize, part: &IdPart| match &part.remarks {
            Some(remarks) if nth == 1 || !common => format!("  {}", remarks[length]),
            _ => String::new(),
        };
        let parts = || parts.iter().enumerate();
        let taken: usize = parts()
            .map(|(nth, (label, part))| part.width(label) + text::width(&remark(nth, part)))
            .sum();
        if taken + GAP > width {
            continue;
        }
        let mut spans = Vec::new();
        for (nth, (label, part)) in parts() {
            spans.push(Span::raw(" ".repeat(nth * GAP)));
            spans.push(Span::styled(format!("{label} "), theme.label));
            spans.extend(part.spans.iter().cloned());
            spans.push(Span::styled(remark(nth, part), part.style));
        }
        return paper.line(spans);
    }
    for (label, IdPart { spans, remarks, style, is_missed }) in parts {
        let mut line = vec![Span::styled(format!("{label:<9}"), theme.label)];
        line.extend(spans);
        let taken: usize = line.iter().map(Span::width).sum();
        let fits = |words: &&String| taken + 2 + text::width(words) <= width;
        let beside = remarks.iter().flatten().find(fits);
        line.extend(beside.map(|words| Span::styled(format!("  {words}"), style)));
        paper.line(line);
        // what is doubtful, a finding says below
        if let (None, Some([words, _])) = (beside, remarks.as_ref().filter(|_| is_missed)) {
            paper.prose(9, words, style);
        }
    }
}

/// An id column's spans, drawn by the same pen as the log's. What it is wanted as is said apart.
fn cell_spans(id: &IdCell, width: usize, look: &Appearance) -> Vec<Span<'static>> {
    let mut id = id.clone();
    if let IdCell::SomeMiss { wanted, .. } = &mut id {
        wanted.clear();
    }
    let id = &id;
    let area = Rect { x: 0, y: 0, width: width.min(200) as u16, height: 1 };
    let mut buffer = Buffer::empty(area);
    if let Some(mut painter) = Painter::on(&mut buffer, area, 0, look) {
        log::cell(&mut painter, id, usize::from(area.width), look.theme.text, look);
    }
    let mut spans = Vec::new();
    let mut skip = 0;
    for cell in buffer.content() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        skip = text::width(cell.symbol()).saturating_sub(1);
        spans.push(Span::styled(cell.symbol().to_owned(), cell.style()));
    }
    while spans.last().is_some_and(|span: &Span<'_>| span.content == " ") {
        spans.pop();
    }
    spans
}

/// Who misses an id that others find, and what each wants it as.
fn misses(wanted: &[MissedId], short: bool, ctx: &ViewContext<'_>) -> String {
    let each = wanted.iter().enumerate().filter_map(|(nth, wanted)| {
        let vendor = ctx.shared.vendors.get(wanted.vendor)?;
        Some(match (short, nth) {
            (false, _) => format!("{} needs it as {}", vendor.title, dotted(&wanted.path)),
            (true, 0) => format!("{} needs it as {}", vendor.short, wanted.name()),
            (true, _) => format!("{} as {}", vendor.short, wanted.name()),
        })
    });
    each.collect::<Vec<_>>().join(", ")
}
