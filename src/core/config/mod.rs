//! Settings in layers: flags over `SEGSCOPE_*` over `./segscope.toml` over the user's config folder
//! over the presets. Each value has its origin, so that an error can name the place. Other modules
//! read and check their own sections; this module checks only the keys it owns.

mod config_error;
mod folder_choices;
mod input_history;
mod known_keys;
mod text_file;
mod toml_file;
mod user_folders;

pub use crate::config::folder_choices::{ColumnChoice, FolderChoices};
pub use crate::config::input_history::{HistoryEntries, InputHistory, Memo};
pub use crate::config::known_keys::{KEYS, SettingKey, SettingValueKind};
pub use crate::config::user_folders::{
    ExposedPath, close_to_others, create_private_folder, user_config_file, user_state_folder,
    user_themes_folder, user_vendors_folder, write_whole,
};
pub use text_file::{
    LineStarts, MAX_TEXT_FILE_BYTES, TextFileError, open_regular, open_to_append, read_text,
    read_text_file,
};

pub use crate::config::config_error::{ConfigError, SettingOrigin};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The settings in force: dotted keys, each with its value and origin.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: BTreeMap<String, (Value, SettingOrigin)>,
    /// The project's file, which other people may have written.
    project: Option<PathBuf>,
}

/// The sources of the layers.
#[derive(Debug, Default)]
pub struct Sources<'a> {
    /// `--setting KEY=VALUE`, and flags that are settings: the key, the value, and the flag as it
    /// was written.
    pub flags: Vec<(String, Value, String)>,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// The project's file, if it exists.
    pub project_file: Option<&'a std::path::Path>,
    /// The user's own file (or `--config FILE`), if it exists.
    pub user_file: Option<&'a std::path::Path>,
}

impl Settings {
    /// Reads all layers, the weakest first.
    pub fn load(sources: &Sources<'_>) -> Result<Settings, ConfigError> {
        let project = sources.project_file.map(PathBuf::from);
        let mut settings = Settings { project, ..Settings::default() };
        for key in KEYS {
            if let Some(value) = key.preset() {
                settings.set(key.name, value, SettingOrigin::Preset)?;
            }
        }
        for (file, own) in [(sources.user_file, true), (sources.project_file, false)] {
            let Some(path) = file else { continue };
            for (key, value, origin) in read_file(path)? {
                if !own && crate::config::known_keys::is_user_only(&key) {
                    let message = format!(
                        "`{key}` is read from flags and your own config file only, not from a project's file"
                    );
                    return Err(ConfigError { origin, message });
                }
                settings.set(&key, value, origin)?;
            }
        }
        for (name, text) in &sources.env {
            let origin = || SettingOrigin::Env(name.clone());
            if let Some(key) = crate::config::known_keys::from_env(name) {
                settings.set(key.name, key.value_of(text), origin())?;
            } else if let Some(key) = crate::config::known_keys::vendor_setting_from_env(name) {
                settings.set(&key, text.as_str().into(), origin())?;
            }
        }
        for (key, value, written) in &sources.flags {
            settings.set(key, value.clone(), SettingOrigin::Flag(written.clone()))?;
        }
        Ok(settings)
    }

    fn set(&mut self, key: &str, value: Value, origin: SettingOrigin) -> Result<(), ConfigError> {
        // one TOML file cannot contain both `vendors = [..]` (in use) and `[vendors.NAME]`, so a
        // file with both writes the list as `vendors.use`
        let key = if key == "vendors" { "vendors.use" } else { key };
        let key = &*crate::config::known_keys::with_current_section(key);
        let checked = match crate::config::known_keys::find(key) {
            Some(known) => known.check(&value),
            None if key.starts_with("vendors.") => Ok(()),
            None if crate::config::known_keys::is_deliver(key) => {
                crate::config::known_keys::check_deliver(key, &value)
            }
            None if crate::config::known_keys::is_of_the_screen(key) => {
                crate::config::known_keys::check_of_the_screen(key, &value)
            }
            None => Err(crate::config::known_keys::unknown(key)),
        };
        checked.map_err(|message| ConfigError { origin: origin.clone(), message })?;
        self.values.insert(key.to_owned(), (value, origin));
        Ok(())
    }

    /// Replaces a value by one under another key, such as a secret in place of its file.
    pub fn replace(&mut self, key: &str, by: &str, value: Value) {
        if let Some((_, origin)) = self.values.remove(key) {
            self.values.insert(by.to_owned(), (value, origin));
        }
    }

    /// Removes a value.
    pub fn remove(&mut self, key: &str) {
        self.values.remove(key);
    }

    /// Returns a value and its origin.
    pub fn get(&self, key: &str) -> Option<(&Value, &SettingOrigin)> {
        self.values.get(key).map(|(value, origin)| (value, origin))
    }

    /// Returns a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.0.as_str()
    }

    /// Returns whether a switch is on; false if it is not set.
    pub fn is_on(&self, key: &str) -> bool {
        self.get(key).is_some_and(|(value, _)| value == &Value::Bool(true))
    }

    /// Checks that a setting may determine what is sent with the user's keys, and where to. A
    /// project's file must not, because other people may have written it. The error says where the
    /// setting is.
    pub fn may_send(&self, key: &str) -> Result<(), String> {
        self.project_origin(key).map_or(Ok(()), |origin| Err(format!(
            "{origin}: `{key}` is set in the project's file; for requests with your keys it is read from flags, SEGSCOPE_VENDORS_… variables and your own config file only"
        )))
    }

    /// Returns the line of the project's file that sets a value; `None` if another source sets it.
    pub fn project_origin(&self, key: &str) -> Option<&SettingOrigin> {
        match (self.get(key), &self.project) {
            (Some((_, origin @ SettingOrigin::File { path, .. })), Some(project))
                if path == project =>
            {
                Some(origin)
            }
            _ => None,
        }
    }

    /// Returns the base address that a vendor's outputs are sent to instead of its own.
    pub fn deliver_to(&self, vendor: &str) -> Option<&str> {
        self.text(&format!("{}{vendor}", crate::config::known_keys::DELIVER))
    }

    /// Returns the vendors that have such an address.
    pub fn delivered_elsewhere(&self) -> impl Iterator<Item = &str> {
        self.values.keys().filter_map(|key| key.strip_prefix(crate::config::known_keys::DELIVER))
    }

    /// Returns a list of texts.
    pub fn list(&self, key: &str) -> Option<Vec<String>> {
        let items = self.get(key)?.0.as_array()?;
        Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
    }

    /// Returns the vendors' own settings: vendor → key → value.
    pub fn vendors(&self) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, (value, _)) in &self.values {
            if let Some(path) = key.strip_prefix("vendors.").filter(|path| *path != "use") {
                insert(&mut out, path, value.clone());
            }
        }
        out
    }

    /// Returns the screen's keys that are set: place, action, keys, and the origin.
    pub fn screen_keys(&self) -> impl Iterator<Item = (&str, &str, Vec<String>, &SettingOrigin)> {
        self.values.iter().filter_map(|(key, (value, origin))| {
            let (place, action) =
                key.strip_prefix(crate::config::known_keys::SCREEN_KEYS)?.split_once('.')?;
            let keys = value.as_array()?.iter().filter_map(|key| key.as_str().map(str::to_owned));
            Some((place, action, keys.collect(), origin))
        })
    }

    /// Returns the screen's styles that are set: name, style in words, and the origin.
    pub fn colors(&self) -> impl Iterator<Item = (&str, &str, &SettingOrigin)> {
        self.values.iter().filter_map(|(key, (value, origin))| {
            Some((key.strip_prefix(crate::config::known_keys::COLORS)?, value.as_str()?, origin))
        })
    }

    /// Returns whether a setting determines the look of the screen or its keys.
    pub fn is_of_the_screen(key: &str) -> bool {
        key == "theme" || crate::config::known_keys::is_of_the_screen(key)
    }

    /// Returns the origin of a vendor's setting: of its own line, otherwise of the first setting
    /// above or below it in the order of keys.
    pub fn origin_of(&self, key: &str) -> SettingOrigin {
        let found = self.get(key).or_else(|| {
            let related = |other: &str| is_below(other, key) || is_below(key, other);
            self.values.iter().find(|(other, _)| related(other)).map(|(_, (v, o))| (v, o))
        });
        found.map_or(SettingOrigin::Preset, |(_, origin)| origin.clone())
    }

    /// Returns all values in force, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value, &SettingOrigin)> {
        self.values.iter().map(|(key, (value, origin))| (key.as_str(), value, origin))
    }
}

/// Reads the values of a TOML file, by dotted key, each with its origin.
pub fn read_file(
    path: &std::path::Path,
) -> Result<Vec<(String, Value, SettingOrigin)>, ConfigError> {
    let placed =
        |(key, value, line)| (key, value, SettingOrigin::File { path: path.to_owned(), line });
    Ok(crate::config::toml_file::read(path)?.into_iter().map(placed).collect())
}

/// Returns whether a dotted key is in the table `table`.
fn is_below(key: &str, table: &str) -> bool {
    key.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'))
}

fn insert(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            map.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = map.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// Reads `KEY=VALUE` of `--setting`. A value that is valid JSON is read as JSON, any other value is
/// a text.
pub fn read_setting(text: &str) -> Result<(String, Value, String), ConfigError> {
    // only the name is kept, because the value may be a secret, and this text appears in errors and
    // in `config show`
    let is_name = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let name = text.find(|c| !is_name(c)).map_or(text, |end| &text[..end]);
    let written = format!("--setting {name}");
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            let value =
                serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            Ok((key.trim().to_owned(), value, written))
        }
        _ => Err(ConfigError {
            origin: SettingOrigin::Flag(written),
            message: "expected KEY=VALUE, such as vendors.acme.region=EU".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
