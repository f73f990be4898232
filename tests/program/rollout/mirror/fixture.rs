//! A listener that mirrors, over a recording in a folder that outlives it.

use crate::rollout::forward::fixture::when_unlocked;
use crate::server::client::{Client, until};
use segscope::engine::{
    Engine, InUse, IngestOptions, MirrorCounts, MirrorOptions, Recording, RetryLimits,
};
use segscope::outbound::forward::Upstream;
use segscope::recording::{KeepLimit, RecordingFile, open_parts};
use segscope::server::{Listen, ListenError, Listener, Options};
use segscope::vendors::Vendors;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Retries that a test does not wait for.
pub const QUICK: RetryLimits = RetryLimits {
    first_pause: Duration::from_millis(2),
    max_pause: Duration::from_millis(8),
    max_attempts: 4,
    max_time: Duration::from_secs(3600),
};

/// How a listener that mirrors is started.
pub struct Given<'f> {
    pub folder: &'f Path,
    pub upstream: SocketAddr,
    pub retries: RetryLimits,
    pub keep: Option<KeepLimit>,
}

impl Given<'_> {
    pub fn to(upstream: SocketAddr, folder: &Path) -> Given<'_> {
        Given { folder, upstream, retries: QUICK, keep: None }
    }

    pub fn try_start(self) -> Result<Mirroring, ListenError> {
        let file = self.folder.join("r.ndjson");
        let mut recording = Recording::default();
        let file = match self.keep {
            Some(keep) => {
                let (file, earlier, _) = when_unlocked(|| open_parts(&file, keep, false));
                earlier.into_iter().for_each(|part| recording.add_earlier_part(part));
                file
            }
            None => when_unlocked(|| RecordingFile::open(&file, false)).0,
        };
        recording.set_file(file).expect("its reader");
        let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
        let in_use = InUse::without_choice(&vendors);
        let upstream = Upstream::parse(&format!("http://{}", self.upstream)).expect("a URL");
        let ingest = IngestOptions { mirrors_to: Some(upstream.url()), ..Default::default() };
        let engine = Engine::start(recording, vendors, in_use, ingest).expect("readable");
        let engine = Arc::new(engine);
        let options = Options {
            listen: Listen::parse("127.0.0.1:0", false).expect("an address"),
            mirror: Some(MirrorOptions { upstream, retries: self.retries }),
            ..Options::default()
        };
        let listener = Listener::start(&options, Arc::clone(&engine))?;
        Ok(Mirroring { listener, engine })
    }

    pub fn start(self) -> Mirroring {
        self.try_start().expect("it listens")
    }
}

/// A listener that mirrors.
pub struct Mirroring {
    pub listener: Listener,
    pub engine: Arc<Engine>,
}

impl Mirroring {
    pub fn client(&self) -> Client {
        Client::connect(self.listener.addr())
    }

    /// Sends a call with this `messageId`, which segscope answers.
    pub fn track(&self, id: &str) {
        let body = format!(r#"{{"type":"track","event":"A","userId":"u","messageId":"{id}"}}"#);
        assert_eq!(self.client().post("/v1/track", body).status, 200);
    }

    pub fn counts(&self) -> MirrorCounts {
        self.engine.stats().mirror.expect("it mirrors")
    }

    /// Waits until everything recorded is done.
    pub fn wait_until_done(&self) -> MirrorCounts {
        until("all is sent", || self.counts().lag_bytes == 0);
        self.counts()
    }
}
