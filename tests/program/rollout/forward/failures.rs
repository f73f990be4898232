//! An upstream that fails, each in its way: the sender gets an error and never an acknowledgment.

use super::fixture::{Act, FakeUpstream, Given, TRACK, answer};
use segscope::outbound::forward::Upstream;
use segscope::server::ForwardOptions;
use serde_json::Value;
use std::net::TcpListener;
use std::time::Duration;

/// Long enough for an upstream on this machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn half_an_answer_or_none_is_never_an_acknowledgment() {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"success\":true}";
    let huge = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(20 << 20));
    let large =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {0}\r\n\r\n{1}", 2 << 20, "x".repeat(2 << 20));
    type Case<'c> = (&'c str, Box<dyn Fn() -> Act + Send + Sync>, u16);
    let act = |text: String| -> Box<dyn Fn() -> Act + Send + Sync> {
        Box::new(move || Act::AnswerAndClose(text.clone().into_bytes()))
    };
    let cases: Vec<Case<'_>> = vec![
        ("it cuts the connection", act(String::new()), 502),
        ("half a head", act("HTTP/1.1 200 OK\r\nConte".to_owned()), 502),
        ("half a body", act(whole[..whole.len() - 3].to_owned()), 502),
        (
            "half of the chunks",
            act("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".to_owned()),
            502,
        ),
        (
            "two lengths",
            act("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ".to_owned()),
            502,
        ),
        ("20 MB of headers", act(huge), 502),
        ("a body that is too large", act(large), 502),
        ("no HTTP", act("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), 502),
        ("it never answers", Box::new(|| Act::Hang), 504),
        (
            "it only ever says that it goes on",
            Box::new(|| Act::Answer(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())),
            504,
        ),
    ];
    for (what, act, status) in cases {
        let upstream = FakeUpstream::start(move |_, _| act());
        let running = Given::to(upstream.addr).timeout(SHORT).start();
        let got = running.client().post("/v1/t", TRACK);
        assert_eq!(got.status, status, "{what}: {}", got.text());
        let body: Value = serde_json::from_slice(&got.body).expect("JSON");
        assert_eq!(body["code"], "upstream_failed", "{what}");
        let counts = running.counts();
        let ends = (counts.received, counts.acknowledged, counts.failed, counts.in_flight);
        assert_eq!(ends, (1, 0, 1, 0), "{what}");
        let recorded = running.recorded_answer(1).expect(what);
        assert!(recorded.outcome.is_err(), "{what}: {recorded:?}");
        assert_eq!(running.engine.stats().calls, 0, "{what}: no vendor receives it");
        assert_eq!(running.engine.stats().refused, 1, "{what}");
    }
}

#[test]
fn an_upstream_that_is_down_gets_the_request_when_it_is_sent_again() {
    let gone = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = gone.local_addr().expect("bound");
    drop(gone);
    let running = Given::to(addr).timeout(SHORT).start();
    let got = running.client().post("/v1/t", TRACK);
    assert_eq!(got.status, 502);
    assert!(got.text().contains("could not be reached"), "{}", got.text());
    let counts = running.counts();
    assert_eq!((counts.received, counts.forwarded, counts.failed), (1, 0, 1));
}

#[test]
fn an_upstream_that_does_not_speak_tls_gets_nothing() {
    let upstream = FakeUpstream::good();
    let url = Upstream::parse(&format!("https://{}", upstream.addr)).expect("a URL");
    let mut given = Given::to(upstream.addr);
    given.forward = ForwardOptions { timeout: SHORT, ..ForwardOptions::new(url) };
    let running = given.start();
    // it waits for the end of a line that a hello does not have, or says that it is none
    let got = running.client().post("/v1/t", TRACK);
    assert!(matches!(got.status, 502 | 504), "{}", got.text());
    assert_eq!(running.counts().acknowledged, 0);
}

#[test]
fn a_request_whose_connection_never_opens_is_not_counted_as_forwarded() {
    // it accepts connections and never says anything
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = silent.local_addr().expect("bound");
    let url = Upstream::parse(&format!("https://{addr}")).expect("a URL");
    let mut given = Given::to(addr);
    given.forward = ForwardOptions { timeout: SHORT, ..ForwardOptions::new(url) };
    let running = given.start();
    let got = running.client().post("/v1/t", TRACK);
    assert_eq!(got.status, 504);
    assert!(got.text().contains("could not be reached within 0.3 s"), "{}", got.text());
    let counts = running.counts();
    assert_eq!((counts.received, counts.forwarded, counts.failed), (1, 0, 1));
}

#[test]
fn an_answer_beyond_a_limit_of_segscope_says_so() {
    let many: String = (0..150).map(|n| format!("X-{n}: b\r\n")).collect();
    let many = format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 2\r\n\r\nok");
    let large = "x".repeat(3 << 20);
    let large = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{large}", large.len());
    for (raw, want) in [
        (many, "no answer with more than 100 headers or a head of more than 64 KB"),
        (large, "no answer with a body of more than 1 MB"),
    ] {
        let upstream =
            FakeUpstream::start(move |_, _| Act::AnswerAndClose(raw.clone().into_bytes()));
        let running = Given::to(upstream.addr).start();
        let got = running.client().post("/v1/t", TRACK);
        let says = format!("the upstream answered, but segscope passes on {want}");
        assert!(got.status == 502 && got.text().contains(&says), "{}", got.text());
    }
}

#[test]
fn a_connection_that_the_upstream_closed_meanwhile_costs_no_request() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    for _ in 0..20 {
        assert_eq!(client.post("/v1/t", TRACK).status, 200);
        upstream.close_connections();
        // the listener hears of it before the next request
        crate::server::client::until("the connection is closed", || {
            client.ask("GET", "/_segscope/health", &[], b"").status == 200
        });
    }
    assert_eq!(upstream.rest().len(), 20, "each arrives once");
}

#[test]
fn a_request_that_the_upstream_refuses_reaches_no_vendor_until_it_is_accepted() {
    let upstream = FakeUpstream::start(|number, _| match number {
        0 => answer("503 Service Unavailable", "later"),
        _ => answer("200 OK", "{}"),
    });
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    let got = client.post("/v1/t", TRACK);
    assert_eq!((got.status, got.text()), (503, "later"));
    assert_eq!(client.post("/v1/t", TRACK).status, 200);
    let counts = running.counts();
    assert_eq!((counts.acknowledged, counts.refused, counts.failed), (1, 1, 0));
    let stats = running.engine.stats();
    assert_eq!((stats.calls, stats.repeats, stats.refused), (1, 0, 1));
    let lines = running.lines();
    let kinds: Vec<(&Value, &Value, &Value)> =
        lines.iter().map(|line| (&line["kind"], &line["request"], &line["status"])).collect();
    assert_eq!(
        kinds,
        [
            (&Value::Null, &1.into(), &503.into()),
            (&"answer".into(), &1.into(), &503.into()),
            (&Value::Null, &2.into(), &200.into()),
            (&"answer".into(), &2.into(), &200.into()),
        ]
    );
    assert_eq!(lines[0]["refused"]["message"], "the upstream answered 503: later");
    assert!(lines.iter().step_by(2).all(|line| line["forwarded"] == true), "{lines:?}");
}

#[test]
fn a_request_that_comes_back_is_answered_508() {
    // the upstream is a proxy that sends everything back
    let running = Given::to(FakeUpstream::good().addr).start();
    let upstream = FakeUpstream::good();
    let first = Given::to(upstream.addr).start();
    assert_eq!(first.client().post("/v1/t", TRACK).status, 200);
    let via = upstream.next().header("via").expect("Via").to_owned();
    assert_eq!(running.client().ask("POST", "/v1/t", &[("via", &via)], TRACK).status, 200);
    let looped = first.client().ask("POST", "/v1/t", &[("via", &via)], TRACK);
    assert_eq!(looped.status, 508);
    assert_eq!(upstream.rest(), [], "it is not sent again");
    assert_eq!(first.counts().failed, 1);
}
