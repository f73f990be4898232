//! Asks for one text, and does something with it.

use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::{Reply, View, World};
use crate::tui::prompts::Prompt;
use crate::tui::theme::painter::Pen;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What is done with the text.
type Done = Box<dyn Fn(&str) -> Reply>;

/// The question.
pub struct AskView {
    label: &'static str,
    prompt: Prompt,
    done: Done,
    may_be_empty: bool,
}

impl AskView {
    /// Asks, with an answer to begin with. The answer that is given is never empty.
    pub fn new(
        label: &'static str,
        answer: &str,
        done: impl Fn(&str) -> Reply + 'static,
    ) -> AskView {
        AskView {
            label,
            prompt: Prompt::new(answer, &[]),
            done: Box::new(done),
            may_be_empty: false,
        }
    }

    /// The same where no text is an answer too.
    pub fn maybe_empty(
        label: &'static str,
        answer: &str,
        done: impl Fn(&str) -> Reply + 'static,
    ) -> AskView {
        AskView { may_be_empty: true, ..AskView::new(label, answer, done) }
    }
}

impl View for AskView {
    fn place(&self) -> Place {
        Place::Text
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(action, Action::Accept | Action::Back)
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        match action {
            Action::Back => Reply::Close,
            Action::Accept => match self.prompt.text().trim() {
                "" if !self.may_be_empty => {
                    Reply::Say("type something, or go back with esc".to_owned())
                }
                text => (self.done)(text),
            },
            _ => Reply::Pass,
        }
    }

    fn typed(&mut self, event: KeyEvent, _world: &World<'_>) -> Reply {
        self.prompt.typed(event, |_, _| Vec::new());
        Reply::Done
    }

    fn paste(&mut self, pasted: &str, _world: &World<'_>) -> Reply {
        self.prompt.paste(pasted);
        Reply::Done
    }

    fn strip(&self) -> u16 {
        1
    }

    fn sync(&mut self, _strip: Rect, _world: &World<'_>) {}

    fn render(&self, buffer: &mut Buffer, strip: Rect, world: &World<'_>) {
        let theme = &world.look.theme;
        let Some(mut pen) = Pen::on(buffer, strip, 0, world.look) else { return };
        pen.put(" ", theme.heading).put(self.label, theme.heading).put("  ", theme.heading);
        self.prompt.line.render(&mut pen, |_| theme.text, world.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Accept, Action::Back]
    }
}
