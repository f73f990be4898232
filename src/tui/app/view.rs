//! The views: the content of a page, and the windows over it. A view is one file (or folder) that
//! implements [`View`]; the screen knows nothing else about it.

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

/// The data that a view may read.
pub struct ViewContext<'w> {
    /// The inspector.
    pub inspector: &'w Inspector,
    /// The data that was read from the inspector for this frame.
    pub shared: &'w ScreenData,
    /// The theme, the signs and the time format.
    pub look: &'w Appearance,
    /// The keys in force.
    pub keymap: &'w Keymap,
}

/// An action of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// The left button was pressed.
    Click,
    /// The wheel turned towards the user.
    WheelDown,
    /// The wheel turned away.
    WheelUp,
}

/// An action that only the event loop can do; the screen itself does no I/O.
#[derive(Debug, Clone, PartialEq)]
pub enum SideEffect {
    /// Leave the screen.
    Quit,
    /// Restore the terminal and stop until the shell continues the program.
    Suspend,
    /// Put a text on the clipboard.
    Copy {
        /// the name of the text, for messages
        what: String,
        /// the text
        text: String,
    },
    /// Save the choice of vendors.
    UseVendors(Vec<usize>),
    /// Mute these finding codes and no others.
    SetMuted(Vec<String>),
    /// Save this for later runs.
    Keep(Memo),
    /// Set the log's share of the width in percent; none gives it what its content needs.
    Split(Option<u16>),
    /// Set the log's columns, from the left.
    Columns(Vec<String>),
    /// Mark a call, or remove its mark.
    Mark {
        /// its number
        seq: Seq,
        /// marked or not
        marked: bool,
    },
    /// Set the note of a call.
    Note {
        /// its number
        seq: Seq,
        /// the note; an empty one removes it
        text: String,
    },
    /// Write the calls that pass the filter to a file.
    Export {
        /// its name
        file: String,
        /// the format
        format: ExportFormat,
        /// the filter in force
        filter: Option<Arc<Filter>>,
    },
    /// Clear the log.
    Clear,
    /// Restore the calls that were cleared last.
    UndoClear,
    /// Send the text of a call.
    Send {
        /// the address; none for this listener
        to: Option<String>,
        /// the text
        text: String,
        /// the write key of the call from which the text was made
        write_key: Option<String>,
    },
    /// Send the requests that were prepared under this number to their vendor.
    Deliver(u64),
    /// Read the settings and judge all calls again.
    JudgeAgain,
    /// Turn the injection of faults on or off.
    ToggleFaults,
}

/// The start of a call that is being composed.
#[derive(Debug, Clone, Copy)]
pub enum Begin {
    /// The call of a row, or a template if there is no row.
    Row(Option<u64>),
    /// A template, by its place in the list.
    Template(usize),
}

/// The response of a view to an action.
pub enum Response {
    /// The view did the action.
    Done,
    /// The action has no effect here.
    Pass,
    /// Close this view.
    Close,
    /// Open a view over the page.
    Open(Box<dyn View>),
    /// Close this view and open another one in its place.
    CloseAndOpen(Box<dyn View>),
    /// Show a notice to the user.
    Say(String),
    /// Let the event loop do something; the view stays open.
    Ask(SideEffect),
    /// Let the event loop do something, and close the view.
    CloseAndAsk(SideEffect),
    /// Close this view, and let the page below it start to compose a call.
    CloseAndBegin(Begin),
    /// Open the filter line.
    EditFilter,
    /// Change the filter or the search.
    Filter(FilterChange),
    /// Change the filter or the search, and show a notice.
    FilterAndSay(FilterChange, String),
    /// Show the calls that pass this filter in the log until the user goes back to this page. The
    /// cursor is on the given row, if any.
    Behind(String, Option<u64>),
    /// Go back to the page whose number the log explains (see [`Response::Behind`]).
    Return,
    /// Change the filter or the search, and close this view. Accepting or abandoning a filter closes all
    /// windows.
    CloseAndFilter(FilterChange),
    /// Search for a text, and close this view.
    CloseAndSearch {
        /// the text
        text: String,
        /// where to search
        scope: SearchScope,
    },
    /// Close this view and run an action as its key would; the text is what the user typed.
    CloseAndRun(Action, String),
}

/// One view. It changes in the methods that take `&mut self`; `render` only reads.
pub trait View {
    /// Returns the place whose keys are active.
    fn place(&self) -> KeyContext;
    /// Returns true if an action would have an effect now; the footer shows only such actions.
    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool;
    /// Returns true if the key that goes back or quits would quit now.
    fn quits(&self, ctx: &ViewContext<'_>) -> bool {
        !self.can(Action::Back, ctx)
    }
    /// Returns the row of the current call: the one under the cursor, or the example of the line under
    /// the cursor.
    fn example(&self) -> Option<u64> {
        None
    }
    /// Does an action.
    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response;
    /// Starts to compose another call; only the compose page implements this.
    fn begin(&mut self, _from: Begin, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Handles a key before the keymap does, while the view asks a question that this key answers.
    fn answer(&mut self, _event: KeyEvent, _ctx: &ViewContext<'_>) -> Option<Response> {
        None
    }
    /// Handles a key that is not bound here, such as a letter in a text field.
    fn typed(&mut self, _event: KeyEvent, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Handles pasted text.
    fn paste(&mut self, _pasted: &str, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Handles the closing of the search line of this page: accepted with a text, or abandoned.
    fn end_search(&mut self, _accepted: bool, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Returns the number of rows that match the search; none without a search.
    fn match_count(&self, _ctx: &ViewContext<'_>) -> Option<MatchCount> {
        None
    }
    /// Continues a long task a little with each tick.
    fn tick(&mut self, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Stops a long task because a key was pressed. Returns true if there was one.
    fn interrupt(&mut self) -> bool {
        false
    }
    /// Returns true if going back would first close something within the page: the marks of a search,
    /// the focus of a pane, a level.
    fn has_inner(&self, _ctx: &ViewContext<'_>) -> bool {
        false
    }
    /// Returns the height of a window that is a strip at the foot of the page, which gets shorter by it;
    /// 0 for other windows.
    fn strip(&self) -> u16 {
        0
    }
    /// Handles a click or the wheel.
    fn point(&mut self, _pointer: Pointer, _at: Position, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Handles a move of the mouse with its button pressed, or the release of the button (`_ended`).
    fn drag(&mut self, _at: Position, _ended: bool, _ctx: &ViewContext<'_>) -> Response {
        Response::Pass
    }
    /// Reads the data that the next frame shows; `body` is the area of the page.
    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>);
    /// Draws the data that was read.
    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>);
    /// Returns a few words for the right end of the status line, such as `PAUSED`.
    fn state(&self, _ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        Vec::new()
    }
    /// Returns the actions for the footer, the most useful first.
    fn footer(&self) -> &'static [Action];
}

/// Draws an empty window with a frame and a title in the middle of the page. Returns the area
/// inside.
pub(crate) fn window(
    buffer: &mut Buffer,
    page: Rect,
    (width, height): (u16, u16),
    title: &str,
    look: &Appearance,
) -> Rect {
    frame(buffer, centered(page, (width, height)), title, look)
}

/// Returns the area of a window of that size in the middle of the page.
pub(crate) fn centered(page: Rect, (width, height): (u16, u16)) -> Rect {
    let (width, height) = (width.min(page.width), height.min(page.height));
    Rect {
        x: page.x + (page.width - width) / 2,
        y: page.y + (page.height - height) / 2,
        width,
        height,
    }
}

/// Draws an empty window with a frame and a title in an area. Returns the area inside.
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

/// Clears an area of the page for a window.
fn blank(buffer: &mut Buffer, area: Rect, style: Style) {
    for at in area.positions() {
        if let Some(cell) = buffer.cell_mut(at) {
            cell.reset();
            cell.set_style(style);
        }
    }
    // a wide character at the left of the area would hide its first column
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
