//! Made calls: many names, accounts and users, some without their ids, some with escaped text.

use segscope::journal::{self, Body, LineHead};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// 2026-11-22T10:00:00Z
const BEGIN_MS: i64 = 1_795_341_600_000;
const EVENTS: [&str; 8] = [
    "Order Received",
    "Signed In",
    "Report Exported",
    "Widget Added",
    "Invite Sent",
    "Plan Changed",
    "Search Done",
    "File Uploaded",
];
const LIBRARIES: [&str; 4] =
    ["analytics-node", "analytics.js", "analytics-python", "analytics-ruby"];
const BATCH: u64 = 100;

/// The nth call: the same on each run.
fn call(out: &mut String, nth: u64) {
    use std::fmt::Write;
    let (user, account) = (nth * 7919 % 100_000, nth * 7919 % 1_000);
    let (event, library) = (EVENTS[(nth % 8) as usize], LIBRARIES[(nth / 8 % 4) as usize]);
    // one of eight names its account otherwise, one of sixteen has its city escaped
    let account_key = if nth % 8 == 3 { "accountId" } else { "account_id" };
    let city = if nth % 16 == 5 { "K\\u00f6ln" } else { "Köln" };
    let _ = write!(
        out,
        r#"{{"type":"track","event":"{event}","userId":"u{user}","anonymousId":"anon-{user}","messageId":"m-{nth}","timestamp":"2026-11-22T10:00:00.000Z","context":{{"library":{{"name":"{library}","version":"2.1.0"}},"ip":"10.1.2.3","locale":"en-GB","app":{{"version":"1.{}"}},"page":{{"path":"/orders","title":"Orders","url":"https://app.example.com/orders/{nth}"}},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"}},"properties":{{"{account_key}":"acc_{account}","user_id":"u{user}","module_id":"Orders","product_id":"Shop","total":{},"currency":"EUR","city":"{city}","note":"lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat"}},"integrations":{{}}}}"#,
        nth / 1000 % 5,
        nth % 500,
    );
}

/// Writes so many calls to a file in one of the forms.
pub fn write(calls: u64, file: &Path, form: &str) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    let headers = [
        ("host", "127.0.0.1:7357"),
        ("content-type", "application/json"),
        ("authorization", "Basic d2tfbG9hZDo="),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let size = match form {
        "calls" | "singles" => 1,
        "batches" => BATCH,
        other => {
            let wrong = format!("`{other}` is no form; expected calls, singles or batches");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, wrong));
        }
    };
    let (mut text, mut line) = (String::new(), Vec::new());
    for first in (0..calls).step_by(size as usize) {
        text.clear();
        if size > 1 {
            text.push_str("{\"batch\":[");
        }
        for nth in first..(first + size).min(calls) {
            if nth > first {
                text.push(',');
            }
            call(&mut text, nth);
        }
        if size > 1 {
            text.push_str("],\"sentAt\":\"2026-11-22T10:00:01.000Z\"}");
        }
        if form == "calls" {
            text.push('\n');
            out.write_all(text.as_bytes())?;
            continue;
        }
        let head = LineHead {
            request: first / size + 1,
            received_at: BEGIN_MS + (first / 5) as i64,
            method: "POST",
            path: if size > 1 { "/v1/batch" } else { "/v1/track" },
            query: "",
            headers: &headers,
            status: 200,
        };
        journal::compose(&mut line, &head, Body::Json(&text), None, None);
        out.write_all(&line)?;
    }
    out.flush()
}
