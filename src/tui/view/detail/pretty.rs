//! A JSON text laid out in lines, each value's own text kept as it came.

use crate::call::{Doc, Kind, Val};
use crate::tui::look::Look;
use crate::tui::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The style of a value.
pub fn style(value: Val<'_>, look: &Look) -> Style {
    match value.kind() {
        Kind::String => look.theme.json_string,
        Kind::Number => look.theme.json_number,
        Kind::Null | Kind::True | Kind::False => look.theme.json_word,
        Kind::Array | Kind::Object => look.theme.json_shape,
    }
}

/// The lines of a JSON text; none if it is no JSON. Nesting is walked without recursion, since
/// captured text decides how deep it goes.
pub fn lines(json: &str, indent: usize, width: usize, look: &Look) -> Option<Vec<Line<'static>>> {
    let doc = Doc::parse(json).ok()?;
    let mut out = Layout { indent, width, look, lines: Vec::new() };
    let mut open: Vec<(crate::call::Children<'_>, &'static str, bool)> = Vec::new();
    let mut next = Some((doc.root(), false));
    loop {
        if let Some((value, more)) = next.take() {
            let comma = if more { "," } else { "" };
            let member = open.last().is_some_and(|(_, close, _)| *close == "}");
            let name = if member { Some(value.key_raw()) } else { None };
            let (begin, end) = if value.is_object() { ("{", "}") } else { ("[", "]") };
            let mut children = value.children();
            if children.clone().next().is_none() {
                let raw = match value.kind() {
                    Kind::Object => "{}",
                    Kind::Array => "[]",
                    _ => value.raw(),
                };
                out.value(open.len(), name, raw, comma, style(value, look));
            } else {
                out.value(open.len(), name, begin, "", look.theme.json_shape);
                let first = children.next();
                let many = children.clone().next().is_some();
                open.push((children, end, more));
                next = first.map(|first| (first, many));
                continue;
            }
        }
        let Some((children, end, more)) = open.last_mut() else { break };
        match children.next() {
            Some(child) => next = Some((child, children.clone().next().is_some())),
            None => {
                let comma = if *more { "," } else { "" };
                let end = *end;
                open.pop();
                out.value(open.len(), None, end, comma, look.theme.json_shape);
            }
        }
    }
    Some(out.lines)
}

struct Layout<'l> {
    indent: usize,
    width: usize,
    look: &'l Look,
    lines: Vec<Line<'static>>,
}

impl Layout<'_> {
    fn value(&mut self, depth: usize, name: Option<&str>, raw: &str, comma: &str, style: Style) {
        // however deep it is, half of the width is left for the values
        let indent = (self.indent + 2 * depth).min(self.width / 2);
        let name = name.map(|name| format!("\"{}\": ", self.look.clean(name)));
        let name = name.unwrap_or_default();
        let room = self.width.saturating_sub(indent).max(2);
        let mut before = vec![Span::raw(" ".repeat(indent))];
        let text = format!("{}{comma}", self.look.clean(raw));
        let name_width = text::width(&name);
        if name_width + text::width(&text) <= room {
            before.push(Span::styled(name, self.look.theme.json_name));
            before.push(Span::styled(text, style));
            self.lines.push(Line::from(before));
            return;
        }
        let mut push = |piece: &str, style: Style| {
            let mut spans = std::mem::take(&mut before);
            spans.push(Span::styled(piece.to_owned(), style));
            self.lines.push(Line::from(spans));
            before.push(Span::raw(" ".repeat(indent)));
        };
        if !name.is_empty() {
            text::chunks(&name, room).into_iter().for_each(|piece| {
                push(piece, self.look.theme.json_name);
            });
        }
        text::chunks(&text, room).into_iter().for_each(|piece| push(piece, style));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use jiff::tz::TimeZone;

    fn shown(json: &str, width: usize) -> Option<String> {
        let theme = Theme::preset("dark").expect("dark");
        let look = Look { theme, ascii: false, zone: TimeZone::UTC };
        let lines = lines(json, 0, width, &look)?;
        Some(lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn lays_out_and_keeps_numbers() {
        assert_eq!(
            shown(r#"{"a":12.0,"b":[1e-7,{}],"c":{"d":null}}"#, 40).expect("JSON"),
            "{\n  \"a\": 12.0,\n  \"b\": [\n    1e-7,\n    {}\n  ],\n  \"c\": {\n    \"d\": null\n  }\n}"
        );
        assert_eq!(shown("\"x\"", 40).expect("JSON"), "\"x\"");
        assert_eq!(shown("nope", 40), None);
    }

    #[test]
    fn deep_and_long_values_stay_inside() {
        let deep = format!("{}\"{}\"{}", "[".repeat(5000), "x".repeat(90), "]".repeat(5000));
        let text = shown(&deep, 30).expect("JSON");
        assert!(text.lines().all(|line| line.len() <= 30));
        assert_eq!(text.matches('x').count(), 90);
    }
}
