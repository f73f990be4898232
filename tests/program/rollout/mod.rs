//! Ways in besides being the SDK's host: copies that a proxy makes, webhooks that are signed, and
//! requests that are forwarded or mirrored to the real service.

use crate::common::{DEADLINE, Http, Program, command};
use std::path::{Path, PathBuf};

mod copies;
mod faults;
mod forward;
mod mirror;
mod redaction;
mod signatures;
mod violations;

/// `tail` with these flags, a connection to it, and its recording in a folder.
fn tail(home: &Path, flags: &[&str]) -> (Program, Http, PathBuf) {
    let file = home.join("r.ndjson");
    let name = file.to_str().expect("a name");
    let args = ["tail", "--format", "quiet", "--listen", "127.0.0.1:0", "--record", name];
    let program = Program::start(home, &[&args, flags].concat());
    let http = Http::connect(&program.address).expect("it listens");
    (program, http, file)
}

/// The program, for a run that has to end by itself before the deadline.
fn ending(home: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::from_std(command(home));
    command.timeout(DEADLINE);
    command
}
