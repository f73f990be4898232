//! The application: one inspector owns the engine, the live filters, the settings, the vendors in
//! use, what is sent, exports and alerts. The screen, plain mode and the commands hold it.
//!
//! A front end is never sent a message for a call; it asks for what it shows. So a slow terminal
//! costs the listener nothing, and a million calls cost what forty rows cost. Every method is quick
//! (it copies what one screen shows) and may be called on each frame.

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
pub use row_words::{answered_by, doubted_id, row_words};
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

/// What an inspector is made of besides the engine and the settings.
pub struct InspectorOptions {
    /// The base addresses that it listens on; none where files are open.
    pub addresses: Vec<String>,
    /// Where choices made on the screen are kept.
    pub choices: Option<FolderChoices>,
    /// Where what is typed is kept.
    pub notebook: Option<InputHistory>,
    /// Where segscope's own files are, each with its name.
    pub own_files: Vec<(&'static str, PathBuf)>,
    /// What comes of alerts.
    pub alerts: Arc<Alerts>,
    /// The filter to begin with; one that can be read.
    pub first_filter: Option<String>,
    /// Another recording that the calls are compared with.
    pub baseline: Option<Baseline>,
    /// What the time is, for a call that is only written and for what the user does.
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
    /// Looks for the calls of one person.
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
    /// Where marks go was said once; and what is to be said.
    says_where: AtomicBool,
    said: Mutex<Option<String>>,
    arranged: Mutex<ColumnChoice>,
    alerts: Arc<Alerts>,
    clock: fn() -> Millis,
    /// What was shown last to be sent to a vendor: its number, the vendor's title, the requests.
    prepared: Mutex<(u64, String, Vec<Delivery>)>,
}

impl Inspector {
    /// An inspector over an engine that judges with the vendors of these settings.
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
            engine.set_aside(&choices.aside());
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
            says_where: AtomicBool::new(true),
            said: Mutex::default(),
        }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Millis {
        (self.clock)()
    }

    /// The engine: requests go into it, and commands read it in whole.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Looks at the settings' files every second, until what is returned is dropped.
    ///
    /// # Errors
    /// Fails if no thread can be started.
    pub fn watch_settings(&self) -> std::io::Result<WatchThread> {
        self.live.watch()
    }

    /// Reads the settings' files if one is another than before, as the watching thread does.
    pub fn read_changed_settings(&self) {
        self.live.look();
    }

    /// The settings in force, and a number that grows when other ones are put in force.
    pub fn settings_in_force(&self) -> (u64, Arc<Settings>) {
        self.live.in_force()
    }

    /// A number that grows with every change of what the other methods say. Read 60 times a
    /// second, so it takes no lock.
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

    /// The counters.
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }

    /// Injects the faults from now on, or no more; says which.
    ///
    /// # Errors
    /// Fails if there are none.
    pub fn toggle_faults(&self) -> Result<String, String> {
        if self.engine.ingest_options().faults == 0 {
            return Err("there are no faults; `--fault FAULT` adds one".to_owned());
        }
        Ok(match self.engine.switch_faults() {
            true => "faults are injected".to_owned(),
            false => "no faults are injected".to_owned(),
        })
    }

    /// How the settings stand to what is shown.
    pub fn settings(&self) -> SettingsView {
        self.live.view()
    }

    /// Reads the settings and judges all calls again, behind the screen; what changed is in
    /// [`SettingsView::judged`] when it is done. Says what it begins with, or why it does not.
    pub fn judge_again(&self) -> Result<String, String> {
        self.live.judge_again()
    }

    /// Where segscope's own files are, each with its name.
    pub fn own_files(&self) -> &[(&'static str, PathBuf)] {
        &self.own_files
    }

    /// The filter to begin with.
    pub fn first_filter(&self) -> Option<&str> {
        self.first_filter.as_deref()
    }

    /// The base addresses to send to, such as `http://127.0.0.1:7357`, the one to show first
    /// first; empty where nothing listens (a file is open).
    pub fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    /// The real tracking API, if the user named one.
    pub fn upstream(&self) -> Option<String> {
        self.live.in_force().1.text("upstream").filter(|url| !url.is_empty()).map(str::to_owned)
    }

    /// What an alert asks the terminal for, once.
    pub fn ring(&self) -> Option<Ring> {
        self.alerts.take_ring()
    }

    /// What came of alerts.
    pub fn alerts(&self) -> AlertCounts {
        self.alerts.counted()
    }

    /// A frame begins: what it reads had better stay as it is until it is drawn.
    pub fn draws(&self) {
        self.engine.draws();
    }

    /// A frame was drawn, and took so long with all that was read for it.
    pub fn drew(&self, took: Duration) {
        self.engine.drew(took);
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.export.end();
    }
}
