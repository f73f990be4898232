//! `--expect FILE`: a plan in any format, or a recording from which a plan is learned.

use super::args::ExpectArgs;
use super::failure::Failure;
use super::input;
use super::output;
use crate::config::{MAX_TEXT_FILE_BYTES, TextFileError, open_regular, read_text, read_text_file};
use crate::engine::{Engine, LearnedPlan, holds_calls};
use crate::inspector::Setup;
use crate::plan::{ID_NAMES, MAX_EXPECTED, MAX_PLAN_BYTES, Plan};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The size of the beginning of a file that shows whether it is a plan or a recording.
const HEAD_BYTES: u64 = 64 * 1024;

impl ExpectArgs {
    /// Returns the setup with the plan of `--expect`, if there is one. The plan is read before anything else
    /// starts, so that a mistake in it is reported at once.
    pub fn apply(&self, setup: Setup) -> Result<Setup, Failure> {
        let Some(file) = &self.expect else { return Ok(setup) };
        let plan = read(file, &setup)?;
        Ok(setup.with_plan(Arc::new(plan))?)
    }
}

/// Reads a plan file, or learns a plan from a file of calls.
pub fn read(file: &Path, setup: &Setup) -> Result<Plan, Failure> {
    let failed =
        |error: TextFileError| Failure::wrong(format!("{}: the plan {error}", file.display()));
    if file.is_dir() {
        return Plan::from_folder(file).map_err(Failure::wrong);
    }
    let mut open = open_regular(file).map_err(failed)?;
    let mut head = Vec::new();
    let read = open.by_ref().take(HEAD_BYTES).read_to_end(&mut head);
    read.map_err(|error| failed(error.into()))?;
    let is_json = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(is_json, Some(b'{' | b'[')) && holds_rules(&head) {
        let text = read_text(open, head, MAX_PLAN_BYTES).map_err(failed)?;
        if let Some(plan) =
            Plan::from_json(&text, &file.display().to_string()).map_err(Failure::wrong)?
        {
            return Ok(plan);
        }
        open = open_regular(file).map_err(failed)?;
        head = Vec::new();
        open.by_ref()
            .take(HEAD_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| failed(error.into()))?;
    }
    if holds_calls(&head) {
        let (plan, engine) = learn(&[file.to_owned()], setup)?;
        return match plan.list.is_empty() {
            true => Err(Failure::wrong(format!(
                "{}: it contains {} and no event to expect",
                file.display(),
                crate::report::plural(engine.calls(), "call")
            ))),
            false => Ok(plan),
        };
    }
    let text = read_text(open, head, MAX_TEXT_FILE_BYTES).map_err(failed)?;
    let plan = Plan::from_toml(&text, &file.display().to_string(), &|name| read_beside(file, name));
    plan.map_err(|error| match text.contains("event") {
        true => Failure::wrong(error),
        false => Failure::wrong(format!("{error}; {}", Plan::formats())),
    })
}

/// Returns true if a JSON file with this beginning may contain the rules of a tracking plan.
fn holds_rules(head: &[u8]) -> bool {
    let names: [&[u8]; 2] = [b"\"rules\"", b"\"events\""];
    names.iter().any(|name| memchr::memmem::find(head, name).is_some())
}

/// Reads a file that a plan names relative to its own folder. Returns its path and its text.
fn read_beside(plan: &Path, name: &str) -> Result<(String, String), String> {
    let file = plan.parent().unwrap_or(Path::new("")).join(name);
    let shown = file.display().to_string();
    let text = read_text_file(&file, MAX_TEXT_FILE_BYTES);
    text.map(|text| (shown.clone(), text)).map_err(|error| format!("{shown}: the schema {error}"))
}

/// Learns a plan from files of calls, and notes on standard error what could not be learned.
pub fn learn(files: &[PathBuf], setup: &Setup) -> Result<(Plan, Arc<Engine>), Failure> {
    let engine = setup.engine(input::read(files)?)?;
    input::all_read(&engine)?;
    if let Some(problem) = engine.stats().problem {
        return Err(Failure::wrong(problem));
    }
    let LearnedPlan { plan, left_out, missing } = engine.learn();
    if left_out > 0 {
        output::note(format_args!(
            "segscope: {left_out} more events are left out: a plan contains the {MAX_EXPECTED} most frequent"
        ));
    }
    for (name, events) in ID_NAMES.into_iter().zip(missing).filter(|(_, events)| *events > 0) {
        let (subject, them) = match events {
            1 => ("1 event".to_owned(), "it"),
            _ => (format!("{events} events"), "them"),
        };
        output::note(format_args!(
            "segscope: {subject} arrived without an `{name}` that a vendor in use needs, so the plan does not require it in {them}"
        ));
    }
    Ok((plan, engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_a_plan_are_told_apart_by_how_they_begin() {
        for calls in ["{}", " \n{\"type\"", "[{", "[\n {", "[]", "\u{feff}{"] {
            assert!(holds_calls(calls.as_bytes()), "{calls}");
        }
        for plan in ["", "# {", "[[event]]", "\n[ [event]]", "event = []"] {
            assert!(!holds_calls(plan.as_bytes()), "{plan}");
        }
    }
}
