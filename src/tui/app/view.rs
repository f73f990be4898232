//! The views: what fills the page, and the windows over it. A view is one file (or folder) that
//! implements [`View`]; the screen knows no more about it.

use crate::call::Seq;
use crate::fql::Filter;
use crate::inspector::{Inspector, Memo};
use crate::report::ExportFormat;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::{FilterChange, SearchScope};
use crate::tui::app::keymap::Keymap;
use crate::tui::app::view_context::ScreenData;
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::match_count::MatchCount;
use crate::tui::widgets::text;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use std::sync::Arc;

/// What a view may look at.
pub struct ViewContext<'w> {
    /// The data.
    pub inspector: &'w Inspector,
    /// What was read of it for this frame.
    pub shared: &'w ScreenData,
    /// How things look.
    pub look: &'w Appearance,
    /// The keys in force.
    pub keymap: &'w Keymap,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// The left button went down.
    Click,
    /// The wheel turned towards the user.
    WheelDown,
    /// The wheel turned away.
    WheelUp,
}

/// Something that only the loop can do; the model has no I/O.
#[derive(Debug, Clone, PartialEq)]
pub enum SideEffect {
    /// Leave the screen.
    Quit,
    /// Give the terminal back and stop until the shell lets us go on.
    Suspend,
    /// Put a text on the clipboard.
    Copy {
        /// what it is, in words
        what: String,
        /// the text
        text: String,
    },
    /// Save the choice of vendors.
    UseVendors(Vec<usize>),
    /// Set these finding codes aside, and no others.
    SetAside(Vec<String>),
    /// Keep this from run to run.
    Keep(Memo),
    /// So much of the width is the log's, in per cent; none: what its content needs.
    Split(Option<u16>),
    /// These are the log's columns, from the left.
    Columns(Vec<String>),
    /// Mark a call, or take the mark away.
    Mark {
        /// its number
        seq: Seq,
        /// marked or not
        marked: bool,
    },
    /// Put a note to a call.
    Note {
        /// its number
        seq: Seq,
        /// the note; an empty one takes it away
        text: String,
    },
    /// Write the calls that pass the filter to a file.
    Export {
        /// its name
        file: String,
        /// in which form
        format: ExportFormat,
        /// the filter in force
        filter: Option<Arc<Filter>>,
    },
    /// Clear all away.
    Clear,
    /// Bring back what was cleared away last.
    UndoClear,
    /// Send a text.
    Send {
        /// where to; none: this listener
        to: Option<String>,
        /// the text
        text: String,
        /// the write key of the call that it came from
        write_key: Option<String>,
    },
    /// Send what was prepared under this number to its vendor.
    Deliver(u64),
    /// Read the settings and judge all calls again.
    JudgeAgain,
    /// Inject faults, or no more.
    ToggleFaults,
}

/// What a call that is written begins with.
#[derive(Debug, Clone, Copy)]
pub enum Begin {
    /// The call of a row; a template where there is none.
    Row(Option<u64>),
    /// A template, by its place.
    Template(usize),
}

/// What a view answers to an action.
pub enum Response {
    /// It is done.
    Done,
    /// It means nothing here.
    Pass,
    /// This view is closed.
    Close,
    /// This view opens over the page.
    Open(Box<dyn View>),
    /// This view is closed, and another one opens in its place.
    CloseAndOpen(Box<dyn View>),
    /// The user should read this.
    Say(String),
    /// The loop has to do something; the view stays.
    Ask(SideEffect),
    /// The same, and the view is closed.
    CloseAndAsk(SideEffect),
    /// This view is closed, and the page below it begins a call with this.
    CloseAndBegin(Begin),
    /// The filter's line opens.
    EditFilter,
    /// The filter or the search changes.
    Filter(FilterChange),
    /// The same, and the user should read this.
    FilterAndSay(FilterChange, String),
    /// The log shows the calls that pass this filter, with the cursor on that row if one is said,
    /// until the way back here is taken.
    Behind(String, Option<u64>),
    /// The way back to the page from which the calls behind a number were shown.
    Return,
    /// The same, and this view is closed; a filter that is accepted or given up closes all.
    CloseAndFilter(FilterChange),
    /// This is searched for, and this view is closed.
    CloseAndSearch {
        /// what
        text: String,
        /// where
        scope: SearchScope,
    },
    /// This is done as its key would do it, and this view is closed; the text is what was typed.
    CloseAndRun(Action, String),
}

/// One view. It changes in `act`, `point` and `sync` only; `render` reads.
pub trait View {
    /// Whose keys are in force.
    fn place(&self) -> KeyContext;
    /// Whether an action would do something now; the footer shows only those.
    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool;
    /// Whether the key that goes back, then quits, would quit now.
    fn quits(&self, ctx: &ViewContext<'_>) -> bool {
        !self.can(Action::Back, ctx)
    }
    /// The row of the call that is meant here: the one under the cursor, or the example of what is
    /// counted.
    fn example(&self) -> Option<u64> {
        None
    }
    /// Does it.
    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response;
    /// Begins to write another call; only the page where calls are written does.
    fn begin(&mut self, _from: Begin, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Takes a key before the keymap does, while something is asked that this key answers.
    fn answer(&mut self, _event: KeyEvent, _world: &ViewContext<'_>) -> Option<Response> {
        None
    }
    /// Takes a key that is bound to nothing here, as a string does.
    fn typed(&mut self, _event: KeyEvent, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Takes a pasted text.
    fn paste(&mut self, _pasted: &str, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// The line of a search in this page closed: with a text to search for, or given up.
    fn end_search(&mut self, _accepted: bool, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// How many rows the search matches; none while nothing is searched for.
    fn match_count(&self, _world: &ViewContext<'_>) -> Option<MatchCount> {
        None
    }
    /// Goes on with what takes long, a little with each tick.
    fn tick(&mut self, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// A key went down: ends what takes long. True if there was something to end.
    fn interrupt(&mut self) -> bool {
        false
    }
    /// Whether going back puts something away within the page: the marks of a search, the focus of a
    /// pane, a level.
    fn has_inner(&self, _world: &ViewContext<'_>) -> bool {
        false
    }
    /// A window that is a strip at the foot of the page is so high, and the page is shorter by it.
    fn strip(&self) -> u16 {
        0
    }
    /// Answers to the mouse.
    fn point(&mut self, _pointer: Pointer, _at: Position, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// The mouse moved with its button down, or the button went up there.
    fn drag(&mut self, _at: Position, _ended: bool, _world: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Reads what the next frame shows; the area is the page's body.
    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>);
    /// Draws what was read.
    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>);
    /// A few words for the right end of the status, such as `PAUSED`.
    fn state(&self, _world: &ViewContext<'_>) -> Vec<Span<'static>> {
        Vec::new()
    }
    /// The actions for the footer, the most useful first.
    fn footer(&self) -> &'static [Action];
}

/// A window over the page: cleared, with a frame and a title. Gives the room inside.
pub(crate) fn window(
    buffer: &mut Buffer,
    page: Rect,
    (width, height): (u16, u16),
    title: &str,
    look: &Appearance,
) -> Rect {
    frame(buffer, centred(page, (width, height)), title, look)
}

/// Where a window of that size is.
pub(crate) fn centred(page: Rect, (width, height): (u16, u16)) -> Rect {
    let (width, height) = (width.min(page.width), height.min(page.height));
    Rect {
        x: page.x + (page.width - width) / 2,
        y: page.y + (page.height - height) / 2,
        width,
        height,
    }
}

/// The same at a place of its own.
pub(crate) fn frame(buffer: &mut Buffer, area: Rect, title: &str, look: &Appearance) -> Rect {
    let area = area.intersection(buffer.area);
    blank(buffer, area, look.theme.popup);
    border(buffer, area, look);
    let inside = Rect {
        x: area.x.saturating_add(2).min(area.right()),
        y: area.y.saturating_add(1).min(area.bottom()),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    let head = Rect { y: area.y, height: area.height.min(1), ..inside };
    buffer.set_stringn(
        head.x,
        head.y,
        if head.is_empty() || title.is_empty() { String::new() } else { format!(" {title} ") },
        usize::from(head.width),
        look.theme.heading,
    );
    inside
}

/// Empties a place for something over the page.
fn blank(buffer: &mut Buffer, area: Rect, style: Style) {
    for at in area.positions() {
        if let Some(cell) = buffer.cell_mut(at) {
            cell.reset();
            cell.set_style(style);
        }
    }
    // a wide letter that reaches into it from the left would hide its first column
    for y in area.top()..area.bottom() {
        let before = area.x.checked_sub(1).and_then(|x| buffer.cell_mut((x, y)));
        if let Some(cell) = before.filter(|cell| text::width(cell.symbol()) > 1) {
            cell.set_symbol(" ");
        }
    }
}

fn border(buffer: &mut Buffer, area: Rect, look: &Appearance) {
    let signs = if look.ascii {
        ["+", "+", "+", "+", "-", "|"]
    } else {
        ["╭", "╮", "╰", "╯", "─", "│"]
    };
    let mut set = |x: u16, y: u16, sign: &str, style: Style| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(sign).set_style(style);
        }
    };
    if area.is_empty() {
        return;
    }
    let (left, right) = (area.left(), area.right() - 1);
    let (top, bottom) = (area.top(), area.bottom() - 1);
    for x in left..=right {
        set(x, top, signs[4], look.theme.rule_focus);
        set(x, bottom, signs[4], look.theme.rule_focus);
    }
    for y in top..=bottom {
        set(left, y, signs[5], look.theme.rule_focus);
        set(right, y, signs[5], look.theme.rule_focus);
    }
    for (x, y, sign) in [(left, top, 0), (right, top, 1), (left, bottom, 2), (right, bottom, 3)] {
        set(x, y, signs[sign], look.theme.rule_focus);
    }
}
