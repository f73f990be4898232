//! Plain mode: prints a line for each call, and reads commands as lines.

use super::failure::Failure;
use super::key_input::KeyInput;
use super::listener;
use super::output;
use super::signals::Ending;
use crate::inspector::{Alerts, Inspector};
use crate::plain;
use crate::report::{expected_text, summary};
use crate::server::Listener;
use std::io::{BufRead, BufWriter, IsTerminal};

/// Runs until it is asked to end, lets open requests finish, and prints a summary.
pub fn run(
    inspector: &Inspector,
    listener: Option<Listener>,
    alerts: &Alerts,
    keys: KeyInput,
) -> Result<(), Failure> {
    let engine = inspector.engine();
    let ending = Ending::on_signals()?;
    // on a terminal the first line of plain mode has the address
    if let Some(listener) = listener.as_ref().filter(|_| !output::is_terminal()) {
        output::note(format_args!("listening on {}", listener.reach()));
    }
    // rows that were there before are not printed
    engine.settle();
    let listens = listener.is_some();
    let new = match engine.first_new() {
        Some((row, _)) if listens => row,
        _ => engine.rows(),
    };
    let mut listener = listener;
    let stop = |listener: &mut Option<Listener>| {
        if let Some(listener) = listener.take() {
            listener.stop();
            listener::settle(engine);
        }
    };
    let ends = || {
        output::ring_on_stderr(alerts);
        let asked = ending.asked();
        if asked {
            stop(&mut listener);
        }
        asked
    };
    let mut out = BufWriter::new(output::text());
    let input: Box<dyn BufRead + Send> = match in_background() {
        true => Box::new(std::io::empty()),
        false => keys.commands(),
    };
    let outcome = plain::run(inspector, new, input, &mut out, ends);
    stop(&mut listener);
    let tally = engine.overview();
    output::note_lines(&summary(&engine.stats(), &engine.vendors(), &tally));
    outcome?;
    // read again, because the log may have been cleared meanwhile
    let from = engine.first_new().filter(|_| listens).map_or(0, |(row, _)| row);
    let came: Vec<u64> = (from..engine.rows()).collect();
    let Some(expectations) = engine.expectations(Some(&came)) else { return Ok(()) };
    output::note_lines(&expected_text(&expectations, false, false));
    if expectations.all_met() { Ok(()) } else { Err(Failure::Findings) }
}

/// Returns true if standard input is a terminal and this process is in the background: a background job
/// that reads from its terminal is stopped, and the listener with it.
fn in_background() -> bool {
    let input = std::io::stdin();
    let own = rustix::process::getpgrp();
    input.is_terminal() && rustix::termios::tcgetpgrp(&input).is_ok_and(|there| there != own)
}
