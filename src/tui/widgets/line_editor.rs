//! One line of text being typed. What is typed or pasted may be anything: it is kept as it is, and
//! drawn harmless.

use crate::tui::theme::painter::{Look, Pen};
use crate::tui::widgets::text;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Style;
use std::ops::Range;
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// A line takes no more characters; what is pasted beyond is left out.
const MOST_CHARS: usize = 4_000;

/// The line.
#[derive(Debug, Default)]
pub struct Line {
    area: TextArea<'static>,
}

impl Line {
    /// A line that holds this, with the cursor at its end.
    pub fn new(text: &str) -> Line {
        let mut area = TextArea::new(vec![one_line(text, MOST_CHARS)]);
        area.move_cursor(CursorMove::End);
        Line { area }
    }

    /// What it holds.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Where the cursor is, in bytes.
    pub fn cursor(&self) -> usize {
        let chars = self.area.cursor().1;
        self.text().char_indices().nth(chars).map_or(self.text().len(), |(at, _)| at)
    }

    /// Puts a text in place of a part, with the cursor behind it.
    pub fn replace(&mut self, part: Range<usize>, with: &str) {
        let old = self.text();
        let with = one_line(with, MOST_CHARS);
        let new = format!("{}{with}{}", &old[..part.start], &old[part.end..]);
        let cursor = new[..part.start + with.len()].chars().count();
        *self = Line::new(&new);
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(cursor).unwrap_or(u16::MAX)));
    }

    /// Takes a key; true if the text is another than before.
    pub fn typed(&mut self, event: KeyEvent) -> bool {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            // what would make another line, or move to one
            KeyCode::Enter | KeyCode::Tab | KeyCode::Up | KeyCode::Down => return false,
            KeyCode::Char('m') if control => return false,
            KeyCode::Char(_) if !control && self.text().chars().count() >= MOST_CHARS => {
                return false;
            }
            _ => {}
        }
        let before = self.text().len();
        let changed = match event.code {
            // as in a shell
            KeyCode::Char('u') if control => self.area.delete_line_by_head(),
            _ => self.area.input(event),
        };
        if self.text().chars().count() > MOST_CHARS {
            // what was cut out was put in again and again
            *self = Line::new(self.text());
        }
        changed || before != self.text().len()
    }

    /// Takes a pasted text: line ends become blanks.
    pub fn paste(&mut self, pasted: &str) -> bool {
        let room = MOST_CHARS.saturating_sub(self.text().chars().count());
        self.area.insert_str(one_line(pasted, room))
    }

    /// Draws as much as fits around the cursor, each part in its style, and the cursor. Gives the
    /// byte of the first letter that is seen.
    pub fn render(&self, pen: &mut Pen<'_>, style: impl Fn(usize) -> Style, look: &Look) -> usize {
        let cursor = self.cursor();
        let room = pen.room();
        let cells: Vec<(usize, String)> = self
            .text()
            .grapheme_indices(true)
            .map(|(at, grapheme)| (at, look.clean(grapheme).into_owned()))
            .collect();
        let wide = |cells: &[(usize, String)]| -> usize {
            cells.iter().map(|(_, shown)| text::width(shown)).sum()
        };
        let at = cells.iter().position(|(from, _)| *from >= cursor).unwrap_or(cells.len());
        // the cursor needs a column of its own behind the last letter
        let mut from = 0;
        while from < at && wide(&cells[from..at]) + 2 > room {
            from += 1;
        }
        for (place, (byte, shown)) in cells.iter().enumerate().skip(from) {
            let style = style(*byte);
            let style = if place == at { look.theme.text_cursor } else { style };
            if text::width(shown) > pen.room() {
                break;
            }
            pen.put(shown, style);
        }
        if at == cells.len() {
            pen.put(" ", look.theme.text_cursor);
        }
        cells.get(from).map_or(0, |(byte, _)| *byte)
    }
}

/// A text without line ends, and no longer than that.
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

    fn press(line: &mut Line, keys: &str) {
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
    fn it_stays_one_line() {
        let mut line = Line::new("a\nb\n");
        press(&mut line, "ü<\nx");
        assert_eq!((line.text(), line.cursor()), ("a bx\u{fc}", 4));
        assert!(line.paste("1\r\n2\t3\n"));
        assert_eq!(line.text(), "a bx1 2 3\u{fc}");
        line.paste(&"z".repeat(10_000));
        assert_eq!(line.text().chars().count(), MOST_CHARS);
        press(&mut line, "q");
        assert_eq!(line.text().chars().count(), MOST_CHARS);
    }

    #[test]
    fn ctrl_u_deletes_to_the_start() {
        let mut line = Line::new("abc");
        press(&mut line, "<");
        line.typed(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!((line.text(), line.cursor()), ("c", 0));
    }

    #[test]
    fn a_part_is_replaced_and_the_cursor_stands_behind_it() {
        let mut line = Line::new("ty = \u{fc}");
        line.replace(0..2, "type");
        assert_eq!((line.text(), line.cursor()), ("type = \u{fc}", 4));
        press(&mut line, "\u{8}");
        assert_eq!(line.text(), "typ = \u{fc}");
    }
}
