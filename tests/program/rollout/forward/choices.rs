//! The requests that are forwarded, their upstream, and their write key.

use super::fixture::{FakeUpstream, Given, TRACK, answer};
use crate::common::{Http, Program, command};
use segscope::fql;
use segscope::outbound::forward::Upstream;
use segscope::server::ForwardOptions;

#[test]
fn forwards_only_requests_with_a_call_that_passes() {
    let upstream = FakeUpstream::good();
    let mut given = Given::to(upstream.addr);
    given.forward.only =
        Some(fql::parse(r#"event = "A" and path = "/v1/batch""#).expect("a filter"));
    let running = given.start();
    let mut client = running.client();
    let batch = |event: &str| {
        let item = format!(r#"{{"type":"track","event":"{event}","userId":"u"}}"#);
        format!(r#"{{"batch":[{{"type":"page","userId":"u"}},{item}]}}"#)
    };
    let mut ask = |path: &str, body: &str| {
        let got = client.post(path, body);
        assert_eq!(got.status, 200);
        got.text().to_owned()
    };
    let (own, its) = (r#"{"success": true}"#, r#"{"success":true}"#);
    assert_eq!(ask("/v1/batch", &batch("A")), its);
    assert_eq!(ask("/v1/batch", &batch("B")), own);
    assert_eq!(ask("/v1/track", r#"{"event":"A","userId":"u"}"#), own);
    assert_eq!(upstream.rest().len(), 1);
    let counts = running.counts();
    assert_eq!((counts.received, counts.acknowledged), (1, 1));
    assert_eq!(running.engine.stats().calls, 5, "all are recorded");
}

#[test]
fn connects_where_it_is_told_and_keeps_the_name() {
    let upstream = FakeUpstream::good();
    let url = Upstream::parse("http://api.example").expect("a URL");
    let url = url.with_connect_to(&upstream.addr.to_string()).expect("an address");
    let mut given = Given::to(upstream.addr);
    given.forward = ForwardOptions::new(url);
    let running = given.start();
    assert_eq!(running.client().post("/v1/t", TRACK).status, 200);
    assert_eq!(upstream.next().header("host"), Some("api.example"));
}

#[test]
fn goes_on_with_another_key_and_records_the_senders_own() {
    let upstream = FakeUpstream::good();
    let mut given = Given::to(upstream.addr);
    given.forward.key = Some("staging".to_owned());
    let running = given.start();
    let body = r#"{"type":"track","event":"A","userId":"u","writeKey":"wk_live"}"#;
    let headers = [("authorization", "Basic d2tfbGl2ZTo=")];
    assert_eq!(running.client().ask("POST", "/v1/t", &headers, body.as_bytes()).status, 200);
    let got = upstream.next();
    assert_eq!(got.header("authorization"), Some("Basic c3RhZ2luZzo="));
    assert_eq!(got.body, body.replace("wk_live", "staging").as_bytes());
    let lines = running.lines();
    assert_eq!(lines[0]["headers"]["authorization"], "Basic d2tfbGl2ZTo=");
    assert_eq!(lines[0]["body"]["writeKey"], "wk_live");
}

#[test]
fn reaches_an_https_upstream_through_the_proxy_of_the_environment() {
    let upstream = "https://nothing.invalid";
    for (no_proxy, is_used) in [("", true), ("other.example", true), ("nothing.invalid", false)] {
        let home = tempfile::tempdir().expect("a folder");
        let proxy = FakeUpstream::start(|_, _| answer("403 Forbidden", ""));
        let mut given = command(home.path());
        given
            .args(["tail", "--listen", "127.0.0.1:0", "--no-record", "--forward", upstream])
            .env("HTTPS_PROXY", format!("http://u:s3cret@{}", proxy.addr))
            .env("NO_PROXY", no_proxy);
        if !is_used {
            // the name is looked up here, where it does not resolve
            let ran = given.output().expect("it runs");
            assert_eq!(ran.status.code(), Some(3));
            continue;
        }
        let program = Program::spawn(given);
        let mut http = Http::connect(&program.address).expect("it listens");
        let got = http.post("/v1/t", TRACK).expect("an answer");
        assert_eq!(got.status, 502, "the proxy refuses the connection");
        let asked = proxy.next();
        assert_eq!(asked.line, "CONNECT nothing.invalid:443 HTTP/1.1");
        assert_eq!(asked.header("proxy-authorization"), Some("Basic dTpzM2NyZXQ="));
    }
}
