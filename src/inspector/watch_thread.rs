//! A background thread that runs until its owner drops its handle.

use crate::debug_log::ThreadLog;
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

/// The handle of a background thread. Dropping it ends the thread and waits for it.
pub struct WatchThread {
    ends: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl WatchThread {
    /// Starts a thread. `work` must return when its receiver is disconnected, which happens when the
    /// handle is dropped.
    pub fn begin(
        name: &'static str,
        work: impl FnOnce(Receiver<()>) + Send + 'static,
    ) -> std::io::Result<WatchThread> {
        let (ends, end) = mpsc::channel();
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || {
            let _thread = ThreadLog::begin(name);
            work(end);
        })?;
        Ok(WatchThread { ends: Some(ends), thread: Some(thread) })
    }
}

impl Drop for WatchThread {
    fn drop(&mut self) {
        self.ends = None;
        if let Some(thread) = self.thread.take() {
            // a panic of the thread was reported when it happened, and dropping must not panic again
            let _ = thread.join();
        }
    }
}
