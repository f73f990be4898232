//! A builder of wrapped lines, used for the header and for all tabs other than the tree.

use crate::call::{Doc, Val};
use crate::findings::fixes::is_need;
use crate::findings::{Finding, HintKind, Reason, advice};
use crate::inspector::{OutputView, ValueOrigin};
use crate::tui::pages::detail::annotations::dotted;
use crate::tui::pages::detail::pretty_json;
use crate::tui::pages::detail::pretty_json::{JsonNote, SourceLine};
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The columns of the label before a value.
const LABEL_WIDTH: usize = 9;

/// The maximum depth of a table. Deeper values are written as JSON.
const MAX_TABLE_DEPTH: usize = 6;

/// A text under construction.
pub struct TextBuilder<'l> {
    look: &'l Appearance,
    width: usize,
    lines: Vec<Line<'static>>,
    sources: Vec<SourceLine>,
}

impl<'l> TextBuilder<'l> {
    /// Returns an empty text of a width.
    pub fn new(look: &'l Appearance, width: usize) -> TextBuilder<'l> {
        TextBuilder { look, width: width.max(4), lines: Vec::new(), sources: Vec::new() }
    }

    /// Returns the width.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the number of lines.
    pub fn height(&self) -> usize {
        self.lines.len()
    }

    /// Returns the lines.
    pub fn done(self) -> Vec<Line<'static>> {
        self.lines
    }

    /// Returns the lines, and those of them that came from the call.
    pub fn with_sources(self) -> (Vec<Line<'static>>, Vec<SourceLine>) {
        (self.lines, self.sources)
    }

    /// Returns the appearance settings.
    pub fn look(&self) -> &'l Appearance {
        self.look
    }

    /// Adds an empty line, except at the top and after another empty line.
    pub fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// Adds a heading, after an empty line.
    pub fn heading(&mut self, words: &str, quiet: &str) {
        self.blank();
        let mut spans = vec![Span::styled(words.to_owned(), self.look.theme.heading)];
        let fits = text::width(words) + 2 + text::width(quiet) <= self.width;
        if fits && !quiet.is_empty() {
            spans.push(Span::styled(format!("  {quiet}"), self.look.theme.quiet));
        }
        self.line(spans);
        if !fits && !quiet.is_empty() {
            self.prose(0, quiet, self.look.theme.quiet);
        }
    }

    /// Adds one line of spans that are safe to print. What does not fit is cut.
    pub fn line(&mut self, spans: Vec<Span<'static>>) {
        let mut room = self.width;
        let mut out = Vec::new();
        for span in spans {
            let shown = text::cut(&span.content, room, self.look.ellipsis()).into_owned();
            room -= text::width(&shown).min(room);
            out.push(Span::styled(shown, span.style));
        }
        self.lines.push(Line::from(out));
    }

    /// Adds a captured text, wrapped between words and indented.
    pub fn prose(&mut self, indent: usize, captured: &str, style: Style) {
        self.labelled(indent, "", captured, style);
    }

    /// Adds a captured text after a label, which stands in the indent of the first line.
    pub fn labelled(&mut self, indent: usize, label: &str, captured: &str, style: Style) {
        self.labelled_within(indent, label, captured, style, usize::MAX);
    }

    /// Adds a label and a text in at most `most` lines. An ellipsis marks a cut text.
    pub fn labelled_within(
        &mut self,
        indent: usize,
        label: &str,
        captured: &str,
        style: Style,
        most: usize,
    ) {
        let indent = indent.min(self.width / 2);
        let safe = self.look.clean(captured);
        let mut lines = text::wrap(&safe, self.width - indent);
        if lines.len() > most {
            lines.truncate(most);
            let last = lines.pop().unwrap_or_default();
            let ellipsis = self.look.ellipsis();
            let room = self.width.saturating_sub(indent + text::width(ellipsis));
            lines.push(format!("{}{ellipsis}", &last[..text::head(&last, room)]));
        }
        for (at, line) in lines.into_iter().enumerate() {
            let before = if at == 0 { format!("{label:<indent$}") } else { " ".repeat(indent) };
            self.lines.push(Line::from(vec![
                Span::styled(before, self.look.theme.label),
                Span::styled(line, style),
            ]));
        }
    }

    /// Adds a label and a captured value.
    pub fn field(&mut self, label: &str, captured: &str, style: Style) {
        let indent = LABEL_WIDTH.max(label.len() + 1);
        self.labelled(indent, label, captured, style);
    }

    /// Adds a captured text unchanged, cut into full lines.
    pub fn raw(&mut self, captured: &str, style: Style) {
        let safe = self.look.clean(captured);
        for piece in text::chunks(&safe, self.width) {
            self.lines.push(Line::from(Span::styled(piece.to_owned(), style)));
        }
    }

    /// Adds code, line by line. A long line continues on the next.
    pub fn code(&mut self, code: &str) {
        self.blank();
        for line in code.lines() {
            match line.is_empty() {
                true => self.lines.push(Line::default()),
                false => self.raw(&line.replace('\t', "    "), self.look.theme.text),
            }
        }
    }

    /// Adds an indented JSON text, with the source of each value beside it.
    pub fn body(&mut self, captured: &str, from: &[(String, ValueOrigin)]) {
        let notes = from.iter().map(|(path, origin)| {
            let input = match origin {
                ValueOrigin::Input(input) => Some(input.clone()),
                _ => None,
            };
            (path.as_str(), JsonNote { words: origin_words(origin), input })
        });
        match pretty_json::lines(captured, self.width, &notes.collect(), self.look) {
            Some((lines, sources)) => {
                let above = self.lines.len();
                let moved = sources.into_iter().map(|s| SourceLine { line: s.line + above, ..s });
                self.sources.extend(moved);
                self.lines.extend(lines);
            }
            None => self.raw(captured, self.look.theme.text),
        }
    }

    /// Adds a JSON text as a table: a line for each value, after its name.
    pub fn table(&mut self, json: &str) {
        match Doc::parse(json) {
            Ok(doc) => self.entries(doc.root(), 0),
            Err(_) => self.raw(json, self.look.theme.text),
        }
    }

    /// Adds the entries of a container. The values that a vendor works out are made by segscope
    /// and never deep; anything deeper than a page can show is written as JSON.
    fn entries(&mut self, value: Val<'_>, depth: usize) {
        let theme = &self.look.theme;
        let flat = |value: Val<'_>| value.children().next().is_none();
        let shown = |value: Val<'_>| match value.as_str() {
            Some(text) => text.into_owned(),
            None if value.size() == 1 && value.is_object() => "none".to_owned(),
            None if value.size() == 1 && value.is_array() => "none".to_owned(),
            None => value.raw().to_owned(),
        };
        if flat(value) || depth > MAX_TABLE_DEPTH {
            return self.labelled(2 * depth, "", &shown(value), theme.text);
        }
        let names = value.children().map(|child| text::width(&words(&child.key())));
        let label =
            if value.is_array() { 2 } else { names.max().unwrap_or(0).min(LABEL_WIDTH * 2) + 2 };
        let indent = 2 * depth;
        for child in value.children() {
            let name = match value.is_array() {
                true => self.look.dot().to_owned(),
                false => self.look.clean(&words(&child.key())).into_owned(),
            };
            let before = format!("{}{name:<label$}", " ".repeat(indent));
            let simple = child.is_array() && child.children().all(flat);
            if flat(child) {
                self.labelled(indent + label, &before, &shown(child), theme.text);
            } else if simple {
                let all: Vec<String> = child.children().map(shown).collect();
                self.labelled(indent + label, &before, &all.join(", "), theme.text);
            } else if value.is_array() && child.is_object() && child.children().all(flat) {
                let each = child.children();
                let all = each.map(|field| format!("{} {}", words(&field.key()), shown(field)));
                let all: Vec<String> = all.collect();
                self.labelled(indent + label, &before, &all.join(", "), theme.text);
            } else {
                self.labelled(indent + label, &before, "", theme.text);
                self.entries(child, depth + 1);
            }
        }
    }

    /// Adds a request: its request line, headers, and body.
    pub fn request(&mut self, request: &OutputView) {
        let theme = &self.look.theme;
        let method = format!("{} ", self.look.clean(&request.method));
        self.labelled(method.len(), &method, &request.url, theme.text);
        // all on one line: the headers rarely differ and should not push the body out of a small
        // screen
        let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let headers: Vec<String> = headers.collect();
        if !headers.is_empty() {
            let dot = format!(" {} ", self.look.dot());
            self.prose(2, &headers.join(&dot), theme.quiet);
        }
        for caveat in &request.caveats {
            self.labelled(9, "  caveat", caveat, theme.warning);
        }
        if let Some(body) = &request.body {
            self.body(body, &request.from);
        }
    }

    /// Adds a header.
    pub fn header(&mut self, name: &str, value: &str) {
        let label = format!("  {}: ", self.look.clean(name));
        self.labelled(text::width(&label), &label, value, self.look.theme.text);
    }

    /// Adds a finding: its message, fix, reason, source, and place.
    pub fn finding(&mut self, finding: &Finding, whose: &str, noise: Option<&str>) {
        let theme = &self.look.theme;
        self.finding_head(finding, whose);
        if !finding.fix.is_empty() {
            self.labelled(8, "  fix   ", &finding.fix, theme.fix);
        }
        self.finding_context(finding, noise);
        if !finding.why.is_empty() {
            self.labelled(8, "  why   ", &finding.why, theme.quiet);
        }
        if let Some(source) = advice::source_words(&finding.source) {
            self.labelled(8, "  from  ", &source, theme.quiet);
        }
        let place = match finding.reason {
            Some(reason) => format!("{} ({})", finding.path, reason_word(reason)),
            None => finding.path.clone(),
        };
        self.labelled(8, "  at    ", &place, theme.quiet);
        for hint in finding.hints.iter().flatten() {
            let place = format!("{} ({})", hint.path, hint_word(hint.kind));
            self.labelled(8, "  near  ", &place, theme.near_miss);
        }
        if let Some(inferred) = &finding.inferred {
            let from = match inferred {
                Some(account) => format!("account {account}, from earlier calls of this user"),
                None => {
                    "no account: no earlier call of this user that it accepted names one".to_owned()
                }
            };
            self.labelled(8, "  taken ", &from, theme.warning);
        }
    }

    /// Adds a finding below a header that lists the needs of the call: its message, and its fix
    /// unless that is one of the needs. The rest is in the findings tab.
    pub fn finding_below_header(&mut self, finding: &Finding, noise: Option<&str>) {
        self.finding_head(finding, "");
        if !is_need(finding) && !finding.fix.is_empty() {
            self.labelled(8, "  fix   ", &finding.fix, self.look.theme.fix);
        }
        self.finding_context(finding, noise);
    }

    fn finding_head(&mut self, finding: &Finding, whose: &str) {
        let look = self.look;
        let theme = &look.theme;
        let loud = look.severity(finding.severity);
        self.blank();
        let sign = look.severity_sign(finding.severity);
        let mut spans = vec![
            Span::styled(format!("{sign} {} ", finding.severity.name()), loud),
            Span::styled(look.clean(&finding.code).into_owned(), loud),
        ];
        if !whose.is_empty() {
            spans.push(Span::styled(format!("  {whose}"), theme.quiet));
        }
        self.line(spans);
        self.prose(2, &finding.message, theme.text);
    }

    /// Adds what earlier calls show about a finding, and whether all calls of its library have it.
    fn finding_context(&mut self, finding: &Finding, noise: Option<&str>) {
        let theme = &self.look.theme;
        if let Some(history) = &finding.history {
            self.labelled(8, "  seen  ", history, theme.near_miss);
        }
        if let Some(noise) = noise {
            self.labelled(8, "  all   ", noise, theme.text);
        }
    }
}

/// Returns a name with blanks for underscores: `visible_from` becomes `visible from`.
pub fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Names the source of a value.
fn origin_words(origin: &ValueOrigin) -> String {
    match origin {
        ValueOrigin::Input(path) if path.is_empty() => "the whole call".to_owned(),
        ValueOrigin::Input(path) => dotted(path),
        ValueOrigin::Setting(key) => format!("setting {key}"),
        ValueOrigin::Default => "default".to_owned(),
        ValueOrigin::Memory(seq) => format!("learned from call #{seq}"),
    }
}

fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Absent => "absent",
        Reason::Null => "null",
        Reason::Empty => "empty",
        Reason::Type => "of a type that cannot be an id",
    }
}

fn hint_word(kind: HintKind) -> &'static str {
    match kind {
        HintKind::Spelling => "spelled otherwise",
        HintKind::Level => "same name, other place",
        HintKind::Alias => "other name for the same",
        HintKind::Anonymous => "the anonymous id",
        HintKind::Nested => "further down",
        HintKind::Typo => "misspelled or shortened",
    }
}
