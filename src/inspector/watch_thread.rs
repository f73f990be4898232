//! A thread that goes on until whoever began it has no more use for it.

use crate::debug_log::ThreadLog;
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

/// A thread that watches something; it ends with this.
pub struct WatchThread {
    ends: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl WatchThread {
    /// Begins a thread, which ends when nobody is left who could send to it.
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
            // a panic there has been told already, and dropping must not panic again
            let _ = thread.join();
        }
    }
}
