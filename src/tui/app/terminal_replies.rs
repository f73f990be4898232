//! Separates the terminal's answer from the keys that the user types.
//!
//! The answer comes among the keys: `ESC ] 11;rgb:1e1e/1e1e/2e2e` and BEL or `ESC \\`. The thread that
//! reads keys sees alt-`]`, then letters; if a read ends between the first two bytes, it sees esc and
//! `]`. No part of it may be taken as a key, however late it comes.

use crate::tui::theme::Background;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::{Duration, Instant};

/// The time after the question during which an esc may be the beginning of the answer.
const ESC_TIMEOUT: Duration = Duration::from_secs(2);
/// The time for which such keys are held back while nothing more arrives.
pub const HOLD_TIMEOUT: Duration = Duration::from_millis(25);
/// The text before the color. Once it is complete, these keys are certainly an answer.
const PREFIX: &str = "11;";
/// The maximum length of `PREFIX` and a color.
const MAX_REPLY_BYTES: usize = 40;

/// The result of handling a key.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyOutcome {
    /// it may belong to the answer
    Held,
    /// these are keys
    Keys(Vec<KeyEvent>),
    /// the answer is complete; none if its color cannot be read
    Answer(Option<Background>),
}

/// The state of waiting for the terminal's answer.
#[derive(Debug, Default)]
pub struct TerminalReplies {
    /// The time of the question; none if nothing was asked or the answer has come.
    asked: Option<Instant>,
    held: Vec<KeyEvent>,
    text: String,
    /// True if the last key was an esc after the color.
    ends: bool,
}

impl TerminalReplies {
    /// Starts to wait for an answer to a question that is asked now.
    pub fn to_question() -> TerminalReplies {
        TerminalReplies { asked: Some(Instant::now()), ..TerminalReplies::default() }
    }

    /// Returns true if keys are held back.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Handles a key.
    pub fn take(&mut self, key: KeyEvent) -> KeyOutcome {
        let Some(asked) = self.asked else { return KeyOutcome::Keys(vec![key]) };
        let with = key.modifiers - KeyModifiers::SHIFT;
        let plain = with.is_empty();
        let fits = match (self.held.len(), self.held.first(), key.code) {
            (0, _, KeyCode::Char(']')) => with == KeyModifiers::ALT,
            (0, _, KeyCode::Esc) => asked.elapsed() < ESC_TIMEOUT,
            (1, Some(first), KeyCode::Char(']')) if first.code == KeyCode::Esc => plain,
            (1, Some(first), _) if first.code == KeyCode::Esc => false,
            (0, ..) => false,
            (_, _, code) => return self.take_inner(key, code, with),
        };
        if fits {
            self.held.push(key);
            return KeyOutcome::Held;
        }
        self.release(Some(key))
    }

    /// Handles a key after the `]`.
    fn take_inner(&mut self, key: KeyEvent, code: KeyCode, with: KeyModifiers) -> KeyOutcome {
        let has_prefix = self.has_prefix();
        match code {
            KeyCode::Char('g') if has_prefix && with == KeyModifiers::CONTROL => {
                return self.finish();
            }
            KeyCode::Char('\\') if has_prefix && (with == KeyModifiers::ALT || self.ends) => {
                return self.finish();
            }
            KeyCode::Esc if has_prefix && !self.ends => self.ends = true,
            KeyCode::Char(c) if with.is_empty() && !self.ends && self.continues_with(c) => {
                self.text.push(c);
            }
            _ => return self.release(Some(key)),
        }
        self.held.push(key);
        KeyOutcome::Held
    }

    fn has_prefix(&self) -> bool {
        self.text.starts_with(PREFIX)
    }

    fn continues_with(&self, c: char) -> bool {
        match PREFIX.chars().nth(self.text.len()) {
            Some(wanted) => c == wanted,
            None => {
                self.text.len() < MAX_REPLY_BYTES
                    && (c.is_ascii_hexdigit() || matches!(c, 'r' | 'g' | ':' | '/'))
            }
        }
    }

    fn finish(&mut self) -> KeyOutcome {
        let ground = Background::of_answer(&self.text[PREFIX.len()..]);
        *self = TerminalReplies::default();
        KeyOutcome::Answer(ground)
    }

    /// Releases the held keys if they are no answer; the keys of an answer that was cut off are dropped.
    fn release(&mut self, key: Option<KeyEvent>) -> KeyOutcome {
        if self.has_prefix() {
            self.held.clear();
            self.asked = None;
        }
        (self.ends, self.text) = (false, String::new());
        let mut keys = std::mem::take(&mut self.held);
        keys.extend(key);
        KeyOutcome::Keys(keys)
    }

    /// Releases the held keys because nothing has arrived for a while. Keys that are certainly the
    /// beginning of an answer remain held.
    pub fn lapse(&mut self) -> Vec<KeyEvent> {
        if self.has_prefix() {
            return Vec::new();
        }
        match self.release(None) {
            KeyOutcome::Keys(keys) => keys,
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    fn plain(c: char) -> KeyEvent {
        key(KeyCode::Char(c), KeyModifiers::NONE)
    }

    fn alt(c: char) -> KeyEvent {
        key(KeyCode::Char(c), KeyModifiers::ALT)
    }

    fn esc() -> KeyEvent {
        key(KeyCode::Esc, KeyModifiers::NONE)
    }

    fn feed(answers: &mut TerminalReplies, keys: impl IntoIterator<Item = KeyEvent>) -> KeyOutcome {
        let mut last = KeyOutcome::Held;
        for key in keys {
            assert_eq!(last, KeyOutcome::Held, "before {key:?}");
            last = answers.take(key);
        }
        last
    }

    #[test]
    fn an_answer_is_no_key_however_it_is_cut() {
        let bel = key(KeyCode::Char('g'), KeyModifiers::CONTROL);
        for begin in [vec![alt(']')], vec![esc(), plain(']')]] {
            for end in [vec![bel], vec![alt('\\')], vec![esc(), plain('\\')]] {
                let mut answers = TerminalReplies::to_question();
                let color = "11;rgb:ffff/ffff/FFFF".chars().map(|c| match c {
                    'F' => key(KeyCode::Char(c), KeyModifiers::SHIFT),
                    c => plain(c),
                });
                let all = begin.iter().copied().chain(color).chain(end);
                assert_eq!(feed(&mut answers, all), KeyOutcome::Answer(Some(Background::Light)));
                assert_eq!(answers.take(esc()), KeyOutcome::Keys(vec![esc()]), "it has come");
            }
        }
    }

    #[test]
    fn keys_stay_keys() {
        let mut answers = TerminalReplies::to_question();
        assert_eq!(answers.take(plain('j')), KeyOutcome::Keys(vec![plain('j')]));
        assert_eq!(answers.take(esc()), KeyOutcome::Held);
        assert_eq!(answers.take(plain('j')), KeyOutcome::Keys(vec![esc(), plain('j')]));
        assert_eq!(answers.take(esc()), KeyOutcome::Held);
        assert_eq!(answers.lapse(), [esc()]);
        assert_eq!(feed(&mut answers, [alt(']'), plain('1')]), KeyOutcome::Held);
        assert_eq!(
            answers.take(plain('x')),
            KeyOutcome::Keys(vec![alt(']'), plain('1'), plain('x')])
        );
        assert_eq!(
            TerminalReplies::default().take(alt(']')),
            KeyOutcome::Keys(vec![alt(']')]),
            "not asked"
        );
    }

    #[test]
    fn an_answer_that_is_late_or_cut_off_is_no_key() {
        let mut answers = TerminalReplies::to_question();
        let beginning = [alt(']'), plain('1'), plain('1'), plain(';'), plain('r')];
        assert_eq!(feed(&mut answers, beginning), KeyOutcome::Held);
        assert_eq!(answers.lapse(), [], "more may arrive");
        assert_eq!(answers.take(plain('j')), KeyOutcome::Keys(vec![plain('j')]));
        assert!(!answers.holds());
    }
}
