//! The text area of the compose page.

use crate::tui::pages::compose::json_colors;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use tui_textarea::{CursorMove, TextArea};

/// The maximum size of a text. Segment accepts calls of up to 32 kB.
const MAX_TEXT_BYTES: usize = 512 * 1024;
/// The width of the line numbers.
const NUMBER_WIDTH: usize = 4;

/// The text with its cursor.
pub struct Editor {
    area: TextArea<'static>,
    top: usize,
    left: usize,
    /// The number of the line with the mistake, from 1.
    wrong: Option<usize>,
}

impl Editor {
    /// Returns an editor for a text.
    pub fn new(text: &str) -> Editor {
        let lines = text.lines().map(str::to_owned).collect();
        Editor { area: TextArea::new(lines), top: 0, left: 0, wrong: None }
    }

    /// Returns the text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    fn bytes(&self) -> usize {
        self.area.lines().iter().map(|line| line.len() + 1).sum()
    }

    /// Handles a key. Returns true if the text changed. A key that would make the text too large
    /// changes nothing.
    pub fn typed(&mut self, event: KeyEvent) -> bool {
        let before = self.bytes();
        let is_changed = self.area.input(event);
        if is_changed && self.bytes() > before.max(MAX_TEXT_BYTES) {
            // a key that takes the place of a selection is two edits
            for _ in 0..2 {
                if self.bytes() != before {
                    self.area.undo();
                }
            }
            return false;
        }
        is_changed
    }

    /// Inserts a pasted text as one edit. Returns false if there is no room for it.
    pub fn paste(&mut self, pasted: &str) -> bool {
        // terminals send a carriage return for a line end
        let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
        self.bytes() + pasted.len() <= MAX_TEXT_BYTES && self.area.insert_str(pasted)
    }

    /// Undoes the last edit. Returns false if there is none.
    pub fn undo(&mut self) -> bool {
        self.area.undo()
    }

    /// Redoes the edit that was undone last. Returns false if there is none.
    pub fn redo(&mut self) -> bool {
        let before = self.bytes();
        let is_changed = self.area.redo();
        // an edit for which there was no room
        if is_changed && self.bytes() > before.max(MAX_TEXT_BYTES) {
            self.area.undo();
            return false;
        }
        is_changed
    }

    /// Moves the cursor to the position of a click.
    pub fn click(&mut self, area: Rect, at: Position) {
        let row = self.top + usize::from(at.y - area.y);
        let column = self.left + usize::from(at.x - area.x).saturating_sub(NUMBER_WIDTH);
        let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(place(row), place(column)));
    }

    /// Moves the cursor by lines.
    pub fn scroll(&mut self, down: bool) {
        self.area.move_cursor(if down { CursorMove::Down } else { CursorMove::Up });
    }

    /// Sets the line with the mistake, from 1.
    pub fn mark(&mut self, wrong: Option<usize>) {
        self.wrong = wrong;
    }

    /// Keeps the cursor in view.
    pub fn sync(&mut self, area: Rect) {
        let (row, column) = self.cursor();
        let height = usize::from(area.height).max(1);
        self.top = self.top.clamp((row + 1).saturating_sub(height), row);
        let width = usize::from(area.width).saturating_sub(NUMBER_WIDTH + 1).max(1);
        self.left = self.left.clamp((column + 1).saturating_sub(width), column);
    }

    fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Draws the text.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, focused: bool, look: &Appearance) {
        let (row, column) = self.cursor();
        for at in 0..usize::from(area.height) {
            let number = self.top + at;
            let Some(line) = self.area.lines().get(number) else { break };
            let Some(mut painter) = Painter::on(buffer, area, at, look) else { break };
            let style =
                if self.wrong == Some(number + 1) { look.theme.error } else { look.theme.quiet };
            let shown = (number + 1) % 1000;
            painter.put(&format!("{shown:>width$} ", width = NUMBER_WIDTH - 1), style);
            let cursor = (focused && number == row).then_some(column);
            self.line(&mut painter, line, cursor, look);
        }
    }

    /// Draws a line from the first visible column on, with the character under the cursor
    /// reversed.
    fn line(
        &self,
        painter: &mut Painter<'_>,
        line: &str,
        cursor: Option<usize>,
        look: &Appearance,
    ) {
        let turned = |style: Style| style.add_modifier(Modifier::REVERSED);
        let mut column = 0;
        for (part, style) in json_colors::parts(line, look) {
            for c in line[part].chars() {
                if column >= self.left && painter.room() > 0 {
                    let mut bytes = [0; 4];
                    let shown = c.encode_utf8(&mut bytes);
                    let style = if cursor == Some(column) { turned(style) } else { style };
                    // combining marks cannot be shown without a letter before them
                    match text::width(shown) {
                        0 => painter.put(&look.clean(shown), style),
                        _ => painter.show(shown, style),
                    };
                }
                column += 1;
            }
        }
        if cursor == Some(column) {
            painter.put(" ", turned(look.theme.text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn a_full_editor_takes_no_more_text_and_can_still_be_shortened() {
        let mut editor = Editor::new("");
        assert!(editor.paste(&"x".repeat(MAX_TEXT_BYTES - 1)));
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        for code in [KeyCode::Char('y'), KeyCode::Enter] {
            assert!(!editor.typed(key(code)));
        }
        assert!(!editor.paste("y"));
        assert!(!editor.redo());
        assert_eq!(editor.text(), "x".repeat(MAX_TEXT_BYTES - 1));
        editor.typed(KeyEvent::new(KeyCode::Left, KeyModifiers::SHIFT));
        assert!(!editor.typed(key(KeyCode::Char('🙂'))));
        assert_eq!(editor.text(), "x".repeat(MAX_TEXT_BYTES - 1));
        editor.typed(key(KeyCode::End));
        editor.typed(key(KeyCode::Left));
        assert!(editor.typed(key(KeyCode::Backspace)));
        assert_eq!(editor.text().len(), MAX_TEXT_BYTES - 2);
        assert!(editor.typed(key(KeyCode::Char('y'))));
        assert!(editor.text().ends_with("yx"));
    }
}
