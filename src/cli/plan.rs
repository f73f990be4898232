//! `segscope plan`: what is expected, learned from a good recording, and checked.

use super::args::{JudgeArgs, PlanArgs, PlanCommand};
use super::failure::Failure;
use super::setup;
use super::{expect, input, output};
use crate::report;
use std::path::{Path, PathBuf};

/// A plan that shows all that one may say.
const TEMPLATE: &str = include_str!("../../assets/plan.toml");

/// Learns, checks, or prints the template.
pub fn run(args: &PlanArgs) -> Result<(), Failure> {
    match args.command.as_ref().unwrap_or(&PlanCommand::Template) {
        PlanCommand::Learn { input, judge } => print(&learn(&input.files, judge)?),
        PlanCommand::Check { plan, input, judge } => check_files(plan, &input.files, judge),
        PlanCommand::Template => print(TEMPLATE),
    }
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(output::print(text)?)
}

fn learn(files: &[PathBuf], judge: &JudgeArgs) -> Result<String, Failure> {
    let setup = setup::load(judge, Vec::new())?;
    let (plan, engine) = expect::learn(files, &setup)?;
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

fn check_files(plan: &Path, files: &[PathBuf], judge: &JudgeArgs) -> Result<(), Failure> {
    let setup = setup::load(judge, Vec::new())?;
    let plan = expect::read(plan, &setup)?;
    let engine = setup.engine(input::read(files)?)?;
    engine.expect(Some(plan));
    input::all_read(&engine)?;
    let expectations = engine.expectations(None).unwrap_or_default();
    print(&report::expected_text(&expectations, true, output::has_color()))?;
    if let Some(problem) = engine.stats().problem {
        return Err(Failure::wrong(problem));
    }
    if expectations.all_met() { Ok(()) } else { Err(Failure::Findings) }
}
