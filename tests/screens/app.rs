//! The whole screen in a test: keys in, picture out, and a clock that the test turns.

use crate::fixture::Fixture;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use ratatui::style::Style;
use segscope::tui::app::keymap::Key;
use segscope::tui::app::screen::Msg;
use segscope::tui::app::view::SideEffect;
use segscope::tui::theme::Theme;
use segscope::tui::{Screen, ScreenOptions, do_on};
use unicode_width::UnicodeWidthStr;

pub struct TestApp {
    pub inspector: Fixture,
    pub effects: Vec<SideEffect>,
    screen: Screen,
    terminal: Terminal<TestBackend>,
    now_ms: u64,
    /// Whether each message is followed by a frame, or the test draws when it likes.
    pub draws: bool,
    /// Whether a file that is asked for is written.
    pub exports: bool,
    /// Whether each frame waits for what goes on from tick to tick, such as a long search.
    pub goes_on: bool,
}

/// The three sizes that everyone has.
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// An inspector with the usual calls and five vendors.
pub fn five() -> Fixture {
    Fixture::with_calls(5)
}

/// Snapshots of what a feed looks like after these keys, one a size. A macro, so
/// that each belongs to the file that it is asked for in.
macro_rules! pictures {
    ($name:expr, $inspector:expr, $keys:expr) => {
        for (width, height) in $crate::app::SIZES {
            let picture = $crate::app::picture_of($inspector, width, height, $keys);
            insta::assert_snapshot!(format!("{}_{width}x{height}", $name), picture);
        }
    };
}
pub(crate) use pictures;

/// Returns the screen after these keys, drawn once. A drawing in memory would keep the characters
/// of the
/// frame before that a wide letter hid.
pub fn picture_of(inspector: Fixture, width: u16, height: u16, keys: &str) -> String {
    let mut app = TestApp::new(inspector, width, height);
    app.draws = false;
    app.press(keys).draw();
    app.assert_well_formed();
    app.picture()
}

pub fn options() -> ScreenOptions {
    ScreenOptions { zone: TimeZone::UTC, ..ScreenOptions::default() }
}

impl TestApp {
    pub fn new(inspector: Fixture, width: u16, height: u16) -> TestApp {
        TestApp::with(inspector, width, height, &options())
    }

    pub fn with(inspector: Fixture, width: u16, height: u16, options: &ScreenOptions) -> TestApp {
        let mut app = TestApp::begin(inspector, width, height, options);
        app.draw();
        app
    }

    /// Creates the app before its first frame.
    pub fn begin(inspector: Fixture, width: u16, height: u16, options: &ScreenOptions) -> TestApp {
        let screen = Screen::new(&inspector, options, Size { width, height });
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("never fails");
        TestApp {
            inspector,
            effects: Vec::new(),
            screen,
            terminal,
            now_ms: 0,
            draws: true,
            exports: true,
            goes_on: true,
        }
    }

    /// Draws as the loop does, once all that was sent is judged and looked at, until what goes on
    /// from tick to tick is done. The clock stands still meanwhile.
    pub fn draw(&mut self) -> &mut TestApp {
        self.inspector.settle();
        self.draw_now();
        let mut ticks = 0;
        while self.goes_on && self.ticked() {
            ticks += 1;
            assert!(ticks < 5_000, "it does not end:\n{}", self.picture());
            self.inspector.settle();
            self.draw_now();
        }
        self
    }

    /// Whether something goes on from tick to tick.
    fn ticked(&mut self) -> bool {
        self.screen.update(Msg::Tick(self.now_ms), &self.inspector);
        self.screen.is_touched()
    }

    /// Draws what is known at this moment.
    pub fn draw_now(&mut self) -> &mut TestApp {
        self.screen.sync(&self.inspector);
        let (screen, inspector) = (&self.screen, &self.inspector);
        self.terminal
            .draw(|frame| screen.render(frame.buffer_mut(), inspector))
            .expect("never fails");
        self
    }

    /// Draws a frame on a screen that has nothing on it.
    pub fn anew(&mut self) -> &mut TestApp {
        self.terminal.clear().expect("never fails");
        self.draw()
    }

    pub fn send(&mut self, msg: Msg) -> &mut TestApp {
        let effect = self.screen.update(msg, &self.inspector);
        let effect =
            effect.filter(|effect| self.exports || !matches!(effect, SideEffect::Export { .. }));
        match effect {
            // what the hand-made feed does as the real one would
            Some(
                effect @ (SideEffect::Keep(_)
                | SideEffect::Mark { .. }
                | SideEffect::Note { .. }
                | SideEffect::Export { .. }
                | SideEffect::Split(_)
                | SideEffect::Columns(_)
                | SideEffect::Clear
                | SideEffect::UndoClear),
            ) => {
                if let Some(msg) = do_on(&self.inspector, &effect) {
                    self.screen.update(msg, &self.inspector);
                }
            }
            effect => self.effects.extend(effect),
        }
        if self.draws {
            self.draw();
        }
        self
    }

    /// Does the last effect that was asked for, as the loop does.
    pub fn perform(&mut self) -> &mut TestApp {
        let effect = self.effects.pop().expect("an effect");
        if let Some(msg) = do_on(&self.inspector, &effect) {
            self.screen.update(msg, &self.inspector);
        }
        self.draw()
    }

    /// Presses keys by their names in the keymap, one after the other.
    pub fn press(&mut self, names: &str) -> &mut TestApp {
        for name in names.split_whitespace() {
            let event = event(name);
            assert!(Key::parse(name).is_some_and(|key| key == Key::from_event(event)), "{name}");
            self.send(Msg::Key(event));
        }
        self
    }

    /// Types a text, a key a letter.
    pub fn type_in(&mut self, text: &str) -> &mut TestApp {
        for c in text.chars() {
            self.send(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut TestApp {
        self.send(Msg::Paste(text.to_owned()))
    }

    pub fn click(&mut self, column: u16, row: u16) -> &mut TestApp {
        let kind = MouseEventKind::Down(MouseButton::Left);
        self.send(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
    }

    /// Clicks on the first place where a text stands, looked for from a line on.
    pub fn click_on(&mut self, text: &str, from_line: u16) -> &mut TestApp {
        let (x, y) = self.place_of(text, from_line);
        self.click(x, y)
    }

    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut TestApp {
        self.send(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
    }

    pub fn wheel(&mut self, column: u16, row: u16, down: bool) -> &mut TestApp {
        let kind = if down { MouseEventKind::ScrollDown } else { MouseEventKind::ScrollUp };
        self.send(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
    }

    pub fn resize(&mut self, width: u16, height: u16) -> &mut TestApp {
        self.terminal.backend_mut().resize(width, height);
        self.send(Msg::Resize(Size { width, height }))
    }

    pub fn wait(&mut self, ms: u64) -> &mut TestApp {
        self.now_ms += ms;
        self.send(Msg::Tick(self.now_ms))
    }

    pub fn theme(&self) -> &Theme {
        self.screen.theme()
    }

    pub fn is_dirty(&self) -> bool {
        self.screen.is_dirty(&self.inspector)
    }

    /// The symbols of a line, those hidden under a wide one left out.
    pub fn line(&self, y: u16) -> String {
        let buffer = self.terminal.backend().buffer();
        let mut out = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            out.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        out.trim_end().to_owned()
    }

    pub fn picture(&self) -> String {
        let height = self.terminal.backend().buffer().area.height;
        (0..height).map(|y| self.line(y) + "\n").collect()
    }

    /// The style of the first cell of a text, looked for from a line on.
    pub fn style_of(&self, text: &str, from_line: u16) -> Style {
        let (x, y) = self.place_of(text, from_line);
        self.terminal.backend().buffer()[(x, y)].style()
    }

    /// The style of a cell.
    pub fn style_at(&self, x: u16, y: u16) -> Style {
        self.terminal.backend().buffer()[(x, y)].style()
    }

    /// Returns the content of a cell.
    pub fn symbol(&self, x: u16, y: u16) -> &str {
        self.terminal.backend().buffer()[(x, y)].symbol()
    }

    /// Where a text stands, looked for from a line on.
    pub fn place_of(&self, text: &str, from_line: u16) -> (u16, u16) {
        let buffer = self.terminal.backend().buffer();
        for y in from_line..buffer.area.height {
            let cells: Vec<&str> =
                (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            for x in 0..cells.len() {
                if cells[x..].concat().starts_with(text) {
                    return (x as u16, y);
                }
            }
        }
        panic!("`{text}` is not on the screen:\n{}", self.picture());
    }

    /// The color of what stands at a place.
    pub fn colour_at(&self, x: u16, y: u16) -> Option<ratatui::style::Color> {
        self.terminal.backend().buffer()[(x, y)].style().fg
    }

    /// The ground of a line's last cell.
    pub fn ground_of(&self, y: u16) -> Option<ratatui::style::Color> {
        let buffer = self.terminal.backend().buffer();
        buffer[(buffer.area.width - 1, y)].style().bg
    }

    pub fn assert_no_colour(&self) {
        use ratatui::style::Color;
        for cell in self.terminal.backend().buffer().content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{:?}", cell.symbol());
        }
    }

    /// Every cell holds something harmless of a sensible width, and wide ones stay inside.
    pub fn assert_well_formed(&self) {
        let buffer = self.terminal.backend().buffer();
        let area = buffer.area;
        for y in 0..area.height {
            for x in 0..area.width {
                let symbol = buffer[(x, y)].symbol();
                let harmful = symbol.chars().any(segscope::call::text::is_hostile);
                assert!(!harmful, "{symbol:?} at {x},{y}");
                assert!(symbol.chars().count() <= 12, "{symbol:?} at {x},{y}");
                assert!(usize::from(x) + symbol.width() <= usize::from(area.width), "{symbol:?}");
            }
        }
    }
}

fn event(name: &str) -> KeyEvent {
    let (modifiers, rest) = match name.split_once('-') {
        Some(("ctrl", rest)) => (KeyModifiers::CONTROL, rest),
        Some(("shift", rest)) => (KeyModifiers::SHIFT, rest),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "space" => KeyCode::Char(' '),
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "backspace" => KeyCode::Backspace,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "delete" => KeyCode::Delete,
        "f1" => KeyCode::F(1),
        one => KeyCode::Char(one.chars().next().expect("a key")),
    };
    KeyEvent::new(code, modifiers)
}

/// The line of the log that the cursor is on, in words where there is none.
pub fn cursor(app: &TestApp) -> String {
    let picture = app.picture();
    picture.lines().find(|line| line.starts_with('▌')).unwrap_or("no cursor").to_owned()
}
