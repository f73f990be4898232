//! Times filters over a recording: `bench_filter FILE EXPRESSION…`. The first screenful is 60 rows
//! that pass, or all of them if there are fewer.

use segscope::filter::parse;
use segscope::pipeline::{InUse, Pipeline, Recording, Sieve};
use segscope::vendors::Vendors;
use serde_json::Map;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SCREENFUL: u64 = 60;

fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().expect("a recording");
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("built in"));
    let in_use = InUse::unsaid(&vendors);
    let opened = File::open(&file).expect("readable");
    let len = opened.metadata().expect("readable").len();
    let mut recording = Recording::default();
    recording.add_file(Path::new(&file), opened, len);
    let begin = Instant::now();
    let (pipeline, _) = Pipeline::new(recording, vendors, in_use, None).expect("readable");
    let pipeline = Arc::new(pipeline);
    println!("{} calls judged in {:.2} s", pipeline.calls(), begin.elapsed().as_secs_f64());
    let sieve = Sieve::new(Arc::clone(&pipeline));
    for text in args {
        let filter = Arc::new(parse(&text).expect("a filter"));
        let begin = Instant::now();
        sieve.filter(Some(filter));
        let mut first = None;
        let shown = loop {
            let shown = sieve.shown();
            let complete = shown.looked_at == shown.of;
            if first.is_none() && (shown.rows >= SCREENFUL || complete) {
                first = Some(begin.elapsed());
            }
            if complete {
                break shown;
            }
            std::thread::sleep(Duration::from_micros(200));
        };
        println!(
            "{:9.1} ms first, {:9.1} ms all, {:9} pass: {text}",
            first.unwrap_or_default().as_secs_f64() * 1e3,
            begin.elapsed().as_secs_f64() * 1e3,
            shown.rows,
        );
        sieve.filter(None);
    }
}
