//! The line below a call that is written.

use super::World;
use crate::inspector::{ComposedCall, NotYet, Sending};
use crate::tui::look::Pen;

/// Where the text is wrong; else what came of sending it.
pub fn write(
    pen: &mut Pen<'_>,
    composed: Option<&Result<ComposedCall, NotYet>>,
    world: &World<'_>,
) {
    let theme = &world.look.theme;
    if let Some(Err(NotYet { line, column, message })) = composed {
        pen.put(&format!("line {line}, column {column}: "), theme.error);
        pen.show(message, theme.error);
        return;
    }
    match &world.shared.sending {
        None => {
            let to = world.shared.addresses.first().map_or("", String::as_str);
            let words = if to.is_empty() { "nothing listens here" } else { "will be sent to " };
            pen.put(words, theme.quiet).show(to, theme.quiet);
        }
        Some(Sending::Underway { to }) => {
            pen.put("sending to ", theme.quiet).show(to, theme.quiet);
        }
        Some(Sending::Answered { status, body, took_ms, .. }) => {
            let style = if *status == 200 { theme.good } else { theme.error };
            pen.put(&format!("answered {status} in {took_ms} ms  "), style);
            pen.show(body.trim(), theme.text);
        }
        Some(Sending::Failed { error, .. }) => {
            pen.show(error, theme.error);
        }
    }
}
