//! A file that a comment or a document names is in the repository.

use crate::source_tree::{assert_none, files, root};
use std::path::Path;

/// Folders of other projects that a document of ours cites.
const ELSEWHERE: &[&str] = &["src/cdk/v2/destinations/"];

const FOLDERS: &[&str] = &[".ci/", "assets/", "docs/", "specs/", "src/", "tests/"];

/// Returns the paths that a text names below the repository's folders, as `docs/x.md` or
/// `src/core/vendors/NAME.rs`.
fn references(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_.*/-".contains(c))
        .filter(|word| FOLDERS.iter().any(|f| word.len() > f.len() && word.starts_with(f)))
        .filter(|word| !ELSEWHERE.iter().any(|folder| word.starts_with(folder)))
        .map(|word| word.trim_end_matches(['.', '/', '-']).to_owned())
        .collect()
}

/// Whether the file is there. `NAME` and `*` stand for any name; `specs/` is short for `docs/specs/`.
fn exists(root: &Path, path: &str) -> bool {
    let any = |part: &str| part.contains("NAME") || part.contains('*');
    if path.starts_with("specs/") {
        return root.join("docs").join(path).is_file();
    }
    match path.split('/').position(any) {
        None => root.join(path).exists(),
        Some(at) => {
            let folder = path.split('/').take(at).collect::<Vec<_>>().join("/");
            let ending = path.rsplit(['*', '/']).next().unwrap_or_default().replace("NAME", "");
            let Ok(mut entries) = std::fs::read_dir(root.join(folder)) else { return false };
            let is_last = at + 1 == path.split('/').count();
            entries.any(|entry| {
                let name = entry.expect("a readable entry").file_name();
                !is_last || name.to_string_lossy().ends_with(&ending)
            })
        }
    }
}

/// The targets of links between documents that are not there.
fn broken_links(folder: &Path, text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let files = targets.filter(|target| !target.is_empty() && !target.contains([':', ' ']));
    files.filter(|file| !folder.join(file).exists()).map(str::to_owned).collect()
}

fn missing(root: &Path, text: &str) -> Vec<String> {
    references(text).into_iter().filter(|path| !exists(root, path)).collect()
}

#[test]
fn every_file_that_is_named_is_in_the_repository() {
    let root = root();
    let mut checked = ["README.md", "CONTRIBUTING.md", "Cargo.toml", ".ci/run", "tests/faults/run"]
        .map(|path| root.join(path))
        .to_vec();
    for (folder, extensions) in [("src", &["rs"][..]), ("docs", &["md"]), ("assets", &["toml"])] {
        checked.extend(files(&root.join(folder), extensions));
    }
    // not `house`, which has samples of what is wrong
    for folder in
        ["bench", "common", "engine", "fixes", "fuzz/src", "program", "screens", "vendors"]
    {
        checked.extend(files(&root.join("tests").join(folder), &["rs"]));
    }
    let mut problems = Vec::new();
    for file in checked {
        let relative = file.strip_prefix(root).expect("a path of the repository").to_owned();
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let mut names = missing(root, &text);
        if file.extension().is_some_and(|extension| extension == "md") {
            names.extend(broken_links(file.parent().expect("a folder"), &text));
        }
        problems.extend(names.iter().map(|name| format!("{}: names {name}", relative.display())));
    }
    assert_none(&problems);
}

#[test]
fn finds_files_that_are_not_there() {
    let text = "see `src/gone.rs` and src/lib.rs.\n//! docs/gone.md: [a](docs/architecture.md)\n\
                https://example.test/src/cdk assets/vendors/NAME.toml tests/vendors/NAME/*.toml \
                tests/vendors/*.nothing docs/specs/gone_page.md src/gone/NAME.rs";
    assert_eq!(
        missing(root(), text),
        [
            "src/gone.rs",
            "docs/gone.md",
            "tests/vendors/*.nothing",
            "docs/specs/gone_page.md",
            "src/gone/NAME.rs"
        ]
    );
}

#[test]
fn finds_links_that_lead_nowhere() {
    let text =
        "[a](architecture.md) [b](gone.md#part) [c](https://example.test/) [d](../README.md#run)";
    assert_eq!(broken_links(&root().join("docs"), text), ["gone.md"]);
}
