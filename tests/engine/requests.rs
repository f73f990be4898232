//! Requests that tests send to an engine without a network.

use segscope::call::time::Millis;
use segscope::engine::Engine;
use segscope::wire::RequestHead;

/// Sends a POST that arrives at a time, and returns the status of the response.
pub fn post(engine: &Engine, path: &str, body: &str, received_at: Millis) -> u16 {
    let head =
        RequestHead { method: "POST", path, query: "", headers: &[], received_at, is_tls: false };
    engine.take(&head, body.as_bytes(), "here").status
}
