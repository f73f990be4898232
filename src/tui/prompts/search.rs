//! The search's line: what matches is marked while it is typed, and nothing is hidden.

use crate::fql::{FilterError, parse};
use crate::tui::app::action::{Action, Place};
use crate::tui::app::filters::Change;
use crate::tui::app::view::{Reply, View, World};
use crate::tui::prompts::{Prompt, Typed};
use crate::tui::theme::painter::Pen;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The line's state.
pub struct SearchView {
    prompt: Prompt,
    error: Option<FilterError>,
    /// What was searched for before.
    before: String,
    /// Whether it is about the call whose detail is shown, or about all.
    inside: bool,
}

impl SearchView {
    /// An empty line; the last search is the newest of its history.
    pub fn of(inside: bool, world: &World<'_>) -> SearchView {
        let filtering = &world.shared.filtering;
        let before = if inside { filtering.inside() } else { filtering.search() };
        let before = before.map_or(String::new(), |search| search.text.clone());
        let prompt = Prompt::new("", &world.shared.kept.searches);
        SearchView { prompt, error: None, before, inside }
    }

    fn change(&self, text: String) -> Change {
        if self.inside { Change::SearchInside(text) } else { Change::Search(text) }
    }

    fn after(&mut self, typed: Typed) -> Reply {
        if typed == Typed::Same {
            return Reply::Done;
        }
        self.error = parse(self.prompt.text()).err();
        Reply::Filter(self.change(self.prompt.text().to_owned()))
    }
}

impl View for SearchView {
    fn place(&self) -> Place {
        Place::Text
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        action != Action::Complete
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        match action {
            Action::Back => Reply::CloseAndFilter(self.change(self.before.clone())),
            Action::Accept => match &self.error {
                Some(error) => Reply::Say(error.to_string()),
                None if self.prompt.text().trim().is_empty() => {
                    Reply::CloseAndFilter(self.change(String::new()))
                }
                None => {
                    let text = self.prompt.text().trim().to_owned();
                    Reply::CloseAndSearch { text, inside: self.inside }
                }
            },
            action => match self.prompt.act(action, |_, _| Vec::new()) {
                Some(typed) => self.after(typed),
                None => Reply::Pass,
            },
        }
    }

    fn typed(&mut self, event: KeyEvent, _world: &World<'_>) -> Reply {
        let typed = self.prompt.typed(event, |_, _| Vec::new());
        self.after(typed)
    }

    fn paste(&mut self, pasted: &str, _world: &World<'_>) -> Reply {
        let typed = self.prompt.paste(pasted);
        self.after(typed)
    }

    fn strip(&self) -> u16 {
        1
    }

    fn sync(&mut self, _strip: Rect, _world: &World<'_>) {}

    fn render(&self, buffer: &mut Buffer, strip: Rect, world: &World<'_>) {
        let theme = &world.look.theme;
        let Some(mut pen) = Pen::on(buffer, strip, 0, world.look) else { return };
        let label = if self.inside { " search in this call  " } else { " search  " };
        pen.put(label, theme.heading);
        self.prompt.line.render(&mut pen, |_| theme.text, world.look);
        if let Some(error) = &self.error {
            pen.skip(2).show(&format!("expected {}", error.expected), theme.error);
        } else if self.prompt.text().is_empty() {
            pen.skip(2).put("a word, or an expression of the filter", theme.quiet);
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Accept, Action::Back, Action::Older]
    }
}
