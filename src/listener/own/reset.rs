//! `/_segscope/reset`: clears calls away, so that the next test begins with nothing.

use super::calls::{Scan, look};
use super::{query, settled};
use crate::call::time;
use crate::pipeline::{MAX_CLEARED_RANGES, Pipeline};
use crate::wire::{Reply, query_value};
use serde_json::json;
use std::io;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Clears everything, what one test has sent, or the calls that a filter selects.
pub(super) async fn answer(
    pipeline: &Arc<Pipeline>,
    query: &str,
    workers: &Arc<Semaphore>,
) -> Reply {
    let cleared = match clear(pipeline, query, workers).await {
        Ok(cleared) => cleared,
        Err(reply) => return reply,
    };
    settled(pipeline).await;
    Reply::json(200, cleared.to_string())
}

async fn clear(
    pipeline: &Arc<Pipeline>,
    query: &str,
    workers: &Arc<Semaphore>,
) -> Result<serde_json::Value, Reply> {
    query::known(query, &["filter", "test"])?;
    let bad = |message: &str| Err(Reply::failure(400, "bad_parameter", message));
    match (query_value(query, "test"), query_value(query, "filter")) {
        (None, None) => {
            let before = pipeline.calls();
            pipeline.clear(time::now()).map_err(|error| not_recorded(&error))?;
            Ok(json!({"success": true, "cleared": before}))
        }
        (Some(_), Some(_)) => bad("give `test` or `filter`; a filter can say test = \"NAME\""),
        (Some(test), None) if test.is_empty() => {
            bad("`test` is the value of the test's X-Segscope-Test header")
        }
        (Some(test), None) => {
            let before = pipeline.calls_of_test(&test);
            pipeline.clear_test(&test, time::now()).map_err(|error| not_recorded(&error))?;
            Ok(json!({"success": true, "cleared": before, "test": test}))
        }
        (None, Some(filter)) if filter.trim().is_empty() => {
            bad("`filter` selects the calls to clear; leave it out to clear all calls")
        }
        (None, Some(filter)) => clear_selected(pipeline, query, &filter, workers).await,
    }
}

/// Clears the calls that the filter of a query selects.
async fn clear_selected(
    pipeline: &Arc<Pipeline>,
    query: &str,
    filter: &str,
    workers: &Arc<Semaphore>,
) -> Result<serde_json::Value, Reply> {
    let selects = query::filter(query)?;
    let (calls, unreadable) = loop {
        let scan = Scan::new(pipeline, selects.clone(), 0, usize::MAX);
        // another clear in between has moved the rows: they are looked for once more
        if let Some(found) = look(scan, workers).await?.into_numbers() {
            break found;
        }
    };
    if calls.len() > MAX_CLEARED_RANGES {
        let message = format!(
            "the filter selects calls in {} places between other calls; at most {MAX_CLEARED_RANGES} can be cleared at a time",
            calls.len()
        );
        return Err(Reply::failure(400, "too_many", &message));
    }
    let cleared: u64 = calls.iter().map(|(first, last)| last - first + 1).sum();
    if cleared > 0 {
        let done = pipeline.clear_calls(filter, &calls, time::now());
        done.map_err(|error| not_recorded(&error))?;
    }
    Ok(json!({
        "success": true, "cleared": cleared, "filter": filter, "unreadable": unreadable,
    }))
}

fn not_recorded(error: &io::Error) -> Reply {
    Reply::unavailable(&format!("the recording cannot be written: {error}"))
}
