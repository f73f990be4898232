//! Shell completions and the manual page, generated from the flags.

use super::args::Cli;
use super::failure::Failure;
use super::output;
use clap::CommandFactory;
use std::io::Write;

/// Prints the completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "segscope", &mut out);
    Ok(output::raw().write_all(&out)?)
}

/// Prints the manual page.
pub fn man() -> Result<(), Failure> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut out)?;
    Ok(output::raw().write_all(&out)?)
}
