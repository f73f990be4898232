//! Flags and commands, each in one place: name, help, default.

mod outgoing;

pub use outgoing::{DeliverArgs, ExportArgs, ExportForm, SendArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// See every Segment or RudderStack call the moment it arrives, and what each vendor would make
/// of it.
///
/// Without a command it listens on 127.0.0.1:7357 and draws the inspector. Point an SDK there
/// (the start screen has the line to change for each), and every call shows up with what each
/// vendor would receive; one that lacks its account_id or user_id is shown in the alarm colour,
/// with the reason and the fix.
#[derive(Debug, Parser)]
#[command(name = "segscope", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 well; 1 findings at or above --fail-on; 2 wrong use or unreadable input; 3 could not listen, record or reach."
)]
pub struct Cli {
    /// What to do; `listen` without one.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of `listen`, for when no command is given.
    #[command(flatten)]
    pub listen: ListenArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Listen and draw the inspector
    Listen(ListenArgs),
    /// The inspector fed by built-in traffic; keeps no recording
    Demo(InspectArgs),
    /// The inspector over a recording, or over NDJSON, a JSON array or a batch of calls
    Open(OpenArgs),
    /// Listen without a screen: one line a call
    Tail(TailArgs),
    /// Judge the calls of files; for CI
    Check(CheckArgs),
    /// What calls are expected: learn it from a good recording, check calls against it
    Plan(PlanArgs),
    /// Send calls from a file, standard input or a template to a listener or tracking API
    Send(SendArgs),
    /// Send the outputs of calls to the vendor itself, with your own keys; asks first
    Deliver(DeliverArgs),
    /// Write calls for other programs: NDJSON, HAR, curl lines, CSV
    Export(ExportArgs),
    /// The mapper alone: one JSON object in, one out, a line each
    Map(MapArgs),
    /// What each vendor takes
    Vendors(VendorsArgs),
    /// The settings in force and where each came from
    Config(ConfigArgs),
    /// Shell completions
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// The manual page, in troff
    Man,
}

/// Flags that say how calls are judged.
#[derive(Debug, Clone, Default, Args)]
pub struct JudgeArgs {
    /// The vendors that you feed; they decide the id columns and what counts as missing
    #[arg(long, value_name = "NAME[,NAME…]", value_delimiter = ',', help_heading = "Judging")]
    pub vendor: Vec<String>,
    /// A vendor described by a file of yours, of at most 1 MiB; may be given more than once
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub vendor_file: Vec<PathBuf>,
    /// A setting, such as vendors.NAME.KEY=VALUE; may be given more than once. For a secret write
    /// vendors.NAME.KEY_file=FILE: other users can read a command line. `-` is standard input
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Judging")]
    pub setting: Vec<String>,
    /// Use this file in place of the one in the config folder; /dev/null for none
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub config: Option<PathBuf>,
}

/// Flags of everything that listens.
#[derive(Debug, Clone, Default, Args)]
pub struct ListenerArgs {
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:7357]
    #[arg(long, value_name = "ADDR", help_heading = "Listening")]
    pub listen: Option<String>,
    /// Allow an address that other machines can reach
    #[arg(long, help_heading = "Listening")]
    pub allow_remote: bool,
    /// Let other machines ask /_segscope if they send the token of FILE, one line that only you can
    /// read, as `Authorization: Bearer TOKEN`; a FILE that is not there is created with a new token
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    pub token: Option<PathBuf>,
    /// Check X-Signature of /webhook with this shared secret, and mark what fails
    #[arg(long, value_name = "SECRET", help_heading = "Listening")]
    pub webhook_secret: Option<String>,
    /// Alert of calls for which this expression is true
    #[arg(long, value_name = "EXPR", help_heading = "Alerts")]
    pub alert: Option<String>,
    /// How: bell, notify (a notification of the terminal), or a command with its arguments, which
    /// gets the call record on its standard input [default: bell]
    #[arg(long, value_name = "HOW", help_heading = "Alerts")]
    pub alert_with: Option<String>,
    /// Append the recording to FILE [default: a new file in the state folder]
    #[arg(long, value_name = "FILE", help_heading = "Recording", conflicts_with = "no_record")]
    pub record: Option<PathBuf>,
    /// Keep the recording in a file without a name, gone with the program
    #[arg(long, help_heading = "Recording")]
    pub no_record: bool,
    /// Wait for the disk before a call is acknowledged
    #[arg(long, help_heading = "Recording")]
    pub fsync: bool,
}

/// Flags of everything that draws.
#[derive(Debug, Clone, Default, Args)]
pub struct ScreenArgs {
    /// Colours: auto, dark, light, high-contrast, or one of your own themes [default: auto]
    #[arg(long, value_name = "NAME", help_heading = "Screen")]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long, help_heading = "Screen")]
    pub ascii: bool,
    /// Lines in place of a drawn screen: calls are said in words, typed lines do what keys do
    #[arg(long, help_heading = "Screen")]
    pub plain: bool,
    /// The real tracking API, offered where a call is sent again
    #[arg(long, value_name = "URL", help_heading = "Screen")]
    pub upstream: Option<String>,
}

/// What is expected.
#[derive(Debug, Clone, Default, Args)]
pub struct ExpectArgs {
    /// Calls that are expected: a plan file (see `segscope plan`), or a good recording
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub expect: Option<PathBuf>,
}

/// Flags of everything that draws the inspector.
#[derive(Debug, Clone, Default, Args)]
pub struct InspectArgs {
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// What is expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// The screen.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// Files of calls.
#[derive(Debug, Clone, Args)]
pub struct FilesArgs {
    /// Recordings, JSON or NDJSON of calls, HAR, gzip of these, or folders; `-` is standard input
    ///
    /// Calls may also be in log lines or messages of a bus (members such as `body`, `message`,
    /// `payload`, `detail` and `data`, as JSON, as text or in base64), and in curl lines.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Which calls.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Only calls for which this expression is true
    #[arg(long, value_name = "EXPR", help_heading = "Judging")]
    pub filter: Option<String>,
}

/// Flags of `listen`.
#[derive(Debug, Clone, Default, Args)]
pub struct ListenArgs {
    /// Listening and recording.
    #[command(flatten)]
    pub listener: ListenerArgs,
    /// Judging and drawing.
    #[command(flatten)]
    pub inspect: InspectArgs,
}

/// Flags of `open`.
#[derive(Debug, Clone, Args)]
pub struct OpenArgs {
    /// Recordings, JSON or NDJSON of calls, HAR, gzip of these, or folders
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Go on with what is appended to FILE, a recording or NDJSON
    #[arg(short, long)]
    pub follow: bool,
    /// Judging and drawing.
    #[command(flatten)]
    pub inspect: InspectArgs,
}

/// How `tail` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TailFormat {
    /// A line for people
    Text,
    /// The call record, one JSON object a line
    Ndjson,
    /// Nothing but the summary
    Quiet,
}

/// Flags of `tail`.
#[derive(Debug, Clone, Default, Args)]
pub struct TailArgs {
    /// Listening and recording.
    #[command(flatten)]
    pub listener: ListenerArgs,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// What is expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// How to write [default: text on a terminal, ndjson into a pipe]
    #[arg(long, value_enum)]
    pub format: Option<TailFormat>,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// How `check` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people: each finding with its count, an example and the fix
    Text,
    /// The call record, one JSON object a line
    Ndjson,
    /// JUnit XML: a suite a vendor, a case a finding
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub's workflow commands: an annotation a finding
    Github,
    /// Tables, for the summary of a build
    Markdown,
}

/// What `check` fails on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// An id that a vendor in use misses, and any error
    Missing,
    /// Any error
    Error,
    /// Any error or warning
    Warning,
    /// Nothing
    Never,
}

/// Flags of `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// The calls.
    #[command(flatten)]
    pub input: FilesArgs,
    /// How to write
    #[arg(long, value_enum, default_value = "text")]
    pub format: CheckFormat,
    /// Exit with 1 on a finding of this kind or worse
    #[arg(long, value_enum, default_value = "error")]
    pub fail_on: FailOn,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// What is expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// Flags of `map`.
#[derive(Debug, Clone, Args)]
pub struct MapArgs {
    /// A vendor described by a file of yours; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub vendor_file: Vec<PathBuf>,
}

/// Flags of `vendors`.
#[derive(Debug, Clone, Args)]
pub struct VendorsArgs {
    /// What to show.
    #[command(subcommand)]
    pub command: Option<VendorsCommand>,
}

/// What `vendors` shows.
#[derive(Debug, Clone, Subcommand)]
pub enum VendorsCommand {
    /// The vendors there are
    List,
    /// What one vendor takes: ids, requests with each field and its source, findings, settings
    Show {
        /// The vendor's name
        name: String,
        /// Its file, if it is one of yours
        #[arg(long, value_name = "FILE")]
        vendor_file: Vec<PathBuf>,
    },
    /// A commented vendor file to begin from, or a whole one: userpilot, vitally, webhook
    Template {
        /// One that is ready to use with --vendor-file
        name: Option<String>,
    },
    /// Check a vendor file of yours
    Check {
        /// The file
        file: PathBuf,
    },
}

/// Flags of `plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// What to do; `template` without one.
    #[command(subcommand)]
    pub command: Option<PlanCommand>,
}

/// What `plan` does.
#[derive(Debug, Clone, Subcommand)]
pub enum PlanCommand {
    /// Write the plan that a good recording gives: each event, with the ids that all its calls have
    Learn {
        /// The calls.
        #[command(flatten)]
        input: FilesArgs,
        /// Judging.
        #[command(flatten)]
        judge: JudgeArgs,
    },
    /// Say how the calls of files stand to a plan; exit with 1 if an expectation is not met
    Check {
        /// A plan file, or a good recording
        #[arg(value_name = "PLAN")]
        plan: PathBuf,
        /// The calls.
        #[command(flatten)]
        input: FilesArgs,
        /// Judging.
        #[command(flatten)]
        judge: JudgeArgs,
    },
    /// A commented plan to begin from
    Template,
}

/// Flags of `config`.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// What to show
    #[arg(value_enum, default_value = "show")]
    pub command: ConfigCommand,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// What `config` shows.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ConfigCommand {
    /// The settings in force and where each came from
    Show,
    /// A commented settings file to begin from
    Template,
}
