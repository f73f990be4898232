//! Reading `use` statements without a compiler.

use regex::Regex;
use std::sync::LazyLock;

static USE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)(\bpub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);").expect("a pattern")
});

/// `use a::{b, c::D as E};` is `a::b` and `a::c::D` with the alias `E`.
pub struct UsePath {
    pub path: Vec<String>,
    pub alias: Option<String>,
    pub is_public: bool,
}

/// Writes out the braces of a use tree.
fn expand(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let body = rest.rfind('}').map_or(rest, |end| &rest[..end]);
    let (mut depth, mut entry, mut entries) = (0, String::new(), Vec::new());
    for c in body.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                entries.push(std::mem::take(&mut entry));
                continue;
            }
            _ => {}
        }
        entry.push(c);
    }
    entries.push(entry);
    let entries = entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty());
    entries.flat_map(|entry| expand(&format!("{}{entry}", prefix.trim()))).collect()
}

pub fn words(path: &str) -> Vec<String> {
    path.split("::").map(|word| word.trim().to_owned()).collect()
}

/// The use statements of code, and the code without them.
pub fn split_uses(code: &str) -> (Vec<UsePath>, String) {
    let mut uses = Vec::new();
    for found in USE.captures_iter(code) {
        for entry in expand(&found[2]) {
            let (path, alias) = match entry.split_once(" as ") {
                Some((path, alias)) => (path, Some(alias.trim().to_owned())),
                None => (&*entry, None),
            };
            uses.push(UsePath { path: words(path), alias, is_public: found.get(1).is_some() });
        }
    }
    (uses, USE.replace_all(code, "").into_owned())
}

#[test]
fn reads_nested_braces_aliases_and_lines() {
    let (uses, rest) =
        split_uses("pub(crate) use a::{\n    b::{self, C},\n    D as E,\n};\nfn f() {}");
    let paths: Vec<_> = uses.iter().map(|used| used.path.join("::")).collect();
    assert_eq!(paths, ["a::b::self", "a::b::C", "a::D"]);
    assert_eq!(uses[2].alias.as_deref(), Some("E"));
    assert!(uses.iter().all(|used| used.is_public));
    assert_eq!(rest.trim(), "fn f() {}");
}
