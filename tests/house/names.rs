//! Names that a reader meets without their context: two types of one name, participles, `of`.

use crate::source_tree::{SourceFile, assert_none, sources};
use regex::Regex;
use std::collections::BTreeMap;

/// Type names that exist more than once, and why.
const SAME_NAME: &[(&str, &str)] = &[
    (
        "CallDetail",
        "the inspector's adds to the engine's what the user can paste, and stands in for it",
    ),
    ("Flags", "command-line flags in `cli`, bits of a row in the index"),
    ("InUse", "the engine's knows why a vendor counts; front ends get only which ones do"),
    ("Leaf", "the end of a JSON tree, and the end of a filter's tree"),
    ("Plan", "expected events, and the order in which a vendor looks up fields"),
];

/// Participles that do not end in `ed`.
const IRREGULAR: &[&str] = &[
    "Asked", "Behind", "Came", "Chosen", "Found", "Given", "Gone", "Held", "Kept", "Known", "Made",
    "Met", "Said", "Says", "Seen", "Sent", "Shown", "Taken", "Told", "Written",
];

/// The names and files of the types that code declares.
fn types(files: &[SourceFile]) -> Vec<(String, String)> {
    let declaration =
        Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?(?:struct|enum|trait|union)\s+([A-Z]\w*)")
            .expect("a pattern");
    let mut found = Vec::new();
    for file in files {
        let code = file.code();
        let names = declaration.captures_iter(&code).map(|found| found[1].to_owned());
        found.extend(names.map(|name| (name, file.path.clone())));
    }
    found
}

fn same_names(files: &[SourceFile]) -> Vec<String> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, file) in types(files) {
        by_name.entry(name).or_default().push(file);
    }
    let twice = by_name.into_iter().filter(|(_, files)| files.len() > 1);
    twice.map(|(name, files)| format!("{name}: {}", files.join(", "))).collect()
}

fn is_participle(name: &str) -> bool {
    let words = name.chars().filter(|c| c.is_uppercase()).count();
    words == 1 && (name.ends_with("ed") || IRREGULAR.contains(&name))
}

fn participles(files: &[SourceFile]) -> Vec<String> {
    let types = types(files).into_iter().filter(|(name, _)| is_participle(name));
    types.map(|(name, file)| format!("{name}: {file}")).collect()
}

fn constructors_called_of(files: &[SourceFile]) -> Vec<String> {
    let of = Regex::new(r"\bfn of\s*[(<]").expect("a pattern");
    let files = files.iter().filter(|file| of.is_match(&file.code()));
    files.map(|file| format!("{}: has a function `of`", file.path)).collect()
}

/// The part of a problem before its colon.
fn problem_name(problem: &str) -> &str {
    problem.split(':').next().unwrap_or_default()
}

#[test]
fn no_two_types_have_the_same_name_without_a_reason() {
    let mut problems = same_names(&sources());
    for (name, _) in SAME_NAME {
        let is_used_twice = problems.iter().any(|problem| problem_name(problem) == *name);
        assert!(is_used_twice, "{name} is the name of one type: remove the exception");
    }
    problems.retain(|problem| !SAME_NAME.iter().any(|(name, _)| problem_name(problem) == *name));
    assert_none(&problems);
}

#[test]
fn no_type_is_named_by_a_bare_participle() {
    assert_none(&participles(&sources()));
}

#[test]
fn no_constructor_is_called_of() {
    assert_none(&constructors_called_of(&sources()));
}

#[test]
fn finds_a_name_that_two_files_use() {
    let files = [
        SourceFile::new("a.rs", "pub(crate) struct Row<'a> {}\nenum Column {}"),
        SourceFile::new("b/c.rs", "mod inner {\n    pub enum Row {}\n}\nstruct Rows;"),
    ];
    assert_eq!(same_names(&files), ["Row: a.rs, b/c.rs"]);
}

#[test]
fn finds_participles_but_not_nouns_with_one_in_them() {
    let text = "struct Accepted;\npub enum Said {}\nstruct AcceptedRequest;\nstruct Speed2;\nstruct Finding;";
    let files = [SourceFile::new("a.rs", text)];
    assert_eq!(participles(&files), ["Accepted: a.rs", "Said: a.rs"]);
}

#[test]
fn finds_a_constructor_called_of() {
    let files = [
        SourceFile::new("a.rs", "impl A { pub fn of(x: u8) -> A { A(x) } }"),
        SourceFile::new("b.rs", "fn of_kind() {}\n#[cfg(test)]\nmod tests { fn of() {} }"),
    ];
    assert_eq!(constructors_called_of(&files), ["a.rs: has a function `of`"]);
}
