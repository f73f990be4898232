//! The application: one inspector owns the engine, the live filters, the settings, the vendors in
//! use, the outbox, exports and alerts. The screen, plain mode and the commands hold it.
//!
//! No front end receives a message per call: it reads what it shows. So a slow terminal costs the
//! listener nothing, and showing a million calls costs what showing forty rows costs. Every method
//! is quick (it copies what one screen shows) and may be called on each frame.
mod alerts;
mod background_export;
mod before;
mod call_detail;
mod choices;
mod convert;
mod counts;
mod deliver;
mod hot_reload;
mod log;
mod outbox;
mod person;
mod remarks;
pub(crate) mod row_words;
mod secret_files;
mod sending;
mod setup;
mod setup_error;
mod shown_counts;
mod time_scan;
mod views;
mod watch_thread;

pub use alerts::{AlertSettings, Alerting, Alerts, watch as watch_alerts};
pub use before::{Baseline, BeforeView};
pub use deliver::{prepare, send};
pub use row_words::{answered_by, doubted_id, mirror_words, row_words, status_words};
pub use setup::{Flags, SettingsSource, Setup, find_vendor, vendor_file};
pub use setup_error::SetupError;
pub use time_scan::TimeScan;
pub use views::*;
pub use watch_thread::WatchThread;

pub use crate::config::{ColumnChoice, HistoryEntries, Memo};

use crate::call::time::{self, Millis};
use crate::config::{FolderChoices, InputHistory, Settings};
use crate::engine::{Engine, Search};
use crate::vendors::Delivery;
use background_export::BackgroundExport;
use before::BeforeThread;
use hot_reload::LiveSettings;
use outbox::Outbox;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The parts of an inspector besides the engine and the settings.
pub struct InspectorOptions {
    /// The base addresses that the program listens on, the one with https second; none if files are open.
    pub addresses: Vec<String>,
    /// The file in which choices made on the screen are saved.
    pub choices: Option<FolderChoices>,
    /// The file in which typed text is saved.
    pub notebook: Option<InputHistory>,
    /// The places of segscope's own files, each with its name.
    pub own_files: Vec<(&'static str, PathBuf)>,
    /// The state of the alerts.
    pub alerts: Arc<Alerts>,
    /// The filter to start with; it must be valid.
    pub first_filter: Option<String>,
    /// Another recording that the calls are compared with.
    pub baseline: Option<Baseline>,
    /// The clock, for a call that is being composed and for what the user does.
    pub clock: fn() -> Millis,
}

impl Default for InspectorOptions {
    fn default() -> InspectorOptions {
        InspectorOptions {
            addresses: Vec::new(),
            choices: None,
            notebook: None,
            own_files: Vec::new(),
            alerts: Arc::default(),
            first_filter: None,
            baseline: None,
            clock: time::now,
        }
    }
}

/// The application. Every method is quick and may be called on each frame.
pub struct Inspector {
    engine: Arc<Engine>,
    search: Search,
    /// Finds the calls of one person.
    tracer: Search,
    /// Counts the calls that a search matches.
    matches: Search,
    live: Arc<LiveSettings>,
    outbox: Arc<Outbox>,
    addresses: Vec<String>,
    first_filter: Option<String>,
    choices: Option<FolderChoices>,
    notebook: Option<InputHistory>,
    own_files: Vec<(&'static str, PathBuf)>,
    export: Arc<BackgroundExport>,
    before: BeforeThread,
    /// True until the user was told where marks go.
    announces_target: AtomicBool,
    message: Mutex<Option<String>>,
    arranged: Mutex<ColumnChoice>,
    alerts: Arc<Alerts>,
    clock: fn() -> Millis,
    /// The requests that were shown last before sending: their number, the vendor's title, the requests.
    prepared: Mutex<(u64, String, Vec<Delivery>)>,
}

impl Inspector {
    /// Creates an inspector over an engine that judges calls with the vendors of these settings.
    pub fn new(engine: Arc<Engine>, setup: Setup, options: InspectorOptions) -> Inspector {
        let InspectorOptions {
            addresses,
            choices,
            notebook,
            own_files,
            alerts,
            first_filter,
            baseline,
            clock,
        } = options;
        if let Some(choices) = &choices {
            engine.set_muted(&choices.muted());
        }
        let [search, tracer, matches] = [(); 3].map(|()| Search::new(Arc::clone(&engine)));
        let arranged = Mutex::new(choices::arranged(&setup.settings, choices.as_ref()));
        Inspector {
            search,
            tracer,
            matches,
            live: Arc::new(LiveSettings::new(Arc::clone(&engine), setup)),
            outbox: Arc::default(),
            engine,
            addresses,
            first_filter,
            choices,
            notebook,
            own_files,
            export: Arc::default(),
            before: BeforeThread::new(baseline),
            arranged,
            alerts,
            clock,
            prepared: Mutex::default(),
            announces_target: AtomicBool::new(true),
            message: Mutex::default(),
        }
    }

    /// Returns the current time.
    pub(crate) fn now(&self) -> Millis {
        (self.clock)()
    }

    /// Returns the engine, to which requests are added and which commands read directly.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Checks the settings files for changes every second, until the returned thread is dropped.
    ///
    /// # Errors
    /// Fails if no thread can be started.
    pub fn watch_settings(&self) -> std::io::Result<WatchThread> {
        self.live.watch()
    }

    /// Reads the settings files if one has changed, as the watching thread does.
    pub fn read_changed_settings(&self) {
        self.live.read_changes();
    }

    /// Returns the settings in force, and a number that grows when others take effect.
    pub fn settings_in_force(&self) -> (u64, Arc<Settings>) {
        self.live.in_force()
    }

    /// Returns a number that grows with every change of what the other methods return. The screen reads
    /// it 60 times a second, so it takes no lock.
    pub fn version(&self) -> u64 {
        let behind = self.live.version() + self.outbox.version() + self.export.version();
        self.engine.version()
            + self.search.version()
            + self.tracer.version()
            + self.matches.version()
            + behind
            + self.alerts.version()
            + self.before.version()
    }

    /// Returns the counters.
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }

    /// Returns a notice about each request that the mirror gave up after the first `seen` of them, and
    /// how many there are now.
    pub fn given_up_lines(&self, seen: u64) -> (Vec<String>, u64) {
        self.engine.given_up_lines(seen)
    }

    /// Returns whether these counters are out of date although [`Inspector::version`] is not.
    pub fn has_other_counts(&self, stats: &Stats) -> bool {
        !self.engine.has_delivery_counts_of(stats)
    }

    /// Turns the injection of faults on or off. Returns a message that says which.
    ///
    /// # Errors
    /// Fails if no faults are configured.
    pub fn toggle_faults(&self) -> Result<String, String> {
        if self.engine.ingest_options().faults == 0 {
            return Err("there are no faults; `--fault FAULT` adds one".to_owned());
        }
        Ok(match self.engine.switch_faults() {
            true => "faults are injected".to_owned(),
            false => "no faults are injected".to_owned(),
        })
    }

    /// Returns the state of the settings compared with what is shown.
    pub fn settings(&self) -> SettingsView {
        self.live.view()
    }

    /// Reads the settings and judges all calls again on another thread. When that is done,
    /// [`SettingsView::judged`] has the changes. Returns a message that says that it began.
    ///
    /// # Errors
    /// Returns the reason why it did not begin.
    pub fn judge_again(&self) -> Result<String, String> {
        self.live.judge_again()
    }

    /// Returns the places of segscope's own files, each with its name.
    pub fn own_files(&self) -> &[(&'static str, PathBuf)] {
        &self.own_files
    }

    /// Returns the filter to start with.
    pub fn first_filter(&self) -> Option<&str> {
        self.first_filter.as_deref()
    }

    /// Returns the base addresses to send to, such as `http://127.0.0.1:7357`: first the one to show
    /// first, then the one with https. It is empty if nothing listens (a file is open).
    pub fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    /// Returns the address of the real tracking API, if the user named one.
    pub fn upstream(&self) -> Option<String> {
        self.live.in_force().1.text("upstream").filter(|url| !url.is_empty()).map(str::to_owned)
    }

    /// Takes the signal that an alert sends to the terminal.
    pub fn ring(&self) -> Option<Ring> {
        self.alerts.take_ring()
    }

    /// Returns the results of the alerts.
    pub fn alerts(&self) -> AlertCounts {
        self.alerts.counted()
    }

    /// Tells the engine that a frame begins, so that the judge thread gives way until it is drawn.
    pub fn draws(&self) {
        self.engine.draws();
    }

    /// Tells the engine that a frame was drawn, and how long reading and drawing it took.
    pub fn drew(&self, took: Duration) {
        self.engine.drew(took);
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.export.end();
    }
}
