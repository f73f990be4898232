//! The window for the format in which calls are written to a file. Then a prompt asks for the
//! file.

use crate::report::ExportFormat;
use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::app::view_context::count;
use crate::tui::prompts::TextDialog;
use crate::tui::widgets::choice_dialog::ChoiceDialog;

/// Returns the window that asks for the format.
pub fn ask_export(ctx: &ViewContext<'_>) -> ChoiceDialog {
    let forms = ExportFormat::ALL;
    let lines = forms.map(|format| (format.name().to_owned(), format.about().to_owned()));
    let shown = count(ctx.shared.shown.rows, "row", "rows");
    let which = match ctx.shared.filtering.in_force() {
        Some(_) => format!("{shown} that the filter lets through"),
        None => format!("all {shown}"),
    };
    let note = format!("{which}; write keys are masked");
    ChoiceDialog::new("Export as", lines.to_vec(), vec![note], move |at, ctx| {
        let Some(format) = forms.get(at).copied() else { return Response::Pass };
        let filter = ctx.shared.filtering.in_force();
        let name = format!("calls.{}", format.ending());
        let ask = TextDialog::new("file for these calls", &name, move |file| {
            let (file, filter) = (file.to_owned(), filter.clone());
            Response::CloseAndAsk(SideEffect::Export { file, format, filter })
        });
        Response::CloseAndOpen(Box::new(ask))
    })
}
