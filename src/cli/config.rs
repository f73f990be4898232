//! `segscope config`: prints the settings in force, or a template to start from.

use super::args::{ConfigArgs, ConfigCommand};
use super::failure::Failure;
use super::output;
use super::setup;
use crate::call::credential::without_credentials;
use crate::call::text::visible;
use crate::config::{self, KEYS};
use crate::inspector::Setup;
use crate::report::escaped_json;
use crate::tui;
use crate::tui::app::keymap;
use crate::vendors::{SettingDef, SettingKind, Vendors};
use std::fmt::Write as _;
use std::path::Path;

/// Prints the settings, or the template.
pub fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, Vec::new())?;
    let text = match args.command {
        ConfigCommand::Show => show(&setup),
        ConfigCommand::Template => template(&setup.vendors),
    };
    Ok(output::print(&text)?)
}

fn show(setup: &Setup) -> String {
    let secret = |key: &str| {
        let (vendor, name) =
            key.strip_prefix("vendors.").and_then(|rest| rest.split_once('.')).unwrap_or(("", ""));
        key == "webhook_secret"
            || setup.vendors.index_of(vendor).is_some_and(|at| {
                setup
                    .vendors
                    .info(at)
                    .settings
                    .iter()
                    .any(|s| s.key == name && s.kind == SettingKind::Secret)
            })
    };
    let mut out = folders(setup);
    if let Some(names) = setup.chosen_on_screen() {
        let names = escaped_json(&serde_json::Value::from(names).to_string()).into_owned();
        writeln!(out, "vendors.use = {names}  # chosen in the inspector, for this folder")
            .expect("writing to a String cannot fail");
    }
    for (key, value, origin) in setup.settings.iter() {
        let shown = match secret(key) {
            true => "\"***\"".to_owned(),
            false => without_credentials(&value.to_string()).into_owned(),
        };
        // each setting stays on one line, whatever its key and its origin contain
        let (key, shown, origin) = (visible(key), escaped_json(&shown), origin.to_string());
        writeln!(out, "{key} = {shown}  # {}", visible(&origin))
            .expect("writing to a String cannot fail");
    }
    out
}

/// Returns the places of the settings and of segscope's own files, with one comment for each.
fn folders(setup: &Setup) -> String {
    let mut out = String::new();
    let mut line = |label: &str, path: Option<&Path>, what: &str| {
        let Some(path) = path else { return };
        let gone = if path.exists() { "" } else { " (does not exist)" };
        let path = visible(&path.to_string_lossy()).into_owned();
        writeln!(out, "# {label:<16} {path}{gone}{what}").expect("writing to a String cannot fail");
    };
    let (own, project) = setup.settings_files();
    line("your settings:", own, "");
    line("the project's:", Some(project), "");
    line("vendor files:", config::user_vendors_folder().as_deref(), "");
    line("themes:", config::user_themes_folder().as_deref(), "");
    let state = config::user_state_folder();
    line("state folder:", state.as_deref(), ": recordings, choices, history");
    out.push('\n');
    out
}

/// Returns a settings file with every key, all of them commented out.
fn template(vendors: &Vendors) -> String {
    let mut out = String::from(
        "# segscope settings. Flags override SEGSCOPE_* variables, variables override ./segscope.toml,\n\
         # and that overrides the file in your config folder. Keys marked `own` are read from flags\n\
         # and your own file only. KEY_file names a file that contains a secret, relative to this\n\
         # file; `-` is standard input.\n\n",
    );
    for key in KEYS.iter().filter(|key| !key.name.contains('.')) {
        let own = if key.user_only { " (own)" } else { "" };
        let value = match (key.kind, key.default) {
            (crate::config::SettingValueKind::Switch, Some(default)) => default.to_owned(),
            (_, Some(default)) => format!("\"{default}\""),
            (crate::config::SettingValueKind::List, None) => "[]".to_owned(),
            (_, None) => "\"\"".to_owned(),
        };
        writeln!(out, "# {}{own}\n#{} = {value}\n", key.doc, key.name)
            .expect("writing to a String cannot fail");
    }
    out.push_str("[vendors]\n# vendors to check; without this line, all of them\n");
    let names: Vec<String> = vendors.names().map(|name| format!("\"{name}\"")).collect();
    writeln!(out, "#use = [{}]", names.join(", ")).expect("writing to a String cannot fail");
    for at in 0..vendors.len() {
        let info = vendors.info(at);
        writeln!(out, "\n# {}\n[vendors.{}]", visible(&info.title), info.name)
            .expect("writing to a String cannot fail");
        for setting in &info.settings {
            let (doc, key, example) = (&setting.doc, &setting.key, example(setting));
            let (doc, key) = (visible(doc), visible(key));
            writeln!(out, "# {doc}\n#{key} = {}", escaped_json(&example))
                .expect("writing to a String cannot fail");
            if setting.kind == SettingKind::Secret {
                writeln!(out, "#{}_file = \"\"", setting.key)
                    .expect("writing to a String cannot fail");
            }
            if let Some(preset) = &setting.preset {
                let preset = preset.to_string();
                writeln!(out, "# its document recommends: {key} = {}", escaped_json(&preset))
                    .expect("writing to a String cannot fail");
            }
        }
    }
    out.push_str(&tui::style_template());
    out.push_str(
        "\n# Another base URL for what `deliver` sends to a vendor, for testing. (own)\n[deliver]\n",
    );
    for name in vendors.names() {
        writeln!(out, "#{name} = \"http://127.0.0.1:8080\"")
            .expect("writing to a String cannot fail");
    }
    screen_keys(&mut out);
    out
}

/// Appends the preset keys of the screen.
fn screen_keys(out: &mut String) {
    out.push_str(
        "\n# The keys of the screen. Keys that you set for an action replace those below, and [] removes\n\
         # them. A key that would do two things at one place is an error. (own)\n",
    );
    for line in keymap::PRESET.lines().skip_while(|line| !line.starts_with('[')) {
        match line.strip_prefix('[') {
            Some(place) => out.push_str(&format!("[keys.{place}\n")),
            None if line.is_empty() || line.starts_with('#') => out.push_str(&format!("{line}\n")),
            None => out.push_str(&format!("#{line}\n")),
        }
    }
}

/// Returns the default of a setting, or an empty value of its kind.
fn example(setting: &SettingDef) -> String {
    match (&setting.default, setting.kind) {
        (Some(default), _) => default.to_string(),
        (None, SettingKind::Text | SettingKind::Secret) => "\"\"".to_owned(),
        (None, SettingKind::Bool) => "false".to_owned(),
        (None, SettingKind::Number) => "0".to_owned(),
        (None, SettingKind::Texts | SettingKind::Ids | SettingKind::Tables) => "[]".to_owned(),
        (None, SettingKind::Map) => "{}".to_owned(),
    }
}
