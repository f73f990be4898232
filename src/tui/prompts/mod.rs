//! The prompts at the foot of the page: a line of text for a filter, a search, a command or a
//! name.
//!
//! [`Prompt`] is their common part: the line, its history, and completions at the cursor.

mod command;
mod completions;
mod field;
mod filter;
mod named_filters;
mod search;
mod text_dialog;

pub use crate::tui::prompts::named_filters::NamedView;
pub use crate::tui::prompts::text_dialog::TextDialog;
pub use command::{CommandView, does_something};
pub use field::FieldPrompt;
pub use filter::{FilterView, toggle_filter};
pub use search::SearchView;

use crate::tui::app::action::Action;
use crate::tui::widgets::line_editor::LineEditor;
use crossterm::event::KeyEvent;
use std::ops::Range;

/// A completion at the cursor.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The text to insert.
    text: String,
    /// The bytes of the line that it replaces.
    replace: Range<usize>,
    /// The kind of the text, in a few words.
    about: &'static str,
}

/// The line, its history and its completions.
pub struct Prompt {
    line: LineEditor,
    /// The earlier texts, the newest last.
    history: Vec<String>,
    /// The index of the history entry in the line. After the last entry, it is the text being
    /// typed.
    at: usize,
    draft: String,
    offers: Vec<Offer>,
    chosen: Option<usize>,
}

/// The effect of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptResult {
    /// The text changed.
    Changed,
    /// The text did not change.
    Same,
}

impl Prompt {
    /// Returns a prompt with a text.
    pub fn new(text: &str, history: &[String]) -> Prompt {
        Prompt {
            line: LineEditor::new(text),
            history: history.to_vec(),
            at: history.len(),
            draft: String::new(),
            offers: Vec::new(),
            chosen: None,
        }
    }

    /// Returns the text of the line.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Handles a key that is bound to nothing here, and updates the completions.
    pub fn typed(
        &mut self,
        event: KeyEvent,
        offers: impl FnOnce(&str, usize) -> Vec<Offer>,
    ) -> PromptResult {
        let moved = self.line.cursor();
        let changed = self.line.typed(event);
        if !changed {
            if moved != self.line.cursor() {
                self.close_offers();
            }
            return PromptResult::Same;
        }
        self.at = self.history.len();
        self.offer(offers);
        // completions without a typed part would be in the way; tab shows them
        if self.offers.iter().all(|offer| offer.replace.is_empty()) {
            self.close_offers();
        }
        PromptResult::Changed
    }

    /// Inserts a pasted text.
    pub fn paste(&mut self, pasted: &str) -> PromptResult {
        self.close_offers();
        self.at = self.history.len();
        if self.line.paste(pasted) { PromptResult::Changed } else { PromptResult::Same }
    }

    fn offer(&mut self, offers: impl FnOnce(&str, usize) -> Vec<Offer>) {
        self.offers = offers(self.line.text(), self.line.cursor());
        // a text that is already in the line is no completion
        let text = self.line.text();
        self.offers.retain(|offer| text.get(offer.replace.clone()) != Some(offer.text.as_str()));
        self.chosen = None;
    }

    /// Closes the list of completions.
    pub fn close_offers(&mut self) {
        self.offers.clear();
        self.chosen = None;
    }

    /// Returns true if the arrow keys chose a completion.
    pub fn has_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    /// Executes an action of the prompt. Returns none if the action is not for the prompt.
    pub fn act(
        &mut self,
        action: Action,
        offers: impl FnOnce(&str, usize) -> Vec<Offer>,
    ) -> Option<PromptResult> {
        let last = self.offers.len().saturating_sub(1);
        match action {
            Action::Complete if self.offers.is_empty() => {
                self.offer(offers);
                match self.offers.len() {
                    1 => return Some(self.accept_offer()),
                    _ => return Some(PromptResult::Same),
                }
            }
            Action::Complete => return Some(self.accept_offer()),
            Action::Older if !self.offers.is_empty() => {
                self.chosen =
                    Some(self.chosen.map_or(last, |at| at.checked_sub(1).unwrap_or(last)));
            }
            Action::Newer if !self.offers.is_empty() => {
                self.chosen = Some(self.chosen.map_or(0, |at| if at >= last { 0 } else { at + 1 }));
            }
            Action::Older | Action::HistoryBack => {
                return Some(self.show_history_entry(self.at.checked_sub(1)));
            }
            Action::Newer | Action::HistoryForward => {
                return Some(self.show_history_entry(Some(self.at + 1)));
            }
            _ => return None,
        }
        Some(PromptResult::Same)
    }

    /// Puts a history entry into the line.
    fn show_history_entry(&mut self, to: Option<usize>) -> PromptResult {
        self.close_offers();
        let Some(to) = to.filter(|to| *to <= self.history.len() && *to != self.at) else {
            return PromptResult::Same;
        };
        if self.at == self.history.len() {
            self.draft = self.line.text().to_owned();
        }
        self.at = to;
        self.line = LineEditor::new(self.history.get(to).unwrap_or(&self.draft));
        PromptResult::Changed
    }

    /// Inserts the chosen completion, or the first.
    pub fn accept_offer(&mut self) -> PromptResult {
        let Some(offer) = self.offers.get(self.chosen.unwrap_or(0)).cloned() else {
            return PromptResult::Same;
        };
        self.close_offers();
        self.at = self.history.len();
        self.line.replace(offer.replace, &offer.text);
        PromptResult::Changed
    }
}
