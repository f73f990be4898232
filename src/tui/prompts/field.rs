//! The prompt for a field of the calls that should become a column of the log.

use crate::fql::{CompletionKind, NameSource, complete};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Response, SideEffect, View, ViewContext};
use crate::tui::pages::log::Column;
use crate::tui::prompts::{Offer, Prompt, completions};
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The text before the field.
const LABEL: &str = " a column for the field  ";
/// The hint in an empty field.
const INTRO: &str = "properties.plan, context.app.version, library.name, messageId, write_key";

/// The state of the prompt.
pub struct FieldPrompt {
    prompt: Prompt,
    names: Box<dyn NameSource>,
    /// The names of the current columns, from the left.
    columns: Vec<String>,
}

impl FieldPrompt {
    /// Returns an empty prompt that adds a column to these.
    pub fn new(columns: Vec<String>, ctx: &ViewContext<'_>) -> FieldPrompt {
        FieldPrompt { prompt: Prompt::new("", &[]), names: ctx.inspector.names(), columns }
    }

    fn offers(names: &dyn NameSource) -> impl FnOnce(&str, usize) -> Vec<Offer> {
        move |text, cursor| {
            let offers = complete(text, cursor, names).into_iter();
            let fields = offers.filter(|offer| offer.kind == CompletionKind::Field);
            let fields = fields.filter(|offer| Column::parse(&offer.text).is_ok());
            fields
                .map(|offer| Offer { text: offer.text, replace: offer.replace, about: "field" })
                .collect()
        }
    }

    /// Adds the column before the vendors' marks, or at the end if there are none.
    fn accept(&self) -> Response {
        let name = self.prompt.text().trim();
        let column = match Column::parse(name) {
            Ok(column) => column,
            Err(why) => return Response::Say(format!("`{name}` {why}")),
        };
        let mut names = self.columns.clone();
        let is_vendors = |name: &String| *name == *Column::Vendors.name();
        let place = names.iter().position(is_vendors).unwrap_or(names.len());
        names.insert(place, column.name().to_owned());
        match Column::check(&names) {
            Ok(()) => Response::CloseAndAsk(SideEffect::Columns(names)),
            Err((name, why)) => Response::Say(format!("`{name}` {why}")),
        }
    }
}

impl View for FieldPrompt {
    fn place(&self) -> KeyContext {
        KeyContext::Text
    }

    fn can(&self, _action: Action, _ctx: &ViewContext<'_>) -> bool {
        true
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Back => Response::Close,
            Action::Accept if self.prompt.has_chosen() => {
                self.prompt.accept_offer();
                Response::Done
            }
            Action::Accept if self.prompt.text().trim().is_empty() => {
                Response::Say("type a field, or go back with esc".to_owned())
            }
            Action::Accept => self.accept(),
            action => match self.prompt.act(action, Self::offers(self.names.as_ref())) {
                Some(_) => Response::Done,
                None => Response::Pass,
            },
        }
    }

    fn typed(&mut self, event: KeyEvent, _ctx: &ViewContext<'_>) -> Response {
        self.prompt.typed(event, Self::offers(self.names.as_ref()));
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
        painter.put(LABEL, theme.heading);
        self.prompt.line.render(&mut painter, |_| theme.text, ctx.look);
        if self.prompt.text().is_empty() {
            painter.skip(2).put(INTRO, theme.quiet);
        }
        completions::render(
            buffer,
            strip,
            text::width(LABEL).saturating_sub(2),
            &self.prompt,
            ctx.look,
        );
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Accept, Action::Back, Action::Complete]
    }
}
