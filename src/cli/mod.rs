//! The commands, with one file for each. Each returns how the program ends.

pub mod args;
mod check;
mod compare;
mod config;
mod deliver;
mod demo;
mod doubts;
mod expect;
mod export;
mod failure;
mod faults;
mod filter_doubts;
mod forward;
mod generate;
mod input;
mod intercept;
mod key_input;
mod listen;
mod listener;
mod log;
mod map;
#[cfg(feature = "mcp")]
mod mcp;
mod open;
mod output;
mod plain;
mod plan;
mod run;
mod send;
mod send_times;
mod setup;
mod signals;
mod tail;
mod tls;
mod vendors;
mod verdict;

use crate::call;
use args::{Cli, Command};
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Reads the command line, runs the command, and reports how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => visible_usage(error).exit(),
    };
    // files that this program creates belong to its user alone, whatever the user's own umask is
    let umask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    if let Err(failure) = log::begin(cli.log.as_deref(), cli.command.as_ref()) {
        failure.print();
        return ExitCode::from(failure.code());
    }
    let done = match cli.command.unwrap_or(Command::Listen(cli.listen)) {
        Command::Listen(args) => listen::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Open(args) => open::run(&args),
        Command::Tail(args) => tail::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Run(args) => run::run(&args, umask),
        Command::Exec(args) => run::exec::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Send(args) => send::run(&args),
        Command::Deliver(args) => deliver::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Map(args) => map::run(&args),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => mcp::run(&args),
        Command::Tls(args) => tls::run(&args.command),
        Command::Vendors(args) => vendors::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man => generate::man(),
    };
    log::end(&done);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_reported() {
                failure.print();
            }
            ExitCode::from(failure.code())
        }
    }
}

/// Returns the error of the command line without control characters: the line is read once more with the
/// control characters of its arguments replaced.
fn visible_usage(error: clap::Error) -> clap::Error {
    let visible = |arg: OsString| call::text::visible(&arg.to_string_lossy()).into_owned();
    // only an argument that is not UTF-8 is no error in the second reading, and the message about it quotes
    // nothing
    Cli::try_parse_from(std::env::args_os().map(visible)).err().unwrap_or(error)
}
