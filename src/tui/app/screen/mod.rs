//! The screen as a whole: the one place where its state changes, and how the page is laid out.
//!
//! ```text
//! +---------------------------------------------------+
//! | status: address, counters, rate, recording         |
//! | vendors in use                 PAUSED +12 new …    |
//! | (a problem, in the alarm color)                   |
//! | (settings that changed: what is stale)             |
//! | (what every call of a library has in common)       |
//! |                                                    |
//! | body: the view, and the windows over it            |
//! |                                                    |
//! | footer: keys that do something now, or a notice    |
//! +---------------------------------------------------+
//! ```

mod appearance;
mod draw;
mod keys;
mod mouse;
mod response;

use crate::inspector::{Inspector, Sending};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::FilterChange;
use crate::tui::app::keymap::{Key, Keymap};
use crate::tui::app::page::Page;
use crate::tui::app::view::{Begin, Response, SideEffect, View, ViewContext};
use crate::tui::app::view_context::ScreenData;
use crate::tui::bars::histogram::{HistogramBar, LEAST_SCREEN};
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

/// How long a notice stays.
const NOTICE_MS: u64 = 5_000;

/// How the screen should look and behave.
#[derive(Debug, Clone)]
pub struct ScreenOptions {
    /// What things look like, on either ground.
    pub themes: Themes,
    /// What the terminal's background is, as far as is known without asking.
    pub ground: Background,
    /// Whether the terminal can be asked for its background.
    pub can_ask: bool,
    /// The keys.
    pub keymap: Keymap,
    /// How many colors there are.
    pub depth: ColorDepth,
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

/// What the views may look at, borrowed field by field so that a view can be changed meanwhile.
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
    /// the terminal's background is this, if its answer could be read
    Ground(Option<Background>),
    /// time went by: milliseconds since some moment
    Tick(u64),
    /// an effect is done, or why it is not
    Said(Result<String, String>),
    /// something was kept (and what to say of it), or why it was not
    Kept(Result<Option<String>, String>),
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
    /// The terminal can be asked for its ground, and was not yet.
    can_ask: bool,
    keymap: Keymap,
    /// The number of the settings whose looks and keys are in force.
    looks: u64,
    shared: ScreenData,
    page: Page,
    /// From where one came to the call that is written.
    before: Page,
    pages: [Box<dyn View>; Page::ALL.len()],
    windows: Vec<Box<dyn View>>,
    histogram: HistogramBar,
    /// The text that was copied last.
    copied: Option<String>,
    begun: Vec<Key>,
    notice: Option<ScreenNotice>,
    /// The view that was asked last had no answer.
    passed: bool,
    /// The problem that was read and put away.
    dismissed: Option<String>,
    /// The last judging again that was told of, and the last sending.
    told: u64,
    /// Nothing was pressed since all was to be judged again: its report may open over the page.
    awaits_report: bool,
    sent: Option<Sending>,
    size: Size,
    now_ms: u64,
    version: Option<u64>,
    dirty: bool,
}

/// The screen cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// the terminal
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// A new view of a page.
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
    /// A screen on an inspector.
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
            before: Page::Log,
            pages: Page::ALL.map(new_view),
            windows: Vec::new(),
            histogram: HistogramBar::default(),
            copied: None,
            begun: Vec::new(),
            notice: None,
            passed: false,
            dismissed: None,
            told: 0,
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

    /// Whether it would look otherwise by what the user did, or the clock.
    pub fn is_touched(&self) -> bool {
        self.dirty
    }

    /// Whether another frame would look otherwise.
    pub fn is_dirty(&self, inspector: &Inspector) -> bool {
        self.dirty || self.version != Some(inspector.version())
    }

    /// The only place that changes the screen's state. It does no I/O: it asks for an effect.
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
            Msg::Ground(ground) => {
                ground.into_iter().for_each(|ground| self.is_on(ground));
                None
            }
            Msg::Said(Ok(words) | Err(words)) => {
                self.say(words);
                None
            }
            Msg::Kept(said) => {
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

    /// The keys that do an action everywhere.
    pub(crate) fn keys_of(&self, action: Action) -> String {
        self.keymap.keys(KeyContext::Everywhere, action).join(" ")
    }

    fn say(&mut self, words: String) {
        self.notice = Some(ScreenNotice { words, until_ms: self.now_ms + NOTICE_MS });
    }

    /// Does an action, whether a key or a command asked for it.
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
            Action::Back if self.windows.is_empty() && self.problem().is_some() => {
                let ctx = ctx!(self, inspector);
                if self.pages[self.page as usize].has_inner(&ctx) {
                    return self.ask(inspector, |view, ctx| view.act(action, ctx));
                }
                self.dismissed = self.problem().map(str::to_owned);
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
                if self.histogram.is_open() && self.size.height < LEAST_SCREEN {
                    self.say(format!("calls over time need {LEAST_SCREEN} lines"));
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
            // the call that is written is not thrown away for another one
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

    /// Does an action that was asked for by its name, on its own page where it does nothing here.
    fn named(&mut self, action: Action, inspector: &Inspector) -> Option<SideEffect> {
        if !does_something(self.top().place(), action, &self.keymap)
            && let Some(page) = Page::home(action)
        {
            self.turn_to(page, inspector);
        }
        self.run(action, inspector)
    }

    /// Shows a page and reads it, for what is done on it at once.
    fn turn_to(&mut self, page: Page, inspector: &Inspector) {
        self.show(page, inspector);
        self.sync(inspector);
        self.dirty = true;
    }

    /// Shows a page, without any windows over it. Whoever leaves the calls behind a number has the
    /// filter from before again; a call that is written closes to where one came from.
    fn show(&mut self, page: Page, inspector: &Inspector) {
        if page == Page::Compose && self.page != page {
            self.before = self.page;
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

    /// The problem that the banner tells of, until the user has put it away.
    fn problem(&self) -> Option<&str> {
        let problem = self.shared.stats.problem.as_deref();
        problem.filter(|problem| Some(*problem) != self.dismissed.as_deref())
    }

    /// Lets the topmost view answer, and does what it says.
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
