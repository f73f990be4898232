//! Named styles: a view uses `theme.missing_id`, never a color.
//!
//! The presets are files in `assets/themes/`. A user's theme differs from a preset style by style
//! ([`SetStyle`]); [`Themes`] holds the resulting themes for a dark and a light background, and
//! [`ColorDepth`] reduces them to the colors that the terminal can show.

mod background;
mod color_depth;
pub mod painter;
mod themes;
pub mod time_format;

pub use crate::tui::theme::background::{ASK as ASK_GROUND, Background};
pub use crate::tui::theme::color_depth::ColorDepth;
pub use themes::{AUTO, SetStyle, Themes};

use crate::call::nearest_name;
use ratatui::style::{Color, Modifier, Style};

/// A theme that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ThemeError {
    /// There is no theme of that name.
    #[error("`{name}` is not a theme; there are {known}{near}")]
    UnknownTheme {
        /// the requested name
        name: String,
        /// the themes that exist
        known: String,
        /// the nearest name, in words
        near: String,
    },
    /// The file is not TOML.
    #[error("the theme cannot be read: {0}")]
    Syntax(String),
    /// The file does not define a style.
    #[error("the theme does not define `{0}`")]
    MissingStyle(&'static str),
    /// The file defines a style that the program does not have.
    #[error("`{name}` is not a style{near}")]
    UnknownStyle {
        /// the entry
        name: String,
        /// the nearest name, in words
        near: String,
    },
    /// A word of a style is neither a color nor an attribute.
    #[error(
        "`{style}`: `{word}` is neither a color nor an attribute{near}; a color is a name such as red, a number to 255 or #rrggbb"
    )]
    UnknownWord {
        /// the entry
        style: String,
        /// the word
        word: String,
        /// the nearest name, in words
        near: String,
    },
    /// A style that the user set cannot be used.
    #[error("{origin}: {error}")]
    Set {
        /// where it is set
        origin: String,
        /// what is wrong
        error: Box<ThemeError>,
    },
}

macro_rules! theme {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {
        /// The styles of everything on the screen.
        #[derive(Debug, Clone)]
        pub struct Theme { $($(#[doc = $doc])* pub $name: Style),* }

        impl Theme {
            /// Reads a theme file, which must define every style and no other.
            pub fn parse(text: &str) -> Result<Theme, ThemeError> {
                let mut table: toml::Table =
                    text.parse().map_err(|error: toml::de::Error| ThemeError::Syntax(error.to_string()))?;
                let mut take = |name: &'static str| match table.remove(name) {
                    None => Err(ThemeError::MissingStyle(name)),
                    Some(value) => style(name, value.as_str().unwrap_or("?")),
                };
                let theme = Theme { $($name: take(stringify!($name))?),* };
                match table.keys().next() {
                    Some(name) => Err(unknown_style(name)),
                    None => Ok(theme),
                }
            }

            /// The names of all styles.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Returns the style of that name.
            fn named(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }

            fn each(&mut self, change: impl Fn(&mut Style)) {
                $(change(&mut self.$name);)*
            }
        }
    };
}

theme! {
    /// a missing id of a vendor in use
    missing_id,
    /// a value close to where it was expected
    near_miss,
    /// a warning, a doubtful id
    warning,
    /// an error
    error,
    /// an info finding
    info,
    /// all is well
    good,
    /// the fix of a finding
    fix,
    /// a banner over the page
    alarm,
    /// a refused request
    refused,
    /// a counter that should be 0
    lost,
    /// the word PAUSED
    paused,
    /// the number of new rows
    new_rows,
    /// a retried call
    repeat,
    /// the verdict
    delivered,
    /// the verdict
    degraded,
    /// the verdict
    dropped,
    /// the verdict
    rejected,
    /// the verdict
    ignored,
    /// the verdict of a call that the service in front of the vendors does not pass on
    discarded,
    /// the mark of a vendor that is not in use
    unused,
    /// the letter that the cursor is on in a line of text
    text_cursor,
    /// a match of the search
    found,
    /// a row that the user marked
    marked,
    /// plain text
    text,
    /// text without emphasis
    quiet,
    /// the name before a value
    label,
    /// a heading
    heading,
    /// the program's name
    brand,
    /// the line between panes
    rule,
    /// the line beside the pane that has the keys
    rule_focus,
    /// the row under the cursor
    selected,
    /// the row under the cursor in a pane without the keys
    selected_unfocused,
    /// a tab
    tab,
    /// the tab that is open
    tab_current,
    /// a key to press
    key,
    /// a window over the page
    popup,
    /// a member's name
    json_name,
    /// a string
    json_string,
    /// a number
    json_number,
    /// true, false, null
    json_word,
    /// brackets and counts
    json_shape,
    /// a value that the service added
    derived,
}

/// The presets by name. [`AUTO`], the default, chooses between `dark` and `light`.
pub const PRESETS: [(&str, &str); 3] = [
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
];

impl Theme {
    /// Returns the preset of that name.
    pub fn preset(name: &str) -> Result<Theme, ThemeError> {
        match PRESETS.iter().find(|(preset, _)| *preset == name) {
            Some((_, text)) => Theme::parse(text),
            None => Err(unknown_theme(name)),
        }
    }

    /// Replaces a style, which is written as in a theme file.
    fn set(&mut self, name: &str, words: &str) -> Result<(), ThemeError> {
        let place = self.named(name).ok_or_else(|| unknown_style(name))?;
        *place = style(name, words)?;
        Ok(())
    }
}

/// The words of a style that are not colors.
const ATTRIBUTES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The colors that have a name, which every terminal has.
const COLORS: [&str; 17] = [
    "default",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

fn style(name: &str, words: &str) -> Result<Style, ThemeError> {
    let mut out = Style::new();
    for word in words.split_whitespace() {
        if let Some((_, modifier)) = ATTRIBUTES.iter().find(|(known, _)| *known == word) {
            out = out.add_modifier(*modifier);
            continue;
        }
        let (color, is_ground) = match word.strip_prefix("on-") {
            Some(ground) => (ground, true),
            None => (word, false),
        };
        if color == "default" {
            continue;
        }
        let color = color.parse::<Color>().map_err(|_| {
            let known = COLORS.into_iter().chain(ATTRIBUTES.map(|(word, _)| word));
            let near = nearest(color, known);
            ThemeError::UnknownWord { style: name.to_owned(), word: word.to_owned(), near }
        })?;
        out = if is_ground { out.bg(color) } else { out.fg(color) };
    }
    Ok(out)
}

fn unknown_style(name: &str) -> ThemeError {
    let near = nearest(name, Theme::NAMES.iter().copied());
    ThemeError::UnknownStyle { name: name.to_owned(), near }
}

fn unknown_theme(name: &str) -> ThemeError {
    let known = [AUTO].into_iter().chain(PRESETS.map(|(preset, _)| preset));
    let near = nearest(name, known.clone());
    let known = known.collect::<Vec<_>>().join(", ");
    ThemeError::UnknownTheme { name: name.to_owned(), known, near }
}

/// Returns a hint with the nearest known word, if one is near.
fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> String {
    nearest_name(word, known).map_or(String::new(), |near| format!("; the nearest is `{near}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_whole() {
        for (name, _) in PRESETS {
            let theme = Theme::preset(name).expect(name);
            assert_ne!(theme.missing_id, theme.text, "{name}: missing must stand out");
            assert_ne!(theme.missing_id, theme.warning, "{name}");
            assert_ne!(theme.selected, theme.text, "{name}");
        }
    }

    /// Returns the contrast of two colors as defined by the Web Content Accessibility Guidelines.
    fn contrast(one: Color, other: Color) -> f64 {
        let light = |color: Color| {
            let (r, g, b) = match color {
                Color::Rgb(r, g, b) => (r, g, b),
                Color::Indexed(number) => {
                    let color = anstyle::Ansi256Color(number);
                    let anstyle::RgbColor(r, g, b) =
                        anstyle_lossy::xterm_to_rgb(color, anstyle_lossy::palette::VGA);
                    (r, g, b)
                }
                named => panic!("{named} looks different in each terminal"),
            };
            let linear = |part: u8| {
                let part = f64::from(part) / 255.0;
                if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
        };
        let (one, other) = (light(one) + 0.05, light(other) + 0.05);
        one.max(other) / one.min(other)
    }

    /// `unused`, the dividing line and the marks of vendors not in use were not seen on white (F36).
    #[test]
    fn every_style_is_readable_on_its_background() {
        // backgrounds of common terminals
        let dark = [0x00_00_00, 0x1e_1e_1e, 0x00_2b_36, 0x28_2c_34];
        let light = [0xff_ff_ff, 0xfd_f6_e3, 0xee_ee_ee];
        for (name, grounds) in [("dark", &dark[..]), ("light", &light[..])] {
            for depth in [ColorDepth::True, ColorDepth::Numbered] {
                let mut theme = Theme::preset(name).expect(name).reduced(depth);
                let selected = theme.selected.bg.expect("the row under the cursor has a ground");
                let grounds = grounds.iter().map(|rgb| Color::from_u32(*rgb)).chain([selected]);
                let grounds: Vec<Color> = grounds.collect();
                for style_name in Theme::NAMES {
                    let style = *theme.named(style_name).expect("a style");
                    assert!(!style.add_modifier.contains(Modifier::DIM), "{name}: {style_name}");
                    let Some(fg) = style.fg else { continue };
                    let least = if style_name.starts_with("rule") { 3.0 } else { 4.5 };
                    let on = style.bg.map_or_else(|| grounds.clone(), |bg| vec![bg]);
                    for ground in on {
                        let seen = contrast(fg, ground);
                        assert!(seen >= least, "{name} {style_name} on {ground:?}: {seen:.2}");
                    }
                }
            }
        }
    }

    /// In the light theme, warnings and numbers were both magenta.
    #[test]
    fn a_color_with_a_meaning_has_no_other() {
        for name in ["dark", "light"] {
            let mut theme = Theme::preset(name).expect(name);
            let mut color = |style: &str| theme.named(style).expect("a style").fg;
            let meanings = ["missing_id", "warning", "good", "marked"].map(&mut color);
            for (at, meaning) in meanings.iter().enumerate() {
                assert!(!meanings[..at].contains(meaning), "{name}: {meanings:?}");
            }
            let rest = Theme::NAMES.iter().filter(|style| {
                style.starts_with("json") || ["derived", "key", "brand", "tab"].contains(*style)
            });
            for style in rest {
                let other = color(style);
                assert!(other.is_none() || !meanings.contains(&other), "{name}: {style}");
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        let dark = PRESETS[0].1;
        let error = |text: &str| Theme::parse(text).expect_err("a mistake").to_string();
        assert_eq!(error(&format!("{dark}\nglimmer = \"red\"")), "`glimmer` is not a style");
        assert_eq!(
            error(&format!("{dark}\nheadin = \"red\"")),
            "`headin` is not a style; the nearest is `heading`"
        );
        assert_eq!(error(&dark.replace("\nkey = \"81\"", "")), "the theme does not define `key`");
        assert_eq!(
            error(&dark.replace("rule_focus = \"81\"", "rule_focus = \"mauve\"")),
            "`rule_focus`: `mauve` is neither a color nor an attribute; a color is a name such as red, a number to 255 or #rrggbb"
        );
        let near = error(&dark.replace("\"81\"", "\"on-light-cyna\""));
        assert!(near.contains("`on-light-cyna` is neither"), "{near}");
        assert!(near.contains("; the nearest is `light-cyan`;"), "{near}");
        assert_eq!(
            Theme::preset("ligth").expect_err("unknown").to_string(),
            "`ligth` is not a theme; there are auto, dark, light, high-contrast; the nearest is `light`"
        );
    }
}
