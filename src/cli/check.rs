//! `segscope check`: judges the calls of files, for CI.

use super::args::{CheckArgs, CheckFormat, FailOn};
use super::failure::Failure;
use super::setup::Setup;
use super::{input, tail};
use crate::call::time;
use crate::filter::Filter;
use crate::findings::Severity;
use crate::pipeline::{Detail, Pipeline, Tally};
use crate::report::{CallColumns, FindingGroup, call_record, check_text, finding_groups};
use std::io::{BufWriter, IsTerminal, Write};

/// Judges, reports, and fails if something was found that must not be.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let filter = tail::read_filter(args.filter.as_deref())?;
    let setup = Setup::new(&args.judge, Vec::new())?;
    let pipeline = setup.pipeline(input::read(&args.files)?)?;
    let unreadable = pipeline.stats().problem;
    let wanted = wanted(&pipeline, &filter)?;
    let tally = match &wanted {
        Some(rows) => pipeline.tally(rows.iter().copied()),
        None => pipeline.tally(0..pipeline.rows()),
    };
    let groups = finding_groups(&pipeline, &tally).map_err(Failure::wrong)?;
    let failed = failed(args.fail_on, &tally, &groups);
    let mut out = BufWriter::new(std::io::stdout().lock());
    match args.format {
        CheckFormat::Text => {
            let outcome = outcome(args.fail_on, failed);
            let text = check_text(&pipeline, &tally, &groups, &outcome, colour());
            out.write_all(text.as_bytes())?;
        }
        CheckFormat::Ndjson => records(&pipeline, wanted.as_deref(), &mut out)?,
    }
    out.flush()?;
    if let Some(problem) = unreadable {
        return Err(Failure::wrong(problem));
    }
    if failed { Err(Failure::Findings) } else { Ok(()) }
}

/// True if standard output is a terminal that is to be coloured.
fn colour() -> bool {
    std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The rows that the filter lets through; none if it asks for nothing.
fn wanted(pipeline: &Pipeline, filter: &Filter) -> Result<Option<Vec<u64>>, Failure> {
    if filter.is_all() {
        return Ok(None);
    }
    let now = time::now();
    let mut rows = Vec::new();
    for row in 0..pipeline.rows() {
        if let Some(Detail::Call(call)) = pipeline.detail(row).map_err(Failure::wrong)?
            && filter.matches(&CallColumns::new(&call, pipeline.vendors(), now))
        {
            rows.push(row);
        }
    }
    Ok(Some(rows))
}

fn failed(fail_on: FailOn, tally: &Tally, groups: &[FindingGroup]) -> bool {
    let worst = groups.iter().map(|group| group.severity).min();
    match fail_on {
        FailOn::Never => false,
        FailOn::Error => worst == Some(Severity::Error),
        FailOn::Missing => tally.missing > 0 || worst == Some(Severity::Error),
        FailOn::Warning => worst.is_some_and(|worst| worst <= Severity::Warning),
    }
}

fn outcome(fail_on: FailOn, failed: bool) -> String {
    let word = match fail_on {
        FailOn::Missing => "missing",
        FailOn::Error => "error",
        FailOn::Warning => "warning",
        FailOn::Never => "never",
    };
    format!("{} (--fail-on {word})", if failed { "failed" } else { "passed" })
}

fn records(
    pipeline: &Pipeline,
    wanted: Option<&[u64]>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let shown = pipeline.in_use().shown();
    let count = wanted.map_or_else(|| pipeline.rows(), |rows| rows.len() as u64);
    for nth in 0..count {
        let row = wanted.map_or(nth, |rows| rows[nth as usize]);
        if let Some(Detail::Call(call)) = pipeline.detail(row).map_err(Failure::wrong)? {
            writeln!(out, "{}", call_record(&call, pipeline.vendors(), &shown))?;
        }
    }
    Ok(())
}
