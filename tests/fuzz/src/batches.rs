//! The calls of a batch are its items, each whole, in their order.

use segscope::wire::{self, ParseScratch, RequestHead};
use serde_json::Value;

pub fn run(data: &[u8]) {
    let Ok(body) = std::str::from_utf8(data) else { return };
    let mut counts = Vec::new();
    for path in ["/v1/batch", "/v1/import", "/beacon/v1/batch"] {
        let head = RequestHead {
            method: "POST",
            path,
            query: "",
            headers: &[],
            received_at: crate::input::NOW,
            is_tls: false,
        };
        let mut scratch = ParseScratch::default();
        let Ok(reading) = wire::read(&head, 1, body, &mut scratch) else { continue };
        // deep nesting and huge numbers are beyond this reader
        let Ok(whole) = serde_json::from_str::<Value>(body) else { continue };
        let empty = Vec::new();
        let items = whole["batch"].as_array().unwrap_or(&empty);
        let mut last = None;
        for call in &reading.calls {
            assert!(last < Some(call.index), "{path}: calls out of order in {body:?}");
            last = Some(call.index);
            let doc = reading.doc.as_ref().expect("calls have a body");
            let own: Value =
                serde_json::from_str(doc.at(call.node).raw()).expect("an item is JSON");
            assert_eq!(items.get(call.index as usize), Some(&own), "{path}: {body:?}");
        }
        counts.push(reading.calls.len());
    }
}
