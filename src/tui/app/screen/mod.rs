//! The screen: the only place that changes its state, and the layout of the page.
//!
//! ```text
//! +---------------------------------------------------+
//! | status: address, counters, rate, recording         |
//! | vendors in use                 PAUSED +12 new …    |
//! | (a problem or notes, in the alarm color)           |
//! | (settings that changed: what is stale)             |
//! | (what every call of a library has in common)       |
//! |                                                    |
//! | body: the view, and the windows over it            |
//! |                                                    |
//! | footer: keys that do something now, or a notice    |
//! +---------------------------------------------------+
//! ```

mod appearance;
mod banner;
mod draw;
mod keys;
mod mouse;
mod response;

use crate::inspector::{Inspector, Sending};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::FilterChange;
use crate::tui::app::keymap::{Key, Keymap};
use crate::tui::app::page::Page;
use crate::tui::app::screen::banner::ClosedBanners;
use crate::tui::app::view::{Begin, Response, SideEffect, View, ViewContext};
use crate::tui::app::view_context::ScreenData;
use crate::tui::bars::histogram::{HistogramBar, MIN_SCREEN_HEIGHT};
use crate::tui::dialogs::copied_text::CopiedView;
use crate::tui::dialogs::watch_rules::watch_rules;
use crate::tui::pages::compose::ComposeView;
use crate::tui::pages::lists::{coverage_view, findings_view, people_view};
use crate::tui::pages::log::LogView;
use crate::tui::pages::sync::SyncView;
use crate::tui::prompts::{CommandView, does_something};
use crate::tui::theme::painter::Appearance;
use crate::tui::theme::time_format::TimeFormat;
use crate::tui::theme::{Background, ColorDepth, Themes};
use crossterm::event::{KeyEvent, MouseEvent};
use jiff::tz::TimeZone;
use ratatui::layout::Size;

/// The time for which a notice is shown.
const NOTICE_MS: u64 = 5_000;

/// The options for the appearance and the behavior of the screen.
#[derive(Debug, Clone)]
pub struct ScreenOptions {
    /// The themes for a dark and a light background.
    pub themes: Themes,
    /// The terminal's background, as far as it is known without asking.
    pub ground: Background,
    /// True if the terminal can be asked for its background.
    pub can_ask: bool,
    /// The keys.
    pub keymap: Keymap,
    /// The number of colors that the terminal can show.
    pub depth: ColorDepth,
    /// True if all signs are ASCII.
    pub ascii: bool,
    /// True if the screen handles the mouse.
    pub mouse: bool,
    /// The zone that times are shown in.
    pub zone: TimeZone,
}

impl Default for ScreenOptions {
    fn default() -> ScreenOptions {
        ScreenOptions {
            themes: Themes::default(),
            ground: Background::default(),
            can_ask: false,
            keymap: Keymap::default(),
            depth: ColorDepth::True,
            ascii: false,
            mouse: true,
            zone: TimeZone::system(),
        }
    }
}

/// Returns the data that views may read, borrowed field by field so that a view can be changed
/// meanwhile.
macro_rules! ctx {
    ($screen:expr, $inspector:expr) => {
        ViewContext {
            inspector: $inspector,
            shared: &$screen.shared,
            look: &$screen.look,
            keymap: &$screen.keymap,
        }
    };
}
use ctx;

/// A message to the screen.
#[derive(Debug, Clone)]
pub enum Msg {
    /// a key was pressed
    Key(KeyEvent),
    /// a text was pasted
    Paste(String),
    /// the mouse was used
    Mouse(MouseEvent),
    /// the terminal has another size
    Resize(Size),
    /// the terminal reported its background; none if its answer could not be read
    Background(Option<Background>),
    /// time has passed: milliseconds since the event loop began
    Tick(u64),
    /// the message of a side effect, or its error
    Notice(Result<String, String>),
    /// the message about something that was saved, if there is one, or the error
    Saved(Result<Option<String>, String>),
}

struct ScreenNotice {
    words: String,
    until_ms: u64,
}

/// The screen's state.
pub struct Screen {
    look: Appearance,
    themes: Themes,
    ground: Background,
    depth: ColorDepth,
    /// The terminal can be asked for its background, and was not asked yet.
    can_ask: bool,
    keymap: Keymap,
    /// The number of the settings that were applied last.
    looks: u64,
    shared: ScreenData,
    page: Page,
    /// The page that was open before the compose page.
    previous_page: Page,
    pages: [Box<dyn View>; Page::ALL.len()],
    windows: Vec<Box<dyn View>>,
    histogram: HistogramBar,
    /// The text that was copied last.
    copied: Option<String>,
    /// The keys of a sequence that is not complete.
    pending_keys: Vec<Key>,
    notice: Option<ScreenNotice>,
    /// True if the last event had no effect in the view.
    passed: bool,
    /// The banners that the user closed.
    closed_banners: ClosedBanners,
    /// The number of the last judging of all calls whose result was shown.
    reported_rejudge: u64,
    /// True until a key is pressed after `check again`: the report may open over the page.
    awaits_report: bool,
    sent: Option<Sending>,
    size: Size,
    now_ms: u64,
    version: Option<u64>,
    dirty: bool,
}

/// An error that ends the screen or keeps it from starting.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// the terminal
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Creates the view of a page.
fn new_view(page: Page) -> Box<dyn View> {
    match page {
        Page::Log => Box::new(LogView::default()),
        Page::Findings => Box::new(findings_view()),
        Page::Coverage => Box::new(coverage_view()),
        Page::People => Box::new(people_view()),
        Page::Sync => Box::new(SyncView::default()),
        Page::Compose => Box::new(ComposeView::default()),
    }
}

impl Screen {
    /// Creates a screen for an inspector.
    pub fn new(inspector: &Inspector, options: &ScreenOptions, size: Size) -> Screen {
        let themes = options.themes.clone().reduced(options.depth);
        let theme = themes.on(options.ground).clone();
        let mut screen = Screen {
            look: Appearance {
                theme,
                ascii: options.ascii,
                times: TimeFormat::new(options.zone.clone(), inspector.now()),
            },
            themes,
            ground: options.ground,
            depth: options.depth,
            can_ask: options.can_ask,
            looks: 0,
            keymap: options.keymap.clone(),
            shared: ScreenData::from_feed(inspector),
            page: Page::Log,
            previous_page: Page::Log,
            pages: Page::ALL.map(new_view),
            windows: Vec::new(),
            histogram: HistogramBar::default(),
            copied: None,
            pending_keys: Vec::new(),
            notice: None,
            passed: false,
            closed_banners: ClosedBanners::default(),
            reported_rejudge: 0,
            awaits_report: false,
            sent: None,
            size,
            now_ms: 0,
            version: None,
            dirty: true,
        };
        if let Some(text) = inspector.first_filter() {
            screen.shared.filtering.change(FilterChange::Accept(text.to_owned()), inspector);
        }
        screen
    }

    /// Returns true if the user or the clock changed what the screen shows.
    pub fn is_touched(&self) -> bool {
        self.dirty
    }

    /// Returns true if another frame would look different.
    pub fn is_dirty(&self, inspector: &Inspector) -> bool {
        self.dirty || self.is_out_of_date(inspector)
    }

    /// Handles a message, and returns a side effect instead of doing I/O. Only this changes the state.
    pub fn update(&mut self, msg: Msg, inspector: &Inspector) -> Option<SideEffect> {
        self.dirty |= !matches!(msg, Msg::Tick(_));
        match msg {
            Msg::Tick(now_ms) => {
                self.now_ms = now_ms;
                self.dirty |= self.shared.tick(now_ms);
                self.dirty |= self.look.times.is_stale(inspector.now());
                if self.notice.as_ref().is_some_and(|notice| notice.until_ms <= now_ms) {
                    self.notice = None;
                    self.dirty = true;
                }
                if let Some(message) = inspector.take_message() {
                    self.say(message.unwrap_or_else(|error| error));
                    self.dirty = true;
                }
                let ctx = ctx!(self, inspector);
                let reply = self.pages[self.page as usize].tick(&ctx);
                self.dirty |= !matches!(reply, Response::Pass);
                self.reply(reply, inspector)
            }
            Msg::Resize(size) => {
                self.size = size;
                None
            }
            Msg::Background(ground) => {
                ground.into_iter().for_each(|ground| self.set_background(ground));
                None
            }
            Msg::Notice(Ok(words) | Err(words)) => {
                self.say(words);
                None
            }
            Msg::Saved(said) => {
                self.shared.kept = inspector.kept();
                if let Some(words) = said.unwrap_or_else(Some) {
                    self.say(words);
                }
                None
            }
            Msg::Key(event) => self.key(event, inspector),
            Msg::Paste(text) => self.ask(inspector, |view, ctx| view.paste(&text, ctx)),
            Msg::Mouse(event) => self.mouse(event, inspector),
        }
    }

    /// Returns the keys that do an action everywhere.
    pub(crate) fn keys_of(&self, action: Action) -> String {
        self.keymap.keys(KeyContext::Everywhere, action).join(" ")
    }

    fn say(&mut self, words: String) {
        self.notice = Some(ScreenNotice { words, until_ms: self.now_ms + NOTICE_MS });
    }

    /// Does an action that a key or a command asked for.
    fn run(&mut self, action: Action, inspector: &Inspector) -> Option<SideEffect> {
        match action {
            Action::Quit => Some(SideEffect::Quit),
            Action::Suspend => Some(SideEffect::Suspend),
            Action::ShowCopied => {
                match &self.copied {
                    Some(text) => self.windows.push(Box::new(CopiedView::new(text.clone()))),
                    None => self.say("nothing was copied yet".to_owned()),
                }
                None
            }
            Action::Back if self.windows.is_empty() && self.banner().is_some() => {
                let ctx = ctx!(self, inspector);
                if self.pages[self.page as usize].has_inner(&ctx) {
                    return self.ask(inspector, |view, ctx| view.act(action, ctx));
                }
                self.closed_banners.close(&self.shared.stats);
                None
            }
            Action::JudgeAgain => {
                self.awaits_report = true;
                Some(SideEffect::JudgeAgain)
            }
            Action::ToggleFaults => Some(SideEffect::ToggleFaults),
            Action::ToggleTimes => {
                self.look.times.toggle();
                None
            }
            Action::Histogram => {
                self.histogram.toggle();
                if self.histogram.is_open() && self.size.height < MIN_SCREEN_HEIGHT {
                    self.say(format!("calls over time need {MIN_SCREEN_HEIGHT} lines"));
                }
                None
            }
            Action::WatchRules => {
                self.windows.push(Box::new(watch_rules()));
                None
            }
            Action::Command => {
                let view = CommandView::new(self.top().place(), &ctx!(self, inspector));
                self.windows.push(Box::new(view));
                None
            }
            // on the compose page, the same action goes on with the call that is there
            Action::Compose if self.page != Page::Compose => {
                let row = self.pages[self.page as usize].example();
                self.show(Page::Compose, inspector);
                self.ask(inspector, |view, ctx| view.begin(Begin::Row(row), ctx))
            }
            action if let Some(page) = Page::shown_by(action) => {
                self.show(page, inspector);
                None
            }
            action => self.ask(inspector, |view, ctx| view.act(action, ctx)),
        }
    }

    /// Does an action that was chosen by its name, on its own page if it has no effect on this one.
    fn run_named(&mut self, action: Action, inspector: &Inspector) -> Option<SideEffect> {
        if !does_something(self.top().place(), action, &self.keymap)
            && let Some(page) = Page::home(action)
        {
            self.turn_to(page, inspector);
        }
        self.run(action, inspector)
    }

    /// Shows a page and reads its data, so that an action can follow at once.
    fn turn_to(&mut self, page: Page, inspector: &Inspector) {
        self.show(page, inspector);
        self.sync(inspector);
        self.dirty = true;
    }

    /// Shows a page and closes all windows. Restores the filter from before [`FilterChange::Behind`]
    /// when these calls are left. The compose page remembers the page before it.
    fn show(&mut self, page: Page, inspector: &Inspector) {
        if page == Page::Compose && self.page != page {
            self.previous_page = self.page;
        }
        if !matches!(page, Page::Log | Page::Compose) {
            self.shared.filtering.change(FilterChange::Return, inspector);
        }
        self.page = page;
        self.windows.clear();
    }

    fn top(&self) -> &dyn View {
        self.windows.last().unwrap_or(&self.pages[self.page as usize]).as_ref()
    }

    /// Calls the topmost view and carries out its response.
    fn ask(
        &mut self,
        inspector: &Inspector,
        question: impl FnOnce(&mut dyn View, &ViewContext<'_>) -> Response,
    ) -> Option<SideEffect> {
        let ctx = ctx!(self, inspector);
        let view = self.windows.last_mut().unwrap_or(&mut self.pages[self.page as usize]);
        let reply = question(view.as_mut(), &ctx);
        self.passed = matches!(reply, Response::Pass);
        self.reply(reply, inspector)
    }
}
