//! Input that is damaged, sparse or without end.

use super::{A, B, Home, gzip};
use crate::common::{self, command, wait_for};
use crate::reported::segscope;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

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
