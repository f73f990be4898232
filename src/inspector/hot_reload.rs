//! Settings that change while the screen is open: a thread compares the times of the files, reads
//! changed ones, and refuses the settings or puts them in force. Also judges all calls again.

use super::setup::Setup;
use super::views::{RejudgeResult, SettingsView};
use super::watch_thread::WatchThread;
use crate::config::Settings;
use crate::debug_log::ThreadLog;
use crate::engine::{Engine, InUse};
use crate::vendors::VendorFile;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// The interval at which the thread checks the files.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The maximum number of changed settings that the screen names.
const MAX_NAMED_SETTINGS: usize = 3;

/// The modification time and the length of a file. None if it does not exist.
type Stamp = Option<(SystemTime, u64)>;

/// The settings in force, and the state of those that were read since.
pub struct LiveSettings {
    engine: Arc<Engine>,
    /// Locked while files are read and while calls are judged again.
    state: Mutex<State>,
    /// The view for the screen; never locked for long.
    shown: Mutex<SettingsView>,
    /// The settings in force, and the number of times that they changed; never locked for long.
    in_force: Mutex<(u64, Arc<Settings>)>,
    version: AtomicU64,
}

struct State {
    /// The settings in force, with their sources.
    setup: Setup,
    stamps: Vec<(PathBuf, Stamp)>,
    /// The names of the settings that changed since all calls were judged last.
    changed: BTreeSet<String>,
    /// True if some of these take effect only when all calls are judged again.
    waits: bool,
    /// The settings at the start of the program: some take effect only at the start.
    first: Setup,
}

impl LiveSettings {
    /// Creates the state from the settings at the start of the program.
    pub fn new(engine: Arc<Engine>, setup: Setup) -> LiveSettings {
        let stamps = stamps(&setup);
        let in_force = Mutex::new((0, Arc::new(setup.settings.clone())));
        let state =
            State { first: setup.clone(), setup, stamps, changed: BTreeSet::new(), waits: false };
        let (state, shown) = (Mutex::new(state), Mutex::default());
        LiveSettings { engine, state, shown, in_force, version: AtomicU64::new(0) }
    }

    /// Returns the settings in force, and a number that grows when others take effect. It does not wait
    /// for files that are being read, nor for calls that are being judged again.
    pub fn in_force(&self) -> (u64, Arc<Settings>) {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a number that grows with each change of [`LiveSettings::view`].
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Returns the state of the settings compared with what is shown.
    pub fn view(&self) -> SettingsView {
        let mut view = self.shown().clone();
        // after a clear, no shown call was judged with earlier settings
        view.stale_before = self.engine.stale_before().map(|first| first.0);
        view
    }

    /// Makes these settings available to [`LiveSettings::in_force`].
    fn publish(&self, setup: &Setup) {
        let mut in_force = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        *in_force = (in_force.0 + 1, Arc::new(setup.settings.clone()));
    }

    fn shown(&self) -> MutexGuard<'_, SettingsView> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, change: impl FnOnce(&mut SettingsView)) {
        change(&mut self.shown());
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Reads the settings files if one has changed. While all calls are being judged again it does
    /// nothing, and the next round reads them: a user who quits must not wait for the judging.
    pub fn read_changes(&self) {
        let Ok(mut state) = self.state.try_lock() else { return };
        let now = stamps(&state.setup);
        if now == state.stamps {
            return;
        }
        state.stamps = now;
        match state.setup.reload() {
            Ok(setup) => {
                tracing::info!("changed settings were read");
                self.put_in_force(&mut state, setup);
                self.show(|view| {
                    view.refused = None;
                    state.say(view);
                });
            }
            Err(failure) => {
                tracing::warn!("changed settings were refused; the earlier ones stay in effect");
                let message =
                    shorten_home(&format!("{failure}; the earlier settings stay in effect"));
                self.show(|view| view.refused = Some(message));
            }
        }
    }

    fn put_in_force(&self, state: &mut State, setup: Setup) {
        let changes = Changes::between(&state.setup, &setup);
        if !changes.judging.is_empty() && !self.engine.go_on_with(Arc::clone(&setup.vendors)) {
            state.waits = true;
        }
        state.changed.extend(changes.judging);
        if changes.in_use {
            state.changed.insert("vendors.use".to_owned());
            state.waits = true;
        }
        self.publish(&setup);
        state.setup = setup;
    }

    /// Reads the settings and judges all calls again on another thread. Returns a message that says that
    /// it began.
    pub fn judge_again(self: &Arc<LiveSettings>) -> Result<String, String> {
        if std::mem::replace(&mut self.shown().judging, true) {
            return Err("all calls are already being checked again".to_owned());
        }
        self.version.fetch_add(1, Ordering::Release);
        let live = Arc::clone(self);
        let thread = std::thread::Builder::new().name("judge again".to_owned());
        let work = move || {
            let _thread = ThreadLog::begin("judge again");
            live.read_and_judge();
        };
        match thread.spawn(work) {
            Ok(_) => Ok("checking all calls again".to_owned()),
            Err(error) => {
                self.show(|view| view.judging = false);
                Err(format!("could not start a thread: {error}"))
            }
        }
    }

    fn read_and_judge(&self) {
        let mut state = self.lock();
        let setup = match state.setup.reload() {
            Ok(setup) => setup,
            Err(failure) => {
                tracing::warn!("the settings were refused; no call was judged again");
                let message = shorten_home(&format!("{failure}; nothing was checked again"));
                return self.show(|view| (view.judging, view.refused) = (false, Some(message)));
            }
        };
        let in_use = in_use(&self.engine, &state.setup, &setup);
        state.stamps = stamps(&setup);
        let done = self.engine.judge_with(Arc::clone(&setup.vendors), in_use);
        let done = done.map_err(|error| format!("the calls could not be read again: {error}"));
        if done.is_ok() {
            self.publish(&setup);
            state.setup = setup;
            state.changed.clear();
            state.waits = false;
        }
        self.show(|view| {
            let number = view.judged.as_ref().map_or(1, |judged| judged.number + 1);
            (view.judging, view.refused) = (false, None);
            state.say(view);
            view.judged = Some(Arc::new(RejudgeResult { number, changes: done }));
        });
    }

    /// Starts the thread that checks the files every second until its handle is dropped.
    pub fn watch(self: &Arc<LiveSettings>) -> std::io::Result<WatchThread> {
        let live = Arc::clone(self);
        WatchThread::begin("settings", move |ended| {
            while ended.recv_timeout(POLL_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                live.read_changes();
            }
        })
    }
}

impl State {
    /// Writes the names of the changed settings into the view.
    fn say(&self, view: &mut SettingsView) {
        let named = |names: &BTreeSet<String>| {
            let mut shown: Vec<&str> =
                names.iter().take(MAX_NAMED_SETTINGS).map(String::as_str).collect();
            if names.len() > MAX_NAMED_SETTINGS {
                shown.push("…");
            }
            (!shown.is_empty()).then(|| shown.join(", "))
        };
        view.changed = named(&self.changed);
        view.waits = self.waits;
        view.later = named(&Changes::between(&self.first, &self.setup).later);
    }
}

/// The differences between two readings of the settings.
struct Changes {
    /// Settings of vendors, and vendor files.
    judging: BTreeSet<String>,
    /// True if the settings name other vendors in use.
    in_use: bool,
    /// Settings that are read only when the program starts.
    later: BTreeSet<String>,
}

impl Changes {
    fn between(before: &Setup, after: &Setup) -> Changes {
        let (mut judging, mut later, mut in_use) = (BTreeSet::new(), BTreeSet::new(), false);
        let differs = |key: &str| value(&before.settings, key) != value(&after.settings, key);
        let keys = before.settings.iter().chain(after.settings.iter()).map(|(key, ..)| key);
        for key in keys.filter(|key| differs(key)) {
            match key {
                "vendors.use" => in_use = true,
                key if key.starts_with("vendors.") => {
                    judging.insert(key.to_owned());
                }
                // read each time that something is delivered
                key if key.starts_with("deliver.") => {}
                // take effect on the screen at once
                key if Settings::is_of_the_screen(key) => {}
                key => {
                    later.insert(key.to_owned());
                }
            }
        }
        let lacks = |files: &[VendorFile], file: &VendorFile| !files.contains(file);
        let (old, new) = (&before.vendor_files, &after.vendor_files);
        let files = old.iter().filter(|file| lacks(new, file));
        let files = files.chain(new.iter().filter(|file| lacks(old, file)));
        judging.extend(files.map(|file| file.name.clone()));
        Changes { judging, in_use, later }
    }
}

/// Shortens the home folder in a message to `~`, because the reason comes after the place and must
/// remain in view.
fn shorten_home(message: &str) -> String {
    match std::env::home_dir().as_deref().and_then(Path::to_str) {
        Some(home) if home.len() > 1 => message.replace(&format!("{home}/"), "~/"),
        _ => message.to_owned(),
    }
}

fn value<'s>(settings: &'s Settings, key: &str) -> Option<&'s serde_json::Value> {
    settings.get(key).map(|(value, _)| value)
}

/// Returns the vendors in use after a reading: those of the settings if these changed, or else those
/// that were chosen on the screen.
fn in_use(engine: &Engine, before: &Setup, after: &Setup) -> InUse {
    let named = |setup: &Setup| value(&setup.settings, "vendors.use").cloned();
    let (old, now) = (engine.vendors(), engine.in_use());
    match now.chosen_vendors() {
        _ if named(before) != named(after) => after.in_use.clone(),
        // a vendor file that was added or removed moves the other vendors to other places
        Some(chosen) => {
            let names = chosen.iter().map(|at| old.info(*at).name.as_str());
            let places = names.filter_map(|name| after.vendors.index_of(name)).collect();
            InUse::chosen(&after.vendors, places)
        }
        None => InUse::without_choice(&after.vendors),
    }
}

fn stamps(setup: &Setup) -> Vec<(PathBuf, Stamp)> {
    let stamp = |path: PathBuf| {
        let found = std::fs::metadata(&path).ok();
        let stamp = found.and_then(|file| Some((file.modified().ok()?, file.len())));
        (path, stamp)
    };
    setup.files().into_iter().map(stamp).collect()
}
