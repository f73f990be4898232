//! `/_segscope/wait`: answers once the calls are there that a test waits for.

use super::calls::{Scan, unreadable};
use super::query;
use crate::pipeline::Pipeline;
use crate::wire::Reply;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long is waited unless it is said, and at most.
const TIMEOUT_MS: u64 = 10_000;
const LONGEST_MS: u64 = 600_000;
/// So many calls can be waited for.
const MOST: u64 = 1_000;
/// How often is looked whether something came.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) async fn answer(pipeline: &Arc<Pipeline>, query: &str) -> Reply {
    let asked = || {
        query::known(query, &["filter", "count", "timeout_ms", "after"])?;
        let count = query::number(query, "count", MOST)?.unwrap_or(1);
        let timeout = query::number(query, "timeout_ms", LONGEST_MS)?.unwrap_or(TIMEOUT_MS);
        let after = query::number(query, "after", u64::MAX)?.unwrap_or(0);
        Ok((query::filter(query)?, count, timeout, after))
    };
    let (filter, count, timeout, after) = match asked() {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    let deadline = Instant::now() + Duration::from_millis(timeout);
    let mut scan = Scan::new(pipeline, filter, after, count as usize);
    let mut version = None;
    loop {
        let now = pipeline.version();
        if version != Some(now) {
            version = Some(now);
            let looked = tokio::task::spawn_blocking(move || {
                let done = scan.run();
                (scan, done)
            });
            match looked.await {
                Ok((back, Ok(()))) => scan = back,
                Ok((_, Err(error))) => return unreadable(&error),
                Err(_) => return Reply::failure(500, "internal", "the search ended early"),
            }
        }
        if scan.is_full() {
            return Reply::json(200, scan.page(json!({ "more": scan.more() })));
        }
        if Instant::now() >= deadline {
            return too_late(&scan, count, timeout);
        }
        sleep(PAUSE.min(deadline - Instant::now())).await;
    }
}

/// What was seen instead.
fn too_late(scan: &Scan, wanted: u64, timeout: u64) -> Reply {
    let message = format!(
        "{} of {wanted} calls came within {timeout} ms; {} were looked at",
        scan.count(),
        scan.seen()
    );
    let body = json!({
        "success": false, "code": "timeout", "message": message, "error": message,
        "wanted": wanted, "seen": scan.seen(), "others": scan.others(),
    });
    Reply::json(504, scan.page(body))
}
