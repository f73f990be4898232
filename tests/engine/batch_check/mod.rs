//! `check` checks files in one of two ways: as the screen does, with an index, or in blocks, without
//! one. Both print the same to the last byte, whatever the files contain and however many threads
//! share the work.

mod cases;
mod files;
mod ids;

use segscope::engine::{Engine, Expectations, InUse, Recording, Shares, Tally, check_files};
use segscope::plan::Plan;
use segscope::report::{
    self, Details, FindingGroup, JunitReport, SarifPlaces, check_text, finding_groups,
};
use segscope::vendors::Vendors;
use std::path::Path;
use std::sync::Arc;

/// All that can be said of files.
#[derive(Debug, PartialEq)]
struct Said {
    tally: Tally,
    groups: Vec<FindingGroup>,
    /// Everything about each row that the tally names.
    details: Vec<String>,
    problem: Option<String>,
    /// The report in each format.
    texts: Vec<String>,
    /// How the calls stand to the plan.
    expected: String,
}

/// A plan that all calls are judged by: some of what the files hold is as it says, some is not.
const PLAN: &str = r#"
[[event]]
type = "track"
properties = { total = "number", plan = "string" }
[[event]]
name = "Order Received"
count = { min = 0, max = 2 }
required = ["total"]
[[event]]
type = "identify"
ids = ["user_id"]
required = ["email"]
[[event]]
type = "page"
never = true
[[event]]
name = "Never Sent"
"#;

/// Nothing where there is no plan.
fn expected(expectations: Option<Expectations>) -> String {
    let Some(expectations) = expectations else { return String::new() };
    let groups = report::unmet_groups(&expectations);
    format!("{}{groups:#?}", report::expected_text(&expectations, true, false))
}

fn said(
    vendors: &Vendors,
    (tally, expected): (&Tally, String),
    problem: Option<String>,
    details: Details<'_>,
) -> Said {
    let groups = finding_groups(vendors, tally, details).expect("readable");
    let rows = tally.found.iter().map(|found| found.first).chain(tally.no_calls.iter().copied());
    let rows: Vec<u64> = rows.collect();
    let texts = vec![
        check_text(vendors, tally, &groups, (None, "passed"), true),
        report::markdown(vendors, tally, &groups, "failed"),
        report::junit(&JunitReport {
            findings: &groups,
            shown: &[0],
            vendors,
            expectations: None,
            // the batch check counts no events: for JUnit, `check` takes the other way
            events: None,
        }),
        report::sarif(&groups, SarifPlaces { file: Some("f"), source: None }),
        report::github(&groups),
    ];
    Said {
        details: rows
            .iter()
            .zip(details(&rows))
            .map(|(row, detail)| format!("{row}: {detail:#?}"))
            .collect(),
        tally: tally.clone(),
        groups,
        problem,
        texts,
        expected,
    }
}

fn recording(files: &[&Path]) -> Result<Recording, String> {
    let mut recording = Recording::default();
    for file in files {
        recording.add(file).map_err(|error| error.to_string())?;
    }
    Ok(recording)
}

fn by_pipeline(files: &[&Path], vendors: &Arc<Vendors>, in_use: &InUse) -> Result<Said, String> {
    let (vendors_too, in_use) = (Arc::clone(vendors), in_use.clone());
    let engine = Engine::start(recording(files)?, vendors_too, in_use, Default::default());
    let engine = engine.expect("readable");
    engine.settle();
    if let Some(error) = engine.wrong() {
        return Err(error.to_string());
    }
    let tally = engine.tally(0..engine.rows());
    let tally = (&tally, expected(engine.expectations(None)));
    Ok(said(vendors, tally, engine.stats().problem, &|rows| engine.details_of_each(rows)))
}

/// Returns the results of the batch check, or `None` if it leaves the files to the engine.
fn by_batch_check(
    files: &[&Path],
    vendors: &Vendors,
    in_use: &InUse,
    shares: Shares,
) -> Result<Option<Said>, String> {
    let recording = recording(files)?;
    let checked =
        check_files(&recording, vendors, in_use, shares).map_err(|error| error.to_string())?;
    Ok(checked.map(|checked| {
        let tally = (checked.tally(), expected(checked.expectations()));
        said(vendors, tally, checked.problem(), &|rows| checked.details(rows))
    }))
}

/// One thread with all at once, several with little, and more than there are cores with less.
const SHARES: [(usize, u64); 3] = [(1, 1 << 20), (2, 4096), (5, 700)];

/// Compares the two ways, and returns what both say.
fn same_with(files: &[&Path], vendors: &Arc<Vendors>, in_use: &InUse) -> Result<Said, String> {
    let want = by_pipeline(files, vendors, in_use);
    for (threads, block_bytes) in SHARES {
        let found = by_batch_check(files, vendors, in_use, Shares { threads, block_bytes });
        let found = found.map(|said| said.expect("nothing that only the pipeline does"));
        assert_eq!(found, want, "{threads} threads, {block_bytes} bytes at once");
    }
    want
}

fn same(files: &[&Path]) -> Result<Said, String> {
    let vendors = vendors();
    let in_use = InUse::without_choice(&vendors);
    same_with(files, &vendors, &in_use)
}

fn vendors() -> Arc<Vendors> {
    let plan = Arc::new(Plan::read(PLAN).expect("a plan"));
    let vendors = Vendors::new(&Default::default(), &[]).expect("the built-in ones");
    Arc::new(vendors.with_plan(Some(plan)))
}
