//! Named styles: a view says `theme.missing_id`, never a colour.

use ratatui::style::{Color, Modifier, Style};

/// A theme that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ThemeError {
    /// No preset has that name.
    #[error("there is no theme `{name}`; there are {known}")]
    UnknownTheme {
        /// the name that was asked for
        name: String,
        /// those that there are
        known: String,
    },
    /// The file is no TOML.
    #[error("the theme cannot be read: {0}")]
    Syntax(String),
    /// A style has no entry.
    #[error("the theme says nothing about `{0}`")]
    MissingStyle(&'static str),
    /// An entry is no style of this program.
    #[error("`{0}` is no style")]
    UnknownStyle(String),
    /// A word of a style is neither colour nor attribute.
    #[error("`{style}`: `{word}` is neither a colour nor an attribute")]
    UnknownWord {
        /// the entry
        style: String,
        /// the word
        word: String,
    },
}

macro_rules! theme {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {
        /// What each thing on the screen looks like.
        #[derive(Debug, Clone)]
        pub struct Theme { $($(#[doc = $doc])* pub $name: Style),* }

        impl Theme {
            /// Reads a theme file; it must speak about every style and no other.
            pub fn parse(text: &str) -> Result<Theme, ThemeError> {
                let mut table: toml::Table =
                    text.parse().map_err(|error: toml::de::Error| ThemeError::Syntax(error.to_string()))?;
                let mut take = |name: &'static str| match table.remove(name) {
                    None => Err(ThemeError::MissingStyle(name)),
                    Some(value) => style(name, value.as_str().unwrap_or("?")),
                };
                let theme = Theme { $($name: take(stringify!($name))?),* };
                match table.keys().next() {
                    Some(name) => Err(ThemeError::UnknownStyle(name.clone())),
                    None => Ok(theme),
                }
            }

            fn each(&mut self, change: impl Fn(&mut Style)) {
                $(change(&mut self.$name);)*
            }
        }
    };
}

theme! {
    /// an id that a vendor in use misses
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
    /// what to change
    fix,
    /// a banner over the page
    alarm,
    /// a refused request
    refused,
    /// a counter that should be 0
    lost,
    /// the word PAUSED
    paused,
    /// how many rows came since
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
    /// the mark of a vendor that is not in use
    unused,
    /// the letter that the cursor is on in a line of text
    text_cursor,
    /// what is searched for, where it stands
    found,
    /// a row that the user marked
    marked,
    /// plain text
    text,
    /// what may be overlooked
    quiet,
    /// the name before a value
    label,
    /// a heading
    heading,
    /// the program's name
    brand,
    /// the line between panes
    rule,
    /// the same beside the pane that has the keys
    rule_focus,
    /// the row under the cursor
    selected,
    /// the same in the pane without the keys
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
    /// what the service added
    derived,
}

/// The presets by name; the first is the default.
pub const PRESETS: [(&str, &str); 3] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
];

impl Theme {
    /// The preset of that name.
    pub fn preset(name: &str) -> Result<Theme, ThemeError> {
        match PRESETS.iter().find(|(preset, _)| *preset == name) {
            Some((_, text)) => Theme::parse(text),
            None => Err(ThemeError::UnknownTheme {
                name: name.to_owned(),
                known: PRESETS.map(|(preset, _)| preset).join(", "),
            }),
        }
    }

    /// The same without colours: what had a background is reversed, the rest keeps its weight.
    pub fn without_colour(mut self) -> Theme {
        self.each(|style| {
            let had_ground = style.bg.is_some();
            *style = Style { fg: None, bg: None, ..*style };
            if had_ground {
                *style = style.add_modifier(Modifier::REVERSED);
            }
        });
        self
    }
}

fn style(name: &str, words: &str) -> Result<Style, ThemeError> {
    let mut out = Style::new();
    for word in words.split_whitespace() {
        let modifier = match word {
            "default" => continue,
            "bold" => Some(Modifier::BOLD),
            "dim" => Some(Modifier::DIM),
            "italic" => Some(Modifier::ITALIC),
            "underlined" => Some(Modifier::UNDERLINED),
            "reversed" => Some(Modifier::REVERSED),
            _ => None,
        };
        let unknown = || ThemeError::UnknownWord { style: name.to_owned(), word: word.to_owned() };
        out = match (modifier, word.strip_prefix("on-")) {
            (Some(modifier), _) => out.add_modifier(modifier),
            (None, Some(ground)) => out.bg(ground.parse::<Color>().map_err(|_| unknown())?),
            (None, None) => out.fg(word.parse::<Color>().map_err(|_| unknown())?),
        };
    }
    Ok(out)
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

    #[test]
    fn mistakes_are_named() {
        let dark = PRESETS[0].1;
        let error = |text: &str| Theme::parse(text).expect_err("a mistake").to_string();
        assert_eq!(error(&format!("{dark}\nglow = \"red\"")), "`glow` is no style");
        assert_eq!(
            error(&dark.replace("key = \"light-cyan\"", "")),
            "the theme says nothing about `key`"
        );
        assert_eq!(
            error(&dark.replace("\"light-cyan\"", "\"mauve\"")),
            "`rule_focus`: `mauve` is neither a colour nor an attribute"
        );
        assert_eq!(
            Theme::preset("neon").expect_err("unknown").to_string(),
            "there is no theme `neon`; there are dark, light, high-contrast"
        );
    }

    #[test]
    fn without_colour_a_ground_becomes_reversed() {
        let theme = Theme::preset("dark").expect("dark").without_colour();
        assert_eq!((theme.alarm.fg, theme.alarm.bg), (None, None));
        assert!(theme.alarm.add_modifier.contains(Modifier::REVERSED));
        assert!(theme.missing_id.add_modifier.contains(Modifier::BOLD));
    }
}
