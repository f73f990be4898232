//! The window with the watch rules and the state of each.

use crate::engine::WatchBound;
use crate::findings::fine_share;
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
        // a share needs calls; the other rules also need their span
        (false, false) if !is_share(state) && !state.is_full => ("waiting", theme.quiet),
        (false, false) => ("too few", theme.quiet),
    };
    let mut spans = vec![
        Span::styled(format!("  {word:<STANDING$}"), style),
        Span::styled(number_words(state), theme.text),
    ];
    if let Some((field, value)) = &state.group {
        let words = format!("  {} = {}", ctx.look.clean(field), ctx.look.clean(value));
        spans.push(Span::styled(words, theme.quiet));
    }
    Line::from(spans)
}

fn is_share(state: &WatchState) -> bool {
    matches!(state.bound, WatchBound::ShareAbove(_) | WatchBound::ShareBelow(_))
}

/// Returns the number that the bound is compared with, and what it is made of.
fn number_words(state: &WatchState) -> String {
    let part = count(state.part, "call", "calls");
    match state.bound {
        WatchBound::ShareAbove(_) | WatchBound::ShareBelow(_) => {
            let share = match state.whole {
                0 => "-".to_owned(),
                whole => fine_share(state.part, whole),
            };
            let whole = count(state.whole, "call", "calls");
            format!("{share:>SHARE$}  {} of {whole}", grouped(state.part))
        }
        WatchBound::RateBelow(least) => format!("{part} in the span; alerts below {least:.0}"),
        WatchBound::Gone => format!("{part} in the span, {} so far", grouped(state.seen)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_rule_has_its_own_numbers() {
        let state = |bound| WatchState {
            rule: String::new(),
            group: None,
            part: 12,
            whole: 48,
            seen: 30,
            bound,
            is_full: false,
            alerts: false,
            is_known: false,
        };
        for (bound, is_share, want) in [
            (WatchBound::ShareAbove(2.0), true, "     25%  12 of 48 calls"),
            (WatchBound::RateBelow(50.0), false, "12 calls in the span; alerts below 50"),
            (WatchBound::Gone, false, "12 calls in the span, 30 so far"),
        ] {
            assert_eq!(super::is_share(&state(bound)), is_share, "{bound:?}");
            assert_eq!(number_words(&state(bound)), want);
        }
    }
}
