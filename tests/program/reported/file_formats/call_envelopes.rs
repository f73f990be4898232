//! Calls inside of something else: envelopes, deliveries, warehouse rows, and files that hold no call.

use super::{A, B, Home, gzip};
use crate::reported::{case, codes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

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
            "grep -o '{.*}' ",
        ),
        (
            "syslog",
            format!("<34>1 2026-11-20T10:00:00Z host app - - - {A}\n").into_bytes(),
            "log lines",
            "grep -o '{.*}' ",
        ),
        (
            "monolog",
            format!("[2026-11-20 10:00:00] production.INFO: {A} [] []\n").into_bytes(),
            "log lines",
            "grep -o '{.*}' ",
        ),
        (
            "compose",
            format!("web-1  | listening\nweb-1  | {A}\nweb-1  | x\n").into_bytes(),
            "log lines",
            "grep -o '{.*}' ",
        ),
        (
            "arrays",
            format!("10:00 INFO [{A},{B}]\n").into_bytes(),
            "log lines",
            "grep -o '\\[{.*}\\]' ",
        ),
        ("a.tsv", b"id\tname\n1\tx\n".to_vec(), "TSV", "mlr --itsv "),
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
