//! Filtered views and aggregates against looking at each call, one after the other.

mod against_naive;
mod aggregates;
mod agree;
mod course;
mod generate;
mod names;

use segscope::call::time;
use segscope::engine::{
    CallColumns, Detail, InUse, NoCallColumns, Pipeline, Recording, Shown, Sieve,
};
use segscope::fql::Filter;
use segscope::recording::Journal;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use serde_json::Map;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BEGIN_MS: i64 = 1_795_341_600_000;

/// A pipeline that records to a file without a name.
fn pipeline() -> Arc<Pipeline> {
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("built in"));
    let in_use = InUse::unsaid(&vendors);
    let journal = Journal::nameless().expect("a file");
    let recording = Recording::of_journal(journal).expect("readable");
    Arc::new(Pipeline::new(recording, vendors, in_use, None).expect("empty").0)
}

/// Sends a body, and says the status.
fn send(pipeline: &Pipeline, path: &str, test: Option<&str>, at_ms: i64, body: &str) -> u16 {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(test.map(|test| ("x-segscope-test".to_owned(), test.to_owned())));
    let head = RequestHead {
        method: "POST",
        path,
        query: "",
        headers: &headers,
        received_at: BEGIN_MS + at_ms,
    };
    let status = pipeline.take(&head, body.as_bytes(), "http://127.0.0.1").status;
    pipeline.settle();
    status
}

/// The rows that pass, each looked at by itself, from all that is known of it.
fn naive(pipeline: &Pipeline, filter: &Filter) -> Vec<u64> {
    pipeline.settle();
    let passes = |row: &u64| match pipeline.detail(*row).expect("readable") {
        Some(Detail::Call(call)) => {
            filter.matches(&CallColumns::new(&call, &pipeline.vendors(), time::now()))
        }
        Some(Detail::NoCall(row)) => {
            let (request, severity) = (&row.request, row.severity);
            filter.matches(&NoCallColumns { request, severity, now_ms: time::now() })
        }
        None => false,
    };
    (0..pipeline.rows()).filter(passes).collect()
}

/// Waits until all rows were looked at.
fn complete(sieve: &Sieve, pipeline: &Pipeline) -> Shown {
    pipeline.settle();
    let begin = Instant::now();
    loop {
        let shown = sieve.shown();
        if shown.looked_at == shown.of && shown.of == pipeline.rows() {
            return shown;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{shown:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
