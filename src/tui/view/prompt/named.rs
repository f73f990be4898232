//! The filters that have a name: choose one, or forget it.

use crate::tui::action::{Action, Place};
use crate::tui::feed::Memo;
use crate::tui::filtering::Change;
use crate::tui::look::{Pen, ground};
use crate::tui::text;
use crate::tui::view::{Effect, Pointer, Reply, View, World, window};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The window's width.
const WIDTH: u16 = 72;
/// The column of the names is no wider.
const MOST_NAME: usize = 24;

/// The list.
pub struct NamedView {
    cursor: usize,
    top: usize,
    height: usize,
}

impl NamedView {
    /// The list; none if it would be empty.
    pub fn of(world: &World<'_>) -> Option<NamedView> {
        let any = !world.shared.kept.named.is_empty();
        any.then_some(NamedView { cursor: 0, top: 0, height: 1 })
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
        let last = named.len().saturating_sub(1);
        match action {
            Action::Back | Action::BackOrQuit => return Reply::Close,
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            Action::Choose => {
                if let Some((_, text)) = named.get(self.cursor) {
                    return Reply::CloseAndFilter(Change::Accept(text.clone()));
                }
            }
            Action::Forget => {
                if let Some((name, _)) = named.get(self.cursor) {
                    return Reply::Ask(Effect::Keep(Memo::Forget { name: name.clone() }));
                }
            }
            _ => return Reply::Pass,
        }
        Reply::Done
    }

    fn point(&mut self, pointer: Pointer, _at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => Reply::Pass,
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        let all = world.shared.kept.named.len();
        self.height = usize::from(body.height.saturating_sub(2)).max(1);
        self.cursor = self.cursor.min(all.saturating_sub(1));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(self.height), self.cursor);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let named = &world.shared.kept.named;
        let height = (named.len().max(1) + 2).min(usize::from(u16::MAX)) as u16;
        let inside = window(buffer, body, (WIDTH, height), "Named filters", look);
        if named.is_empty()
            && let Some(mut pen) = Pen::on(buffer, inside, 0, look)
        {
            pen.put("none any more", theme.quiet);
        }
        let widest = named.iter().map(|(name, _)| text::width(&look.clean(name))).max();
        let names = widest.unwrap_or(0).min(MOST_NAME);
        for (line, (at, (name, filter))) in named.iter().enumerate().skip(self.top).enumerate() {
            if at == self.cursor {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if at == self.cursor { look.cursor() } else { " " }, theme.rule_focus);
            pen.column(name, names, theme.text).skip(2).show(filter, theme.quiet);
        }
    }

    fn state(&self, _world: &World<'_>) -> Vec<Span<'static>> {
        Vec::new()
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Forget, Action::Back, Action::Down]
    }
}
