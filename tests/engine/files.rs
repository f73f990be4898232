//! Files of calls: taken in line by line, whatever their form, and followed while they grow.

use segscope::engine::{Engine, FileError, InUse, Recording, RowDetail};
use segscope::vendors::Vendors;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn start(recording: Recording) -> Engine {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use = InUse::without_choice(&vendors);
    Engine::start(recording, vendors, in_use, Default::default()).expect("readable")
}

fn opened(path: &Path) -> Engine {
    let mut recording = Recording::default();
    recording.add(path).expect("readable");
    let engine = start(recording);
    engine.settle();
    engine
}

fn followed(path: &Path) -> Engine {
    let mut recording = Recording::default();
    recording.add_followed(path).expect("readable");
    let engine = start(recording);
    engine.settle();
    engine
}

fn names(engine: &Engine) -> Vec<String> {
    engine.window(0..engine.rows()).into_iter().map(|row| row.name).collect()
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

fn append(path: &Path, text: &str) {
    let file = OpenOptions::new().append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).expect("written");
}

fn call(name: &str) -> String {
    format!(
        r#"{{"type":"track","event":"{name}","userId":"u","timestamp":"2026-11-22T10:00:00Z"}}"#
    )
}

#[test]
fn every_form_of_line_gives_its_calls_in_order() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let mut text = "\u{feff}".to_owned();
    for n in 0..6_000 {
        let call = |at: u32| call(&format!("E{n}-{at}"));
        text.push_str(&match n % 5 {
            0 => format!("{}\n", call(0)),
            1 => format!("  {}\r\n\n", call(0)),
            2 => format!("[{},{}]\n", call(0), call(1)),
            3 => format!("{{\"seq\":{n},\"call\":{}}}\n", call(0)),
            _ => format!("{{\"batch\":[{},{}]}}\n", call(0), call(1)),
        });
    }
    text.push_str(&call("the last, without a line end"));
    std::fs::write(&file, &text).expect("written");
    let engine = opened(&file);
    let mut recording = Recording::default();
    recording.add(&file).expect("readable");
    let mut wanted: Vec<String> = Vec::new();
    let each = |call: &str, _: Option<i64>| {
        let value: serde_json::Value = serde_json::from_str(call).expect("JSON");
        let calls = value["batch"].as_array().cloned().unwrap_or_else(|| vec![value]);
        let names =
            calls.into_iter().map(|call| call["event"].as_str().expect("a name").to_owned());
        wanted.extend(names);
        Ok::<(), FileError>(())
    };
    recording.each_call(each).expect("calls");
    assert_eq!(wanted.len(), 8_401);
    assert_eq!(names(&engine), wanted);
    assert_eq!(engine.window(0..1)[0].received_at, 1_795_341_600_000);
    assert!(engine.wrong().is_none());
    assert_eq!(engine.stats().recording.as_deref(), Some(&*file));
}

#[test]
fn no_response_is_shown_for_what_a_file_has() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    std::fs::write(&file, format!("{0}\n{{\"batch\":{0}}}\n", call("A"))).expect("written");
    let engine = opened(&file);
    assert_eq!(engine.rows(), 2);
    for row in 0..2 {
        let request = match engine.detail(row).expect("readable").expect("a row") {
            RowDetail::Call(call) => (*call.request).clone(),
            RowDetail::NoCall(row) => row.request,
        };
        assert!(request.is_bare());
        assert_eq!(request.answer, "", "row {row}");
    }
    let no_call = engine.window(1..2).remove(0).no_call.expect("a request without calls");
    assert_eq!((no_call.status, no_call.path.as_str()), (None, ""));
}

#[test]
fn what_is_no_call_is_told_by_its_line_and_passed_over() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let lines = [&call("A"), "", "{\"type\":}", "3", "[{},4]", &call("B"), "{\"a\"", "\u{1}"];
    std::fs::write(&file, lines.join("\n")).expect("written");
    let engine = opened(&file);
    assert_eq!(names(&engine), ["A", "B"]);
    let wrong = engine.wrong().expect("an error").to_string();
    assert!(
        wrong.ends_with("calls.ndjson:3: column 9: expected a JSON value, found `}`"),
        "{wrong}"
    );
    let notice = engine.stats().problem.expect("a notice");
    assert!(notice.ends_with("; it and 4 more were passed over"), "{notice}");
}

#[test]
fn a_file_is_followed_as_it_grows_is_cut_and_is_replaced() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    File::create(&file).expect("made");
    let engine = followed(&file);
    assert_eq!(engine.rows(), 0);
    append(&file, &format!("{}\n{}", call("A"), &call("B")[..10]));
    wait_for("the first", || engine.rows() == 1);
    append(&file, &call("B")[10..]);
    append(&file, "\n");
    wait_for("the torn one has its rest", || names(&engine) == ["A", "B"]);

    File::create(&file).expect("cut");
    append(&file, &format!("{}\n", call("C")));
    wait_for("it goes on from the beginning", || names(&engine) == ["A", "B", "C"]);
    let notice = engine.stats().problem.expect("a notice");
    assert!(notice.contains("while it was followed"), "{notice}");

    append(&file, &format!("{}\n", call("D")));
    let other = home.path().join("other.ndjson");
    std::fs::write(&other, format!("{}\n", call("E"))).expect("written");
    std::fs::rename(&other, &file).expect("moved");
    wait_for("the new file too", || names(&engine) == ["A", "B", "C", "D", "E"]);
    let notice = engine.stats().problem.expect("a notice");
    assert!(notice.contains("was replaced while it was followed"), "{notice}");
    // what was read can still be looked at
    for row in 0..5 {
        assert!(matches!(engine.detail(row), Ok(Some(_))), "{row}");
    }
}

#[test]
fn a_recording_is_followed_with_its_refusals_and_clears() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let line = |n: u64, call: &str| {
        format!(
            "{{\"v\":1,\"request\":{n},\"received_at\":\"2026-11-22T10:00:00.000Z\",\"method\":\"POST\",\"path\":\"/v1/track\",\"query\":\"\",\"headers\":{{}},\"status\":200,\"body\":{call}}}\n"
        )
    };
    std::fs::write(&file, line(1, &call("A"))).expect("written");
    let engine = followed(&file);
    assert_eq!(names(&engine), ["A"]);
    append(&file, &line(2, &call("B")));
    append(&file, "{\"v\":1,\"kind\":\"clear\",\"at\":\"2026-11-22T10:00:01.000Z\"}\n");
    append(&file, &line(3, &call("C")));
    wait_for("what came after the clear", || names(&engine) == ["C"]);
    assert_eq!(engine.clears(), 1);
    assert_eq!(engine.stats().problem, None);
}

#[test]
fn only_lines_can_be_followed() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("one.json");
    std::fs::write(&file, "[\n{}\n]\n").expect("written");
    let error = Recording::default().add_followed(&file).expect_err("no lines").to_string();
    assert!(error.ends_with("only lines can be followed"), "{error}");
    let error = Recording::default().add_followed(home.path()).expect_err("a folder").to_string();
    assert!(error.ends_with("only a file or a pipe can be followed"), "{error}");
}
