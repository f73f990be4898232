//! A call in a text area, and beside it what vendors would make of it, while it is typed.
//!
//! ```text
//! at least 100 columns                     below
//! +------------------+-------------------+ +------------------+
//! | Compose          | what is found and | | the call         |
//! |  1 {             | sent, vendor by   | |------------------|
//! |  2   "type": …   | vendor            | | what is found    |
//! | where it is wrong, or the answer     | | the answer       |
//! +--------------------------------------+ +------------------+
//! ```

mod colour;
mod drafts;
mod editor;
mod foot;
mod results;

use super::deliver::DeliverView;
use super::pick::PickView;
use super::where_to::{Parcel, ask_where};
use super::{Begin, Effect, HelpView, Pointer, Reply, View, World, one};
use crate::call::template::TEMPLATES;
use crate::inspector::{Chosen, ComposedCall, NotYet};
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, rule};
use crate::tui::view::step::step;
use crossterm::event::KeyEvent;
pub use drafts::with_type;
use drafts::{Draft, Drafts};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// From this width on the text and its results stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// Lines that one turn of the wheel moves.
const WHEEL_LINES: usize = 3;

/// What stands behind the word that the results are of another text.
const STALE: &str = "  the results are of the text before its mistake";

/// The text being written, and what it gives.
pub struct ComposeView {
    drafts: Drafts,
    /// Keys type; else they move the results.
    typing: bool,
    composed: Option<Result<ComposedCall, NotYet>>,
    /// What the results were made from: the text or the vendors are another, or the width.
    made: Option<(u64, u64, u16)>,
    edits: u64,
    page: Vec<Line<'static>>,
    scroll: usize,
    body: Rect,
}

impl Default for ComposeView {
    /// The first template.
    fn default() -> ComposeView {
        ComposeView {
            drafts: Drafts::of(Draft::of_template(&TEMPLATES[0])),
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

/// Asks with which template to begin.
fn ask_template() -> PickView {
    let lines = TEMPLATES.iter().map(|found| (found.name.clone(), found.about.clone())).collect();
    PickView::of("Begin with", lines, Vec::new(), |at, _| Reply::CloseAndBegin(Begin::Template(at)))
}

/// What is to be said of a key that brings back what was written.
fn can_be_undone(world: &World<'_>) -> String {
    let keys = world.keymap.keys(Place::Compose, Action::UndoEdit);
    let key = keys.first().map_or("undo_edit", String::as_str);
    format!("{key} brings back what was written before")
}

impl ComposeView {
    /// The areas: title, text, the line between, results, the foot.
    fn areas(body: Rect) -> Areas {
        let line = |y: u16| Rect { y, height: 1, ..body }.intersection(body);
        let (title, foot) = (line(body.y), line(body.bottom().saturating_sub(1)));
        let inner =
            Rect { y: body.y.saturating_add(1), height: body.height.saturating_sub(2), ..body };
        if body.width >= SIDE_BY_SIDE {
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

    fn move_results(&mut self, action: Action) -> Reply {
        let height = usize::from(ComposeView::areas(self.body).results.height);
        let Some(to) = step(action, self.scroll, height, self.last()) else { return Reply::Pass };
        self.scroll = to;
        Reply::Done
    }

    /// Sends it, to this listener or where the user says.
    fn send(&self, elsewhere: bool, world: &World<'_>) -> Reply {
        if let Some(Err(NotYet { line, column, message })) = &self.composed {
            return Reply::Say(format!("line {line}, column {column}: {message}"));
        }
        let Draft { editor, write_key, rudder, .. } = &self.drafts.now;
        let (text, write_key) = (editor.text(), write_key.clone());
        match elsewhere {
            false if world.shared.addresses.is_empty() => {
                let keys = world.keymap.keys(self.place(), Action::SendElsewhere).join(" ");
                Reply::Say(format!("nothing listens here; {keys} sends it to another address"))
            }
            false => Reply::Ask(Effect::Send { to: None, text, write_key }),
            true => {
                let parcel = Parcel { what: None, text, write_key, rudder: *rudder };
                Reply::Open(Box::new(ask_where(parcel, world)))
            }
        }
    }

    /// Shows what would be sent to the first vendor in use that would receive something.
    fn deliver(&self) -> Reply {
        let call = match &self.composed {
            Some(Ok(call)) => call,
            Some(Err(NotYet { line, column, message })) => {
                return Reply::Say(format!("line {line}, column {column}: {message}"));
            }
            None => return Reply::Pass,
        };
        match one::first(&call.vendors) {
            Some(vendor) => {
                let chosen = Chosen::Text(self.drafts.now.editor.text());
                Reply::Open(Box::new(DeliverView::of(chosen, vendor)))
            }
            None => Reply::Say("no vendor judged this call".to_owned()),
        }
    }

    /// Takes back an edit, or makes it again.
    fn edit_again(&mut self, done: bool, none: &str) -> Reply {
        self.edits += u64::from(done);
        self.typing = true;
        if done { Reply::Done } else { Reply::Say(none.to_owned()) }
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
    fn place(&self) -> Place {
        if self.typing { Place::Compose } else { Place::Composed }
    }

    fn can(&self, action: Action, world: &World<'_>) -> bool {
        match action {
            Action::SendCall => !world.shared.addresses.is_empty(),
            Action::UndoEdit => self.drafts.can_undo(),
            Action::Down | Action::PageDown => !self.typing && self.scroll < self.last(),
            _ => true,
        }
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::SendCall => self.send(false, world),
            Action::SendElsewhere => self.send(true, world),
            Action::Deliver => self.deliver(),
            Action::ChooseTemplate => Reply::Open(Box::new(ask_template())),
            Action::UndoEdit => {
                let done = self.drafts.undo();
                self.edit_again(done, "nothing was written before this")
            }
            Action::RedoEdit => {
                let done = self.drafts.redo();
                self.edit_again(done, "nothing was taken back")
            }
            Action::Compose => {
                self.typing = true;
                Reply::Done
            }
            Action::NextPane | Action::PreviousPane | Action::Toggle => {
                self.typing = !self.typing;
                Reply::Done
            }
            Action::Back if self.typing => {
                self.typing = false;
                Reply::Done
            }
            Action::Back | Action::BackOrQuit => Reply::Close,
            Action::Help => Reply::Open(Box::new(HelpView::of(self.place()))),
            action => self.move_results(action),
        }
    }

    fn begin(&mut self, from: Begin, world: &World<'_>) -> Reply {
        let (draft, words) = match from {
            Begin::Row(row) => match row.and_then(|row| one::call(row, world)) {
                Some(call) => (Draft::of_call(&call), None),
                None => (Draft::of_template(&TEMPLATES[0]), None),
            },
            Begin::Template(at) => match TEMPLATES.get(at) {
                Some(template) => {
                    let words = format!("this is the template {}", template.name);
                    (Draft::of_template(template), Some(words))
                }
                None => return Reply::Pass,
            },
        };
        let kept = self.drafts.begin(draft).then(|| can_be_undone(world));
        (self.typing, self.scroll) = (true, 0);
        self.edits += 1;
        let said: Vec<String> = words.into_iter().chain(kept).collect();
        if said.is_empty() { Reply::Done } else { Reply::Say(said.join("; ")) }
    }

    fn typed(&mut self, event: KeyEvent, _world: &World<'_>) -> Reply {
        if !self.typing {
            return Reply::Pass;
        }
        self.edits += u64::from(self.drafts.now.editor.typed(event));
        Reply::Done
    }

    fn paste(&mut self, pasted: &str, _world: &World<'_>) -> Reply {
        match self.drafts.now.editor.paste(pasted) {
            true => {
                self.edits += 1;
                Reply::Done
            }
            false => Reply::Say("there is no room for so much text".to_owned()),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, _world: &World<'_>) -> Reply {
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
        Reply::Done
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let areas = ComposeView::areas(body);
        self.drafts.now.editor.sync(areas.text);
        let made = (self.edits, world.shared.judged, areas.results.width);
        if self.made != Some(made) {
            self.made = Some(made);
            let composed = world.inspector.compose(&self.drafts.now.editor.text());
            if let Ok(call) = &composed {
                self.page = results::page(call, usize::from(areas.results.width), world);
            }
            self.drafts.now.editor.mark(match &composed {
                Err(NotYet { line, .. }) => Some(*line),
                Ok(_) => None,
            });
            self.composed = Some(composed);
        }
        self.scroll = self.scroll.min(self.last());
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let areas = ComposeView::areas(body);
        for at in body.intersection(buffer.area).positions() {
            if let Some(cell) = buffer.cell_mut(at) {
                cell.reset();
            }
        }
        if let Some(mut pen) = Pen::on(buffer, areas.title, 0, look) {
            pen.put(" Compose", theme.heading).skip(2);
            match &self.composed {
                Some(Ok(call)) => {
                    results::marks(&mut pen, call, world);
                    if let Some(from) = &self.drafts.now.from {
                        pen.put("from ", theme.quiet).show(from, theme.quiet);
                    }
                }
                // the marks would be of another text
                Some(Err(NotYet { .. })) if !self.page.is_empty() => {
                    pen.put("STALE", theme.warning).put(STALE, theme.quiet);
                }
                _ => {}
            }
        }
        self.drafts.now.editor.render(buffer, areas.text, self.typing, look);
        let style = if self.typing { theme.rule } else { theme.rule_focus };
        rule(buffer, areas.rule, style, look);
        let shown = self.page.get(self.scroll..).unwrap_or(&[]);
        super::detail::lines(buffer, areas.results, shown);
        if let Some(Err(NotYet { .. })) = &self.composed {
            buffer.set_style(areas.results.intersection(buffer.area), theme.unused);
        }
        if let Some(mut pen) = Pen::on(buffer, areas.foot, 0, look) {
            pen.skip(1);
            foot::write(&mut pen, self.composed.as_ref(), world);
            let hidden = self.last().saturating_sub(self.scroll);
            if hidden > 0 {
                let words = format!("  +{hidden} below");
                pen.right(words.len()).put(&words, theme.quiet);
            }
        }
    }

    fn footer(&self) -> &'static [Action] {
        match self.typing {
            true => &[
                Action::SendCall,
                Action::ChooseTemplate,
                Action::UndoEdit,
                Action::NextPane,
                Action::SendElsewhere,
                Action::Deliver,
                Action::Back,
            ],
            false => &[
                Action::SendCall,
                Action::NextPane,
                Action::Down,
                Action::Back,
                Action::Help,
                Action::Deliver,
            ],
        }
    }
}
