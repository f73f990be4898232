//! Watch rules: the settings that name them, and the messages when one begins or ends to alert.

use super::{AlertThread, MIN_INTERVAL, Ring};
use crate::call::time;
use crate::config::Settings;
use crate::engine::{MAX_WATCH_RULES, WatchChange, WatchRule, WatchState};
use crate::inspector::setup_error::SetupError;
use crate::vendors::Vendors;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The setting that lists the rules.
const WATCH: &str = "watch";
/// The maximum number of messages that wait to be printed; older ones are left out.
const MAX_MESSAGES: usize = 64;

/// Returns the rules that the settings list.
pub(crate) fn from_settings(
    settings: &Settings,
    vendors: &Vendors,
) -> Result<Vec<WatchRule>, SetupError> {
    let texts = settings.list(WATCH).unwrap_or_default();
    let wrong = |text: &str, error: String| {
        let origin = settings.origin_of(WATCH);
        SetupError::new(format!("{origin}: `{text}`: {error}"))
    };
    if let Some(text) = texts.get(MAX_WATCH_RULES) {
        return Err(wrong(text, format!("expected at most {MAX_WATCH_RULES} watch rules")));
    }
    let parse = |text: &String| {
        let rule = WatchRule::parse(text).map_err(|error| wrong(text, error))?;
        for filter in rule.filters() {
            vendors.check_filter(filter).map_err(|error| {
                wrong(
                    text,
                    format!("`{filter}`: expected {}, found {}", error.expected, error.found),
                )
            })?;
        }
        Ok(rule)
    };
    texts.iter().map(parse).collect()
}

/// The states of the rules, for the screen and for plain mode.
#[derive(Default)]
pub(crate) struct WatchStates {
    states: Mutex<Arc<[WatchState]>>,
    messages: Mutex<VecDeque<String>>,
    version: AtomicU64,
}

impl WatchStates {
    /// Returns the state of each rule.
    pub fn states(&self) -> Arc<[WatchState]> {
        Arc::clone(&self.states.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns a number that grows with each change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Takes the messages since the last time.
    pub fn take_messages(&self) -> Vec<String> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }

    fn say(&self, message: String) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == MAX_MESSAGES {
            messages.pop_front();
        }
        messages.push_back(message);
    }

    fn set(&self, states: Vec<WatchState>) {
        let mut known = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if known[..] != states[..] {
            *known = states.into();
            self.version.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl AlertThread {
    /// Evaluates the rules once a second.
    pub(crate) fn evaluate_rules(&mut self) {
        if self.watched_at.is_some_and(|at| at.elapsed() < MIN_INTERVAL) {
            return;
        }
        self.watched_at = Some(Instant::now());
        let now = time::now();
        for change in self.watcher.look(now) {
            self.alert_change(change);
        }
        self.alerts.watched.set(self.watcher.states(now));
    }

    /// Alerts that a rule began or ended.
    fn alert_change(&self, change: WatchChange) {
        let WatchChange { state, words } = change;
        tracing::debug!(alerts = state.alerts, calls = state.part, "a watch rule changed");
        match &self.commands {
            Some(commands) if commands.has_room() => {
                let group = state.group.as_ref();
                let group = group.map(|(field, value)| json!({"field": field, "value": value}));
                let record = json!({
                    "kind": "watch",
                    "state": if state.alerts { "begins" } else { "ends" },
                    "rule": state.rule,
                    "group": group,
                    "calls": state.part,
                    "of": state.whole,
                    "message": words,
                });
                if !commands.run(record.to_string()) {
                    self.alerts.drop_one();
                }
            }
            Some(_) => self.alerts.drop_one(),
            None => {
                let words = self.notify.then(|| words.clone());
                *self.alerts.lock() = Some(Ring { words });
            }
        }
        self.alerts.watched.say(words);
    }
}
