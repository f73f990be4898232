//! Numbers in the documents are those of the program.

use segscope::{journal, listener, objects, wire};

#[test]
fn limits_are_documented_as_they_are() {
    let limits = listener::Limits::default();
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    let document = include_str!("../../docs/security.md");
    for (limit, value) in [
        ("body of a single call (Segment)", format!("{} KB", wire::CALL_LIMIT >> 10)),
        ("body of a batch (Segment)", format!("{} KB", wire::BATCH_LIMIT >> 10)),
        ("body of a request (RudderStack)", format!("{} KB", wire::RUDDERSTACK_LIMIT >> 10)),
        ("body of a webhook's request", format!("{} KB", wire::WEBHOOK_LIMIT >> 10)),
        ("body of an object push", format!("{} MB", objects::BODY_LIMIT >> 20)),
        ("bodies in memory together", format!("{} MB", limits.memory >> 20)),
        ("wait for room in it, then 429", seconds(limits.room_wait)),
        ("open connections", limits.connections.to_string()),
        ("time for a head", seconds(limits.head)),
        ("pause of a body", seconds(limits.body_idle)),
        ("time for a body", seconds(limits.body_total)),
        ("silence of a connection between two requests", seconds(limits.idle)),
        ("time that open requests have at the end", seconds(limits.drain)),
        ("recordings that hold calls", journal::MAX_RECORDINGS.to_string()),
        ("all recordings together", format!("{} MB", journal::MAX_RECORDED_BYTES >> 20)),
    ] {
        let row = format!("\n| {limit} | {value} |\n");
        assert!(document.contains(&row), "docs/security.md has no row{row}");
    }
    let privacy = include_str!("../../docs/privacy.md");
    let kept = format!(
        "while more than {} hold calls or all take more than {} GiB",
        journal::MAX_RECORDINGS,
        journal::MAX_RECORDED_BYTES >> 30
    );
    assert!(privacy.contains(&kept), "docs/privacy.md: {kept}");
}
