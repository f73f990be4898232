//! The requests that the upstream gets, and those that it does not accept.

use super::fixture::{Given, QUICK};
use crate::rollout::forward::fixture::{Act, FakeUpstream, TRACK, answer};
use crate::server::client::until;
use segscope::engine::RetryLimits;
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn answers_at_once_and_sends_the_decoded_body_with_the_write_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::good();
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    packed.write_all(TRACK).expect("in memory");
    let packed = packed.finish().expect("in memory");
    let headers = [
        ("authorization", "Basic d2tfdGVzdDpzM2NyZXQ="),
        ("content-encoding", "gzip"),
        ("content-type", "application/json"),
        ("user-agent", "sdk/1"),
        ("cookie", "session=s3cret"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    let answered = mirroring.client().ask("POST", "/v1/track?a=b", &headers, &packed);
    assert_eq!(answered.text(), r#"{"success": true}"#);
    let got = upstream.next();
    assert_eq!((got.line.as_str(), &got.body[..]), ("POST /v1/track?a=b HTTP/1.1", TRACK));
    assert_eq!(got.header("authorization"), Some("Basic d2tfdGVzdDo="), "the key alone");
    assert_eq!(got.header("host"), Some(upstream.addr.to_string().as_str()));
    assert_eq!(got.header("user-agent"), Some("sdk/1"));
    assert_eq!(got.header("x-forwarded-for"), Some("203.0.113.7"), "as it came");
    assert_eq!(got.header("content-length"), Some(TRACK.len().to_string().as_str()));
    assert!(got.header("via").is_some_and(|via| via.starts_with("1.1 segscope-")));
    assert_eq!((got.header("content-encoding"), got.header("cookie")), (None, None));
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.sent_again, counts.given_up), (1, 0, 0));
}

#[test]
fn an_upstream_that_hangs_delays_no_response() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::start(|_, _| Act::Hang);
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    for nth in 0..100 {
        mirroring.track(&format!("m{nth}"));
    }
    until("all are read", || mirroring.counts().waiting == 100);
    let counts = mirroring.counts();
    assert!(counts.sent == 0 && counts.lag_bytes > 0, "{counts:?}");
}

#[test]
fn sends_again_until_the_upstream_accepts() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::start(|nth, _| match nth {
        0 => answer("503 Service Unavailable", "busy"),
        1 => Act::AnswerAndClose(Vec::new()),
        2 => Act::AnswerAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()),
        3 => Act::AnswerAndClose(b"\0\r\n\r\n".to_vec()),
        _ => answer("200 OK", "{}"),
    });
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m1");
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.sent_again, counts.given_up), (1, 4, 0));
    assert_eq!(upstream.rest().len(), 5);
}

#[test]
fn waits_for_as_long_as_the_upstream_asks() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::start(|nth, _| match nth {
        0 => Act::Answer(
            b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
                .to_vec(),
        ),
        _ => answer("200 OK", "{}"),
    });
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m1");
    upstream.next();
    let asked = Instant::now();
    // all requests wait
    mirroring.track("m2");
    mirroring.wait_until_done();
    assert!(asked.elapsed() > Duration::from_millis(900), "{:?}", asked.elapsed());
    assert_eq!(upstream.rest().len(), 2);
}

#[test]
fn gives_up_on_what_the_upstream_refuses_or_never_accepts() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::start(|_, request| {
        let has = |id: &str| String::from_utf8_lossy(&request.body).contains(id);
        match () {
            () if has("refused") => answer("400 Bad Request", "no"),
            () if has("moved") => answer("301 Moved Permanently", ""),
            () if has("poison") => answer("500 Internal Server Error", "no"),
            () => answer("200 OK", "{}"),
        }
    });
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    for id in ["poison", "refused", "moved", "good"] {
        mirroring.track(id);
    }
    // others have to pass while it is tried
    until("the poison is given up", || {
        let counts = mirroring.counts();
        if counts.waiting < 100 {
            mirroring.track("good");
        }
        counts.given_up == 3
    });
    let counts = mirroring.wait_until_done();
    let reasons: Vec<(&str, u64)> =
        counts.given_up_because.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    let want = [
        ("the upstream answered 301", 1),
        ("the upstream answered 400", 1),
        ("the upstream answered 500", 1),
    ];
    assert_eq!(reasons, want);
    assert!(counts.sent_again >= 3, "{counts:?}");
    let told = mirroring.engine.stats().problem.expect("the user is told");
    assert!(told.starts_with("mirror: gave up on request "), "{told}");
    assert!(told.contains(": the upstream answered"), "{told}");
    let mut numbers = counts.given_up_requests;
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3], "the requests that are lost are named");
}

#[test]
fn gives_up_on_nothing_while_the_upstream_accepts_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    // one is accepted while the others are on their way, and then it fails for a time
    let upstream = FakeUpstream::start(|nth, _| match nth {
        1..100 => answer("503 Service Unavailable", "busy"),
        _ => answer("200 OK", "{}"),
    });
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    (0..6).for_each(|_| mirroring.track("m"));
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.given_up), (6, 0), "{counts:?}");
}

#[test]
fn gives_up_on_an_upstream_that_is_gone_for_too_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let gone = free.local_addr().expect("bound");
    drop(free);
    let given = Given::to(gone, folder.path());
    let retries = RetryLimits { max_time: Duration::from_millis(20), ..QUICK };
    let mirroring = Given { retries, ..given }.start();
    mirroring.track("m1");
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.sent_again, counts.given_up), (0, 0, 1));
    let reason = counts.given_up_because.keys().next().expect("a reason");
    assert!(reason.contains("could not be reached"), "{reason}");
}

#[test]
fn what_cannot_be_mirrored_is_counted_and_what_is_refused_is_not_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::good();
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    let mut client = mirroring.client();
    let bearer = [("authorization", "Bearer s3cret")];
    assert_eq!(client.ask("POST", "/v1/track", &bearer, TRACK).status, 200);
    assert_eq!(client.post("/webhook", TRACK).status, 200);
    assert_eq!(client.post("/v1/track", "no JSON").status, 400);
    assert_eq!(client.post("/v1/trak", TRACK).status, 404);
    assert_eq!(client.ask("GET", "/v1/projects/wk/settings", &[], b"").status, 200);
    mirroring.track("last");
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.not_mirrored, counts.given_up), (1, 2, 0));
    assert!(String::from_utf8_lossy(&upstream.next().body).contains("last"));
    assert!(upstream.rest().is_empty());
}

#[test]
fn a_request_that_comes_back_is_refused_and_not_sent_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::good();
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m1");
    let via = upstream.next().header("via").expect("it names segscope").to_owned();
    let back = mirroring.client().ask("POST", "/v1/track", &[("via", &via)], TRACK);
    assert_eq!(back.status, 508);
    mirroring.wait_until_done();
    assert!(upstream.rest().is_empty());
}
