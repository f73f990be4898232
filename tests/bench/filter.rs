//! Times filters over a recording: `bench_filter FILE ROUNDS EXPRESSION…`, medians of the rounds.
//! The first screenful is 60 rows that pass, or all of them if there are fewer. An expression
//! `=TEXT` is a text that `rg -c TEXT FILE` counts in turn with the filter `"TEXT"`; a text without a
//! capital letter ignores case, as `rg -c -i` does, which then counts it too.

use segscope::engine::{Engine, InUse, Recording, Search};
use segscope::fql::parse;
use segscope::vendors::Vendors;
use serde_json::Map;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SCREENFUL: u64 = 60;

fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().expect("a recording");
    let rounds: usize = args.next().expect("rounds").parse().expect("a number of rounds");
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("built in"));
    let in_use = InUse::without_choice(&vendors);
    let mut recording = Recording::default();
    recording.add(Path::new(&file)).expect("readable");
    let begin = Instant::now();
    let (engine, _) =
        Engine::new(recording, vendors, in_use, Default::default()).expect("readable");
    let engine = Arc::new(engine);
    println!("{} calls judged in {:.2} s", engine.calls(), begin.elapsed().as_secs_f64());
    let search = Search::new(Arc::clone(&engine));
    for text in args {
        let (mut first, mut all) = (Vec::new(), Vec::new());
        let (mut beside, mut folded) = (Vec::new(), Vec::new());
        let searched = text.strip_prefix('=');
        let filter = searched.map_or(text.clone(), |text| format!("\"{text}\""));
        let mut rows = 0;
        for _ in 0..rounds {
            let (soon, whole);
            (rows, soon, whole) = look(&search, &filter);
            first.push(soon);
            all.push(whole);
            if let Some(text) = searched {
                beside.push(count(&["-c", text, &file]));
                folded.push(count(&["-c", "-i", text, &file]));
            }
        }
        let (first, all) = (median(first), median(all));
        print!("{first:9.1} ms first, {all:9.1} ms all, {rows:9} pass: {filter}");
        let folds = |text: &str| text.contains(|c: char| c.is_ascii_lowercase());
        if let Some(text) = searched {
            let beside = median(beside);
            print!(", rg -c {beside:.1} ms, ratio {:.2}", all / beside);
            if folds(text) && !text.contains(char::is_uppercase) {
                let folded = median(folded);
                print!(", rg -c -i {folded:.1} ms, ratio {:.2}", all / folded);
            }
        }
        println!();
    }
}

/// Rows that pass, and after how many milliseconds the first screenful and all of them were there.
fn look(search: &Search, text: &str) -> (u64, f64, f64) {
    let ms = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
    let filter = Arc::new(parse(text).expect("a filter"));
    let begin = Instant::now();
    search.filter(Some(filter));
    let mut first = None;
    loop {
        let shown = search.shown();
        let complete = shown.looked_at == shown.of;
        if first.is_none() && (shown.rows >= SCREENFUL || complete) {
            first = Some(ms(begin));
        }
        if complete {
            let all = ms(begin);
            search.filter(None);
            return (shown.rows, first.unwrap_or(all), all);
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn count(args: &[&str]) -> f64 {
    let begin = Instant::now();
    let mut rg = Command::new("rg");
    rg.args(args).stdout(Stdio::null()).status().expect("rg runs");
    begin.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
