//! The text area of a call that is being written.

use crate::tui::pages::compose::json_colors;
use crate::tui::theme::painter::{Look, Pen};
use crate::tui::widgets::text;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use tui_textarea::{CursorMove, TextArea};

/// A call is no longer than this; Segment takes 32 kB.
const MOST_BYTES: usize = 512 * 1024;
/// Columns of the lines' numbers.
const NUMBER: usize = 4;

/// The text with its cursor.
pub struct Editor {
    area: TextArea<'static>,
    top: usize,
    left: usize,
    /// Where a line is wrong, from 1.
    wrong: Option<usize>,
}

impl Editor {
    /// An editor of a text.
    pub fn of(text: &str) -> Editor {
        let lines = text.lines().map(str::to_owned).collect();
        Editor { area: TextArea::new(lines), top: 0, left: 0, wrong: None }
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    fn has_room(&self, more: usize) -> bool {
        let bytes: usize = self.area.lines().iter().map(|line| line.len() + 1).sum();
        bytes + more <= MOST_BYTES
    }

    /// Takes a key; true if the text is another than before.
    pub fn typed(&mut self, event: KeyEvent) -> bool {
        self.has_room(4) && self.area.input(event)
    }

    /// Takes a pasted text as one edit; false if there is no room for it.
    pub fn paste(&mut self, pasted: &str) -> bool {
        // terminals send a carriage return for a line's end
        let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
        self.has_room(pasted.len()) && self.area.insert_str(pasted)
    }

    /// Takes the last edit back; false if there is none.
    pub fn undo(&mut self) -> bool {
        self.area.undo()
    }

    /// Makes the edit again that was taken back last.
    pub fn redo(&mut self) -> bool {
        self.area.redo()
    }

    /// A click puts the cursor there.
    pub fn click(&mut self, area: Rect, at: Position) {
        let row = self.top + usize::from(at.y - area.y);
        let column = self.left + usize::from(at.x - area.x).saturating_sub(NUMBER);
        let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(place(row), place(column)));
    }

    /// Moves the cursor by lines.
    pub fn scroll(&mut self, down: bool) {
        self.area.move_cursor(if down { CursorMove::Down } else { CursorMove::Up });
    }

    /// The line that is wrong, from 1.
    pub fn mark(&mut self, wrong: Option<usize>) {
        self.wrong = wrong;
    }

    /// Keeps the cursor in view.
    pub fn sync(&mut self, area: Rect) {
        let (row, column) = self.cursor();
        let height = usize::from(area.height).max(1);
        self.top = self.top.clamp((row + 1).saturating_sub(height), row);
        let width = usize::from(area.width).saturating_sub(NUMBER + 1).max(1);
        self.left = self.left.clamp((column + 1).saturating_sub(width), column);
    }

    fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Draws it.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, focused: bool, look: &Look) {
        let (row, column) = self.cursor();
        for at in 0..usize::from(area.height) {
            let number = self.top + at;
            let Some(line) = self.area.lines().get(number) else { break };
            let Some(mut pen) = Pen::on(buffer, area, at, look) else { break };
            let style =
                if self.wrong == Some(number + 1) { look.theme.error } else { look.theme.quiet };
            let shown = (number + 1) % 1000;
            pen.put(&format!("{shown:>width$} ", width = NUMBER - 1), style);
            let cursor = (focused && number == row).then_some(column);
            self.line(&mut pen, line, cursor, look);
        }
    }

    /// A line from the column on that is the first in view, the character under the cursor turned
    /// round.
    fn line(&self, pen: &mut Pen<'_>, line: &str, cursor: Option<usize>, look: &Look) {
        let turned = |style: Style| style.add_modifier(Modifier::REVERSED);
        let mut column = 0;
        for (part, style) in json_colors::parts(line, look) {
            for c in line[part].chars() {
                if column >= self.left && pen.room() > 0 {
                    let mut bytes = [0; 4];
                    let shown = c.encode_utf8(&mut bytes);
                    let style = if cursor == Some(column) { turned(style) } else { style };
                    // marks that join the letter before them would not stand alone
                    match text::width(shown) {
                        0 => pen.put(&look.clean(shown), style),
                        _ => pen.show(shown, style),
                    };
                }
                column += 1;
            }
        }
        if cursor == Some(column) {
            pen.put(" ", turned(look.theme.text));
        }
    }
}
