//! What was typed before and is offered again: filters, searches, filters with names. One file in
//! the state folder, for all projects.

use crate::config::text_file::read_text_file;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// A history keeps no more entries.
const MOST: usize = 200;

/// What was typed before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryEntries {
    /// Filters, the newest last, each once.
    pub history: Vec<String>,
    /// Searches, likewise.
    pub searches: Vec<String>,
    /// Commands, likewise.
    pub commands: Vec<String>,
    /// Filters with their names, in the order of these.
    pub named: Vec<(String, String)>,
}

/// Something to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memo {
    /// A filter that was used.
    Filter(String),
    /// A search that was used.
    Search(String),
    /// A command that was used.
    Command(String),
    /// A filter under a name; one of that name before is gone.
    Named {
        /// the name
        name: String,
        /// the filter
        text: String,
    },
    /// The filter of that name is forgotten.
    Forget {
        /// the name
        name: String,
    },
}

impl Memo {
    /// What to tell the user once it is kept.
    pub fn said(&self) -> Option<String> {
        match self {
            Memo::Filter(_) | Memo::Search(_) | Memo::Command(_) => None,
            Memo::Named { name, .. } => Some(format!("filter saved as {name}")),
            Memo::Forget { name } => Some(format!("forgotten: {name}")),
        }
    }
}

impl HistoryEntries {
    /// Takes something more in.
    pub fn keep(&mut self, memo: &Memo) {
        match memo {
            Memo::Filter(text) => last(&mut self.history, text),
            Memo::Search(text) => last(&mut self.searches, text),
            Memo::Command(text) => last(&mut self.commands, text),
            Memo::Named { name, text } => {
                self.named.retain(|(other, _)| other != name);
                self.named.push((name.clone(), text.clone()));
                self.named.sort();
                // the names are sorted, so which one goes at the bound is arbitrary; the newest stays
                while self.named.len() > MOST {
                    let old = self.named.iter().position(|(other, _)| other != name);
                    self.named.remove(old.unwrap_or(0));
                }
            }
            Memo::Forget { name } => self.named.retain(|(other, _)| other != name),
        }
    }
}

/// Puts a text last, without its double.
fn last(history: &mut Vec<String>, text: &str) {
    history.retain(|other| other != text);
    history.push(text.to_owned());
    let over = history.len().saturating_sub(MOST);
    history.drain(..over);
}

/// The file that keeps it.
#[derive(Debug, Clone)]
pub struct InputHistory {
    file: PathBuf,
}

impl InputHistory {
    /// The notebook of a state folder.
    pub fn new(state_folder: &Path) -> InputHistory {
        InputHistory { file: state_folder.join("typed.json") }
    }

    /// All that was kept. A file that is not there or cannot be read counts as empty.
    pub fn read(&self) -> HistoryEntries {
        let text = read_text_file(&self.file, crate::config::user_folders::MAX_STATE_BYTES)
            .unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Keeps something more, beside what another program has kept meanwhile.
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
    fn a_history_has_no_doubles_and_an_end() {
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
        (0..MOST + 5).for_each(|n| kept.keep(&Memo::Filter(n.to_string())));
        assert_eq!((kept.history.len(), kept.history[0].as_str()), (MOST, "5"));
        std::fs::write(folder.path().join("new/typed.json"), "{").expect("written");
        assert_eq!(notebook.read(), HistoryEntries::default(), "a broken file is an empty one");
    }

    #[test]
    fn a_name_stands_for_one_filter() {
        let mut kept = HistoryEntries::default();
        let named = |name: &str, text: &str| Memo::Named { name: name.into(), text: text.into() };
        kept.keep(&named("b", "1"));
        kept.keep(&named("a", "2"));
        kept.keep(&named("b", "3"));
        let own = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(kept.named, [own("a", "2"), own("b", "3")]);
        kept.keep(&Memo::Forget { name: "a".into() });
        assert_eq!(kept.named, [own("b", "3")]);
        (0..MOST + 5).for_each(|n| kept.keep(&named(&format!("n{n}"), "x")));
        assert_eq!(kept.named.len(), MOST);
    }
}
