//! `segscope check`: judges the calls of files, for CI.

use super::args::{CheckArgs, CheckFormat, FailOn};
use super::failure::Failure;
use super::setup::Setup;
use super::{doubts, input, output};
use crate::engine;
use crate::engine::{Engine, Expectations, RangeFilter, RowDetail, Shares, Tally};
use crate::findings::Severity;
use crate::fql::Filter;
use crate::report::{
    self, Details, FindingGroup, call_record, check_text, expected_text, finding_groups,
    unmet_groups,
};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// Judges, reports, and fails if something was found that must not be.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let filter = args.filter.read()?;
    let setup = Setup::new(&args.judge, Vec::new())?;
    let setup = args.expect.apply(setup)?;
    let recording = input::read(&args.input.files)?;
    // a report of all calls needs none of them but a few examples; any other needs each
    if filter.is_all() && args.format != CheckFormat::Ndjson {
        let surveyed = engine::survey(&recording, &setup.vendors, &setup.in_use, Shares::default());
        if let Some(surveyed) = surveyed.map_err(Failure::wrong)? {
            let detail = |row| surveyed.example(row);
            let all = (surveyed.tally(), surveyed.expectations());
            return report(args, &setup, all, &detail, surveyed.problem());
        }
    }
    let engine = setup.engine(recording)?;
    input::all_read(&engine)?;
    let problem = engine.stats().problem;
    let wanted = wanted(&engine, filter)?;
    let tally = match &wanted {
        Some(rows) => engine.tally(rows.iter().copied()),
        None => engine.tally(0..engine.rows()),
    };
    if args.format == CheckFormat::Ndjson {
        records(&engine, wanted.as_deref())?;
    }
    let expectations = engine.expectations(wanted.as_deref());
    report(args, &setup, (&tally, expectations), &|row| engine.detail(row), problem)
}

/// Prints what was found, and what was expected. `problem` is what could not be read.
fn report(
    args: &CheckArgs,
    setup: &Setup,
    (tally, expectations): (&Tally, Option<Expectations>),
    detail: Details<'_>,
    problem: Option<String>,
) -> Result<(), Failure> {
    let vendors = &*setup.vendors;
    let mut groups = finding_groups(vendors, tally, detail).map_err(Failure::wrong)?;
    for group in &mut groups {
        group.fails = fails(args.fail_on, group);
    }
    // a recording that holds requests and no call is not one in which all is well
    let empty = !tally.no_calls.is_empty() && tally.calls + tally.repeats == 0;
    let empty = empty && args.fail_on != FailOn::Never && args.filter.filter.is_none();
    let failed = empty || groups.iter().any(|group| group.fails);
    let unmet = expectations.as_ref().is_some_and(|expectations| !expectations.all_met());
    let mut outcome = outcome(args.fail_on, failed);
    if empty {
        let requests = report::plural(tally.no_calls.len() as u64, "request");
        outcome.push_str(&format!("; {requests} and no call in them"));
        output::note(format_args!("segscope: {requests} arrived, and none of them holds a call"));
    }
    if let Some(expectations) = &expectations {
        let word = if unmet { "failed" } else { "passed" };
        outcome.push_str(&format!("; {}: {word}", expectations.line()));
        // text has lines of its own for them
        if args.format != CheckFormat::Text {
            groups.extend(unmet_groups(expectations));
        }
    }
    let text = match args.format {
        CheckFormat::Text => {
            let colour = output::has_color();
            let text = expectations.as_ref().map(|all| expected_text(all, false, colour));
            let report = check_text(vendors, tally, &groups, (text.as_deref(), &outcome), colour);
            format!("{}{report}", vendors_line(setup))
        }
        CheckFormat::Ndjson => {
            // standard output has call records only, and has them by now
            if let Some(expectations) = &expectations {
                output::note_lines(&expected_text(expectations, false, false));
            }
            String::new()
        }
        CheckFormat::Junit => {
            let mut suites = titles(setup);
            suites.extend(expectations.map(|_| report::EXPECTED.to_owned()));
            report::junit(&groups, &suites)
        }
        CheckFormat::Sarif => report::sarif(&groups, single(&args.input.files).as_deref()),
        CheckFormat::Github => report::github(&groups),
        CheckFormat::Markdown => {
            let report = report::markdown(vendors, tally, &groups, &outcome);
            format!("{}{report}", vendors_line(setup))
        }
    };
    let mut out = match args.format {
        CheckFormat::Ndjson | CheckFormat::Sarif => output::json(),
        CheckFormat::Junit => output::xml(),
        CheckFormat::Text | CheckFormat::Github | CheckFormat::Markdown => output::text(),
    };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if let Some(problem) = problem {
        return Err(Failure::wrong(problem));
    }
    if failed || unmet { Err(Failure::Findings) } else { Ok(()) }
}

/// The rows that the filter lets through; none if it asks for nothing. Where none passes, what is
/// doubtful about the filter is said.
pub(crate) fn wanted(engine: &Engine, filter: Filter) -> Result<Option<Vec<u64>>, Failure> {
    if filter.is_all() {
        return Ok(None);
    }
    let all = 0..engine.rows();
    let rows =
        RangeFilter::new(filter.clone()).calls(engine, all.clone()).map_err(Failure::wrong)?;
    if rows.is_empty() {
        doubts::tell(&filter, engine, all).map_err(Failure::wrong)?;
    }
    Ok(Some(rows))
}

/// Says that all vendors are checked, and how to choose; empty if the user chose.
fn vendors_line(setup: &Setup) -> String {
    if setup.in_use.said().is_some() {
        return String::new();
    }
    let names: Vec<&str> = setup.vendors.names().collect();
    format!(
        "Checking all {} vendors. Choose yours with --vendor {} or vendors = [\"{}\"] in segscope.toml.\n\n",
        names.len(),
        names[0],
        names[0]
    )
}

/// The vendors that were asked, by the names that people know.
fn titles(setup: &Setup) -> Vec<String> {
    let shown = setup.in_use.shown().into_iter();
    shown.map(|at| setup.vendors.info(at).title.clone()).collect()
}

/// The file that was judged, if it was a single one that has a name.
fn single(files: &[PathBuf]) -> Option<String> {
    match files {
        [file] if file.as_os_str() != "-" => Some(file.display().to_string()),
        _ => None,
    }
}

fn fails(fail_on: FailOn, group: &FindingGroup) -> bool {
    match fail_on {
        FailOn::Never => false,
        FailOn::Error => group.severity == Severity::Error,
        FailOn::Missing => group.missing || group.severity == Severity::Error,
        FailOn::Warning => group.severity <= Severity::Warning,
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

fn records(engine: &Engine, wanted: Option<&[u64]>) -> Result<(), Failure> {
    let mut out = BufWriter::new(output::json());
    let shown = engine.in_use().shown();
    let count = wanted.map_or_else(|| engine.rows(), |rows| rows.len() as u64);
    for nth in 0..count {
        let row = wanted.map_or(nth, |rows| rows[nth as usize]);
        if let Some(RowDetail::Call(call)) = engine.detail(row).map_err(Failure::wrong)? {
            writeln!(out, "{}", call_record(&call, &engine.vendors(), &shown))?;
        }
    }
    out.flush()?;
    Ok(())
}
