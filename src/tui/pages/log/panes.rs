//! The panes of the log view: where each is, what is read for it, how it is drawn, and the mouse.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Effect, Pointer, Reply, View, World};
use crate::tui::bars::filter_bar;
use crate::tui::pages::log::{Column, LogView, rows};
use crate::tui::pages::start;
use crate::tui::theme::painter;
use crate::tui::widgets::match_highlight;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// From this width on log and detail stand side by side.
pub(crate) const SIDE_BY_SIDE: u16 = 100;
/// How much of the width is the log's, in per cent.
const USUAL_SPLIT: u16 = 58;
/// A log has room for its columns from here on, and what is beyond is worth more to a detail up to
/// that width; more than the last no column makes use of.
const ROOMY_LOG: u16 = 96;
const ROOMY_DETAIL: u16 = 130;
const LARGEST_LOG: u16 = 145;
/// No pane is narrower, whatever the mouse does.
const LEAST_LOG: u16 = 40;
const LEAST_DETAIL: u16 = 32;
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

impl LogView {
    /// The panes of a body: log, the line between, detail. One that is not shown is empty.
    fn panes(&self, body: Rect, world: &World<'_>) -> (Rect, Rect, Rect) {
        let none = Rect { width: 0, height: 0, ..body };
        if body.width < SIDE_BY_SIDE || (self.wide && self.in_detail) {
            let inside = Rect { x: body.x + 1, width: body.width.saturating_sub(1), ..body };
            return if self.in_detail { (none, none, inside) } else { (body, none, none) };
        }
        let split = self.dragged.or(world.shared.arranged.split);
        let part =
            |per_cent: u16| (u32::from(body.width) * u32::from(per_cent.min(100)) / 100) as u16;
        // the detail needs room for a sentence, the log for its columns
        let spare = body.width.saturating_sub(ROOMY_DETAIL).clamp(ROOMY_LOG, LARGEST_LOG);
        let left = split.map_or_else(|| part(USUAL_SPLIT).clamp(60, spare), part);
        let left = left.clamp(LEAST_LOG, body.width - LEAST_DETAIL);
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
    pub(crate) fn read(&mut self, body: Rect, world: &World<'_>) {
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
        let (log, _, detail) = self.panes(body, world);
        // covered by the detail it keeps its height, so that its window stays where it was
        let height = if log.height == 0 { body.height } else { log.height };
        self.list.sync(u64::from(height.saturating_sub(1)), world);
        self.in_detail &= self.list.cursor().is_some();
        self.why_nothing.sync(world);
        if !detail.is_empty() {
            self.detail.sync(self.list.cursor(), detail, world);
        }
    }

    /// Draws the panes and the line for the filter.
    pub(crate) fn draw(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let (body, bar) = LogView::split(body, world);
        if !bar.is_empty() {
            filter_bar::render(buffer, bar, world);
        }
        match (self.list.cursor(), world.shared.rows) {
            (Some(_), _) => {}
            (None, 0) => return start::render(buffer, body, world),
            (None, _) => {
                let why = (self.list.is_paused(), self.why_nothing.doubts());
                return filter_bar::nothing(buffer, body, why, world);
            }
        }
        let (log, rule, detail) = self.panes(body, world);
        let filtering = &world.shared.filtering;
        if !log.is_empty() {
            rows::render(buffer, log, &self.list, !self.in_detail, world);
            let below_heads = Rect { y: log.y + 1, height: log.height - 1, ..log };
            match_highlight::mark(buffer, below_heads, filtering.search(), world.look);
        }
        painter::rule(buffer, rule, world.look.theme.rule, world.look);
        if !detail.is_empty() {
            self.detail.render(buffer, detail, self.in_detail, world);
            match_highlight::mark(
                buffer,
                detail,
                filtering.inside().or(filtering.search()),
                world.look,
            );
        }
    }

    /// The mouse did something at a place of the body.
    pub(crate) fn pointed(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        let (body, bar) = LogView::split(self.body, world);
        if pointer == Pointer::Click && bar.contains(at) {
            return Reply::EditFilter;
        }
        let (log, rule, detail) = self.panes(body, world);
        if self.list.cursor().is_none() {
            return Reply::Pass;
        }
        if pointer == Pointer::Click && rule.contains(at) {
            self.dragged = per_cent(at, body);
            return Reply::Done;
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
            if at.y == log.y {
                return self.head(usize::from(at.x - log.x), log, world);
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
                    self.detail.wheel(action, at, world);
                }
                return Reply::Done;
            }
            self.in_detail = true;
            return self.detail.click(at, world);
        }
        Reply::Pass
    }

    /// A click on a column's head: an id's goes to the next call that misses one, the time's to the
    /// newest, a vendor's to what it makes of the call under the cursor.
    fn head(&mut self, x: usize, log: Rect, world: &World<'_>) -> Reply {
        let plan = rows::plan(log, self.list.needs(), world);
        let here = |(from, _, width): &(usize, Column, usize)| (*from..from + width).contains(&x);
        let Some((from, column, _)) = plan.places().find(here) else { return Reply::Pass };
        match column {
            Column::Time => self.act(Action::Last, world),
            Column::Account | Column::User => self.act(Action::NextMissing, world),
            Column::Vendors => {
                self.detail.show_vendor(plan.vendor_at(x - from));
                self.in_detail = true;
                Reply::Done
            }
            Column::Number | Column::Kind | Column::Name => Reply::Pass,
        }
    }

    /// The line between log and detail was dragged there.
    pub(crate) fn dragged_to(&mut self, at: Position, ended: bool) -> Reply {
        if self.dragged.is_none() {
            return Reply::Pass;
        }
        self.dragged = per_cent(at, self.body);
        match self.dragged.filter(|_| ended) {
            Some(split) => {
                self.dragged = None;
                Reply::Ask(Effect::Split(split))
            }
            None => Reply::Done,
        }
    }
}

/// How much of a body stands to the left of a place. Rounded up, so that the line stays under the
/// mouse.
fn per_cent(at: Position, body: Rect) -> Option<u16> {
    let left = u32::from(at.x.saturating_sub(body.x)) * 100;
    Some(left.div_ceil(u32::from(body.width).max(1)).min(100) as u16)
}
