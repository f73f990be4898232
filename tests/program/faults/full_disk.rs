//! A disk that is full, and has room again: nothing is acknowledged that is not recorded.

use crate::common::{Http, Program};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::Value;

#[test]
fn a_full_disk_is_answered_503_and_survived() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let mut program = Program::start(
        home.path(),
        &[
            "tail",
            "--listen",
            "127.0.0.1:0",
            "--format",
            "quiet",
            "--record",
            recording.to_str().expect("UTF-8"),
        ],
    );
    let pid = Pid::from_child(&program.child);
    let limit = |bytes| {
        let old = prlimit(Some(pid), Resource::Fsize, Rlimit { current: bytes, maximum: None });
        old.expect("the limit is ours to set");
    };
    // a limit on the file's length is the nearest thing to a full disk that needs no root
    limit(Some(20_000));
    let mut http = Http::connect(&program.address).expect("it listens");
    let mut acknowledged = Vec::new();
    let mut post = |http: &mut Http, n: usize| {
        let body = format!(
            r#"{{"type":"track","event":"E","userId":"u","messageId":"m{n}","properties":{{"x":"{}"}}}}"#,
            "y".repeat(700)
        );
        let answer = http.post("/v1/track", body.as_bytes()).expect("an answer");
        if answer.status == 200 {
            acknowledged.push(format!("m{n}"));
        }
        answer
    };
    let refused = (0..100)
        .map(|n| post(&mut http, n))
        .find(|answer| answer.status != 200)
        .expect("it is full before long");
    assert_eq!(refused.status, 503);
    let body: Value = serde_json::from_slice(&refused.body).expect("JSON");
    assert_eq!(body["success"], false);
    assert!(
        body["message"].as_str().expect("a message").contains("recording cannot be written"),
        "{body}"
    );

    limit(None);
    for n in 200..203 {
        assert_eq!(post(&mut http, n).status, 200, "there is room again");
    }
    assert_eq!(program.end(), Some(0));
    let words = program.last_words();
    assert!(words.contains("1 not recorded (503)"), "{words}");
    let text = std::fs::read_to_string(&recording).expect("the recording");
    let kept: Vec<String> = text
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("only whole lines");
            line["body"]["messageId"].as_str().expect("an id").to_owned()
        })
        .collect();
    assert_eq!(kept, acknowledged);
}
