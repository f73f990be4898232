//! The line below the compose page.

use crate::inspector::{ComposedCall, DraftError, Sending};
use crate::tui::pages::compose::ViewContext;
use crate::tui::theme::painter::Painter;

/// Writes the position of the mistake, or else the result of sending.
pub fn write(
    painter: &mut Painter<'_>,
    composed: Option<&Result<ComposedCall, DraftError>>,
    ctx: &ViewContext<'_>,
) {
    let theme = &ctx.look.theme;
    if let Some(Err(DraftError { line, column, message })) = composed {
        painter.put(&format!("line {line}, column {column}: "), theme.error);
        painter.show(message, theme.error);
        return;
    }
    match &ctx.shared.sending {
        None => {
            let to = ctx.shared.addresses.first().map_or("", String::as_str);
            let words = if to.is_empty() { "nothing listens here" } else { "will be sent to " };
            painter.put(words, theme.quiet).show(to, theme.quiet);
        }
        Some(Sending::Underway { to }) => {
            painter.put("sending to ", theme.quiet).show(to, theme.quiet);
        }
        Some(Sending::Answered { status, body, took_ms, .. }) => {
            let style = if *status == 200 { theme.good } else { theme.error };
            painter.put(&format!("answered {status} in {took_ms} ms  "), style);
            painter.show(body.trim(), theme.text);
        }
        Some(Sending::Failed { error, .. }) => {
            painter.show(error, theme.error);
        }
    }
}
