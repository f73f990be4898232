//! A line of text at the foot of the page: the filter, the search, a command, a name.
//!
//! [`Prompt`] is what they have in common: the line, what was typed there before, and offers for
//! what could stand at the cursor.

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

/// Something that could stand at the cursor.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What is put in.
    text: String,
    /// In place of these bytes of the line.
    replace: Range<usize>,
    /// What it is, in a few words.
    about: &'static str,
}

/// The line, its history and its offers.
pub struct Prompt {
    line: LineEditor,
    /// What was typed here before, the newest last.
    past: Vec<String>,
    /// The entry of the past in the line; behind the last one it is what is typed now.
    at: usize,
    draft: String,
    offers: Vec<Offer>,
    chosen: Option<usize>,
}

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptResult {
    /// The text is another one.
    Changed,
    /// It is the same.
    Same,
}

impl Prompt {
    /// A line that holds a text.
    pub fn new(text: &str, past: &[String]) -> Prompt {
        Prompt {
            line: LineEditor::new(text),
            past: past.to_vec(),
            at: past.len(),
            draft: String::new(),
            offers: Vec::new(),
            chosen: None,
        }
    }

    /// What the line holds.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Takes a key that is bound to nothing here, and looks for offers.
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
        self.at = self.past.len();
        self.offer(offers);
        // offers for nothing typed would stand in the way: tab asks for them
        if self.offers.iter().all(|offer| offer.replace.is_empty()) {
            self.close_offers();
        }
        PromptResult::Changed
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, pasted: &str) -> PromptResult {
        self.close_offers();
        self.at = self.past.len();
        if self.line.paste(pasted) { PromptResult::Changed } else { PromptResult::Same }
    }

    fn offer(&mut self, offers: impl FnOnce(&str, usize) -> Vec<Offer>) {
        self.offers = offers(self.line.text(), self.line.cursor());
        // what stands there already is no offer
        let text = self.line.text();
        self.offers.retain(|offer| text.get(offer.replace.clone()) != Some(offer.text.as_str()));
        self.chosen = None;
    }

    /// Closes the list of offers.
    pub fn close_offers(&mut self) {
        self.offers.clear();
        self.chosen = None;
    }

    /// The offer that the arrows chose.
    pub fn has_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    /// Does an action of the text lines; none if it is not for the line itself.
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
                    1 => return Some(self.take()),
                    _ => return Some(PromptResult::Same),
                }
            }
            Action::Complete => return Some(self.take()),
            Action::Older if !self.offers.is_empty() => {
                self.chosen =
                    Some(self.chosen.map_or(last, |at| at.checked_sub(1).unwrap_or(last)));
            }
            Action::Newer if !self.offers.is_empty() => {
                self.chosen = Some(self.chosen.map_or(0, |at| if at >= last { 0 } else { at + 1 }));
            }
            Action::Older | Action::HistoryBack => return Some(self.walk(self.at.checked_sub(1))),
            Action::Newer | Action::HistoryForward => return Some(self.walk(Some(self.at + 1))),
            _ => return None,
        }
        Some(PromptResult::Same)
    }

    /// Puts an entry of the past into the line.
    fn walk(&mut self, to: Option<usize>) -> PromptResult {
        self.close_offers();
        let Some(to) = to.filter(|to| *to <= self.past.len() && *to != self.at) else {
            return PromptResult::Same;
        };
        if self.at == self.past.len() {
            self.draft = self.line.text().to_owned();
        }
        self.at = to;
        self.line = LineEditor::new(self.past.get(to).unwrap_or(&self.draft));
        PromptResult::Changed
    }

    /// Takes the chosen offer, or the first.
    pub fn take(&mut self) -> PromptResult {
        let Some(offer) = self.offers.get(self.chosen.unwrap_or(0)).cloned() else {
            return PromptResult::Same;
        };
        self.close_offers();
        self.at = self.past.len();
        self.line.replace(offer.replace, &offer.text);
        PromptResult::Changed
    }
}
