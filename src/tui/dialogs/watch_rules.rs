//! The window with the watch rules and the state of each.

use crate::inspector::WatchState;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::dialogs::text_window::TextWindow;
use crate::tui::widgets::text;
use ratatui::text::{Line, Span};

/// The maximum width of the window.
const WIDTH: u16 = 76;
/// The widths of a share and of a rule's state.
const SHARE: usize = 8;
const STANDING: usize = 10;

/// Returns a window with the watch rules.
pub fn watch_rules() -> TextWindow {
    TextWindow::new("Watch rules", WIDTH, write)
}

fn write(room: usize, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
    let theme = &ctx.look.theme;
    let states = &ctx.shared.alerts.watched;
    let mut out = Vec::new();
    for rule in states.chunk_by(|a, b| a.rule == b.rule) {
        if !out.is_empty() {
            out.push(Line::default());
        }
        for line in text::wrap(&ctx.look.clean(&rule[0].rule), room) {
            out.push(Line::from(Span::styled(line, theme.text)));
        }
        out.extend(rule.iter().map(|state| state_line(state, ctx)));
    }
    if out.is_empty() {
        let words = "no watch rule yet; --watch 'RULE' or the setting `watch` adds one";
        out.push(Line::from(Span::styled(words, theme.quiet)));
    }
    out
}

fn state_line(state: &WatchState, ctx: &ViewContext<'_>) -> Line<'static> {
    let theme = &ctx.look.theme;
    let (word, style) = match (state.alerts, state.is_known) {
        (true, _) => ("alert", theme.lost),
        (false, true) => ("ok", theme.good),
        (false, false) => ("too few", theme.quiet),
    };
    let share = match state.whole {
        0 => "-".to_owned(),
        whole => format!("{:.1}%", 100.0 * state.part as f64 / whole as f64),
    };
    let calls = format!("{} of {}", grouped(state.part), count(state.whole, "call", "calls"));
    let mut spans = vec![
        Span::styled(format!("  {word:<STANDING$}"), style),
        Span::styled(format!("{share:>SHARE$}  {calls}"), theme.text),
    ];
    if let Some((field, value)) = &state.group {
        let words = format!("  {} = {}", ctx.look.clean(field), ctx.look.clean(value));
        spans.push(Span::styled(words, theme.quiet));
    }
    Line::from(spans)
}
