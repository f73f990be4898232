//! A scrolling text with a cursor that moves from one value of an output to the next.

use crate::call::pointer;
use crate::tui::app::action::Action;
use crate::tui::pages::detail::pretty_json::SourceLine;
use crate::tui::theme::painter::{Appearance, ground};
use crate::tui::widgets::movement::step;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The lines of the text, and the part in view.
#[derive(Debug, Default)]
pub struct LinkedText {
    lines: Vec<Line<'static>>,
    /// The lines of values that came from the call.
    sources: Vec<SourceLine>,
    /// The index in `sources` of the line under the cursor.
    at: Option<usize>,
    scroll: usize,
    height: usize,
    /// The line that the last search found.
    found: Option<usize>,
}

impl LinkedText {
    /// Replaces the text. With `same`, the scroll position and the cursor stay.
    pub fn set(&mut self, lines: Vec<Line<'static>>, sources: Vec<SourceLine>, same: bool) {
        let position = if same { (self.scroll, self.at) } else { (0, None) };
        (self.scroll, self.at) = position;
        (self.lines, self.sources, self.found) = (lines, sources, None);
        self.at = self.at.filter(|at| *at < self.sources.len());
    }

    /// Fits the text into a pane.
    pub fn sync(&mut self, height: usize) {
        self.height = height.max(1);
        self.scroll = self.scroll.min(self.last());
        self.keep_in_view();
    }

    fn last(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }

    fn in_view(&self, line: usize) -> bool {
        (self.scroll..self.scroll + self.height).contains(&line)
    }

    /// Removes the cursor if its line is scrolled out of view.
    fn keep_in_view(&mut self) {
        self.at = self.at.filter(|at| self.sources.get(*at).is_some_and(|s| self.in_view(s.line)));
    }

    /// Returns the number of lines down to the bottom of the view, and the number of all lines.
    pub fn place(&self) -> (usize, usize) {
        (self.scroll + self.height, self.lines.len())
    }

    /// Returns the JSON pointer, in the call, of the source of the value under the cursor.
    pub fn source(&self) -> Option<&str> {
        self.sources.get(self.at?).map(|source| source.input.as_str())
    }

    /// Moves the cursor to the next value in view, or else scrolls. Returns false if the action is
    /// not a movement.
    pub fn act(&mut self, action: Action) -> bool {
        let here = self.at.map(|at| self.sources[at].line);
        let visible = |source: &SourceLine| self.in_view(source.line);
        let next = match (action, here) {
            (Action::Down, _) => {
                let after = |source: &SourceLine| here.is_none_or(|here| source.line > here);
                self.sources.iter().position(|source| visible(source) && after(source))
            }
            (Action::Up, Some(here)) => {
                self.sources.iter().rposition(|source| visible(source) && source.line < here)
            }
            _ => None,
        };
        if next.is_some() {
            self.at = next;
            return true;
        }
        let Some(to) = step(action, self.scroll, self.height, self.last()) else { return false };
        self.scroll = to;
        self.keep_in_view();
        true
    }

    /// Puts the cursor on the value in a line of the pane, if there is one. Returns true if the
    /// cursor was already there.
    pub fn click(&mut self, line: usize) -> bool {
        let before = self.at;
        let at = self.sources.iter().position(|source| source.line == self.scroll + line);
        self.at = at.or(self.at);
        at.is_some() && at == before
    }

    /// Puts the cursor on the first value that came from `input`, a JSON pointer into the call.
    pub fn go_to(&mut self, input: &str) {
        self.at = self.sources.iter().position(|source| holds(&source.input, input));
        if let Some(at) = self.at {
            self.show(self.sources[at].line);
        }
    }

    /// Takes the focus: the cursor goes to the value that came from `input`, or else stays, or
    /// else goes to the first value in view.
    pub fn enter(&mut self, input: Option<&str>) {
        let before = self.at;
        if let Some(input) = input {
            self.go_to(input);
        }
        let first = || self.sources.iter().position(|source| self.in_view(source.line));
        self.at = self.at.or(before).or_else(first);
    }

    /// Scrolls to the first value related to `input`, unless one is in view.
    pub fn scroll_to_source(&mut self, input: &str) {
        let is_it =
            |source: &&SourceLine| holds(&source.input, input) || holds(input, &source.input);
        let mut lit = self.sources.iter().filter(is_it).map(|source| source.line);
        let Some(first) = lit.next() else { return };
        if !std::iter::once(first).chain(lit).any(|line| self.in_view(line)) {
            self.show(first);
        }
    }

    /// Brings a line into view.
    fn show(&mut self, line: usize) {
        if !self.in_view(line) {
            self.scroll = line.saturating_sub(self.height / 3).min(self.last());
        }
    }

    /// Scrolls to the next line that matches. Returns true if the search wrapped around, or none
    /// if no line matches.
    pub fn find(&mut self, matches: impl Fn(&str) -> bool, forward: bool) -> Option<bool> {
        let count = self.lines.len();
        let from = self.found.map_or(if forward { count } else { 0 }, |line| line + count);
        let line = (1..=count).find_map(|step| {
            let line = if forward { from + step } else { from + count - step } % count;
            matches(&self.lines[line].to_string()).then_some(line)
        })?;
        let before = self.found.replace(line);
        self.show(line);
        self.keep_in_view();
        Some(before.is_some_and(|before| if forward { line <= before } else { line >= before }))
    }

    /// Draws the text. Values related to the lit pointer of the call are marked with a sign.
    pub fn render(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        lit: Option<&str>,
        focused: bool,
        look: &Appearance,
    ) {
        crate::tui::pages::detail::lines(
            buffer,
            area,
            self.lines.get(self.scroll..).unwrap_or(&[]),
        );
        let lit = self.source().filter(|_| focused).or(lit);
        for (at, source) in self.sources.iter().enumerate() {
            let lit = lit.is_some_and(|lit| holds(&source.input, lit) || holds(lit, &source.input));
            if !lit || !self.in_view(source.line) {
                continue;
            }
            let line = source.line - self.scroll;
            let here = focused && self.at == Some(at);
            let style = if here { look.theme.selected } else { look.theme.selected_unfocused };
            ground(buffer, area, line, style);
            // values are indented, so the first column is free for the sign
            look.point(buffer, area, line);
        }
    }
}

/// Returns true if the pointer `inner` is `outer` or lies inside of it. The root pointer contains
/// nothing, because a value made from the whole call belongs to no single place.
fn holds(outer: &str, inner: &str) -> bool {
    !outer.is_empty() && pointer::is_at_or_below(inner, outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> LinkedText {
        let lines = (0..20).map(|n| Line::from(format!("line {n}"))).collect();
        let source = |line, input: &str| SourceLine { line, input: input.to_owned() };
        let mut text = LinkedText::default();
        text.set(lines, vec![source(2, "/a"), source(4, "/b"), source(15, "/c/d")], false);
        text.sync(5);
        text
    }

    #[test]
    fn moves_from_value_to_value_and_scrolls_between_them() {
        let mut text = text();
        let mut seen = Vec::new();
        for _ in 0..15 {
            text.act(Action::Down);
            seen.push((text.scroll, text.source().map(str::to_owned)));
        }
        assert_eq!(seen[0], (0, Some("/a".to_owned())));
        assert_eq!(seen[1], (0, Some("/b".to_owned())));
        assert_eq!(seen[2], (1, Some("/b".to_owned())));
        assert!(seen.contains(&(5, None)), "{seen:?}");
        assert!(seen.contains(&(11, Some("/c/d".to_owned()))), "{seen:?}");
        text.act(Action::First);
        assert_eq!((text.scroll, text.source()), (0, None));
        text.go_to("/c");
        assert_eq!(text.source(), None, "what stands inside of it is more than it");
        text.go_to("/c/d/e");
        assert_eq!(text.source(), Some("/c/d"), "it went with the whole");
        assert!(text.in_view(15));
    }

    #[test]
    fn a_search_wraps_around_in_both_directions() {
        let mut text = text();
        let ends = |text: &str| text.ends_with('7');
        assert_eq!(text.find(ends, true), Some(false));
        assert!(text.in_view(7));
        assert_eq!(text.find(ends, true), Some(false));
        assert!(text.in_view(17));
        assert_eq!(text.find(ends, true), Some(true));
        assert_eq!(text.find(ends, false), Some(true));
        assert!(text.in_view(17));
        assert_eq!(text.find(|text| text == "nothing", true), None);
        let mut none = LinkedText::default();
        assert_eq!(none.find(|_| true, true), None);
    }
}
