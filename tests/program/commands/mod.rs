//! The commands as a user runs them: what they print, where, and how they end.

mod check;
mod compare;
mod counts;
mod deliver;
mod documents;
mod errors;
mod export;
mod flush;
mod formats;
mod hostile;
mod keys;
mod log;
mod lost_output;
mod own_paths;
mod own_secrets;
mod plan;
mod plan_properties;
mod secrets;
mod send;
mod special_files;
mod streams;
mod sync;
mod themes;
mod token;
mod vendor_file;
mod watch;

use assert_cmd::assert::Assert;
use std::path::Path;

/// The program with a home of its own and no settings but those of the arguments.
fn segscope(home: &Path, args: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::from_std(crate::common::command(home));
    command.args(args).timeout(crate::common::DEADLINE);
    command
}

/// Returns the stdout of an ended program.
fn stdout(done: &Assert) -> String {
    String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8")
}

fn stderr(done: &Assert) -> String {
    String::from_utf8(done.get_output().stderr.clone()).expect("UTF-8")
}
