//! The screen as a whole: the one place where its state changes, and how the page is laid out.
//!
//! ```text
//! +---------------------------------------------------+
//! | status: address, counters, rate, recording         |
//! | vendors in use                 PAUSED +12 new …    |
//! | (a problem, in the alarm colour)                   |
//! | (settings that changed: what is stale)             |
//! | (what every call of a library has in common)       |
//! |                                                    |
//! | body: the view, and the windows over it            |
//! |                                                    |
//! | footer: keys that do something now, or a notice    |
//! +---------------------------------------------------+
//! ```

use super::action::Action;
use super::feed::{Feed, Memo, Sending};
use super::filtering::Change;
use super::keymap::{Key, Keymap, Lookup};
use super::layout::{Layout, areas};
use super::look::{Look, Pen};
use super::page::Page;
use super::shared::{Shared, count};
use super::theme::Theme;
use super::view::{self, CommandView, Effect, FilterView, JudgedView, Pointer, Reply, View, World};
use crate::pipeline::VendorChanges;
use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};

/// The smallest screen that the page is laid out for.
const LEAST: Size = Size { width: 40, height: 10 };
/// How long a notice stays.
const NOTICE_MS: u64 = 5_000;

/// How the screen should look and behave.
#[derive(Debug, Clone)]
pub struct ScreenOptions {
    /// A theme's name (`theme::PRESETS`).
    pub theme: String,
    /// The keys.
    pub keymap: Keymap,
    /// False where `NO_COLOR` is set.
    pub colour: bool,
    /// Signs in ASCII only.
    pub ascii: bool,
    /// Whether the mouse is asked for.
    pub mouse: bool,
    /// The zone that times are shown in.
    pub zone: TimeZone,
}

impl Default for ScreenOptions {
    fn default() -> ScreenOptions {
        ScreenOptions {
            theme: "dark".to_owned(),
            keymap: Keymap::default(),
            colour: true,
            ascii: false,
            mouse: true,
            zone: TimeZone::system(),
        }
    }
}

/// What the views may look at, borrowed field by field so that a view can be changed meanwhile.
macro_rules! world {
    ($screen:expr, $feed:expr) => {
        World { feed: $feed, shared: &$screen.shared, look: &$screen.look, keymap: &$screen.keymap }
    };
}

/// What may happen to the screen.
#[derive(Debug, Clone)]
pub enum Msg {
    /// a key went down
    Key(KeyEvent),
    /// a text was pasted
    Paste(String),
    /// the mouse
    Mouse(MouseEvent),
    /// the terminal has another size
    Resize(Size),
    /// time went by: milliseconds since some moment
    Tick(u64),
    /// an effect is done, or why it is not
    Said(Result<String, String>),
    /// something was kept (and what to say of it), or why it was not
    Kept(Result<Option<String>, String>),
}

struct Notice {
    words: String,
    until_ms: u64,
}

/// The screen's state.
pub struct Screen {
    look: Look,
    keymap: Keymap,
    shared: Shared,
    page: Page,
    pages: [Box<dyn View>; Page::ALL.len()],
    windows: Vec<Box<dyn View>>,
    begun: Vec<Key>,
    notice: Option<Notice>,
    /// The last judging again that was told of, and the last sending.
    told: u64,
    sent: Option<Sending>,
    size: Size,
    now_ms: u64,
    version: Option<u64>,
    dirty: bool,
}

/// The screen cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// the theme
    #[error(transparent)]
    Theme(#[from] super::theme::ThemeError),
    /// the terminal
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

impl Screen {
    /// A screen on a feed.
    pub fn new(
        feed: &dyn Feed,
        options: &ScreenOptions,
        size: Size,
    ) -> Result<Screen, ScreenError> {
        let theme = Theme::preset(&options.theme)?;
        let theme = if options.colour { theme } else { theme.without_colour() };
        Ok(Screen {
            look: Look { theme, ascii: options.ascii, zone: options.zone.clone() },
            keymap: options.keymap.clone(),
            shared: Shared::of(feed),
            page: Page::Log,
            pages: Page::ALL.map(Page::view),
            windows: Vec::new(),
            begun: Vec::new(),
            notice: None,
            told: 0,
            sent: None,
            size,
            now_ms: 0,
            version: None,
            dirty: true,
        })
    }

    /// The theme in force.
    pub fn theme(&self) -> &Theme {
        &self.look.theme
    }

    /// Whether it would look otherwise by what the user did, or the clock.
    pub fn is_touched(&self) -> bool {
        self.dirty
    }

    /// Whether another frame would look otherwise.
    pub fn is_dirty(&self, feed: &dyn Feed) -> bool {
        self.dirty || self.version != Some(feed.version())
    }

    /// The only place that changes the screen's state. It does no I/O: it asks for an effect.
    pub fn update(&mut self, msg: Msg, feed: &dyn Feed) -> Option<Effect> {
        self.dirty |= !matches!(msg, Msg::Tick(_));
        match msg {
            Msg::Tick(now_ms) => {
                self.now_ms = now_ms;
                self.dirty |= self.shared.tick(now_ms);
                if self.notice.as_ref().is_some_and(|notice| notice.until_ms <= now_ms) {
                    self.notice = None;
                    self.dirty = true;
                }
                if let Some(told) = feed.told() {
                    self.say(told.unwrap_or_else(|error| error));
                    self.dirty = true;
                }
                let world = world!(self, feed);
                let reply = self.pages[self.page as usize].tick(&world);
                self.dirty |= !matches!(reply, Reply::Pass);
                self.reply(reply, feed)
            }
            Msg::Resize(size) => {
                self.size = size;
                None
            }
            Msg::Said(Ok(words) | Err(words)) => {
                self.say(words);
                None
            }
            Msg::Kept(said) => {
                self.shared.kept = feed.kept();
                if let Some(words) = said.unwrap_or_else(Some) {
                    self.say(words);
                }
                None
            }
            Msg::Key(event) => self.key(event, feed),
            Msg::Paste(text) => self.ask(feed, |view, world| view.paste(&text, world)),
            Msg::Mouse(event) => self.mouse(event, feed),
        }
    }

    fn say(&mut self, words: String) {
        self.notice = Some(Notice { words, until_ms: self.now_ms + NOTICE_MS });
    }

    fn key(&mut self, event: KeyEvent, feed: &dyn Feed) -> Option<Effect> {
        if !event.is_press() && !event.is_repeat() {
            return None;
        }
        self.notice = None;
        let stopped = self.pages[self.page as usize].interrupt();
        if stopped {
            self.say("the search was stopped".to_owned());
        }
        self.begun.push(Key::of(event));
        let place = self.top().place();
        match self.keymap.lookup(place, &self.begun) {
            Lookup::Begun => None,
            Lookup::Nothing => {
                self.begun.clear();
                self.ask(feed, |view, world| view.typed(event, world))
            }
            Lookup::Action(Action::Back) if stopped => {
                self.begun.clear();
                None
            }
            Lookup::Action(action) => {
                self.begun.clear();
                self.run(action, feed)
            }
        }
    }

    /// Does an action, whether a key or a command asked for it.
    fn run(&mut self, action: Action, feed: &dyn Feed) -> Option<Effect> {
        match action {
            Action::Quit => Some(Effect::Quit),
            Action::Suspend => Some(Effect::Suspend),
            Action::JudgeAgain => Some(Effect::JudgeAgain),
            Action::Command => {
                let view = CommandView::of(self.top().place(), &world!(self, feed));
                self.windows.push(Box::new(view));
                None
            }
            action if let Some(page) = Page::shown_by(action) => {
                self.show(page, feed);
                None
            }
            action => self.ask(feed, |view, world| view.act(action, world)),
        }
    }

    fn mouse(&mut self, event: MouseEvent, feed: &dyn Feed) -> Option<Effect> {
        let pointer = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
            MouseEventKind::ScrollDown => Pointer::WheelDown,
            MouseEventKind::ScrollUp => Pointer::WheelUp,
            _ => return None,
        };
        let at = Position { x: event.column, y: event.row };
        self.ask(feed, |view, world| view.point(pointer, at, world))
    }

    /// Shows a page, without any windows over it. Whoever leaves the calls behind a number has the
    /// filter from before again; a call is written from the log and closes to it.
    fn show(&mut self, page: Page, feed: &dyn Feed) {
        if !matches!(page, Page::Log | Page::Compose) {
            self.shared.filtering.change(Change::Return, feed);
        }
        self.page = page;
        self.windows.clear();
    }

    fn top(&self) -> &dyn View {
        self.windows.last().unwrap_or(&self.pages[self.page as usize]).as_ref()
    }

    /// Lets the topmost view answer, and does what it says.
    fn ask(
        &mut self,
        feed: &dyn Feed,
        question: impl FnOnce(&mut dyn View, &World<'_>) -> Reply,
    ) -> Option<Effect> {
        let world = world!(self, feed);
        let view = self.windows.last_mut().unwrap_or(&mut self.pages[self.page as usize]);
        let reply = question(view.as_mut(), &world);
        self.reply(reply, feed)
    }

    /// Does what a view answered.
    fn reply(&mut self, reply: Reply, feed: &dyn Feed) -> Option<Effect> {
        match reply {
            Reply::Done | Reply::Pass => None,
            Reply::Close => {
                self.close();
                None
            }
            Reply::Open(view) => {
                self.windows.push(view);
                None
            }
            Reply::Compose(view) => {
                self.pages[Page::Compose as usize] = view;
                self.show(Page::Compose, feed);
                None
            }
            Reply::Say(words) => {
                self.say(words);
                None
            }
            Reply::Ask(effect) => Some(effect),
            Reply::CloseAndAsk(effect) => {
                self.close();
                Some(effect)
            }
            Reply::EditFilter => {
                self.shared.filtering.change(Change::Edit, feed);
                let view = FilterView::of(&world!(self, feed));
                self.windows.push(Box::new(view));
                None
            }
            Reply::Filter(change) => self.change(change, feed),
            Reply::Behind(filter) => {
                let from = self.page;
                self.show(Page::Log, feed);
                self.change(Change::Behind(filter, from), feed)
            }
            Reply::Return => {
                let page = self.shared.filtering.came_from().unwrap_or(Page::Log);
                self.show(page, feed);
                None
            }
            Reply::CloseAndFilter(change) => {
                match change {
                    Change::Accept(_) | Change::Restore => self.windows.clear(),
                    _ => self.close(),
                }
                self.change(change, feed)
            }
            Reply::CloseAndRun(action, typed) => {
                self.close();
                let effect = self.run(action, feed);
                // an effect of the action comes first; its command is remembered where there is none
                effect.or(Some(Effect::Keep(Memo::Command(typed))))
            }
            Reply::CloseAndSearch(text) => {
                self.close();
                self.change(Change::Search(text.clone()), feed);
                self.ask(feed, |view, world| view.act(Action::NextMatch, world));
                Some(Effect::Keep(Memo::Search(text)))
            }
        }
    }

    /// Changes the filter; one that is accepted is remembered.
    fn change(&mut self, change: Change, feed: &dyn Feed) -> Option<Effect> {
        let accepted = match &change {
            Change::Accept(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        self.shared.filtering.change(change, feed);
        accepted.map(|text| Effect::Keep(Memo::Filter(text)))
    }

    /// Closes the topmost window; where there is none, goes back to the log.
    fn close(&mut self) {
        if self.windows.pop().is_none() {
            self.page = Page::Log;
        }
    }

    /// All calls were judged again: what changed is said once. Where nothing did, in a line.
    fn tell_judged(&mut self) {
        let Some(judged) = self.shared.settings.judged.clone() else { return };
        if judged.number <= self.told {
            return;
        }
        self.told = judged.number;
        match &judged.changes {
            Ok(changes) if changes.vendors.iter().all(VendorChanges::is_none) => {
                let calls = count(changes.calls, "call", "calls");
                self.say(format!("judged {calls} again: nothing changed"));
            }
            // who is typing something is not interrupted
            Ok(changes) if !self.windows.is_empty() => {
                let changed = changes.vendors.iter().filter(|vendor| !vendor.is_none());
                let said: Vec<String> = changed.map(VendorChanges::sentence).collect();
                self.say(said.join("; "));
            }
            _ => self.windows.push(Box::new(JudgedView::of(judged))),
        }
    }

    /// What came of a call that was sent is said, but on the page that shows it anyway.
    fn tell_sent(&mut self) {
        if self.sent == self.shared.sending {
            return;
        }
        self.sent.clone_from(&self.shared.sending);
        if let Some(sending) = self.sent.as_ref().filter(|_| self.page != Page::Compose) {
            self.say(sending.words());
        }
    }

    /// Reads from the feed what the next frame shows. To be called before each [`Screen::render`].
    pub fn sync(&mut self, feed: &dyn Feed) {
        // first the number: what changes meanwhile is read again by the next frame
        let version = feed.version();
        self.version = Some(version);
        self.dirty = false;
        self.shared.read(feed);
        self.tell_judged();
        self.tell_sent();
        let (body, areas) = areas(&self.windows, self.layout().body);
        let world = world!(self, feed);
        self.pages[self.page as usize].sync(body, &world);
        for (window, area) in self.windows.iter_mut().zip(areas) {
            window.sync(area, &world);
        }
    }

    /// Draws what was read.
    pub fn render(&self, buffer: &mut Buffer, feed: &dyn Feed) {
        let all = buffer.area;
        if all.width < LEAST.width || all.height < LEAST.height {
            return self.too_small(buffer);
        }
        let world = world!(self, feed);
        let layout = self.layout();
        view::status(buffer, layout.status, &world);
        let page = &self.pages[self.page as usize];
        view::in_use_line(buffer, layout.in_use, &page.state(&world), &world);
        if let Some(problem) = &self.shared.stats.problem {
            view::banner(buffer, layout.banner, problem, &world);
        }
        view::settings_line(buffer, layout.settings, &world);
        view::noise(buffer, layout.noise, &world);
        let (body, areas) = areas(&self.windows, layout.body);
        page.render(buffer, body, &world);
        for (window, area) in self.windows.iter().zip(areas) {
            window.render(buffer, area, &world);
        }
        let notice = self.notice.as_ref().map(|notice| notice.words.as_str());
        view::footer(buffer, layout.footer, self.top(), &self.begun, notice, &world);
    }

    fn too_small(&self, buffer: &mut Buffer) {
        let all = buffer.area;
        let (width, height) = (LEAST.width, LEAST.height);
        let lines = [
            format!("segscope needs {width}x{height},"),
            format!("this is {}x{}", all.width, all.height),
        ];
        for (line, words) in lines.iter().enumerate() {
            if let Some(mut pen) = Pen::on(buffer, all, line, &self.look) {
                pen.put(words, self.look.theme.text);
            }
        }
    }

    fn layout(&self) -> Layout {
        let noise = !self.shared.common.is_empty();
        let settings = self.shared.settings.has_line();
        Layout::of(self.size, self.shared.stats.problem.is_some(), settings, noise)
    }
}
