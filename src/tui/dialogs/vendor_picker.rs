//! The choice of the vendors in use.

use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::{Effect, Pointer, Reply, View, World};
use crate::tui::widgets::checklist::Ticked;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines above the first vendor.
const INTRO: [&str; 3] = [
    "Choose the vendors to check. Only these decide the id columns,",
    "what counts as missing, and the findings shown first.",
    "",
];

/// The choice being made.
pub struct VendorsView {
    /// The vendors' places.
    list: Ticked<usize>,
}

impl VendorsView {
    /// The choice in force, to be changed.
    pub fn of(world: &World<'_>) -> VendorsView {
        let (vendors, in_use) = (&world.shared.vendors, &world.shared.in_use.vendors);
        let lines = (0..vendors.len()).map(|at| (at, in_use.contains(&at))).collect();
        let intro = INTRO.iter().map(|line| text::width(line)).max().unwrap_or(0);
        let widest = vendors.iter().map(|vendor| {
            let words = text::width(&vendor.short) + text::width(&vendor.fed_by);
            text::width(&vendor.title).max(20) + words + 19
        });
        let width = widest.max().unwrap_or(0).max(intro).min(200) as u16 + 4;
        VendorsView { list: Ticked::of("Vendors in use", width, &INTRO, lines) }
    }
}

impl View for VendorsView {
    fn place(&self) -> Place {
        Place::Vendors
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        Ticked::<usize>::can(action)
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        match action {
            Action::Save => {
                let chosen: Vec<usize> = self.list.chosen().copied().collect();
                match chosen.is_empty() {
                    true => Reply::Say("tick at least one vendor, or go back with esc".to_owned()),
                    false => Reply::CloseAndAsk(Effect::UseVendors(chosen)),
                }
            }
            action => self.list.act(action),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, _world: &World<'_>) -> Reply {
        self.list.point(pointer, at)
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        self.list.sync(body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let theme = &world.look.theme;
        self.list.render(buffer, body, world.look, |pen, at| {
            let Some(vendor) = world.shared.vendors.get(*at) else { return };
            pen.column(&vendor.title, text::width(&vendor.title).max(20), theme.text);
            pen.skip(2).column(&vendor.short, 4, theme.quiet);
            pen.put("fed by ", theme.quiet).show(&vendor.fed_by, theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Tick, Action::Save, Action::Back, Action::Down]
    }
}
