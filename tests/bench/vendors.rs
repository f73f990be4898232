//! Measures the cost of one call: `cargo bench --bench vendors`. Two promises are measured here,
//! for calls of about 1 KB: beyond the `shallow_read`, judging a call whose shape came before (all vendors,
//! without output) stays under 2 µs, and `render` (the output of one vendor) under 10 µs. Of a
//! call without a shape, the rules to run are found for it alone; `judge_without_shape` says what
//! that costs.
//! Each line also tells the allocations of one turn.

mod common;

use divan::{AllocProfiler, Bencher, black_box};
use segscope::call::{Doc, Event, ObjectShape, Seq, Spare, Val};
use segscope::vendors::{Judgement, Vendors};
use serde_json::Map;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const VENDORS: [&str; 5] = ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"];
const KINDS: [&str; 6] = ["track", "identify", "group", "page", "screen", "alias"];

fn main() {
    divan::main();
}

fn vendors() -> Vendors {
    Vendors::new(&Map::new(), &[]).expect("the built-in vendors are valid")
}

fn call(kind: &str) -> String {
    match kind {
        "track" => common::track(1),
        "identify" => common::identify(1),
        "group" => common::group(1),
        "alias" => common::alias(1),
        view => common::view(view, 1),
    }
}

/// Reads a call, which comes first and is no part of the promises.
#[divan::bench(args = KINDS)]
fn shallow_read(bencher: Bencher<'_, '_>, kind: &str) {
    let (call, mut spare) = (call(kind), Spare::default());
    bencher.bench_local(|| {
        let doc = Doc::parse_with(black_box(call.as_str()), &mut spare).expect("JSON");
        black_box(doc.root().size());
        doc.recycle(&mut spare);
    });
}

/// The shape of a call, which is worked out once for each call.
#[divan::bench(args = KINDS)]
fn shape(bencher: Bencher<'_, '_>, kind: &str) {
    let call = call(kind);
    let doc = Doc::parse(call.as_str()).expect("JSON");
    bencher.bench_local(|| ObjectShape::new(black_box(doc.root())));
}

/// All vendors, beyond the shallow read and the shape: under 2 µs.
#[divan::bench(args = KINDS)]
fn judge_by_shape(bencher: Bencher<'_, '_>, kind: &str) {
    judge(bencher, kind, ObjectShape::new);
}

/// All vendors, beyond the shallow read.
#[divan::bench(args = KINDS)]
fn judge_without_shape(bencher: Bencher<'_, '_>, kind: &str) {
    judge(bencher, kind, |_| None);
}

fn judge(bencher: Bencher<'_, '_>, kind: &str, shape_of: impl Fn(Val<'_>) -> Option<ObjectShape>) {
    let (vendors, call) = (vendors(), call(kind));
    let doc = Doc::parse(call.as_str()).expect("JSON");
    let event = Event { shape: shape_of(doc.root()), ..Event::bare(doc.root()) };
    let (mut memory, mut judgement, mut seq) = (vendors.memory(), Judgement::default(), 0);
    bencher.bench_local(|| {
        seq += 1;
        vendors.judge(black_box(&event), Seq(seq), &mut memory, &mut judgement);
    });
}

/// The demo's calls one after the other, read and judged.
#[divan::bench]
fn read_and_judge_the_demo(bencher: Bencher<'_, '_>) {
    let (vendors, calls) = (vendors(), common::demo());
    let (mut memory, mut judgement, mut seq) = (vendors.memory(), Judgement::default(), 0);
    bencher.counter(divan::counter::ItemsCount::new(calls.len())).bench_local(|| {
        for call in &calls {
            seq += 1;
            let doc = Doc::parse(call.as_str()).expect("JSON");
            vendors.judge(&Event::bare(doc.root()), Seq(seq), &mut memory, &mut judgement);
        }
    });
}

/// One vendor: under 10 µs.
#[divan::bench(args = VENDORS)]
fn render_track(bencher: Bencher<'_, '_>, vendor: &str) {
    render(bencher, vendor, "track");
}

#[divan::bench(args = VENDORS)]
fn render_identify(bencher: Bencher<'_, '_>, vendor: &str) {
    render(bencher, vendor, "identify");
}

#[divan::bench(args = VENDORS)]
fn render_group(bencher: Bencher<'_, '_>, vendor: &str) {
    render(bencher, vendor, "group");
}

fn render(bencher: Bencher<'_, '_>, vendor: &str, kind: &str) {
    let (vendors, call) = (vendors(), call(kind));
    let vendor = vendors.index_of(vendor).expect("it is built in");
    let doc = Doc::parse(call.as_str()).expect("JSON");
    let event = Event::bare(doc.root());
    let (mut memory, mut judgement) = (vendors.memory(), Judgement::default());
    vendors.judge(&event, Seq(1), &mut memory, &mut judgement);
    bencher.bench_local(|| vendors.render(vendor, black_box(&event), Seq(1), &memory));
}
