//! `--redact`: values that are named reach neither the recording nor what is read from it, and
//! change no finding.

use crate::common::{StandIn, command};
use crate::rollout::{ending, tail};
use base64::Engine as _;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

const REDACT: &str = "email,phone=remove,/properties/ssn,x-person";
/// Values that are in no recording.
const SECRETS: [&str; 5] = ["jo.secret", "5551234", "123-45", "98765", "Jo Secret"];

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

/// Method, target, headers, and body.
type Request = (&'static str, String, Vec<(&'static str, &'static str)>, Vec<u8>);

/// Requests of every kind that segscope records.
fn requests() -> Vec<Request> {
    let traits = json!({"email": "jo.secret@corp.example", "phone": "+15551234567", "name": "Jo"});
    let identify = json!({"type": "identify", "userId": "u1", "messageId": "i1", "traits": traits});
    let track = |id: &str| {
        json!({"type": "track", "event": "Paid", "userId": "u1", "messageId": id,
            "properties": {"ssn": 98765, "account_id": "a1", "list": [{"Email": "jo.secret@x.example"}]},
            "context": {"traits": traits, "page": {"url": "https://app.example/?email=jo.secret%40corp.example"}}})
    };
    let group = json!({"type": "group", "userId": "u1", "groupId": "a1", "messageId": "g1",
        "traits": {"name": "Acme", "phone": "555-1234", "email": "jo.secret"}});
    let batch = json!({"batch": [track("b1"), identify, group], "context": {"traits": traits}});
    let data = base64::engine::general_purpose::STANDARD.encode(track("p1").to_string());
    let data = data.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let post = |path: &str, body: Vec<u8>| ("POST", path.to_owned(), vec![], body);
    let text = |value: Value| value.to_string().into_bytes();
    vec![
        ("POST", "/v1/identify".to_owned(), vec![("x-person", "Jo Secret")], text(identify)),
        post("/v1/track", text(track("t1"))),
        post("/v1/batch", text(batch.clone())),
        (
            "POST",
            "/v1/batch".to_owned(),
            vec![("content-encoding", "gzip")],
            gzip(&batch.to_string()),
        ),
        ("GET", format!("/v1/pixel/track?data={data}"), vec![], vec![]),
        ("GET", "/v1/pixel/track?data=am8uc2VjcmV0QGNvcnA".to_owned(), vec![], vec![]),
        (
            "GET",
            "/pixel/v1/track?userId=u1&event=Seen&properties.email=jo.secret%40x".to_owned(),
            vec![],
            vec![],
        ),
        (
            "GET",
            "/pixel/v1/track?userId=u1&event=B&traits%5Bemail%5D=jo.secret%40x&properties%5Bssn%5D=98765"
                .to_owned(),
            vec![],
            vec![],
        ),
        (
            "GET",
            "/v1/pixel/identify?userId=u1&traits%5Bemail%5D=jo.secret%40x".to_owned(),
            vec![],
            vec![],
        ),
        // none of these holds a call
        post("/v1/track", br#"{"email": "jo.secret@corp.example", "ssn": NaN}"#.to_vec()),
        post("/v1/track", br#"{"email": jo.secret}"#.to_vec()),
        post("/v1/track", b"email=jo.secret&ssn=98765".to_vec()),
        post("/wrong/path?email=jo.secret", text(track("w1"))),
        post("/v1/track", br#"{"email": "jo.secret@corp.example"}"#.to_vec()),
        post("/v1/track&email=jo.secret@corp.example", text(track("w2"))),
        (
            "POST",
            "/v1/batch".to_owned(),
            vec![("content-encoding", "gzip")],
            gzip("jo.secret")[..12].to_vec(),
        ),
    ]
}

/// Sends all requests to a listener with these flags. Returns its recording and its calls.
fn record(flags: &[&str]) -> (String, Value) {
    let home = tempfile::tempdir().expect("a folder");
    let (mut program, mut http, file) = tail(home.path(), flags);
    for (method, target, headers, body) in requests() {
        http.request(method, &target, &headers, &body).expect("an answer");
    }
    // what is not HTTP, and a header that is malformed
    for bytes in [
        "{\"email\":\"jo.secret@corp.example\"}\r\n\r\n",
        "POST /v1/track HTTP/1.1\r\nx person: jo.secret\r\n\r\n",
    ] {
        let mut raw = std::net::TcpStream::connect(&program.address).expect("it listens");
        raw.write_all(bytes.as_bytes()).expect("it reads");
        std::io::Read::read_to_string(&mut raw, &mut String::new()).expect("an answer");
    }
    let calls = http.get("/_segscope/calls?limit=100").expect("an answer");
    program.end();
    let text = std::fs::read_to_string(&file).expect("the recording");
    (text, serde_json::from_slice(&calls.body).expect("JSON"))
}

/// The code, vendor, and place of a finding.
type FindingParts = [Value; 3];

/// The message id and the findings of each call.
fn findings(calls: &Value) -> Vec<(Value, Vec<FindingParts>)> {
    let calls = calls["calls"].as_array().expect("a list");
    let of_call = |call: &Value| {
        let findings = call["findings"].as_array().expect("a list");
        findings
            .iter()
            .map(|f| ["code", "vendor", "path"].map(|member| f[member].clone()))
            .collect()
    };
    calls.iter().map(|call| (call["message_id"].clone(), of_call(call))).collect()
}

#[test]
fn no_recorded_text_has_a_redacted_value_and_findings_stay() {
    let (plain_text, plain) = record(&[]);
    assert!(SECRETS[..2].iter().all(|secret| plain_text.contains(secret)), "they are sent");
    let (text, calls) = record(&["--redact", REDACT]);
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
        assert!(!calls.to_string().contains(secret), "{secret} in {calls}");
    }
    assert_eq!(text.lines().count(), plain_text.lines().count(), "each request is recorded");
    assert_eq!(findings(&calls), findings(&plain));
    assert!(findings(&plain).iter().filter(|(_, of_call)| !of_call.is_empty()).count() > 5);
    // what base64 hides
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let query = line["query"].as_str().unwrap_or_default();
        let data = segscope::wire::query_value(query, "data").unwrap_or_default();
        let call = segscope::wire::pixel_call(&data).unwrap_or_default();
        assert!(!call.contains("jo.secret"), "{call}");
        assert!(line["body_base64"].is_null(), "{line}");
    }
}

#[test]
fn the_upstream_gets_the_original() {
    let upstream = StandIn::start();
    let url = format!("http://{}", upstream.address);
    let home = tempfile::tempdir().expect("a folder");
    let flags = ["--forward", &url, "--redact", REDACT];
    let (mut program, mut http, file) = tail(home.path(), &flags);
    let call = br#"{"userId":"u1","traits":{"email":"jo.secret@corp.example"}}"#;
    assert_eq!(http.post("/v1/identify", call).expect("an answer").status, 200);
    program.end();
    let received = upstream.requests();
    assert!(received[0].contains("jo.secret@corp.example"), "{received:?}");
    let text = std::fs::read_to_string(&file).expect("the recording");
    assert!(!text.contains("jo.secret") && text.contains("@redacted.invalid"), "{text}");
}

#[test]
fn a_stream_is_redacted_before_it_is_recorded() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let name = file.to_str().expect("a name");
    let args = ["tail", "-", "--format", "ndjson", "--redact", REDACT, "--record", name];
    let mut child = command(home.path())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let line = br#"{"type":"identify","userId":"u1","traits":{"email":"jo.secret@corp.example"}}"#;
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(line).and_then(|()| input.write_all(b"\n")).expect("it reads");
    drop(input);
    let ran = child.wait_with_output().expect("it ends");
    let shown = String::from_utf8_lossy(&ran.stdout);
    let said = String::from_utf8_lossy(&ran.stderr);
    let text = std::fs::read_to_string(&file).expect("the recording");
    for text in [&*shown, &*text] {
        assert!(!text.contains("jo.secret") && text.contains("@redacted.invalid"), "{text}");
    }
    assert!(said.contains("email: an id becomes a hash"), "{said}");
}

#[test]
fn entries_that_cannot_be_used_stop_the_start() {
    let home = tempfile::tempdir().expect("a folder");
    let ran =
        ending(home.path()).args(["tail", "--redact", "email,type"]).output().expect("it runs");
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("--redact: `type`: segscope needs `type` to read a call"), "{said}");
}
