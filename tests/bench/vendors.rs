//! What judging a call for all vendors costs, and making one vendor's output:
//! `cargo bench --bench vendors`. Each line also tells the allocations of one turn.

mod common;

use divan::{AllocProfiler, Bencher, black_box};
use segscope::call::{Doc, Event, Seq};
use segscope::vendors::{Judgement, Vendors};
use serde_json::Map;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const VENDORS: [&str; 5] = ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"];

fn main() {
    divan::main();
}

fn vendors() -> Vendors {
    Vendors::new(&Map::new(), &[]).expect("the built-in vendors are valid")
}

fn call(kind: &str) -> String {
    if kind == "track" { common::track(1) } else { common::identify(1) }
}

/// Beyond the shallow read.
#[divan::bench(args = ["track", "identify"])]
fn judge(bencher: Bencher<'_, '_>, kind: &str) {
    let (vendors, call) = (vendors(), call(kind));
    let doc = Doc::parse(call.as_str()).expect("JSON");
    let event = Event::bare(doc.root());
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

#[divan::bench(args = VENDORS)]
fn render_track(bencher: Bencher<'_, '_>, vendor: &str) {
    render(bencher, vendor, "track");
}

#[divan::bench(args = VENDORS)]
fn render_identify(bencher: Bencher<'_, '_>, vendor: &str) {
    render(bencher, vendor, "identify");
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
