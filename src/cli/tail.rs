//! `segscope tail`: listens without a screen and prints one line per call.

use super::args::{TailArgs, TailFormat};
use super::doubts;
use super::failure::Failure;
use super::listener;
use super::output;
use super::setup;
use super::signals::Ending;
use crate::call::Seq;
use crate::engine::{Engine, Expectations, RangeFilter, RowDetail, is_given_up_notice};
use crate::inspector;
use crate::report::{call_line, call_record, expected_text, plural, summary};
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

/// The interval at which the command checks for new rows.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// The maximum number of rows that are written before a flush.
const MAX_FLUSH_ROWS: u64 = 256;

/// Listens and prints until it is asked to end.
pub fn run(args: &TailArgs) -> Result<(), Failure> {
    let format = args.format.unwrap_or(match output::is_terminal() {
        true => TailFormat::Text,
        false => TailFormat::Ndjson,
    });
    follow(args, format)
}

fn follow(args: &TailArgs, format: TailFormat) -> Result<(), Failure> {
    let ending = Ending::on_signals()?;
    let setup = setup::load(&args.judge, args.listener.flags())?;
    let filter = args.filter.read(&setup.vendors)?;
    let setup = args.expect.apply(setup)?;
    let (mut recording, notice) = setup.recording(true)?;
    if let Some(input) = &args.input {
        recording.add_stream(input)?;
    }
    let engine = match args.input {
        Some(_) => setup.engine(recording)?,
        None => setup.live_engine(recording)?,
    };
    // lines are printed only for calls that arrive from now on
    let (from, first) = match args.input {
        Some(_) => first_new(&engine),
        None => {
            engine.settle();
            // read before the listener starts, or else the first calls could count as old ones
            (engine.rows(), Seq(engine.seq_before(engine.rows()) + 1))
        }
    };
    let clears = engine.clears();
    let (alerts, alerting) = inspector::watch_alerts(&setup, &engine).map_err(Failure::blocked)?;
    let listener = match args.input {
        Some(_) => None,
        None => Some(listener::start(&setup, &engine, false)?),
    };
    if let Some(notice) = notice {
        engine.notice(notice);
    }
    let problem = engine.stats().problem;
    if let Some(problem) = &problem {
        output::note(format_args!("segscope: {problem}"));
    }
    match &listener {
        Some(listener) => output::note(format_args!("listening on {}", listener.reach())),
        None => {
            let input = engine.stats().opened.map(|opened| opened.path).unwrap_or_default();
            output::note(format_args!("reading {}", input.display()));
        }
    }
    let mut listener = listener;
    let out = match format {
        TailFormat::Ndjson => output::json(),
        TailFormat::Text | TailFormat::Quiet => output::text(),
    };
    let mut writer = RecordWriter {
        engine: &engine,
        format,
        color: output::has_color(),
        filter: (!filter.is_all()).then(|| RangeFilter::new(filter.clone())),
        passed: 0,
        from,
        next: from,
        clears,
        base: engine.base(),
        first,
        next_seq: first,
        last_notice: problem,
        given_up: 0,
        unread: None,
        out: BufWriter::new(out),
    };
    let mut seen = 0;
    let written = loop {
        // read first, so that what arrived before the end is still written
        let last = ending.asked() || engine.input_is_over();
        if last {
            if let Some(listener) = listener.take() {
                listener.stop();
            }
            listener::settle(&engine);
        }
        output::ring_on_stderr(&alerts);
        let version = engine.version();
        if version != seen || last {
            seen = version;
            if let Err(failure) = writer.catch_up() {
                break Err(failure);
            }
        }
        if last {
            break Ok(());
        }
        std::thread::sleep(POLL_INTERVAL);
    };
    let expectations = writer.expectations();
    let (nothing, rows) = (writer.nothing_passed(), writer.from..writer.next);
    let (filtered, unread) = (writer.filtered_words(), writer.unread.take());
    drop(writer);
    if nothing {
        doubts::tell(&filter, &engine, rows).map_err(Failure::wrong)?;
    }
    filtered.into_iter().for_each(output::note);
    let tally = engine.overview();
    output::note_lines(&summary(&engine.stats(), &engine.vendors(), &tally));
    drop(alerting);
    output::ring_on_stderr(&alerts);
    let counted = alerts.counted();
    if counted.dropped > 0 {
        let failed = counted.failed.map_or(String::new(), |error| format!(": {error}"));
        let calls = plural(counted.dropped, "call");
        output::note(format_args!("segscope: {calls} without an alert{failed}"));
    }
    written?;
    if let Some((calls, error)) = unread {
        let calls = plural(calls, "call");
        return Err(Failure::wrong(format!(
            "{calls} not printed: the recording cannot be read: {error}"
        )));
    }
    if args.input.is_some()
        && engine.rows() == from
        && let Some(error) = engine.wrong()
    {
        return Err(Failure::wrong(error));
    }
    let Some(expectations) = expectations? else { return Ok(()) };
    output::note_lines(&expected_text(&expectations, false, false));
    if expectations.all_met() { Ok(()) } else { Err(Failure::Findings) }
}

/// Waits until recorded calls are read. Returns the row and the number of the first call after them.
fn first_new(engine: &Engine) -> (u64, Seq) {
    loop {
        if let Some(first) = engine.first_new() {
            return first;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

struct RecordWriter<'p, W: Write> {
    engine: &'p Arc<Engine>,
    format: TailFormat,
    color: bool,
    /// None lets all rows pass.
    filter: Option<RangeFilter>,
    /// The number of calls so far that passed.
    passed: u64,
    /// The first row that arrived while this ran.
    from: u64,
    /// The next row to write.
    next: u64,
    /// The number of clears: each moves rows to other places.
    clears: u64,
    /// The number of calls before the last clear of everything.
    base: u64,
    /// The first call that arrived while this ran, and the next one to write.
    first: Seq,
    next_seq: Seq,
    /// The notice that was printed last.
    last_notice: Option<String>,
    /// The number of requests that the mirror gave up and that were printed.
    given_up: u64,
    /// The number of calls that could not be read, and so not printed, and the first error.
    unread: Option<(u64, String)>,
    out: W,
}

impl<W: Write> RecordWriter<'_, W> {
    /// Returns the expectations, counted over the calls that arrived and pass the filter; none without a
    /// plan.
    fn expectations(&mut self) -> Result<Option<Expectations>, Failure> {
        let rows = self.from..self.next;
        let rows = match &mut self.filter {
            Some(filter) => filter.calls(self.engine, rows).map_err(Failure::wrong)?,
            None => rows.collect(),
        };
        Ok(self.engine.expectations(Some(&rows)))
    }

    /// Returns the sentence that says how many calls passed the filter, because the summary counts all.
    fn filtered_words(&self) -> Option<String> {
        self.filter.as_ref()?;
        Some(match self.format {
            TailFormat::Quiet => {
                "--filter selects the calls that are printed, and none are with --format quiet; the counts are those of all calls".to_owned()
            }
            _ => {
                let passed = plural(self.passed, "call");
                format!("{passed} passed --filter; the counts are those of all calls")
            }
        })
    }

    /// Returns true if there is a filter that no call has passed; false for `quiet`, which applies no filter
    /// to the rows.
    fn nothing_passed(&self) -> bool {
        self.filter.is_some() && self.passed == 0 && self.format != TailFormat::Quiet
    }

    fn catch_up(&mut self) -> Result<(), Failure> {
        let problem = self.engine.stats().problem;
        let is_new =
            |now: &&String| self.last_notice.as_ref() != Some(*now) && !is_given_up_notice(now);
        if let Some(problem) = problem.as_ref().filter(is_new) {
            output::note(format_args!("segscope: {problem}"));
        }
        self.last_notice = problem;
        let (given_up, seen) = self.engine.given_up_lines(self.given_up);
        self.given_up = seen;
        for line in given_up {
            output::note(format_args!("segscope: {line}"));
        }
        loop {
            let clears = self.engine.clears();
            if clears != self.clears {
                self.clears = clears;
                let base = self.engine.base();
                (self.from, self.next) = match base == self.base {
                    // everything was cleared
                    false => (0, 0),
                    // only the calls of one test were cleared
                    true => (self.engine.row_of(self.first), self.engine.row_of(self.next_seq)),
                };
                self.base = base;
            }
            let rows = self.engine.rows();
            if self.next >= rows {
                return Ok(());
            }
            let end = rows.min(self.next + MAX_FLUSH_ROWS);
            if self.format != TailFormat::Quiet {
                self.write(self.next, end)?;
                self.out.flush()?;
            }
            self.next = end;
            self.next_seq = Seq(self.engine.seq_before(end) + 1);
        }
    }

    fn write(&mut self, from: u64, to: u64) -> Result<(), Failure> {
        let vendors = self.engine.vendors();
        let shown = self.engine.in_use().shown();
        if self.format == TailFormat::Text && self.filter.is_none() {
            for row in self.engine.window(from..to) {
                writeln!(self.out, "{}", call_line(&row, &vendors, self.color))?;
            }
            return Ok(());
        }
        let pass = match &mut self.filter {
            Some(filter) => {
                let pass = filter.calls(self.engine, from..to).map_err(Failure::wrong)?;
                self.passed += pass.len() as u64;
                Some(pass)
            }
            None => None,
        };
        let passes = |row: &u64| {
            let passes = pass.as_ref().is_none_or(|pass| pass.binary_search(row).is_ok());
            // a request without a call is noted on standard error
            passes || self.engine.is_no_call(*row)
        };
        let rows: Vec<u64> = (from..to).filter(passes).collect();
        for (row, detail) in rows.iter().zip(self.engine.details_of(rows.iter().copied())) {
            match detail {
                Ok(RowDetail::Call(call)) => match self.format {
                    TailFormat::Ndjson => {
                        writeln!(self.out, "{}", call_record(&call, &vendors, &shown))?
                    }
                    _ => {
                        for row in self.engine.window(*row..row + 1) {
                            writeln!(self.out, "{}", call_line(&row, &vendors, self.color))?;
                        }
                    }
                },
                Ok(RowDetail::NoCall(_)) => {
                    for row in self.engine.window(*row..row + 1) {
                        output::note(call_line(&row, &vendors, false));
                    }
                }
                Err(error) => match &mut self.unread {
                    Some((calls, _)) => *calls += 1,
                    None => {
                        output::note(format_args!(
                            "segscope: the recording cannot be read: {error}"
                        ));
                        self.unread = Some((1, error));
                    }
                },
            }
        }
        Ok(())
    }
}
