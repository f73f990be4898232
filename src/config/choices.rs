//! What the user chose on the screen, kept for each project folder.

use serde_json::{Map, Value};
use std::io;
use std::path::{Path, PathBuf};

/// The choices of one project, in a file that all projects share.
#[derive(Debug, Clone)]
pub struct Choices {
    file: PathBuf,
    project: String,
}

impl Choices {
    /// The choices of a project folder, kept in a state folder.
    pub fn of(state_folder: &Path, project: &Path) -> Choices {
        Choices {
            file: state_folder.join("choices.json"),
            project: project.to_string_lossy().into_owned(),
        }
    }

    /// The vendors that were chosen. A file that cannot be read counts as none.
    pub fn vendors(&self) -> Option<Vec<String>> {
        let all = self.read();
        let names = all.get(&self.project)?.get("vendors")?.as_array()?;
        Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// Keeps the vendors that were chosen.
    pub fn set_vendors(&self, names: &[&str]) -> io::Result<()> {
        let mut all = self.read();
        all.insert(self.project.clone(), serde_json::json!({ "vendors": names }));
        super::place::write_whole(&self.file, &Value::Object(all).to_string())
    }

    fn read(&self) -> Map<String, Value> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_project_has_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("new");
        let (a, b) = (Choices::of(&state, Path::new("/a")), Choices::of(&state, Path::new("/b")));
        assert_eq!(a.vendors(), None);
        a.set_vendors(&["x", "y"]).expect("kept");
        b.set_vendors(&[]).expect("kept");
        assert_eq!(
            (a.vendors(), b.vendors()),
            (Some(vec!["x".to_owned(), "y".to_owned()]), Some(vec![]))
        );
        std::fs::write(state.join("choices.json"), "{").expect("written");
        assert_eq!(a.vendors(), None, "a broken file is no choice");
    }
}
