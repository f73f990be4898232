//! The way in, step by step and whole: `cargo bench --bench way_in`.
//!
//! Each line also tells the allocations of one turn and their bytes. The body itself is copied
//! once on the way, into the line that is recorded (`take` shows no allocation of its size: the
//! line's room is used again).

mod common;

use common::{batch, headers, track};
use divan::{AllocProfiler, Bencher, black_box};
use segscope::call::{Doc, Spare};
use segscope::engine::index::{
    ArrivalHour, CallRow, CallShape, Fingerprint, Index, Repeat, SenderPlatform,
};
use segscope::engine::{Engine, InUse, Recording};
use segscope::recording;
use segscope::recording::{Body, LineHead, RecordingFile, ResponseSource};
use segscope::vendors::Vendors;
use segscope::wire::{self, ParseScratch, RequestHead};
use serde_json::Map;
use std::cell::Cell;
use std::sync::Arc;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// 2026-11-22T10:00:02.000Z
const NOW: i64 = 1_795_341_602_000;

fn main() {
    divan::main();
}

fn head<'a>(path: &'a str, headers: &'a [(String, String)]) -> RequestHead<'a> {
    RequestHead { method: "POST", path, query: "", headers, received_at: NOW, is_tls: false }
}

/// The table of a text's values, which all else works on.
#[divan::bench]
fn shallow_read(bencher: Bencher<'_, '_>) {
    let (call, mut spare) = (track(1), Spare::default());
    bencher.bench_local(|| {
        let doc = Doc::parse_with(black_box(call.as_str()), &mut spare).expect("JSON");
        black_box(doc.root().size());
        doc.recycle(&mut spare);
    });
}

/// Parses the whole body, which the shallow read replaces.
#[divan::bench]
fn full_tree(bencher: Bencher<'_, '_>) {
    let call = track(1);
    bencher.bench_local(|| serde_json::from_str::<serde_json::Value>(black_box(&call)));
}

#[divan::bench(args = ["/v1/track", "/v1/batch"])]
fn wire_read(bencher: Bencher<'_, '_>, path: &str) {
    let (headers, mut scratch) = (headers(), ParseScratch::default());
    let body = if path == "/v1/track" { track(1) } else { batch(1) };
    let head = head(path, &headers);
    bencher.bench_local(|| {
        let reading = wire::read(&head, 1, black_box(&body), &mut scratch).expect("readable");
        black_box(reading.calls.len());
        reading.recycle(&mut scratch);
    });
}

#[divan::bench]
fn compose_and_append(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut file, _) = RecordingFile::open(&folder.path().join("r"), false).expect("a new file");
    let (headers, call, mut line) = (headers(), track(1), Vec::new());
    let head = LineHead {
        received_at: NOW,
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &headers,
        status: 200,
        response: ResponseSource::Own,
        fault: None,
        is_tls: false,
        excerpt: None,
    };
    bencher.bench_local(|| {
        recording::compose(&mut line, 1, &head, Body::Json(black_box(&call)), None, None);
        file.append(&line).expect("written")
    });
}

/// The index alone: shared texts, the look-up of the message id, the row.
#[divan::bench]
fn index_push(bencher: Bencher<'_, '_>) {
    let (mut store, nth) = (Index::default(), Cell::new(0_u32));
    let users: Vec<String> = (0..1000).map(|user| format!("u{user}")).collect();
    let next = || {
        nth.set(nth.get() + 1);
        format!("node-next-1795313302463-{}", nth.get())
    };
    bencher.with_inputs(next).bench_local_values(|id| {
        let user = &users[nth.get() as usize % 1000];
        let kind = store.texts.intern("track");
        let row = CallRow {
            request: nth.get(),
            shape: store.shapes.intern(CallShape::coarse(kind, SenderPlatform::Segment)),
            name: store.texts.intern("Order Received"),
            account: store.texts.intern("acme"),
            user: store.texts.intern(user),
            ..CallRow::default()
        };
        store.calls.push(row);
        let print = Fingerprint::new(&id, nth.get());
        let hour = ArrivalHour::new(Some(NOW));
        store.meet(Some(Repeat { print, hour, discarded: false }))
    });
}

/// From the request's bytes to the answer, the recording on disk. Judging goes on beside it; what is
/// measured is the slower of the two, once the queue between them is full.
#[divan::bench(args = ["/v1/track", "/v1/batch"])]
fn take(bencher: Bencher<'_, '_>, path: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, _) = RecordingFile::open(&folder.path().join("r"), false).expect("a new file");
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("valid"));
    let (recording, in_use) = (Recording::from_file(file), InUse::without_choice(&vendors));
    let (engine, _) =
        Engine::new(recording.expect("readable"), vendors, in_use, Default::default())
            .expect("empty");
    let (headers, mut nth) = (headers(), 0);
    let head = head(path, &headers);
    let body = |nth| if path == "/v1/track" { track(nth) } else { batch(nth) };
    bencher
        .with_inputs(|| {
            nth += 1;
            body(nth)
        })
        .bench_local_refs(|body| engine.take(&head, body.as_bytes(), "").status);
}
