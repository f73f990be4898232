//! The files that people have, read by every command in the same way.

mod archived_requests;
mod call_envelopes;
mod damaged_input;
mod mixed_rows;

use super::{case, check_records, segscope};
use crate::common::StandIn;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

const A: &str = r#"{"type":"track","event":"A","userId":"u1","anonymousId":"a1","messageId":"m1","properties":{"account_id":"c1"}}"#;
const B: &str = r#"{"type":"identify","userId":"u2","anonymousId":"a1","messageId":"m2","traits":{"email":"x@example.org"}}"#;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// Exit code, standard output and standard error of a command.
    fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let output = segscope(self.0.path(), args).output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    fn check(&self, path: &Path) -> (Option<i32>, String, String) {
        self.run(&["check", "--fail-on", "never", path.to_str().expect("UTF-8")])
    }

    /// The call records of a file.
    fn records(&self, path: &Path) -> Vec<Value> {
        check_records(self.0.path(), path, &["--fail-on", "never"])
    }

    /// The names of the calls of a file, for those of an identify call its user.
    fn names(&self, path: &Path) -> Vec<String> {
        let name = |record: &Value| {
            let call = &record["call"];
            call["event"].as_str().or(call["userId"].as_str()).unwrap_or("?").to_owned()
        };
        self.records(path).iter().map(name).collect()
    }
}

#[test]
fn reads_the_tracking_requests_of_a_browsers_har() {
    let home = Home::new();
    let records =
        check_records(home.0.path(), &case("01-devtools.har"), &["--vendor", "customersuccessbox"]);
    assert_eq!(records.len(), 3, "{records:#?}");
    let types: Vec<&str> = records.iter().filter_map(|record| record["type"].as_str()).collect();
    assert_eq!(types, ["track", "identify", "track"]);
    let missing = records[0]["findings"].as_array().expect("findings");
    let missing = missing.iter().find(|finding| finding["code"] == "CSB-T-ACCOUNT-MISSING");
    assert!(missing.expect("it is found").to_string().contains("accountId"));
    let (_, _, err) = home.check(&case("01-devtools.har"));
    assert!(err.contains("3 tracking requests read, 3 other entries passed over"), "{err}");
    assert!(!format!("{records:?}").contains("sid=secret"), "a cookie is kept as a hash");
}

#[test]
fn reads_a_har_whose_bodies_are_base64_of_gzip() {
    let home = Home::new();
    let records = home.records(&case("03-har-gzip-base64.har"));
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0]["type"], "track");
    assert_eq!(records[0]["path"], "/v1/batch");
}

#[test]
fn the_host_of_a_har_tells_whose_call_it_is() {
    let home = Home::new();
    let entry = |host: &str| {
        let call = Value::from(r#"{"event":"A","userId":"u","anonymousId":"a"}"#);
        format!(
            "{{\"request\":{{\"method\":\"POST\",\"url\":\"https://{host}/v1/track\",\"headers\":[],\"postData\":{{\"text\":{call}}}}}}}"
        )
    };
    let entries = [entry("acme.dataplane.rudderstack.com"), entry("api.segment.io")].join(",");
    let text = format!("{{\"log\":{{\"creator\":{{}},\"entries\":[{entries}]}}}}");
    let records = home.records(&home.write("a.har", text));
    let sent = |nth: usize| records[nth]["derived"]["sentAt"].is_string();
    assert!(sent(0), "RudderStack adds `sentAt`: {records:?}");
    assert!(!sent(1), "Segment does not: {records:?}");
}

#[test]
fn reads_gzip_by_its_content() {
    let home = Home::new();
    let plain = home.records(&case("04-segment-s3-archive.ndjson"));
    let packed = home.records(&case("04-segment-s3-archive.gz"));
    assert_eq!(plain.len(), 2);
    assert_eq!(plain, packed);
    let two = [gzip(format!("{A}\n").as_bytes()), gzip(format!("{B}\n").as_bytes())].concat();
    for (name, bytes) in [
        ("members", two),
        ("twice.log", gzip(&gzip(format!("{A}\n{B}").as_bytes()))),
        ("array.json.gz", gzip(format!("[{A},\n{B}]").as_bytes())),
        ("pretty.gz", gzip(format!("{{\n\"batch\": [\n{A},\n{B}]\n}}").as_bytes())),
        ("wrapped.gz", gzip(format!("{{\"message\":{A}}}\n{{\"message\":{B}}}\n").as_bytes())),
    ] {
        let path = home.write(name, bytes);
        assert_eq!(home.names(&path), ["A", "u2"], "{name}");
    }
}

#[test]
fn reads_json_values_however_they_are_laid_out() {
    let home = Home::new();
    let pretty = |text: &str| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        serde_json::to_string_pretty(&value).expect("JSON")
    };
    for (name, text) in [
        ("one-after-the-other.json", format!("{A}{B}")),
        ("pretty.json", format!("{}\n{}\n", pretty(A), pretty(B))),
        ("list.json", format!("[\n  {A},\n  {B}\n]\n")),
        ("one-line-list.json", format!("[{A},{B}]")),
        ("pretty-list.json", pretty(&format!("[{A},{B}]"))),
        ("lists.json", format!("[[{A}],\n[{B}]]")),
        (
            "batch.json",
            pretty(&format!("{{\"batch\":[{A},{B}],\"sentAt\":\"2026-11-20T10:00:00Z\"}}")),
        ),
        ("sequence.json", format!("\u{1e}{A}\n\u{1e}{B}\n")),
        ("commas.json", format!("{A},\n{B}\n")),
        ("bom.json", format!("\u{feff}{}\n{B}", pretty(A))),
        ("blank-lines.ndjson", format!("\n\n{A}\r\n\r\n{B}\r\n")),
    ] {
        let path = home.write(name, text);
        assert_eq!(home.names(&path), ["A", "u2"], "{name}");
    }
}

#[test]
fn reads_folders_in_the_order_of_names() {
    let home = Home::new();
    home.write("calls/2/b.json.gz", gzip(B.as_bytes()));
    home.write("calls/1/a.ndjson", A);
    home.write("calls/.hidden", "x");
    home.write("calls/3/empty.ndjson", "");
    let folder = home.0.path().join("calls");
    assert_eq!(home.names(&folder), ["A", "u2"]);
    home.write("calls/4/letter.txt", "Dear all,\n");
    let (code, out, err) = home.check(&folder);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("2 calls"), "{out}");
    assert!(
        err.contains("1 of 4 files passed over; the first: ") && err.contains("letter.txt"),
        "{err}"
    );
    std::os::unix::fs::symlink(&folder, folder.join("loop")).expect("a link");
    assert_eq!(home.names(&folder), ["A", "u2"]);
    home.write("other/letter.txt", "Dear all,\n");
    let (code, _, err) = home.check(&home.0.path().join("other"));
    assert_eq!(code, Some(2));
    assert!(err.contains("none of the 1 files in this folder holds calls"), "{err}");
    let har = std::fs::read(case("01-devtools.har")).expect("a HAR");
    home.write("mixed/a.har", har);
    home.write("mixed/b.ndjson", A);
    assert_eq!(home.records(&home.0.path().join("mixed")).len(), 4);
}

#[test]
fn reads_its_own_exports() {
    let home = Home::new();
    let file = home.write(
        "calls.ndjson",
        format!("{A}\n{B}\n{{\"type\":\"page\",\"userId\":\"it's\",\"name\":\"é\"}}\n"),
    );
    let file = file.to_str().expect("UTF-8");
    for (format, name) in [("ndjson", "e.ndjson"), ("har", "e.har"), ("curl", "e.sh")] {
        let (code, out, err) = home.run(&["export", "--format", format, file]);
        assert_eq!(code, Some(0), "{err}");
        let path = home.write(name, out);
        assert_eq!(home.names(&path), ["A", "u2", "it's"], "{format}");
    }
    let (_, out, _) = home.run(&["export", "--format", "csv", file]);
    let (code, _, err) = home.check(&home.write("e.csv", out));
    assert_eq!(code, Some(2));
    assert!(err.contains("segscope's own CSV export"), "{err}");
    assert!(err.contains("check the recording"), "{err}");
}

#[test]
fn send_sends_what_check_reads_and_refuses_what_check_refuses() {
    let home = Home::new();
    let elsewhere = StandIn::start();
    let to = format!("http://{}", elsewhere.address);
    let send = |path: &Path| {
        home.run(&["send", "--to", &to, "--write-key", "K", path.to_str().expect("UTF-8")])
    };
    let har = "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"request\":{\"method\":\"GET\",\"url\":\"https://app.example.org/\",\"headers\":[{\"name\":\"cookie\",\"value\":\"sid=secret\"}]}}]}}";
    let broken = format!("{A}\n{{\"type\":}}\n");
    let cut = gzip(format!("{A}\n").repeat(400).as_bytes());
    for path in [
        home.write("no-calls.har", har),
        home.write("broken.ndjson", broken),
        home.write("cut.gz", &cut[..cut.len() - 9]),
        home.write("letter.txt", "Dear all,"),
        home.write("other.json", "{\"n\":1}"),
        case("09-warehouse-tracks.ndjson"),
    ] {
        let (code, _, err) = send(&path);
        assert_eq!(code, Some(2), "{}: {err}", path.display());
        let (code, ..) = home.check(&path);
        assert_eq!(code, Some(2), "{}", path.display());
    }
    assert_eq!(elsewhere.requests(), [""; 0], "nothing was sent");
    // of a HAR only the calls go, never its cookies
    let (code, _, err) = send(&case("01-devtools.har"));
    assert_eq!(code, Some(0), "{err}");
    let sent = elsewhere.requests();
    assert_eq!(sent.len(), 3);
    assert!(!sent.iter().any(|request| request.contains("secret") || request.contains("entries")));
    assert_eq!(send(&home.write("calls.gz", gzip(format!("[{A},\n{B}]").as_bytes()))).0, Some(0));
    assert_eq!(elsewhere.requests().len(), 5);
}

#[test]
fn plans_and_exports_read_the_same_files() {
    let home = Home::new();
    let packed = home.write("calls.gz", gzip(format!("{A}\n{B}").as_bytes()));
    let packed = packed.to_str().expect("UTF-8");
    let har = case("01-devtools.har");
    let har = har.to_str().expect("UTF-8");
    let (code, plan, err) = home.run(&["plan", "learn", packed]);
    assert_eq!(code, Some(0), "{err}");
    assert!(plan.contains("\"A\""), "{plan}");
    let plan = home.write("plan.toml", plan);
    let plan = plan.to_str().expect("UTF-8");
    assert_eq!(home.run(&["plan", "check", plan, packed]).0, Some(0));
    assert_eq!(home.run(&["check", "--fail-on", "never", "--expect", packed, packed]).0, Some(0));
    let (code, out, _) = home.run(&["export", "--format", "ndjson", har]);
    assert_eq!((code, out.lines().count()), (Some(0), 3));
    let (code, ..) = home.run(&["plan", "learn", har]);
    assert_eq!(code, Some(0));
}

#[test]
fn a_gateway_job_has_one_time_of_arrival() {
    let home = Home::new();
    let path = home.write(
        "job.json",
        r#"{"receivedAt":"2026-11-20T10:00:05.000Z","requestIP":"::1","writeKey":"k","batch":[{"type":"track","event":"A","userId":"u","anonymousId":"a","sentAt":"2026-11-20T10:00:01.000Z","originalTimestamp":"2026-11-20T10:00:00.000Z"}]}"#,
    );
    let record = &home.records(&path)[0];
    assert_eq!(record["received_at"], "2026-11-20T10:00:05.000Z");
    assert_eq!(record["derived"]["receivedAt"], "2026-11-20T10:00:05.000Z");
}

#[test]
fn an_open_file_is_named_with_its_size() {
    let home = Home::new();
    let path = home.write("calls.gz", gzip(format!("{A}\n{B}").as_bytes()));
    let mut command = segscope(home.0.path(), &["open", "--plain", path.to_str().expect("UTF-8")]);
    let output = command.write_stdin("status\nquit\n").output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("segscope reads a file"), "{text}");
    assert!(text.contains("calls.gz"), "{text}");
    assert!(!text.contains("recorded in") && !text.contains("paused"), "{text}");
}

#[test]
fn a_batch_that_its_service_refuses_is_a_request_without_calls() {
    let home = Home::new();
    let nested = format!("{{\"batch\":[{{\"batch\":[{A},{B}]}}]}}");
    let object = format!("{{\"batch\":{A},\"sentAt\":\"2024-05-01T10:00:00Z\"}}");
    let reasons = [
        "the only item of `batch` is a batch; a call is an object",
        "`batch` is an object; a batch expects",
    ];
    for (name, text) in [
        ("lines.ndjson", format!("{B}\n{nested}\n{object}\n")),
        ("list.json", format!("[{B},{nested},{object}]")),
        ("envelopes.ndjson", format!("{B}\n{{\"message\":{nested}}}\n{object}\n")),
    ] {
        let file = home.write(name, text);
        assert_eq!(home.names(&file), ["u2"], "{name}");
        let (code, stdout, stderr) = home.check(&file);
        assert_eq!(code, Some(0), "{stderr}");
        for reason in reasons {
            assert!(
                stdout.contains(&format!("error bad_request (1 request)\n  {reason}")),
                "{stdout}"
            );
        }
        let (_, lines, _) = home.run(&["tail", "--format", "text", file.to_str().expect("UTF-8")]);
        assert_eq!(lines.matches(" no call: ").count(), 2, "{lines}");
    }
}
