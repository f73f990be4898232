//! The choice of the vendors in use.

use super::{Effect, Pointer, Reply, View, World, window};
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, ground};
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines above the first vendor.
const INTRO: [&str; 3] = [
    "Tick the vendors that you feed. They decide the id columns,",
    "what counts as missing, and the findings shown first.",
    "",
];

/// The choice being made.
pub struct VendorsView {
    ticked: Vec<bool>,
    cursor: usize,
    first_line: Option<Position>,
}

impl VendorsView {
    /// The choice in force, to be changed.
    pub fn of(world: &World<'_>) -> VendorsView {
        let in_use = &world.shared.in_use.vendors;
        let ticked = (0..world.shared.vendors.len()).map(|at| in_use.contains(&at)).collect();
        VendorsView { ticked, cursor: 0, first_line: None }
    }

    fn size(&self, world: &World<'_>) -> (u16, u16) {
        let intro = INTRO.iter().map(|line| text::width(line)).max().unwrap_or(0);
        let line = |title: &str, short: &str, fed: &str| {
            text::width(title).max(20) + text::width(short) + text::width(fed) + 19
        };
        let vendors = world.shared.vendors.iter();
        let widest = vendors.map(|v| line(&v.title, &v.short, &v.fed_by)).max().unwrap_or(0);
        let height = self.ticked.len() + INTRO.len() + 2;
        (intro.max(widest).min(200) as u16 + 4, height.min(200) as u16)
    }
}

impl View for VendorsView {
    fn place(&self) -> Place {
        Place::Vendors
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(
            action,
            Action::Tick
                | Action::Save
                | Action::Down
                | Action::Up
                | Action::Back
                | Action::BackOrQuit
        )
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        let last = self.ticked.len().saturating_sub(1);
        match action {
            Action::Back | Action::BackOrQuit => return Reply::Close,
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            Action::Tick => {
                if let Some(ticked) = self.ticked.get_mut(self.cursor) {
                    *ticked = !*ticked;
                }
            }
            Action::Save => {
                let ticked = self.ticked.iter().enumerate().filter(|(_, ticked)| **ticked);
                let chosen: Vec<usize> = ticked.map(|(at, _)| at).collect();
                return match chosen.is_empty() {
                    true => Reply::Say("tick at least one vendor, or go back with esc".to_owned()),
                    false => Reply::CloseAndAsk(Effect::UseVendors(chosen)),
                };
            }
            _ => return Reply::Pass,
        }
        Reply::Done
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match (pointer, self.first_line) {
            (Pointer::WheelDown, _) => self.act(Action::Down, world),
            (Pointer::WheelUp, _) => self.act(Action::Up, world),
            (Pointer::Click, Some(first)) if at.y >= first.y => {
                let line = usize::from(at.y - first.y);
                if line >= self.ticked.len() {
                    return Reply::Pass;
                }
                self.cursor = line;
                self.act(Action::Tick, world)
            }
            _ => Reply::Pass,
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        let (width, height) = self.size(world);
        let top = body.y + body.height.saturating_sub(height) / 2;
        let left = body.x + body.width.saturating_sub(width) / 2;
        self.first_line = Some(Position { x: left, y: top + 1 + INTRO.len() as u16 });
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let inside = window(buffer, body, self.size(world), "Vendors in use", look);
        for (line, intro) in INTRO.iter().enumerate() {
            if let Some(mut pen) = Pen::on(buffer, inside, line, look) {
                pen.put(intro, theme.quiet);
            }
        }
        for (at, (vendor, ticked)) in world.shared.vendors.iter().zip(&self.ticked).enumerate() {
            let line = INTRO.len() + at;
            if at == self.cursor {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if at == self.cursor { look.cursor() } else { " " }, theme.rule_focus);
            pen.put(if *ticked { "[x] " } else { "[ ] " }, theme.key);
            pen.column(&vendor.title, text::width(&vendor.title).max(20), theme.text);
            pen.skip(2).column(&vendor.short, 4, theme.quiet);
            pen.put("fed by ", theme.quiet).show(&vendor.fed_by, theme.quiet);
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Tick, Action::Save, Action::Back, Action::Down]
    }
}
