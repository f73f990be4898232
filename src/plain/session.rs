//! A session of plain mode: its state, its output, and the dispatch of its commands.

use crate::call::text::visible;
use crate::fql::Filter;
use crate::inspector::{Inspector, Sending, VendorView, row_words};
use crate::plain::command;
use crate::plain::command::{COMMANDS, CommandKind};
use std::io::{self, Write};
use std::sync::Arc;

/// The continuation of a session after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionFlow {
    On,
    Quit,
}

/// The state of background work as it was last printed.
#[derive(Default)]
pub(crate) struct BackgroundStatus {
    pub problem: Option<String>,
    /// The notes about skipped parts of the opened files.
    pub notes: Option<Arc<str>>,
    pub refused_settings: Option<String>,
    pub sending: Option<Sending>,
    pub judged: u64,
    pub lost: u64,
    /// True if the last line about the checking says that it lags.
    pub lags: bool,
    /// The number of calls without an alert.
    pub unalerted: u64,
    /// The number of requests that the mirror gave up.
    pub given_up: u64,
}

/// The filter: as it was typed, and the one that is active.
#[derive(Default)]
pub(crate) struct ActiveFilter {
    pub text: String,
    pub off: bool,
    pub only_marked: bool,
    pub filter: Option<Arc<Filter>>,
}

/// A session of plain mode.
pub struct PlainSession<'t> {
    pub(crate) inspector: &'t Inspector,
    out: &'t mut dyn Write,
    /// The row that was printed last.
    pub(crate) current: Option<u64>,
    /// The first row that has not been printed yet.
    pub(crate) next: u64,
    pub(crate) paused: bool,
    /// The number of rows that arrived while the session was paused.
    pub(crate) unprinted: u64,
    pub(crate) filtered: ActiveFilter,
    pub(crate) search: Option<Arc<Filter>>,
    pub(crate) draft: Option<String>,
    /// The number of the delivery that `deliver` showed last.
    pub(crate) prepared: Option<u64>,
    pub(crate) printed: BackgroundStatus,
}

impl<'t> PlainSession<'t> {
    /// Creates a session on an inspector. Rows from `from` on count as new.
    pub fn new(inspector: &'t Inspector, from: u64, out: &'t mut dyn Write) -> PlainSession<'t> {
        PlainSession {
            inspector,
            out,
            current: None,
            next: from,
            paused: false,
            unprinted: 0,
            filtered: ActiveFilter::default(),
            search: None,
            draft: None,
            prepared: None,
            printed: BackgroundStatus::default(),
        }
    }

    /// Prints the first lines.
    pub fn begin(&mut self) -> io::Result<()> {
        self.status()?;
        self.say("calls are printed as they arrive; help lists the commands")
    }

    /// Prints a line.
    pub(crate) fn say(&mut self, words: &str) -> io::Result<()> {
        self.print([words])
    }

    /// Prints lines. The content is escaped, so nothing in it is a command to the terminal or
    /// begins a line of its own.
    pub(crate) fn print<L: AsRef<str>>(
        &mut self,
        lines: impl IntoIterator<Item = L>,
    ) -> io::Result<()> {
        for line in lines {
            writeln!(self.out, "{}", visible(&line.as_ref().replace('\t', "    ")))?;
        }
        self.out.flush()
    }

    /// Prints an error. Its further lines are indented, because they may quote captured text.
    pub(crate) fn say_error(&mut self, error: &str) -> io::Result<()> {
        let mut lines = error.lines();
        self.print(lines.next())?;
        self.print(lines.map(|line| format!("  {line}")))
    }

    /// Prints a text with its own line breaks, for copying.
    pub(crate) fn print_text(&mut self, text: &str) -> io::Result<()> {
        self.print(text.split('\n'))
    }

    /// Prints `words` after success, otherwise the error.
    pub(crate) fn done(&mut self, done: Result<(), String>, words: &str) -> io::Result<()> {
        match done {
            Ok(()) => self.say(words),
            Err(error) => self.say_error(&error),
        }
    }

    pub(crate) fn vendors(&self) -> Vec<VendorView> {
        self.inspector.vendors()
    }

    /// Returns the index of the vendor with this name, title or short name; the case is ignored.
    pub(crate) fn vendor(&self, name: &str) -> Option<usize> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let vendors = self.vendors();
        vendors.iter().position(|vendor| is(&vendor.name) || is(&vendor.title) || is(&vendor.short))
    }

    /// Runs a typed command.
    pub fn command(&mut self, line: &str) -> io::Result<SessionFlow> {
        if line.is_empty() {
            return Ok(SessionFlow::On);
        }
        // `/text` as on the screen
        let (name, rest) = match line.strip_prefix('/') {
            Some(rest) => ("/", rest.trim()),
            None => command::word(line),
        };
        let known = match command::find(name) {
            Ok(known) => known.kind,
            Err(error) => return self.say(&error).map(|()| SessionFlow::On),
        };
        match known {
            CommandKind::Help => self.help(rest),
            CommandKind::List => self.list(rest),
            CommandKind::Next => self.go(rest, true),
            CommandKind::Previous => self.go(rest, false),
            CommandKind::Show => self.show(rest),
            CommandKind::Copy => self.copy(rest),
            CommandKind::Filter => self.filter(rest),
            CommandKind::Search => self.search(rest),
            CommandKind::Findings => self.findings(),
            CommandKind::Coverage => self.coverage(rest),
            CommandKind::People => self.people(rest),
            CommandKind::Sync => self.sync(rest),
            CommandKind::Mark => self.mark(rest),
            CommandKind::Note => self.note(rest),
            CommandKind::Send => self.send(rest),
            CommandKind::Compose => self.compose(rest),
            CommandKind::Fault => self.toggle_faults(),
            CommandKind::Set => self.set(rest),
            CommandKind::Correct => self.correct(),
            CommandKind::Draft => self.draft(),
            CommandKind::Deliver => self.deliver(rest),
            CommandKind::Yes => self.yes(),
            CommandKind::Vendors => self.choose_vendors(rest),
            CommandKind::Mute => self.mute(rest),
            CommandKind::Judge => self.judge(),
            CommandKind::Export => self.export(rest),
            CommandKind::Clear => self.clear(),
            CommandKind::Undo => self.undo(),
            CommandKind::Pause => self.pause(),
            CommandKind::Status => self.status(),
            CommandKind::Quit => return Ok(SessionFlow::Quit),
        }?;
        Ok(SessionFlow::On)
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
            return self.say("the first letters of a name are enough");
        }
        match command::find(name) {
            Ok(command) => {
                self.print([format!("{} {}", command.name, command.usage).trim_end(), command.does])
            }
            Err(error) => self.say(&error),
        }
    }

    /// Prints a row and makes it the current one.
    pub(crate) fn say_row(&mut self, row: u64) -> io::Result<()> {
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
