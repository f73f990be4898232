//! A few things of which one is chosen, with what is said below them.

use super::cursor::Cursor;
use super::{Pointer, Reply, View, World, line_of, window};
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, ground};
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The window's width.
const WIDTH: u16 = 76;

/// What is done with the one that was chosen, by its place.
type Chosen = Box<dyn Fn(usize, &World<'_>) -> Reply>;

/// The choice.
pub struct PickView {
    title: &'static str,
    /// What each is, and what it means.
    lines: Vec<(String, String)>,
    notes: Vec<String>,
    chosen: Chosen,
    cursor: Cursor,
    body: Rect,
}

impl PickView {
    /// A choice of these.
    pub fn of(
        title: &'static str,
        lines: Vec<(String, String)>,
        notes: Vec<String>,
        chosen: impl Fn(usize, &World<'_>) -> Reply + 'static,
    ) -> PickView {
        let mut cursor = Cursor::default();
        cursor.sync(lines.len(), lines.len());
        PickView { title, lines, notes, chosen: Box::new(chosen), cursor, body: Rect::default() }
    }

    fn size(&self) -> (u16, u16) {
        (WIDTH, (self.lines.len() + self.notes.len() + 3) as u16)
    }

    fn choose(&self, world: &World<'_>) -> Reply {
        self.cursor.at().map_or(Reply::Pass, |at| (self.chosen)(at, world))
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
            action if self.cursor.step(action) => Reply::Done,
            _ => Reply::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => {
                let line = line_of(self.body, self.size(), at);
                match line.and_then(|line| self.cursor.line_at(line)) {
                    // a second click takes it
                    Some(line) if self.cursor.at() == Some(line) => self.choose(world),
                    Some(line) => {
                        self.cursor.select(line);
                        Reply::Done
                    }
                    None => Reply::Pass,
                }
            }
        }
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        self.body = body;
        let room = usize::from(body.height).saturating_sub(2).min(self.lines.len());
        self.cursor.sync(self.lines.len(), room);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let inside = window(buffer, body, self.size(), self.title, look);
        let widest = self.lines.iter().map(|(what, _)| text::width(what)).max().unwrap_or(0);
        for (line, at) in self.cursor.window().enumerate() {
            let Some((what, means)) = self.lines.get(at) else { return };
            let current = self.cursor.at() == Some(at);
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            pen.column(what, widest, theme.text).skip(2).show(means, theme.quiet);
        }
        for (line, note) in self.notes.iter().enumerate() {
            if let Some(mut pen) = Pen::on(buffer, inside, self.lines.len() + 1 + line, look) {
                pen.show(note, theme.quiet);
            }
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Back, Action::Down]
    }
}
