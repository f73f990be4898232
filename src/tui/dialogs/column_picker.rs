//! The window for choosing and ordering the columns of the log.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::pages::log::Column;
use crate::tui::prompts::FieldPrompt;
use crate::tui::widgets::checklist::Checklist;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The lines above the first column.
const INTRO: [&str; 2] = ["Left to right. A narrow screen hides the least important first.", ""];
/// The width of the window.
const WIDTH: u16 = 70;
/// The width of the names.
const NAMES_WIDTH: usize = 15;

/// The state of the window.
pub struct ColumnsView {
    /// The log's columns from which the list was made.
    shown: Vec<Column>,
    /// All columns. The columns of the log are ticked.
    list: Checklist<Column>,
}

impl ColumnsView {
    /// Returns a list of the log's columns, with the hidden columns after them.
    pub fn new(ctx: &ViewContext<'_>) -> ColumnsView {
        let shown = ctx.shared.columns.clone();
        let hidden = Column::ALL.into_iter().filter(|column| !shown.contains(column));
        let hidden = hidden.map(|column| (column, false));
        let lines = shown.iter().map(|column| (column.clone(), true)).chain(hidden).collect();
        let list = Checklist::new("Columns of the log", WIDTH, &INTRO, lines);
        ColumnsView { shown, list }
    }

    /// Returns the names of the ticked columns, from the left.
    fn names(&self) -> Vec<String> {
        self.list.chosen().map(|column| column.name().to_owned()).collect()
    }
}

/// Describes the contents of a column.
fn about(column: &Column) -> &'static str {
    match column {
        Column::Number => "the call's number",
        Column::Time => "when it arrived",
        Column::Kind => "track, identify, group, page, screen, alias",
        Column::Name => "the event, the page, the group",
        Column::Account => "the account id, and whether it is missing",
        Column::User => "the user id, and whether it is missing",
        Column::Vendors => "a mark for each vendor in use",
        Column::OtherVendors => "a mark for each other vendor",
        Column::Field(_) => "this field's value",
    }
}

impl View for ColumnsView {
    fn place(&self) -> KeyContext {
        KeyContext::Columns
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        Checklist::<Column>::can(action)
            || matches!(action, Action::MoveDown | Action::MoveUp | Action::AddField)
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::MoveDown | Action::MoveUp => self.list.shift(action == Action::MoveDown),
            Action::AddField => Response::Open(Box::new(FieldPrompt::new(self.names(), ctx))),
            Action::Save => {
                let names = self.names();
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

    fn point(&mut self, pointer: Pointer, at: Position, _ctx: &ViewContext<'_>) -> Response {
        self.list.point(pointer, at)
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        if self.shown != ctx.shared.columns {
            let added = ctx.shared.columns.iter().position(|column| !self.shown.contains(column));
            *self = ColumnsView::new(ctx);
            self.list.select(added.unwrap_or(0));
        }
        self.list.sync(body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        self.list.render(buffer, body, ctx.look, |painter, column| {
            let name = column.name();
            painter
                .show(name, theme.text)
                .skip(NAMES_WIDTH.saturating_sub(text::width(name)).max(1));
            painter.put(about(column), theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[
            Action::Tick,
            Action::MoveUp,
            Action::MoveDown,
            Action::AddField,
            Action::Save,
            Action::Back,
            Action::Down,
        ]
    }
}
