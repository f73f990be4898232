//! The window for choosing the vendors in use.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::pages::vendor_question::{MAX_DIGITS, vendor_of_digit};
use crate::tui::widgets::checklist::Checklist;
use crate::tui::widgets::text;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The lines above the first vendor.
const INTRO: [&str; 4] = [
    "Choose the vendors to check. Only these decide the id columns,",
    "what counts as missing, and the findings shown first.",
    "A digit chooses only that vendor and saves.",
    "",
];

/// The state of the window.
pub struct VendorsView {
    /// The indices of the vendors.
    list: Checklist<usize>,
}

impl VendorsView {
    /// Returns a window with the vendors, in which those in use are ticked.
    pub fn new(ctx: &ViewContext<'_>) -> VendorsView {
        let (vendors, in_use) = (&ctx.shared.vendors, &ctx.shared.in_use.vendors);
        let lines = (0..vendors.len()).map(|at| (at, in_use.contains(&at))).collect();
        let intro = INTRO.iter().map(|line| text::width(line)).max().unwrap_or(0);
        let widest = vendors.iter().map(|vendor| {
            let words = text::width(&vendor.short) + text::width(&vendor.fed_by);
            text::width(&vendor.title).max(20) + words + 21
        });
        let width = widest.max().unwrap_or(0).max(intro).min(200) as u16 + 4;
        VendorsView { list: Checklist::new("Vendors in use", width, &INTRO, lines) }
    }
}

/// Makes these the vendors in use, and no others.
fn save(chosen: Vec<usize>) -> Response {
    Response::CloseAndAsk(SideEffect::UseVendors(chosen))
}

impl View for VendorsView {
    fn place(&self) -> KeyContext {
        KeyContext::Vendors
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        Checklist::<usize>::can(action) || matches!(action, Action::ChooseOnly | Action::ChooseAll)
    }

    fn answer(&mut self, event: KeyEvent, ctx: &ViewContext<'_>) -> Option<Response> {
        vendor_of_digit(event, ctx.shared.vendors.len()).map(|vendor| save(vec![vendor]))
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::ChooseOnly => self.list.current().map_or(Response::Pass, |at| save(vec![*at])),
            Action::ChooseAll => save(self.list.lines().copied().collect()),
            Action::Save => {
                let chosen: Vec<usize> = self.list.chosen().copied().collect();
                match chosen.is_empty() {
                    true => {
                        Response::Say("tick at least one vendor, or go back with esc".to_owned())
                    }
                    false => save(chosen),
                }
            }
            action => self.list.act(action),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, _ctx: &ViewContext<'_>) -> Response {
        self.list.point(pointer, at)
    }

    fn sync(&mut self, body: Rect, _ctx: &ViewContext<'_>) {
        self.list.sync(body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        self.list.render(buffer, body, ctx.look, |painter, at| {
            let Some(vendor) = ctx.shared.vendors.get(*at) else { return };
            let digit = if *at < MAX_DIGITS { (at + 1).to_string() } else { String::new() };
            painter.column(&digit, 2, theme.key);
            painter.column(&vendor.title, text::width(&vendor.title).max(20), theme.text);
            painter.skip(2).column(&vendor.short, 4, theme.quiet);
            painter.put("fed by ", theme.quiet).show(&vendor.fed_by, theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[
            Action::Tick,
            Action::ChooseOnly,
            Action::ChooseAll,
            Action::Save,
            Action::Back,
            Action::Down,
        ]
    }
}
