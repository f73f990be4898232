//! How long filters take over a recording, and what memory the index of it costs.

use segscope::filter;
use segscope::pipeline::{FileItem, InUse, Pipeline, Recording, Sieve, read_file};
use segscope::vendors::Vendors;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many rows fill a screen.
const SCREENFUL: u64 = 50;
const LOOK_AGAIN: Duration = Duration::from_micros(200);

/// Prints how soon a screenful of each filter's rows was there, and all of them.
pub fn measure(file: &str, filters: &[&str]) -> io::Result<()> {
    let path = Path::new(file);
    let mut recording = Recording::default();
    match read_file(path).map_err(io::Error::other)? {
        FileItem::Recording { file, whole_lines_bytes } => {
            recording.add_file(path, file, whole_lines_bytes);
        }
        FileItem::Calls(_) => return Err(io::Error::other("expected a recording")),
    }
    let vendors = Arc::new(Vendors::new(&serde_json::Map::new(), &[]).map_err(io::Error::other)?);
    let in_use = InUse::unsaid(&vendors);
    let begun = Instant::now();
    let (pipeline, _) = Pipeline::new(recording, vendors, in_use, None)?;
    let pipeline = Arc::new(pipeline);
    let calls = pipeline.calls();
    println!(
        "{calls} calls judged in {:.2} s, {:.1} MB anonymous, {:.1} bytes a call beyond 30 MB",
        begun.elapsed().as_secs_f64(),
        anonymous()? / 1e6,
        (anonymous()? - 30e6) / calls as f64
    );
    let sieve = Sieve::new(Arc::clone(&pipeline));
    for text in filters {
        let filter = filter::parse(text).map_err(io::Error::other)?;
        let begun = Instant::now();
        sieve.filter(Some(Arc::new(filter)));
        let mut first = None;
        let shown = loop {
            let shown = sieve.shown();
            let done = shown.looked_at == shown.of;
            if shown.rows >= SCREENFUL || done {
                first.get_or_insert_with(|| begun.elapsed());
            }
            if done {
                break shown;
            }
            std::thread::sleep(LOOK_AGAIN);
        };
        println!(
            "filter {text}: {} rows, a screenful in {:.1} ms, all in {:.3} s",
            shown.rows,
            first.unwrap_or_default().as_secs_f64() * 1000.0,
            begun.elapsed().as_secs_f64()
        );
    }
    println!("{:.1} MB anonymous at the end", anonymous()? / 1e6);
    Ok(())
}

/// The anonymous memory of this process, in bytes.
fn anonymous() -> io::Result<f64> {
    let map = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = map.lines().find_map(|line| line.strip_prefix("Anonymous:"));
    let kb: Option<f64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kb.map(|kb| kb * 1024.0).ok_or_else(|| io::Error::other("no memory map can be read"))
}
