//! Ways in besides being the SDK's host: copies that a proxy makes, webhooks that are signed, and
//! requests that are forwarded or mirrored to the real service.

use crate::common::{DEADLINE, command};
use std::path::Path;

mod copies;
mod faults;
mod forward;
mod mirror;
mod redaction;
mod signatures;
mod violations;

/// The program, for a run that has to end by itself before the deadline.
fn ending(home: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::from_std(command(home));
    command.timeout(DEADLINE);
    command
}
