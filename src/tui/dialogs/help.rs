//! The help: the meaning of the signs, the keys of the context in which it was opened, and the
//! paths of the files. It has two columns if both have room.

use crate::findings::{Severity, Verdict};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;
use crate::tui::widgets::text_pane::TextPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::path::Path;

/// The maximum width of keys and signs, and the columns after them.
const MAX_SIGN_WIDTH: usize = 26;
const SIGN_GAP: usize = 2;
/// The columns of the frame and of the margins.
const FRAME_WIDTH: u16 = 4;
/// The columns between two columns of text, and the minimum width of each.
const GAP: usize = 4;
const MIN_COLUMN_WIDTH: usize = 58;

/// The state of the help.
pub struct HelpView {
    about: KeyContext,
    pane: TextPane,
    /// The width of the widest line.
    width: u16,
}

impl HelpView {
    /// Returns the help for a context.
    pub fn new(about: KeyContext) -> HelpView {
        HelpView { about, pane: TextPane::default(), width: 0 }
    }
}

/// Returns the heading of a context in the help.
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
        KeyContext::Muted => "In the mute dialog",
        KeyContext::Columns => "In the column dialog",
        KeyContext::Deliver => "In the deliver dialog",
        KeyContext::Text => "In a text field (all other keys type)",
        KeyContext::Filter => "In the filter field",
        KeyContext::List => "In a list",
        KeyContext::Help => "In the help",
    }
}

/// Returns the contexts whose keys are listed: those in force in `about`, and those of the text
/// fields that open there, because the help has no key in a text field.
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

/// A sign, a key or a name, and its meaning.
struct HelpEntry {
    sign: String,
    style: Style,
    means: String,
}

/// Entries under a title.
struct HelpBlock {
    title: &'static str,
    entries: Vec<HelpEntry>,
}

impl HelpBlock {
    /// Returns the number of columns before the meanings.
    fn indent(&self) -> usize {
        let signs = self.entries.iter().map(|entry| text::width(&entry.sign));
        2 + signs.max().unwrap_or(0).min(MAX_SIGN_WIDTH) + SIGN_GAP
    }

    /// Returns the width without wrapped lines.
    fn width(&self) -> usize {
        let means = self.entries.iter().map(|entry| text::width(&entry.means)).max().unwrap_or(0);
        self.indent() + means
    }

    fn lines(&self, width: usize, look: &Appearance) -> Vec<Line<'static>> {
        let mut out = vec![Line::from(Span::styled(self.title, look.theme.heading))];
        let indent = self.indent();
        for HelpEntry { sign, style, means } in &self.entries {
            let behind = indent.saturating_sub(2 + text::width(sign)).max(1);
            let mut before = Span::styled(format!("  {sign}{}", " ".repeat(behind)), *style);
            for part in text::wrap(means, width.saturating_sub(indent).max(1)) {
                out.push(Line::from(vec![before, Span::styled(part, look.theme.text)]));
                before = Span::raw(" ".repeat(indent));
            }
        }
        out
    }
}

/// Returns the current keys of the contexts.
fn key_blocks(about: KeyContext, ctx: &ViewContext<'_>) -> Vec<HelpBlock> {
    let block = |place: KeyContext| {
        let keys = |action| ctx.keymap.keys(place, action).join(" ");
        let entry = |action: Action| HelpEntry {
            sign: keys(action),
            style: ctx.look.theme.key,
            means: action.long().to_owned(),
        };
        let entries = ctx.keymap.section(place).map(entry).collect();
        HelpBlock { title: title(place), entries }
    };
    places(about).into_iter().map(block).filter(|block| !block.entries.is_empty()).collect()
}

/// Returns the paths of the files.
fn files(ctx: &ViewContext<'_>) -> HelpBlock {
    let entry = |(name, path): (&str, &Path)| HelpEntry {
        sign: name.to_owned(),
        style: ctx.look.theme.label,
        means: ctx.look.clean(&path.to_string_lossy()).into_owned(),
    };
    let own = ctx.inspector.own_files();
    let recording = ctx.shared.stats.recording.as_deref().filter(|_| !own.is_empty());
    let recording = recording.map(|path| ("recording", path));
    let places = own.iter().map(|(name, path)| (*name, path.as_path()));
    let entries = places.chain(recording).map(entry).collect();
    HelpBlock { title: "Files", entries }
}

/// Puts the blocks below one another, or in two columns of about the same height if both have
/// room.
fn layout(blocks: &[HelpBlock], room: usize, look: &Appearance) -> Vec<Line<'static>> {
    let natural = blocks.iter().map(HelpBlock::width).max().unwrap_or(0);
    let two = (room.saturating_sub(GAP)) / 2;
    let has_two = two >= MIN_COLUMN_WIDTH;
    let width = natural.min(if has_two { two } else { room });
    let blocks: Vec<Vec<Line<'static>>> =
        blocks.iter().map(|block| block.lines(width, look)).collect();
    if !has_two {
        return blocks.join(&Line::default());
    }
    // the break at which the longer column is shortest; there is an empty line between two blocks
    let height =
        |blocks: &[Vec<Line<'_>>]| blocks.iter().map(|lines| lines.len() + 1).sum::<usize>();
    let longest = |at: &usize| height(&blocks[..*at]).max(height(&blocks[*at..]));
    let at = (0..=blocks.len()).min_by_key(longest).unwrap_or(blocks.len());
    let [left, right] = [&blocks[..at], &blocks[at..]].map(|part| part.join(&Line::default()));
    let mut right = right.into_iter();
    let rows = left.len().max(right.len());
    let mut left = left.into_iter();
    let joined = (0..rows).map(|_| {
        let mut line = left.next().unwrap_or_default();
        if let Some(beside) = right.next() {
            let gap = (width + GAP).saturating_sub(line.width());
            line.spans.push(Span::raw(" ".repeat(gap)));
            line.spans.extend(beside.spans);
        }
        line
    });
    joined.collect()
}

fn signs(look: &Appearance) -> HelpBlock {
    let theme = &look.theme;
    let mut entries = Vec::new();
    let mut line = |sign: &str, style, means: &str| {
        entries.push(HelpEntry { sign: sign.to_owned(), style, means: means.to_owned() });
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
    let degraded = look.verdict_sign(Verdict::Degraded);
    line(degraded, theme.missing_id, "in red: accepted, but the vendor misses an id");
    line("gray", theme.unused, "not in use for this call, or what all calls of the library have");
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
    line("unused", theme.unused, "in the output of no vendor in use");
    line(look.stale(), theme.warning, "stale: checked with earlier settings");
    line(look.repeat(), theme.repeat, "repeat: a retry of an earlier call");
    line(look.deleted(), theme.quiet, "deleted from the recording (`keep`): counted, not readable");
    HelpBlock { title: "Signs", entries }
}

impl View for HelpView {
    fn place(&self) -> KeyContext {
        KeyContext::Help
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        self.pane.can(action) || action == Action::Help
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        if action == Action::Help { Response::Close } else { self.pane.act(action) }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _ctx: &ViewContext<'_>) -> Response {
        self.pane.point(pointer)
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        let mut blocks = vec![signs(ctx.look)];
        blocks.extend(key_blocks(self.about, ctx));
        blocks.push(files(ctx));
        blocks.retain(|block| !block.entries.is_empty());
        let room = usize::from(body.width.saturating_sub(FRAME_WIDTH));
        let lines = layout(&blocks, room, ctx.look);
        let widest = lines.iter().map(Line::width).max().unwrap_or(0);
        self.width = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(FRAME_WIDTH);
        self.pane.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.pane.render(buffer, body, self.width, "Help", ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
