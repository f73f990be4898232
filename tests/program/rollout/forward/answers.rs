//! Answers of an upstream that are unusual and whole.

use super::fixture::{Act, FakeUpstream, Given, TRACK, answer};
use segscope::engine::{Engine, RowDetail};
use serde_json::Value;

#[test]
fn unusual_answers_that_are_whole_are_passed_on() {
    for (what, raw, status, body) in [
        (
            "100 before the answer",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            200,
            "{}",
        ),
        ("204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", 204, ""),
        (
            "one length twice",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            200,
            "{}",
        ),
        (
            "chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            200,
            "{}",
        ),
    ] {
        let upstream = FakeUpstream::start(move |_, _| Act::Answer(raw.as_bytes().to_vec()));
        let running = Given::to(upstream.addr).start();
        let mut client = running.client();
        for nth in 1..=2 {
            let got = client.post("/v1/t", TRACK);
            assert_eq!((got.status, got.text()), (status, body), "{what}, request {nth}");
        }
        assert_eq!(running.counts().acknowledged, 2, "{what}");
        assert_eq!(running.engine.stats().calls, 1, "{what}: the second is a repeat");
    }
}

#[test]
fn a_redirection_is_passed_on_and_acknowledges_nothing() {
    for status in [301, 302, 304, 307] {
        let upstream = FakeUpstream::start(move |_, _| {
            let head = format!("HTTP/1.1 {status} Moved\r\nLocation: /x\r\n");
            let length = if status == 304 { "" } else { "Content-Length: 0\r\n" };
            Act::Answer(format!("{head}{length}\r\n").into_bytes())
        });
        let running = Given::to(upstream.addr).start();
        let got = running.client().post("/v1/t", TRACK);
        assert_eq!((got.status, got.header("location")), (status, Some("/x")));
        let counts = running.counts();
        assert_eq!((counts.acknowledged, counts.refused, counts.failed), (0, 1, 0), "{status}");
        let stats = running.engine.stats();
        assert_eq!((stats.calls, stats.refused), (0, 1), "{status}: no vendor receives it");
        let Ok(Some(RowDetail::NoCall(row))) = running.engine.detail(0) else { panic!("a row") };
        assert_eq!(row.reason, format!("the upstream answered {status}"));
        assert!(row.fix.starts_with("set `forward` to the URL that it leads to"), "{}", row.fix);
    }
}

#[test]
fn an_answer_that_changes_the_protocol_is_none() {
    let raw = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
    let upstream = FakeUpstream::start(move |_, _| Act::Answer(raw.as_bytes().to_vec()));
    let running = Given::to(upstream.addr).start();
    let got = running.client().post("/v1/t", TRACK);
    assert_eq!(got.status, 502, "{}", got.text());
    let counts = running.counts();
    assert_eq!((counts.acknowledged, counts.failed), (0, 1));
    assert_eq!(running.engine.stats().calls, 0, "no vendor receives it");
}

#[test]
fn connect_is_answered_as_without_an_upstream() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    client.send(b"CONNECT api.segment.io:443 HTTP/1.1\r\nhost: api.segment.io:443\r\n\r\n");
    assert_eq!(client.answer(false).status, 404);
    assert_eq!(running.counts().received, 0);
    assert_eq!(upstream.rest(), []);
    let Ok(Some(RowDetail::NoCall(row))) = running.engine.detail(0) else { panic!("a row") };
    assert!(row.reason.contains("--intercept"), "{}", row.reason);
}

#[test]
fn the_fix_says_which_sdks_send_again() {
    for (status, want) in [
        ("400 Bad Request", "most SDKs do not send it again"),
        ("408 Request Timeout", "some SDKs send it again, others do not"),
        ("410 Gone", "some SDKs send it again, others do not"),
        ("429 Too Many Requests", "the SDK sends it again by itself"),
        ("500 Internal Server Error", "the SDK sends it again by itself"),
        ("501 Not Implemented", "some SDKs send it again, others do not"),
    ] {
        let upstream = FakeUpstream::start(move |_, _| answer(status, ""));
        let running = Given::to(upstream.addr).start();
        running.client().post("/v1/t", TRACK);
        running.engine.settle();
        let Ok(Some(RowDetail::NoCall(row))) = running.engine.detail(0) else { panic!("a row") };
        assert!(row.fix.contains(want), "{status}: {}", row.fix);
    }
}

#[test]
fn the_detail_of_a_call_has_the_answer_and_its_times() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    assert_eq!(running.client().post("/v1/t", TRACK).status, 200);
    running.engine.settle();
    let Ok(Some(RowDetail::Call(call))) = running.engine.detail(0) else { panic!("a call") };
    let answer = call.request.upstream.as_ref().expect("it is recorded");
    assert_eq!(answer.status(), Some(200));
    assert!(answer.first_byte_us.is_some_and(|us| us <= answer.took_us), "{answer:?}");
    assert_eq!(call.request.answer, r#"{"success":true}"#);
}

#[test]
fn the_summary_counts_what_was_forwarded() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    assert_eq!(client.post("/v1/t", TRACK).status, 200);
    let summary = client.ask("GET", "/_segscope/summary", &[], b"");
    let summary: Value = serde_json::from_slice(&summary.body).expect("JSON");
    let want = serde_json::json!({
        "received": 1, "forwarded": 1, "acknowledged": 1, "refused": 0, "failed": 0,
        "in_flight": 0, "not_recorded": 0, "lag_bytes": 0,
    });
    assert_eq!(summary["forward"], want);
}

#[test]
fn what_a_page_loads_is_answered_here_if_its_service_is_not_known() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let settings = running.client().ask("GET", "/v1/projects/wk/settings", &[], b"");
    assert!(settings.text().contains("\"apiHost\":\"127.0.0.1/v1\""), "{}", settings.text());
    assert_eq!(upstream.rest(), []);
}

#[test]
fn what_segscope_does_not_know_is_forwarded_too() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    for (method, path) in [("PUT", "/v9/other"), ("GET", "/health"), ("OPTIONS", "/v1/t")] {
        assert_eq!(client.ask(method, path, &[], b"").status, 200, "{method} {path}");
        assert_eq!(upstream.next().line, format!("{method} {path} HTTP/1.1"));
    }
    // a body that is no JSON is the upstream's to judge
    assert_eq!(client.post("/v1/t", "no JSON").status, 200);
    assert_eq!(upstream.next().body, b"no JSON");
    running.engine.settle();
    let stats = running.engine.stats();
    assert_eq!((stats.calls, stats.requests), (0, 2), "the unknown path, and what is no JSON");
    assert_eq!(running.counts().acknowledged, 4);
}

#[test]
fn a_recording_opens_again_as_it_was() {
    let upstream = FakeUpstream::start(|number, _| match number {
        1 => answer("400 Bad Request", "no"),
        2 => Act::AnswerAndClose(Vec::new()),
        _ => answer("200 OK", r#"{"success":true}"#),
    });
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    let batch =
        br#"{"batch":[{"type":"track","event":"B","userId":"u"},{"type":"page","userId":"u"}]}"#;
    for (path, body, status) in [
        ("/v1/t", TRACK, 200),
        ("/v1/t", TRACK, 400),
        ("/v1/t", TRACK, 502),
        ("/v1/batch", &batch[..], 200),
    ] {
        assert_eq!(client.post(path, body).status, status);
    }
    let told = |engine: &Engine| {
        engine.settle();
        let rows = engine.window(0..engine.rows());
        let shown: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        let details = engine.details(0..engine.rows()).into_iter().map(|detail| match detail {
            Ok(RowDetail::Call(call)) => format!("{:?}", call.request),
            Ok(RowDetail::NoCall(row)) => format!("{:?} {} {}", row.request, row.reason, row.fix),
            Err(error) => error,
        });
        (shown, details.collect::<Vec<_>>())
    };
    let live = told(&running.engine);
    assert_eq!(live.0.len(), 5, "{live:?}");
    drop(client);
    let (again, _folder) = running.reopen();
    assert_eq!(told(&again), live);
}
