//! The mirror: sends on, from the recording, the requests that segscope has answered itself.
//!
//! The recording is the queue. The mirror thread reads its lines, sends each request until the
//! upstream accepts it or it is given up, and notes in a file beside the recording up to where all
//! is done ([`resume_point`]). After a restart it goes on there, so each request is delivered at
//! least once. The listener does nothing for it: the mirror thread looks for new lines.

pub(crate) mod counts;
pub(crate) mod given_up;
mod pace;
mod pauses;
mod reader;
mod resume_point;
mod send_window;
mod thread;
mod unsent;

pub use counts::MirrorCounts;
pub use given_up::{MirrorFailure, NOT_DELIVERED, is_given_up_notice};
pub use pauses::RetryLimits;
pub use resume_point::ResumeError;
pub use unsent::{UnsentRecording, find_unsent};

use crate::engine::Engine;
use crate::outbound::forward::{Upstream, UpstreamError, ViaName};
use crate::outbound::mirror::MirrorClient;
use reader::MirrorReader;
use resume_point::ResumeFile;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::watch;

/// The options of a listener that mirrors.
#[derive(Debug, Clone)]
pub struct MirrorOptions {
    /// The service to which requests are sent.
    pub upstream: Upstream,
    /// The limits of attempts to deliver a request.
    pub retries: RetryLimits,
}

/// A reason why nothing can be mirrored.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// Nothing can be sent there.
    #[error("{0}")]
    Upstream(#[from] UpstreamError),
    /// The place in the recording to go on from cannot be read or written.
    #[error("{0}")]
    Resume(#[from] ResumeError),
    /// The system gives no thread.
    #[error("the mirror could not be started: {0}")]
    Thread(#[from] io::Error),
}

/// A running mirror. It stops when it is dropped.
#[derive(Debug)]
pub struct Mirror {
    url: String,
    via: ViaName,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Mirror {
    /// Begins to send on the recorded requests of a listener at these addresses: from the resume point
    /// of this recording on, or those that are recorded from now on.
    ///
    /// # Errors
    /// Fails if the upstream cannot be sent to, or if the place to go on from is not known.
    pub fn start(
        options: MirrorOptions,
        engine: Arc<Engine>,
        own: &[SocketAddr],
    ) -> Result<Mirror, MirrorError> {
        let client = Arc::new(MirrorClient::new(options.upstream, own)?);
        let (url, via) = (client.url(), client.via().clone());
        let (resume, start, given_up) = ResumeFile::open(&engine.shared, &url)?;
        engine.mirroring.set_done(start.offset);
        *engine.mirroring.given_up_requests() = given_up;
        let reader = MirrorReader::new(engine.shared.recording.clone(), start);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let work = thread::MirrorWork::new(engine, client, reader, resume, options.retries);
        let thread = std::thread::Builder::new()
            .name("mirror".to_owned())
            .spawn(move || runtime.block_on(work.run(stopped)))?;
        Ok(Mirror { url, via, stop, thread: Some(thread) })
    }

    /// Returns the URL of the upstream.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the name of this segscope in `Via`.
    pub fn via(&self) -> &ViaName {
        &self.via
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        // the thread may have ended
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            // the thread's panic is reported already, and dropping must not panic again
            let _ = thread.join();
        }
    }
}
