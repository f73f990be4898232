//! The rooms of the house and their directions: a room imports only from rooms below it.

use std::path::{Path, PathBuf};

/// From the bottom up; rooms in one entry stand side by side and do not import each other.
const ROOMS: &[&[&str]] = &[
    &["call"],
    &["wire"],
    &["config"],
    &["recording"],
    &["objects_api"],
    &["fql"],
    &["findings"],
    &["plan"],
    &["vendors"],
    &["outbound"],
    &["engine"],
    &["report"],
    &["tui", "server"],
    &["plain"],
    &["cli"],
];

fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            out.push(path);
        }
    }
}

fn room_of(relative: &Path) -> String {
    let first = relative.components().next().expect("a path below src");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The rooms that a source text imports from: every `crate::room` outside of comments.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or("");
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                // `use crate::{a::B, c}`: every word that begins an entry
                Some(list) => found.extend(list.split(',').map(|entry| {
                    entry.trim().split([':', '}', ' ', ';']).next().unwrap_or("").to_owned()
                })),
                None => {
                    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
                    found.push(name.unwrap_or("").to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn rooms_import_only_from_rooms_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).expect("a path below src");
        let room = room_of(relative);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(own) = level(&room) else {
            wrong.push(format!("{}: `{room}` is no room of the house", relative.display()));
            continue;
        };
        let text = std::fs::read_to_string(&file).expect("a readable source");
        for target in imports(&text) {
            if target == room || target.is_empty() {
                continue;
            }
            match level(&target) {
                Some(other) if other < own => {}
                _ => wrong.push(format!("{}: imports `{target}`", relative.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_scan_sees_every_way_to_write_an_import() {
    let text = "use crate::call::Doc;\nuse crate::{wire::Route, findings};\n// use crate::tui;\nlet x = crate::store::y();";
    assert_eq!(imports(text), ["call", "wire", "findings", "store"]);
}

/// A vendor is data and a file of its own: no other module names one.
#[test]
fn only_the_vendors_room_names_a_vendor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).expect("a path below src");
        if room_of(relative) == "vendors" {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a readable source");
        // a unit test at the end of a file may use vendors as data
        let code = text.split("#[cfg(test)]").next().unwrap_or("").to_lowercase();
        for name in ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"] {
            if code.contains(name) {
                wrong.push(format!("{}: names {name}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
