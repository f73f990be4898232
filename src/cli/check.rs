//! `segscope check`: judges the calls of files, for CI.

use super::args::{CheckArgs, CheckFormat};
use super::failure::Failure;
use super::setup::Setup;
use super::verdict::{self, Judged};
use super::{doubts, input};
use crate::filter::Filter;
use crate::pipeline::{self, Matching, Pipeline, Shares};
use std::path::PathBuf;

/// Judges, reports, and fails if something was found that must not be.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let filter = args.filter.read()?;
    let setup = Setup::new(&args.judge, Vec::new())?;
    let plan = args.expect.read(&setup)?;
    let reports = verdict::open(&args.report)?;
    let recording = input::read(&args.input.files)?;
    let is_filtered = args.filter.filter.is_some();
    let file = single(&args.input.files);
    let fail_on = args.fail_on;
    // a report of all calls needs none of them but a few examples; any other needs each
    if filter.is_all() && plan.is_none() && !args.report.has(CheckFormat::Ndjson) {
        let surveyed =
            pipeline::survey(&recording, &setup.vendors, &setup.in_use, Shares::default());
        if let Some(surveyed) = surveyed.map_err(Failure::wrong)? {
            let judged = Judged {
                setup: &setup,
                tally: surveyed.tally(),
                expectations: None,
                detail: &|row| surveyed.detail(row),
                calls: None,
                problem: surveyed.problem(),
                fail_on,
                is_filtered,
                file: file.as_deref(),
            };
            return verdict::report(judged, reports);
        }
    }
    let pipeline = setup.pipeline(recording)?;
    pipeline.expect(plan);
    input::all_read(&pipeline)?;
    let problem = pipeline.stats().problem;
    let wanted = wanted(&pipeline, filter)?;
    let expectations = pipeline.expectations(wanted.as_deref());
    let rows = wanted.unwrap_or_else(|| (0..pipeline.rows()).collect());
    let tally = pipeline.tally(rows.iter().copied());
    let judged = Judged {
        setup: &setup,
        tally: &tally,
        expectations,
        detail: &|row| pipeline.detail(row),
        calls: Some((&pipeline, &rows)),
        problem,
        fail_on,
        is_filtered,
        file: file.as_deref(),
    };
    verdict::report(judged, reports)
}

/// The rows that the filter lets through; none if it asks for nothing. Where none passes, what is
/// doubtful about the filter is said.
pub(super) fn wanted(pipeline: &Pipeline, filter: Filter) -> Result<Option<Vec<u64>>, Failure> {
    if filter.is_all() {
        return Ok(None);
    }
    let all = 0..pipeline.rows();
    let rows =
        Matching::new(filter.clone()).calls(pipeline, all.clone()).map_err(Failure::wrong)?;
    if rows.is_empty() {
        doubts::tell(&filter, pipeline, all).map_err(Failure::wrong)?;
    }
    Ok(Some(rows))
}

/// The file that was judged, if it was a single one that has a name.
fn single(files: &[PathBuf]) -> Option<String> {
    match files {
        [file] if file.as_os_str() != "-" => Some(file.display().to_string()),
        _ => None,
    }
}
