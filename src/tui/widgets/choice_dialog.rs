//! A few things of which one is chosen, with what is said below them.

use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::{Pointer, Reply, View, World};
use crate::tui::widgets::list_dialog::{ListWindow, Pointed};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The window's width.
const WIDTH: u16 = 76;

/// What is done with the one that was chosen, by its place.
type Chosen = Box<dyn Fn(usize, &World<'_>) -> Reply>;

/// The choice.
pub struct PickView {
    /// What each is, and what it means.
    lines: Vec<(String, String)>,
    chosen: Chosen,
    window: ListWindow,
}

impl PickView {
    /// A choice of these.
    pub fn of(
        title: &'static str,
        lines: Vec<(String, String)>,
        notes: Vec<String>,
        chosen: impl Fn(usize, &World<'_>) -> Reply + 'static,
    ) -> PickView {
        let window = ListWindow::of(title, WIDTH, lines.len()).below(notes);
        PickView { lines, chosen: Box::new(chosen), window }
    }

    fn choose(&self, world: &World<'_>) -> Reply {
        self.window.at().map_or(Reply::Pass, |at| (self.chosen)(at, world))
    }
}

impl View for PickView {
    fn place(&self) -> Place {
        Place::List
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(
            action,
            Action::Back | Action::BackOrQuit | Action::Choose | Action::Down | Action::Up
        )
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::Back | Action::BackOrQuit => Reply::Close,
            Action::Choose => self.choose(world),
            action if self.window.step(action) => Reply::Done,
            _ => Reply::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match self.window.point(pointer, at) {
            Pointed::Again => self.choose(world),
            Pointed::Moved => Reply::Done,
            Pointed::Nothing => Reply::Pass,
        }
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        self.window.sync(body, self.lines.len());
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let theme = &world.look.theme;
        let widest = self.lines.iter().map(|(what, _)| text::width(what)).max().unwrap_or(0);
        self.window.render(buffer, body, world.look, |pen, at| {
            let Some((what, means)) = self.lines.get(at) else { return };
            pen.column(what, widest, theme.text).skip(2).show(means, theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Back, Action::Down]
    }
}
