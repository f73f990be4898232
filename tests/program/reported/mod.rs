//! Traffic and files that users reported, and what segscope says about them.
//!
//! `cases/` holds the inputs: `NN-name.expect` states the expected behavior in one line, and the
//! file beside it is what arrives. Each module covers one kind of traffic.

mod call_findings;
mod call_types;
mod ci_reports;
mod corrected_calls;
mod file_formats;
mod grouped_reports;
mod http_refusals;
mod integrations;
mod mapping;
mod misplaced_fields;
mod own_judge;
mod own_paths;
mod own_reads;
mod own_reset;
mod own_stream;
mod record_round_trip;
mod recordings;
mod refusals;
mod requests_without_calls;
mod service;
mod unknown_times;
mod vendor_authors;
mod vendor_files;
mod vendor_mapping;

mod identity;

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The path of an input in `cases/`.
fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/reported/cases").join(name)
}

/// The program with a home of its own.
fn segscope(home: &Path, args: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::from_std(crate::common::command(home));
    command.args(args).timeout(crate::common::DEADLINE);
    command
}

/// The call records that `check --format ndjson` prints for a file.
fn check_records(home: &Path, file: &Path, args: &[&str]) -> Vec<Value> {
    let mut command = segscope(home, &["check", "--format", "ndjson"]);
    command.args(args).arg(file);
    let output = command.output().expect("the program runs");
    let lines = String::from_utf8(output.stdout).expect("stdout is UTF-8");
    lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The codes of a record's findings.
fn codes(record: &Value) -> Vec<&str> {
    let findings = record["findings"].as_array().expect("a record has findings");
    findings.iter().filter_map(|finding| finding["code"].as_str()).collect()
}

#[test]
fn every_case_states_what_is_expected() {
    let cases = std::fs::read_dir(case("")).expect("the cases are there");
    let mut inputs = 0;
    for entry in cases {
        let path = entry.expect("an entry can be read").path();
        if path.extension().is_some_and(|extension| extension != "expect") {
            inputs += 1;
            let expected = std::fs::read_to_string(path.with_extension("expect"));
            assert!(
                expected.is_ok_and(|text| !text.trim().is_empty()),
                "{} has no .expect file beside it",
                path.display()
            );
        }
    }
    assert!(inputs > 0, "no case was found");
}

#[test]
fn a_good_call_of_a_file_is_read() {
    let home = tempfile::tempdir().expect("a folder");
    let records =
        check_records(home.path(), &case("04-segment-s3-archive.ndjson"), &["--vendor", "planhat"]);
    assert_eq!(records.len(), 2);
    assert!(codes(&records[0]).contains(&"PH-T-COMPANY-MISSING"));
}
