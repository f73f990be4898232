//! `--format` and `--output`, which may be repeated: a file holds the report of the format before it.

use super::CheckFormat;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::path::PathBuf;

/// The reports that are asked for.
#[derive(Debug, Clone)]
pub struct ReportArgs {
    /// Each format with its file; without one it goes to standard output, where exactly one goes.
    pub reports: Vec<(CheckFormat, Option<PathBuf>)>,
    /// The folder of the app's source, in which SARIF shows places.
    pub source_root: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
struct Flags {
    /// Output format; may be given more than once, each with its own --output [default: text]
    #[arg(long, value_enum)]
    format: Vec<CheckFormat>,
    /// Write the report of the --format before it to FILE. Where every report has a FILE, text is
    /// printed too
    #[arg(long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// The folder of the app's source: SARIF shows where the name of an event occurs in it, as a guess
    #[arg(long, value_name = "DIR")]
    source_root: Option<PathBuf>,
}

impl ReportArgs {
    /// Returns true if a report has this format.
    pub fn has(&self, format: CheckFormat) -> bool {
        self.reports.iter().any(|(other, _)| *other == format)
    }

    /// Pairs formats with files by where they stand on the command line.
    fn paired(
        formats: Vec<(usize, CheckFormat)>,
        outputs: Vec<(usize, PathBuf)>,
    ) -> Result<ReportArgs, String> {
        let mut reports: Vec<(CheckFormat, Option<PathBuf>)> = Vec::new();
        let mut outputs = outputs.into_iter().peekable();
        // a file before any format is the file of the text report
        if let Some((at, _)) = outputs.peek()
            && formats.first().is_none_or(|(first, _)| at < first)
        {
            reports.push((CheckFormat::Text, outputs.next().map(|(_, file)| file)));
        }
        let ends = formats.iter().skip(1).map(|(at, _)| *at).chain([usize::MAX]);
        for ((_, format), end) in formats.iter().zip(ends) {
            let file = outputs.next_if(|(at, _)| *at < end).map(|(_, file)| file);
            reports.push((*format, file));
            if let Some((_, file)) = outputs.next_if(|(at, _)| *at < end) {
                return Err(format!(
                    "--output {} has no --format before it that is its own",
                    file.display()
                ));
            }
        }
        if let Some((_, file)) = outputs.next() {
            return Err(format!(
                "--output {} has no --format before it that is its own",
                file.display()
            ));
        }
        for (nth, (_, file)) in reports.iter().enumerate() {
            let is_same = |(_, other): &(CheckFormat, Option<PathBuf>)| other == file;
            if file.is_some() && reports[..nth].iter().any(is_same) {
                let file = file.as_deref().map(|file| file.display().to_string());
                return Err(format!("two reports go to {}", file.unwrap_or_default()));
            }
        }
        match reports.iter().filter(|(_, file)| file.is_none()).count() {
            0 => reports.insert(0, (CheckFormat::Text, None)),
            1 => {}
            _ => return Err(
                "more than one report goes to standard output; give the others an --output FILE"
                    .to_owned(),
            ),
        }
        Ok(ReportArgs { reports, source_root: None })
    }
}

impl FromArgMatches for ReportArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<ReportArgs, clap::Error> {
        let Flags { format, output, source_root } = Flags::from_arg_matches(matches)?;
        let places = |name: &str| matches.indices_of(name).into_iter().flatten();
        let formats = places("format").zip(format).collect();
        let outputs = places("output").zip(output).collect();
        let conflict =
            |message| clap::Error::raw(ErrorKind::ArgumentConflict, format!("{message}\n"));
        let paired = ReportArgs::paired(formats, outputs).map_err(conflict)?;
        let args = ReportArgs { source_root, ..paired };
        if args.source_root.is_some() && !args.has(CheckFormat::Sarif) {
            return Err(conflict("--source-root needs --format sarif".to_owned()));
        }
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = ReportArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ReportArgs {
    fn augment_args(command: Command) -> Command {
        Flags::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Flags::augment_args_for_update(command)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, Command};
    use clap::Parser;

    fn reports(args: &str) -> Result<String, String> {
        let args = ["segscope", "check", "f"].into_iter().chain(args.split_whitespace());
        let cli = Cli::try_parse_from(args).map_err(|error| error.to_string())?;
        let Some(Command::Check(check)) = cli.command else { panic!("check") };
        let words = check.report.reports.iter().map(|(format, file)| {
            let file = file.as_ref().map_or("-".to_owned(), |file| file.display().to_string());
            format!("{format:?} {file}")
        });
        Ok(words.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn a_file_holds_the_report_of_the_format_before_it() {
        for (args, want) in [
            ("", "Text -"),
            ("--format junit", "Junit -"),
            ("--output a", "Text -, Text a"),
            ("--format junit --output a", "Text -, Junit a"),
            ("--format junit --format sarif --output a", "Junit -, Sarif a"),
            ("--format junit --output a --format sarif", "Junit a, Sarif -"),
            ("--output t --format junit --output a", "Text -, Text t, Junit a"),
            (
                "--format text --format junit --output a --format sarif --output b",
                "Text -, Junit a, Sarif b",
            ),
        ] {
            assert_eq!(reports(args).as_deref(), Ok(want), "{args}");
        }
    }

    #[test]
    fn reports_without_a_place_of_their_own_are_refused() {
        for (args, says) in [
            ("--format junit --format sarif", "more than one report goes to standard output"),
            ("--output a --output b", "--output b has no --format before it"),
            ("--format junit --output a --output b", "--output b has no --format before it"),
            ("--format junit --output a --format sarif --output a", "two reports go to a"),
            ("--format xml", "invalid value 'xml'"),
            ("--source-root .", "--source-root needs --format sarif"),
        ] {
            let error = reports(args).expect_err(args);
            assert!(error.contains(says), "{args}: {error}");
        }
    }
}
