//! Alerts, if asked for: a bell, a notification of the terminal or a command, on calls that a filter
//! lets through.
//!
//! A thread looks at the calls behind their judging, so that an alert costs a sender nothing. What
//! comes in one second is told as one; what could not be told is counted, in view.

mod command;

use super::failure::Failure;
use super::feed::vendor_views;
use super::output;
use super::setup::Setup;
use super::watch::Watch;
use crate::call::Seq;
use crate::call::text::visible;
use crate::config::Settings;
use crate::engine::{Detail, Matching, Pipeline};
use crate::fql;
use crate::fql::Filter;
use crate::plain::row_words;
use crate::report::call_record;
use crate::tui::feed::{Alerts, Ring, VendorView};
use command::Commands;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(50);
/// Two alerts are no closer.
const INTERVAL: Duration = Duration::from_secs(1);
/// So many rows are looked at at once.
const AT_ONCE: u64 = 4_096;

/// How it alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum With {
    Bell,
    Notify,
    /// The program and its arguments.
    Command(Vec<String>),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    filter: Filter,
    with: With,
}

impl Asked {
    /// What the settings ask for, if they ask for alerts.
    pub fn of(settings: &Settings) -> Result<Option<Asked>, Failure> {
        let wrong = |key: &str, error: String| {
            Failure::wrong(format!("{}: {error}", settings.origin_of(key)))
        };
        let with = match settings.text("alert_with").unwrap_or("bell") {
            "bell" | "" => With::Bell,
            "notify" => With::Notify,
            line => match shlex::split(line).filter(|words| !words.is_empty()) {
                Some(words) => With::Command(words),
                None => {
                    let error = format!(
                        "`{line}` is no command; expected bell, notify, or a program with its arguments, whose quotes are closed"
                    );
                    return Err(wrong("alert_with", error));
                }
            },
        };
        let Some(text) = settings.text("alert").filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        let filter = fql::parse(text).map_err(|error| {
            let origin = settings.origin_of("alert").to_string();
            Failure::UseLines(format!("{}: {}", visible(&origin), error.render()))
        })?;
        Ok(Some(Asked { filter, with }))
    }
}

/// Rings on standard error, where that is a terminal: lines go to standard output, which may be a
/// pipe.
pub fn ring_on_stderr(alarm: &Alarm) {
    if let Some(mut ring) = alarm.take_ring() {
        if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
            // it would print a notification as if it were text
            ring.words = None;
        }
        output::ring(&ring.bytes());
    }
}

/// What has come of alerts, for whoever shows it.
#[derive(Default)]
pub struct Alarm {
    ring: Mutex<Option<Ring>>,
    told: AtomicU64,
    dropped: AtomicU64,
    failed: Mutex<Option<String>>,
}

impl Alarm {
    /// What the terminal has to do now, once.
    pub fn take_ring(&self) -> Option<Ring> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ring>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counters.
    pub fn counted(&self) -> Alerts {
        Alerts {
            calls: self.told.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            failed: self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// A number that grows with each change.
    pub fn version(&self) -> u64 {
        self.told.load(Ordering::Relaxed) + self.dropped.load(Ordering::Relaxed)
    }

    fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    fn fail(&self, error: String) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        self.drop_one();
    }
}

/// What alerts, and what it has to say; nothing where nobody asked.
pub type Alerting = (Arc<Alarm>, Option<Watch>);

/// Begins to alert of the calls that come since the program began, if that is asked for.
pub fn watch(setup: &Setup, pipeline: &Arc<Pipeline>) -> Result<Alerting, Failure> {
    let alarm = Arc::new(Alarm::default());
    let Some(asked) = setup.alert.clone() else { return Ok((alarm, None)) };
    let commands = match &asked.with {
        With::Command(words) => {
            let begun = Commands::begin(words.clone(), Arc::clone(&alarm));
            Some(begun.map_err(Failure::blocked)?)
        }
        _ => None,
    };
    let mut teller = Teller {
        pipeline: Arc::clone(pipeline),
        vendors: vendor_views(&pipeline.vendors()),
        alarm: Arc::clone(&alarm),
        matching: Matching::new(asked.filter),
        notify: asked.with == With::Notify,
        commands,
        next: None,
        told_at: None,
        waiting: None,
    };
    // a command that runs goes on when it ends
    let watch = Watch::begin("alerts", move |ended| {
        while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            teller.look();
        }
        // what came last
        teller.look();
    });
    Ok((alarm, Some(watch.map_err(Failure::blocked)?)))
}

struct Teller {
    pipeline: Arc<Pipeline>,
    vendors: Vec<VendorView>,
    alarm: Arc<Alarm>,
    matching: Matching,
    notify: bool,
    commands: Option<Commands>,
    /// The first call that was not looked at; none while what was recorded before the program began
    /// is still being read, which is nothing to be alerted of.
    next: Option<Seq>,
    told_at: Option<Instant>,
    /// Calls that are not told yet: how many, and the last one's row.
    waiting: Option<(u64, u64)>,
}

impl Teller {
    fn look(&mut self) {
        let first = || self.pipeline.first_new().map(|(_, call)| call);
        let Some(next) = self.next.or_else(first) else { return };
        let (rows, then) = self.pipeline.rows_since(next);
        let mut from = rows.start;
        while from < rows.end {
            let to = rows.end.min(from + AT_ONCE);
            match self.matching.calls(&self.pipeline, from..to) {
                Ok(found) => self.found(&found),
                Err(error) => self.alarm.fail(error),
            }
            from = to;
        }
        self.next = Some(then);
        self.ring();
    }

    fn found(&mut self, rows: &[u64]) {
        let Some(last) = rows.last() else { return };
        if self.commands.is_some() {
            rows.iter().for_each(|row| self.run(*row));
            return;
        }
        let before = self.waiting.map_or(0, |(count, _)| count);
        self.waiting = Some((before + rows.len() as u64, *last));
    }

    /// Hands a call to the command.
    fn run(&self, row: u64) {
        let Some(commands) = &self.commands else { return };
        if !commands.has_room() {
            return self.alarm.drop_one();
        }
        let vendors = self.pipeline.vendors();
        match self.pipeline.detail(row) {
            Ok(Some(Detail::Call(call))) => {
                let shown = self.pipeline.in_use().shown();
                match commands.run(call_record(&call, &vendors, &shown)) {
                    true => self.alarm.told.fetch_add(1, Ordering::Relaxed),
                    false => self.alarm.dropped.fetch_add(1, Ordering::Relaxed),
                };
            }
            Ok(_) => {}
            Err(error) => self.alarm.fail(error.to_string()),
        }
    }

    /// Rings once for all that waits, if the last time is long enough ago.
    fn ring(&mut self) {
        if self.told_at.is_some_and(|at| at.elapsed() < INTERVAL) {
            return;
        }
        let Some((count, row)) = self.waiting.take() else { return };
        self.told_at = Some(Instant::now());
        self.alarm.told.fetch_add(count, Ordering::Relaxed);
        let words = self.notify.then(|| {
            let last = self.pipeline.window(row..row + 1).pop();
            let last = last.map_or(String::new(), |row| row_words(&row, &self.vendors));
            match count {
                1 => last,
                more => format!("{more} calls, the last {last}"),
            }
        });
        *self.alarm.lock() = Some(Ring { words });
    }
}
