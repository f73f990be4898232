//! Themes and colors of the user's own.

use super::{segscope, stderr, stdout};
use std::path::Path;

fn write(home: &Path, file: &str, text: &str) {
    let file = home.join(".config/segscope").join(file);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    std::fs::write(file, text).expect("written");
}

#[test]
fn a_mistake_in_a_theme_or_colour_names_its_line_and_the_nearest() {
    let home = tempfile::tempdir().expect("a folder");
    let said = |args: &[&str]| stderr(&segscope(home.path(), args).assert().code(2));
    let show = ["config", "show"];

    write(home.path(), "config.toml", "theme = \"nigth\"\n");
    write(home.path(), "themes/night.toml", "base = \"dark\"\nkey = \"#ff8800\"\n");
    let message = said(&show);
    let wanted =
        "config.toml:1: `nigth` is not a theme; there are auto, dark, light, high-contrast";
    assert!(message.contains(wanted) && message.ends_with("; your own are night\n"), "{message}");

    write(home.path(), "config.toml", "theme = \"night\"\n[colors]\nmising_id = \"red\"\n");
    let message = said(&show);
    let wanted = "config.toml:3: `mising_id` is not a style; the nearest is `missing_id`\n";
    assert!(message.ends_with(wanted), "{message}");

    write(home.path(), "config.toml", "theme = \"night\"\n[colors]\nmissing_id = 5\n");
    let wanted = "config.toml:3: `colors.missing_id` is 5; expected a style in words, such as \"red bold\"\n";
    assert!(said(&show).ends_with(wanted));

    write(home.path(), "config.toml", "theme = \"night\"\n");
    for (theme, wanted) in [
        (
            "base = \"drak\"\n",
            "night.toml:1: `base` is \"drak\"; expected one of auto, dark, light",
        ),
        ("\nkye = \"red\"\n", "night.toml:2: `kye` is not a style; the nearest is `key`"),
        (
            "key = \"gren\"\n",
            "night.toml:1: `key`: `gren` is neither a color nor an attribute; the nearest is `green`",
        ),
        ("key = [1]\n", "night.toml:1: `key` is [1]; expected a style in words"),
        ("key = \n", "night.toml:1: "),
    ] {
        write(home.path(), "themes/night.toml", theme);
        let message = said(&show);
        assert!(message.contains(wanted), "{message}");
    }
    // a name leads into the folder of themes and nowhere else
    write(home.path(), "out.toml", "key = \"red\"\n");
    write(home.path(), "config.toml", "theme = \"../out\"\n");
    assert!(said(&show).contains("`../out` is not a theme"));
}

#[test]
fn the_template_shows_every_colour_and_is_itself_good() {
    let home = tempfile::tempdir().expect("a folder");
    let template = stdout(&segscope(home.path(), &["config", "template"]).assert().code(0));
    assert!(template.contains("[colors]\n#missing_id = \"203 bold\"\n"), "{template}");
    let (before, rest) = template.split_once("[colors]\n").expect("colors");
    let (colors, _) = rest.split_once("\n# ").expect("keys");
    let colors: String =
        colors.lines().map(|line| format!("{}\n", line.trim_start_matches('#'))).collect();
    for name in segscope::tui::theme::Theme::NAMES {
        assert!(colors.contains(&format!("\n{name} = ")) || colors.starts_with(name), "{name}");
    }
    write(home.path(), "config.toml", &format!("{before}[colors]\n{colors}"));
    let shown = stdout(&segscope(home.path(), &["config", "show"]).assert().code(0));
    assert!(shown.contains("colors.missing_id = \"203 bold\""), "{shown}");
    // and so it is as a theme
    write(home.path(), "config.toml", "theme = \"mine\"\n");
    write(home.path(), "themes/mine.toml", &format!("base = \"light\"\n{colors}"));
    segscope(home.path(), &["config", "show"]).assert().code(0);
}

#[test]
fn a_column_that_there_is_not_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let said = || stderr(&segscope(home.path(), &["config", "show"]).assert().code(2));
    write(home.path(), "config.toml", "columns = [\"time\", \"acount\"]\n");
    let message = said();
    let near = "config.toml:1: `acount` is not a column of the log; did you mean `account`?\n";
    assert!(message.ends_with(near), "{message}");
    write(home.path(), "config.toml", "columns = [\"no column\"]\n");
    let message = said();
    let known = "number, time, type, name, account, user, vendors, other_vendors, and fields such as \
                 properties.plan\n";
    let wanted = format!("`no column` is not a column of the log; there are {known}");
    assert!(message.ends_with(&wanted), "{message}");
    write(home.path(), "config.toml", "columns = [\"user\", \"user\"]\n");
    assert!(said().ends_with("`user` is listed twice in the columns\n"));
    let seven = (1..=7).map(|n| format!("\"traits.f{n}\"")).collect::<Vec<_>>().join(", ");
    write(home.path(), "config.toml", &format!("columns = [{seven}]\n"));
    assert!(said().ends_with("`traits.f7` is one field too many; 6 have columns\n"));
    write(home.path(), "config.toml", "columns = [\"user\", \"time\", \"context.app.version\"]\n");
    segscope(home.path(), &["config", "show"]).assert().code(0);
}
