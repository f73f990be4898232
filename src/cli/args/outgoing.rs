//! The flags of the commands that send or export calls.

use super::super::send_times::SendPace;
use super::{FilesArgs, FilterArgs, JudgeArgs};
use crate::call::template::{TEMPLATES, Template};
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// A value parser that accepts any name, so that the command itself reports a wrong one, and whose help
/// lists the existing names.
#[derive(Debug, Clone, Copy)]
struct TemplateName;

impl TypedValueParser for TemplateName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |found: &'static Template| PossibleValue::new(&*found.name).help(&*found.about);
        Some(Box::new(TEMPLATES.iter().map(value)))
    }
}

/// Flags of `send`.
#[derive(Debug, Clone, Default, Args)]
pub struct SendArgs {
    /// A file of calls in any form that `check` reads; `-` is standard input
    #[arg(value_name = "FILE", conflicts_with = "template")]
    pub file: Option<PathBuf>,
    /// A built-in call: one of each type, or a good one for a vendor
    #[arg(long, value_name = "NAME", value_parser = TemplateName)]
    pub template: Option<String>,
    /// Where to send: a base URL [default: SEGSCOPE_URL, or http://127.0.0.1:7357]
    #[arg(long, value_name = "URL")]
    pub to: Option<String>,
    /// The write key to send with
    #[arg(long, value_name = "KEY")]
    pub write_key: Option<String>,
    /// Change each call before sending: a JSON pointer and a value
    #[arg(long, value_name = "/POINTER=VALUE")]
    pub set: Vec<String>,
    /// How fast: `fast`, `recorded` (as far apart as they arrived), or calls per second such as `5/s`
    #[arg(long, value_name = "PACE", default_value = "fast")]
    pub pace: SendPace,
    /// The earlier name of `--pace N/s`
    #[arg(long, value_name = "N", hide = true, conflicts_with = "pace")]
    pub rate: Option<f64>,
    /// Move the times of each call (timestamp, originalTimestamp, sentAt, receivedAt) to now
    #[arg(long)]
    pub now: bool,
    /// Send everything this many times
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub repeat: u64,
}

/// Flags of `deliver`.
///
/// Keys are the vendor's settings, such as `vendors.NAME.api_key`: taken from --setting, from the
/// variable SEGSCOPE_VENDORS_NAME_KEY, or from your own config file; `vendors.NAME.api_key_file`
/// names a file that holds the key, and `-` is standard input.
#[derive(Debug, Clone, Args)]
pub struct DeliverArgs {
    /// The calls.
    #[command(flatten)]
    pub input: FilesArgs,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Send the calls themselves, as the service passes them on, to the address at which the vendor
    /// receives them, instead of the equivalent requests
    #[arg(long)]
    pub transport: bool,
    /// Print the requests as curl lines, with variables in place of keys, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before sending
    #[arg(long)]
    pub yes: bool,
    /// Continue after a failed request
    #[arg(long)]
    pub keep_going: bool,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// The form that `export` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// One call record per line, as JSON
    Ndjson,
    /// The requests that carried the calls, as an HTTP archive
    Har,
    /// One curl line per call, which sends it again
    Curl,
    /// One line per call, for tables
    Csv,
}

/// Flags of `export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// The calls.
    #[command(flatten)]
    pub input: FilesArgs,
    /// Output format
    #[arg(long, value_enum, default_value = "ndjson")]
    pub format: ExportForm,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Include full write keys instead of masking them
    #[arg(long)]
    pub with_secrets: bool,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
}
