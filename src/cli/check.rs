//! `segscope check`: judges the calls of files, for CI.

use super::args::{CheckArgs, CheckFormat};
use super::failure::Failure;
use super::setup;
use super::verdict::{self, CheckedCalls};
use super::{doubts, input};
use crate::engine;
use crate::engine::{Engine, RangeFilter, Shares};
use crate::fql::Filter;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::Instant;

/// Judges the calls, writes the reports, and fails if there are findings that `--fail-on` names or unmet
/// expectations.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, Vec::new())?;
    let filter = args.filter.read(&setup.vendors)?;
    let setup = args.expect.apply(setup)?;
    let mut reports = verdict::open(&args.report)?;
    reports.adapt_to_github(false);
    let recording = input::read(&args.input.files)?;
    let is_filtered = args.filter.filter.is_some();
    let file = single_file(&args.input.files);
    let fail_on = args.fail_on;
    // a report of all calls reads only a few calls again as examples; NDJSON needs each call, and JUnit
    // needs counts of each event
    let needs_each = args.report.has(CheckFormat::Ndjson) || args.report.has(CheckFormat::Junit);
    if filter.is_all() && !needs_each {
        let began = Instant::now();
        let checked =
            engine::check_files(&recording, &setup.vendors, &setup.in_use, Shares::default());
        if let Some(checked) = checked.map_err(Failure::wrong)? {
            let (calls, took_ms) = (checked.tally().calls, began.elapsed().as_millis() as u64);
            tracing::info!(calls, took_ms, "checked all calls");
            // the process ends soon, and freeing a million small parts would only delay that
            let checked = ManuallyDrop::new(checked);
            let judged = CheckedCalls {
                setup: &setup,
                tally: checked.tally(),
                expectations: checked.expectations(),
                details: &|rows| checked.examples(rows),
                calls: None,
                problem: checked.problem(),
                fail_on,
                is_filtered,
                file: file.as_deref(),
            };
            return verdict::report(judged, reports);
        }
    }
    let engine = setup.engine(recording)?;
    input::all_read(&engine)?;
    let problem = engine.stats().problem;
    let wanted = wanted(&engine, filter)?;
    let expectations = engine.expectations(wanted.as_deref());
    let rows = wanted.unwrap_or_else(|| (0..engine.rows()).collect());
    let tally = engine.tally(rows.iter().copied());
    let judged = CheckedCalls {
        setup: &setup,
        tally: &tally,
        expectations,
        details: &|rows| engine.details_of_each(rows),
        calls: Some((&engine, &rows)),
        problem,
        fail_on,
        is_filtered,
        file: file.as_deref(),
    };
    verdict::report(judged, reports)
}

/// Returns the rows that pass the filter; none if the filter is empty. If no row passes, prints hints
/// about the filter.
pub(crate) fn wanted(engine: &Engine, filter: Filter) -> Result<Option<Vec<u64>>, Failure> {
    if filter.is_all() {
        return Ok(None);
    }
    let all = 0..engine.rows();
    let began = Instant::now();
    let rows =
        RangeFilter::new(filter.clone()).calls(engine, all.clone()).map_err(Failure::wrong)?;
    let took_us = began.elapsed().as_micros() as u64;
    tracing::debug!(rows = all.end, passed = rows.len(), took_us, "a filter searched all rows");
    if rows.is_empty() {
        doubts::tell(&filter, engine, all).map_err(Failure::wrong)?;
    }
    Ok(Some(rows))
}

/// Returns the file that was judged, if it is a single one that has a name.
fn single_file(files: &[PathBuf]) -> Option<String> {
    match files {
        [file] if file.as_os_str() != "-" => Some(file.display().to_string()),
        _ => None,
    }
}
