//! The thread that sends from the screen: calls to a tracking API, outputs to a vendor.

use super::deliver;
use super::views::Sending;
use crate::call::credential::without_credentials;
use crate::debug_log::ThreadLog;
use crate::outbound::{TrackingClient, UpstreamResponse};
use crate::vendors::Delivery;
use crate::wire::posted;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The last thing that was sent, and its result.
#[derive(Default)]
pub struct Outbox {
    last: Mutex<Option<Sending>>,
    version: AtomicU64,
}

impl Outbox {
    /// Returns a number that grows with each change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Returns the last thing that was sent, and its result.
    pub fn last(&self) -> Option<Sending> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, sending: Sending) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(sending);
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Starts to send a text to a tracking API. Only one thing is sent at a time.
    pub fn send(self: &Arc<Outbox>, to: &str, text: &str, key: &str) -> Result<(), String> {
        let (path, body) = posted(text).map_err(|error| error.to_string())?;
        let body = body.into_owned();
        let sender = TrackingClient::new(to, Some(key)).map_err(|error| error.to_string())?;
        self.begin(without_credentials(to).into_owned(), move |runtime| {
            runtime.block_on(sender.post(path, body)).map_err(|error| error.to_string())
        })
    }

    /// Starts to send requests to a vendor, one after the other and each once, until one is not accepted.
    pub fn deliver(self: &Arc<Outbox>, to: &str, all: Vec<Delivery>) -> Result<(), String> {
        self.begin(to.to_owned(), move |runtime| {
            let (count, mut last) = (all.len(), None);
            for (nth, delivery) in all.iter().enumerate() {
                let answer = runtime.block_on(deliver::send(delivery));
                let mut answer = answer.map_err(|error| error.to_string())?;
                let accepted = (200..300).contains(&answer.status);
                if count > 1 {
                    answer.body = format!("(request {} of {count}) {}", nth + 1, answer.body);
                }
                last = Some(answer);
                if !accepted {
                    break;
                }
            }
            last.ok_or_else(|| "there is nothing to send".to_owned())
        })
    }

    fn begin(
        self: &Arc<Outbox>,
        to: String,
        work: impl FnOnce(&tokio::runtime::Runtime) -> Result<UpstreamResponse, String> + Send + 'static,
    ) -> Result<(), String> {
        if matches!(self.last(), Some(Sending::Underway { .. })) {
            return Err("the last one is still being sent".to_owned());
        }
        self.set(Sending::Underway { to: to.clone() });
        let outbox = Arc::clone(self);
        let thread = std::thread::Builder::new().name("send".to_owned());
        let spawned = thread.spawn(move || {
            let _thread = ThreadLog::begin("send");
            let begun = Instant::now();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let answer = runtime.map_err(|error| error.to_string());
            let answer = answer.and_then(|runtime| work(&runtime));
            let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            outbox.set(match answer {
                Ok(answer) => {
                    Sending::Answered { to, status: answer.status, body: answer.body, took_ms }
                }
                Err(error) => Sending::Failed { to, error },
            });
        });
        spawned.map(drop).map_err(|error| {
            let error = format!("could not start a thread: {error}");
            self.set(Sending::Failed { to: String::new(), error: error.clone() });
            error
        })
    }
}
