//! The choice of the log's columns: which, and in which order.

use super::cursor::Cursor;
use super::{Column, Effect, Pointer, Reply, View, World, line_of, window};
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, ground};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines above the first column.
const INTRO: [&str; 2] = ["From the left. What is too narrow for all leaves the least out.", ""];
/// The window's width.
const WIDTH: u16 = 70;

/// The choice being made.
pub struct ColumnsView {
    /// All columns, each shown or not.
    lines: Vec<(Column, bool)>,
    cursor: Cursor,
    body: Rect,
}

impl ColumnsView {
    /// The columns as they are now, those that are not shown behind.
    pub fn of(world: &World<'_>) -> ColumnsView {
        let shown = &world.shared.columns;
        let hidden = Column::ALL.into_iter().filter(|column| !shown.contains(column));
        let lines: Vec<(Column, bool)> =
            shown.iter().map(|column| (*column, true)).chain(hidden.map(|c| (c, false))).collect();
        let mut cursor = Cursor::default();
        cursor.sync(lines.len(), lines.len());
        ColumnsView { lines, cursor, body: Rect::default() }
    }

    fn size(&self) -> (u16, u16) {
        (WIDTH, (self.lines.len() + INTRO.len() + 2).min(usize::from(u16::MAX)) as u16)
    }

    /// Moves the column under the cursor, and the cursor with it.
    fn shift(&mut self, to: Option<usize>) -> Reply {
        let (Some(at), Some(to)) = (self.cursor.at(), to.filter(|to| *to < self.lines.len()))
        else {
            return Reply::Done;
        };
        self.lines.swap(at, to);
        self.cursor.select(to);
        Reply::Done
    }
}

/// What a column shows.
fn about(column: Column) -> &'static str {
    match column {
        Column::Number => "the call's number",
        Column::Time => "when it came",
        Column::Kind => "track, identify, group, page, screen, alias",
        Column::Name => "the event, the page, the group",
        Column::Account => "its account id, and who misses it",
        Column::User => "its user id, and who misses it",
        Column::Vendors => "a mark for each vendor",
    }
}

impl View for ColumnsView {
    fn place(&self) -> Place {
        Place::Columns
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(
            action,
            Action::Tick
                | Action::Save
                | Action::MoveDown
                | Action::MoveUp
                | Action::Down
                | Action::Up
                | Action::Back
                | Action::BackOrQuit
        )
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        let at = self.cursor.at();
        match action {
            Action::Back | Action::BackOrQuit => return Reply::Close,
            Action::Tick => {
                if let Some((_, shown)) = at.and_then(|at| self.lines.get_mut(at)) {
                    *shown = !*shown;
                }
            }
            Action::MoveDown => return self.shift(at.map(|at| at + 1)),
            Action::MoveUp => return self.shift(at.and_then(|at| at.checked_sub(1))),
            Action::Save => {
                let shown = self.lines.iter().filter(|(_, shown)| *shown);
                let names: Vec<String> =
                    shown.map(|(column, _)| column.name().to_owned()).collect();
                return match names.is_empty() {
                    true => Reply::Say("tick at least one column, or go back with esc".to_owned()),
                    false => Reply::CloseAndAsk(Effect::Columns(names)),
                };
            }
            action if self.cursor.step(action) => {}
            _ => return Reply::Pass,
        }
        Reply::Done
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => {
                let line = line_of(self.body, self.size(), at);
                let line = line.and_then(|line| line.checked_sub(INTRO.len()));
                let Some(line) = line.and_then(|line| self.cursor.line_at(line)) else {
                    return Reply::Pass;
                };
                self.cursor.select(line);
                self.act(Action::Tick, world)
            }
        }
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        self.body = body;
        let room = usize::from(body.height).saturating_sub(2 + INTRO.len());
        self.cursor.sync(self.lines.len(), room);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let inside = window(buffer, body, self.size(), "Columns of the log", look);
        for (line, intro) in INTRO.iter().enumerate() {
            if let Some(mut pen) = Pen::on(buffer, inside, line, look) {
                pen.put(intro, theme.quiet);
            }
        }
        for (line, at) in self.cursor.window().enumerate() {
            let (line, current) = (line + INTRO.len(), self.cursor.at() == Some(at));
            let Some((column, shown)) = self.lines.get(at) else { return };
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            pen.put(if *shown { "[x] " } else { "[ ] " }, theme.key);
            pen.column(column.name(), 10, theme.text).put(about(*column), theme.quiet);
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Tick, Action::MoveUp, Action::MoveDown, Action::Save, Action::Back, Action::Down]
    }
}
