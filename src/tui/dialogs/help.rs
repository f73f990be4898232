//! The help: the keys in force where it was opened, and what the signs mean.

use crate::findings::{Severity, Verdict};
use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::{Pointer, Reply, View, World};
use crate::tui::theme::painter::Look;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text;
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
    about: Place,
    scroll: Scroll,
    /// The widest line.
    width: u16,
}

impl HelpView {
    /// The help for a place.
    pub fn of(about: Place) -> HelpView {
        HelpView { about, scroll: Scroll::default(), width: 0 }
    }
}

/// Where it is, for a head of the help.
pub(crate) fn title(place: Place) -> &'static str {
    match place {
        Place::Everywhere => "Everywhere",
        Place::Calls => "Log and detail",
        Place::Call => "With one call: under the log's cursor, or a page's example",
        Place::Log => "In the log",
        Place::Detail => "In the detail",
        Place::Counts => "In findings and coverage",
        Place::People => "In people: accounts, users, and the calls of one",
        Place::Sync => "In the objects that vendors push",
        Place::Compose => "In a call being written: every other key types",
        Place::Composed => "Beside a call being written",
        Place::Vendors => "In the choice of vendors",
        Place::Aside => "In the findings to set aside",
        Place::Columns => "In the columns of the log",
        Place::Deliver => "In an output before it is sent to its vendor",
        Place::Text => "In a line of text: every other key types",
        Place::Filter => "In the filter's line",
        Place::List => "In a list",
        Place::Help => "In the help",
    }
}

/// The places whose keys are told: those in force there, and those of the lines of text that open
/// there, where no key can ask for help.
fn places(about: Place) -> Vec<Place> {
    let mut out = about.sections().to_vec();
    if out.contains(&Place::Calls) {
        out.push(Place::Filter);
    }
    if about != Place::Help && !out.contains(&Place::Text) {
        out.push(Place::Text);
    }
    out
}

/// One place's keys and what they do.
fn section(place: Place, world: &World<'_>) -> Vec<(String, &'static str)> {
    let keys = |action| world.keymap.keys(place, action).join(" ");
    world.keymap.section(place).map(|action| (keys(action), action.long())).collect()
}

fn key_lines(about: Place, world: &World<'_>) -> Vec<Line<'static>> {
    let theme = &world.look.theme;
    let sections: Vec<_> =
        places(about).into_iter().map(|place| (place, section(place, world))).collect();
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

fn sign_lines(look: &Look) -> Vec<Line<'static>> {
    let theme = &look.theme;
    let mut out = vec![Line::default(), Line::from(Span::styled("Signs", theme.heading))];
    let mut line = |sign: &str, style, means: &str| {
        out.push(Line::from(vec![
            Span::styled(format!("  {sign:<SIGN$}"), style),
            Span::styled(means.to_owned(), theme.text),
        ]));
    };
    line("missing", theme.missing_id, "a vendor in use needs this id and none finds it");
    line("missing name?", theme.near_miss, "this value is close to where it was expected");
    line(
        "value! as name",
        theme.warning,
        "some vendors in use find it; one wants it under this name",
    );
    line(
        &format!("value{}", look.doubtful()),
        theme.warning,
        "doubtful: not a text, a missing value or name as text, or with blanks",
    );
    line("none", theme.warning, "it is absent, and the call still goes through");
    line(look.nothing(), theme.quiet, "no vendor in use looks for it");
    for (verdict, means) in [
        (Verdict::Delivered, "delivered: taken in full"),
        (Verdict::Degraded, "degraded: taken, with something changed or left out"),
        (Verdict::Dropped, "dropped: accepted and silently not used"),
        (Verdict::Rejected, "rejected: an error comes back"),
        (Verdict::Ignored, "ignored: the vendor does not act on it"),
        (Verdict::Discarded, "discarded: Segment or RudderStack passes it on to no vendor"),
    ] {
        line(look.verdict_sign(verdict), look.verdict(verdict), means);
    }
    line("dim", theme.unused, "the vendor is not in use for this call");
    for (severity, means) in [
        (Severity::Error, "before the time: a finding is an error"),
        (Severity::Warning, "before the time: the worst finding is a warning"),
    ] {
        line(look.severity_sign(severity), look.severity(severity), means);
    }
    line(look.mark(), theme.marked, "you marked this call");
    line(look.note(), theme.marked, "you noted this about it");
    line("quiet", theme.quiet, "every call of this library has it: said once, above the log");
    line(look.from(), theme.quiet, "beside an output: the field, setting or call it came from");
    line(look.arrow(), theme.quiet, "beside a field: the vendors whose output has it");
    line("unused", theme.unused, "in no vendor's output");
    line(look.stale(), theme.warning, "stale: judged with earlier settings");
    line(look.repeat(), theme.repeat, "repeat: a retry of a call that came before");
    out
}

impl View for HelpView {
    fn place(&self) -> Place {
        Place::Help
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        self.scroll.can(action) || action == Action::Help
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        if action == Action::Help { Reply::Close } else { self.scroll.act(action) }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _world: &World<'_>) -> Reply {
        self.scroll.point(pointer)
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        let mut lines = key_lines(self.about, world);
        lines.extend(sign_lines(world.look));
        let widest = lines.iter().map(Line::width).max().unwrap_or(0);
        self.width = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(SIDES);
        self.scroll.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        self.scroll.render(buffer, body, self.width, "Keys", world.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
