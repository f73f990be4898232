//! The files that a page loads before its first call come from the real service, with one change: the
//! page sends its calls here.

use super::fixture::{Act, FakeUpstream, Forwarding, Given, answer};
use segscope::engine::{NoCall, RowDetail};
use std::io::Write;
use std::net::SocketAddr;

const SETTINGS: &str = r#"{"integrations": {"Stub":{"n": 1.0}, "Segment.io":{"apiHost":"api.segment.io/v1","protocol":"https"}},"remotePlugins":[]}"#;
const CHANGED: &str = r#"{"integrations": {"Stub":{"n": 1.0}, "Segment.io":{"apiHost":"127.0.0.1/v1","protocol":"http"}},"remotePlugins":[]}"#;
const PATH: &str = "/v1/projects/wk/settings";

/// A listener that forwards to an upstream, and whose pages load from a service.
fn start(upstream: &FakeUpstream, service: SocketAddr) -> Forwarding {
    Given::to(upstream.addr).pages_from(service).start()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    packed.write_all(text.as_bytes()).expect("in memory");
    packed.finish().expect("in memory")
}

/// An answer with a body that is packed.
fn packed_answer(body: &[u8]) -> Act {
    let head = format!(
        "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Act::Answer([head.as_bytes(), body].concat())
}

#[test]
fn settings_point_to_this_listener_and_nothing_else_changes() {
    let upstream = FakeUpstream::good();
    let service = FakeUpstream::start(|nth, _| match nth {
        0 => answer("200 OK", SETTINGS),
        // it does not care what it is asked to accept
        _ => packed_answer(&gzip(SETTINGS)),
    });
    let running = start(&upstream, service.addr);
    let headers = [("accept-encoding", "gzip"), ("cookie", "a=b"), ("referer", "http://p/")];
    let got = running.client().ask("GET", &format!("{PATH}?v=1"), &headers, b"");
    assert_eq!((got.status, got.text()), (200, CHANGED));
    let asked = service.next();
    assert_eq!(asked.line, format!("GET {PATH}?v=1 HTTP/1.1"));
    assert_eq!(asked.header("host"), Some(service.addr.to_string().as_str()));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    assert_eq!((asked.header("cookie"), asked.header("referer")), (None, Some("http://p/")));
    assert_eq!(asked.header("x-forwarded-for"), Some("127.0.0.1"));

    let got = running.client().ask("GET", PATH, &headers, b"");
    assert_eq!((got.text(), got.header("content-encoding")), (CHANGED, None));
    assert_eq!(got.header("cache-control"), Some("max-age=9"));
    assert_eq!(upstream.rest(), []);
    assert_eq!(running.counts().received, 0, "it is no request with calls");
    let recorded = running.recorded_answer(1).expect("it is recorded").outcome.expect("an answer");
    assert_eq!(recorded.body, SETTINGS.as_bytes(), "as the service sent it");
}

#[test]
fn code_comes_as_it_is() {
    let upstream = FakeUpstream::good();
    let code = gzip("console.log(1)");
    let sent = code.clone();
    let service = FakeUpstream::start(move |_, _| packed_answer(&sent));
    let running = start(&upstream, service.addr);
    let mut client = running.client();
    let paths = [
        "/analytics.js/v1/wk/analytics.min.js",
        "/analytics-next/bundles/1.js",
        "/next-integrations/integrations/stub/1.0/stub.dynamic.js.gz",
    ];
    for path in paths {
        let got = client.ask("GET", path, &[("accept-encoding", "br, gzip")], b"");
        assert_eq!((got.status, &got.body), (200, &code), "{path}");
        assert_eq!(got.header("content-encoding"), Some("gzip"));
        assert_eq!(service.next().header("accept-encoding"), Some("br, gzip"));
    }
    assert_eq!(upstream.rest(), []);
    running.engine.settle();
    assert_eq!(running.engine.stats().refused, 0);
    let Ok(Some(RowDetail::NoCall(row))) = running.engine.detail(0) else { panic!("a row") };
    assert_eq!((row.kind, row.severity), (NoCall::Other, None));
    assert_eq!(row.reason, "code that a page loads; it is not a call");
    let recorded = running.recorded_answer(1).expect("it is recorded").outcome.expect("an answer");
    assert_eq!((recorded.body.len(), recorded.body_bytes), (0, code.len() as u64));
}

#[test]
fn source_config_has_no_data_planes_and_its_preflight_is_answered_here() {
    let upstream = FakeUpstream::good();
    let service = FakeUpstream::start(|_, _| {
        answer("200 OK", r#"{"source":{"dataplanes":{"US":[1]},"destinations":[{"id":1}]}}"#)
    });
    let running = start(&upstream, service.addr);
    let asks = [
        ("origin", "http://page"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "authorization"),
    ];
    let mut client = running.client();
    let preflight = client.ask("OPTIONS", "/sourceConfig/?p=web", &asks, b"");
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-headers"), Some("authorization"));
    assert_eq!(service.rest(), []);
    let key = [("authorization", "Basic d2s6")];
    let got = client.ask("GET", "/sourceConfig/?p=web", &key, b"");
    assert_eq!(got.text(), r#"{"source":{"dataplanes":{},"destinations":[{"id":1}]}}"#);
    assert_eq!(service.next().header("authorization"), Some("Basic d2s6"));
    assert_eq!(upstream.rest(), []);
}

#[test]
fn what_the_service_refuses_is_refused() {
    let upstream = FakeUpstream::good();
    let service = FakeUpstream::start(|_, _| answer("404 Not Found", "no such key"));
    let running = start(&upstream, service.addr);
    let got = running.client().ask("GET", PATH, &[], b"");
    assert_eq!((got.status, got.text()), (404, "no such key"));
}

#[test]
fn segscope_answers_and_says_so_if_the_service_does_not() {
    for (what, raw) in [
        ("it cuts the connection", ""),
        ("half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
        ("no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<p/>"),
        ("unknown coding", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx"),
    ] {
        let upstream = FakeUpstream::good();
        let raw = raw.as_bytes().to_vec();
        let service = FakeUpstream::start(move |_, _| Act::AnswerAndClose(raw.clone()));
        let running = start(&upstream, service.addr);
        let got = running.client().ask("GET", PATH, &[], b"");
        assert_eq!(got.status, 200, "{what}");
        assert!(got.text().contains(r#""apiHost":"127.0.0.1/v1""#), "{what}: {}", got.text());
        let told = running.engine.stats().problem.expect("the user is told");
        assert!(told.contains("did not answer what a page loads"), "{what}: {told}");
        assert!(told.contains("device-mode destinations"), "{what}: {told}");
        let got = running.client().ask("GET", "/analytics.js/v1/wk/analytics.min.js", &[], b"");
        // whatever the service sends whole is passed on as code
        assert!(what != "it cuts the connection" || got.status == 404, "{what}: {}", got.status);
        assert_eq!(upstream.rest(), [], "{what}");
    }
}
