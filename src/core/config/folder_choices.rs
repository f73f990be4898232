//! The choices that the user made on the screen, saved for each project folder.

use crate::config::text_file::read_text_file;
use crate::config::user_folders::user_state_folder;
use serde_json::{Map, Value};
use std::io;
use std::path::{Path, PathBuf};

/// The arrangement of the log page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnChoice {
    /// The log's share of the width, in percent.
    pub split: Option<u16>,
    /// The log's columns by name, from the left.
    pub columns: Option<Vec<String>>,
}

/// The choices of one project, in a file that all projects share.
#[derive(Debug, Clone)]
pub struct FolderChoices {
    file: PathBuf,
    project: String,
}

impl FolderChoices {
    /// Returns the choices for the folder where the program was started, saved in the user's state
    /// folder; `None` if either folder is unknown.
    pub fn of_user() -> Option<FolderChoices> {
        Some(FolderChoices::new(&user_state_folder()?, &std::env::current_dir().ok()?))
    }

    /// Returns the choices for a project folder, saved in a state folder.
    pub fn new(state_folder: &Path, project: &Path) -> FolderChoices {
        FolderChoices {
            file: state_folder.join("choices.json"),
            project: project.to_string_lossy().into_owned(),
        }
    }

    /// Returns the chosen vendors. A file that cannot be read counts as no choice.
    pub fn vendors(&self) -> Option<Vec<String>> {
        self.list("vendors")
    }

    /// Returns the muted finding codes.
    pub fn muted(&self) -> Vec<String> {
        self.list("aside").unwrap_or_default()
    }

    /// Returns the arrangement of the log page.
    pub fn arranged(&self) -> ColumnChoice {
        let all = self.read();
        let split = all.get(&self.project).and_then(|own| own.get("split")?.as_u64());
        ColumnChoice {
            split: split.and_then(|split| u16::try_from(split).ok()),
            columns: self.list("columns"),
        }
    }

    /// Saves the arrangement of the log page.
    pub fn set_arranged(&self, arranged: &ColumnChoice) -> io::Result<()> {
        // `null` stands for no split
        self.set("split", arranged.split.into())?;
        match &arranged.columns {
            Some(columns) => self.set("columns", columns.clone().into()),
            None => Ok(()),
        }
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        let all = self.read();
        let names = all.get(&self.project)?.get(name)?.as_array()?;
        Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// Saves the chosen vendors.
    pub fn set_vendors(&self, names: &[&str]) -> io::Result<()> {
        self.set("vendors", names.into())
    }

    /// Saves the muted finding codes.
    pub fn set_muted(&self, names: &[&str]) -> io::Result<()> {
        self.set("aside", names.into())
    }

    fn set(&self, name: &str, value: Value) -> io::Result<()> {
        let mut all = self.read();
        let own = all.get(&self.project).and_then(Value::as_object).cloned();
        let mut own = own.unwrap_or_default();
        own.insert(name.to_owned(), value);
        all.insert(self.project.clone(), Value::Object(own));
        crate::config::user_folders::write_whole(&self.file, &Value::Object(all).to_string(), false)
    }

    fn read(&self) -> Map<String, Value> {
        let text = read_text_file(&self.file, crate::config::user_folders::MAX_STATE_BYTES)
            .unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_project_has_its_own_choices() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("new");
        let (a, b) = (
            FolderChoices::new(&state, Path::new("/a")),
            FolderChoices::new(&state, Path::new("/b")),
        );
        assert_eq!(a.vendors(), None);
        a.set_vendors(&["x", "y"]).expect("kept");
        b.set_vendors(&[]).expect("kept");
        assert_eq!(
            (a.vendors(), b.vendors()),
            (Some(vec!["x".to_owned(), "y".to_owned()]), Some(vec![]))
        );
        a.set_muted(&["CODE"]).expect("kept");
        assert_eq!((a.muted(), b.muted()), (vec!["CODE".to_owned()], vec![]));
        assert_eq!(a.vendors(), Some(vec!["x".to_owned(), "y".to_owned()]), "beside the vendors");
        assert_eq!(a.arranged(), ColumnChoice::default());
        let arranged = ColumnChoice { split: Some(40), columns: Some(vec!["name".to_owned()]) };
        a.set_arranged(&arranged).expect("kept");
        assert_eq!((a.arranged(), b.arranged()), (arranged, ColumnChoice::default()));
        a.set_arranged(&ColumnChoice { split: None, ..a.arranged() }).expect("kept");
        assert_eq!((a.arranged().split, a.arranged().columns.is_some()), (None, true));
        std::fs::write(state.join("choices.json"), "{").expect("written");
        assert_eq!(a.vendors(), None, "a broken file is no choice");
    }
}
