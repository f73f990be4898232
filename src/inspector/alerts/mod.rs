//! Alerts, if the settings ask for them: a bell, a notification of the terminal or a command, on
//! calls that match a filter, and when a watch rule begins or ends to alert.
//!
//! A thread reads the calls after they are judged, so that an alert costs a sender nothing. The calls
//! of one second give one alert; those without one are counted on the screen.

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
use crate::fql::Filter;
use crate::report::call_record;
use crate::vendors::Vendors;
use command::Commands;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use watch_rules::WatchStates;

/// The interval at which the alert thread checks for new calls.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The minimum time between two alerts.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// The number of rows that are filtered at once.
const CHUNK_ROWS: u64 = 4_096;

/// The action of an alert.
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
    /// Reads the alerts from the settings; none if they ask for none.
    pub fn from_settings(
        settings: &Settings,
        vendors: &Vendors,
    ) -> Result<Option<AlertSettings>, SetupError> {
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
        let parse = |text| vendors.parse_filter(text);
        let filter = text.map(parse).transpose().map_err(|error| {
            let origin = settings.origin_of("alert").to_string();
            SetupError::from_lines(format!("{}: {}", visible(&origin), error.render()))
        })?;
        let watch = watch_rules::from_settings(settings, vendors)?;
        let is_asked = filter.is_some() || !watch.is_empty();
        Ok(is_asked.then_some(AlertSettings { filter, watch, with }))
    }
}

/// The results of the alerts.
#[derive(Default)]
pub struct Alerts {
    ring: Mutex<Option<Ring>>,
    alerted: AtomicU64,
    dropped: AtomicU64,
    failed: Mutex<Option<String>>,
    watched: WatchStates,
}

impl Alerts {
    /// Takes the signal to the terminal.
    pub fn take_ring(&self) -> Option<Ring> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ring>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the counters.
    pub fn counted(&self) -> AlertCounts {
        AlertCounts {
            calls: self.alerted.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            failed: self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            watched: self.watched.states(),
        }
    }

    /// Returns a number that grows with each change.
    pub fn version(&self) -> u64 {
        let counted = self.alerted.load(Ordering::Relaxed) + self.dropped.load(Ordering::Relaxed);
        counted + self.watched.version()
    }

    /// Takes the messages of watch rules since the last time, the oldest first.
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

/// The state of the alerts and their thread; no thread if the settings ask for no alerts.
pub type Alerting = (Arc<Alerts>, Option<WatchThread>);

/// Starts the alert thread, if the settings ask for alerts. It alerts of calls that arrive after the
/// start of the program.
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
        alerted_at: None,
        waiting: None,
    };
    // a command that still runs when this thread ends goes on by itself
    let watch = WatchThread::begin("alerts", move |ended| {
        while ended.recv_timeout(POLL_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            thread.read_new_calls();
        }
        // the calls that arrived last
        thread.read_new_calls();
    });
    Ok((alerts, Some(watch?)))
}

struct AlertThread {
    engine: Arc<Engine>,
    vendors: Vec<VendorView>,
    alerts: Arc<Alerts>,
    /// The filter of the calls that alert; none if only rules are watched.
    matching: Option<RangeFilter>,
    watcher: Watcher,
    /// The time at which the rules were evaluated last.
    watched_at: Option<Instant>,
    notify: bool,
    commands: Option<Commands>,
    /// The first call that was not read yet; none while the calls recorded before the program started
    /// are still being read, which do not alert.
    next: Option<Seq>,
    alerted_at: Option<Instant>,
    /// The calls without an alert so far: their number, and the row of the last one.
    waiting: Option<(u64, u64)>,
}

impl AlertThread {
    fn read_new_calls(&mut self) {
        let first = || self.engine.first_new().map(|(_, call)| call);
        let Some(next) = self.next.or_else(first) else { return self.evaluate_rules() };
        let (rows, then) = self.engine.rows_since(next);
        let mut from = rows.start;
        while from < rows.end {
            let to = rows.end.min(from + CHUNK_ROWS);
            match self.matching.as_mut().map(|filter| filter.calls(&self.engine, from..to)) {
                Some(Ok(found)) => self.handle_matches(&found),
                Some(Err(error)) => self.alerts.fail(error),
                None => {}
            }
            if let Err(error) = self.watcher.count(&self.engine, from..to) {
                self.alerts.fail(error);
            }
            from = to;
        }
        self.next = Some(then);
        self.evaluate_rules();
        self.ring();
    }

    fn handle_matches(&mut self, rows: &[u64]) {
        let Some(last) = rows.last() else { return };
        if self.commands.is_some() {
            rows.iter().for_each(|row| self.run(*row));
            return;
        }
        let before = self.waiting.map_or(0, |(count, _)| count);
        self.waiting = Some((before + rows.len() as u64, *last));
    }

    /// Passes a call to the command.
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
                    true => self.alerts.alerted.fetch_add(1, Ordering::Relaxed),
                    false => self.alerts.dropped.fetch_add(1, Ordering::Relaxed),
                };
            }
            Ok(_) => {}
            Err(error) => self.alerts.fail(error.to_string()),
        }
    }

    /// Sends one signal for all waiting calls, if the last one was long enough ago.
    fn ring(&mut self) {
        if self.alerted_at.is_some_and(|at| at.elapsed() < MIN_INTERVAL) {
            return;
        }
        let Some((count, row)) = self.waiting.take() else { return };
        self.alerted_at = Some(Instant::now());
        tracing::debug!(calls = count, "alert");
        self.alerts.alerted.fetch_add(count, Ordering::Relaxed);
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
