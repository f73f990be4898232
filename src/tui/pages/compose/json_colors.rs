//! The colors of JSON text that may be incomplete. Each line is colored on its own, because no
//! JSON token crosses a line end.

use crate::tui::theme::painter::Appearance;
use ratatui::style::Style;
use std::ops::Range;

/// Returns the parts of a line with their styles. Together, the parts are the line.
pub fn parts(line: &str, look: &Appearance) -> Vec<(Range<usize>, Style)> {
    let theme = &look.theme;
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = line[at..].chars().next() {
        let rest = &line[at..];
        let run = |test: fn(char) -> bool| {
            rest.find(|c: char| !test(c)).unwrap_or(rest.len()).max(first.len_utf8())
        };
        let (len, style) = match first {
            '"' => {
                let len = string_len(rest);
                let is_name = rest[len..].trim_start().starts_with(':');
                (len, if is_name { theme.json_name } else { theme.json_string })
            }
            c if c.is_whitespace() => (run(char::is_whitespace), theme.text),
            c if c.is_ascii_digit() || c == '-' => {
                let number = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                (run(number), theme.json_number)
            }
            c if c.is_alphabetic() => (run(char::is_alphanumeric), word(rest, look)),
            c => (c.len_utf8(), theme.json_shape),
        };
        out.push((at..at + len, style));
        at += len;
    }
    out
}

/// Returns the style of a word: one of the three JSON words, or a mistake.
fn word(rest: &str, look: &Appearance) -> Style {
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    match &rest[..end] {
        "true" | "false" | "null" => look.theme.json_word,
        _ => look.theme.error,
    }
}

/// Returns the length of the string at the start of a text, with its quotes. An unclosed string
/// goes to the end of the line.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::theme::time_format::TimeFormat;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn look() -> Appearance {
        let theme = Theme::preset("dark").expect("a preset");
        Appearance { theme, ascii: false, times: TimeFormat::new(TimeZone::UTC, 0) }
    }

    #[test]
    fn each_token_has_its_color() {
        let look = look();
        let theme = &look.theme;
        for (line, want) in [
            (r#"  "a\"b" : "c","#, vec![theme.json_name, theme.json_shape, theme.json_string]),
            (r#""n": -1.5e+3}"#, vec![theme.json_name, theme.json_shape, theme.json_number]),
            ("[true, nul", vec![theme.json_shape, theme.json_word]),
            (r#""half typed"#, vec![theme.json_string]),
        ] {
            let shown: Vec<Style> = parts(line, &look)
                .into_iter()
                .filter(|(part, _)| !line[part.clone()].trim().is_empty())
                .map(|(_, style)| style)
                .collect();
            assert_eq!(shown[..want.len()], want, "{line}");
        }
        assert_eq!(parts("nul", &look)[0].1, theme.error);
    }

    proptest! {
        #[test]
        fn parts_are_the_line(line in any::<String>()) {
            let mut at = 0;
            for (part, _) in parts(&line, &look()) {
                prop_assert!(part.start == at && part.end > at);
                at = part.end;
            }
            prop_assert_eq!(at, line.len());
        }
    }
}
