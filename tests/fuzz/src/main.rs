//! The fuzz targets. `FUZZ_TARGET` names the one that runs: one program builds and links much faster
//! than one for each.
#![no_main]

mod batches;
mod bodies;
mod files;
mod filters;
mod input;
mod plans;
mod recorded_lines;
mod requests;
mod settings;
mod text;
mod vendor_files;

use std::sync::LazyLock;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 10] = [
    ("bodies", bodies::run),
    ("batches", batches::run),
    ("recorded_lines", recorded_lines::run),
    ("filters", filters::run),
    ("vendor_files", vendor_files::run),
    ("plans", plans::run),
    ("settings", settings::run),
    ("files", files::run),
    ("requests", requests::run),
    ("text", text::run),
];

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("FUZZ_TARGET=`{name}` names no target")).1
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
