//! The help: the keys in force where it was opened, and what the signs mean.

use crate::findings::{Severity, Verdict};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;
use crate::tui::widgets::text_pane::TextPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// The columns that keys and signs take at most, and what lies behind them.
const MOST_KEYS: usize = 26;
const BEHIND: usize = 2;
/// The frame's sides and what is free beside them.
const SIDES: u16 = 4;

/// The help's state.
pub struct HelpView {
    about: KeyContext,
    pane: TextPane,
    /// The widest line.
    width: u16,
}

impl HelpView {
    /// The help for a place.
    pub fn new(about: KeyContext) -> HelpView {
        HelpView { about, pane: TextPane::default(), width: 0 }
    }
}

/// Where it is, for a head of the help.
pub(crate) fn title(place: KeyContext) -> &'static str {
    match place {
        KeyContext::Everywhere => "Everywhere",
        KeyContext::Calls => "Log and detail",
        KeyContext::Call => "With the selected call, or a page's example",
        KeyContext::Log => "In the log",
        KeyContext::Detail => "In the detail",
        KeyContext::Counts => "In findings and coverage",
        KeyContext::Lists => "In findings, coverage, people and sync",
        KeyContext::People => "In people",
        KeyContext::Sync => "In sync (pushed objects)",
        KeyContext::Compose => "In compose, editor (all other keys type)",
        KeyContext::Composed => "In compose, result side",
        KeyContext::Vendors => "In the vendor dialog",
        KeyContext::Aside => "In the mute dialog",
        KeyContext::Columns => "In the column dialog",
        KeyContext::Deliver => "In the deliver dialog",
        KeyContext::Text => "In a text field (all other keys type)",
        KeyContext::Filter => "In the filter field",
        KeyContext::List => "In a list",
        KeyContext::Help => "In the help",
    }
}

/// The places whose keys are told: those in force there, and those of the lines of text that open
/// there, where no key can ask for help.
fn places(about: KeyContext) -> Vec<KeyContext> {
    let mut out = about.sections().to_vec();
    if out.contains(&KeyContext::Calls) {
        out.push(KeyContext::Filter);
    }
    if about != KeyContext::Help && !out.contains(&KeyContext::Text) {
        out.push(KeyContext::Text);
    }
    out
}

/// One place's keys and what they do.
fn section(place: KeyContext, ctx: &ViewContext<'_>) -> Vec<(String, &'static str)> {
    let keys = |action| ctx.keymap.keys(place, action).join(" ");
    ctx.keymap.section(place).map(|action| (keys(action), action.long())).collect()
}

fn key_lines(about: KeyContext, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
    let theme = &ctx.look.theme;
    let sections: Vec<_> =
        places(about).into_iter().map(|place| (place, section(place, ctx))).collect();
    let all = sections.iter().flat_map(|(_, actions)| actions);
    let column = all.map(|(keys, _)| text::width(keys)).max().unwrap_or(0).min(MOST_KEYS) + BEHIND;
    let mut out = Vec::new();
    for (place, actions) in sections.iter().filter(|(_, actions)| !actions.is_empty()) {
        if !out.is_empty() {
            out.push(Line::default());
        }
        out.push(Line::from(Span::styled(title(*place), theme.heading)));
        for (keys, does) in actions {
            let behind = column.saturating_sub(text::width(keys)).max(1);
            out.push(Line::from(vec![
                Span::styled(format!("  {keys}{}", " ".repeat(behind)), theme.key),
                Span::styled(*does, theme.text),
            ]));
        }
    }
    out
}

/// The columns of a sign.
const SIGN: usize = 15;

fn sign_lines(look: &Appearance) -> Vec<Line<'static>> {
    let theme = &look.theme;
    let mut out = vec![Line::default(), Line::from(Span::styled("Signs", theme.heading))];
    let mut line = |sign: &str, style, means: &str| {
        out.push(Line::from(vec![
            Span::styled(format!("  {sign:<SIGN$}"), style),
            Span::styled(means.to_owned(), theme.text),
        ]));
    };
    line("missing", theme.missing_id, "a vendor in use needs this id and none finds it");
    line("missing name?", theme.near_miss, "near miss: the call has a similar id under this name");
    line(
        "value! as name",
        theme.warning,
        "some vendors in use find it; another needs it under this name",
    );
    line(
        &format!("value{}", look.doubtful()),
        theme.warning,
        "doubtful: not a string, a placeholder, or contains blanks",
    );
    line("none", theme.warning, "the id is absent, and the call still goes through");
    line(look.nothing(), theme.quiet, "no vendor in use looks for it");
    for (verdict, means) in [
        (Verdict::Delivered, "delivered: accepted in full"),
        (Verdict::Degraded, "degraded: accepted, but something is changed or left out"),
        (Verdict::Dropped, "dropped: accepted, but silently not used"),
        (Verdict::Rejected, "rejected: refused with an error"),
        (Verdict::Ignored, "ignored: the vendor does not act on it"),
        (Verdict::Discarded, "discarded: Segment or RudderStack forwards it to no vendor"),
    ] {
        line(look.verdict_sign(verdict), look.verdict(verdict), means);
    }
    line("dim", theme.unused, "the vendor is not in use for this call");
    for (severity, means) in [
        (Severity::Error, "before the time: the worst finding is an error"),
        (Severity::Warning, "before the time: the worst finding is a warning"),
    ] {
        line(look.severity_sign(severity), look.severity(severity), means);
    }
    line(look.mark(), theme.marked, "you marked this call");
    line(look.note(), theme.marked, "your note on the call");
    line("quiet", theme.quiet, "every call of this library has this; shown once, above the log");
    line(
        look.from(),
        theme.quiet,
        "next to an output: its source (field, setting or earlier call)",
    );
    line(look.arrow(), theme.quiet, "next to a field: the vendors whose output contains it");
    line("unused", theme.unused, "in no vendor's output");
    line(look.stale(), theme.warning, "stale: checked with earlier settings");
    line(look.repeat(), theme.repeat, "repeat: a retry of an earlier call");
    line(look.deleted(), theme.quiet, "deleted from the recording (`keep`): counted, not readable");
    out
}

impl View for HelpView {
    fn place(&self) -> KeyContext {
        KeyContext::Help
    }

    fn can(&self, action: Action, _world: &ViewContext<'_>) -> bool {
        self.pane.can(action) || action == Action::Help
    }

    fn act(&mut self, action: Action, _world: &ViewContext<'_>) -> Response {
        if action == Action::Help { Response::Close } else { self.pane.act(action) }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _world: &ViewContext<'_>) -> Response {
        self.pane.point(pointer)
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        let mut lines = key_lines(self.about, ctx);
        lines.extend(sign_lines(ctx.look));
        let widest = lines.iter().map(Line::width).max().unwrap_or(0);
        self.width = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(SIDES);
        self.pane.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.pane.render(buffer, body, self.width, "Keys", ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
