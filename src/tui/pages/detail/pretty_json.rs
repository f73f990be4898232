//! A JSON text in indented lines. Each value keeps its source text.

use crate::call::{Doc, JsonKind, Val, pointer};
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::collections::HashMap;

/// Returns the style of a value.
pub fn style(value: Val<'_>, look: &Appearance) -> Style {
    match value.kind() {
        JsonKind::String => look.theme.json_string,
        JsonKind::Number => look.theme.json_number,
        JsonKind::Null | JsonKind::True | JsonKind::False => look.theme.json_word,
        JsonKind::Array | JsonKind::Object => look.theme.json_shape,
    }
}

/// A note beside a value.
#[derive(Debug, Default)]
pub struct JsonNote {
    /// The words of the note.
    pub words: String,
    /// The JSON pointer, in the call, of the value's source.
    pub input: Option<String>,
}

/// The notes beside values, by JSON pointer.
pub type Beside<'w> = HashMap<&'w str, JsonNote>;

/// The line of a value that came from the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// The line number.
    pub line: usize,
    /// The JSON pointer in the call.
    pub input: String,
}

/// The minimum width of a note beside a value. With less room, the note gets a line of its own.
const MIN_NOTE_WIDTH: usize = 14;

/// Returns the lines of a JSON text, and those of them that came from the call. Returns none if
/// the text is not JSON. The nesting is walked without recursion, because a captured text decides
/// how deep it goes.
pub fn lines(
    json: &str,
    width: usize,
    beside: &Beside<'_>,
    look: &Appearance,
) -> Option<(Vec<Line<'static>>, Vec<SourceLine>)> {
    let doc = Doc::parse(json).ok()?;
    let mut out =
        JsonLayout { width, look, lines: Vec::new(), notes: Vec::new(), sources: Vec::new() };
    let mut open: Vec<OpenContainer<'_>> = Vec::new();
    let mut path = String::new();
    let mut next = Some((doc.root(), false));
    loop {
        if let Some((value, more)) = next.take() {
            let comma = if more { "," } else { "" };
            let here = path.len();
            if let Some(above) = open.last_mut() {
                let token = if above.array { above.nth.to_string() } else { value.key().into() };
                above.nth += 1;
                // pointers are needed only if there are notes
                if !beside.is_empty() {
                    path = pointer::push(&path, &token);
                }
            }
            let member = open.last().is_some_and(|above| !above.array);
            let name = if member { Some(value.key_raw()) } else { None };
            let (begin, array) = if value.is_object() { ("{", false) } else { ("[", true) };
            let mut children = value.children();
            let empty = children.clone().next().is_none();
            if empty {
                let raw = match value.kind() {
                    JsonKind::Object => "{}",
                    JsonKind::Array => "[]",
                    _ => value.raw(),
                };
                out.value(open.len(), name, raw, comma, style(value, look));
            } else {
                out.value(open.len(), name, begin, "", look.theme.json_shape);
            }
            if let Some(note) = beside.get(path.as_str()) {
                let line = out.lines.len() - 1;
                out.add_note(line, note);
            }
            if empty {
                path.truncate(here);
            } else {
                let first = children.next();
                let many = children.clone().next().is_some();
                open.push(OpenContainer { children, array, more, nth: 0, path: here });
                next = first.map(|first| (first, many));
                continue;
            }
        }
        let Some(above) = open.last_mut() else { break };
        match above.children.next() {
            Some(child) => next = Some((child, above.children.clone().next().is_some())),
            None => {
                let comma = if above.more { "," } else { "" };
                let end = if above.array { "]" } else { "}" };
                path.truncate(above.path);
                open.pop();
                out.value(open.len(), None, end, comma, look.theme.json_shape);
            }
        }
    }
    Some(out.into_lines())
}

/// A container whose children are being written.
struct OpenContainer<'d> {
    children: crate::call::Children<'d>,
    array: bool,
    more: bool,
    nth: usize,
    /// The length of the pointer of the enclosing container.
    path: usize,
}

struct JsonLayout<'l> {
    width: usize,
    look: &'l Appearance,
    lines: Vec<Line<'static>>,
    /// The notes by line, each with true if it names a place in the call.
    notes: Vec<(usize, String, bool)>,
    sources: Vec<SourceLine>,
}

impl JsonLayout<'_> {
    fn value(&mut self, depth: usize, name: Option<&str>, raw: &str, comma: &str, style: Style) {
        // at any depth, half of the width is left for the values
        let indent = (2 * depth).min(self.width / 2);
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

    fn add_note(&mut self, line: usize, note: &JsonNote) {
        let words = self.look.clean(&note.words).into_owned();
        self.notes.push((line, words, note.input.is_some()));
        let input = note.input.clone();
        self.sources.extend(input.map(|input| SourceLine { line, input }));
    }

    /// Returns the lines with their notes: in one column if possible, else two columns after the
    /// value, else on a line of their own.
    fn into_lines(self) -> (Vec<Line<'static>>, Vec<SourceLine>) {
        let JsonLayout { width, look, mut lines, notes, mut sources } = self;
        let from = format!("{} ", look.from());
        let sign = text::width(&from);
        let widest = notes.iter().map(|(_, words, _)| sign + text::width(words)).max().unwrap_or(0);
        let longest = notes.iter().map(|(at, ..)| lines[*at].width()).max().unwrap_or(0);
        let cut = |words: &str, is_place: bool, room: usize| {
            let (room, ellipsis) = (room.saturating_sub(sign), look.ellipsis());
            let shown = match is_place {
                true => text::cut_front(words, room, ellipsis),
                false => text::cut(words, room, ellipsis),
            };
            format!("{from}{shown}")
        };
        let column = (longest + 2).min(width.saturating_sub(widest));
        // in reverse, because an inserted line moves the lines after it
        for (at, words, is_place) in notes.into_iter().rev() {
            let used = lines[at].width();
            let start = column.max(used + 2);
            let room = width.saturating_sub(start);
            let style = look.theme.quiet;
            if room >= (sign + text::width(&words)).min(MIN_NOTE_WIDTH) {
                let shown = cut(&words, is_place, room);
                lines[at].spans.push(Span::raw(" ".repeat(start - used)));
                lines[at].spans.push(Span::styled(shown, style));
            } else {
                let shown = cut(&words, is_place, width);
                let before = width.saturating_sub(text::width(&shown));
                let spans = vec![Span::raw(" ".repeat(before)), Span::styled(shown, style)];
                lines.insert(at + 1, Line::from(spans));
                let below = sources.iter_mut().filter(|source| source.line > at);
                below.for_each(|source| source.line += 1);
            }
        }
        (lines, sources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::theme::time_format::TimeFormat;
    use jiff::tz::TimeZone;

    fn shown(json: &str, width: usize) -> Option<String> {
        let theme = Theme::preset("dark").expect("dark");
        let look = Appearance { theme, ascii: false, times: TimeFormat::new(TimeZone::UTC, 0) };
        let (lines, _) = lines(json, width, &Beside::new(), &look)?;
        Some(lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn indents_json_and_keeps_the_text_of_numbers() {
        assert_eq!(
            shown(r#"{"a":12.0,"b":[1e-7,{}],"c":{"d":null}}"#, 40).expect("JSON"),
            "{\n  \"a\": 12.0,\n  \"b\": [\n    1e-7,\n    {}\n  ],\n  \"c\": {\n    \"d\": null\n  }\n}"
        );
        assert_eq!(shown("\"x\"", 40).expect("JSON"), "\"x\"");
        assert_eq!(shown("nope", 40), None);
    }

    #[test]
    fn sources_keep_their_lines_when_a_note_gets_its_own() {
        let theme = Theme::preset("dark").expect("dark");
        let look = Appearance { theme, ascii: false, times: TimeFormat::new(TimeZone::UTC, 0) };
        let note =
            |input: &str| JsonNote { words: input.to_owned(), input: Some(input.to_owned()) };
        let beside = Beside::from([
            ("/long", note("/properties/a_long_name")),
            ("/b", note("/b")),
            ("/c", JsonNote { words: "default".to_owned(), input: None }),
        ]);
        let json = r#"{"long":"no room is left beside it","b":1,"c":2}"#;
        let (lines, sources) = lines(json, 40, &beside, &look).expect("JSON");
        let shown: Vec<String> = lines.iter().map(Line::to_string).collect();
        let at = |source: &SourceLine| shown[source.line].trim_start().to_owned();
        assert!(at(&sources[0]).starts_with("\"long\""), "{shown:#?}");
        assert!(at(&sources[1]).starts_with("\"b\": 1"), "{shown:#?}");
        assert_eq!(sources.len(), 2);
        assert!(sources[1].line > sources[0].line + 1, "the words have a line of their own");
    }

    #[test]
    fn deep_and_long_values_stay_within_the_width() {
        let deep = format!("{}\"{}\"{}", "[".repeat(5000), "x".repeat(90), "]".repeat(5000));
        let text = shown(&deep, 30).expect("JSON");
        assert!(text.lines().all(|line| line.len() <= 30));
        assert_eq!(text.matches('x').count(), 90);
    }
}
