//! What the screen looks like may change while it is there: the terminal says what its background
//! is, or the user changes a setting.

use crate::inspector::Inspector;
use crate::tui::app::screen::Screen;
use crate::tui::looks::Looks;
use crate::tui::theme::{Background, Theme};

impl Screen {
    /// The theme in force.
    pub fn theme(&self) -> &Theme {
        &self.look.theme
    }

    /// Whether the terminal is to be asked for its background now: once, and only if it can be
    /// asked and makes a difference.
    pub fn asks(&mut self) -> bool {
        let asks = self.can_ask && self.themes.depends();
        self.can_ask &= !asks;
        asks
    }

    /// The terminal has said what its background is.
    pub(crate) fn is_on(&mut self, ground: Background) {
        self.ground = ground;
        self.paint();
    }

    /// The settings say something else now.
    pub(crate) fn take_looks(&mut self, inspector: &Inspector) {
        let (number, settings) = inspector.settings_in_force();
        if number == self.looks {
            return;
        }
        self.looks = number;
        // they were checked when they were read; a theme's file that changed since is read anew soon
        let Ok(looks) = Looks::from_settings(&settings) else { return };
        self.themes = looks.themes.reduced(self.depth);
        self.keymap = looks.keymap;
        self.begun.clear();
        self.paint();
    }

    fn paint(&mut self) {
        self.look.theme = self.themes.on(self.ground).clone();
        // lines that are made already are in the colors from before
        self.shared.judged += 1;
    }
}
