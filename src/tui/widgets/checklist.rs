//! A window in which the user ticks lines, with the behavior that all such windows share.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Pointer, Response};
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::list_dialog::{ListClick, ListDialog};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::borrow::Cow;

/// The lines, each ticked or not, in a window.
pub struct Checklist<T> {
    lines: Vec<(T, bool)>,
    window: ListDialog,
}

impl<T> Checklist<T> {
    /// Returns a window with these lines.
    pub fn new(
        title: impl Into<Cow<'static, str>>,
        width: u16,
        above: &'static [&'static str],
        lines: Vec<(T, bool)>,
    ) -> Checklist<T> {
        let window = ListDialog::new(title, width, lines.len()).above(above);
        Checklist { lines, window }
    }

    /// Returns the ticked lines, from the top.
    pub fn chosen(&self) -> impl Iterator<Item = &T> {
        self.lines.iter().filter(|(_, ticked)| *ticked).map(|(line, _)| line)
    }

    /// Returns the line under the cursor.
    pub fn current(&self) -> Option<&T> {
        self.window.at().and_then(|at| self.lines.get(at)).map(|(line, _)| line)
    }

    /// Puts the cursor on a line.
    pub fn select(&mut self, line: usize) {
        self.window.select(line);
    }

    /// Returns true if an action does something in every such window.
    pub fn can(action: Action) -> bool {
        matches!(
            action,
            Action::Tick
                | Action::Save
                | Action::Down
                | Action::Up
                | Action::Back
                | Action::BackOrQuit
        )
    }

    /// Executes an action, except that saving is up to the window's owner.
    pub fn act(&mut self, action: Action) -> Response {
        match action {
            Action::Back | Action::BackOrQuit => return Response::Close,
            Action::Tick => {
                let line = self.window.at().and_then(|at| self.lines.get_mut(at));
                if let Some((_, ticked)) = line {
                    *ticked = !*ticked;
                }
            }
            action if self.window.step(action) => {}
            _ => return Response::Pass,
        }
        Response::Done
    }

    /// Moves the line under the cursor up or down, and the cursor with it.
    pub fn shift(&mut self, down: bool) -> Response {
        let at = self.window.at();
        let to = at.and_then(|at| if down { at.checked_add(1) } else { at.checked_sub(1) });
        if let (Some(at), Some(to)) = (at, to.filter(|to| *to < self.lines.len())) {
            self.lines.swap(at, to);
            self.window.select(to);
        }
        Response::Done
    }

    /// Handles the mouse: a click ticks the line.
    pub fn point(&mut self, pointer: Pointer, at: Position) -> Response {
        match (self.window.point(pointer, at), pointer) {
            (ListClick::Nothing, _) => Response::Pass,
            (_, Pointer::Click) => self.act(Action::Tick),
            _ => Response::Done,
        }
    }

    /// Fits the window to the page.
    pub fn sync(&mut self, body: Rect) {
        self.window.sync(body, self.lines.len());
    }

    /// Draws the window. `draw` draws what follows the tick.
    pub fn render(
        &self,
        buffer: &mut Buffer,
        body: Rect,
        look: &Appearance,
        draw: impl Fn(&mut Painter<'_>, &T),
    ) {
        self.window.render(buffer, body, look, |painter, at| {
            let Some((line, ticked)) = self.lines.get(at) else { return };
            painter.put(if *ticked { "[x] " } else { "[ ] " }, look.theme.key);
            draw(painter, line);
        });
    }

    /// Returns the lines.
    pub fn lines(&self) -> impl Iterator<Item = &T> {
        self.lines.iter().map(|(line, _)| line)
    }
}
