//! The reports of `check` and `run`, and whether the calls pass.

use super::args::{CheckFormat, FailOn, ReportArgs};
use super::failure::Failure;
use super::output;
use crate::engine::{Engine, Expectations, RowDetail, Tally};
use crate::findings::Severity;
use crate::inspector::Setup;
use crate::report::{
    self, Details, Escaping, EscapingWriter, FindingGroup, JunitReport, SarifPlaces, SourcePlaces,
    call_record, check_text, expected_text, finding_groups, unmet_groups,
};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The maximum number of annotations of each level that GitHub shows for a step.
const MAX_ANNOTATIONS: usize = 10;
/// The maximum size of a step summary on GitHub. The text of other commands of the step counts too.
const MAX_SUMMARY_BYTES: usize = 1 << 20;

/// The calls that were judged, with the options of the check.
pub struct CheckedCalls<'j> {
    pub setup: &'j Setup,
    pub tally: &'j Tally,
    pub expectations: Option<Expectations>,
    pub details: Details<'j>,
    /// The source of call records and of the counts of events, with the rows. None if no report needs them.
    pub calls: Option<(&'j Engine, &'j [u64])>,
    /// A problem of reading the calls.
    pub problem: Option<String>,
    pub fail_on: FailOn,
    /// True if a filter selects the calls.
    pub is_filtered: bool,
    /// The file that was judged, if it is a single one that has a name.
    pub file: Option<&'j str>,
}

/// The requested reports, with their files open.
pub struct Reports {
    list: Vec<Report>,
    /// The folder of the app's source, in which SARIF shows places.
    source_root: Option<PathBuf>,
    /// True if the findings beyond the annotations are in the summary of the step on GitHub.
    has_summary: bool,
}

struct Report {
    format: CheckFormat,
    target: Target,
    /// True if it is limited to what GitHub accepts, such as [`MAX_ANNOTATIONS`] of each level.
    is_limited: bool,
}

enum Target {
    Stdout,
    File(PathBuf, File),
}

/// Creates the files of the reports first, so that an error is reported at once.
pub fn open(args: &ReportArgs) -> Result<Reports, Failure> {
    let source_root = args.source_root.clone();
    if let Some(root) = source_root.as_ref().filter(|root| !root.is_dir()) {
        return Err(Failure::wrong(format!("--source-root {}: not a folder", root.display())));
    }
    let mut list = Vec::new();
    for (format, file) in &args.reports {
        let target = match file {
            None => Target::Stdout,
            Some(path) => {
                let file = File::create(path).map_err(|error| cannot_write(path, &error))?;
                Target::File(path.clone(), file)
            }
        };
        list.push(Report { format: *format, target, is_limited: false });
    }
    Ok(Reports { list, source_root, has_summary: false })
}

impl Reports {
    /// Adapts the reports if the program runs on GitHub: limits the annotations to those that GitHub shows,
    /// and adds the summary of the step, which has all findings. With `adds_annotations` there are
    /// annotations even without `--format github`.
    pub fn adapt_to_github(&mut self, adds_annotations: bool) {
        let is_github = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let is_annotations = |report: &Report| report.format == CheckFormat::Github;
        let has_annotations = self.list.iter().any(is_annotations);
        if !is_github || !(has_annotations || adds_annotations) {
            return;
        }
        if !has_annotations {
            let (format, target) = (CheckFormat::Github, Target::Stdout);
            self.list.push(Report { format, target, is_limited: true });
        }
        let is_shown = |report: &&mut Report| {
            is_annotations(report) && matches!(report.target, Target::Stdout)
        };
        self.list.iter_mut().filter(is_shown).for_each(|report| report.is_limited = true);
        let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) else { return };
        match OpenOptions::new().append(true).create(true).open(&path) {
            Ok(file) => {
                let (format, target) = (CheckFormat::Markdown, Target::File(path, file));
                self.list.push(Report { format, target, is_limited: true });
                self.has_summary = true;
            }
            // the verdict does not depend on the summary
            Err(error) => output::note(format_args!("segscope: {}", cannot_write(&path, &error))),
        }
    }

    /// Finds the names of events in the app's source.
    fn source_places(&self, groups: &[FindingGroup]) -> Result<Option<SourcePlaces>, Failure> {
        let Some(root) = &self.source_root else { return Ok(None) };
        let names = groups.iter().filter_map(|group| group.event_name.as_deref());
        let places = SourcePlaces::find(root, names);
        let places = places.map_err(|error| {
            Failure::wrong(format!("--source-root {}: {error}", root.display()))
        })?;
        if places.is_cut {
            let root = root.display();
            output::note(format_args!(
                "segscope: --source-root {root}: it has more source files than are read; the rest is passed over"
            ));
        }
        Ok(Some(places))
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::blocked(format!("could not write {}: {error}", path.display()))
}

/// Writes the reports. Fails if there are findings that `--fail-on` names, or unmet expectations.
pub fn report(judged: CheckedCalls<'_>, reports: Reports) -> Result<(), Failure> {
    let CheckedCalls { setup, tally, fail_on, .. } = judged;
    let mut groups =
        finding_groups(&setup.vendors, tally, judged.details).map_err(Failure::wrong)?;
    for group in &mut groups {
        group.fails = fails(fail_on, group);
    }
    // a recording with requests and no call must not pass
    let empty = !tally.no_calls.is_empty() && tally.calls + tally.repeats == 0;
    let empty = empty && fail_on != FailOn::Never && !judged.is_filtered;
    let failed = empty || groups.iter().any(|group| group.fails);
    let expectations = judged.expectations.as_ref();
    let unmet = expectations.is_some_and(|expectations| !expectations.all_met());
    let mut outcome = outcome(fail_on, failed);
    if empty {
        let requests = report::plural(tally.no_calls.len() as u64, "request");
        outcome.push_str(&format!("; {requests} without an accepted call"));
        output::note(format_args!("segscope: {requests} arrived, and no call was accepted"));
    }
    if let Some(expectations) = expectations {
        let word = if unmet { "failed" } else { "passed" };
        outcome.push_str(&format!("; {}: {word}", expectations.line()));
    }
    // the text and JUnit formats report expectations in their own way
    let found = groups.len();
    groups.extend(expectations.map(unmet_groups).into_iter().flatten());
    let context = ReportContext {
        source_places: reports.source_places(&groups)?,
        has_summary: reports.has_summary,
        outcome,
    };
    let mut done = Ok(());
    for report in reports.list {
        let groups = match report.format {
            CheckFormat::Text | CheckFormat::Junit => &groups[..found],
            _ => &groups[..],
        };
        // the other reports are written even if one cannot be
        done = done.and(report.write(&judged, groups, &context));
    }
    done?;
    if let Some(problem) = judged.problem {
        return Err(Failure::wrong(problem));
    }
    if failed || unmet { Err(Failure::Findings) } else { Ok(()) }
}

/// The content of reports besides the findings.
struct ReportContext {
    source_places: Option<SourcePlaces>,
    has_summary: bool,
    outcome: String,
}

impl Report {
    fn write(
        self,
        judged: &CheckedCalls<'_>,
        groups: &[FindingGroup],
        context: &ReportContext,
    ) -> Result<(), Failure> {
        let escaping = match self.format {
            CheckFormat::Ndjson | CheckFormat::Sarif => Escaping::Json,
            CheckFormat::Junit => Escaping::Xml,
            CheckFormat::Text | CheckFormat::Github | CheckFormat::Markdown => {
                let color = matches!(self.target, Target::Stdout) && output::has_color();
                Escaping::Text { color }
            }
        };
        let text = self.text(judged, groups, context, escaping == Escaping::Text { color: true });
        let write = |out: &mut dyn Write| -> Result<(), Failure> {
            if self.format == CheckFormat::Ndjson
                && let Some((engine, rows)) = judged.calls
            {
                records(out, engine, rows)?;
            }
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        };
        match self.target {
            Target::Stdout => write(&mut BufWriter::new(output::escaped(escaping))),
            Target::File(path, file) => {
                let written = write(&mut BufWriter::new(EscapingWriter::new(file, escaping)));
                written.map_err(|failure| match failure {
                    Failure::Output(error) => cannot_write(&path, &error),
                    failure => failure,
                })
            }
        }
    }

    fn text(
        &self,
        judged: &CheckedCalls<'_>,
        groups: &[FindingGroup],
        context: &ReportContext,
        color: bool,
    ) -> String {
        let outcome = &*context.outcome;
        let CheckedCalls { setup, tally, expectations, .. } = judged;
        let vendors = &*setup.vendors;
        match self.format {
            CheckFormat::Text => {
                let text = expectations.as_ref().map(|all| expected_text(all, false, color));
                let report = check_text(vendors, tally, groups, (text.as_deref(), outcome), color);
                format!("{}{report}", vendors_line(setup))
            }
            CheckFormat::Ndjson => {
                // the report contains only call records
                if let Some(expectations) = expectations {
                    output::note_lines(&expected_text(expectations, false, false));
                }
                String::new()
            }
            CheckFormat::Junit => {
                let events = judged.calls.map(|(engine, rows)| engine.coverage_of_rows(rows));
                report::junit(&JunitReport {
                    findings: groups,
                    shown: &setup.in_use.shown(),
                    vendors,
                    expectations: expectations.as_ref(),
                    events: events.as_ref(),
                })
            }
            CheckFormat::Sarif => {
                let source = context.source_places.as_ref();
                report::sarif(groups, SarifPlaces { file: judged.file, source })
            }
            CheckFormat::Github if self.is_limited => {
                let notice = vendors_notice(setup);
                let kept = first_of_each_level(groups, !notice.is_empty());
                let rest = rest_line(groups.len() - kept.len(), context.has_summary);
                format!("{notice}{}{rest}", report::github(&kept))
            }
            CheckFormat::Github => report::github(groups),
            CheckFormat::Markdown => {
                let report = report::markdown(vendors, tally, groups, outcome);
                let report = format!("{}{report}", vendors_line(setup));
                if self.is_limited { cut_summary(report) } else { report }
            }
        }
    }
}

/// Returns the groups that GitHub shows as annotations: the first ones of each level. `has_notice` says
/// that there is another notice.
fn first_of_each_level(groups: &[FindingGroup], has_notice: bool) -> Vec<FindingGroup> {
    let mut counts = [0; 3];
    counts[Severity::Info as usize] = usize::from(has_notice);
    let mut is_shown = |group: &&FindingGroup| {
        let count = &mut counts[group.severity as usize];
        *count += 1;
        *count <= MAX_ANNOTATIONS
    };
    groups.iter().filter(|group| is_shown(group)).cloned().collect()
}

/// Returns a line that says where the findings beyond the annotations are; empty if there are none.
fn rest_line(count: usize, has_summary: bool) -> String {
    let findings = report::plural(count as u64, "more finding");
    match (count, has_summary) {
        (0, _) => String::new(),
        (_, true) => format!("{findings} in the summary of this step\n"),
        (_, false) => format!(
            "{findings} not shown: GitHub shows {MAX_ANNOTATIONS} annotations of each level; --format markdown --output FILE has all\n"
        ),
    }
}

/// Cuts a summary at the end of a line if GitHub would refuse it because of its size.
fn cut_summary(mut text: String) -> String {
    const CUT: &str = "\n\nThe rest is cut off: GitHub accepts at most 1 MiB.\n";
    if text.len() > MAX_SUMMARY_BYTES {
        let room = text.floor_char_boundary(MAX_SUMMARY_BYTES - CUT.len());
        text.truncate(text[..room].rfind('\n').unwrap_or(room));
        text.push_str(CUT);
    }
    text
}

/// Writes the call records of rows.
fn records(out: &mut dyn Write, engine: &Engine, rows: &[u64]) -> Result<(), Failure> {
    let shown = engine.in_use().shown();
    for row in rows {
        if let Some(RowDetail::Call(call)) = engine.detail(*row).map_err(Failure::wrong)? {
            writeln!(out, "{}", call_record(&call, &engine.vendors(), &shown))?;
        }
    }
    Ok(())
}

/// Returns a line that says that all vendors are checked and how to choose; empty if the user chose.
fn vendors_line(setup: &Setup) -> String {
    let line = |line| format!("{line}\n\n");
    all_vendors(setup).map_or_else(String::new, line)
}

/// Returns the line of `vendors_line` as a GitHub annotation.
fn vendors_notice(setup: &Setup) -> String {
    let notice = |line| format!("::notice title=No vendors are chosen::{line}\n");
    all_vendors(setup).map_or_else(String::new, notice)
}

fn all_vendors(setup: &Setup) -> Option<String> {
    if setup.in_use.chosen_vendors().is_some() {
        return None;
    }
    let names: Vec<&str> = setup.vendors.names().collect();
    Some(format!(
        "Checking all {} vendors, each call for those that its service feeds. Choose yours with --vendor {} or vendors = [\"{}\"] in segscope.toml.",
        names.len(),
        names[0],
        names[0]
    ))
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
