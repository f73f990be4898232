//! How an input is read: a request as text, and what targets share.

use segscope::call::text::is_hostile;
use segscope::call::time::Millis;
use segscope::engine::{Engine, InUse, Recording};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::sync::{Arc, LazyLock};

/// 2026-11-22T10:00:00Z
pub const NOW: Millis = 1_795_341_600_000;

/// A request: `POST /v1/batch?query`, headers, an empty line, the body.
pub struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn read(data: &[u8]) -> Option<Request> {
        let (first, mut rest) = split_line(data)?;
        let first = std::str::from_utf8(first).ok()?;
        let (method, target) = first.split_once(' ')?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = Vec::new();
        while let Some((line, behind)) = split_line(rest) {
            rest = behind;
            if line.is_empty() {
                break;
            }
            let line = String::from_utf8_lossy(line).into_owned();
            let (name, value) = line.split_once(':')?;
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let [method, path, query] = [method, path, query].map(str::to_owned);
        Some(Request { method, path, query, headers, body: rest.to_owned() })
    }

    pub fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            received_at: NOW,
            is_tls: false,
        }
    }
}

fn split_line(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    Some((&data[..end], &data[end + 1..]))
}

static VENDORS: LazyLock<Arc<Vendors>> =
    LazyLock::new(|| Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones")));

pub fn vendors() -> Arc<Vendors> {
    Arc::clone(&VENDORS)
}

pub fn engine() -> Engine {
    let file = RecordingFile::nameless().expect("a file");
    pipeline_of(Recording::from_file(file).expect("its reader"))
}

pub fn pipeline_of(recording: Recording) -> Engine {
    let in_use = InUse::without_choice(&VENDORS);
    Engine::new(recording, vendors(), in_use, Default::default()).expect("readable").0
}

/// Panics where a terminal may act on a text, line ends apart.
pub fn assert_harmless(what: &str, text: &str) {
    let found = text.chars().find(|c| *c != '\n' && is_hostile(*c));
    assert_eq!(found, None, "{what}: {text:?}");
}

/// Panics if a text is not JSON. Numbers out of the reader's range and deep nesting are JSON, too.
pub fn assert_json(what: &str, text: &str) {
    let read = serde_json::from_str::<serde::de::IgnoredAny>(text);
    if let Err(error) = read {
        let message = error.to_string();
        assert!(message.contains("recursion limit"), "{what}: {error}: {text:?}");
    }
}
