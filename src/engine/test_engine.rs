//! An engine for unit tests, to which they send calls.

use crate::engine::{Engine, InUse, IngestOptions, Recording};
use crate::recording::RecordingFile;
use crate::vendors::Vendors;
use crate::wire::RequestHead;
use std::path::PathBuf;
use std::sync::Arc;

/// An engine and the folder of its recording.
pub(crate) struct TestEngine {
    pub engine: Arc<Engine>,
    home: tempfile::TempDir,
}

impl TestEngine {
    /// Starts an engine on an empty recording.
    pub fn start() -> TestEngine {
        TestEngine::with_options(IngestOptions::default())
    }

    /// Starts an engine with options on an empty recording.
    pub fn with_options(options: IngestOptions) -> TestEngine {
        let home = tempfile::tempdir().expect("a folder");
        let file = RecordingFile::open(&home.path().join("r.ndjson"), false).expect("a recording");
        let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("valid vendors"));
        let in_use = InUse::without_choice(&vendors);
        let recording = Recording::from_file(file.0).expect("its reader");
        let engine = Engine::start(recording, vendors, in_use, options);
        TestEngine { engine: Arc::new(engine.expect("readable")), home }
    }

    /// Returns the path of the recording.
    pub fn recording(&self) -> PathBuf {
        self.home.path().join("r.ndjson")
    }

    /// Sends a track call, and waits until it is judged.
    pub fn track(&self, event: &str) {
        self.take(&format!(r#"{{"event":"{event}","userId":"u"}}"#));
    }

    /// Sends the body of a track call, and waits until it is judged.
    pub fn take(&self, body: &str) {
        self.send(body);
        self.engine.settle();
    }

    /// Sends the body of a track call.
    pub fn send(&self, body: &str) {
        assert_eq!(self.status(body), 200);
    }

    /// Sends the body of a track call, which may be refused, and returns the status of the response.
    pub fn status(&self, body: &str) -> u16 {
        let head = RequestHead {
            method: "POST",
            path: "/v1/track",
            query: "",
            headers: &[],
            received_at: 1_795_341_600_000,
            is_tls: false,
        };
        self.engine.take(&head, body.as_bytes(), "here").status
    }
}
