//! The form in which calls are written to a file; then the file's name is asked for.

use super::cursor::Cursor;
use super::prompt::AskView;
use super::{Effect, Pointer, Reply, View, World, window};
use crate::report::ExportFormat;
use crate::tui::action::{Action, Place};
use crate::tui::look::{Pen, ground};
use crate::tui::shared::count;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The window's width.
const WIDTH: u16 = 76;
/// The column of the names.
const NAME: usize = 8;

/// The choice.
pub struct ExportView {
    cursor: Cursor,
}

impl ExportView {
    /// Asks for the form.
    pub fn new() -> ExportView {
        let mut cursor = Cursor::default();
        cursor.sync(ExportFormat::ALL.len(), ExportFormat::ALL.len());
        ExportView { cursor }
    }

    fn choose(&self, world: &World<'_>) -> Reply {
        let format = self.cursor.at().and_then(|at| ExportFormat::ALL.get(at)).copied();
        let Some(format) = format else { return Reply::Pass };
        let filter = world.shared.filtering.in_force();
        let name = format!("calls.{}", format.ending());
        let ask = AskView::new("file for these calls", &name, move |file| {
            let (file, filter) = (file.to_owned(), filter.clone());
            Reply::CloseAndAsk(Effect::Export { file, format, filter })
        });
        Reply::CloseAndOpen(Box::new(ask))
    }
}

impl View for ExportView {
    fn place(&self) -> Place {
        Place::List
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(
            action,
            Action::Back | Action::BackOrQuit | Action::Choose | Action::Down | Action::Up
        )
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::Back | Action::BackOrQuit => Reply::Close,
            Action::Choose => self.choose(world),
            action if self.cursor.step(action) => Reply::Done,
            _ => Reply::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => Reply::Pass,
        }
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        let height = usize::from(body.height.saturating_sub(2));
        self.cursor.sync(ExportFormat::ALL.len(), height);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let height = (ExportFormat::ALL.len() + 4) as u16;
        let inside = window(buffer, body, (WIDTH, height), "Export as", look);
        for (line, at) in self.cursor.window().enumerate() {
            let Some(format) = ExportFormat::ALL.get(at) else { return };
            let current = self.cursor.at() == Some(at);
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            pen.column(format.name(), NAME, theme.text).put(format.about(), theme.quiet);
        }
        if let Some(mut pen) = Pen::on(buffer, inside, ExportFormat::ALL.len() + 1, look) {
            let shown = count(world.shared.shown.rows, "row", "rows");
            pen.put(
                &format!("{shown} that the filter lets through; write keys are masked"),
                theme.quiet,
            );
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Choose, Action::Back, Action::Down]
    }
}
