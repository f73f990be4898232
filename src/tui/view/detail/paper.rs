//! A page of wrapped lines: what the tabs other than the tree are written on.

use super::pretty;
use crate::findings::{Finding, HintKind, Reason};
use crate::tui::feed::OutputView;
use crate::tui::look::Look;
use crate::tui::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Columns of the label before a value.
const LABEL: usize = 9;

/// A page being written.
pub struct Paper<'l> {
    look: &'l Look,
    width: usize,
    lines: Vec<Line<'static>>,
}

impl<'l> Paper<'l> {
    /// An empty page of a width.
    pub fn new(look: &'l Look, width: usize) -> Paper<'l> {
        Paper { look, width: width.max(4), lines: Vec::new() }
    }

    /// The lines.
    pub fn done(self) -> Vec<Line<'static>> {
        self.lines
    }

    /// How things look.
    pub fn look(&self) -> &'l Look {
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
        if !quiet.is_empty() {
            spans.push(Span::styled(format!("  {quiet}"), self.look.theme.quiet));
        }
        self.line(spans);
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
        let indent = indent.min(self.width / 2);
        let safe = self.look.clean(captured);
        for (at, line) in text::wrap(&safe, self.width - indent).into_iter().enumerate() {
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

    /// A JSON text, laid out.
    pub fn json(&mut self, indent: usize, captured: &str) {
        match pretty::lines(captured, indent, self.width, self.look) {
            Some(lines) => self.lines.extend(lines),
            None => self.raw(captured, self.look.theme.text),
        }
    }

    /// A request: its line, its headers, its body.
    pub fn request(&mut self, request: &OutputView) {
        let theme = &self.look.theme;
        let method = format!("{} ", self.look.clean(&request.method));
        self.labelled(method.len(), &method, &request.url, theme.text);
        for (name, value) in &request.headers {
            self.header(name, value);
        }
        if let Some(body) = &request.body {
            self.json(0, body);
        }
    }

    /// A header.
    pub fn header(&mut self, name: &str, value: &str) {
        let label = format!("  {}: ", self.look.clean(name));
        self.labelled(text::width(&label), &label, value, self.look.theme.text);
    }

    /// A finding: what, where, why, and what to change.
    pub fn finding(&mut self, finding: &Finding, whose: &str) {
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
        if !finding.fix.is_empty() {
            self.labelled(8, "  fix   ", &finding.fix, theme.fix);
        }
        if !finding.why.is_empty() {
            self.labelled(8, "  why   ", &finding.why, theme.quiet);
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
                None => "no account: this user's earlier calls name none".to_owned(),
            };
            self.labelled(8, "  taken ", &from, theme.warning);
        }
    }
}

fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Absent => "absent",
        Reason::Null => "null",
        Reason::Empty => "empty",
        Reason::Type => "of a type that is no id",
    }
}

fn hint_word(kind: HintKind) -> &'static str {
    match kind {
        HintKind::Spelling => "spelled otherwise",
        HintKind::Level => "same name, other place",
        HintKind::Alias => "other name for the same",
        HintKind::Anonymous => "the anonymous id",
    }
}
