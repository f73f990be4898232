//! Checks that the files that describe a release agree with each other.

use super::source_tree::root;
use regex::Regex;
use std::collections::BTreeSet;
use toml::Table;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a readable file")
}

fn read_toml(path: &str) -> Table {
    read(path).parse().expect("TOML")
}

/// Returns the texts that the pattern's group finds in a file. Fails if one is there twice.
fn find_all(path: &str, pattern: &str) -> BTreeSet<String> {
    let (text, pattern) = (read(path), Regex::new(pattern).expect("a pattern"));
    let mut found = BTreeSet::new();
    for captures in pattern.captures_iter(&text) {
        assert!(found.insert(captures[1].to_owned()), "{path}: {} is there twice", &captures[1]);
    }
    found
}

fn targets() -> BTreeSet<String> {
    let targets = read_toml("dist-workspace.toml")["dist"]["targets"].clone();
    let targets: BTreeSet<String> = targets.try_into().expect("names of targets");
    assert!(!targets.is_empty());
    targets
}

#[test]
fn the_workflow_and_the_page_have_the_targets_of_a_release() {
    assert_eq!(
        find_all(".github/workflows/release.yml", r"\{ target: ([\w-]+), runner:"),
        targets()
    );
    assert_eq!(find_all("docs/releasing.md", r"(?m)^\| `([\w-]+)` \|"), targets());
    let docs = read("docs/releasing.md");
    assert_eq!(
        docs.contains("no archive for Windows"),
        targets().iter().all(|it| !it.contains("windows"))
    );
}

#[test]
fn the_page_names_the_version_of_dist() {
    let dist = read_toml("dist-workspace.toml")["dist"]["cargo-dist-version"].clone();
    let named = find_all("docs/releasing.md", r"cargo-dist (\d+\.\d+\.\d+)");
    assert_eq!(named, BTreeSet::from([dist.as_str().expect("a version").to_owned()]));
}

#[test]
fn binstall_looks_for_the_archives_of_a_release() {
    let package = read_toml("Cargo.toml")["package"].clone();
    let binstall = &package["metadata"]["binstall"];
    let text = |key: &str| binstall[key].as_str().expect("a text");
    let version = package["version"].as_str().expect("a version");
    assert_eq!(text("pkg-fmt"), "txz");
    let archive = read_toml("dist-workspace.toml")["dist"]["unix-archive"].clone();
    for target in targets() {
        let expand = |template: &str| {
            let names = [
                ("{ repo }", "https://code.example/o/segscope"),
                ("{ name }", "segscope"),
                ("{ version }", version),
                ("{ target }", &target),
                ("{ archive-suffix }", archive.as_str().expect("a text")),
                ("{ bin }", "segscope"),
                ("{ binary-ext }", ""),
            ];
            names.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
        };
        // as `dist` names an archive and its folder
        assert_eq!(
            expand(text("pkg-url")),
            format!(
                "https://code.example/o/segscope/releases/download/v{version}/segscope-{target}.tar.xz"
            )
        );
        assert_eq!(expand(text("bin-dir")), format!("segscope-{target}/segscope"));
    }
}
