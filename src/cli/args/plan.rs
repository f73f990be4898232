//! The flags and commands for plans of expected calls.

use super::{FilesArgs, JudgeArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// The options for expected calls.
#[derive(Debug, Clone, Default, Args)]
pub struct ExpectArgs {
    /// Expected calls: a plan file (see `segscope plan`), a tracking plan of Segment or RudderStack, a
    /// folder of JSON Schemas, or a good recording
    #[arg(long, value_name = "FILE", help_heading = "Checking")]
    pub expect: Option<PathBuf>,
}

/// Flags of `plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// The command of `plan`; `template` without one.
    #[command(subcommand)]
    pub command: Option<PlanCommand>,
}

/// The commands of `plan`.
#[derive(Debug, Clone, Subcommand)]
pub enum PlanCommand {
    /// Print the plan of a good recording: each event, with the ids that all its calls have
    Learn {
        /// Also learn what the calls contain: the types of properties, their values if there are few,
        /// and which properties are always present
        #[arg(long)]
        properties: bool,
        /// The calls.
        #[command(flatten)]
        input: FilesArgs,
        /// Judging.
        #[command(flatten)]
        judge: JudgeArgs,
    },
    /// Check files against a plan; exit with 1 if an expectation is not met
    Check {
        /// A plan file, a tracking plan (a file or a folder), or a good recording
        #[arg(value_name = "PLAN")]
        plan: PathBuf,
        /// The calls.
        #[command(flatten)]
        input: FilesArgs,
        /// Judging.
        #[command(flatten)]
        judge: JudgeArgs,
    },
    /// Print a tracking plan in the format of a plan file
    Convert {
        /// Segment's rules, the YAML folder of RudderStack's CLI, or a folder of JSON Schemas
        #[arg(value_name = "PLAN")]
        plan: PathBuf,
        /// Judging.
        #[command(flatten)]
        judge: JudgeArgs,
    },
    /// Print a commented plan to start from
    Template,
}
