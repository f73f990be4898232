//! The user's own keys of the screen.

use super::{segscope, stderr, stdout};
use std::path::Path;

fn config(home: &Path, text: &str) {
    let folder = home.join(".config/segscope");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.toml"), text).expect("written");
}

#[test]
fn a_clash_names_the_line_and_both_actions() {
    let home = tempfile::tempdir().expect("a folder");
    config(home.path(), "theme = \"light\"\n[keys.log]\nopen = [\"O\", \"space\"]\n");
    let done = segscope(home.path(), &["config", "show"]).assert().code(2);
    let said = stderr(&done);
    assert!(said.ends_with("config.toml:3: `space` would do both `pause` and `open`\n"), "{said}");
    config(home.path(), "[keys.log]\nopen = [\"O\"]\n[keys.calls]\npause = []\n");
    let shown = stdout(&segscope(home.path(), &["config", "show"]).assert().code(0));
    assert!(shown.contains("keys.log.open = [\"O\"]"), "{shown}");
}

#[test]
fn the_template_shows_every_key_and_is_itself_good() {
    let home = tempfile::tempdir().expect("a folder");
    let template = stdout(&segscope(home.path(), &["config", "template"]).assert().code(0));
    assert!(template.contains("[keys.calls]\n#next_missing = [\"e\"]\n"), "{template}");
    config(home.path(), &template);
    segscope(home.path(), &["config", "show"]).assert().code(0);
    // and so it is with the keys no longer commented out
    let (others, keys) = template.split_once("[keys.").expect("keys");
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') => format!("{key}\n"),
        _ => format!("{line}\n"),
    };
    let keys: String = keys.lines().map(uncomment).collect();
    config(home.path(), &format!("{others}[keys.{keys}"));
    segscope(home.path(), &["config", "show"]).assert().code(0);
}
