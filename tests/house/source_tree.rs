//! The files of the repository, as the rules see them.

use std::path::{Path, PathBuf};

/// A source file and its text.
pub struct SourceFile {
    /// Its path below the folder that was read, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    /// The text without line comments, up to the unit tests at its end.
    pub fn code(&self) -> String {
        if self.path.ends_with("/tests.rs") {
            return String::new();
        }
        let tests = ["#[cfg(test)]", "#[cfg(all(test"];
        let end = tests.iter().filter_map(|attribute| self.text.find(attribute)).min();
        let text = &self.text[..end.unwrap_or(self.text.len())];
        let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The module at the root of the crate that the file belongs to; `None` for the crate's roots.
    pub fn top_module(&self) -> Option<&str> {
        let first = self.path.split('/').next().unwrap_or_default();
        let name = first.trim_end_matches(".rs");
        (name != "lib" && name != "main").then_some(name)
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder whose names have one of the extensions, in the order of their paths.
pub fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if extensions.contains(&extension.unwrap_or_default()) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// All files of Rust below `src`. The modules of the crate below `src/core` count as modules of the
/// program, which exports them under their names.
pub fn sources() -> Vec<SourceFile> {
    let src = root().join("src");
    let sources: Vec<_> = files(&src, &["rs"])
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&src).expect("a path below src").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a readable source");
            SourceFile::new(relative.strip_prefix("core/").unwrap_or(&relative), &text)
        })
        .collect();
    assert!(sources.len() > 100, "only {} source files were found", sources.len());
    sources
}

/// Fails with one problem per line.
pub fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn code_ends_before_comments_and_unit_tests() {
    let file =
        SourceFile::new("a/b.rs", "use x; // y\n/// z\nfn f() {}\n#[cfg(test)]\nmod tests {}");
    assert_eq!(file.code(), "use x; \n\nfn f() {}");
    assert_eq!(SourceFile::new("a/tests.rs", "fn f() {}").code(), "");
    assert_eq!((file.top_module(), SourceFile::new("lib.rs", "").top_module()), (Some("a"), None));
}
