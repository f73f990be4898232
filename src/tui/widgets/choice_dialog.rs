//! A window in which the user chooses one of a few options, with notes below them.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::widgets::list_dialog::{ListClick, ListDialog};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The width of the window.
const WIDTH: u16 = 76;

/// Handles the choice of an option, given by its index.
type ChoiceHandler = Box<dyn Fn(usize, &ViewContext<'_>) -> Response>;

/// The state of the window.
pub struct ChoiceDialog {
    /// The name and the meaning of each option.
    lines: Vec<(String, String)>,
    chosen: ChoiceHandler,
    window: ListDialog,
}

impl ChoiceDialog {
    /// Returns a window with these options.
    pub fn new(
        title: &'static str,
        lines: Vec<(String, String)>,
        notes: Vec<String>,
        chosen: impl Fn(usize, &ViewContext<'_>) -> Response + 'static,
    ) -> ChoiceDialog {
        let window = ListDialog::new(title, WIDTH, lines.len()).below(notes);
        ChoiceDialog { lines, chosen: Box::new(chosen), window }
    }

    fn choose(&self, ctx: &ViewContext<'_>) -> Response {
        self.window.at().map_or(Response::Pass, |at| (self.chosen)(at, ctx))
    }
}

impl View for ChoiceDialog {
    fn place(&self) -> KeyContext {
        KeyContext::List
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        matches!(
            action,
            Action::Back | Action::BackOrQuit | Action::Choose | Action::Down | Action::Up
        )
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Back | Action::BackOrQuit => Response::Close,
            Action::Choose => self.choose(ctx),
            action if self.window.step(action) => Response::Done,
            _ => Response::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        match self.window.point(pointer, at) {
            ListClick::Again => self.choose(ctx),
            ListClick::Moved => Response::Done,
            ListClick::Nothing => Response::Pass,
        }
    }

    fn sync(&mut self, body: Rect, _ctx: &ViewContext<'_>) {
        self.window.sync(body, self.lines.len());
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        let widest = self.lines.iter().map(|(what, _)| text::width(what)).max().unwrap_or(0);
        self.window.render(buffer, body, ctx.look, |painter, at| {
            let Some((what, means)) = self.lines.get(at) else { return };
            painter.column(what, widest, theme.text).skip(2).show(means, theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Back, Action::Down]
    }
}
