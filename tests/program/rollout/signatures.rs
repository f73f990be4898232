//! `--require-signature`: webhooks without a right signature are recorded and refused.

use crate::common::StandIn;
use crate::rollout::{ending, tail};
use segscope::wire::signature::sign;
use serde_json::Value;
use std::path::Path;

const TRACK: &[u8] = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;

const REQUIRE: [&str; 3] = ["--webhook-secret", "s3cret", "--require-signature"];

fn junit(home: &Path, file: &Path) -> String {
    let ran = ending(home).args(["check", "--format", "junit"]).arg(file).output();
    String::from_utf8(ran.expect("it runs").stdout).expect("text")
}

#[test]
fn refuses_a_webhook_without_a_right_signature_and_shows_it() {
    let home = tempfile::tempdir().expect("a folder");
    let (mut program, mut http, file) = tail(home.path(), &REQUIRE);
    let right = sign(TRACK, "s3cret");
    for (signature, status, code) in [
        (Some(right.as_str()), 200, None),
        (Some("00"), 401, Some("signature_wrong")),
        (None, 401, Some("signature_missing")),
    ] {
        let headers: Vec<(&str, &str)> =
            signature.map(|text| ("x-signature", text)).into_iter().collect();
        let answer = http.request("POST", "/webhook", &headers, TRACK).expect("an answer");
        assert_eq!(answer.status, status, "{signature:?}");
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body["code"].as_str(), code, "{body}");
    }
    // only webhooks are signed
    assert_eq!(http.post("/v1/track", TRACK).expect("an answer").status, 200);
    let summary = http.get("/_segscope/summary").expect("an answer");
    let summary: Value = serde_json::from_slice(&summary.body).expect("JSON");
    assert_eq!(summary["refused"], 2);
    program.end();
    let text = std::fs::read_to_string(&file).expect("the recording");
    let refused: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &Value| line["status"] == 401)
        .collect();
    assert_eq!(refused.len(), 2, "{text}");
    assert!(refused.iter().all(|line| line["body_text"].as_str().is_some()), "{refused:?}");
    assert!(!text.contains(&right) && !text.contains("s3cret"), "credentials are hashed");
}

#[test]
fn asks_for_a_secret_to_check_signatures_with() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--require-signature"];
    let ran = ending(home.path()).args(args).output().expect("it runs");
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ran.stderr);
    let want = "--require-signature: there is no `webhook_secret` to check signatures with";
    assert!(said.contains(want), "{said}");
}

#[test]
fn a_webhook_without_a_right_signature_is_not_forwarded() {
    let upstream = StandIn::start();
    let url = format!("http://{}", upstream.address);
    let home = tempfile::tempdir().expect("a folder");
    let flags = [&REQUIRE[..], &["--forward", &url]].concat();
    let (mut program, mut http, file) = tail(home.path(), &flags);
    let right = sign(TRACK, "s3cret");
    for (signature, status) in
        [(None, 401), (Some("00"), 401), (Some(""), 401), (Some(&*right), 200)]
    {
        let headers: Vec<(&str, &str)> =
            signature.map(|text| ("x-signature", text)).into_iter().collect();
        let answer = http.request("POST", "/webhook", &headers, TRACK).expect("an answer");
        assert_eq!(answer.status, status, "{signature:?}");
    }
    let summary = http.get("/_segscope/summary").expect("an answer");
    let summary: Value = serde_json::from_slice(&summary.body).expect("JSON");
    assert_eq!((&summary["refused"], &summary["calls"]), (&3.into(), &1.into()), "{summary}");
    assert_eq!(summary["forward"]["received"], 1, "{summary}");
    program.end();
    assert_eq!(upstream.requests().len(), 1, "only the signed one is sent on");
    let text = std::fs::read_to_string(&file).expect("the recording");
    assert_eq!(text.matches(r#""status":401"#).count(), 3, "{text}");
    let report = junit(home.path(), &file);
    assert!(report.contains("set a shared secret in the webhook destination"), "{report}");
}

#[test]
fn records_the_status_of_a_fault_that_replaces_the_refusal() {
    let missing = "the request has no X-Signature header";
    for (fault, status) in
        [("status=503 answer", 503), ("status=404 answer", 404), ("half answer", 401)]
    {
        let upstream = StandIn::start();
        let url = format!("http://{}", upstream.address);
        for more in [&[][..], &["--forward", &url]] {
            let home = tempfile::tempdir().expect("a folder");
            let flags = [&REQUIRE[..], &["--fault", fault], more].concat();
            let (mut program, mut http, file) = tail(home.path(), &flags);
            match http.request("POST", "/webhook", &[], TRACK) {
                Ok(answer) => assert_eq!(answer.status, status, "{fault} {more:?}"),
                // half of a body
                Err(_) => assert_eq!(status, 401, "{fault} {more:?}"),
            }
            program.end();
            let text = std::fs::read_to_string(&file).expect("the recording");
            let line: Value = serde_json::from_str(text.trim()).expect("a line");
            assert_eq!((&line["status"], &line["fault"]), (&status.into(), &fault.into()));
            assert_eq!(line["refused"]["message"], missing, "{line}");
            let report = junit(home.path(), &file);
            assert!(report.contains(missing), "{report}");
            assert!(report.contains("set a shared secret in the webhook destination"), "{report}");
            assert!(!report.contains("not found"), "{report}");
        }
        assert_eq!(upstream.requests(), [""; 0], "nothing is sent on");
    }
}
