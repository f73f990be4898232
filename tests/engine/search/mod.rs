//! Filtered views and aggregates against looking at each call, one after the other.

mod aggregates;
mod filtered_counts;
mod matching_rows;
mod names;
mod random_calls;
mod same_counts;
mod timeline;

use crate::requests;
use segscope::call::time;
use segscope::engine::{
    CallColumns, Engine, InUse, NoCallColumns, Recording, RowDetail, Search, SearchProgress,
};
use segscope::fql::Filter;
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use serde_json::Map;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BEGIN_MS: i64 = 1_795_341_600_000;

/// A engine that records to a file without a name.
fn engine() -> Arc<Engine> {
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("built in"));
    let in_use = InUse::without_choice(&vendors);
    let file = RecordingFile::nameless().expect("a file");
    let recording = Recording::from_file(file).expect("readable");
    Arc::new(Engine::new(recording, vendors, in_use, Default::default()).expect("empty").0)
}

/// Sends a body, and says the status.
fn send(engine: &Engine, path: &str, test: Option<&str>, at_ms: i64, body: &str) -> u16 {
    let headers: Vec<_> = test.map(|test| ("x-segscope-test", test)).into_iter().collect();
    let status = requests::post_with(engine, path, &headers, body, BEGIN_MS + at_ms);
    engine.settle();
    status
}

/// The rows that pass, each looked at by itself, from all that is known of it.
fn naive(engine: &Engine, filter: &Filter) -> Vec<u64> {
    engine.settle();
    let passes = |row: &u64| match engine.detail(*row).expect("readable") {
        Some(RowDetail::Call(call)) => {
            filter.matches(&CallColumns::new(&call, &engine.vendors(), time::now()))
        }
        Some(RowDetail::NoCall(row)) => {
            let (request, severity) = (&row.request, row.severity);
            filter.matches(&NoCallColumns { request, severity, now_ms: time::now() })
        }
        None => false,
    };
    (0..engine.rows()).filter(passes).collect()
}

/// Waits until all rows were looked at.
fn complete(search: &Search, engine: &Engine) -> SearchProgress {
    engine.settle();
    let begin = Instant::now();
    loop {
        let shown = search.shown();
        if shown.looked_at == shown.of && shown.of == engine.rows() {
            return shown;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{shown:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
