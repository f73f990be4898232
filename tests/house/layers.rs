//! A module may name modules below it and the crates that are its own, and no vendor.

use crate::source_tree::{SourceFile, assert_none, sources};
use crate::use_paths::split_uses;
use regex::Regex;
use std::sync::LazyLock;

/// A path from the crate's root outside of a `use` statement.
static INLINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bcrate::(\w+)").expect("a pattern"));

/// The modules from the bottom up. Modules in one entry do not import each other.
const LAYERS: &[&[&str]] = &[
    &["call"],
    &["wire"],
    &["config"],
    &["recording"],
    &["objects_api"],
    &["fql"],
    &["findings"],
    &["plan"],
    &["vendors"],
    &["debug_log"],
    &["outbound", "tls"],
    &["engine"],
    &["report"],
    &["queries"],
    &["inspector"],
    &["tui", "server", "mcp"],
    &["plain"],
    &["cli"],
];

/// Crates that only some modules name.
const OWN_CRATES: &[(&str, &[&str])] = &[
    ("ratatui", &["tui"]),
    ("hyper", &["server", "outbound"]),
    ("hyper_util", &["server", "outbound"]),
    ("hyper_rustls", &["server", "outbound"]),
    ("rmcp", &["mcp"]),
    ("tokio_rustls", &["server", "tls"]),
    ("rcgen", &["tls"]),
];

const VENDORS: &[&str] = &["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"];

fn level(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The top modules that code imports from: the first name after every `crate::`.
fn imports(code: &str) -> Vec<String> {
    let (uses, rest) = split_uses(code);
    let used = uses.into_iter().filter(|used| used.path[0] == "crate");
    let used = used.filter_map(|used| used.path.get(1).cloned());
    used.chain(INLINE.captures_iter(&rest).map(|path| path[1].to_owned())).collect()
}

fn upward_imports(files: &[SourceFile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let Some(module) = file.top_module() else { continue };
        let Some(own) = level(module) else {
            wrong.push(format!("{}: `{module}` is in no layer", file.path));
            continue;
        };
        for target in imports(&file.code()) {
            let is_below = level(&target).is_some_and(|other| other < own);
            if target != module && !is_below {
                wrong.push(format!("{}: imports `{target}`", file.path));
            }
        }
    }
    wrong
}

fn crates_out_of_place(files: &[SourceFile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, homes) in OWN_CRATES {
        let path = Regex::new(&format!(r"(^|[^:\w]){name}(::|\s*;|\s+as\b)")).expect("a pattern");
        let outside = |file: &&SourceFile| {
            !homes.contains(&file.top_module().unwrap_or_default())
                && file.code().lines().any(|line| path.is_match(line))
        };
        wrong.extend(files.iter().filter(outside).map(|f| format!("{}: names {name}", f.path)));
    }
    wrong
}

fn vendors_out_of_place(files: &[SourceFile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| file.top_module() != Some("vendors")) {
        // documentation must not name one either; a unit test may use vendors as data
        let text = file.text.split("#[cfg(test)]").next().unwrap_or_default().to_lowercase();
        let named = VENDORS.iter().filter(|name| text.contains(**name));
        wrong.extend(named.map(|name| format!("{}: names {name}", file.path)));
    }
    wrong
}

#[test]
fn modules_import_only_from_modules_below_them() {
    assert_none(&upward_imports(&sources()));
}

#[test]
fn ratatui_is_named_only_in_tui_and_hyper_only_in_server_and_outbound() {
    assert_none(&crates_out_of_place(&sources()));
}

#[test]
fn only_the_vendors_module_names_a_vendor() {
    assert_none(&vendors_out_of_place(&sources()));
}

#[test]
fn finds_every_way_to_write_an_import() {
    let text = "use crate::call::Doc;\nuse crate::{\n    wire::{Route, RequestHead},\n    findings,\n};\n// use crate::tui;\nlet x = crate::store::y();";
    assert_eq!(
        imports(&SourceFile::new("a.rs", text).code()),
        ["call", "wire", "wire", "findings", "store"]
    );
}

#[test]
fn finds_an_upward_import_and_a_module_in_no_layer() {
    let files = [
        SourceFile::new("call/doc.rs", "use crate::engine::Engine;\nuse crate::call::Seq;"),
        SourceFile::new("tui/mod.rs", "use crate::server::Listener;\nuse crate::call::Seq;"),
        SourceFile::new("misc.rs", ""),
        SourceFile::new("lib.rs", "pub use crate::cli::main;"),
    ];
    assert_eq!(
        upward_imports(&files),
        [
            "call/doc.rs: imports `engine`",
            "tui/mod.rs: imports `server`",
            "misc.rs: `misc` is in no layer"
        ]
    );
}

#[test]
fn finds_a_crate_that_is_named_outside_its_modules() {
    let files = [
        SourceFile::new("report/text.rs", "use ratatui::text::Line;"),
        SourceFile::new("cli/send.rs", "let body: hyper::body::Incoming = x;\n// ratatui::Frame"),
        SourceFile::new("tui/list.rs", "use ratatui::widgets::List;"),
        SourceFile::new("outbound/send.rs", "use hyper_util::client::legacy::Client;"),
    ];
    assert_eq!(
        crates_out_of_place(&files),
        ["report/text.rs: names ratatui", "cli/send.rs: names hyper"]
    );
}

#[test]
fn finds_a_vendor_that_is_named_outside_vendors() {
    let files = [
        SourceFile::new("engine/rows.rs", "/// As Planhat does.\nfn f() {}"),
        SourceFile::new("vendors/planhat.rs", "struct Planhat;"),
        SourceFile::new("report/text.rs", "fn f() {}\n#[cfg(test)]\nmod tests { /* custify */ }"),
    ];
    assert_eq!(vendors_out_of_place(&files), ["engine/rows.rs: names planhat"]);
}
