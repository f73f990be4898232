//! `segscope plan`: learns plans of expected calls from good recordings, and checks calls against them.

use super::args::{JudgeArgs, PlanArgs, PlanCommand};
use super::failure::Failure;
use super::setup;
use super::{expect, input, output};
use crate::report;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A plan that shows everything that a plan can contain.
const TEMPLATE: &str = include_str!("../../assets/plan.toml");

/// Learns, checks or converts a plan, or prints the template.
pub fn run(args: &PlanArgs) -> Result<(), Failure> {
    match args.command.as_ref().unwrap_or(&PlanCommand::Template) {
        PlanCommand::Learn { input, judge, properties } => {
            print(&learn(&input.files, judge, *properties)?)
        }
        PlanCommand::Check { plan, input, judge } => check_files(plan, &input.files, judge),
        PlanCommand::Convert { plan, judge } => print(&convert(plan, judge)?),
        PlanCommand::Template => print(TEMPLATE),
    }
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(output::print(text)?)
}

fn learn(files: &[PathBuf], judge: &JudgeArgs, properties: bool) -> Result<String, Failure> {
    let setup = setup::load(judge, Vec::new())?;
    let (mut plan, engine) = expect::learn(files, &setup)?;
    if properties {
        plan = engine.learn_properties(plan).map_err(Failure::wrong)?;
    }
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let calls = report::plural(engine.calls(), "call");
    let comment = [
        format!(
            "Learned from {}: {calls}. Remove what is not expected; `segscope plan",
            names.join(", ")
        ),
        "template` explains what an event may contain.".to_owned(),
    ];
    Ok(plan.text(&comment))
}

/// Returns a plan of any format as the text of a plan file.
fn convert(file: &Path, judge: &JudgeArgs) -> Result<String, Failure> {
    let plan = expect::read(file, &setup::load(judge, Vec::new())?)?;
    let comment = [
        format!("Converted from {}. No event has to arrive: where one must, remove", file.display()),
        "`count = { min = 0 }` and set `ids`. `segscope plan template` explains what an event may contain."
            .to_owned(),
    ];
    Ok(plan.text(&comment))
}

fn check_files(plan: &Path, files: &[PathBuf], judge: &JudgeArgs) -> Result<(), Failure> {
    let setup = setup::load(judge, Vec::new())?;
    let plan = expect::read(plan, &setup)?;
    let setup = setup.with_plan(Arc::new(plan))?;
    let engine = setup.engine(input::read(files)?)?;
    input::all_read(&engine)?;
    let expectations = engine.expectations(None).unwrap_or_default();
    print(&report::expected_text(&expectations, true, output::has_color()))?;
    if let Some(problem) = engine.stats().problem {
        return Err(Failure::wrong(problem));
    }
    if expectations.all_met() { Ok(()) } else { Err(Failure::Findings) }
}
