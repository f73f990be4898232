//! The list of named filters, to choose or delete one.

use crate::inspector::Memo;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::FilterChange;
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::widgets::list_dialog::{ListClick, ListDialog};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The width of the window.
const WIDTH: u16 = 72;
/// The maximum width of the names.
const MAX_NAME_WIDTH: usize = 24;

/// The window with the list.
pub struct NamedView(ListDialog);

impl NamedView {
    /// Returns the list, or none if it would be empty.
    pub fn new(ctx: &ViewContext<'_>) -> Option<NamedView> {
        let named = ctx.shared.kept.named.len();
        let window = ListDialog::new("Named filters", WIDTH, named).or("none left");
        (named > 0).then_some(NamedView(window))
    }
}

impl View for NamedView {
    fn place(&self) -> KeyContext {
        KeyContext::List
    }

    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool {
        match action {
            Action::Back | Action::BackOrQuit => true,
            Action::Choose | Action::Forget | Action::Down | Action::Up => {
                !ctx.shared.kept.named.is_empty()
            }
            _ => false,
        }
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        let named = &ctx.shared.kept.named;
        let current = self.0.at().and_then(|at| named.get(at));
        match (action, current) {
            (Action::Back | Action::BackOrQuit, _) => Response::Close,
            (Action::Choose, Some((_, text))) => {
                Response::CloseAndFilter(FilterChange::Accept(text.clone()))
            }
            (Action::Forget, Some((name, _))) => {
                Response::Ask(SideEffect::Keep(Memo::Forget { name: name.clone() }))
            }
            (action, _) if self.0.step(action) => Response::Done,
            _ => Response::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        match self.0.point(pointer, at) {
            // a second click chooses the filter
            ListClick::Again => self.act(Action::Choose, ctx),
            ListClick::Moved => Response::Done,
            ListClick::Nothing => Response::Pass,
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.0.sync(body, ctx.shared.kept.named.len());
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let (look, theme) = (ctx.look, &ctx.look.theme);
        let named = &ctx.shared.kept.named;
        let widest = named.iter().map(|(name, _)| text::width(&look.clean(name))).max();
        let names = widest.unwrap_or(0).min(MAX_NAME_WIDTH);
        self.0.render(buffer, body, look, |painter, at| {
            let Some((name, filter)) = named.get(at) else { return };
            painter.column(name, names, theme.text).skip(2).show(filter, theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Forget, Action::Back, Action::Down]
    }
}
