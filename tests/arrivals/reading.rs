//! The files that people have, read by every command in the same way.

use super::common::{self, StandIn, command, wait_for};
use super::{case, check_records, codes, segscope};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

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
fn a_gzip_file_that_is_cut_gives_what_comes_before_the_cut() {
    let home = Home::new();
    let mut text = String::new();
    for n in 0..400 {
        text.push_str(&A.replace("\"m1\"", &format!("\"m{n}-{}\"", n * 7919 % 1009)));
        text.push('\n');
    }
    let packed = gzip(text.as_bytes());
    let recorded = text.lines().enumerate().map(|(n, call)| {
        format!("{{\"v\":1,\"request\":{n},\"received_at\":\"2026-11-22T10:00:00.000Z\",\"method\":\"POST\",\"path\":\"/v1/track\",\"query\":\"\",\"headers\":{{}},\"status\":200,\"body\":{call}}}\n")
    });
    let recorded: String = recorded.collect();
    let list = format!("[{}]", text.trim_end().replace('\n', ",\n"));
    for (name, bytes) in [
        ("calls.gz", packed.clone()),
        ("recording.gz", gzip(recorded.as_bytes())),
        ("list.gz", gzip(list.as_bytes())),
    ] {
        let path = home.write(name, &bytes[..bytes.len() / 2]);
        let (code, out, err) = home.check(&path);
        assert_eq!(code, Some(2), "{name}: {err}");
        assert!(err.contains("the gzip data is cut off"), "{name}: {err}");
        assert!(err.contains("everything before that was read"), "{name}: {err}");
        let calls = home.records(&path).len();
        assert!((50..400).contains(&calls), "{name}: {calls}\n{out}");
    }
    // a damaged byte in the middle
    let mut damaged = packed;
    let middle = damaged.len() / 2;
    damaged[middle..middle + 40].fill(0);
    let (code, _, err) = home.check(&home.write("damaged.gz", damaged));
    assert_eq!(code, Some(2));
    assert!(err.contains("gzip data is"), "{err}");
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
fn a_list_that_is_cut_gives_what_comes_before_and_fails() {
    let home = Home::new();
    for (name, text) in [
        ("cut.json", format!("[\n{A},\n{B},\n{{\"type\":\"tr")),
        ("no-end.json", format!("[\n{A},\n{B},\n")),
        ("garbage.json", format!("[\n{A},\n{B},\nx]")),
    ] {
        let path = home.write(name, text);
        let (code, _, err) = home.check(&path);
        assert_eq!(code, Some(2), "{name}");
        assert!(err.contains("1 value could not be read"), "{name}: {err}");
        assert_eq!(home.names(&path), ["A", "u2"], "{name}");
    }
}

#[test]
fn reads_calls_in_envelopes() {
    let home = Home::new();
    let text = |call: &str| Value::from(call).to_string();
    let coded = |call: &str| STANDARD.encode(call);
    let each = |wrap: &dyn Fn(&str) -> String| format!("{}\n{}\n", wrap(A), wrap(B));
    for (name, lines) in [
        ("log-object", each(&|call| format!("{{\"level\":30,\"msg\":{call},\"time\":1}}"))),
        ("log-text", each(&|call| format!("{{\"level\":\"info\",\"message\":{}}}", text(call)))),
        (
            "log-words",
            each(&|call| {
                format!("{{\"message\":{}}}", text(&format!("sending to segment {call}")))
            }),
        ),
        (
            "docker",
            each(&|call| {
                format!(
                    "{{\"log\":{},\"stream\":\"stdout\",\"time\":\"t\"}}",
                    text(&format!("{call}\n"))
                )
            }),
        ),
        (
            "eventbridge",
            each(&|call| {
                format!(
                    "{{\"version\":\"0\",\"detail-type\":\"x\",\"source\":\"s\",\"detail\":{call}}}"
                )
            }),
        ),
        (
            "sqs",
            each(&|call| {
                format!("{{\"Records\":[{{\"messageId\":\"1\",\"body\":{}}}]}}", text(call))
            }),
        ),
        (
            "sqs-receive",
            format!(
                "{{\"Messages\":[{{\"MessageId\":\"1\",\"Body\":{}}},{{\"MessageId\":\"2\",\"Body\":{}}}]}}",
                text(A),
                text(B)
            ),
        ),
        (
            "sns",
            each(&|call| {
                format!(
                    "{{\"Type\":\"Notification\",\"MessageId\":\"1\",\"Message\":{}}}",
                    text(call)
                )
            }),
        ),
        (
            "pubsub",
            each(&|call| {
                format!(
                    "{{\"message\":{{\"data\":\"{}\",\"messageId\":\"1\"}},\"subscription\":\"s\"}}",
                    coded(call)
                )
            }),
        ),
        (
            "kinesis",
            format!(
                "{{\"Records\":[{{\"kinesis\":{{\"data\":\"{}\"}}}},{{\"kinesis\":{{\"data\":\"{}\"}}}}]}}",
                coded(A),
                coded(B)
            ),
        ),
        (
            "kafka",
            each(&|call| format!("{{\"topic\":\"t\",\"key\":null,\"payload\":{}}}", text(call))),
        ),
        ("gateway", each(&|call| format!("{{\"httpMethod\":\"POST\",\"body\":{}}}", text(call)))),
        (
            "gcp",
            each(&|call| format!("{{\"insertId\":\"1\",\"jsonPayload\":{{\"event\":{call}}}}}")),
        ),
        ("elastic", format!("{{\"hits\":{{\"hits\":[{{\"_source\":{A}}},{{\"_source\":{B}}}]}}}}")),
        (
            "rudder",
            each(&|call| {
                format!(
                    "{{\"version\":\"1\",\"type\":\"REST\",\"userId\":\"a\",\"body\":{{\"JSON\":{call},\"XML\":{{}}}}}}"
                )
            }),
        ),
        ("batch-in-text", format!("{{\"body\":{}}}", text(&format!("{{\"batch\":[{A},{B}]}}")))),
        ("mixed", format!("{{\"message\":\"started\"}}\n{{\"message\":{A}}}\n{B}\n{{\"n\":1}}\n")),
        ("first-bare", format!("{A}\n{{\"message\":{}}}\n", text(B))),
    ] {
        let path = home.write(&format!("{name}.json"), lines);
        assert_eq!(home.names(&path), ["A", "u2"], "{name}");
    }
    let (_, _, err) = home.check(&home.0.path().join("mixed.json"));
    assert!(
        err.contains("2 JSON values without a call passed over; the first is on line 1"),
        "{err}"
    );
}

#[test]
fn judges_the_event_of_a_delivery_and_not_the_delivery() {
    let home = Home::new();
    let records = home.records(&case("05-rudder-delivery-wrapper.json"));
    assert_eq!(records.len(), 1);
    assert_eq!(
        (&records[0]["type"], &records[0]["call"]["userId"]),
        (&json!("track"), &json!("u-1"))
    );
    assert!(!codes(&records[0]).contains(&"EVT-TYPE-UNKNOWN"));
}

#[test]
fn names_warehouse_rows() {
    let home = Home::new();
    let row = |n: u32| {
        format!(
            "{{\"id\":\"{n}\",\"received_at\":\"2026-11-20 10:00:00 UTC\",\"user_id\":\"u\",\"event\":\"report_exported\",\"context_library_name\":\"x\"}}"
        )
    };
    for path in [
        case("09-warehouse-tracks.ndjson"),
        home.write("list.json", format!("[{},\n{}]", row(1), row(2))),
        home.write("upper.ndjson", row(1).to_uppercase()),
        home.write("identifies.ndjson", "{\"ID\":\"1\",\"ANONYMOUS_ID\":\"a\",\"UUID_TS\":\"t\"}"),
        home.write("rows.gz", gzip(row(3).as_bytes())),
        home.write("rows.csv", "id,received_at,user_id,event\n1,2,u,e\n"),
    ] {
        let (code, out, err) = home.check(&path);
        assert_eq!(code, Some(2), "{}: {out}", path.display());
        assert!(err.contains("warehouse rows"), "{err}");
        assert!(!out.contains("EVT-TYPE-MISSING"), "{out}");
    }
    // among calls they are passed over and told, wherever they stand
    for (name, text) in [
        ("second", format!("{A}\n{}\n{B}\n", row(1))),
        ("first", format!("{}\n{A}\n{B}\n", row(1))),
    ] {
        let path = home.write(name, text);
        let (code, out, err) = home.check(&path);
        assert_eq!(code, Some(2), "{name}");
        assert!(err.contains("warehouse row"), "{name}: {err}");
        assert!(!out.contains("EVT-TYPE-MISSING"), "{name}: {out}");
    }
    let late: String = (0..300).map(|_| format!("{A}\n")).chain([row(1)]).collect();
    let (code, out, err) = home.check(&home.write("late", late));
    assert_eq!(code, Some(2));
    assert!(err.contains(":301: this is a warehouse row"), "{err}");
    assert!(!out.contains("EVT-TYPE-MISSING"), "{out}");
}

#[test]
fn names_the_kind_of_a_file_that_it_cannot_read_and_what_helps() {
    let home = Home::new();
    let utf16: Vec<u8> =
        "\u{feff}{\"type\":\"track\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut tar = vec![b'x'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (name, bytes, what, help) in [
        ("a.zip", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), "a zip archive", "unzip -p "),
        ("a.pcap", b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0".to_vec(), "a packet capture", "tshark -r "),
        ("a.pcapng", b"\x0a\x0d\x0d\x0a\x84\0\0\0".to_vec(), "a packet capture", "tshark -r "),
        ("flows", b"2047:9:websocket;0:~8:response;1938:".to_vec(), "a mitmproxy dump", "hardump="),
        ("a.chls", b"\xac\xed\0\x05sr".to_vec(), "a Charles session", "HAR"),
        ("a.csv", b"type,event,userId\ntrack,A,u1\n".to_vec(), "CSV", "mlr "),
        ("utf16.ndjson", utf16, "UTF-16 text", "iconv -f UTF-16 "),
        ("a.zst", b"\x28\xb5\x2f\xfd\0\0".to_vec(), "compressed with zstd", "zstd -dc "),
        ("a.tar", tar.clone(), "a tar archive", "tar -xOf "),
        ("a.tgz", gzip(&tar), "a tar archive", "tar -xOf "),
        ("a.parquet", b"PAR1\x15\0".to_vec(), "a Parquet file", "duckdb "),
        ("a.html", b"<!DOCTYPE html><html></html>".to_vec(), "a web page (HTML)", "download"),
        ("a.js", b"analytics.track('A', {})".to_vec(), "JavaScript", "JSON.stringify"),
        (
            "literal.json",
            b"{\n  type: 'track',\n  event: 'A'\n}".to_vec(),
            "JavaScript",
            "JSON.stringify",
        ),
        (
            "a.py",
            b"{'type': 'track', 'userId': None}".to_vec(),
            "Python values",
            "ast.literal_eval",
        ),
        (
            "app.log",
            format!("2026-11-20 INFO sent {A}\n2026-11-20 INFO sent {B}\n").into_bytes(),
            "log lines",
            "sed ",
        ),
    ] {
        let path = home.write(name, bytes);
        for command in [
            &["check"][..],
            &["export"],
            &["open", "--plain"],
            &["send", "--to", "http://127.0.0.1:9"],
            &["plan", "learn"],
        ] {
            let args = [command, &[path.to_str().expect("UTF-8")]].concat();
            let (code, out, err) = home.run(&args);
            assert_eq!(code, Some(2), "{args:?}: {err}");
            assert_eq!(out, "", "{args:?}");
            assert!(err.contains(&format!("this is {what}")), "{args:?}: {err}");
            assert!(err.contains("\nhelp: ") && err.contains(help), "{args:?}: {err}");
        }
    }
    // text of no known kind
    let (code, _, err) = home.check(&home.write("letter.txt", "Dear all,\n"));
    assert_eq!(code, Some(2));
    assert!(err.contains("expected a JSON value"), "{err}");
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
    assert!(err.contains("this is CSV\n"), "{err}");
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

/// The exit code and standard error of a command that is fed without end, and how long it took.
fn fed(home: &Home, args: &[&str], first: &[u8], piece: &[u8]) -> (Option<i32>, String, Duration) {
    let begin = Instant::now();
    let mut child = command(home.0.path())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    let (first, piece) = (first.to_vec(), piece.to_vec());
    let feeder = std::thread::spawn(move || {
        let mut fed = input.write_all(&first);
        while fed.is_ok() {
            fed = input.write_all(&piece);
        }
    });
    let status = wait_for("its end", || child.try_wait().expect("it runs"));
    let took = begin.elapsed();
    feeder.join().expect("no panic");
    let mut err = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut err).expect("text");
    (status.code(), err, took)
}

#[test]
fn input_without_end_is_refused_at_once() {
    let home = Home::new();
    let text = |byte: u8| vec![byte; 64 << 10];
    for (first, piece, what) in [
        ("", text(0), "this is a binary file"),
        ("", b"y\n".repeat(30_000), "expected a JSON value"),
        ("", text(b'1'), "expected"),
        ("", text(b' '), "found nothing"),
        ("", text(b'['), "expected"),
        ("{\"a\":\"", text(b'x'), "has no end"),
        ("[\n{\"a\":", text(b'1'), "has no end"),
    ] {
        for args in
            [&["check", "-"][..], &["send", "--to", "http://127.0.0.1:9", "-"], &["export", "-"]]
        {
            let (code, err, took) = fed(&home, args, first.as_bytes(), &piece);
            assert_eq!(code, Some(2), "{args:?} {what}: {err}");
            assert!(err.contains(what), "{args:?}: {err}");
            assert!(took < common::DEADLINE, "{args:?} took {took:?}");
        }
    }
    let (code, err, _) = fed(&home, &["map"], b"", &text(0));
    assert_eq!(code, Some(2));
    assert!(err.contains("line 1 is longer than 16 MB"), "{err}");
}

#[test]
fn a_sparse_file_is_refused_without_being_read() {
    let home = Home::new();
    let path = home.0.path().join("sparse.ndjson");
    std::fs::File::create(&path).and_then(|file| file.set_len(10 << 30)).expect("made");
    for command in [&["check"][..], &["export"], &["open", "--plain"], &["send"]] {
        let begin = Instant::now();
        let (code, _, err) = home.run(&[command, &[path.to_str().expect("UTF-8")]].concat());
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("this is a binary file"), "{err}");
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
    assert_eq!(home.check(Path::new("/dev/zero")).0, Some(2));
}

#[test]
fn a_damaged_first_line_costs_only_that_line() {
    let home = Home::new();
    let line = |n: u32| {
        format!(
            "{{\"v\":1,\"request\":{n},\"received_at\":\"2026-11-22T10:00:00.000Z\",\"method\":\"POST\",\"path\":\"/v1/track\",\"query\":\"\",\"headers\":{{}},\"status\":200,\"body\":{}}}\n",
            A.replace("m1", &format!("m{n}"))
        )
    };
    let rest: String = (2..6).map(line).collect();
    for first in [
        "{\"v\"21,\"request\":1}",
        "{\"v\":1,\"req",
        "\0\0\0\0\0",
        "\u{1}x",
        "{\"v\":1,\"request\":\"x\"}",
    ] {
        let path = home.write("r.ndjson", format!("{first}\n{rest}"));
        let (code, out, err) = home.check(&path);
        assert_eq!(code, Some(2), "{first:?}: {err}");
        assert!(err.contains("1 line(s) of the recording could not be read"), "{first:?}: {err}");
        assert!(out.contains("4 calls"), "{first:?}: {out}");
    }
    // of calls too
    let calls = format!("{{\"ty\n{A}\n{B}\n");
    let path = home.write("calls.ndjson", calls);
    let (code, _, err) = home.check(&path);
    assert_eq!(code, Some(2));
    assert!(err.contains("1 value could not be read; the first is on line 1"), "{err}");
    assert_eq!(home.names(&path), ["A", "u2"]);
}

#[test]
fn map_answers_lines_that_are_not_utf8_and_takes_a_byte_order_mark() {
    let home = Home::new();
    let line = "{\"vendor\":\"suprsend\",\"event\":{\"type\":\"page\"}}";
    let input = [
        b"\xef\xbb\xbf",
        line.as_bytes(),
        b"\n\xff\xfe\n",
        line.as_bytes(),
        b"\n{\"a\":\"\xe4\"}\n",
    ]
    .concat();
    let output = segscope(home.0.path(), &["map"]).write_stdin(input).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(
        (&lines[0]["verdict"], &lines[2]["verdict"]),
        (&json!("ignored"), &json!("ignored"))
    );
    for at in [1, 3] {
        assert!(lines[at]["error"].as_str().is_some_and(|error| error.contains("UTF-8")), "{text}");
    }
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
