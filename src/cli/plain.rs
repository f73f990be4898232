//! The inspector in lines: what comes is said, what is typed is done.

use super::alert::{self, Alarm};
use super::failure::Failure;
use super::feed::PipelineFeed;
use super::signals::Ending;
use crate::listener::Listener;
use crate::pipeline::Pipeline;
use crate::plain;
use crate::report::{expected_text, summary};
use std::io::{BufReader, BufWriter};
use std::sync::Arc;

/// Goes on until it is asked to end, lets open requests finish, and sums up.
pub fn run(
    feed: &PipelineFeed,
    pipeline: &Arc<Pipeline>,
    listener: Option<Listener>,
    alarm: &Alarm,
) -> Result<(), Failure> {
    let ending = Ending::on_signals()?;
    // what was there before is no news
    pipeline.settle();
    let from = if listener.is_some() { pipeline.rows() } else { 0 };
    if let Some(listener) = &listener {
        eprintln!("listening on {}", listener.url());
    }
    let mut listener = listener;
    let stop = |listener: &mut Option<Listener>| {
        if let Some(listener) = listener.take() {
            listener.stop();
            pipeline.settle();
        }
    };
    let ends = || {
        alert::ring_on_stderr(alarm);
        let asked = ending.asked();
        if asked {
            stop(&mut listener);
        }
        asked
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let said = plain::run(feed, BufReader::new(std::io::stdin()), &mut out, ends);
    stop(&mut listener);
    eprint!(
        "{}",
        summary(&pipeline.stats(), &pipeline.vendors(), &pipeline.in_use(), &pipeline.verdicts())
    );
    said?;
    let came: Vec<u64> = (from..pipeline.rows()).collect();
    let Some(expectations) = pipeline.expectations(Some(&came)) else { return Ok(()) };
    eprint!("{}", expected_text(&expectations, false, false));
    if expectations.all_met() { Ok(()) } else { Err(Failure::Findings) }
}
