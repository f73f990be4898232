//! Earlier input that is offered again: filters, searches, commands, and named filters. One file in
//! the state folder serves all projects.

use crate::config::text_file::read_text_file;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// The maximum number of entries of a history.
const MAX_ENTRIES: usize = 200;

/// Earlier input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryEntries {
    /// Filters, the newest last, without duplicates.
    pub history: Vec<String>,
    /// Searches, likewise.
    pub searches: Vec<String>,
    /// Commands, likewise.
    pub commands: Vec<String>,
    /// Named filters, sorted by name.
    pub named: Vec<(String, String)>,
}

/// A change of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memo {
    /// A filter that was used.
    Filter(String),
    /// A search that was used.
    Search(String),
    /// A command that was used.
    Command(String),
    /// A filter under a name; it replaces an earlier one of that name.
    Named {
        /// the name
        name: String,
        /// the filter
        text: String,
    },
    /// Removes the filter of that name.
    Forget {
        /// the name
        name: String,
    },
}

impl Memo {
    /// Returns the message for the user after the change is saved.
    pub fn saved_message(&self) -> Option<String> {
        match self {
            Memo::Filter(_) | Memo::Search(_) | Memo::Command(_) => None,
            Memo::Named { name, .. } => Some(format!("filter saved as {name}")),
            Memo::Forget { name } => Some(format!("forgotten: {name}")),
        }
    }
}

impl HistoryEntries {
    /// Applies a change.
    pub fn keep(&mut self, memo: &Memo) {
        match memo {
            Memo::Filter(text) => push_unique(&mut self.history, text),
            Memo::Search(text) => push_unique(&mut self.searches, text),
            Memo::Command(text) => push_unique(&mut self.commands, text),
            Memo::Named { name, text } => {
                self.named.retain(|(other, _)| other != name);
                self.named.push((name.clone(), text.clone()));
                self.named.sort();
                // the names are sorted, so the one that is removed at the limit is arbitrary, but
                // never the new one
                while self.named.len() > MAX_ENTRIES {
                    let old = self.named.iter().position(|(other, _)| other != name);
                    self.named.remove(old.unwrap_or(0));
                }
            }
            Memo::Forget { name } => self.named.retain(|(other, _)| other != name),
        }
    }
}

/// Appends a text and removes its earlier duplicate.
fn push_unique(history: &mut Vec<String>, text: &str) {
    history.retain(|other| other != text);
    history.push(text.to_owned());
    let over = history.len().saturating_sub(MAX_ENTRIES);
    history.drain(..over);
}

/// The file of the history.
#[derive(Debug, Clone)]
pub struct InputHistory {
    file: PathBuf,
}

impl InputHistory {
    /// Returns the history in a state folder.
    pub fn new(state_folder: &Path) -> InputHistory {
        InputHistory { file: state_folder.join("typed.json") }
    }

    /// Returns all entries. A file that does not exist or cannot be read counts as empty.
    pub fn read(&self) -> HistoryEntries {
        let text = read_text_file(&self.file, crate::config::user_folders::MAX_STATE_BYTES)
            .unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Applies a change to the file, whose entries another program may have changed meanwhile.
    pub fn keep(&self, memo: &Memo) -> io::Result<()> {
        let mut kept = self.read();
        kept.keep(memo);
        crate::config::user_folders::write_whole(&self.file, &serde_json::to_string(&kept)?, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_has_no_duplicates_and_a_maximum_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let notebook = InputHistory::new(&folder.path().join("new"));
        assert_eq!(notebook.read(), HistoryEntries::default());
        for text in ["a", "b", "a"] {
            notebook.keep(&Memo::Filter(text.to_owned())).expect("kept");
        }
        notebook.keep(&Memo::Search("s".to_owned())).expect("kept");
        assert_eq!(notebook.read().history, ["b", "a"]);
        assert_eq!(notebook.read().searches, ["s"]);
        let mut kept = HistoryEntries::default();
        (0..MAX_ENTRIES + 5).for_each(|n| kept.keep(&Memo::Filter(n.to_string())));
        assert_eq!((kept.history.len(), kept.history[0].as_str()), (MAX_ENTRIES, "5"));
        std::fs::write(folder.path().join("new/typed.json"), "{").expect("written");
        assert_eq!(notebook.read(), HistoryEntries::default(), "a broken file is an empty one");
    }

    #[test]
    fn a_name_belongs_to_one_filter() {
        let mut kept = HistoryEntries::default();
        let named = |name: &str, text: &str| Memo::Named { name: name.into(), text: text.into() };
        kept.keep(&named("b", "1"));
        kept.keep(&named("a", "2"));
        kept.keep(&named("b", "3"));
        let own = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(kept.named, [own("a", "2"), own("b", "3")]);
        kept.keep(&Memo::Forget { name: "a".into() });
        assert_eq!(kept.named, [own("b", "3")]);
        (0..MAX_ENTRIES + 5).for_each(|n| kept.keep(&named(&format!("n{n}"), "x")));
        assert_eq!(kept.named.len(), MAX_ENTRIES);
    }
}
