//! All calls were judged again: what became of them, beside what they were.

use super::scroll::Scroll;
use super::{Pointer, Reply, View, World};
use crate::findings::Verdict;
use crate::inspector::Judged;
use crate::pipeline::VendorChanges;
use crate::tui::action::{Action, Place};
use crate::tui::shared::{count, grouped};
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::sync::Arc;

/// The widest line.
const WIDTH: u16 = 72;
/// Columns of a verdict's name and of a number.
const VERDICT: usize = 12;
const NUMBER: usize = 11;

/// What changed.
pub struct JudgedView {
    judged: Arc<Judged>,
    scroll: Scroll,
}

impl JudgedView {
    /// A window that says it.
    pub fn of(judged: Arc<Judged>) -> JudgedView {
        JudgedView { judged, scroll: Scroll::default() }
    }

    fn write(&self, room: usize, world: &World<'_>) -> Vec<Line<'static>> {
        let theme = &world.look.theme;
        let changes = match &self.judged.changes {
            Ok(changes) => changes,
            Err(error) => {
                let lines = text::wrap(&world.look.clean(error), room).into_iter();
                return lines.map(|line| Line::from(Span::styled(line, theme.error))).collect();
            }
        };
        let calls = count(changes.calls, "call was judged again", "calls were judged again");
        let mut out = vec![Line::from(Span::styled(calls, theme.text)), Line::default()];
        for vendor in &changes.vendors {
            let style = if vendor.is_none() { theme.quiet } else { theme.text };
            for line in text::wrap(&world.look.clean(&vendor.sentence()), room) {
                out.push(Line::from(Span::styled(line, style)));
            }
        }
        for vendor in changes.vendors.iter().filter(|vendor| !vendor.is_none()) {
            out.push(Line::default());
            let title = world.shared.vendors.iter().find(|known| known.name == vendor.name);
            let title = title.map_or(vendor.name.as_str(), |known| known.title.as_str());
            out.push(Line::from(vec![
                Span::styled(format!("{:<VERDICT$}", world.look.clean(title)), theme.heading),
                Span::styled(format!("{:>NUMBER$}{:>NUMBER$}", "before", "after"), theme.label),
                Span::styled(format!("{:>NUMBER$}{:>NUMBER$}", "more", "fewer"), theme.label),
            ]));
            out.extend(verdicts(vendor, world));
        }
        out
    }
}

/// A line for each verdict that some call has or had.
fn verdicts(vendor: &VendorChanges, world: &World<'_>) -> Vec<Line<'static>> {
    let theme = &world.look.theme;
    let lines = Verdict::WORST_FIRST.iter().rev().filter_map(|verdict| {
        let change = vendor.of(*verdict);
        if change.before + change.after == 0 {
            return None;
        }
        let number = |number: u64, style: Style| {
            let shown = if number == 0 { "-".to_owned() } else { grouped(number) };
            Span::styled(format!("{shown:>NUMBER$}"), style)
        };
        let name = format!("{} {}", world.look.verdict_sign(*verdict), verdict.name());
        Some(Line::from(vec![
            Span::styled(format!("{name:<VERDICT$}"), world.look.verdict(*verdict)),
            number(change.before, theme.quiet),
            number(change.after, theme.text),
            number(change.more, theme.text),
            number(change.fewer, theme.text),
        ]))
    });
    lines.collect()
}

impl View for JudgedView {
    fn place(&self) -> Place {
        Place::Everywhere
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        self.scroll.can(action)
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        self.scroll.act(action)
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _world: &World<'_>) -> Reply {
        self.scroll.point(pointer)
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        let room = usize::from(WIDTH.min(body.width).saturating_sub(4));
        self.scroll.sync(self.write(room, world), body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        self.scroll.render(buffer, body, WIDTH, "Judged again", world.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
