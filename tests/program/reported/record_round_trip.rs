//! Calls that are exported and read again: nothing that their requests gave them is lost.

use super::{codes, segscope};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const AT: &str = "2026-11-20T10:00:05.000Z";
const SENT_AT: &str = "2026-11-20T09:00:02.000Z";
const BEFORE: &str = "2026-11-20T09:00:01.000Z";

/// The line of a recorded request.
fn line(number: u64, path: &str, body: &Value) -> Value {
    let method = if path.contains("pixel") { "GET" } else { "POST" };
    json!({
        "v": 1, "request": number, "received_at": AT, "method": method, "path": path, "query": "",
        "headers": {"authorization": "Basic d2tfdGVzdDo=", "content-type": "application/json"},
        "status": 200, "body": body,
    })
}

/// A call of each type, without its type. The clock of its sender is an hour slow.
fn untyped_calls() -> [(&'static str, Value); 6] {
    let call = |nth: u32, own: Value| {
        let mut call = json!({"messageId": format!("m{nth}"), "timestamp": BEFORE});
        call.as_object_mut().expect("an object").extend(own.as_object().expect("one").clone());
        call
    };
    [
        ("track", call(1, json!({"event": "Paid", "userId": "u1", "properties": {"plan": "p"}}))),
        ("identify", call(2, json!({"userId": "u1", "traits": {"email": "a@b.example"}}))),
        ("group", call(3, json!({"userId": "u1", "groupId": "g1", "traits": {"name": "G"}}))),
        ("page", call(4, json!({"anonymousId": "a1", "name": "Home"}))),
        ("screen", call(5, json!({"userId": "u1", "name": "Start"}))),
        ("alias", call(6, json!({"userId": "u1", "previousId": "a1"}))),
    ]
}

/// A recording with each call in a request of its own and in batches.
fn recording() -> String {
    let mut lines = Vec::new();
    for (kind, mut call) in untyped_calls() {
        call["sentAt"] = SENT_AT.into();
        lines.push(line(lines.len() as u64 + 1, &format!("/v1/{kind}"), &call));
        // a call may name another type than its path
        call["messageId"] = format!("{kind}-typed").into();
        call["type"] = "page".into();
        lines.push(line(lines.len() as u64 + 1, &format!("/v1/{}", &kind[..1]), &call));
    }
    let typed = untyped_calls().map(|(kind, mut call)| {
        call["messageId"] = format!("{kind}-batch").into();
        call["type"] = kind.into();
        call
    });
    // its own members come before those of its batch
    let mut own = typed[0].clone();
    own["messageId"] = "own".into();
    own["context"] = json!({"groupId": "own", "app": {"name": "A"}});
    let context = json!({"groupId": "g9", "library": {"name": "analytics-node", "version": "1"}});
    let calls: Vec<Value> = typed.into_iter().chain([own]).collect();
    let batch = json!({
        "batch": calls, "sentAt": SENT_AT, "context": context,
        "integrations": {"All": false, "Planhat": true},
    });
    lines.push(line(lines.len() as u64 + 1, "/v1/batch", &batch));
    let pixel = json!({"event": "Opened", "userId": "u1", "messageId": "px"});
    lines.push(line(lines.len() as u64 + 1, "/pixel/v1/track", &pixel));
    let hook = json!({"type": "track", "event": "Hook", "userId": "u1", "messageId": "hook"});
    let mut hook = line(lines.len() as u64 + 1, "/webhook", &hook);
    hook["signature"] = "missing".into();
    lines.push(hook);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn text(&self, args: &[&str], file: &Path) -> String {
        let mut command = segscope(self.0.path(), args);
        let output = command.arg(file).output().expect("the program runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The records of a file, as `check` or `export` writes them.
    fn records(&self, file: &Path) -> Vec<Value> {
        let text = self.text(&["check", "--format", "ndjson"], file);
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

/// A record without the number of its request, which is another if a batch became several.
fn without_number(mut record: Value) -> Value {
    record.as_object_mut().expect("an object").remove("request");
    record
}

/// What every export has to keep.
fn core(record: &Value) -> Value {
    let verdicts: Vec<&Value> = record["vendors"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, outcome)| &outcome["verdict"])
        .collect();
    json!({
        "type": record["type"], "name": record["name"], "id": record["message_id"],
        "missing": record["missing"], "account": record["account_id"], "user": record["user_id"],
        "verdicts": verdicts, "codes": codes(record),
    })
}

#[test]
fn records_that_are_read_again_are_the_same_calls() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let file = home.write("r.ndjson", recording());
    let first = home.records(&file);
    assert_eq!(first.len(), 21);
    assert_eq!(first[0]["type"], "track");
    let wanted: Vec<Value> = first.iter().cloned().map(without_number).collect();
    let lines: Vec<String> = first.iter().map(|record| format!("{record}\n")).collect();
    let packed = lines.iter().map(|line| {
        let line = Value::from(line.trim());
        format!("{{\"level\":\"info\",\"message\":{line}}}\n")
    });
    let pretty = |record: &Value| serde_json::to_string_pretty(record).expect("JSON");
    let list = format!("[{}]", lines.join(","));
    for (name, text) in [
        ("lines.ndjson", lines.concat()),
        ("list.json", list),
        ("values.json", first.iter().map(pretty).collect()),
        ("log.ndjson", packed.collect()),
        ("export.ndjson", home.text(&["export", "--format", "ndjson"], &file)),
    ] {
        let again = home.records(&home.write(name, text));
        assert_eq!(again.len(), wanted.len(), "{name}");
        for (again, wanted) in again.into_iter().zip(&wanted) {
            let mut wanted = wanted.clone();
            if name == "export.ndjson" {
                // an export masks write keys
                wanted["write_key"] = "***test".into();
            }
            assert_eq!(without_number(again), wanted, "{name}");
        }
    }
}

#[test]
fn reports_of_records_equal_those_of_their_recording() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let file = home.write("original.ndjson", recording());
    let records = home.text(&["check", "--format", "ndjson"], &file);
    let copy = home.write("copy.ndjson", records);
    for format in ["text", "junit", "sarif", "markdown"] {
        let report = |file: &Path| {
            let text = home.text(&["check", "--format", format], file);
            let name = file.file_name().expect("a name").to_string_lossy();
            text.replace(&*name, "FILE")
        };
        let wanted = report(&file);
        assert!(wanted.contains("PH-"), "{format}: {wanted}");
        assert_eq!(report(&copy), wanted, "{format}");
    }
}

#[test]
fn every_export_that_can_be_read_keeps_what_is_found_in_a_call() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let file = home.write("r.ndjson", recording());
    let wanted: Vec<Value> = home.records(&file).iter().map(core).collect();
    let records = home.write("records.ndjson", home.text(&["check", "--format", "ndjson"], &file));
    for source in [&file, &records] {
        for format in ["ndjson", "har"] {
            let text = home.text(&["export", "--format", format], source);
            let copy = home.write(&format!("copy.{format}"), text);
            let again = home.records(&copy);
            assert_eq!(again.len(), wanted.len(), "{format} of {}", source.display());
            for (again, wanted) in again.iter().map(core).zip(&wanted) {
                let mut wanted = wanted.clone();
                if format == "har" {
                    // an archive has no place for the result of checking a signature
                    let codes = wanted["codes"].as_array_mut().expect("a list");
                    codes.retain(|code| code != "signature_missing");
                }
                assert_eq!(again, wanted, "{format} of {}", source.display());
            }
        }
        // a curl line posts the call that was in an image's URL or in a webhook's request
        let copy = home.write("copy.sh", home.text(&["export", "--format", "curl"], source));
        let again = home.records(&copy);
        assert_eq!(again.len(), wanted.len());
        for (again, wanted) in again.iter().map(core).zip(&wanted) {
            if wanted["id"] == "px" || wanted["id"] == "hook" {
                assert_eq!(
                    ["type", "name", "id"].map(|it| &again[it]),
                    ["type", "name", "id"].map(|it| &wanted[it])
                );
                continue;
            }
            // and its call has the type that counts
            let mut wanted = wanted.clone();
            let codes = wanted["codes"].as_array_mut().expect("a list");
            codes.retain(|code| code != "EVT-TYPE-PATH");
            assert_eq!(again, wanted, "curl of {}", source.display());
        }
    }
}

/// Batches whose calls depend on each other: Segment discards a call, RudderStack refuses the request.
fn dependent_batches() -> String {
    let good = |nth: u32| json!({"type": "track", "event": "E", "userId": "u1", "timestamp": BEFORE, "messageId": format!("good-{nth}")});
    let bad = |nth: u32| json!({"type": "track", "event": "E", "timestamp": BEFORE, "messageId": format!("bad-{nth}")});
    let batch = |calls: &[Value]| {
        json!({
            "batch": calls, "sentAt": SENT_AT,
            "context": {"groupId": "g9"}, "integrations": {"All": true},
        })
    };
    let mut lines = vec![
        line(1, "/v1/batch", &batch(&[bad(1), good(1)])),
        line(2, "/v1/batch", &batch(&[good(2), bad(2)])),
        line(3, "/v1/batch", &batch(&[bad(3)])),
        // RudderStack is recognized by this path
        line(4, "/beacon/v1/batch", &batch(&[good(4), bad(4)])),
    ];
    // and by these headers
    for (nth, body) in [batch(&[good(5), bad(5), good(6)]), batch(&[good(7)])].iter().enumerate() {
        let mut line = line(5 + nth as u64, "/v1/batch", body);
        line["headers"]["rsa-retry-attempt"] = "1".into();
        lines.push(line);
    }
    let mut alone = line(7, "/v1/track", &good(8));
    alone["headers"]["anonymousid"] = "YTE=".into();
    lines.push(alone);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_record_keeps_what_the_other_calls_of_its_batch_did_to_its_call() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let file = home.write("r.ndjson", dependent_batches());
    let first = home.records(&file);
    let verdicts: Vec<String> = first
        .iter()
        .map(|record| format!("{} {}", record["service"]["name"], record["service"]["code"]))
        .collect();
    let count = |verdict: &str| verdicts.iter().filter(|it| *it == verdict).count();
    assert_eq!(count(r#""rudderstack" "request_refused""#), 3, "{verdicts:?}");
    assert_eq!(count(r#""rudderstack" null"#), 2, "{verdicts:?}");
    assert_eq!(count(r#""segment" "no_user_anon_id""#), 3, "{verdicts:?}");
    let codes_of = |nth: usize| codes(&first[nth]);
    assert!(
        codes_of(0).contains(&"multi_user_error") && !codes_of(1).contains(&"multi_user_error")
    );
    assert!(codes_of(4).contains(&"empty_batch_result"));
    let wanted: Vec<Value> = first.iter().cloned().map(without_number).collect();
    let records = home.text(&["check", "--format", "ndjson"], &file);
    let copy = home.write("copy.ndjson", &records);
    let again: Vec<Value> = home.records(&copy).into_iter().map(without_number).collect();
    assert_eq!(again, wanted);
    // what the engine imports and reads again from its own recording
    let exported = home.write("export.ndjson", home.text(&["export", "--with-secrets"], &copy));
    let again: Vec<Value> = home.records(&exported).into_iter().map(without_number).collect();
    assert_eq!(again, wanted, "exported");
    let archive = home.write("export.har", home.text(&["export", "--format", "har"], &copy));
    let again: Vec<Value> = home.records(&archive).iter().map(core).collect();
    assert_eq!(again, first.iter().map(core).collect::<Vec<_>>(), "archive");
    for format in ["text", "junit", "sarif", "markdown"] {
        let report = |file: &Path| {
            let name = file.file_name().expect("a name").to_string_lossy();
            home.text(&["check", "--format", format], file).replace(&*name, "FILE")
        };
        assert_eq!(report(&copy), report(&file), "{format}");
    }
}

#[test]
fn a_record_keeps_what_a_batch_in_a_file_did_to_its_call() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let batch = json!({"sentAt": SENT_AT, "context": {"groupId": "g9"}, "batch": [
        {"type": "track", "event": "Paid", "messageId": "m1"},
        {"type": "track", "event": "Paid", "userId": "u1", "messageId": "m2"},
    ]});
    let file = home.write("b.json", batch.to_string());
    let wanted: Vec<Value> = home.records(&file).into_iter().map(without_number).collect();
    assert!(codes(&wanted[0]).contains(&"multi_user_error"), "{wanted:?}");
    let text: String = wanted.iter().map(|record| format!("{record}\n")).collect();
    let again = home.records(&home.write("copy.ndjson", text));
    assert_eq!(again.into_iter().map(without_number).collect::<Vec<_>>(), wanted);
}

#[test]
fn the_record_of_a_batch_in_a_file_keeps_what_its_batch_gave_it() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let batch = json!({
        "batch": [{"type": "track", "event": "Paid", "userId": "u1", "messageId": "m1"}],
        "sentAt": SENT_AT, "context": {"groupId": "g9"},
    });
    let file = home.write("b.json", batch.to_string());
    let first = home.records(&file);
    let text: String = first.iter().map(|record| format!("{record}\n")).collect();
    assert_eq!(home.records(&home.write("copy.ndjson", text)), first);
    assert_eq!(first[0]["derived"]["context"]["groupId"], "g9");
}

#[test]
fn calls_of_a_file_are_the_same_calls_in_every_export() {
    let home = Folder(tempfile::tempdir().expect("a folder"));
    let time = "2026-11-22T10:00:05Z";
    let lines = [
        // the service has taken it, so it is not checked for ids
        json!({"type": "track", "messageId": "m1", "event": "Paid", "timestamp": time, "receivedAt": time}),
        json!({"type": "track", "messageId": "m2", "event": "Paid", "userId": "u1", "timestamp": time}),
        json!({"type": "track", "messageId": "m3", "event": "Paid", "userId": "u1"}),
        json!({"type": "track", "messageId": "m4", "userId": "u1", "x": "x".repeat(33_000), "event": "Paid"}),
        json!({"batch": [
            {"type": "track", "messageId": "m5", "userId": "u1", "event": "Paid"},
            {"type": "track", "messageId": "m6", "userId": "u1", "x": "x".repeat(33_000), "event": "Paid"},
        ]}),
        json!({"batch": vec![json!({
            "type": "identify", "messageId": "m7", "userId": "u1", "traits": {"x": "x".repeat(30_000)}
        }); 18]}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let file = home.write("calls.ndjson", text);
    let first = home.records(&file);
    let service_codes: Vec<&Value> = first[..7].iter().map(|it| &it["service"]["code"]).collect();
    let large = "call_too_large";
    let wanted = json!([null, null, null, large, "request_refused", large, "batch_too_large"]);
    assert_eq!(json!(service_codes), wanted);
    let wanted: Vec<Value> = first.iter().map(core).collect();
    for export in
        [&["check", "--format", "ndjson"][..], &["export"], &["export", "--format", "har"]]
    {
        let copy = home.write("copy", home.text(export, &file));
        assert_eq!(home.records(&copy).iter().map(core).collect::<Vec<_>>(), wanted, "{export:?}");
    }
}
