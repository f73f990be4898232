//! Files of calls: HAR, gzip, recordings, and whatever else a first byte may begin.

use crate::input::pipeline_of;
use flate2::Compression;
use flate2::write::GzEncoder;
use segscope::engine::{FileError, Recording};
use std::io::Write;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));

/// The first line says how the rest is written: `gzip` packs it first.
pub fn run(data: &[u8]) {
    let packed;
    let (name, bytes) = match data.strip_prefix(b"gzip\n") {
        Some(rest) => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(rest).expect("memory");
            packed = encoder.finish().expect("memory");
            ("calls.gz", &packed[..])
        }
        None => ("calls", data),
    };
    let file = FOLDER.path().join(name);
    std::fs::write(&file, bytes).expect("written");
    let mut recording = Recording::default();
    if let Err(error) = recording.add(&file) {
        error.to_string();
        return;
    }
    let mut calls = 0;
    let read = recording.each_call(|call, _| {
        crate::input::assert_json("a call of a file", call);
        calls += 1;
        Ok::<(), FileError>(())
    });
    let engine = pipeline_of(recording);
    engine.settle();
    for row in 0..engine.rows().min(8) {
        engine.detail(row).expect("readable").expect("there");
    }
    if let Err(error) = read {
        error.to_string();
    }
}
