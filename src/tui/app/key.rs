//! A key press, from a terminal's event or from its name in a file.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key press without irrelevant modifiers (the case of a letter stands for shift).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(KeyCode, KeyModifiers);

impl Key {
    /// Returns the key of an event.
    pub fn from_event(event: KeyEvent) -> Key {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut modifiers = event.modifiers & known;
        let code = match event.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::SHIFT) => {
                KeyCode::Char(c.to_uppercase().next().unwrap_or(c))
            }
            code => code,
        };
        if let KeyCode::Char(_) = code {
            modifiers -= KeyModifiers::SHIFT;
        }
        Key(code, modifiers)
    }

    /// Reads `x`, `ctrl-x`, `pagedown`, …
    pub fn parse(name: &str) -> Option<Key> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = name;
        loop {
            let (modifier, tail) = match rest.split_once('-') {
                Some(("ctrl", tail)) => (KeyModifiers::CONTROL, tail),
                Some(("alt", tail)) => (KeyModifiers::ALT, tail),
                Some(("shift", tail)) => (KeyModifiers::SHIFT, tail),
                _ => break,
            };
            modifiers |= modifier;
            rest = tail;
        }
        let mut chars = rest.chars();
        let code = match (chars.next()?, chars.next()) {
            (c, None) => KeyCode::Char(c),
            ('f', Some('1'..='9')) if let Ok(number @ 1..=12) = rest[1..].parse() => {
                KeyCode::F(number)
            }
            _ => NAMES.iter().find(|(name, _)| *name == rest)?.1,
        };
        Some(Key::from_event(KeyEvent::new(code, modifiers)))
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.1.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match (NAMES.iter().find(|(_, code)| *code == self.0), self.0) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(number)) => write!(f, "f{number}"),
            (None, other) => write!(f, "{other}"),
        }
    }
}

const NAMES: [(&str, KeyCode); 14] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn press(name: &str) -> Key {
        Key::parse(name).expect(name)
    }

    #[test]
    fn what_a_terminal_sends_is_what_the_file_says() {
        let event = |code, modifiers| Key::from_event(KeyEvent::new(code, modifiers));
        assert_eq!(event(KeyCode::Char('G'), KeyModifiers::SHIFT), press("G"));
        assert_eq!(event(KeyCode::Char('g'), KeyModifiers::SHIFT), press("G"));
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::NONE), press("shift-tab"));
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::SHIFT), press("shift-tab"));
        assert_eq!(press("ctrl-d").to_string(), "ctrl-d");
        assert_eq!(press("-").to_string(), "-");
        assert_eq!(event(KeyCode::F(1), KeyModifiers::NONE), press("f1"));
        assert_eq!([press("f").to_string(), press("f12").to_string()], ["f", "f12"]);
        assert_eq!(["f0", "f13", "f1x", "fx"].map(Key::parse), [None; 4]);
    }
}
