//! The filters that have a name: choose one, or forget it.

use crate::tui::action::{Action, Place};
use crate::tui::feed::Memo;
use crate::tui::filtering::Change;
use crate::tui::look::{Pen, ground};
use crate::tui::text;
use crate::tui::view::cursor::Cursor;
use crate::tui::view::{Effect, Pointer, Reply, View, World, line_of, window};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The window's width.
const WIDTH: u16 = 72;
/// The column of the names is no wider.
const MOST_NAME: usize = 24;

/// The list.
pub struct NamedView {
    cursor: Cursor,
    body: Rect,
}

fn size(world: &World<'_>) -> (u16, u16) {
    let named = world.shared.kept.named.len();
    (WIDTH, (named.max(1) + 2).min(usize::from(u16::MAX)) as u16)
}

impl NamedView {
    /// The list; none if it would be empty.
    pub fn of(world: &World<'_>) -> Option<NamedView> {
        let any = !world.shared.kept.named.is_empty();
        any.then_some(NamedView { cursor: Cursor::default(), body: Rect::default() })
    }
}

impl View for NamedView {
    fn place(&self) -> Place {
        Place::List
    }

    fn can(&self, action: Action, world: &World<'_>) -> bool {
        match action {
            Action::Back | Action::BackOrQuit => true,
            Action::Choose | Action::Forget | Action::Down | Action::Up => {
                !world.shared.kept.named.is_empty()
            }
            _ => false,
        }
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        let named = &world.shared.kept.named;
        let current = self.cursor.at().and_then(|at| named.get(at));
        match (action, current) {
            (Action::Back | Action::BackOrQuit, _) => Reply::Close,
            (Action::Choose, Some((_, text))) => {
                Reply::CloseAndFilter(Change::Accept(text.clone()))
            }
            (Action::Forget, Some((name, _))) => {
                Reply::Ask(Effect::Keep(Memo::Forget { name: name.clone() }))
            }
            (action, _) if self.cursor.step(action) => Reply::Done,
            _ => Reply::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => {
                let line = line_of(self.body, size(world), at);
                match line.and_then(|line| self.cursor.line_at(line)) {
                    // a second click takes it
                    Some(line) if self.cursor.at() == Some(line) => self.act(Action::Choose, world),
                    Some(line) => {
                        self.cursor.select(line);
                        Reply::Done
                    }
                    None => Reply::Pass,
                }
            }
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let height = usize::from(body.height.saturating_sub(2));
        self.cursor.sync(world.shared.kept.named.len(), height);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let named = &world.shared.kept.named;
        let inside = window(buffer, body, size(world), "Named filters", look);
        if named.is_empty()
            && let Some(mut pen) = Pen::on(buffer, inside, 0, look)
        {
            pen.put("none any more", theme.quiet);
        }
        let widest = named.iter().map(|(name, _)| text::width(&look.clean(name))).max();
        let names = widest.unwrap_or(0).min(MOST_NAME);
        for (line, at) in self.cursor.window().enumerate() {
            let Some((name, filter)) = named.get(at) else { return };
            let current = self.cursor.at() == Some(at);
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            pen.column(name, names, theme.text).skip(2).show(filter, theme.quiet);
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Forget, Action::Back, Action::Down]
    }
}
