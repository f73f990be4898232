//! The flags of `compare`.

use super::JudgeArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How `compare` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// Text: what is lost, other differences, and a table of the events
    Text,
    /// Markdown tables, for the summary of a build
    Markdown,
    /// One JSON object per line: the sides, the events, the differences
    Ndjson,
}

/// Flags of `compare`.
#[derive(Debug, Clone, Args)]
pub struct CompareArgs {
    /// The traffic before and after: recordings, JSON or NDJSON of calls, HAR, gzip of these, or
    /// folders. With --before and --after: files from which both sides are taken [default: the
    /// recording of the segscope that listens at SEGSCOPE_URL or on 127.0.0.1:7357]
    #[arg(required_unless_present = "before", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Take the calls that match this filter as the side before
    #[arg(long, value_name = "EXPR", requires = "after")]
    pub before: Option<String>,
    /// Take the calls that match this filter as the side after
    #[arg(long, value_name = "EXPR", requires = "before")]
    pub after: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    pub format: CompareFormat,
    /// List the differences that may be chance, too, and those with too few calls
    #[arg(long)]
    pub all: bool,
    /// Exit with 1 if something is surely lost: an event, an id, a property, calls that a vendor
    /// received, or a property's type
    #[arg(long)]
    pub fail_on_loss: bool,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
}
