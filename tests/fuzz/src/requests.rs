//! The whole path of a request: taken, recorded, judged, shown, corrected, composed, cleared.

use crate::input::{NOW, Request, assert_json, engine, vendors};
use segscope::call::Seq;
use segscope::engine::RowDetail;
use segscope::findings::fixes::SnippetAudience;
use segscope::report::call_record;
use segscope::wire;

/// Rows that are looked at closely.
const ROWS: u64 = 4;

pub fn run(data: &[u8]) {
    let Some(request) = Request::read(data) else { return };
    let (engine, vendors) = (engine(), vendors());
    let head = request.head();
    let status = engine.take(&head, &request.body, "127.0.0.1:1").status;
    assert!((200..=503).contains(&status), "status {status}");
    engine.settle();
    engine.window(0..engine.rows());
    let shown: Vec<usize> = (0..vendors.len()).collect();
    for row in 0..engine.rows().min(ROWS) {
        let detail = engine.detail(row).expect("readable").expect("there");
        let RowDetail::Call(call) = detail else { continue };
        assert_json("a call record", &call_record(&call, &vendors, &shown));
        for reader in [SnippetAudience::Owner, SnippetAudience::Anybody] {
            if let Some(fix) = call.fix(reader) {
                assert_json("a corrected call", &fix.snippet.call);
            }
        }
        // it can be written again, and taken as it was written
        if let Ok(composed) = engine.compose(&call.call_text, NOW)
            && let Ok((path, body)) = wire::posted(&call.call_text)
        {
            assert!(composed.calls > 0);
            let head = wire::RequestHead { method: "POST", path, query: "", ..head };
            engine.take(&head, body.as_bytes(), "here");
        }
    }
    engine.settle();
    engine.overview();
    engine.sync(|objects| objects.requests());
    if engine.rows() > 0 {
        engine.mark(Seq(1), true, NOW).expect("recorded");
        engine.settle();
    }
    let rows = engine.window(0..engine.rows());
    engine.clear(NOW).expect("recorded");
    engine.undo_clear(NOW).expect("recorded");
    engine.settle();
    assert_eq!(rows, engine.window(0..engine.rows()), "a clear that is taken back");
    engine.judge_again().expect("readable");
    assert_eq!(rows, engine.window(0..engine.rows()), "judged again");
}
