//! A page of wrapped lines: what the tabs other than the tree are written on.

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

/// Columns of the label before a value.
const LABEL: usize = 9;

/// A table nests no deeper.
const MOST_DEPTH: usize = 6;

/// A page being written.
pub struct TextBuilder<'l> {
    look: &'l Appearance,
    width: usize,
    lines: Vec<Line<'static>>,
    sources: Vec<SourceLine>,
}

impl<'l> TextBuilder<'l> {
    /// An empty page of a width.
    pub fn new(look: &'l Appearance, width: usize) -> TextBuilder<'l> {
        TextBuilder { look, width: width.max(4), lines: Vec::new(), sources: Vec::new() }
    }

    /// Its width.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many lines it has.
    pub fn height(&self) -> usize {
        self.lines.len()
    }

    /// The lines.
    pub fn done(self) -> Vec<Line<'static>> {
        self.lines
    }

    /// The lines, and those of them that came from a place of the call.
    pub fn with_sources(self) -> (Vec<Line<'static>>, Vec<SourceLine>) {
        (self.lines, self.sources)
    }

    /// How things look.
    pub fn look(&self) -> &'l Appearance {
        self.look
    }

    /// An empty line, but not at the top and not after another.
    pub fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// A heading, after an empty line.
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

    /// One line of spans that are safe to print; what does not fit is left out.
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

    /// A captured text, wrapped between words, behind an indent.
    pub fn prose(&mut self, indent: usize, captured: &str, style: Style) {
        self.labelled(indent, "", captured, style);
    }

    /// The same behind a label, which takes the indent's room on the first line.
    pub fn labelled(&mut self, indent: usize, label: &str, captured: &str, style: Style) {
        self.labelled_within(indent, label, captured, style, usize::MAX);
    }

    /// Writes a label and a text in at most `most` lines; an ellipsis says that more was cut.
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

    /// A label and a captured value.
    pub fn field(&mut self, label: &str, captured: &str, style: Style) {
        let indent = LABEL.max(label.len() + 1);
        self.labelled(indent, label, captured, style);
    }

    /// A captured text as it is, cut into full lines.
    pub fn raw(&mut self, captured: &str, style: Style) {
        let safe = self.look.clean(captured);
        for piece in text::chunks(&safe, self.width) {
            self.lines.push(Line::from(Span::styled(piece.to_owned(), style)));
        }
    }

    /// Code, line by line as it is; a long line goes on in the next.
    pub fn code(&mut self, code: &str) {
        self.blank();
        for line in code.lines() {
            match line.is_empty() {
                true => self.lines.push(Line::default()),
                false => self.raw(&line.replace('\t', "    "), self.look.theme.text),
            }
        }
    }

    /// A JSON text, laid out, each value with where it came from beside it.
    pub fn body(&mut self, captured: &str, from: &[(String, ValueOrigin)]) {
        let said = from.iter().map(|(path, origin)| {
            let input = match origin {
                ValueOrigin::Input(input) => Some(input.clone()),
                _ => None,
            };
            (path.as_str(), JsonNote { words: origin_words(origin), input })
        });
        match pretty_json::lines(captured, self.width, &said.collect(), self.look) {
            Some((lines, sources)) => {
                let above = self.lines.len();
                let moved = sources.into_iter().map(|s| SourceLine { line: s.line + above, ..s });
                self.sources.extend(moved);
                self.lines.extend(lines);
            }
            None => self.raw(captured, self.look.theme.text),
        }
    }

    /// A JSON text as people would write it down: a line a value, its name before it.
    pub fn table(&mut self, json: &str) {
        match Doc::parse(json) {
            Ok(doc) => self.entries(doc.root(), 0),
            Err(_) => self.raw(json, self.look.theme.text),
        }
    }

    /// The entries of a container. What a vendor works out is of our own making and never deep;
    /// deeper than a page can show is written as JSON.
    fn entries(&mut self, value: Val<'_>, depth: usize) {
        let theme = &self.look.theme;
        let flat = |value: Val<'_>| value.children().next().is_none();
        let shown = |value: Val<'_>| match value.as_str() {
            Some(text) => text.into_owned(),
            None if value.size() == 1 && value.is_object() => "none".to_owned(),
            None if value.size() == 1 && value.is_array() => "none".to_owned(),
            None => value.raw().to_owned(),
        };
        if flat(value) || depth > MOST_DEPTH {
            return self.labelled(2 * depth, "", &shown(value), theme.text);
        }
        let names = value.children().map(|child| text::width(&words(&child.key())));
        let label = if value.is_array() { 2 } else { names.max().unwrap_or(0).min(LABEL * 2) + 2 };
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

    /// A request: its line, its headers, its body.
    pub fn request(&mut self, request: &OutputView) {
        let theme = &self.look.theme;
        let method = format!("{} ", self.look.clean(&request.method));
        self.labelled(method.len(), &method, &request.url, theme.text);
        // the headers are always the same: they should not push the body out of a small screen
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

    /// A header.
    pub fn header(&mut self, name: &str, value: &str) {
        let label = format!("  {}: ", self.look.clean(name));
        self.labelled(text::width(&label), &label, value, self.look.theme.text);
    }

    /// A finding: what, where, why, and what to change.
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

    /// A finding below a header that says what the call needs: what it is, and a fix that is no
    /// such need. The rest is in the findings tab.
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

    /// What earlier calls tell of it, and whether all calls of its library have it.
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

/// A name of ours with blanks: `visible_from` is `visible from`.
pub fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Where a value came from, in words.
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
