//! The active themes: the chosen preset with the user's own styles, for a dark and a light background.

use super::{Background, ColorDepth, PRESETS, Theme, ThemeError};

/// The name of the theme that is dark or light like the terminal's background.
pub const AUTO: &str = "auto";

/// A style that the user set instead of the preset's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetStyle {
    /// The style's name.
    pub name: String,
    /// The style, written as in a theme file.
    pub words: String,
    /// The place in a file that contains it.
    pub origin: String,
}

/// The themes for a dark and a light background.
#[derive(Debug, Clone)]
pub struct Themes {
    on_dark: Theme,
    /// None if it is the same theme.
    on_light: Option<Theme>,
}

impl Themes {
    /// Creates the themes of a preset, or of [`AUTO`], with the styles that the user set.
    pub fn new(name: &str, set: &[SetStyle]) -> Result<Themes, ThemeError> {
        let with = |preset: &str| -> Result<Theme, ThemeError> {
            let mut theme = Theme::preset(preset)?;
            for SetStyle { name, words, origin } in set {
                theme.set(name, words).map_err(|error| ThemeError::Set {
                    origin: origin.clone(),
                    error: Box::new(error),
                })?;
            }
            Ok(theme)
        };
        Ok(match name {
            AUTO => Themes { on_dark: with("dark")?, on_light: Some(with("light")?) },
            name => Themes { on_dark: with(name)?, on_light: None },
        })
    }

    /// Returns true if a theme of the program has that name.
    pub fn is_preset(name: &str) -> bool {
        name == AUTO || PRESETS.iter().any(|(preset, _)| *preset == name)
    }

    /// Reduces the themes to the colors that the terminal can show.
    pub fn reduced(self, depth: ColorDepth) -> Themes {
        let on_light = self.on_light.map(|theme| theme.reduced(depth));
        Themes { on_dark: self.on_dark.reduced(depth), on_light }
    }

    /// Returns the theme for a background.
    pub fn on(&self, ground: Background) -> &Theme {
        match (&self.on_light, ground) {
            (Some(theme), Background::Light) => theme,
            _ => &self.on_dark,
        }
    }

    /// Returns true if the theme depends on the background.
    pub fn depends(&self) -> bool {
        self.on_light.is_some()
    }
}

impl Default for Themes {
    fn default() -> Themes {
        Themes::new(AUTO, &[]).expect("the themes that come with the program; a test reads them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, words: &str) -> SetStyle {
        SetStyle { name: name.to_owned(), words: words.to_owned(), origin: "t.toml:3".to_owned() }
    }

    #[test]
    fn only_what_is_set_differs() {
        let themes = Themes::new(AUTO, &[set("key", "#ff8800 bold")]).expect("fine");
        for (ground, preset) in [(Background::Dark, "dark"), (Background::Light, "light")] {
            let (theme, preset) = (themes.on(ground), Theme::preset(preset).expect("a preset"));
            assert_ne!(theme.key, preset.key);
            assert_eq!((theme.missing_id, theme.text), (preset.missing_id, preset.text));
        }
        let one = Themes::new("high-contrast", &[]).expect("fine");
        assert!(!one.depends() && themes.depends());
        assert_eq!(one.on(Background::Light).key, one.on(Background::Dark).key);
    }

    #[test]
    fn a_mistake_names_its_place() {
        let error = |set: SetStyle| Themes::new("dark", &[set]).expect_err("a mistake").to_string();
        assert_eq!(
            error(set("kye", "red")),
            "t.toml:3: `kye` is not a style; the nearest is `key`"
        );
        assert!(error(set("key", "redd")).starts_with("t.toml:3: `key`: `redd` is neither"));
    }
}
