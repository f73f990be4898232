//! The panes of the log view: their areas, their data, drawing, and the mouse.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::bars::filter_bar;
use crate::tui::pages::detail::split_view::MIN_TWO_SIDES_WIDTH;
use crate::tui::pages::log::{Column, LogView, rows};
use crate::tui::pages::start;
use crate::tui::theme::painter;
use crate::tui::widgets::match_highlight;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The minimum width of a screen with log and detail side by side.
const MIN_SIDE_BY_SIDE_WIDTH: u16 = 130;
/// The minimum height of a narrower screen on which the detail opens below the log. On a lower one
/// it covers the log.
const MIN_BELOW_HEIGHT: u16 = 24;
/// The log's default share of the height, in percent.
const DEFAULT_LOG_PERCENT: u16 = 40;
/// The widths of the detail. The log has the width that its content needs, as long as the detail
/// has the first of `DETAIL_WIDTHS` (both of its sides next to each other) or else the second (its
/// tabs), and the log stays readable. Otherwise the detail has `ROOMY_DETAIL_WIDTH` on a screen of
/// `MIN_ROOMY_SCREEN_WIDTH`, and `SMALL_DETAIL_WIDTH` on a narrower one.
const DETAIL_WIDTHS: [u16; 2] = [MIN_TWO_SIDES_WIDTH, 58];
const MIN_ROOMY_SCREEN_WIDTH: u16 = 140;
const ROOMY_DETAIL_WIDTH: u16 = 48;
const SMALL_DETAIL_WIDTH: u16 = 40;
/// The distance by which a key moves the line between log and detail, and the limits, in percent.
const STEP_PERCENT: u16 = 4;
const SPLIT_LIMITS_PERCENT: (u16, u16) = (10, 90);
/// The minimum sizes of the panes, also while the mouse drags the line.
const MIN_LOG_WIDTH: u16 = 40;
const MIN_DETAIL_WIDTH: u16 = 32;
const MIN_PANE_HEIGHT: u16 = 5;
/// The columns of the line between the panes and of a blank.
const GAP_WIDTH: u16 = 2;
/// The rows that one turn of the wheel scrolls.
const WHEEL_ROWS: usize = 3;

/// Returns a percentage of a width or a height.
fn percent_of(all: u16, per_cent: u16) -> u16 {
    (u32::from(all) * u32::from(per_cent.min(100)) / 100) as u16
}

impl LogView {
    /// Returns true if the detail opens below the log.
    pub(crate) fn opens_below(&self) -> bool {
        self.body.width < MIN_SIDE_BY_SIDE_WIDTH && self.body.height >= MIN_BELOW_HEIGHT
    }

    /// Returns true if there is room for both log and detail.
    pub(crate) fn has_room_for_both(&self) -> bool {
        self.body.width >= MIN_SIDE_BY_SIDE_WIDTH || self.opens_below()
    }

    /// Returns the panes of a body: log, line, detail. The area of a hidden pane is empty.
    fn panes(&self, body: Rect, ctx: &ViewContext<'_>) -> (Rect, Rect, Rect) {
        let none = Rect { width: 0, height: 0, ..body };
        let inside = Rect { x: body.x + 1, width: body.width.saturating_sub(1), ..body };
        if self.in_detail && (self.wide || !self.has_room_for_both()) {
            return (none, none, inside);
        }
        if body.width < MIN_SIDE_BY_SIDE_WIDTH {
            if !self.is_open || !self.opens_below() {
                return (body, none, none);
            }
            let part = self.dragged.or(self.height).unwrap_or(DEFAULT_LOG_PERCENT);
            let above = percent_of(body.height, part);
            let above =
                above.clamp(MIN_PANE_HEIGHT, body.height.saturating_sub(2 * MIN_PANE_HEIGHT));
            let log = Rect { height: above, ..body };
            let rule = Rect { y: log.bottom(), height: 1, ..body };
            let height = body.height.saturating_sub(above + 1);
            return (log, rule, Rect { y: rule.bottom(), height, ..inside });
        }
        let split = self.dragged.or(ctx.shared.arranged.split);
        let part = |per_cent: u16| percent_of(body.width, per_cent);
        let [least, wanted] = self.list.layout().wanted_widths(ctx);
        let usual = if body.width >= MIN_ROOMY_SCREEN_WIDTH {
            ROOMY_DETAIL_WIDTH
        } else {
            SMALL_DETAIL_WIDTH
        };
        let has_room = |detail: &u16| least.saturating_add(detail + GAP_WIDTH) <= body.width;
        let detail = DETAIL_WIDTHS.into_iter().find(has_room).unwrap_or(usual);
        let left = split.map_or_else(|| wanted.min(body.width - detail - GAP_WIDTH), part);
        let left = left.clamp(MIN_LOG_WIDTH, body.width - MIN_DETAIL_WIDTH);
        let log = Rect { width: left, ..body };
        let rule = Rect { x: body.x + left, width: 1, ..body };
        let width = body.width - left - GAP_WIDTH;
        let detail = Rect { x: rule.x + GAP_WIDTH, width, ..body };
        (log, rule, detail)
    }

    /// Splits a body into the page and the line of the filter.
    fn split(body: Rect, ctx: &ViewContext<'_>) -> (Rect, Rect) {
        let height = filter_bar::height(ctx).min(body.height);
        let left = Rect { height: body.height - height, ..body };
        (left, Rect { y: left.bottom(), height, ..body })
    }

    /// Reads what the next frame shows.
    pub(crate) fn read(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.body = body;
        let behind = ctx.shared.filtering.behind();
        if self.behind != behind {
            // the calls of another count are first shown as a list
            (self.behind, self.in_detail) = (behind, false);
            if let Some(row) = ctx.shared.filtering.behind_row() {
                self.list.jump(row, ctx);
            }
        }
        let (body, _) = LogView::split(body, ctx);
        let (log, ..) = self.panes(body, ctx);
        // a log covered by the detail keeps its height, so that its window stays where it was
        let height = if log.height == 0 { body.height } else { log.height };
        self.list.sync(u64::from(height.saturating_sub(1)), ctx);
        // the width of the log depends on its contents
        let (log, _, detail) = self.panes(body, ctx);
        if !log.is_empty() {
            self.list.fit(log.width, ctx);
        }
        self.in_detail &= self.list.cursor().is_some();
        self.why_nothing.sync(ctx);
        self.question.sync(ctx);
        if !detail.is_empty() {
            self.detail.sync(self.list.cursor(), detail, ctx);
        }
    }

    /// Returns whether the detail is in view.
    pub(crate) fn shows_detail(&self, ctx: &ViewContext<'_>) -> bool {
        let (body, _) = LogView::split(self.body, ctx);
        !self.panes(body, ctx).2.is_empty()
    }

    /// Draws the panes and the line of the filter.
    pub(crate) fn draw(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let (body, bar) = LogView::split(body, ctx);
        if !bar.is_empty() {
            filter_bar::render(buffer, bar, ctx);
        }
        match (self.list.cursor(), ctx.shared.rows) {
            (Some(_), _) => {}
            (None, 0) => return start::render(buffer, body, &self.question, ctx),
            (None, _) => {
                let why = (self.list.is_paused(), self.why_nothing.doubts());
                return filter_bar::nothing(buffer, body, why, ctx);
            }
        }
        let (log, rule, detail) = self.panes(body, ctx);
        let filtering = &ctx.shared.filtering;
        if !log.is_empty() {
            rows::render(buffer, log, &self.list, !self.in_detail, ctx);
            let below_heads = Rect { y: log.y + 1, height: log.height - 1, ..log };
            match_highlight::mark(buffer, below_heads, filtering.search(), ctx.look);
        }
        painter::rule(buffer, rule, ctx.look.theme.rule, ctx.look);
        if !detail.is_empty() {
            self.detail.render(buffer, detail, self.in_detail, ctx);
            match_highlight::mark(
                buffer,
                detail,
                filtering.inside().or(filtering.search()),
                ctx.look,
            );
        }
    }

    /// Handles a click or the wheel at a position of the body.
    pub(crate) fn handle_pointer(
        &mut self,
        pointer: Pointer,
        at: Position,
        ctx: &ViewContext<'_>,
    ) -> Response {
        let (body, bar) = LogView::split(self.body, ctx);
        if pointer == Pointer::Click && bar.contains(at) {
            return Response::EditFilter;
        }
        let (log, rule, detail) = self.panes(body, ctx);
        if self.list.cursor().is_none() {
            return Response::Pass;
        }
        if pointer == Pointer::Click && rule.contains(at) {
            self.dragged = self.part_before(at);
            return Response::Done;
        }
        let wheel = match pointer {
            Pointer::Click => None,
            Pointer::WheelDown => Some(Action::Down),
            Pointer::WheelUp => Some(Action::Up),
        };
        if log.contains(at) {
            if let Some(action) = wheel {
                for _ in 0..WHEEL_ROWS {
                    self.list.step(action, ctx);
                }
                return Response::Done;
            }
            if at.y == log.y {
                return self.head(usize::from(at.x - log.x), ctx);
            }
            let line = u64::from(at.y - log.y);
            let Some(row) = line.checked_sub(1).and_then(|line| self.list.row_at(line)) else {
                return Response::Pass;
            };
            // a second click opens the detail, and the first one shows the row in a detail beside
            // the log
            self.in_detail = self.list.cursor() == Some(row) && !self.in_detail;
            self.is_open |= self.in_detail;
            self.list.select(row, ctx);
            return Response::Done;
        }
        if detail.contains(at) {
            if let Some(action) = wheel {
                for _ in 0..WHEEL_ROWS {
                    self.detail.wheel(action, at, ctx);
                }
                return Response::Done;
            }
            self.in_detail = true;
            return self.detail.click(at, ctx);
        }
        Response::Pass
    }

    /// Handles a click on the head of a column: an id column goes to the next call that misses an
    /// id, the time column to the newest call, and a vendor opens its tab for the call under the
    /// cursor.
    fn head(&mut self, x: usize, ctx: &ViewContext<'_>) -> Response {
        let plan = self.list.layout().columns();
        let here = |(from, _, width): &(usize, &Column, usize)| (*from..from + width).contains(&x);
        let Some((from, column, _)) = plan.places().find(here) else { return Response::Pass };
        match column {
            Column::Time => self.act(Action::Last, ctx),
            Column::Account | Column::User => self.act(Action::NextMissing, ctx),
            Column::Vendors | Column::OtherVendors => {
                let Some(vendor) = rows::column_vendors(column, ctx).nth(plan.mark_at(x - from))
                else {
                    return Response::Pass;
                };
                self.detail.show_vendor(vendor);
                self.open();
                Response::Done
            }
            Column::Number | Column::Kind | Column::Name | Column::Field(_) => Response::Pass,
        }
    }

    /// Moves the line between log and detail to the mouse.
    pub(crate) fn handle_drag(&mut self, at: Position, ended: bool) -> Response {
        if self.dragged.is_none() {
            return Response::Pass;
        }
        self.dragged = self.part_before(at);
        match self.dragged.filter(|_| ended) {
            Some(part) if self.opens_below() => {
                (self.dragged, self.height) = (None, Some(part));
                Response::Done
            }
            Some(split) => {
                self.dragged = None;
                Response::Ask(SideEffect::Split(Some(split)))
            }
            None => Response::Done,
        }
    }

    /// Returns true if both panes are visible, with a line between them.
    pub(crate) fn has_divider(&self, ctx: &ViewContext<'_>) -> bool {
        let (body, _) = LogView::split(self.body, ctx);
        self.list.cursor().is_some() && !self.panes(body, ctx).1.is_empty()
    }

    /// Moves the line between log and detail, or resets it to the width that the content needs.
    pub(crate) fn move_divider(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        if !self.has_divider(ctx) {
            return Response::Say("open the detail first: only the log is shown".to_owned());
        }
        let (body, _) = LogView::split(self.body, ctx);
        let (log, ..) = self.panes(body, ctx);
        let is_below = self.opens_below();
        let (taken, all) =
            if is_below { (log.height, body.height) } else { (log.width, body.width) };
        let part = (u32::from(taken) * 100).div_ceil(u32::from(all).max(1)).min(100) as u16;
        let part = match action {
            Action::ResetSplit => None,
            Action::WidenLog => Some((part + STEP_PERCENT).min(SPLIT_LIMITS_PERCENT.1)),
            _ => Some(part.saturating_sub(STEP_PERCENT).max(SPLIT_LIMITS_PERCENT.0)),
        };
        if is_below {
            self.height = part;
            return Response::Done;
        }
        Response::Ask(SideEffect::Split(part))
    }

    /// Returns the percentage of the body before a position, rounded up so that the line stays
    /// under the mouse.
    fn part_before(&self, at: Position) -> Option<u16> {
        let body = self.body;
        let (before, all) = match self.opens_below() {
            true => (at.y.saturating_sub(body.y), body.height),
            false => (at.x.saturating_sub(body.x), body.width),
        };
        Some((u32::from(before) * 100).div_ceil(u32::from(all).max(1)).min(100) as u16)
    }
}
