//! The filters that have a name: choose one, or forget it.

use crate::inspector::Memo;
use crate::tui::action::{Action, Place};
use crate::tui::filtering::Change;
use crate::tui::text;
use crate::tui::view::list_window::{ListWindow, Pointed};
use crate::tui::view::{Effect, Pointer, Reply, View, World};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The window's width.
const WIDTH: u16 = 72;
/// The column of the names is no wider.
const MOST_NAME: usize = 24;

/// The list.
pub struct NamedView(ListWindow);

impl NamedView {
    /// The list; none if it would be empty.
    pub fn of(world: &World<'_>) -> Option<NamedView> {
        let named = world.shared.kept.named.len();
        let window = ListWindow::of("Named filters", WIDTH, named).or("none any more");
        (named > 0).then_some(NamedView(window))
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
        let current = self.0.at().and_then(|at| named.get(at));
        match (action, current) {
            (Action::Back | Action::BackOrQuit, _) => Reply::Close,
            (Action::Choose, Some((_, text))) => {
                Reply::CloseAndFilter(Change::Accept(text.clone()))
            }
            (Action::Forget, Some((name, _))) => {
                Reply::Ask(Effect::Keep(Memo::Forget { name: name.clone() }))
            }
            (action, _) if self.0.step(action) => Reply::Done,
            _ => Reply::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match self.0.point(pointer, at) {
            // a second click takes it
            Pointed::Again => self.act(Action::Choose, world),
            Pointed::Moved => Reply::Done,
            Pointed::Nothing => Reply::Pass,
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.0.sync(body, world.shared.kept.named.len());
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let (look, theme) = (world.look, &world.look.theme);
        let named = &world.shared.kept.named;
        let widest = named.iter().map(|(name, _)| text::width(&look.clean(name))).max();
        let names = widest.unwrap_or(0).min(MOST_NAME);
        self.0.render(buffer, body, look, |pen, at| {
            let Some((name, filter)) = named.get(at) else { return };
            pen.column(name, names, theme.text).skip(2).show(filter, theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Forget, Action::Back, Action::Down]
    }
}
