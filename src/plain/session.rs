//! The talk: what is known of it, what is said, and which command does what.

use crate::call::text::visible;
use crate::fql::Filter;
use crate::plain::command;
use crate::plain::command::{COMMANDS, Kind};
use crate::plain::phrases;
use crate::tui::feed::{Feed, Sending, VendorView};
use std::io::{self, Write};
use std::sync::Arc;

/// Whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    On,
    Quit,
}

/// What was said of what goes on behind the talk.
#[derive(Default)]
pub(crate) struct Said {
    pub problem: Option<String>,
    pub refused_settings: Option<String>,
    pub sending: Option<Sending>,
    pub judged: u64,
    pub lost: u64,
    /// Calls without an alert.
    pub unalerted: u64,
}

/// The filter in force, and as it was typed.
#[derive(Default)]
pub(crate) struct Filtered {
    pub text: String,
    pub off: bool,
    pub only_marked: bool,
    pub filter: Option<Arc<Filter>>,
}

/// The talk.
pub struct Talk<'t> {
    pub(crate) feed: &'t dyn Feed,
    out: &'t mut dyn Write,
    /// The row that was said last.
    pub(crate) current: Option<u64>,
    /// Rows from here on were not said yet.
    pub(crate) next: u64,
    pub(crate) paused: bool,
    /// How many came while paused.
    pub(crate) unsaid: u64,
    pub(crate) filtered: Filtered,
    pub(crate) search: Option<Arc<Filter>>,
    pub(crate) draft: Option<String>,
    /// The number of what `deliver` showed last.
    pub(crate) prepared: Option<u64>,
    pub(crate) said: Said,
}

impl<'t> Talk<'t> {
    /// A talk about what a feed has, in which the rows from one on are news.
    pub fn new(feed: &'t dyn Feed, from: u64, out: &'t mut dyn Write) -> Talk<'t> {
        Talk {
            feed,
            out,
            current: None,
            next: from,
            paused: false,
            unsaid: 0,
            filtered: Filtered::default(),
            search: None,
            draft: None,
            prepared: None,
            said: Said::default(),
        }
    }

    /// The first words.
    pub fn begin(&mut self) -> io::Result<()> {
        self.status()?;
        self.say("calls are said as they come; help lists what may be typed")
    }

    /// Says a line.
    pub(crate) fn say(&mut self, words: &str) -> io::Result<()> {
        self.print([words])
    }

    /// Says lines. Whatever they hold, nothing in them is a command to the terminal or begins a line
    /// of its own.
    pub(crate) fn print<L: AsRef<str>>(
        &mut self,
        lines: impl IntoIterator<Item = L>,
    ) -> io::Result<()> {
        for line in lines {
            writeln!(self.out, "{}", visible(&line.as_ref().replace('\t', "    ")))?;
        }
        self.out.flush()
    }

    /// Says what went wrong. Further lines of it are indented, for they may quote what was captured.
    pub(crate) fn say_error(&mut self, error: &str) -> io::Result<()> {
        let mut lines = error.lines();
        self.print(lines.next())?;
        self.print(lines.map(|line| format!("  {line}")))
    }

    /// Prints a text with its own lines, as it is taken over elsewhere.
    pub(crate) fn print_text(&mut self, text: &str) -> io::Result<()> {
        self.print(text.split('\n'))
    }

    /// Says what was done, or why it was not.
    pub(crate) fn done(&mut self, done: Result<(), String>, words: &str) -> io::Result<()> {
        match done {
            Ok(()) => self.say(words),
            Err(error) => self.say_error(&error),
        }
    }

    pub(crate) fn vendors(&self) -> Vec<VendorView> {
        self.feed.vendors()
    }

    /// The vendor of a name, a title or a short name, whatever the case.
    pub(crate) fn vendor(&self, name: &str) -> Option<usize> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let vendors = self.vendors();
        vendors.iter().position(|vendor| is(&vendor.name) || is(&vendor.title) || is(&vendor.short))
    }

    /// Does what a typed line says.
    pub fn command(&mut self, line: &str) -> io::Result<Flow> {
        if line.is_empty() {
            return Ok(Flow::On);
        }
        // `/text` as on the screen
        let (name, rest) = match line.strip_prefix('/') {
            Some(rest) => ("/", rest.trim()),
            None => command::word(line),
        };
        let known = match command::find(name) {
            Ok(known) => known.kind,
            Err(error) => return self.say(&error).map(|()| Flow::On),
        };
        match known {
            Kind::Help => self.help(rest),
            Kind::List => self.list(rest),
            Kind::Next => self.go(rest, true),
            Kind::Previous => self.go(rest, false),
            Kind::Show => self.show(rest),
            Kind::Copy => self.copy(rest),
            Kind::Filter => self.filter(rest),
            Kind::Search => self.search(rest),
            Kind::Findings => self.findings(),
            Kind::Coverage => self.coverage(rest),
            Kind::People => self.people(rest),
            Kind::Sync => self.sync(rest),
            Kind::Mark => self.mark(rest),
            Kind::Note => self.note(rest),
            Kind::Send => self.send(rest),
            Kind::Compose => self.compose(rest),
            Kind::Set => self.set(rest),
            Kind::Draft => self.draft(),
            Kind::Deliver => self.deliver(rest),
            Kind::Yes => self.yes(),
            Kind::Vendors => self.choose_vendors(rest),
            Kind::Aside => self.aside(rest),
            Kind::Judge => self.judge(),
            Kind::Export => self.export(rest),
            Kind::Clear => self.clear(),
            Kind::Undo => self.undo(),
            Kind::Pause => self.pause(),
            Kind::Status => self.status(),
            Kind::Quit => return Ok(Flow::Quit),
        }?;
        Ok(Flow::On)
    }

    fn help(&mut self, name: &str) -> io::Result<()> {
        if name.is_empty() {
            let lines = COMMANDS.iter().map(|command| {
                format!(
                    "{}: {}",
                    format!("{} {}", command.name, command.usage).trim_end(),
                    command.does
                )
            });
            self.print(lines)?;
            return self.say("the beginning of a name will do");
        }
        match command::find(name) {
            Ok(command) => {
                self.print([format!("{} {}", command.name, command.usage).trim_end(), command.does])
            }
            Err(error) => self.say(&error),
        }
    }

    /// Says a row, which is the current one from now on.
    pub(crate) fn say_row(&mut self, row: u64) -> io::Result<()> {
        match self.feed.window(row..row + 1).pop() {
            Some(view) => {
                self.current = Some(row);
                let words = phrases::row(&view, &self.vendors());
                self.say(&words)
            }
            None => self.say("this call is gone"),
        }
    }
}
