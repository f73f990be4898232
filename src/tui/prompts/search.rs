//! The search prompt. Matches are highlighted while the user types, and no row is hidden.

use crate::fql::{FilterError, parse};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::{FilterChange, SearchScope};
use crate::tui::app::view::{Response, View, ViewContext};
use crate::tui::prompts::{Prompt, PromptResult};
use crate::tui::theme::painter::Painter;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The state of the prompt.
pub struct SearchView {
    prompt: Prompt,
    error: Option<FilterError>,
    /// The text of the previous search.
    before: String,
    /// The texts that are searched.
    scope: SearchScope,
}

impl SearchView {
    /// Returns an empty prompt. The last search is the newest entry of its history.
    pub fn new(scope: SearchScope, ctx: &ViewContext<'_>) -> SearchView {
        let before = ctx.shared.filtering.search_in(scope);
        let before = before.map_or(String::new(), |search| search.text.clone());
        let prompt = Prompt::new("", &ctx.shared.kept.searches);
        SearchView { prompt, error: None, before, scope }
    }

    fn change(&self, text: String) -> FilterChange {
        FilterChange::Search(self.scope, text)
    }

    fn apply_change(&mut self, typed: PromptResult) -> Response {
        if typed == PromptResult::Same {
            return Response::Done;
        }
        // in the rows of a list, any text can be searched for
        let is_parsed = !matches!(self.scope, SearchScope::Rows(_));
        self.error = parse(self.prompt.text()).err().filter(|_| is_parsed);
        Response::Filter(self.change(self.prompt.text().to_owned()))
    }
}

impl View for SearchView {
    fn place(&self) -> KeyContext {
        KeyContext::Text
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        action != Action::Complete
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Back => Response::CloseAndFilter(self.change(self.before.clone())),
            Action::Accept => match &self.error {
                Some(error) => Response::Say(error.to_string()),
                None if self.prompt.text().trim().is_empty() => {
                    Response::CloseAndFilter(self.change(String::new()))
                }
                None => {
                    let text = self.prompt.text().trim().to_owned();
                    Response::CloseAndSearch { text, scope: self.scope }
                }
            },
            action => match self.prompt.act(action, |_, _| Vec::new()) {
                Some(typed) => self.apply_change(typed),
                None => Response::Pass,
            },
        }
    }

    fn typed(&mut self, event: KeyEvent, _ctx: &ViewContext<'_>) -> Response {
        let typed = self.prompt.typed(event, |_, _| Vec::new());
        self.apply_change(typed)
    }

    fn paste(&mut self, pasted: &str, _ctx: &ViewContext<'_>) -> Response {
        let typed = self.prompt.paste(pasted);
        self.apply_change(typed)
    }

    fn strip(&self) -> u16 {
        1
    }

    fn sync(&mut self, _strip: Rect, _ctx: &ViewContext<'_>) {}

    fn render(&self, buffer: &mut Buffer, strip: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        let Some(mut painter) = Painter::on(buffer, strip, 0, ctx.look) else { return };
        let label = match self.scope {
            SearchScope::OneCall => " search in this call  ",
            SearchScope::Calls => " search  ",
            SearchScope::Rows(_) => " search these rows  ",
        };
        painter.put(label, theme.heading);
        self.prompt.line.render(&mut painter, |_| theme.text, ctx.look);
        if let Some(error) = &self.error {
            painter.skip(2).show(&format!("expected {}", error.expected), theme.error);
        } else if self.prompt.text().is_empty() {
            let hint = match self.scope {
                SearchScope::Rows(_) => "a word, or ~pattern~",
                _ => "a word, or an expression of the filter",
            };
            painter.skip(2).put(hint, theme.quiet);
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Accept, Action::Back, Action::Older]
    }
}
