//! The choice of the log's columns: which, and in which order.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::pages::log::Column;
use crate::tui::widgets::checklist::Checklist;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines above the first column.
const INTRO: [&str; 2] = ["Left to right. A narrow screen hides the least important first.", ""];
/// The window's width.
const WIDTH: u16 = 70;

/// The choice being made.
pub struct ColumnsView {
    /// All columns; those that are shown are ticked.
    list: Checklist<Column>,
}

impl ColumnsView {
    /// The columns as they are now, those that are not shown behind.
    pub fn new(ctx: &ViewContext<'_>) -> ColumnsView {
        let shown = &ctx.shared.columns;
        let hidden = Column::ALL.into_iter().filter(|column| !shown.contains(column));
        let hidden = hidden.map(|column| (column, false));
        let lines = shown.iter().map(|column| (*column, true)).chain(hidden).collect();
        ColumnsView { list: Checklist::new("Columns of the log", WIDTH, &INTRO, lines) }
    }
}

/// What a column shows.
fn about(column: Column) -> &'static str {
    match column {
        Column::Number => "the call's number",
        Column::Time => "when it arrived",
        Column::Kind => "track, identify, group, page, screen, alias",
        Column::Name => "the event, the page, the group",
        Column::Account => "the account id, and whether it is missing",
        Column::User => "the user id, and whether it is missing",
        Column::Vendors => "a mark for each vendor in use",
        Column::OtherVendors => "a mark for each other vendor",
    }
}

impl View for ColumnsView {
    fn place(&self) -> KeyContext {
        KeyContext::Columns
    }

    fn can(&self, action: Action, _world: &ViewContext<'_>) -> bool {
        Checklist::<Column>::can(action) || matches!(action, Action::MoveDown | Action::MoveUp)
    }

    fn act(&mut self, action: Action, _world: &ViewContext<'_>) -> Response {
        match action {
            Action::MoveDown | Action::MoveUp => self.list.shift(action == Action::MoveDown),
            Action::Save => {
                let shown = self.list.chosen().map(|column| column.name().to_owned());
                let names: Vec<String> = shown.collect();
                match names.is_empty() {
                    true => {
                        Response::Say("tick at least one column, or go back with esc".to_owned())
                    }
                    false => Response::CloseAndAsk(SideEffect::Columns(names)),
                }
            }
            action => self.list.act(action),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, _world: &ViewContext<'_>) -> Response {
        self.list.point(pointer, at)
    }

    fn sync(&mut self, body: Rect, _world: &ViewContext<'_>) {
        self.list.sync(body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        self.list.render(buffer, body, ctx.look, |painter, column| {
            painter.column(column.name(), 10, theme.text).put(about(*column), theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Tick, Action::MoveUp, Action::MoveDown, Action::Save, Action::Back, Action::Down]
    }
}
