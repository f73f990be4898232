//! Requests that tests send to an engine without a network.

use segscope::call::time::Millis;
use segscope::engine::Engine;
use segscope::wire::RequestHead;

/// Sends a POST that arrives at a time, and returns the status of the response.
pub fn post(engine: &Engine, path: &str, body: &str, received_at: Millis) -> u16 {
    post_with(engine, path, &[], body, received_at)
}

/// Sends a POST with these headers, as [`post`] does.
pub fn post_with(
    engine: &Engine,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
    received_at: Millis,
) -> u16 {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers: Vec<_> = headers.iter().map(owned).collect();
    let head = RequestHead {
        method: "POST",
        path,
        query: "",
        headers: &headers,
        received_at,
        is_tls: false,
    };
    engine.take(&head, body.as_bytes(), "here").status
}
