//! `/_segscope/reset`: clears calls, so that the next test starts without any.

use crate::call::time;
use crate::engine::{Engine, MAX_CLEARED_RANGES};
use crate::queries::calls::{Scan, look};
use crate::queries::{Workers, parameters, settled};
use crate::wire::{Reply, query_value};
use serde_json::json;
use std::io;
use std::sync::Arc;

/// Clears all calls, the calls of one test, or the calls that a filter selects.
pub(crate) async fn answer(engine: &Arc<Engine>, query: &str, workers: &Workers) -> Reply {
    let cleared = match clear(engine, query, workers).await {
        Ok(cleared) => cleared,
        Err(reply) => return reply,
    };
    settled(engine).await;
    Reply::json(200, cleared.to_string())
}

async fn clear(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
) -> Result<serde_json::Value, Reply> {
    parameters::known(query, &["filter", "test"])?;
    let bad = |message: &str| Err(Reply::failure(400, "bad_parameter", message));
    match (query_value(query, "test"), query_value(query, "filter")) {
        (None, None) => {
            let before = engine.calls();
            engine.clear(time::now()).map_err(|error| not_recorded(&error))?;
            Ok(json!({"success": true, "cleared": before}))
        }
        (Some(_), Some(_)) => bad("give `test` or `filter`; a filter can say test = \"NAME\""),
        (Some(test), None) if test.is_empty() => {
            bad("`test` is the value of the test's X-Segscope-Test header")
        }
        (Some(test), None) => {
            let before = engine.calls_of_test(&test);
            engine.clear_test(&test, time::now()).map_err(|error| not_recorded(&error))?;
            Ok(json!({"success": true, "cleared": before, "test": test}))
        }
        (None, Some(filter)) if filter.trim().is_empty() => {
            bad("`filter` selects the calls to clear; leave it out to clear all calls")
        }
        (None, Some(filter)) => clear_selected(engine, query, &filter, workers).await,
    }
}

/// Clears the calls that the filter of the query selects.
async fn clear_selected(
    engine: &Arc<Engine>,
    query: &str,
    filter: &str,
    workers: &Workers,
) -> Result<serde_json::Value, Reply> {
    let selects = parameters::filter(engine, query)?;
    let (calls, unreadable) = loop {
        let scan = Scan::new(engine, selects.clone(), 0, usize::MAX);
        // a clear by another request has renumbered the rows, so the calls are searched again
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
        let done = engine.clear_calls(filter, &calls, time::now());
        done.map_err(|error| not_recorded(&error))?;
    }
    Ok(json!({
        "success": true, "cleared": cleared, "filter": filter, "unreadable": unreadable,
    }))
}

fn not_recorded(error: &io::Error) -> Reply {
    Reply::unavailable(&format!("the recording cannot be written: {error}"))
}
