//! The number of colors that the terminal can show, and themes reduced to it.

use crate::tui::theme::Theme;
use anstyle_lossy::palette::VGA;
use ratatui::style::{Color, Modifier, Style};

/// The number of colors that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorDepth {
    /// The user wants no colors.
    NoColor,
    /// The sixteen colors that have names.
    Sixteen,
    /// The 256 numbered colors.
    Numbered,
    /// 256 levels each of red, green and blue.
    True,
}

/// Terminals that show all colors and whose names are the only sign of it.
const TRUE_BY_TERM: [&str; 8] =
    ["direct", "truecolor", "kitty", "alacritty", "ghostty", "wezterm", "foot", "iterm"];
const TRUE_BY_PROGRAM: [&str; 4] = ["iTerm.app", "WezTerm", "ghostty", "vscode"];

impl ColorDepth {
    /// Returns the depth that the environment variables show.
    pub fn of_env(env: impl Fn(&str) -> Option<String>) -> ColorDepth {
        let env = |name: &str| env(name).unwrap_or_default();
        let (term, program) = (env("TERM"), env("TERM_PROGRAM"));
        match env("COLORTERM").as_str() {
            _ if !env("NO_COLOR").is_empty() || term == "dumb" => ColorDepth::NoColor,
            "truecolor" | "24bit" => ColorDepth::True,
            _ if TRUE_BY_TERM.iter().any(|name| term.contains(name)) => ColorDepth::True,
            _ if TRUE_BY_PROGRAM.contains(&program.as_str()) => ColorDepth::True,
            _ if !env("WT_SESSION").is_empty() => ColorDepth::True,
            _ if term.contains("256") => ColorDepth::Numbered,
            _ => ColorDepth::Sixteen,
        }
    }
}

impl Theme {
    /// Replaces each color that the terminal cannot show with the nearest one. Without colors, styles
    /// with a background are reversed, and the others keep only their attributes.
    pub fn reduced(mut self, depth: ColorDepth) -> Theme {
        self.each(|style| {
            *style = match depth {
                ColorDepth::True => *style,
                ColorDepth::Numbered => {
                    Style { fg: style.fg.map(numbered), bg: style.bg.map(numbered), ..*style }
                }
                ColorDepth::Sixteen => sixteen(*style),
                ColorDepth::NoColor => {
                    let plain = Style { fg: None, bg: None, ..*style };
                    if style.bg.is_some() { plain.add_modifier(Modifier::REVERSED) } else { plain }
                }
            };
        });
        self
    }
}

fn numbered(color: Color) -> Color {
    match color {
        Color::Rgb(r, g, b) => {
            Color::Indexed(anstyle_lossy::rgb_to_xterm(anstyle::RgbColor(r, g, b)).0)
        }
        color => color,
    }
}

/// Reduces a style to sixteen colors. A style that is only an unnamed background is reversed, because
/// the nearest of sixteen colors is often that of the quiet text on it.
fn sixteen(style: Style) -> Style {
    let named = |color: Color| !matches!(color, Color::Rgb(..) | Color::Indexed(16..));
    match style {
        Style { fg: None, bg: Some(ground), .. } if !named(ground) => {
            Style { bg: None, ..style }.add_modifier(Modifier::REVERSED)
        }
        style => Style { fg: style.fg.map(nearest), bg: style.bg.map(nearest), ..style },
    }
}

fn nearest(color: Color) -> Color {
    let found = match color {
        Color::Rgb(r, g, b) => anstyle_lossy::rgb_to_ansi(anstyle::RgbColor(r, g, b), VGA),
        Color::Indexed(number @ 16..) => {
            anstyle_lossy::xterm_to_ansi(anstyle::Ansi256Color(number), VGA)
        }
        named => return named,
    };
    Color::Indexed(anstyle::Ansi256Color::from_ansi(found).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(vars: &[(&str, &str)]) -> ColorDepth {
        ColorDepth::of_env(|name| {
            let var = vars.iter().find(|(known, _)| *known == name);
            var.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_tells_the_depth() {
        assert_eq!(detect(&[]), ColorDepth::Sixteen);
        assert_eq!(detect(&[("TERM", "xterm")]), ColorDepth::Sixteen);
        assert_eq!(detect(&[("TERM", "linux")]), ColorDepth::Sixteen);
        assert_eq!(detect(&[("TERM", "xterm-256color")]), ColorDepth::Numbered);
        assert_eq!(
            detect(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            ColorDepth::True
        );
        assert_eq!(detect(&[("TERM", "xterm"), ("COLORTERM", "24bit")]), ColorDepth::True);
        assert_eq!(detect(&[("TERM", "xterm-kitty")]), ColorDepth::True);
        assert_eq!(
            detect(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]),
            ColorDepth::True
        );
        assert_eq!(detect(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), ColorDepth::NoColor);
        assert_eq!(detect(&[("COLORTERM", "truecolor"), ("NO_COLOR", "")]), ColorDepth::True);
    }

    #[test]
    fn what_is_beyond_becomes_the_nearest() {
        let mut theme = Theme::preset("dark").expect("dark");
        theme.set("good", "#00d700 bold").expect("a style");
        theme.set("found", "black on-#ffff00").expect("a style");
        theme.set("error", "light-red").expect("a style");
        assert_eq!(theme.clone().reduced(ColorDepth::True).good.fg, Some(Color::Rgb(0, 0xd7, 0)));
        let many = theme.clone().reduced(ColorDepth::Numbered);
        assert_eq!(many.good.fg, Some(Color::Indexed(40)));
        assert_eq!(many.quiet.fg, Some(Color::Indexed(246)), "what has a number stays");
        let few = theme.reduced(ColorDepth::Sixteen);
        assert_eq!(few.good.fg, Some(Color::Indexed(2)));
        assert!(few.good.add_modifier.contains(Modifier::BOLD));
        assert_eq!((few.found.fg, few.found.bg), (Some(Color::Black), Some(Color::Indexed(11))));
        assert_eq!(few.error.fg, Some(Color::LightRed), "what has a name stays");
        let light = Theme::preset("light").expect("light").reduced(ColorDepth::Sixteen);
        for (theme, expected) in [(&few, [9, 3, 10, 7]), (&light, [1, 3, 2, 8])] {
            let meanings = [theme.missing_id, theme.warning, theme.delivered, theme.quiet];
            let expected = expected.map(|number| Some(Color::Indexed(number)));
            assert_eq!(meanings.map(|style| style.fg), expected);
        }
        assert_eq!(few.selected.bg, None);
        assert!(few.selected.add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn without_color_a_ground_becomes_reversed() {
        let theme = Theme::preset("dark").expect("dark").reduced(ColorDepth::NoColor);
        assert_eq!((theme.alarm.fg, theme.alarm.bg), (None, None));
        assert!(theme.alarm.add_modifier.contains(Modifier::REVERSED));
        assert!(theme.missing_id.add_modifier.contains(Modifier::BOLD));
    }
}
