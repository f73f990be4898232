//! The watch rules, and how each stands.

use crate::inspector::WatchState;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::app::view_context::{count, grouped};
use crate::tui::widgets::text;
use crate::tui::widgets::text_pane::TextPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// The widest line.
const WIDTH: u16 = 76;
/// Columns of a share and of how a rule stands.
const SHARE: usize = 8;
const STANDING: usize = 10;

/// The window.
#[derive(Default)]
pub struct WatchRulesView {
    pane: TextPane,
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

impl View for WatchRulesView {
    fn place(&self) -> KeyContext {
        KeyContext::Everywhere
    }

    fn can(&self, action: Action, _world: &ViewContext<'_>) -> bool {
        self.pane.can(action)
    }

    fn act(&mut self, action: Action, _world: &ViewContext<'_>) -> Response {
        self.pane.act(action)
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _world: &ViewContext<'_>) -> Response {
        self.pane.point(pointer)
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        let room = usize::from(WIDTH.min(body.width).saturating_sub(4));
        self.pane.sync(write(room, ctx), body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.pane.render(buffer, body, WIDTH, "Watch rules", ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
