//! The settings of the screen: the chosen theme, the user's own styles and keys, and the columns of
//! the log.

use super::ScreenOptions;
use super::theme::{AUTO, Background, ColorDepth, PRESETS, SetStyle, Themes};
use crate::config::{self, Settings};
use crate::inspector::SetupError;
use crate::tui::app::keymap::{Keymap, SetKeys};
use crate::tui::pages::log::Column;
use std::path::{Path, PathBuf};

/// The values of `TERM` whose terminals would show the question for the background as text.
const SILENT_TERMS: [&str; 3] = ["", "dumb", "linux"];
/// The setting that names the log's columns.
const COLUMNS: &str = "columns";
/// The entry of a theme file that names the preset from which the theme differs.
const BASE: &str = "base";

/// The themes and the keys of the screen.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The themes for a dark and a light background.
    pub themes: Themes,
    /// The keys.
    pub keymap: Keymap,
}

impl Looks {
    /// Reads them from the settings, and the theme file if the theme is the user's own.
    ///
    /// # Errors
    /// Fails if the settings name a theme, a style, keys or columns that do not exist.
    pub fn from_settings(settings: &Settings) -> Result<Looks, SetupError> {
        let keymap = keymap(settings)?;
        let themes = themes(settings)?;
        check_columns(settings)?;
        Ok(Looks { themes, keymap })
    }
}

/// Returns the preset keys with those that the user set.
fn keymap(settings: &Settings) -> Result<Keymap, SetupError> {
    let set: Vec<SetKeys> = settings
        .screen_keys()
        .map(|(place, action, keys, origin)| SetKeys {
            place: place.to_owned(),
            action: action.to_owned(),
            keys,
            origin: origin.to_string(),
        })
        .collect();
    Keymap::with(&set).map_err(SetupError::new)
}

/// Returns the chosen theme with the user's own styles.
fn themes(settings: &Settings) -> Result<Themes, SetupError> {
    let name = settings.text("theme").unwrap_or(AUTO);
    let (base, mut set) = match own_file(name) {
        _ if Themes::is_preset(name) => (name.to_owned(), Vec::new()),
        Some(file) => read(&file)?,
        None => {
            let origin = settings.origin_of("theme");
            let error = Themes::new(name, &[]).err().map_or(String::new(), |e| e.to_string());
            let own = own_names();
            let own = match own.is_empty() {
                true => String::new(),
                false => format!("; your own are {}", own.join(", ")),
            };
            return Err(SetupError::new(format!("{origin}: {error}{own}")));
        }
    };
    set.extend(settings.colors().map(|(name, words, origin)| SetStyle {
        name: name.to_owned(),
        words: words.to_owned(),
        origin: origin.to_string(),
    }));
    Themes::new(&base, &set).map_err(SetupError::new)
}

/// Returns the options for the screen on this terminal.
///
/// # Errors
/// Fails if the settings name a theme, a style, keys or columns that do not exist.
pub fn screen_options(settings: &Settings) -> Result<ScreenOptions, SetupError> {
    let looks = Looks::from_settings(settings)?;
    let env = |name: &str| std::env::var(name).ok();
    let depth = ColorDepth::of_env(env);
    let term = env("TERM").unwrap_or_default();
    Ok(ScreenOptions {
        can_ask: depth != ColorDepth::NoColor && !SILENT_TERMS.contains(&term.as_str()),
        ground: env("COLORFGBG").and_then(|colors| Background::of_env(&colors)).unwrap_or_default(),
        themes: looks.themes,
        depth,
        keymap: looks.keymap,
        ascii: settings.is_on("ascii"),
        ..ScreenOptions::default()
    })
}

/// Checks that the columns in the settings exist.
fn check_columns(settings: &Settings) -> Result<(), SetupError> {
    let names = settings.list(COLUMNS).unwrap_or_default();
    Column::check(&names).map_err(|(name, why)| {
        SetupError::new(format!("{}: `{name}` {why}", settings.origin_of(COLUMNS)))
    })
}

/// Returns the file of the user's own theme of that name, if there is one.
fn own_file(name: &str) -> Option<PathBuf> {
    let file = config::user_themes_folder()?.join(format!("{name}.toml"));
    // a name must not be a path to another folder
    // a path that is not a regular file is refused with a message when it is read
    (!name.contains(['/', '\\']) && file.exists()).then_some(file)
}

fn own_names() -> Vec<String> {
    let folder = config::user_themes_folder().and_then(|folder| std::fs::read_dir(folder).ok());
    let files = folder.into_iter().flatten().flatten().map(|entry| entry.path());
    let tomls = files.filter(|file| file.extension().is_some_and(|ext| ext == "toml"));
    let mut names: Vec<String> =
        tomls.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// Reads a theme file: the preset from which it differs, and the styles that differ.
fn read(file: &Path) -> Result<(String, Vec<SetStyle>), SetupError> {
    let (mut base, mut set) = (AUTO.to_owned(), Vec::new());
    for (name, value, origin) in config::read_file(file).map_err(SetupError::new)? {
        let wrong = |message: &str| SetupError::new(format!("{origin}: {message}"));
        let Some(words) = value.as_str() else {
            return Err(wrong(&format!(
                "`{name}` is {value}; expected a style in words, such as \"red bold\""
            )));
        };
        if name != BASE {
            set.push(SetStyle { name, words: words.to_owned(), origin: origin.to_string() });
        } else if Themes::is_preset(words) {
            base = words.to_owned();
        } else {
            let known: Vec<&str> =
                [AUTO].into_iter().chain(PRESETS.map(|(name, _)| name)).collect();
            return Err(wrong(&format!(
                "`{BASE}` is {value}; expected one of {}",
                known.join(", ")
            )));
        }
    }
    Ok((base, set))
}

/// Returns the section of styles for a settings file, with those of the first preset.
pub fn style_template() -> String {
    let (name, text) = PRESETS[0];
    let mut out = format!(
        "\n# The colors of the screen. A style that you set here replaces that of the theme; below are\n\
         # the styles of `{name}`. A style consists of words: a color, on-COLOR, bold, dim, italic,\n\
         # underlined, reversed. A color is a name, a number up to 255 or #rrggbb. A theme of your own\n\
         # is a file themes/NAME.toml in your config folder, with lines like these, without a heading,\n\
         # and with `base = \"{name}\"` for the styles that it leaves out.\n\
         [colors]\n"
    );
    for line in text.lines().skip_while(|line| line.is_empty() || line.starts_with('#')) {
        out.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("#{line}\n") });
    }
    out
}
