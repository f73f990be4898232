//! The ids in the header of a call: the cells that the log shows, and remarks about them.

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

/// The columns between the two ids on one line.
const GAP: usize = 3;

/// An id in the header of a call: the spans of its log cell, and a remark about it.
struct IdPart {
    spans: Vec<Span<'static>>,
    /// The remark in full, and in short if there is a shorter form.
    remarks: Option<[String; 2]>,
    style: Style,
    /// True if a vendor in use misses the id.
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
            IdCell::NotRead => {
                let words = ["no vendor in use reads it in this call", "not read"];
                (Some(words.map(str::to_owned)), theme.quiet)
            }
            IdCell::SomeMiss { wanted, .. } => {
                let words = [false, true].map(|short| misses(wanted, short, ctx));
                (Some(words), theme.near_miss)
            }
            // one of the needs below may say the same
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

/// Returns true if a need says what is wrong with a doubtful id.
fn is_in_needs(text: &str, call: &CallDetail) -> bool {
    call.needs.iter().flat_map(|need| &need.changes).any(|change| change.contains(text))
}

/// Writes both ids, on one line if they fit with their remarks, else on a line each.
pub fn write_ids(builder: &mut TextBuilder<'_>, call: &CallDetail, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let width = builder.width();
    let row = &call.row;
    let both = [("account", &row.account), ("user", &row.user)];
    let parts =
        both.map(|(label, id)| (label, IdPart::new(id, width.saturating_sub(9), call, ctx)));
    // a remark that both ids share is written once, after the second id
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
        return builder.line(spans);
    }
    for (label, IdPart { spans, remarks, style, is_missed }) in parts {
        let mut line = vec![Span::styled(format!("{label:<9}"), theme.label)];
        line.extend(spans);
        let taken: usize = line.iter().map(Span::width).sum();
        let fits = |words: &&String| taken + 2 + text::width(words) <= width;
        let beside = remarks.iter().flatten().find(fits);
        line.extend(beside.map(|words| Span::styled(format!("  {words}"), style)));
        builder.line(line);
        // for a doubtful id, a finding below says why
        if let (None, Some([words, _])) = (beside, remarks.as_ref().filter(|_| is_missed)) {
            builder.prose(9, words, style);
        }
    }
}

/// Returns the spans of an id cell, drawn by the same function as in the log. The names under
/// which vendors need the id are left out, because the remark has them.
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

/// Names the vendors that miss an id which others find, and where each of them needs it.
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
