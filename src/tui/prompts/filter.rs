//! The filter prompt. A filter that can be parsed is applied while the user types.

use crate::fql::{CompletionKind, Filter, FilterError, NameSource, Tone, complete, tones};
use crate::inspector::Memo;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::FilterChange;
use crate::tui::app::view::{Response, SideEffect, View, ViewContext};
use crate::tui::bars::filter_bar;
use crate::tui::dialogs::filter_warnings;
use crate::tui::dialogs::filter_warnings::Doubt;
use crate::tui::prompts::{NamedView, Offer, Prompt, PromptResult, TextDialog, completions};
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// The hint in an empty line.
const INTRO: &str = "a word to search for, or missing(account_id), properties.total > 100";

/// The hint for a text that ends in a field's name, or in the beginning of one.
const HALF: &str = "a field: compare it, e.g. type = \"track\" (enter searches for the word)";

/// Returns true if a text ends in a field without a comparison, or in the beginning of a field or
/// of a keyword.
fn half_typed(text: &str, filter: &Filter, names: &dyn NameSource) -> bool {
    let read = filter.to_string();
    let offers = complete(text, text.len(), names);
    let mut names =
        offers.iter().filter(|o| matches!(o.kind, CompletionKind::Field | CompletionKind::Keyword));
    names.any(|offer| {
        let typed = text.get(offer.replace.clone()).unwrap_or_default();
        // a field that is true or false by itself, such as `repeat`, is complete
        let as_word = || typed.contains('.') || read.ends_with(&format!("\"{typed}\""));
        !typed.is_empty() && offer.text.starts_with(typed) && as_word()
    })
}

/// The state of the prompt.
pub struct FilterView {
    prompt: Prompt,
    error: Option<FilterError>,
    /// The warning about a filter that can be parsed.
    hint: Option<Doubt>,
    /// The warning about a field that no call has, shown if no call passes.
    absent: Option<Doubt>,
    names: Box<dyn NameSource>,
}

impl FilterView {
    /// Returns a prompt with the active filter.
    pub fn new(ctx: &ViewContext<'_>) -> FilterView {
        let filtering = &ctx.shared.filtering;
        let prompt = Prompt::new(filtering.text(), &ctx.shared.kept.history);
        FilterView { prompt, error: None, hint: None, absent: None, names: ctx.inspector.names() }
    }

    fn apply_change(&mut self, typed: PromptResult, ctx: &ViewContext<'_>) -> Response {
        if typed == PromptResult::Same {
            return Response::Done;
        }
        let text = self.prompt.text();
        self.absent = None;
        match ctx.inspector.parse_filter(text) {
            // a comparison is probably being typed; searching for the field's name would show
            // unrelated rows
            Ok(filter) if half_typed(text, &filter, self.names.as_ref()) => {
                self.error = None;
                self.hint = Some(Doubt { at: None, says: HALF.to_owned() });
                Response::Done
            }
            Ok(filter) => {
                self.error = None;
                self.hint = filter_warnings::text_warnings(&filter).into_iter().next();
                let absent =
                    filter_warnings::absent_field_warnings(text, &filter, self.names.as_ref());
                self.absent = absent.into_iter().next();
                Response::Filter(FilterChange::Preview(text.to_owned()))
            }
            Err(error) => {
                self.error = Some(error);
                self.hint = None;
                Response::Done
            }
        }
    }

    fn offers(names: &dyn NameSource) -> impl FnOnce(&str, usize) -> Vec<Offer> {
        move |text, cursor| {
            let offers = complete(text, cursor, names).into_iter();
            let about = |kind| match kind {
                CompletionKind::Field => "field",
                CompletionKind::Value => "value",
                CompletionKind::Function => "function",
                CompletionKind::Keyword => "word",
            };
            offers
                .map(|offer| Offer {
                    text: offer.text,
                    replace: offer.replace,
                    about: about(offer.kind),
                })
                .collect()
        }
    }

    fn accept(&self) -> Response {
        let text = self.prompt.text().trim().to_owned();
        match &self.error {
            // the error is shown below the text
            Some(_) => Response::Say("the last valid filter stays active".to_owned()),
            None => Response::CloseAndFilter(FilterChange::Accept(text)),
        }
    }
}

/// Turns the filter off or on. Without a filter, names the key that starts one.
pub fn toggle_filter(place: KeyContext, ctx: &ViewContext<'_>) -> Response {
    if ctx.shared.filtering.text().is_empty() {
        let key = ctx.keymap.first_key(place, Action::EditFilter);
        return Response::Say(format!("no filter yet; {key} starts one"));
    }
    Response::Filter(FilterChange::Toggle)
}

/// Draws a message about a position of the line above, given by its column on the screen and its
/// number in the text. The message stands on the side of the `^` that has room for it.
fn draw_message_at(
    painter: &mut Painter<'_>,
    (at, number): (usize, usize),
    says: &str,
    style: Style,
    look: &Appearance,
) {
    let wide = text::width(&look.clean(says));
    if at + 2 + wide < painter.room() {
        painter.skip(at).put("^ ", style).show(says, style);
    } else if at > wide {
        painter.skip(at - wide - 1).show(says, style).put(" ^", style);
    } else {
        painter.put(&format!(" column {number}: "), style).show(says, style);
    }
}

impl View for FilterView {
    fn place(&self) -> KeyContext {
        KeyContext::Filter
    }

    fn can(&self, _action: Action, _ctx: &ViewContext<'_>) -> bool {
        true
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Back => Response::CloseAndFilter(FilterChange::Restore),
            Action::Accept if self.prompt.has_chosen() => {
                let typed = self.prompt.accept_offer();
                self.apply_change(typed, ctx)
            }
            Action::Accept => self.accept(),
            Action::NamedFilters => match NamedView::new(ctx) {
                Some(view) => Response::Open(Box::new(view)),
                None => {
                    let key = ctx.keymap.first_key(KeyContext::Filter, Action::SaveFilter);
                    Response::Say(format!("no filter has a name yet; {key} gives one"))
                }
            },
            Action::SaveFilter if self.error.is_some() || self.prompt.text().trim().is_empty() => {
                Response::Say("only a filter that can be read gets a name".to_owned())
            }
            Action::SaveFilter => {
                let text = self.prompt.text().trim().to_owned();
                Response::Open(Box::new(TextDialog::new("name of this filter", "", move |name| {
                    Response::CloseAndAsk(SideEffect::Keep(Memo::Named {
                        name: name.to_owned(),
                        text: text.clone(),
                    }))
                })))
            }
            action => match self.prompt.act(action, Self::offers(self.names.as_ref())) {
                Some(typed) => self.apply_change(typed, ctx),
                None => Response::Pass,
            },
        }
    }

    fn typed(&mut self, event: KeyEvent, ctx: &ViewContext<'_>) -> Response {
        let typed = self.prompt.typed(event, Self::offers(self.names.as_ref()));
        self.apply_change(typed, ctx)
    }

    fn paste(&mut self, pasted: &str, ctx: &ViewContext<'_>) -> Response {
        let typed = self.prompt.paste(pasted);
        self.apply_change(typed, ctx)
    }

    fn strip(&self) -> u16 {
        2
    }

    fn sync(&mut self, _strip: Rect, _ctx: &ViewContext<'_>) {}

    fn render(&self, buffer: &mut Buffer, strip: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let theme = &look.theme;
        let count = filter_bar::count(ctx);
        let right: usize = count.iter().map(|span| text::width(&span.content)).sum();
        let wrong = self.error.as_ref().map(FilterError::span);
        let line = self.prompt.text();
        let tones = tones(line);
        let style = |at: usize| -> Style {
            let tone = tones.iter().find(|(part, _)| part.contains(&at)).map(|(_, tone)| *tone);
            let style = match tone {
                Some(Tone::Name) => theme.json_name,
                Some(Tone::Text) => theme.json_string,
                Some(Tone::Number) => theme.json_number,
                Some(Tone::Keyword) => theme.json_word,
                Some(Tone::Sign) => theme.json_shape,
                None => theme.text,
            };
            match &wrong {
                Some(wrong) if wrong.contains(&at) => {
                    theme.error.add_modifier(Modifier::UNDERLINED)
                }
                _ => style,
            }
        };
        let left = Rect { width: strip.width.saturating_sub(right as u16 + 1), ..strip };
        let mut first = 0;
        let label = text::width(filter_bar::LABEL);
        if let Some(mut painter) = Painter::on(buffer, left, 0, look) {
            painter.put(filter_bar::LABEL, theme.heading);
            first = self.prompt.line.render(&mut painter, style, look);
        }
        if let Some(mut painter) = Painter::on(buffer, strip, 0, look) {
            painter.right(right);
            for span in &count {
                painter.put(&span.content, span.style);
            }
        }
        let column = |at: usize| {
            let seen = line.get(first.min(at)..at).unwrap_or("");
            label + text::width(&look.clean(seen))
        };
        let shown = &ctx.shared.shown;
        let nothing = shown.rows == 0 && ctx.shared.filtering.progress(shown).is_none();
        let absent = self.absent.as_ref().filter(|_| nothing);
        if let Some(mut painter) = Painter::on(buffer, strip, 1, look) {
            match (&self.error, absent.or(self.hint.as_ref())) {
                (Some(error), _) => {
                    let near = error.near.as_ref();
                    let near =
                        near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                    let says = format!("expected {}, found {}{near}", error.expected, error.found);
                    let at = (column(error.span().start), error.column);
                    draw_message_at(&mut painter, at, &says, theme.error, look);
                }
                (None, Some(Doubt { at: Some(at), says })) => {
                    let number = line.get(..*at).map_or(1, |before| before.chars().count() + 1);
                    draw_message_at(&mut painter, (column(*at), number), says, theme.warning, look);
                }
                (None, Some(hint)) => {
                    painter.skip(label).show(&hint.says, theme.warning);
                }
                (None, None) if line.is_empty() => {
                    painter.skip(label).put(INTRO, theme.quiet);
                }
                (None, None) => {}
            }
        }
        let from = self.prompt.offers.first().map_or(0, |offer| offer.replace.start);
        completions::render(buffer, strip, column(from).saturating_sub(2), &self.prompt, look);
    }

    fn footer(&self) -> &'static [Action] {
        &[
            Action::Accept,
            Action::Back,
            Action::Complete,
            Action::Older,
            Action::SaveFilter,
            Action::NamedFilters,
        ]
    }
}
