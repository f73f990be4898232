//! What is shown of a request that the mirror gave up.

use super::fixture::{Given, Mirroring, QUICK};
use super::restart::stop;
use crate::common::{Http, Program, StandIn, wait_for};
use crate::plain::Plain;
use crate::rollout::forward::fixture::{FakeUpstream, answer};
use crate::terminal::Terminal;
use segscope::engine::{MirrorFailure, RetryLimits, RowDetail};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const REASON: &str = "the upstream answered 400";

fn refusing() -> FakeUpstream {
    FakeUpstream::start(|_, request| {
        match String::from_utf8_lossy(&request.body).contains("refused") {
            true => answer("400 Bad Request", "no"),
            false => answer("200 OK", "{}"),
        }
    })
}

/// The reasons of the first rows, what their details say, and the member of their records.
fn collect_failures(
    mirroring: &Mirroring,
) -> Vec<(Option<String>, Option<MirrorFailure>, Option<Value>)> {
    mirroring.engine.settle();
    let answer = mirroring.client().ask("GET", "/_segscope/calls", &[], b"");
    let records: Value = serde_json::from_str(answer.text()).expect("JSON");
    let of_row = |(nth, row): (usize, segscope::engine::RowView)| {
        let Ok(Some(RowDetail::Call(call))) = mirroring.engine.detail(row.row) else {
            panic!("a call")
        };
        let record = records["calls"][nth].get("undelivered").cloned();
        (row.undelivered, call.request.mirror_failure.clone(), record)
    };
    mirroring.engine.window(0..10).into_iter().enumerate().map(of_row).collect()
}

fn given_up() -> (Option<String>, Option<MirrorFailure>, Option<Value>) {
    let reason = REASON.to_owned();
    (Some(reason.clone()), Some(MirrorFailure::GivenUp(reason)), Some(REASON.into()))
}

#[test]
fn given_up_requests_are_undelivered_in_rows_details_and_records_and_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = refusing();
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    ["good", "refused", "good"].iter().for_each(|id| mirroring.track(id));
    mirroring.wait_until_done();
    let good = (None, None, None);
    assert_eq!(collect_failures(&mirroring), [good.clone(), given_up(), good.clone()]);
    stop(mirroring);

    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("refused");
    let counts = mirroring.wait_until_done();
    // the counts are those since the start
    assert_eq!((counts.given_up, counts.given_up_requests), (1, vec![4]));
    assert_eq!(collect_failures(&mirroring), [good.clone(), given_up(), good.clone(), given_up()]);
    stop(mirroring);

    // earlier versions did not write what was given up
    let path = folder.path().join("r.ndjson.mirror");
    let text = std::fs::read_to_string(&path).expect("a resume point");
    let mut point: Value = serde_json::from_str(&text).expect("JSON");
    assert!(point.as_object_mut().expect("an object").remove("given_up").is_some());
    std::fs::write(&path, point.to_string()).expect("written");
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("good");
    mirroring.wait_until_done();
    let unknown = (None, Some(MirrorFailure::Unknown), Some(Value::Null));
    let want = [unknown.clone(), unknown.clone(), unknown.clone(), unknown, good];
    assert_eq!(collect_failures(&mirroring), want);
}

#[test]
fn a_request_that_is_sent_again_after_a_restart_is_delivered() {
    let folder = tempfile::tempdir().expect("a folder");
    let is_down = Arc::new(AtomicBool::new(true));
    let seen_down = Arc::clone(&is_down);
    let upstream = FakeUpstream::start(move |_, request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        match seen_down.load(Ordering::Relaxed) {
            true if body.contains("refused") => answer("400 Bad Request", "no"),
            true => answer("503 Service Unavailable", "later"),
            false => answer("200 OK", "{}"),
        }
    });
    let retries = RetryLimits { max_attempts: 10_000, ..QUICK };
    let mirroring = Given { retries, ..Given::to(upstream.addr, folder.path()) }.start();
    // the first request is not finished, so the mirror goes on from it after the restart
    ["later", "refused"].iter().for_each(|id| mirroring.track(id));
    wait_for("a request that is given up", || (mirroring.counts().given_up == 1).then_some(()));
    stop(mirroring);

    is_down.store(false, Ordering::Relaxed);
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.given_up), (2, 0));
    assert_eq!(collect_failures(&mirroring), [(None, None, None), (None, None, None)]);
}

/// The flags of a listener that mirrors to an upstream that refuses everything.
fn flags(upstream: &StandIn) -> [String; 2] {
    upstream.answer_with(400);
    ["--mirror".to_owned(), format!("http://{}", upstream.address)]
}

fn track(http: &mut Http) {
    let call = br#"{"type":"track","event":"Paid","userId":"u","messageId":"m"}"#;
    assert_eq!(http.post("/v1/track", call).expect("an answer").status, 200);
}

/// Runs `tail` until both requests are given up, and returns what it printed.
fn run_tail(home: &Path, format: &str) -> String {
    let upstream = StandIn::start();
    let [mirror, url] = flags(&upstream);
    let args = ["tail", "--format", format, "--listen", "127.0.0.1:0", &mirror, &url];
    let mut program = Program::start(home, &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    track(&mut http);
    track(&mut http);
    wait_for("both are given up", || {
        let summary = http.get("/_segscope/summary").expect("an answer");
        let summary: Value = serde_json::from_slice(&summary.body).expect("JSON");
        (summary["mirror"]["given_up"] == 2).then_some(())
    });
    program.end();
    program.last_words()
}

#[test]
fn tail_names_each_given_up_request() {
    for format in ["text", "ndjson", "quiet"] {
        let home = tempfile::tempdir().expect("a folder");
        let told = run_tail(home.path(), format);
        for request in [1, 2] {
            let line = format!("mirror: gave up on request {request}: {REASON}");
            assert_eq!(told.matches(&line).count(), 1, "{format}: {told}");
        }
    }
}

#[test]
fn the_log_and_the_request_tab_show_a_given_up_request() {
    let upstream = StandIn::start();
    let [mirror, url] = flags(&upstream);
    let (mut terminal, mut http) = Terminal::listening(140, 40, &[&mirror, &url]);
    track(&mut http);
    terminal.sees("undelivered Paid");
    // the last tab is that of the request
    for key in ["k", "\r", "["] {
        terminal.press(key);
        wait_for("the frame", || terminal.is_settled().then_some(()));
    }
    // the pane is too narrow for the whole line
    terminal.sees("not delivered to the mirror's target:");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn plain_mode_names_a_given_up_request() {
    let home = tempfile::tempdir().expect("a folder");
    let upstream = StandIn::start();
    let [mirror, url] = flags(&upstream);
    let args = ["--plain", "--listen", "127.0.0.1:0", &mirror, &url];
    let mut plain = Plain::start(home.path(), &args, Stdio::piped());
    track(&mut plain.http());
    plain.hear(&format!("attention: mirror: gave up on request 1: {REASON}"));
    plain.ask("show 1 request", &format!("not delivered to the mirror's target: {REASON}"));
    plain.ask("list", &format!("not delivered to the mirror's target ({REASON})"));
    plain.say("quit");
    assert_eq!(plain.end(), Some(0));
}
