//! The panes of the log view: where each is, what is read for it, how it is drawn, and the mouse.

use super::{LogView, rows};
use crate::tui::action::Action;
use crate::tui::look::Pen;
use crate::tui::view::{Pointer, Reply, World, filter_bar, found, start};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// From this width on log and detail stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

impl LogView {
    /// The panes of a body: log, the line between, detail. One that is not shown is empty.
    fn panes(&self, body: Rect) -> (Rect, Rect, Rect) {
        let none = Rect { width: 0, height: 0, ..body };
        if body.width < SIDE_BY_SIDE {
            let inside = Rect { x: body.x + 1, width: body.width.saturating_sub(1), ..body };
            return if self.in_detail { (none, none, inside) } else { (body, none, none) };
        }
        // the detail needs room for a sentence, the log for its columns
        let left = (u32::from(body.width) * 29 / 50).max(60) as u16;
        let log = Rect { width: left, ..body };
        let rule = Rect { x: body.x + left, width: 1, ..body };
        let detail = Rect { x: rule.x + 2, width: body.width - left - 2, ..body };
        (log, rule, detail)
    }

    /// The body without the line for the filter, and that line.
    fn split(body: Rect, world: &World<'_>) -> (Rect, Rect) {
        let height = filter_bar::height(world).min(body.height);
        let left = Rect { height: body.height - height, ..body };
        (left, Rect { y: left.bottom(), height, ..body })
    }

    /// Reads what the next frame shows.
    pub(super) fn read(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let behind = world.shared.filtering.behind();
        if self.behind != behind {
            // the calls behind a number are a list first
            (self.behind, self.in_detail) = (behind, false);
            if let Some(row) = world.shared.filtering.behind_row() {
                self.list.jump(row, world);
            }
        }
        let (body, _) = LogView::split(body, world);
        let (log, _, detail) = self.panes(body);
        // covered by the detail it keeps its height, so that its window stays where it was
        let height = if log.height == 0 { body.height } else { log.height };
        self.list.sync(u64::from(height.saturating_sub(1)), world);
        self.in_detail &= self.list.cursor().is_some();
        if !detail.is_empty() {
            self.detail.sync(self.list.cursor(), detail, world);
        }
    }

    /// Draws the panes and the line for the filter.
    pub(super) fn draw(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let (body, bar) = LogView::split(body, world);
        if !bar.is_empty() {
            filter_bar::render(buffer, bar, world);
        }
        match (self.list.cursor(), world.shared.rows) {
            (Some(_), _) => {}
            (None, 0) => return start::render(buffer, body, world),
            (None, _) => return filter_bar::nothing(buffer, body, world),
        }
        let (log, rule, detail) = self.panes(body);
        let filtering = &world.shared.filtering;
        if !log.is_empty() {
            rows::render(buffer, log, &self.list, !self.in_detail, world);
            let below_heads = Rect { y: log.y + 1, height: log.height - 1, ..log };
            found::mark(buffer, below_heads, filtering.search(), world.look);
        }
        for line in 0..usize::from(rule.height) {
            if let Some(mut pen) = Pen::on(buffer, rule, line, world.look) {
                pen.put(world.look.rule(), world.look.theme.rule);
            }
        }
        if !detail.is_empty() {
            self.detail.render(buffer, detail, self.in_detail, world);
            found::mark(buffer, detail, filtering.inside().or(filtering.search()), world.look);
        }
    }

    /// The mouse did something at a place of the body.
    pub(super) fn pointed(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        let (body, bar) = LogView::split(self.body, world);
        if pointer == Pointer::Click && bar.contains(at) {
            return Reply::EditFilter;
        }
        let (log, _, detail) = self.panes(body);
        if self.list.cursor().is_none() {
            return Reply::Pass;
        }
        let wheel = match pointer {
            Pointer::Click => None,
            Pointer::WheelDown => Some(Action::Down),
            Pointer::WheelUp => Some(Action::Up),
        };
        if log.contains(at) {
            if let Some(action) = wheel {
                for _ in 0..WHEEL_ROWS {
                    self.list.step(action, world);
                }
                return Reply::Done;
            }
            let line = u64::from(at.y - log.y);
            let Some(row) = line.checked_sub(1).and_then(|line| self.list.row_at(line)) else {
                return Reply::Pass;
            };
            // a second click opens; so does the first where the detail is beside it
            self.in_detail = self.list.cursor() == Some(row) && !self.in_detail;
            self.list.select(row, world);
            return Reply::Done;
        }
        if detail.contains(at) {
            if let Some(action) = wheel {
                for _ in 0..WHEEL_ROWS {
                    self.detail.act(action, world);
                }
                return Reply::Done;
            }
            self.in_detail = true;
            return self.detail.click(at, world);
        }
        Reply::Pass
    }
}
