//! A prompt for one text.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Response, View, ViewContext};
use crate::tui::prompts::Prompt;
use crate::tui::theme::painter::Painter;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Handles the text.
type TextHandler = Box<dyn Fn(&str) -> Response>;

/// The state of the prompt.
pub struct TextDialog {
    label: &'static str,
    prompt: Prompt,
    done: TextHandler,
    may_be_empty: bool,
}

impl TextDialog {
    /// Returns a prompt with an initial text. The accepted text is never empty.
    pub fn new(
        label: &'static str,
        answer: &str,
        done: impl Fn(&str) -> Response + 'static,
    ) -> TextDialog {
        TextDialog {
            label,
            prompt: Prompt::new(answer, &[]),
            done: Box::new(done),
            may_be_empty: false,
        }
    }

    /// Returns a prompt that also accepts an empty text.
    pub fn maybe_empty(
        label: &'static str,
        answer: &str,
        done: impl Fn(&str) -> Response + 'static,
    ) -> TextDialog {
        TextDialog { may_be_empty: true, ..TextDialog::new(label, answer, done) }
    }
}

impl View for TextDialog {
    fn place(&self) -> KeyContext {
        KeyContext::Text
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        matches!(action, Action::Accept | Action::Back)
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Back => Response::Close,
            Action::Accept => match self.prompt.text().trim() {
                "" if !self.may_be_empty => {
                    Response::Say("type something, or go back with esc".to_owned())
                }
                text => (self.done)(text),
            },
            _ => Response::Pass,
        }
    }

    fn typed(&mut self, event: KeyEvent, _ctx: &ViewContext<'_>) -> Response {
        self.prompt.typed(event, |_, _| Vec::new());
        Response::Done
    }

    fn paste(&mut self, pasted: &str, _ctx: &ViewContext<'_>) -> Response {
        self.prompt.paste(pasted);
        Response::Done
    }

    fn strip(&self) -> u16 {
        1
    }

    fn sync(&mut self, _strip: Rect, _ctx: &ViewContext<'_>) {}

    fn render(&self, buffer: &mut Buffer, strip: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        let Some(mut painter) = Painter::on(buffer, strip, 0, ctx.look) else { return };
        painter.put(" ", theme.heading).put(self.label, theme.heading).put("  ", theme.heading);
        self.prompt.line.render(&mut painter, |_| theme.text, ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Accept, Action::Back]
    }
}
