//! Handles keys, and shows a notice for a key that does nothing.

use crate::inspector::Inspector;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::keymap;
use crate::tui::app::keymap::{Key, Lookup};
use crate::tui::app::screen::{Screen, ctx};
use crate::tui::app::view::{SideEffect, ViewContext};
use crossterm::event::KeyEvent;

/// Describes where the keys of a place work.
fn on_the_page(place: KeyContext) -> &'static str {
    match place {
        KeyContext::Detail => "in the detail of a call",
        KeyContext::Counts => "in findings and coverage",
        KeyContext::People => "in people",
        KeyContext::Sync => "in sync",
        KeyContext::Composed => "in compose",
        _ => "in the log",
    }
}

impl Screen {
    pub(super) fn key(&mut self, event: KeyEvent, inspector: &Inspector) -> Option<SideEffect> {
        if !event.is_press() && !event.is_repeat() {
            return None;
        }
        self.notice = None;
        self.awaits_report = false;
        let stopped = self.pages[self.page as usize].interrupt();
        if stopped {
            self.say("the search was stopped".to_owned());
        }
        if self.pending_keys.is_empty() {
            let ctx = ctx!(self, inspector);
            let view = self.windows.last_mut().unwrap_or(&mut self.pages[self.page as usize]);
            if let Some(reply) = view.answer(event, &ctx) {
                return self.reply(reply, inspector);
            }
        }
        self.pending_keys.push(Key::from_event(event));
        let place = self.top().place();
        let found = self.keymap.lookup(place, &self.pending_keys);
        if found == Lookup::Begun {
            return None;
        }
        let pressed = std::mem::take(&mut self.pending_keys);
        self.passed = false;
        let effect = match found {
            Lookup::Action(Action::Back) if stopped => return None,
            Lookup::Action(action) => self.run(action, inspector),
            Lookup::Nothing | Lookup::Begun => {
                self.ask(inspector, |view, ctx| view.typed(event, ctx))
            }
        };
        let types = matches!(place, KeyContext::Text | KeyContext::Filter | KeyContext::Compose);
        if self.passed && !types && !stopped {
            self.say(self.does_nothing(&pressed));
        }
        effect
    }

    /// Returns the notice for keys that do nothing here.
    fn does_nothing(&self, pressed: &[Key]) -> String {
        let keys = keymap::name(pressed);
        let elsewhere = self.keymap.elsewhere(pressed);
        let place = self.top().place();
        if !self.windows.is_empty() {
            let back = self.keymap.first_key(place, Action::Back);
            return format!("`{keys}` does nothing here; {back} goes back");
        }
        match elsewhere {
            // the key is bound here, but its action has no effect now
            Some(_) if self.keymap.lookup(place, pressed) != Lookup::Nothing => {
                format!("`{keys}` has nothing to do here now")
            }
            Some((place, action)) => {
                format!("`{keys}` works {}: {}", on_the_page(place), action.long())
            }
            None => {
                let help = self.keymap.first_key(place, Action::Help);
                format!("`{keys}` does nothing here; {help} shows the keys")
            }
        }
    }
}
