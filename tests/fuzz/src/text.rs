//! Text for people and for machines: whatever was captured, nothing in it is a command to a terminal.

use crate::input::{Request, assert_harmless, assert_json, engine, vendors};
use segscope::engine::RowDetail;
use segscope::plan::Plan;
use segscope::report::{
    Escaping, EscapingWriter, ExportFormat, Exporter, JunitReport, SarifPlaces, call_line,
    call_record, check_text, curl, finding_groups, github, junit, markdown, sarif, summary,
};
use segscope::vendors::{VendorFile, Vendors};
use std::io::Write;

/// Returns the text that the escaping writer makes of bytes that arrive in parts.
fn written(escaping: Escaping, bytes: &[u8], part: usize) -> String {
    let mut out = EscapingWriter::new(Vec::new(), escaping);
    for part in bytes.chunks(part) {
        out.write_all(part).expect("memory");
    }
    String::from_utf8(out.into_inner()).expect("UTF-8")
}

fn shown(what: &str, text: &str) {
    let text = written(Escaping::Text { color: false }, text.as_bytes(), usize::MAX);
    assert_harmless(what, &text);
}

fn machine(what: &str, text: &str) {
    let text = written(Escaping::Json, text.as_bytes(), usize::MAX);
    assert_harmless(what, &text);
    assert_json(what, &text);
}

pub fn run(data: &[u8]) {
    for part in [1, 3, usize::MAX] {
        for escaping in [Escaping::Text { color: false }, Escaping::Json, Escaping::Xml] {
            assert_harmless("bytes", &written(escaping, data, part));
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let json = serde_json::Value::from(text).to_string();
        let read: serde_json::Value =
            serde_json::from_str(&segscope::report::escaped_json(&json)).expect("JSON");
        assert_eq!(read, text, "escaped JSON keeps its value");
        messages(text);
    }
    if let Some(request) = Request::read(data) {
        reports(&request);
    }
}

/// Errors that quote what they refuse.
fn messages(text: &str) {
    if let Err(error) = segscope::fql::parse(text) {
        shown("a filter's error", &error.render());
    }
    if let Err(error) = Plan::read(text) {
        shown("a plan's error", &error.to_string());
    }
    let file = VendorFile { name: "v.toml".to_owned(), text: text.to_owned() };
    if let Err(error) = Vendors::new(&Default::default(), &[file]) {
        shown("a vendor file's error", &error.to_string());
    }
}

fn reports(request: &Request) {
    let (engine, vendors) = (engine(), vendors());
    let reply = engine.take(&request.head(), &request.body, "127.0.0.1:1");
    drop(reply);
    engine.settle();
    let rows = engine.window(0..engine.rows());
    for row in &rows {
        shown("a line", &call_line(row, &vendors, false));
    }
    let tally = engine.overview();
    let groups =
        finding_groups(&vendors, &tally, &|rows| engine.details_of_each(rows)).expect("readable");
    shown("text", &check_text(&vendors, &tally, &groups, (None, "passed"), false));
    shown("github", &github(&groups));
    shown("markdown", &markdown(&vendors, &tally, &groups, "passed"));
    shown("summary", &summary(&engine.stats(), &vendors, &tally));
    let places = SarifPlaces { file: Some("a.ndjson"), source: None };
    machine("sarif", &sarif(&groups, places));
    let all: Vec<usize> = (0..vendors.len()).collect();
    let report = JunitReport {
        findings: &groups,
        shown: &all,
        vendors: &vendors,
        expectations: None,
        events: None,
    };
    let xml = written(Escaping::Xml, junit(&report).as_bytes(), usize::MAX);
    assert_harmless("junit", &xml);
    for row in 0..engine.rows().min(4) {
        let Some(RowDetail::Call(call)) = engine.detail(row).expect("readable") else { continue };
        machine("a call record", &call_record(&call, &vendors, &all));
        let line = curl("http://127.0.0.1:1", "track", &call.call_text, None);
        assert_harmless("curl", &written(Escaping::Json, line.as_bytes(), usize::MAX));
        for format in
            [ExportFormat::Ndjson, ExportFormat::Har, ExportFormat::Curl, ExportFormat::Csv]
        {
            let mut out = Vec::new();
            let mut export =
                Exporter::begin(&mut out, format, false, &vendors, &all).expect("memory");
            export.call(call.as_ref().clone()).expect("memory");
            export.end().expect("memory");
            let text = String::from_utf8(out).expect("UTF-8");
            assert_harmless(format.name(), &text);
            if matches!(format, ExportFormat::Har) {
                assert_json("har", &text);
            }
        }
    }
}
