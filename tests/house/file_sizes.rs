//! No source file is too long to read in one go.

use crate::source_tree::{SourceFile, assert_none, files, root, sources};

const MAX_LINES: usize = 400;

fn too_long(files: &[SourceFile]) -> Vec<String> {
    let lines = files.iter().map(|file| (file, file.text.lines().count()));
    lines
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(file, lines)| format!("{}: {lines} lines, more than {MAX_LINES}", file.path))
        .collect()
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    assert_none(&too_long(&sources()));
}

#[test]
fn no_test_file_is_longer_than_400_lines() {
    let tests = root().join("tests");
    let checked: Vec<_> = ["engine", "vendors", "screens", "program", "house", "common", "bench"]
        .iter()
        .flat_map(|folder| files(&tests.join(folder), &["rs"]))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable source");
            SourceFile::new(&path.to_string_lossy(), &text)
        })
        .collect();
    assert_none(&too_long(&checked));
}

#[test]
fn finds_a_file_that_is_one_line_too_long() {
    let full = SourceFile::new("a.rs", &"\n".repeat(MAX_LINES));
    let over = SourceFile::new("b.rs", &"\n".repeat(MAX_LINES + 1));
    assert_eq!(too_long(&[full, over]), ["b.rs: 401 lines, more than 400"]);
}
