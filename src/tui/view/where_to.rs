//! Where a call is sent to: this listener, the real service, or another address.

use super::cursor::Cursor;
use super::prompt::AskView;
use super::{Effect, Pointer, Reply, View, World, window};
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, ground};
use crate::tui::text::masked;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Segment's own tracking API (public: its documentation of the HTTP Tracking API). A RudderStack
/// data plane is its user's own, so there is none to offer.
const SEGMENT: &str = "https://api.segment.io";
/// The window's width.
const WIDTH: u16 = 76;
/// The column of what an address is.
const LABEL: usize = 16;

/// What is sent.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The call's text.
    pub text: String,
    /// The write key that it goes with.
    pub write_key: Option<String>,
    /// Whether a library of RudderStack's sent it.
    pub rudder: bool,
}

/// The choice.
pub struct WhereView {
    parcel: Parcel,
    /// What each is, and its address; the last asks for one.
    choices: Vec<(&'static str, Option<String>)>,
    cursor: Cursor,
}

impl WhereView {
    /// Asks where to.
    pub fn of(parcel: Parcel, world: &World<'_>) -> WhereView {
        let here = world.shared.addresses.first().cloned();
        let mut choices = Vec::new();
        choices.extend(here.map(|here| ("this listener", Some(here))));
        match &world.shared.upstream {
            Some(upstream) => choices.push(("the upstream", Some(upstream.clone()))),
            None if !parcel.rudder => choices.push(("Segment itself", Some(SEGMENT.to_owned()))),
            None => {}
        }
        choices.push(("another address", None));
        let mut cursor = Cursor::default();
        cursor.sync(choices.len(), choices.len());
        WhereView { parcel, choices, cursor }
    }

    fn send(&self, to: &str) -> Reply {
        let Parcel { text, write_key, .. } = self.parcel.clone();
        Reply::CloseAndAsk(Effect::Send { to: Some(to.to_owned()), text, write_key })
    }

    fn choose(&self) -> Reply {
        match self.cursor.at().and_then(|at| self.choices.get(at)) {
            Some((_, Some(to))) => self.send(to),
            Some((_, None)) => {
                let Parcel { text, write_key, .. } = self.parcel.clone();
                Reply::CloseAndOpen(Box::new(AskView::new("send to", "https://", move |to| {
                    let (text, write_key) = (text.clone(), write_key.clone());
                    Reply::CloseAndAsk(Effect::Send { to: Some(to.to_owned()), text, write_key })
                })))
            }
            None => Reply::Pass,
        }
    }

    /// What is said below the choices.
    fn notes(&self, world: &World<'_>) -> Vec<String> {
        let key = self.parcel.write_key.as_deref().map(masked);
        let key = key.map_or("a write key of ours".to_owned(), |key| format!("write key {key}"));
        let mut notes =
            vec![String::new(), format!("with {key}; what goes to a real service counts there")];
        if world.shared.upstream.is_none() && self.parcel.rudder {
            notes.push("the setting `upstream` offers your data plane here".to_owned());
        }
        notes
    }
}

impl View for WhereView {
    fn place(&self) -> Place {
        Place::List
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(
            action,
            Action::Back | Action::BackOrQuit | Action::Choose | Action::Down | Action::Up
        )
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        match action {
            Action::Back | Action::BackOrQuit => Reply::Close,
            Action::Choose => self.choose(),
            action if self.cursor.step(action) => Reply::Done,
            _ => Reply::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => Reply::Pass,
        }
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        let height = usize::from(body.height.saturating_sub(2));
        self.cursor.sync(self.choices.len(), height);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let notes = self.notes(world);
        let height = (self.choices.len() + notes.len() + 2) as u16;
        let inside = window(buffer, body, (WIDTH, height), "Send to", look);
        for (line, at) in self.cursor.window().enumerate() {
            let Some((what, address)) = self.choices.get(at) else { return };
            let current = self.cursor.at() == Some(at);
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            pen.column(what, LABEL, theme.text);
            pen.show(address.as_deref().unwrap_or("asks for it"), theme.quiet);
        }
        for (line, note) in notes.iter().enumerate() {
            if let Some(mut pen) = Pen::on(buffer, inside, self.choices.len() + line, look) {
                pen.show(note, theme.quiet);
            }
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Back, Action::Down]
    }
}
