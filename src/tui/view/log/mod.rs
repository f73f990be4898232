//! The log view: the log on the left, the detail of the selected call on the right.
//!
//! ```text
//! at least 100 columns                     below: the one with the keys
//! +------------------+-------------------+ +------------------+
//! | time type name … | who, verdict, fix | | log              |
//! | log              | tabs              | |   or             |
//! |                  | the open tab      | | detail           |
//! +------------------+-------------------+ +------------------+
//! ```

mod columns;
mod list;
mod rows;

pub use rows::{cell, mark_style};

use super::detail::DetailPane;
use super::{Effect, HelpView, Pointer, Reply, VendorsView, View, World, start};
use crate::tui::action::{Action, Place};
use crate::tui::feed::{Found, What};
use crate::tui::look::Pen;
use crate::tui::shared::grouped;
use list::List;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// From this width on log and detail stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

/// The log view.
#[derive(Default)]
pub struct LogView {
    list: List,
    detail: DetailPane,
    in_detail: bool,
    body: Rect,
}

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

    fn is_empty(&self) -> bool {
        self.list.cursor().is_none()
    }

    fn jump(&mut self, forward: bool, what: What, world: &World<'_>) -> Reply {
        let Some(from) = self.list.cursor() else { return Reply::Pass };
        match world.feed.find(from, forward, &what) {
            Found::Row(row) if row < from || self.list.holds(row) => {
                self.list.jump(row);
                Reply::Done
            }
            Found::Paused { .. } => Reply::Say("still looking; press it again".to_owned()),
            _ => {
                let (thing, next, previous) = match what {
                    What::Missing => ("a missing id", Action::NextMissing, Action::PreviousMissing),
                    _ => ("a finding", Action::NextFinding, Action::PreviousFinding),
                };
                let (where_to, other) =
                    if forward { ("further", previous) } else { ("earlier", next) };
                let keys = world.keymap.keys(Place::Log, other);
                let key = keys.first().map_or("", String::as_str);
                Reply::Say(format!("no {where_to} call with {thing}; {key} looks the other way"))
            }
        }
    }

    fn back(&mut self) -> bool {
        std::mem::take(&mut self.in_detail)
    }
}

impl View for LogView {
    fn place(&self) -> Place {
        if self.in_detail { Place::Detail } else { Place::Log }
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        match action {
            Action::ChooseVendors | Action::Help | Action::BackOrQuit => true,
            Action::Quit | Action::Suspend | Action::Pause => true,
            Action::Back => self.in_detail,
            _ if self.is_empty() => false,
            Action::Toggle
            | Action::Fold
            | Action::Unfold
            | Action::CopyCall
            | Action::CopyOutput
            | Action::CopyPointer
            | Action::CopyValue
            | Action::CopySettings
            | Action::CopyCurl => self.detail.can(action),
            _ => true,
        }
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::Help => Reply::Open(Box::new(HelpView::of(self.place()))),
            Action::ChooseVendors => Reply::Open(Box::new(VendorsView::of(world))),
            Action::Pause => {
                self.list.pause(world.shared.rows);
                Reply::Done
            }
            Action::BackOrQuit if !self.back() => Reply::Ask(Effect::Quit),
            Action::BackOrQuit => Reply::Done,
            Action::Back => {
                self.back();
                Reply::Done
            }
            _ if self.is_empty() => Reply::Pass,
            Action::NextMissing => self.jump(true, What::Missing, world),
            Action::PreviousMissing => self.jump(false, What::Missing, world),
            Action::NextFinding => self.jump(true, What::Finding, world),
            Action::PreviousFinding => self.jump(false, What::Finding, world),
            Action::Open => {
                self.in_detail = true;
                Reply::Done
            }
            Action::NextPane | Action::PreviousPane => {
                self.in_detail = !self.in_detail;
                Reply::Done
            }
            _ if self.in_detail => self.detail.act(action, world),
            action if self.list.step(action) => Reply::Done,
            action => self.detail.act(action, world),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        let (log, _, detail) = self.panes(self.body);
        if self.is_empty() {
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
                    self.list.step(action);
                }
                return Reply::Done;
            }
            let line = u64::from(at.y - log.y);
            let Some(row) = line.checked_sub(1).and_then(|line| self.list.row_at(line)) else {
                return Reply::Pass;
            };
            // a second click opens; so does the first where the detail is beside it
            self.in_detail = self.list.cursor() == Some(row) && !self.in_detail;
            self.list.select(row);
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
            return self.detail.click(at);
        }
        Reply::Pass
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let (log, _, detail) = self.panes(body);
        // covered by the detail it keeps its height, so that its window stays where it was
        let height = if log.height == 0 { body.height } else { log.height };
        self.list.sync(u64::from(height.saturating_sub(1)), world);
        self.in_detail &= !self.is_empty();
        if !detail.is_empty() {
            self.detail.sync(self.list.cursor(), detail, world);
        }
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        if self.is_empty() {
            return start::render(buffer, body, world);
        }
        let (log, rule, detail) = self.panes(body);
        if !log.is_empty() {
            rows::render(buffer, log, &self.list, !self.in_detail, world);
        }
        for line in 0..usize::from(rule.height) {
            if let Some(mut pen) = Pen::on(buffer, rule, line, world.look) {
                pen.put(world.look.rule(), world.look.theme.rule);
            }
        }
        if !detail.is_empty() {
            self.detail.render(buffer, detail, self.in_detail, world);
        }
    }

    fn state(&self, world: &World<'_>) -> Vec<Span<'static>> {
        let theme = &world.look.theme;
        let mut out = Vec::new();
        let key = |action| world.keymap.keys(Place::Log, action).first().cloned();
        let hint = |out: &mut Vec<Span<'static>>, action, does: &str| {
            if let Some(key) = key(action) {
                out.push(Span::styled(format!(" {key}"), theme.key));
                out.push(Span::styled(format!(" {does}"), theme.quiet));
            }
        };
        let unseen = self.list.unseen(world.shared.rows);
        if self.list.is_paused() {
            out.push(Span::styled(" PAUSED ", theme.paused));
        }
        if unseen > 0 {
            out.push(Span::styled(format!(" +{} new", grouped(unseen)), theme.new_rows));
        }
        if self.list.is_paused() {
            hint(&mut out, Action::Pause, "goes on");
        } else if !self.list.follows() {
            hint(&mut out, Action::Last, "follows");
        }
        out
    }

    fn footer(&self) -> &'static [Action] {
        if self.in_detail {
            &[
                Action::Back,
                Action::Toggle,
                Action::NextTab,
                Action::NextMissing,
                Action::Help,
                Action::CopyCall,
                Action::CopyValue,
            ]
        } else {
            &[
                Action::Open,
                Action::NextMissing,
                Action::NextFinding,
                Action::Pause,
                Action::NextTab,
                Action::ChooseVendors,
                Action::Help,
                Action::BackOrQuit,
            ]
        }
    }
}
