//! Input of the benches: calls of about 1 KB as libraries send them.
#![expect(dead_code, reason = "each bench uses its own part of these")]

use serde_json::Value;

pub mod varied;

/// A track call of about 1 KB, as `post.lua` sends it. Each `nth` has its own `messageId`.
pub fn track(nth: usize) -> String {
    format!(
        r#"{{"type":"track","event":"Order Received","userId":"u{user}","anonymousId":"anon-{user}","messageId":"m-{nth}","timestamp":"2026-11-22T10:00:00.000Z","context":{{"library":{{"name":"analytics-node","version":"2.1.0"}},"ip":"10.1.2.3","locale":"en-GB","page":{{"path":"/orders","title":"Orders"}}}},"properties":{{"account_id":"acc_{account}","user_id":"u{user}","module_id":"Orders","product_id":"Shop","total":3,"currency":"EUR","note":"{note}"}},"integrations":{{}}}}"#,
        user = nth % 1000,
        account = nth % 100,
        note = "lorem ipsum dolor sit amet ".repeat(14),
    )
}

/// A track call of about 150 bytes.
pub fn short_track(nth: usize) -> String {
    format!(
        r#"{{"type":"track","event":"Order {event}","userId":"u{user}","messageId":"m-{nth}","timestamp":"2026-11-22T10:00:00.000Z","properties":{{"account_id":"acc_{account}"}}}}"#,
        event = nth % 10,
        user = nth % 1000,
        account = nth % 100,
    )
}

/// An identify call of about 1 KB.
pub fn identify(nth: usize) -> String {
    format!(
        r#"{{"type":"identify","userId":"u{nth}","anonymousId":"8d872292709c6fbe","messageId":"i-{nth}","timestamp":"2026-11-22T10:00:00.000Z","traits":{{"account_id":"acct_42","user_id":"u{nth}","email":"ada@example.com","firstName":"Ada","lastName":"Lovelace","phone":"+15555555555","title":"Analyst","createdAt":"2024-05-01T10:00:00Z","address":{{"city":"London","country":"UK"}},"plan":"gold","logins":5}},"integrations":{{"All":true}},"context":{{"ip":"127.0.0.1","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","locale":"en-US","library":{{"name":"analytics.js","version":"next-1.70.0"}},"page":{{"path":"/orders","referrer":"","search":"","title":"Orders","url":"https://app.example.com/orders"}},"groupId":"acct_42"}}}}"#
    )
}

/// A group call of about 1 KB.
pub fn group(nth: usize) -> String {
    format!(
        r#"{{"type":"group","groupId":"acct_{nth}","userId":"u{nth}","anonymousId":"8d872292709c6fbe","messageId":"g-{nth}","timestamp":"2026-11-22T10:00:00.000Z","traits":{{"account_id":"acct_{nth}","name":"Initech","industry":"Technology","employees":329,"plan":"enterprise","mrr":1250.5,"createdAt":"2024-05-01T10:00:00Z","website":"https://initech.example.com","description":"{about}","address":{{"city":"Austin","country":"US"}}}},"integrations":{{"All":true}},"context":{{"ip":"127.0.0.1","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","locale":"en-US","library":{{"name":"analytics.js","version":"next-1.70.0"}},"page":{{"path":"/admin","referrer":"","search":"","title":"Admin","url":"https://app.example.com/admin"}}}}}}"#,
        about = "makes things that make things ".repeat(4),
    )
}

/// A page or screen call of about 1 KB.
pub fn view(kind: &str, nth: usize) -> String {
    format!(
        r#"{{"type":"{kind}","name":"Orders","category":"Shop","userId":"u{nth}","anonymousId":"8d872292709c6fbe","messageId":"p-{nth}","timestamp":"2026-11-22T10:00:00.000Z","properties":{{"account_id":"acct_42","user_id":"u{nth}","path":"/orders","referrer":"","search":"","title":"Orders","url":"https://app.example.com/orders","about":"{about}"}},"integrations":{{"All":true}},"context":{{"ip":"127.0.0.1","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","locale":"en-US","library":{{"name":"analytics.js","version":"next-1.70.0"}},"groupId":"acct_42"}}}}"#,
        about = "orders of this week and the next ".repeat(8),
    )
}

/// An alias call, which is always short.
pub fn alias(nth: usize) -> String {
    format!(
        r#"{{"type":"alias","previousId":"8d872292709c6fbe","userId":"u{nth}","messageId":"a-{nth}","timestamp":"2026-11-22T10:00:00.000Z","integrations":{{"All":true}},"context":{{"ip":"127.0.0.1","locale":"en-US","library":{{"name":"analytics.js","version":"next-1.70.0"}}}}}}"#
    )
}

/// A batch of 100 track calls.
pub fn batch(nth: usize) -> String {
    batch_of(nth, 100)
}

/// A batch of so many.
pub fn batch_of(nth: usize, size: usize) -> String {
    let calls: Vec<String> = (0..size).map(|at| track(nth * size + at)).collect();
    in_batch(&calls)
}

/// Where a library sends a call of these, which begin with their type.
pub fn path_of(call: &str) -> &'static str {
    match call.split('"').nth(3) {
        Some("identify") => "/v1/identify",
        Some("group") => "/v1/group",
        Some("page") => "/v1/page",
        _ => "/v1/track",
    }
}

/// The body of a batch.
pub fn in_batch(calls: &[String]) -> String {
    format!(
        r#"{{"batch":[{}],"writeKey":"wk_load","sentAt":"2026-11-22T10:00:01.000Z"}}"#,
        calls.join(",")
    )
}

/// The headers of a request, as a server library sends them.
pub fn headers() -> Vec<(String, String)> {
    [
        ("host", "127.0.0.1:7357"),
        ("content-type", "application/json"),
        ("authorization", "Basic d2tfbG9hZDo="),
        ("user-agent", "analytics-node-next/latest"),
        ("content-length", "1024"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The calls of the demo: every vendor, verdict and kind of finding.
pub fn demo() -> Vec<String> {
    include_str!("../../../assets/demo/traffic.ndjson")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("the demo's traffic is JSON"))
        .filter(|request| request["body"].is_object())
        .map(|request| request["body"].to_string())
        .collect()
}
