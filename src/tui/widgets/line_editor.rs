//! A text field of one line. Any text may be typed or pasted: it is stored unchanged, and drawn
//! with control characters escaped.

use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Style;
use std::ops::Range;
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// The maximum length of a line. The rest of a longer pasted text is left out.
const MAX_CHARS: usize = 4_000;

/// The state of the field.
#[derive(Debug, Default)]
pub struct LineEditor {
    area: TextArea<'static>,
}

impl LineEditor {
    /// Returns a field with a text, and the cursor at its end.
    pub fn new(text: &str) -> LineEditor {
        let mut area = TextArea::new(vec![one_line(text, MAX_CHARS)]);
        area.move_cursor(CursorMove::End);
        LineEditor { area }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Returns the byte offset of the cursor.
    pub fn cursor(&self) -> usize {
        let chars = self.area.cursor().1;
        self.text().char_indices().nth(chars).map_or(self.text().len(), |(at, _)| at)
    }

    /// Replaces a part of the text, and puts the cursor after the new part.
    pub fn replace(&mut self, part: Range<usize>, with: &str) {
        let old = self.text();
        let with = one_line(with, MAX_CHARS);
        let new = format!("{}{with}{}", &old[..part.start], &old[part.end..]);
        let cursor = new[..part.start + with.len()].chars().count();
        *self = LineEditor::new(&new);
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(cursor).unwrap_or(u16::MAX)));
    }

    /// Handles a key. Returns true if the text changed.
    pub fn typed(&mut self, event: KeyEvent) -> bool {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            // keys that would start another line or move to one
            KeyCode::Enter | KeyCode::Tab | KeyCode::Up | KeyCode::Down => return false,
            KeyCode::Char('m') if control => return false,
            KeyCode::Char(_) if !control && self.text().chars().count() >= MAX_CHARS => {
                return false;
            }
            _ => {}
        }
        let before = self.text().len();
        let changed = match event.code {
            // deletes to the start of the line, as in a shell
            KeyCode::Char('u') if control => self.area.delete_line_by_head(),
            _ => self.area.input(event),
        };
        if self.text().chars().count() > MAX_CHARS {
            // a deleted part can be inserted again any number of times
            *self = LineEditor::new(self.text());
        }
        changed || before != self.text().len()
    }

    /// Inserts a pasted text, with blanks in place of line ends. Returns true if the text changed.
    pub fn paste(&mut self, pasted: &str) -> bool {
        let room = MAX_CHARS.saturating_sub(self.text().chars().count());
        self.area.insert_str(one_line(pasted, room))
    }

    /// Draws the part of the text around the cursor that fits, each letter in its style, and the
    /// cursor. Returns the byte offset of the first visible letter.
    pub fn render(
        &self,
        painter: &mut Painter<'_>,
        style: impl Fn(usize) -> Style,
        look: &Appearance,
    ) -> usize {
        let cursor = self.cursor();
        let room = painter.room();
        let cells: Vec<(usize, String)> = self
            .text()
            .grapheme_indices(true)
            .map(|(at, grapheme)| (at, look.clean(grapheme).into_owned()))
            .collect();
        let wide = |cells: &[(usize, String)]| -> usize {
            cells.iter().map(|(_, shown)| text::width(shown)).sum()
        };
        let at = cells.iter().position(|(from, _)| *from >= cursor).unwrap_or(cells.len());
        // the cursor needs a column after the last letter
        let mut from = 0;
        while from < at && wide(&cells[from..at]) + 2 > room {
            from += 1;
        }
        for (place, (byte, shown)) in cells.iter().enumerate().skip(from) {
            let style = style(*byte);
            let style = if place == at { look.theme.text_cursor } else { style };
            if text::width(shown) > painter.room() {
                break;
            }
            painter.put(shown, style);
        }
        if at == cells.len() {
            painter.put(" ", look.theme.text_cursor);
        }
        cells.get(from).map_or(0, |(byte, _)| *byte)
    }
}

/// Returns a text without line ends, cut to `most` characters.
fn one_line(text: &str, most: usize) -> String {
    text.trim_end_matches(['\r', '\n'])
        .replace("\r\n", " ")
        .chars()
        .take(most)
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(line: &mut LineEditor, keys: &str) {
        for c in keys.chars() {
            let (code, modifiers) = match c {
                '<' => (KeyCode::Left, KeyModifiers::NONE),
                '\n' => (KeyCode::Char('m'), KeyModifiers::CONTROL),
                '\u{8}' => (KeyCode::Backspace, KeyModifiers::NONE),
                c => (KeyCode::Char(c), KeyModifiers::NONE),
            };
            line.typed(KeyEvent::new(code, modifiers));
        }
    }

    #[test]
    fn line_ends_and_long_texts_stay_on_one_line() {
        let mut line = LineEditor::new("a\nb\n");
        press(&mut line, "ü<\nx");
        assert_eq!((line.text(), line.cursor()), ("a bx\u{fc}", 4));
        assert!(line.paste("1\r\n2\t3\n"));
        assert_eq!(line.text(), "a bx1 2 3\u{fc}");
        line.paste(&"z".repeat(10_000));
        assert_eq!(line.text().chars().count(), MAX_CHARS);
        press(&mut line, "q");
        assert_eq!(line.text().chars().count(), MAX_CHARS);
    }

    #[test]
    fn ctrl_u_deletes_to_the_start() {
        let mut line = LineEditor::new("abc");
        press(&mut line, "<");
        line.typed(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!((line.text(), line.cursor()), ("c", 0));
    }

    #[test]
    fn puts_the_cursor_after_a_replaced_part() {
        let mut line = LineEditor::new("ty = \u{fc}");
        line.replace(0..2, "type");
        assert_eq!((line.text(), line.cursor()), ("type = \u{fc}", 4));
        press(&mut line, "\u{8}");
        assert_eq!(line.text(), "typ = \u{fc}");
    }
}
