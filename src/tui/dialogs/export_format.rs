//! The form in which calls are written to a file; then the file's name is asked for.

use crate::report::ExportFormat;
use crate::tui::app::view::{Effect, Reply, World};
use crate::tui::app::view_context::count;
use crate::tui::prompts::AskView;
use crate::tui::widgets::choice_dialog::PickView;

/// Asks for the form.
pub fn ask_export(world: &World<'_>) -> PickView {
    let forms = ExportFormat::ALL;
    let lines = forms.map(|format| (format.name().to_owned(), format.about().to_owned()));
    let shown = count(world.shared.shown.rows, "row", "rows");
    let note = format!("{shown} that the filter lets through; write keys are masked");
    PickView::of("Export as", lines.to_vec(), vec![note], move |at, world| {
        let Some(format) = forms.get(at).copied() else { return Reply::Pass };
        let filter = world.shared.filtering.in_force();
        let name = format!("calls.{}", format.ending());
        let ask = AskView::new("file for these calls", &name, move |file| {
            let (file, filter) = (file.to_owned(), filter.clone());
            Reply::CloseAndAsk(Effect::Export { file, format, filter })
        });
        Reply::CloseAndOpen(Box::new(ask))
    })
}
