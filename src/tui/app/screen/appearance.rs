//! Changes of the screen's appearance while it is open: the terminal reports its background, or the
//! user changes a setting.

use crate::inspector::Inspector;
use crate::tui::app::screen::Screen;
use crate::tui::looks::Looks;
use crate::tui::theme::{Background, Theme};

impl Screen {
    /// Returns the active theme.
    pub fn theme(&self) -> &Theme {
        &self.look.theme
    }

    /// Returns true if the terminal is to be asked for its background now: once, and only if it can
    /// answer and the answer makes a difference.
    pub fn asks(&mut self) -> bool {
        let asks = self.can_ask && self.themes.depends();
        self.can_ask &= !asks;
        asks
    }

    /// Applies the background that the terminal reported.
    pub(crate) fn set_background(&mut self, ground: Background) {
        self.ground = ground;
        self.paint();
    }

    /// Applies the settings if they have changed.
    pub(crate) fn apply_settings(&mut self, inspector: &Inspector) {
        let (number, settings) = inspector.settings_in_force();
        if number == self.looks {
            return;
        }
        self.looks = number;
        // the settings were checked when they were read; only a theme file that changed since can be wrong,
        // and it is read again soon
        let Ok(looks) = Looks::from_settings(&settings) else { return };
        self.themes = looks.themes.reduced(self.depth);
        self.keymap = looks.keymap;
        self.pending_keys.clear();
        self.paint();
    }

    fn paint(&mut self) {
        self.look.theme = self.themes.on(self.ground).clone();
        // lines that were prepared earlier have the old colors
        self.shared.judged += 1;
    }
}
