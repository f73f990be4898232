//! Alerts, if asked for: a bell, a notification of the terminal or a command, on calls that a filter
//! lets through, and when a watch rule begins or ends to alert.
//!
//! A thread looks at the calls behind their judging, so that an alert costs a sender nothing. What
//! comes in one second is told as one; what could not be told is counted, in view.

mod command;
mod watch_rules;

use super::convert::vendor_views;
use super::row_words::row_words;
use super::setup::Setup;
use super::setup_error::SetupError;
use super::views::{AlertCounts, Ring, VendorView};
use super::watch_thread::WatchThread;
use crate::call::Seq;
use crate::call::text::visible;
use crate::call::time;
use crate::config::Settings;
use crate::engine::{Engine, RangeFilter, RowDetail, WatchRule, Watcher};
use crate::fql;
use crate::fql::Filter;
use crate::report::call_record;
use command::Commands;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use watch_rules::WatchStates;

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(50);
/// Two alerts are no closer.
const INTERVAL: Duration = Duration::from_secs(1);
/// So many rows are looked at at once.
const AT_ONCE: u64 = 4_096;

/// What an alert does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AlertAction {
    Bell,
    Notify,
    /// The program and its arguments.
    Command(Vec<String>),
}

/// The alerts that the settings ask for.
#[derive(Debug, Clone)]
pub struct AlertSettings {
    filter: Option<Filter>,
    watch: Vec<WatchRule>,
    with: AlertAction,
}

impl AlertSettings {
    /// What the settings ask for, if they ask for alerts.
    pub fn from_settings(settings: &Settings) -> Result<Option<AlertSettings>, SetupError> {
        let wrong = |key: &str, error: String| {
            SetupError::new(format!("{}: {error}", settings.origin_of(key)))
        };
        let with = match settings.text("alert_with").unwrap_or("bell") {
            "bell" | "" => AlertAction::Bell,
            "notify" => AlertAction::Notify,
            line => match shlex::split(line).filter(|words| !words.is_empty()) {
                Some(words) => AlertAction::Command(words),
                None => {
                    let error = format!(
                        "`{line}` is not a command; expected bell, notify, or a program with its arguments, whose quotes are closed"
                    );
                    return Err(wrong("alert_with", error));
                }
            },
        };
        let text = settings.text("alert").filter(|text| !text.trim().is_empty());
        let filter = text.map(fql::parse).transpose().map_err(|error| {
            let origin = settings.origin_of("alert").to_string();
            SetupError::from_lines(format!("{}: {}", visible(&origin), error.render()))
        })?;
        let watch = watch_rules::from_settings(settings)?;
        let is_asked = filter.is_some() || !watch.is_empty();
        Ok(is_asked.then_some(AlertSettings { filter, watch, with }))
    }
}

/// What has come of alerts.
#[derive(Default)]
pub struct Alerts {
    ring: Mutex<Option<Ring>>,
    told: AtomicU64,
    dropped: AtomicU64,
    failed: Mutex<Option<String>>,
    watched: WatchStates,
}

impl Alerts {
    /// What the terminal has to do now, once.
    pub fn take_ring(&self) -> Option<Ring> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ring>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counters.
    pub fn counted(&self) -> AlertCounts {
        AlertCounts {
            calls: self.told.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            failed: self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            watched: self.watched.states(),
        }
    }

    /// A number that grows with each change.
    pub fn version(&self) -> u64 {
        let counted = self.told.load(Ordering::Relaxed) + self.dropped.load(Ordering::Relaxed);
        counted + self.watched.version()
    }

    /// What watch rules said since the last time, the oldest first.
    pub fn take_messages(&self) -> Vec<String> {
        self.watched.take_messages()
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
pub type Alerting = (Arc<Alerts>, Option<WatchThread>);

/// Begins to alert of the calls that come since the program began, if that is asked for.
pub fn watch(setup: &Setup, engine: &Arc<Engine>) -> std::io::Result<Alerting> {
    let alerts = Arc::new(Alerts::default());
    let Some(asked) = setup.alert.clone() else { return Ok((alerts, None)) };
    let commands = match &asked.with {
        AlertAction::Command(words) => Some(Commands::begin(words.clone(), Arc::clone(&alerts))?),
        _ => None,
    };
    let mut thread = AlertThread {
        engine: Arc::clone(engine),
        vendors: vendor_views(&engine.vendors()),
        alerts: Arc::clone(&alerts),
        matching: asked.filter.map(RangeFilter::new),
        watcher: Watcher::new(&asked.watch, time::now()),
        watched_at: None,
        notify: asked.with == AlertAction::Notify,
        commands,
        next: None,
        told_at: None,
        waiting: None,
    };
    // a command that runs goes on when it ends
    let watch = WatchThread::begin("alerts", move |ended| {
        while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            thread.look();
        }
        // what came last
        thread.look();
    });
    Ok((alerts, Some(watch?)))
}

struct AlertThread {
    engine: Arc<Engine>,
    vendors: Vec<VendorView>,
    alerts: Arc<Alerts>,
    /// The calls that are alerted of; none where only rules are watched.
    matching: Option<RangeFilter>,
    watcher: Watcher,
    /// When the rules were looked at last.
    watched_at: Option<Instant>,
    notify: bool,
    commands: Option<Commands>,
    /// The first call that was not looked at; none while what was recorded before the program began
    /// is still being read, which is nothing to be alerted of.
    next: Option<Seq>,
    told_at: Option<Instant>,
    /// Calls that are not told yet: how many, and the last one's row.
    waiting: Option<(u64, u64)>,
}

impl AlertThread {
    fn look(&mut self) {
        let first = || self.engine.first_new().map(|(_, call)| call);
        let Some(next) = self.next.or_else(first) else { return self.look_at_rules() };
        let (rows, then) = self.engine.rows_since(next);
        let mut from = rows.start;
        while from < rows.end {
            let to = rows.end.min(from + AT_ONCE);
            match self.matching.as_mut().map(|filter| filter.calls(&self.engine, from..to)) {
                Some(Ok(found)) => self.found(&found),
                Some(Err(error)) => self.alerts.fail(error),
                None => {}
            }
            if let Err(error) = self.watcher.count(&self.engine, from..to) {
                self.alerts.fail(error);
            }
            from = to;
        }
        self.next = Some(then);
        self.look_at_rules();
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
            return self.alerts.drop_one();
        }
        let vendors = self.engine.vendors();
        match self.engine.detail(row) {
            Ok(Some(RowDetail::Call(call))) => {
                let shown = self.engine.in_use().shown();
                match commands.run(call_record(&call, &vendors, &shown)) {
                    true => self.alerts.told.fetch_add(1, Ordering::Relaxed),
                    false => self.alerts.dropped.fetch_add(1, Ordering::Relaxed),
                };
            }
            Ok(_) => {}
            Err(error) => self.alerts.fail(error.to_string()),
        }
    }

    /// Rings once for all that waits, if the last time is long enough ago.
    fn ring(&mut self) {
        if self.told_at.is_some_and(|at| at.elapsed() < INTERVAL) {
            return;
        }
        let Some((count, row)) = self.waiting.take() else { return };
        self.told_at = Some(Instant::now());
        tracing::debug!(calls = count, "alert");
        self.alerts.told.fetch_add(count, Ordering::Relaxed);
        let words = self.notify.then(|| {
            let last = self.engine.window(row..row + 1).pop();
            let last = last.map_or(String::new(), |row| row_words(&row, &self.vendors));
            match count {
                1 => last,
                more => format!("{more} calls, the last {last}"),
            }
        });
        *self.alerts.lock() = Some(Ring { words });
    }
}
