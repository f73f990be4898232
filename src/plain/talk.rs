//! The talk: what is known of it, what is said, and which command does what.

use super::command::{self, COMMANDS, Kind};
use crate::call::text::visible;
use crate::filter::Filter;
use crate::inspector::{Inspector, Sending, VendorView, row_words};
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
pub(super) struct Said {
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
pub(super) struct Filtered {
    pub text: String,
    pub off: bool,
    pub only_marked: bool,
    pub filter: Option<Arc<Filter>>,
}

/// The talk.
pub struct Talk<'t> {
    pub(super) inspector: &'t Inspector,
    out: &'t mut dyn Write,
    /// The row that was said last.
    pub(super) current: Option<u64>,
    /// Rows from here on were not said yet.
    pub(super) next: u64,
    pub(super) paused: bool,
    /// How many came while paused.
    pub(super) unsaid: u64,
    pub(super) filtered: Filtered,
    pub(super) search: Option<Arc<Filter>>,
    pub(super) draft: Option<String>,
    /// The number of what `deliver` showed last.
    pub(super) prepared: Option<u64>,
    pub(super) said: Said,
}

impl<'t> Talk<'t> {
    /// A talk about what an inspector has, in which the rows from one on are news.
    pub fn new(inspector: &'t Inspector, from: u64, out: &'t mut dyn Write) -> Talk<'t> {
        Talk {
            inspector,
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
    pub(super) fn say(&mut self, words: &str) -> io::Result<()> {
        self.print([words])
    }

    /// Says lines. Whatever they hold, nothing in them is a command to the terminal or begins a line
    /// of its own.
    pub(super) fn print<L: AsRef<str>>(
        &mut self,
        lines: impl IntoIterator<Item = L>,
    ) -> io::Result<()> {
        for line in lines {
            writeln!(self.out, "{}", visible(&line.as_ref().replace('\t', "    ")))?;
        }
        self.out.flush()
    }

    /// Says what went wrong. Further lines of it are indented, for they may quote what was captured.
    pub(super) fn say_error(&mut self, error: &str) -> io::Result<()> {
        let mut lines = error.lines();
        self.print(lines.next())?;
        self.print(lines.map(|line| format!("  {line}")))
    }

    /// Prints a text with its own lines, as it is taken over elsewhere.
    pub(super) fn print_text(&mut self, text: &str) -> io::Result<()> {
        self.print(text.split('\n'))
    }

    /// Says what was done, or why it was not.
    pub(super) fn done(&mut self, done: Result<(), String>, words: &str) -> io::Result<()> {
        match done {
            Ok(()) => self.say(words),
            Err(error) => self.say_error(&error),
        }
    }

    pub(super) fn vendors(&self) -> Vec<VendorView> {
        self.inspector.vendors()
    }

    /// The vendor of a name, a title or a short name, whatever the case.
    pub(super) fn vendor(&self, name: &str) -> Option<usize> {
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
    pub(super) fn say_row(&mut self, row: u64) -> io::Result<()> {
        match self.inspector.window(row..row + 1).pop() {
            Some(view) => {
                self.current = Some(row);
                let words = row_words(&view, &self.vendors());
                self.say(&words)
            }
            None => self.say("this call is gone"),
        }
    }
}
