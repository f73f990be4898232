//! `segscope compare`: compares two sides of traffic, such as two releases, and reports what the later
//! one lost.

use super::args::{CompareArgs, CompareFormat};
use super::check::wanted;
use super::failure::Failure;
use super::{input, output, setup};
use crate::engine::{self, Comparison, Shares, TrafficProfile};
use crate::inspector::Setup;
use crate::outbound::ListenerClient;
use crate::recording;
use crate::report::{self, ComparedSide};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The default address of a listener.
const DEFAULT_LISTENER: &str = "http://127.0.0.1:7357";
/// The maximum time for a listener to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Compares the sides, prints the report, and fails if something is lost and `--fail-on-loss` is set.
pub fn run(args: &CompareArgs) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, Vec::new())?;
    let [before, after] = match (&args.before, &args.after) {
        (Some(before), Some(after)) => {
            let files = match args.files.is_empty() {
                true => recording_of_listener()?,
                false => args.files.clone(),
            };
            by_filters(&files, [before, after], &setup)?
        }
        _ => match args.files.as_slice() {
            [before, after] => [by_file(before, &setup)?, by_file(after, &setup)?],
            [_] => {
                return Err(Failure::wrong(
                    "one file: give the file of each side, BEFORE and AFTER, or split one with --before and --after",
                ));
            }
            files => {
                return Err(Failure::wrong(format!(
                    "{} files: give BEFORE and AFTER (each may be a folder), or --before and --after",
                    files.len()
                )));
            }
        },
    };
    let comparison = Comparison::new(&before.profile, &after.profile);
    let sides = [before, after];
    let (vendors, in_use) = (&setup.vendors, setup.in_use.shown());
    match args.format {
        CompareFormat::Text => {
            let color = output::has_color();
            let text =
                report::compare_text(&comparison, &sides, (vendors, &in_use), args.all, color);
            output::print(&text)?;
        }
        CompareFormat::Markdown => {
            let text = report::compare_markdown(&comparison, &sides, (vendors, &in_use), args.all);
            output::print(&text)?;
        }
        CompareFormat::Ndjson => {
            let mut out = output::json();
            for line in report::compare_ndjson(&comparison, &sides, (vendors, &in_use)) {
                writeln!(out, "{line}")?;
            }
            out.flush()?;
        }
    }
    match args.fail_on_loss && comparison.has_lost() {
        true => Err(Failure::Findings),
        false => Ok(()),
    }
}

/// Returns the side of a file or a folder.
fn by_file(file: &Path, setup: &Setup) -> Result<ComparedSide, Failure> {
    let (profile, problem) = profile_of_file(file, setup)?;
    note(problem);
    side(file.display().to_string(), file.display().to_string(), profile)
}

/// Reads the calls of a file or a folder into a profile, with a problem of reading them. It keeps none of
/// the calls.
pub(crate) fn profile_of_file(
    file: &Path,
    setup: &Setup,
) -> Result<(TrafficProfile, Option<String>), Failure> {
    let files = [file.to_owned()];
    let recording = input::read(&files)?;
    let checked =
        engine::profile_files(&recording, &setup.vendors, &setup.in_use, Shares::default());
    match checked.map_err(Failure::wrong)? {
        Some(checked) => {
            let problem = checked.problem();
            Ok((checked.into_profile(), problem))
        }
        None => {
            let engine = setup.engine(recording)?;
            input::all_read(&engine)?;
            let rows: Vec<u64> = (0..engine.rows()).collect();
            let profile = engine.profile(&rows).map_err(Failure::wrong)?;
            Ok((profile, engine.stats().problem))
        }
    }
}

/// Returns both sides from the calls that two filters select.
fn by_filters(
    files: &[PathBuf],
    filters: [&String; 2],
    setup: &Setup,
) -> Result<[ComparedSide; 2], Failure> {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let parsed = [("--before", filters[0]), ("--after", filters[1])]
        .map(|(flag, text)| input::read_filter(flag, text, &setup.vendors));
    let [before, after] = parsed;
    let parsed = [before?, after?];
    let engine = setup.engine(input::read(files)?)?;
    input::all_read(&engine)?;
    note(engine.stats().problem);
    let [before, after] = [0, 1].map(|at| {
        let filter = parsed[at].clone();
        let rows = wanted(&engine, filter)?.unwrap_or_else(|| (0..engine.rows()).collect());
        let profile: TrafficProfile = engine.profile(&rows).map_err(Failure::wrong)?;
        side(filters[at].to_string(), names.join(" "), profile)
    });
    Ok([before?, after?])
}

/// Returns the files of the running listener's recording: all parts that exist.
fn recording_of_listener() -> Result<Vec<PathBuf>, Failure> {
    let named = std::env::var("SEGSCOPE_URL").ok().filter(|url| !url.is_empty());
    let url = named.as_deref().unwrap_or(DEFAULT_LISTENER);
    let token = std::env::var("SEGSCOPE_TOKEN").ok();
    let client = ListenerClient::new(url, token.as_deref()).map_err(Failure::wrong)?;
    let shown = client.url();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime
        .block_on(client.ask("GET", "summary", String::new(), ANSWER_TIMEOUT))
        .map_err(|error| Failure::blocked(format!("give FILE, or start segscope: {error}")))?;
    let summary: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if answer.status != 200 || summary.get("requests").is_none() {
        return Err(Failure::blocked(format!("{shown} is not a segscope that may be asked")));
    }
    let Some(file) = summary["recording"].as_str().map(PathBuf::from) else {
        let message =
            format!("{shown} keeps no recording (--no-record), so there is no file to read");
        return Err(Failure::wrong(message));
    };
    let Some((stem, number)) = recording::part_of(&file) else { return Ok(vec![file]) };
    let part = |number: u32| PathBuf::from(format!("{}.{number:04}.ndjson", stem.display()));
    Ok((1..=number).map(part).filter(|part| part.exists()).collect())
}

fn side(name: String, files: String, profile: TrafficProfile) -> Result<ComparedSide, Failure> {
    if profile.calls() == 0 {
        return Err(Failure::wrong(format!("{name}: there are no calls to compare")));
    }
    Ok(ComparedSide { name, files, profile })
}

fn note(problem: Option<String>) {
    if let Some(problem) = problem {
        output::note(format_args!("note: {problem}"));
    }
}
