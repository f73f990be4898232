//! The whole path of a request: taken, recorded, judged, shown, corrected, composed, cleared.

use crate::input::{NOW, Request, assert_json, pipeline, vendors};
use segscope::call::Seq;
use segscope::findings::fixes::Reader;
use segscope::engine::Detail;
use segscope::report::call_record;
use segscope::wire;

/// Rows that are looked at closely.
const ROWS: u64 = 4;

pub fn run(data: &[u8]) {
    let Some(request) = Request::read(data) else { return };
    let (pipeline, vendors) = (pipeline(), vendors());
    let head = request.head();
    let status = pipeline.take(&head, &request.body, "127.0.0.1:1").status;
    assert!((200..=503).contains(&status), "status {status}");
    pipeline.settle();
    pipeline.window(0..pipeline.rows());
    let shown: Vec<usize> = (0..vendors.len()).collect();
    for row in 0..pipeline.rows().min(ROWS) {
        let detail = pipeline.detail(row).expect("readable").expect("there");
        let Detail::Call(call) = detail else { continue };
        assert_json("a call record", &call_record(&call, &vendors, &shown));
        for reader in [Reader::Owner, Reader::Anybody] {
            if let Some(fix) = call.fix(reader) {
                assert_json("a corrected call", &fix.snippet.call);
            }
        }
        // it can be written again, and taken as it was written
        if let Ok(composed) = pipeline.compose(&call.call_text, NOW)
            && let Ok((path, body)) = wire::posted(&call.call_text)
        {
            assert!(composed.calls > 0);
            let head = wire::RequestHead { method: "POST", path, query: "", ..head };
            pipeline.take(&head, body.as_bytes(), "here");
        }
    }
    pipeline.settle();
    pipeline.overview();
    pipeline.sync(|objects| objects.requests());
    if pipeline.rows() > 0 {
        pipeline.mark(Seq(1), true, NOW).expect("recorded");
        pipeline.settle();
    }
    let rows = pipeline.window(0..pipeline.rows());
    pipeline.clear(NOW).expect("recorded");
    pipeline.undo_clear(NOW).expect("recorded");
    pipeline.settle();
    assert_eq!(rows, pipeline.window(0..pipeline.rows()), "a clear that is taken back");
    pipeline.judge_again().expect("readable");
    assert_eq!(rows, pipeline.window(0..pipeline.rows()), "judged again");
}
