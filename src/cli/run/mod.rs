//! `segscope run`: runs a command, and then checks the calls that it sent.

mod child;
pub mod exec;
mod leftovers;
mod program;
mod proxy;
mod sent;
mod terminal;

use super::args::RunArgs;
use super::args::run::MAX_GRACE;
use super::failure::Failure;
use super::setup;
use super::signals::Ending;
use super::verdict::{self, CheckedCalls};
use super::{intercept, listener, output};
use crate::engine::Engine;
use crate::inspector::Setup;
use crate::report::{plural, plural_of};
use crate::server::{ApiToken, Listen, Listener};
use child::Child;
use rustix::fs::Mode;
use sent::Start;
use std::path::Path;
use std::time::{Duration, Instant};

/// The interval at which `run` checks whether something arrived.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Runs the command and checks its calls. `umask` is the umask of the command.
pub fn run(args: &RunArgs, umask: Mode) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, args.listener().flags())?;
    let filter = args.filter.read(&setup.vendors)?;
    let setup = args.expect.apply(setup)?;
    program::check(&args.command[0], std::env::var_os("PATH").as_deref())?;
    let mut reports = verdict::open(&args.report)?;
    reports.adapt_to_github(true);
    let (recording, notice) = setup.recording(true)?;
    let engine = setup.engine(recording)?;
    // calls that an appended recording contained before are not CMD's
    engine.settle();
    let start = Start::new(&engine);
    let (token, token_text) = token(&setup)?;
    // only with the flags: the settings are for listeners that are started by hand
    let flags = &args.intercept;
    let intercept = match flags.intercept || !flags.intercept_host.is_empty() {
        true => intercept::options(&setup, output::note)?,
        false => None,
    };
    let is_proxy = intercept.is_some();
    let listener = listener::start_with_token(&setup, &engine, token, intercept)?;
    let mut variables = variables(&listener, token_text);
    let proxy = match is_proxy {
        true => Some(proxy::variables(&listener.url())?),
        false => None,
    };
    variables.extend(proxy.iter().flat_map(|proxy| proxy.variables.iter().cloned()));
    if let Some(notice) = notice {
        engine.notice(notice);
    }
    let reported = engine.stats().problem;
    reported.iter().for_each(|problem| output::note(format_args!("segscope: {problem}")));
    output::note(format_args!("segscope: listening on {}", listener.reach()));

    leftovers::adopt();
    let mut child = Child::start(&args.command, &variables, umask)?;
    tracing::info!("the command was started");
    let ended = child.wait();
    tracing::info!(code = ended.code, was_asked = ended.was_asked, "the command ended");
    let ending = Ending::on_signals()?;
    if !ended.was_asked {
        wait_until_quiet(&engine, args.grace, &ending);
    }
    let left = leftovers::end(child.group());
    if left > 0 {
        tracing::info!(processes = left, "ended what the command left running");
        let them = plural_of(left as u64, "process", "processes");
        output::note(format_args!("segscope: ended {them} that the command left running"));
    }
    let (url, tunnels) = (listener.url(), listener.counts().tunnels);
    listener.stop();
    listener::settle(&engine);

    let sent = start.sent(&engine, &filter)?;
    if sent.is_nothing {
        let proxy = match is_proxy {
            true => " or use HTTPS_PROXY",
            false => "",
        };
        output::note(format_args!(
            "segscope: no request arrived; the command's SDK must send to SEGSCOPE_URL ({url}){proxy}"
        ));
    }
    if sent.cleared > 0 {
        let calls = plural(sent.cleared, "call");
        output::note(format_args!(
            "segscope: {calls} cleared by reset before the end, not checked"
        ));
    }
    if tunnels.all > 0 {
        let connections = plural(tunnels.all, "connection");
        output::note(format_args!("segscope: {connections} to other hosts passed through, unread"));
    }
    let problem = engine.stats().problem.filter(|problem| reported.as_ref() != Some(problem));
    let tally = engine.tally(sent.rows.iter().copied());
    let file = args.recording.record.as_deref().map(|file| file.display().to_string());
    let judged = CheckedCalls {
        setup: &setup,
        tally: &tally,
        expectations: engine.expectations(Some(&sent.rows)),
        details: &|rows| engine.details_of_each(rows),
        calls: Some((&engine, &sent.rows)),
        problem,
        fail_on: args.fail_on,
        is_filtered: args.filter.filter.is_some(),
        file: file.as_deref(),
    };
    let verdict = verdict::report(judged, reports);
    if ended.code == 0 {
        return verdict;
    }
    if let Err(failure) = verdict
        && !failure.is_reported()
        && !failure.is_closed_pipe()
    {
        failure.print();
    }
    Err(Failure::Ended(ended.code))
}

/// Waits until nothing has arrived for `grace`.
fn wait_until_quiet(engine: &Engine, grace: Duration, ending: &Ending) {
    let begun = Instant::now();
    let (mut quiet, mut seen) = (begun, engine.stats().requests);
    while quiet.elapsed() < grace && begun.elapsed() < MAX_GRACE && !ending.asked() {
        std::thread::sleep(POLL_INTERVAL.min(grace));
        let now = engine.stats().requests;
        if now != seen {
            (quiet, seen) = (Instant::now(), now);
        }
    }
}

/// Returns the token of the file that the settings name, or a new one for this run alone.
fn token(setup: &Setup) -> Result<(ApiToken, String), Failure> {
    let text = match setup.settings.text("token_file") {
        None => uuid::Uuid::new_v4().simple().to_string(),
        Some(file) => ApiToken::text_from_file(Path::new(file)).map_err(Failure::wrong)?.0,
    };
    Ok((ApiToken::new(&text), text))
}

/// Returns the environment variables for the command.
fn variables(listener: &Listener, token: String) -> Vec<(&'static str, String)> {
    let listen = Listen { addr: listener.addr(), ..Listen::default() };
    let host = listen.reachable().to_string();
    vec![
        ("SEGSCOPE_URL", format!("http://{host}")),
        ("SEGSCOPE_HOST", host),
        ("SEGSCOPE_TOKEN", token),
    ]
}
