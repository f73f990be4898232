//! The README and the pages of `docs/` against the program: whatever they name exists.

use super::{segscope, stdout};
use regex::Regex;
use segscope::{config, objects_api, recording, server, wire};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Flags in the documents that belong to other programs.
const FLAGS_OF_OTHERS: &[&str] =
    &["--release", "--path", "--add-host", "--test", "--all-targets", "--artifacts"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README, CONTRIBUTING, and the pages of `docs/` and `docs/specs/`, each with its path.
fn pages() -> Vec<(PathBuf, String)> {
    let folders = ["docs", "docs/specs"].map(|folder| root().join(folder));
    let docs = folders.into_iter().flat_map(|folder| std::fs::read_dir(folder).expect("docs"));
    let docs = docs.map(|entry| entry.expect("readable").path());
    let pages = docs.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        (path, text)
    };
    pages.chain(["README.md", "CONTRIBUTING.md"].map(|name| root().join(name))).map(read).collect()
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect("UTF-8")
}

fn run(args: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    stdout(&segscope(home.path(), args).assert().code(0))
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = run(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty());
    names.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

/// The first column of the tables of a page.
fn first_cells(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
}

#[test]
fn every_flag_that_a_page_names_is_in_the_help() {
    let mut help = run(&["--help"]);
    for command in commands().iter().filter(|command| *command != "help") {
        help.push_str(&run(&[command, "--help"]));
        for part in ["learn", "check", "template", "list", "show", "trust", "untrust", "ca-file"] {
            let home = tempfile::tempdir().expect("a folder");
            let done = segscope(home.path(), &[command, part, "--help"]).output().expect("it ran");
            help.push_str(&String::from_utf8_lossy(&done.stdout));
        }
    }
    let flag = Regex::new(r"(?:^|[\s`(|])(--[a-z][a-z-]+)").expect("a pattern");
    for (path, text) in pages() {
        for found in flag.captures_iter(&text) {
            let is_known = help.contains(&found[1]) || FLAGS_OF_OTHERS.contains(&&found[1]);
            assert!(is_known, "{}: no command has {}", path.display(), &found[1]);
        }
    }
}

#[test]
fn the_readme_lists_every_command_and_no_other() {
    let readme = page("README.md");
    let command = Regex::new(r"^`segscope ([a-z]+)").expect("a pattern");
    let mut named: BTreeSet<String> = BTreeSet::from(["listen".to_owned(), "help".to_owned()]);
    for cell in first_cells(&readme) {
        for part in cell.split(", ") {
            named.extend(command.captures(part).map(|found| found[1].to_owned()));
        }
    }
    assert_eq!(named, commands().into_iter().collect());
    assert!(readme.lines().count() < 200, "the README is for five minutes");
}

#[test]
fn every_key_of_the_screen_page_is_assigned_to_an_action() {
    let template = run(&["config", "template"]);
    let keys = template.split_once("[keys.").expect("keys").1;
    let assigned = Regex::new(r#""([^"]+)""#).expect("a pattern");
    let assigned: BTreeSet<String> =
        assigned.captures_iter(keys).map(|found| found[1].replace(' ', "")).collect();
    // what every list has without a setting, and what a terminal sends for the mouse
    let fixed = ["j", "k", "h", "l", "g", "G", "1", "5", "|"];
    let screen = page("docs/screen.md");
    let table = screen.split_once("\n| keys | do |").expect("the table of keys").1;
    let table = table.split("\n\n").next().expect("a table");
    let key = Regex::new(r"`([^`]+)`").expect("a pattern");
    for cell in first_cells(table) {
        for found in key.captures_iter(cell) {
            let name = found[1].replace("\\|", "|");
            let is_known = assigned.contains(&name) || fixed.contains(&&*name);
            assert!(is_known, "docs/screen.md: no action has the key `{name}`");
        }
    }
}

#[test]
fn the_testing_page_lists_every_own_path() {
    let openapi: serde_json::Value =
        serde_json::from_str(&page("assets/openapi.json")).expect("JSON");
    let described: BTreeSet<&str> =
        openapi["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    let testing = page("docs/testing.md");
    let path = Regex::new(r"^`(?:GET|POST) (/_segscope/[a-zA-Z./]+)").expect("a pattern");
    let cells = first_cells(&testing).filter_map(|cell| path.captures(cell));
    let parameter = Regex::new("[A-Z]+").expect("a pattern");
    // `SEQ` on the page is `{seq}` in the description
    let named = |path: &str| {
        let lower = |found: &regex::Captures<'_>| format!("{{{}}}", found[0].to_lowercase());
        parameter.replace_all(path, lower).into_owned()
    };
    let listed: BTreeSet<String> = cells.map(|found| named(&found[1])).collect();
    let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    assert_eq!(listed, described.into_iter().filter(|path| path.starts_with("/_")).collect());
}

#[test]
fn every_setting_that_a_page_names_is_in_the_template() {
    let template = run(&["config", "template"]);
    let setting = Regex::new(r"\bvendors\.([a-z]+)\.([a-z_]+)=").expect("a pattern");
    for (path, text) in pages() {
        for found in setting.captures_iter(&text) {
            let section = template.split(&format!("[vendors.{}]", &found[1])).nth(1);
            let section = section.and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
            let is_known = section.contains(&format!("#{} = ", &found[2]));
            assert!(is_known, "{}: no setting {}", path.display(), &found[0]);
        }
    }
}

#[test]
fn every_link_leads_to_a_file_of_the_repository() {
    let link = Regex::new(r"\]\(([^)#]+)").expect("a pattern");
    for (path, text) in pages() {
        let folder = path.parent().expect("a folder");
        for found in link.captures_iter(&text).filter(|found| !found[1].contains("://")) {
            assert!(folder.join(&found[1]).exists(), "{}: no file {}", path.display(), &found[1]);
        }
    }
}

#[test]
fn limits_are_documented_as_they_are() {
    let limits = server::Limits::default();
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    let document = include_str!("../../../docs/security.md");
    for (limit, value) in [
        ("body of a single call (Segment)", format!("{} KB", wire::CALL_LIMIT >> 10)),
        ("body of a batch (Segment)", format!("{} KB", wire::BATCH_LIMIT >> 10)),
        ("body of a request (RudderStack)", format!("{} KB", wire::RUDDERSTACK_LIMIT >> 10)),
        ("body of a webhook's request", format!("{} KB", wire::WEBHOOK_LIMIT >> 10)),
        ("body of an object push", format!("{} MB", objects_api::BODY_LIMIT >> 20)),
        ("bodies in memory together", format!("{} MB", limits.memory >> 20)),
        ("wait for room in it, then 429", seconds(limits.room_wait)),
        ("open connections", limits.connections.to_string()),
        ("connections that never sent a byte", seconds(limits.fresh)),
        ("time for a head", seconds(limits.head)),
        ("pause of a body", seconds(limits.body_idle)),
        ("time for a body", seconds(limits.body_total)),
        ("silence of a connection between two requests", seconds(limits.idle)),
        ("pause in which nothing more of a response could be sent", seconds(limits.idle)),
        ("time that open requests have at the end", seconds(limits.drain)),
        (
            "settings files, themes and vendor files",
            format!("{} MB", config::MAX_TEXT_FILE_BYTES >> 20),
        ),
        ("recordings that hold calls", recording::MAX_RECORDINGS.to_string()),
        ("all recordings together", format!("{} MB", recording::MAX_RECORDED_BYTES >> 20)),
    ] {
        let row = format!("\n| {limit} | {value} |\n");
        assert!(document.contains(&row), "docs/security.md has no row{row}");
    }
    let privacy = include_str!("../../../docs/privacy.md");
    let kept = format!(
        "while more than {} hold calls or all take more than {} GiB",
        recording::MAX_RECORDINGS,
        recording::MAX_RECORDED_BYTES >> 30
    );
    assert!(privacy.contains(&kept), "docs/privacy.md: {kept}");
}

/// The Rust files below `folder`, with their text.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            found.push((path, text));
        }
    }
}

#[test]
fn every_cited_section_of_a_specification_exists() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    sources(&root().join("tests"), &mut files);
    let citation = Regex::new(
        r"docs/specs/([a-z]+)\.md` ([A-H](?:\.\d+)*|\d+)(?:(?: and |, )([A-H](?:\.\d+)*|\d+))?\b",
    )
    .expect("a pattern");
    let mut count = 0;
    for (path, text) in &files {
        for found in citation.captures_iter(text) {
            let spec = page(&format!("docs/specs/{}.md", &found[1]));
            for section in found.iter().skip(2).flatten() {
                let label = section.as_str();
                let heading = spec.lines().any(|line| {
                    let title = line.trim_start_matches('#');
                    let rest = title.trim_start().strip_prefix(label);
                    title.len() < line.len()
                        && rest.is_some_and(|rest| rest.trim_start_matches('.').starts_with(' '))
                });
                assert!(heading, "{}: docs/specs/{}.md has no {label}", path.display(), &found[1]);
                count += 1;
            }
        }
    }
    assert!(count > 20, "only {count} citations were found");
}

#[test]
fn the_vendor_specification_names_only_codes_that_exist() {
    let mut known = String::new();
    for vendor in ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"] {
        known.push_str(&run(&["vendors", "show", vendor]));
    }
    for file in ["call", "common", "remarks"] {
        known.push_str(&page(&format!("assets/findings/{file}.toml")));
    }
    let code = Regex::new(r"\b[A-Z]+(?:-[A-Z]+)+\b").expect("a pattern");
    let known: BTreeSet<&str> = code.find_iter(&known).map(|found| found.as_str()).collect();
    let spec = page("docs/specs/vendors.md");
    let code = Regex::new(r"`((?:CSB|FS|PH|SS|CUS|EVT|ID)-[A-Z{},-]+[A-Z])`").expect("a pattern");
    for found in code.captures_iter(&spec) {
        for name in with_each_alternative(&found[1]) {
            assert!(known.contains(&*name), "docs/specs/vendors.md: no code {name}");
        }
    }
}

/// `FS-{T,I}-X` as `FS-T-X` and `FS-I-X`.
fn with_each_alternative(code: &str) -> Vec<String> {
    let Some((before, rest)) = code.split_once('{') else { return vec![code.to_owned()] };
    let (letters, after) = rest.split_once('}').expect("a closing brace");
    letters.split(',').map(|letter| format!("{before}{letter}{after}")).collect()
}

#[test]
fn every_source_path_that_a_page_names_exists() {
    let named = Regex::new(r"`((?:src|assets|docs)/[A-Za-z0-9_./-]+)`").expect("a pattern");
    let mut count = 0;
    for (path, text) in pages() {
        for found in named.captures_iter(&text).filter(|found| !found[1].contains("NAME")) {
            assert!(root().join(&found[1]).exists(), "{}: no {}", path.display(), &found[1]);
            count += 1;
        }
    }
    assert!(count > 50, "only {count} paths were found");
}

#[test]
fn the_glossary_defines_every_verdict_and_page() {
    let glossary = page("docs/glossary.md");
    let terms: BTreeSet<&str> = first_cells(&glossary).flat_map(|cell| cell.split(", ")).collect();
    let help = page("docs/screen.md");
    let verdicts = help.split_once("| mark | verdict | meaning |").expect("the table of marks").1;
    let verdicts = verdicts.split("\n\n").next().expect("a table");
    let names = verdicts.lines().filter_map(|line| line.split(" | ").nth(1));
    for name in names.filter(|name| !name.starts_with("---")) {
        assert!(terms.contains(name), "docs/glossary.md does not define {name}");
    }
    for name in ["log", "coverage", "compose", "finding", "vendors in use", "near miss"] {
        assert!(terms.contains(name), "docs/glossary.md does not define {name}");
    }
}

#[test]
fn the_packages_have_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let npm: serde_json::Value =
        serde_json::from_str(include_str!("../../../packages/npm/package.json")).expect("JSON");
    assert_eq!(npm["version"], version);
    for (name, wanted) in npm["optionalDependencies"].as_object().expect("platforms") {
        assert_eq!(wanted, version, "{name}");
    }
    let python: toml::Table =
        toml::from_str(include_str!("../../../packages/python/pyproject.toml")).expect("TOML");
    assert_eq!(python["project"]["version"].as_str(), Some(version));
}
