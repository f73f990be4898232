//! The themes in force: what was chosen, what of it the user set anew, on either ground.

use super::{Background, ColorDepth, PRESETS, Theme, ThemeError};

/// The name of the theme that is dark or light, as the terminal's background is.
pub const AUTO: &str = "auto";

/// A style that the user set in place of the preset's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetStyle {
    /// The style's name.
    pub name: String,
    /// The style, in the words of a theme's file.
    pub words: String,
    /// Where that is said.
    pub origin: String,
}

/// What is in force on either ground.
#[derive(Debug, Clone)]
pub struct Themes {
    on_dark: Theme,
    /// None: the same.
    on_light: Option<Theme>,
}

impl Themes {
    /// A preset, or [`AUTO`], with the styles that the user set.
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

    /// Whether that is the name of a theme that comes with the program.
    pub fn is_preset(name: &str) -> bool {
        name == AUTO || PRESETS.iter().any(|(preset, _)| *preset == name)
    }

    /// The same within what the terminal can show.
    pub fn reduced(self, depth: ColorDepth) -> Themes {
        let on_light = self.on_light.map(|theme| theme.reduced(depth));
        Themes { on_dark: self.on_dark.reduced(depth), on_light }
    }

    /// The theme on a ground.
    pub fn on(&self, ground: Background) -> &Theme {
        match (&self.on_light, ground) {
            (Some(theme), Background::Light) => theme,
            _ => &self.on_dark,
        }
    }

    /// Whether the ground makes a difference.
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
