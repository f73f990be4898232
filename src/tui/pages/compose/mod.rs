//! The compose page: a call in a text area, and beside it the results at the vendors while one
//! types.
//!
//! ```text
//! at least 100 columns                     below
//! +------------------+-------------------+ +------------------+
//! | Compose          | findings and      | | the call         |
//! |  1 {             | outputs, by       | |------------------|
//! |  2   "type": …   | vendor            | | the findings     |
//! | the mistake, or the response         | | the response     |
//! +--------------------------------------+ +------------------+
//! ```

mod commands;
mod drafts;
mod editor;
mod footer;
mod json_colors;
mod results;

use crate::call::template::TEMPLATES;
use crate::inspector::{ComposedCall, DraftError};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Begin, Pointer, Response, View, ViewContext};
use crate::tui::dialogs::help::HelpView;
use crate::tui::pages::call_actions;
use crate::tui::theme::painter::{Painter, rule};
use crate::tui::widgets::choice_dialog::ChoiceDialog;
use crate::tui::widgets::movement::step;
use crossterm::event::KeyEvent;
use drafts::{Draft, Drafts};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// The minimum width at which the text and its results stand side by side.
const MIN_SIDE_BY_SIDE_WIDTH: u16 = 100;
/// The lines that one turn of the wheel scrolls.
const WHEEL_LINES: usize = 3;

/// The text after the word `STALE`.
const STALE: &str = "  the results are of the text before its mistake";

/// The state of the compose page.
pub struct ComposeView {
    drafts: Drafts,
    /// True if keys edit the text. Otherwise they scroll the results.
    typing: bool,
    composed: Option<Result<ComposedCall, DraftError>>,
    /// The inputs of the results: the number of edits, the version of the shared state (`judged`),
    /// and the width.
    made: Option<(u64, u64, u16)>,
    edits: u64,
    page: Vec<Line<'static>>,
    scroll: usize,
    body: Rect,
}

impl Default for ComposeView {
    /// Returns a page with the first template.
    fn default() -> ComposeView {
        ComposeView {
            drafts: Drafts::new(Draft::from_template(&TEMPLATES[0])),
            typing: true,
            composed: None,
            made: None,
            edits: 0,
            page: Vec::new(),
            scroll: 0,
            body: Rect::default(),
        }
    }
}

/// Returns a dialog that asks for the template to begin with.
fn ask_template() -> ChoiceDialog {
    let lines = TEMPLATES.iter().map(|found| (found.name.clone(), found.about.clone())).collect();
    ChoiceDialog::new("Begin with", lines, Vec::new(), |at, _| {
        Response::CloseAndBegin(Begin::Template(at))
    })
}

/// Returns the message about the key that brings back the previous text.
fn can_be_undone(ctx: &ViewContext<'_>) -> String {
    let keys = ctx.keymap.keys(KeyContext::Compose, Action::UndoEdit);
    let key = keys.first().map_or("undo_edit", String::as_str);
    format!("{key} brings back what was written before")
}

impl ComposeView {
    /// Returns the areas: title, text, line, results, foot.
    fn areas(body: Rect) -> Areas {
        let line = |y: u16| Rect { y, height: 1, ..body }.intersection(body);
        let (title, foot) = (line(body.y), line(body.bottom().saturating_sub(1)));
        let inner =
            Rect { y: body.y.saturating_add(1), height: body.height.saturating_sub(2), ..body };
        if body.width >= MIN_SIDE_BY_SIDE_WIDTH {
            let left = body.width / 2;
            let text = Rect { width: left, ..inner };
            let rule = Rect { x: inner.x + left, width: 1, ..inner };
            let results =
                Rect { x: rule.x + 2, width: inner.width.saturating_sub(left + 2), ..inner };
            return Areas { title, text, rule, results, foot };
        }
        let upper = inner.height / 2;
        let text = Rect { height: upper, ..inner };
        let rule = Rect { y: inner.y + upper, height: 1.min(inner.height - upper), ..inner };
        let results = Rect {
            x: inner.x + 1.min(inner.width),
            y: rule.bottom(),
            width: inner.width.saturating_sub(1),
            height: inner.height - upper - rule.height,
        };
        Areas { title, text, rule, results, foot }
    }

    fn last(&self) -> usize {
        let height = usize::from(ComposeView::areas(self.body).results.height);
        self.page.len().saturating_sub(height)
    }

    fn move_results(&mut self, action: Action) -> Response {
        let height = usize::from(ComposeView::areas(self.body).results.height);
        let Some(to) = step(action, self.scroll, height, self.last()) else {
            return Response::Pass;
        };
        self.scroll = to;
        Response::Done
    }

    /// Shows the editor after an undo or redo. If nothing was `done`, returns the message `none`.
    fn edit_again(&mut self, done: bool, none: &str) -> Response {
        self.edits += u64::from(done);
        self.typing = true;
        if done { Response::Done } else { Response::Say(none.to_owned()) }
    }
}

struct Areas {
    title: Rect,
    text: Rect,
    rule: Rect,
    results: Rect,
    foot: Rect,
}

impl View for ComposeView {
    fn place(&self) -> KeyContext {
        if self.typing { KeyContext::Compose } else { KeyContext::Composed }
    }

    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool {
        match action {
            Action::SendCall => !ctx.shared.addresses.is_empty(),
            Action::UndoEdit => self.drafts.can_undo(),
            Action::Correct => {
                matches!(&self.composed, Some(Ok(call)) if call.corrected.is_some())
            }
            Action::Down | Action::PageDown => !self.typing && self.scroll < self.last(),
            _ => true,
        }
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::SendCall => self.send(false, ctx),
            Action::SendElsewhere => self.send(true, ctx),
            Action::Deliver => self.deliver(),
            Action::ChooseTemplate => Response::Open(Box::new(ask_template())),
            Action::Correct => self.correct(ctx),
            Action::UndoEdit => {
                let done = self.drafts.undo();
                self.edit_again(done, "nothing to undo")
            }
            Action::RedoEdit => {
                let done = self.drafts.redo();
                self.edit_again(done, "nothing to redo")
            }
            Action::Compose => {
                self.typing = true;
                Response::Done
            }
            Action::NextPane | Action::PreviousPane | Action::Toggle => {
                self.typing = !self.typing;
                Response::Done
            }
            Action::Back if self.typing => {
                self.typing = false;
                Response::Done
            }
            Action::Back | Action::BackOrQuit => Response::Close,
            Action::Help => Response::Open(Box::new(HelpView::new(self.place()))),
            action => self.move_results(action),
        }
    }

    fn begin(&mut self, from: Begin, ctx: &ViewContext<'_>) -> Response {
        let (draft, words) = match from {
            Begin::Row(row) => match row.and_then(|row| call_actions::call(row, ctx)) {
                Some(call) => (Draft::from_call(&call), None),
                None => (Draft::from_template(&TEMPLATES[0]), None),
            },
            Begin::Template(at) => match TEMPLATES.get(at) {
                Some(template) => {
                    let words = format!("this is the template {}", template.name);
                    (Draft::from_template(template), Some(words))
                }
                None => return Response::Pass,
            },
        };
        let undo_hint = self.drafts.begin(draft).then(|| can_be_undone(ctx));
        (self.typing, self.scroll) = (true, 0);
        self.edits += 1;
        let messages: Vec<String> = words.into_iter().chain(undo_hint).collect();
        if messages.is_empty() { Response::Done } else { Response::Say(messages.join("; ")) }
    }

    fn typed(&mut self, event: KeyEvent, _ctx: &ViewContext<'_>) -> Response {
        if !self.typing {
            return Response::Pass;
        }
        self.edits += u64::from(self.drafts.now.editor.typed(event));
        Response::Done
    }

    fn paste(&mut self, pasted: &str, _ctx: &ViewContext<'_>) -> Response {
        match self.drafts.now.editor.paste(pasted) {
            true => {
                self.edits += 1;
                Response::Done
            }
            false => Response::Say("the text is too long".to_owned()),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, _ctx: &ViewContext<'_>) -> Response {
        let areas = ComposeView::areas(self.body);
        match pointer {
            Pointer::Click if areas.text.contains(at) => {
                self.typing = true;
                self.drafts.now.editor.click(areas.text, at);
            }
            Pointer::Click => self.typing &= !areas.results.contains(at),
            wheel => {
                let down = wheel == Pointer::WheelDown;
                for _ in 0..WHEEL_LINES {
                    if areas.text.contains(at) {
                        self.drafts.now.editor.scroll(down);
                    } else {
                        self.move_results(if down { Action::Down } else { Action::Up });
                    }
                }
            }
        }
        Response::Done
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.body = body;
        let areas = ComposeView::areas(body);
        self.drafts.now.editor.sync(areas.text);
        let made = (self.edits, ctx.shared.judged, areas.results.width);
        if self.made != Some(made) {
            self.made = Some(made);
            let composed = ctx.inspector.compose(&self.drafts.now.editor.text());
            if let Ok(call) = &composed {
                self.page = results::page(call, usize::from(areas.results.width), ctx);
            }
            self.drafts.now.editor.mark(match &composed {
                Err(DraftError { line, .. }) => Some(*line),
                Ok(_) => None,
            });
            self.composed = Some(composed);
        }
        self.scroll = self.scroll.min(self.last());
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let theme = &look.theme;
        let areas = ComposeView::areas(body);
        for at in body.intersection(buffer.area).positions() {
            if let Some(cell) = buffer.cell_mut(at) {
                cell.reset();
            }
        }
        if let Some(mut painter) = Painter::on(buffer, areas.title, 0, look) {
            painter.put(" Compose", theme.heading).skip(2);
            match &self.composed {
                Some(Ok(call)) => {
                    results::marks(&mut painter, call, ctx);
                    if let Some(from) = &self.drafts.now.from {
                        painter.put("from ", theme.quiet).show(from, theme.quiet);
                    }
                }
                // the marks would belong to another text
                Some(Err(DraftError { .. })) if !self.page.is_empty() => {
                    painter.put("STALE", theme.warning).put(STALE, theme.quiet);
                }
                _ => {}
            }
        }
        self.drafts.now.editor.render(buffer, areas.text, self.typing, look);
        let style = if self.typing { theme.rule } else { theme.rule_focus };
        rule(buffer, areas.rule, style, look);
        let shown = self.page.get(self.scroll..).unwrap_or(&[]);
        crate::tui::pages::detail::lines(buffer, areas.results, shown);
        if let Some(Err(DraftError { .. })) = &self.composed {
            buffer.set_style(areas.results.intersection(buffer.area), theme.unused);
        }
        if let Some(mut painter) = Painter::on(buffer, areas.foot, 0, look) {
            painter.skip(1);
            crate::tui::pages::compose::footer::write(&mut painter, self.composed.as_ref(), ctx);
            let hidden = self.last().saturating_sub(self.scroll);
            if hidden > 0 {
                let words = format!("  +{hidden} below");
                painter.right(words.len()).put(&words, theme.quiet);
            }
        }
    }

    fn footer(&self) -> &'static [Action] {
        match self.typing {
            true => &[
                Action::SendCall,
                Action::Correct,
                Action::ChooseTemplate,
                Action::UndoEdit,
                Action::NextPane,
                Action::SendElsewhere,
                Action::Deliver,
                Action::Back,
                Action::Help,
            ],
            false => &[
                Action::SendCall,
                Action::Correct,
                Action::NextPane,
                Action::Down,
                Action::Back,
                Action::Help,
                Action::Deliver,
            ],
        }
    }
}
