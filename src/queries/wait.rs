//! `/_segscope/wait`: answers when the calls that a test waits for have arrived.

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

/// The time to wait if the request names none.
const DEFAULT_TIMEOUT_MS: u64 = 10_000;
const MAX_TIMEOUT_MS: u64 = 600_000;
/// The maximum number of calls to wait for.
const MAX_COUNT: u64 = 1_000;
/// The maximum number of calls shown if calls arrived although none should.
const MAX_SHOWN_CALLS: u64 = 100;
/// The interval at which a waiting request checks that its client is still connected.
const CLIENT_CHECK_INTERVAL: Duration = Duration::from_millis(100);
/// The time without a call after which `none` is met, if the request names none.
const DEFAULT_QUIET_MS: u64 = 1_000;

pub(crate) async fn answer(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Answer {
    let waited = match query_value(query, "none").as_deref() {
        None | Some("0" | "false") => wait_for_count(engine, query, workers, is_gone).await,
        Some("" | "1" | "true") => wait_for_silence(engine, query, workers, is_gone).await,
        Some(_) => Err(Reply::failure(400, "bad_parameter", "none is 1 or 0")),
    };
    match waited {
        Ok((status, page)) => Answer::Page(status, page),
        Err(reply) => Answer::Whole(reply),
    }
}

/// Answers 200 when `count` calls have arrived, and 504 if they have not arrived in time.
async fn wait_for_count(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Result<(u16, RecordPage), Reply> {
    let parse_query = || {
        parameters::known(query, &["filter", "count", "timeout_ms", "after", "none", "all"])?;
        let count = parameters::number(query, "count", MAX_COUNT)?.unwrap_or(1);
        let all = query_value(query, "all").is_some_and(|text| !text.is_empty());
        let all =
            all.then(|| parameters::filter_of(engine, query, "all").map(Arc::new)).transpose()?;
        let timeout =
            parameters::number(query, "timeout_ms", MAX_TIMEOUT_MS)?.unwrap_or(DEFAULT_TIMEOUT_MS);
        let after = parameters::number(query, "after", u64::MAX)?.unwrap_or(0);
        Ok((parameters::filter(engine, query)?, all, count, timeout, after))
    };
    let (filter, all, count, timeout, after) = parse_query()?;
    let deadline = Instant::now() + Duration::from_millis(timeout);
    // with `all`, every call that has arrived by then is compared, not only `count` calls
    let limit = if all.is_some() { MAX_COUNT } else { count };
    let mut scan = Scan::new(engine, filter, after, limit as usize);
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
                return Ok((409, differing_page(scan, rows)));
            }
        }
        if scan.count() >= count as usize {
            let more = json!({ "more": scan.more() });
            return Ok((200, scan.into_page(more)));
        }
        if Instant::now() >= deadline {
            return Ok((504, timeout_page(scan, count, timeout)));
        }
        await_calls(engine, &mut scan, workers, deadline, is_gone).await?;
    }
}

/// Waits until a call has arrived that the scan should search, until `end` at the latest.
async fn await_calls(
    engine: &Arc<Engine>,
    scan: &mut Scan,
    workers: &Workers,
    end: Instant,
    is_gone: IsGone<'_>,
) -> Result<(), Reply> {
    let Some(watch) = scan.watch(&workers.new_calls) else { return Ok(()) };
    loop {
        NewCalls::keep_searching(engine, workers);
        let rest = end.saturating_duration_since(Instant::now());
        let is_found = watch.wait(rest.min(CLIENT_CHECK_INTERVAL)).await;
        if is_gone() {
            return Err(client_gone());
        }
        if is_found || Instant::now() >= end {
            scan.follow(&watch);
            return Ok(());
        }
    }
}

/// Compares the calls found with another filter, on a blocking thread.
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

/// Returns the answer that shows the calls that match `filter` and not `all`.
fn differing_page(scan: Scan, rows: Vec<u64>) -> RecordPage {
    let message = format!("{} of {} calls do not match `all`", rows.len(), scan.count());
    let body = json!({
        "success": false, "code": "differs", "message": message, "error": message,
        "seen": scan.seen(), "more": scan.more(),
    });
    scan.into_page_of(rows, body)
}

/// Answers 200 after a time without a matching call, and 409 as soon as one arrives.
async fn wait_for_silence(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Result<(u16, RecordPage), Reply> {
    let parse_query = || {
        parameters::known(query, &["filter", "none", "quiet_ms", "after"])?;
        let quiet =
            parameters::number(query, "quiet_ms", MAX_TIMEOUT_MS)?.unwrap_or(DEFAULT_QUIET_MS);
        let after = parameters::number(query, "after", u64::MAX)?.unwrap_or(0);
        Ok((parameters::filter(engine, query)?, quiet, after))
    };
    let (filter, quiet, after) = parse_query()?;
    let end = Instant::now() + Duration::from_millis(quiet);
    let mut scan = Scan::new(engine, filter, after, MAX_SHOWN_CALLS as usize);
    loop {
        // the clock is read before the search, so that every call that arrived until then is
        // searched
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

/// Returns the answer for a client that has closed its side of the connection.
fn client_gone() -> Reply {
    Reply::failure(408, "gone", "the client went away")
}

/// Returns the answer for calls that did not arrive in time, with the calls that did.
fn timeout_page(scan: Scan, wanted: u64, timeout: u64) -> RecordPage {
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
