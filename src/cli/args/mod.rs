//! Flags and commands: each has its name, help and default in one place.

mod compare;
mod forward;
mod intercept;
mod listener;
#[cfg(feature = "mcp")]
mod mcp;
mod outgoing;
mod plan;
mod report;
pub mod run;
mod tls;

pub use compare::{CompareArgs, CompareFormat};
pub use forward::ForwardArgs;
pub use intercept::InterceptArgs;
pub use listener::{ListenerArgs, RecordArgs};
#[cfg(feature = "mcp")]
pub use mcp::McpArgs;
pub use outgoing::{DeliverArgs, ExportArgs, ExportForm, SendArgs};
pub use plan::{ExpectArgs, PlanArgs, PlanCommand};
pub use report::ReportArgs;
pub use run::{ExecArgs, RunArgs};
pub use tls::{TlsArgs, TlsCommand, TlsCommandArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// See every Segment or RudderStack call the moment it arrives, and what each vendor would
/// receive.
///
/// Without a command, segscope listens on 127.0.0.1:7357 and opens the inspector. Point an SDK
/// there (the start screen has the line to change for each). A call that lacks its account_id or
/// user_id is red, with the reason and the fix.
#[derive(Debug, Parser)]
#[command(name = "segscope", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 success, 1 findings or unmet expectations, 2 usage error or unreadable input, 3 could not listen, record or connect; `run` passes on that of its command."
)]
pub struct Cli {
    /// The command to run; `listen` without one.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Append what segscope itself does to FILE, to report a problem; no captured data, no keys
    /// [default: SEGSCOPE_LOG]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Debugging")]
    pub log: Option<PathBuf>,
    /// Flags of `listen`, for when no command is given.
    #[command(flatten)]
    pub listen: ListenArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Listen and open the inspector
    Listen(ListenArgs),
    /// Open the inspector with built-in traffic, without a recording
    Demo(InspectArgs),
    /// Open the inspector on a recording, NDJSON, JSON, HAR, gzip or a folder of them
    #[command(
        override_usage = "segscope open [OPTIONS] <FILE>...\n       segscope open [OPTIONS] --last[=N]"
    )]
    Open(OpenArgs),
    /// Listen without a screen and print one line per call
    Tail(TailArgs),
    /// Check the calls of files, for CI
    Check(CheckArgs),
    /// Compare two releases: events, ids and properties that are lost
    Compare(CompareArgs),
    /// Run a command, then check the calls that it sent
    ///
    /// CMD gets SEGSCOPE_URL (http://127.0.0.1:PORT), SEGSCOPE_HOST (127.0.0.1:PORT) and
    /// SEGSCOPE_TOKEN in its environment; set your SDK's host to the first one. With --intercept it
    /// also gets HTTPS_PROXY, NODE_USE_ENV_PROXY, and variables that name the local CA
    /// (NODE_EXTRA_CA_CERTS) or the system's trusted certificates and the CA in one file
    /// (SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE), so that nothing of it changes. The exit
    /// code is that of CMD if it is not 0 (128 + n after signal n; 127 if there is no such command,
    /// 126 if it is not executable), and that of the check otherwise. Signals go to CMD's process
    /// group; a second one kills it.
    Run(RunArgs),
    /// Become the command of `run`
    #[command(hide = true, name = "exec-command")]
    Exec(ExecArgs),
    /// Learn, check and convert plans of expected calls
    Plan(PlanArgs),
    /// Send calls from a file, standard input or a template to a listener or tracking API
    Send(SendArgs),
    /// Send the outputs of calls to the vendor itself with your own keys, after asking
    Deliver(DeliverArgs),
    /// Export calls for other programs: NDJSON, HAR, curl or CSV
    Export(ExportArgs),
    /// Map calls without listening: one JSON line in, one out
    Map(MapArgs),
    /// Answer coding agents over the Model Context Protocol (stdio)
    ///
    /// With FILE, it answers about the calls in these files. Without, it uses the segscope that
    /// listens at SEGSCOPE_URL or on 127.0.0.1:7357; if none listens there, it listens itself and
    /// says where. It ends when its standard input does.
    #[cfg(feature = "mcp")]
    #[command(after_long_help = mcp::CLIENTS)]
    Mcp(McpArgs),
    /// Trust the local certificate authority that signs for --tls, or show where it is
    Tls(TlsCommandArgs),
    /// Show what each vendor accepts, and check vendor files
    Vendors(VendorsArgs),
    /// Show the effective settings and where each came from
    Config(ConfigArgs),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page in troff
    Man,
}

/// Flags that say how calls are judged.
#[derive(Debug, Clone, Default, Args)]
pub struct JudgeArgs {
    /// Vendors to check (default: all). Only these decide what counts as missing
    #[arg(long, value_name = "NAME[,NAME…]", value_delimiter = ',', help_heading = "Checking")]
    pub vendor: Vec<String>,
    /// Add a vendor described by this file (at most 1 MiB); may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Checking")]
    pub vendor_file: Vec<PathBuf>,
    /// Change a setting, such as vendors.NAME.KEY=VALUE; may be repeated. Other users can read a
    /// command line, so pass a secret as vendors.NAME.KEY_file=FILE (`-` for standard input)
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Checking")]
    pub setting: Vec<String>,
    /// Use this file instead of the one in the config folder; /dev/null for none
    #[arg(long, value_name = "FILE", help_heading = "Checking")]
    pub config: Option<PathBuf>,
}

/// Flags of everything that draws.
#[derive(Debug, Clone, Default, Args)]
pub struct ScreenArgs {
    /// Colors: auto, dark, light, high-contrast, or one of your own themes [default: auto]
    #[arg(long, value_name = "NAME", help_heading = "Screen")]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long, help_heading = "Screen")]
    pub ascii: bool,
    /// Print one line per call and read commands from stdin (for screen readers and dumb terminals)
    #[arg(long, help_heading = "Screen")]
    pub plain: bool,
    /// Tracking API of the real service, which `r` offers as a target
    #[arg(long, value_name = "URL", help_heading = "Screen")]
    pub upstream: Option<String>,
    /// Compare with the calls of FILE, a recording of an earlier release or a folder: coverage shows
    /// what was before
    #[arg(long, value_name = "FILE", help_heading = "Screen")]
    pub baseline: Option<PathBuf>,
    /// The filter to begin with.
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// Flags of everything that draws the inspector.
#[derive(Debug, Clone, Default, Args)]
pub struct InspectArgs {
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The options for expected calls.
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
    /// Calls may also be in log lines or message-queue messages (fields such as `body`, `message`,
    /// `payload`, `detail` and `data`, as JSON, as text or in base64), and in curl lines.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Which calls.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Only calls that match this filter
    #[arg(long, value_name = "EXPR", help_heading = "Checking")]
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
    #[arg(required_unless_present = "last", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Open the newest recording with calls in the state folder (`segscope config show` names it);
    /// with `--last=2` the one before, and so on
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "files",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    pub last: Option<u16>,
    /// Follow FILE: a recording or NDJSON that grows, a pipe, or `-` for standard input
    #[arg(short, long)]
    pub follow: bool,
    /// The recording of a pipe.
    #[command(flatten)]
    pub recording: RecordArgs,
    /// Judging and drawing.
    #[command(flatten)]
    pub inspect: InspectArgs,
}

/// How `tail` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TailFormat {
    /// One line of text per call, times in UTC
    Text,
    /// One call record per line, as JSON
    Ndjson,
    /// Only the summary
    Quiet,
}

/// Flags of `tail`.
#[derive(Debug, Clone, Default, Args)]
pub struct TailArgs {
    /// Read calls from a pipe, or from standard input (`-`), instead of listening
    #[arg(value_name = "FILE", conflicts_with_all = ["listen", "allow_remote", "token", "webhook_secret", "require_signature", "copies", "forward", "mirror", "fault", "tls", "tls_cert", "tls_key", "intercept"])]
    pub input: Option<PathBuf>,
    /// Listening and recording.
    #[command(flatten)]
    pub listener: ListenerArgs,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The options for expected calls.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// Output format [default: text on a terminal, ndjson into a pipe]
    #[arg(long, value_enum)]
    pub format: Option<TailFormat>,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// How `check` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Text: each finding with its count, an example and the fix
    Text,
    /// One call record per line, as JSON
    Ndjson,
    /// JUnit XML: a case for each finding, each expectation, and each event that passed
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands: one annotation per finding; on GitHub, at most ten of each level
    Github,
    /// Markdown tables, for the summary of a build
    Markdown,
}

/// The findings that make `check` fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A missing id at a vendor in use, or any error
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
    /// The formats and files of the reports.
    #[command(flatten)]
    pub report: ReportArgs,
    /// Exit with 1 on a finding of this kind or worse
    #[arg(long, value_enum, default_value = "error")]
    pub fail_on: FailOn,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The options for expected calls.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// Flags of `map`.
#[derive(Debug, Clone, Args)]
pub struct MapArgs {
    /// Add a vendor described by this file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub vendor_file: Vec<PathBuf>,
}

/// Flags of `vendors`.
#[derive(Debug, Clone, Args)]
pub struct VendorsArgs {
    /// The command of `vendors`; `list` without one.
    #[command(subcommand)]
    pub command: Option<VendorsCommand>,
}

/// The commands of `vendors`.
#[derive(Debug, Clone, Subcommand)]
pub enum VendorsCommand {
    /// List the vendors
    List,
    /// Show what one vendor accepts: ids, requests with each field and its source, findings, settings
    Show {
        /// The vendor's name
        name: String,
        /// The vendor's file, if it is not built in
        #[arg(long, value_name = "FILE")]
        vendor_file: Vec<PathBuf>,
    },
    /// Print a commented vendor file to start from, or a complete one: userpilot, vitally, webhook
    Template {
        /// The complete vendor file to print
        name: Option<String>,
    },
    /// Check a vendor file
    Check {
        /// The file
        file: PathBuf,
    },
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

/// The commands of `config`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ConfigCommand {
    /// Show the effective settings and where each came from
    Show,
    /// Print a commented settings file to start from
    Template,
}
