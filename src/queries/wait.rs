//! `/_segscope/wait`: answers once the calls are there that a test waits for.

use crate::engine::Engine;
use crate::fql::Filter;
use crate::queries::calls::{Scan, look};
use crate::queries::new_calls::NewCalls;
use crate::queries::record_page::RecordPage;
use crate::queries::{Answer, IsGone, Workers, in_turn, parameters, settled};
use crate::wire::{Reply, query_value};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long is waited unless it is said, and at most.
const TIMEOUT_MS: u64 = 10_000;
const LONGEST_MS: u64 = 600_000;
/// So many calls can be waited for.
const MOST: u64 = 1_000;
/// Of calls that came where none should, so many are shown.
const SHOWN: u64 = 100;
/// The time between two looks whether the client of a request that waits is still there.
const GONE_INTERVAL: Duration = Duration::from_millis(100);
/// So long no call may come for none to have come, unless it is said.
const QUIET_MS: u64 = 1_000;

pub(crate) async fn answer(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Answer {
    let waited = match query_value(query, "none").as_deref() {
        None | Some("0" | "false") => some(engine, query, workers, is_gone).await,
        Some("" | "1" | "true") => none(engine, query, workers, is_gone).await,
        Some(_) => Err(Reply::failure(400, "bad_parameter", "none is 1 or 0")),
    };
    match waited {
        Ok((status, page)) => Answer::Page(status, page),
        Err(reply) => Answer::Whole(reply),
    }
}

/// Answers 200 once so many calls are there, and 504 if they are not in time.
async fn some(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Result<(u16, RecordPage), Reply> {
    let asked = || {
        parameters::known(query, &["filter", "count", "timeout_ms", "after", "none", "all"])?;
        let count = parameters::number(query, "count", MOST)?.unwrap_or(1);
        let all = query_value(query, "all").is_some_and(|text| !text.is_empty());
        let all = all.then(|| parameters::filter_of(query, "all").map(Arc::new)).transpose()?;
        let timeout = parameters::number(query, "timeout_ms", LONGEST_MS)?.unwrap_or(TIMEOUT_MS);
        let after = parameters::number(query, "after", u64::MAX)?.unwrap_or(0);
        Ok((parameters::filter(query)?, all, count, timeout, after))
    };
    let (filter, all, count, timeout, after) = asked()?;
    let deadline = Instant::now() + Duration::from_millis(timeout);
    // with `all`, whatever is there by then counts
    let most = if all.is_some() { MOST } else { count };
    let mut scan = Scan::new(engine, filter, after, most as usize);
    let mut compared = 0;
    loop {
        scan = look(scan, workers).await?;
        if let Some(all) = &all
            && scan.count() != compared
        {
            compared = scan.count();
            let rows;
            (scan, rows) = compare(scan, Arc::clone(all), workers).await?;
            if !rows.is_empty() {
                return Ok((409, differing(scan, rows)));
            }
        }
        if scan.count() >= count as usize {
            let more = json!({ "more": scan.more() });
            return Ok((200, scan.into_page(more)));
        }
        if Instant::now() >= deadline {
            return Ok((504, too_late(scan, count, timeout)));
        }
        await_calls(engine, &mut scan, workers, deadline, is_gone).await?;
    }
}

/// Waits until a call has arrived that the scan is to look at, at most until `end`.
async fn await_calls(
    engine: &Arc<Engine>,
    scan: &mut Scan,
    workers: &Workers,
    end: Instant,
    is_gone: IsGone<'_>,
) -> Result<(), Reply> {
    let Some(watch) = scan.watch(&workers.new_calls) else { return Ok(()) };
    loop {
        NewCalls::keep_looking(engine, workers);
        let rest = end.saturating_duration_since(Instant::now());
        let is_found = watch.wait(rest.min(GONE_INTERVAL)).await;
        if is_gone() {
            return Err(gone());
        }
        if is_found || Instant::now() >= end {
            scan.follow(&watch);
            return Ok(());
        }
    }
}

/// Compares what was found with another filter, not on the thread that answers SDKs.
async fn compare(
    scan: Scan,
    all: Arc<Filter>,
    workers: &Workers,
) -> Result<(Scan, Vec<u64>), Reply> {
    let compared = in_turn(workers, move || {
        let rows = scan.differing(&all);
        (scan, rows)
    });
    compared.await.map_err(|_| Reply::failure(500, "internal", "the search ended early"))
}

/// The calls that the filter selects and `all` does not.
fn differing(scan: Scan, rows: Vec<u64>) -> RecordPage {
    let message = format!("{} of {} calls do not match `all`", rows.len(), scan.count());
    let body = json!({
        "success": false, "code": "differs", "message": message, "error": message,
        "seen": scan.seen(), "more": scan.more(),
    });
    scan.into_page_of(rows, body)
}

/// Answers 200 once no matching call has come for a time, and 409 as soon as one has.
async fn none(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Result<(u16, RecordPage), Reply> {
    let asked = || {
        parameters::known(query, &["filter", "none", "quiet_ms", "after"])?;
        let quiet = parameters::number(query, "quiet_ms", LONGEST_MS)?.unwrap_or(QUIET_MS);
        let after = parameters::number(query, "after", u64::MAX)?.unwrap_or(0);
        Ok((parameters::filter(query)?, quiet, after))
    };
    let (filter, quiet, after) = asked()?;
    let end = Instant::now() + Duration::from_millis(quiet);
    let mut scan = Scan::new(engine, filter, after, SHOWN as usize);
    loop {
        // asked before it is looked, so that what came until then is looked at
        let is_over = Instant::now() >= end;
        if is_over {
            settled(engine).await;
        }
        scan = look(scan, workers).await?;
        if scan.count() > 0 {
            let message = format!("expected no call, but {} arrived", scan.count());
            let body = json!({
                "success": false, "code": "arrived", "message": message, "error": message,
                "wanted": 0, "seen": scan.seen(), "more": scan.more(),
            });
            return Ok((409, scan.into_page(body)));
        }
        if is_over {
            let more = json!({ "more": false, "quiet_ms": quiet });
            return Ok((200, scan.into_page(more)));
        }
        await_calls(engine, &mut scan, workers, end, is_gone).await?;
    }
}

/// The client has ended its side of the connection: nobody waits any more.
fn gone() -> Reply {
    Reply::failure(408, "gone", "the client went away")
}

/// What was seen instead.
fn too_late(scan: Scan, wanted: u64, timeout: u64) -> RecordPage {
    let message = format!(
        "{} of {wanted} calls arrived within {timeout} ms; {} were checked",
        scan.count(),
        scan.seen()
    );
    let body = json!({
        "success": false, "code": "timeout", "message": message, "error": message,
        "wanted": wanted, "seen": scan.seen(),
    });
    scan.into_page_with_others(body)
}
