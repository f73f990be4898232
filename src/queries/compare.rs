//! `/_segscope/compare`: compares two sets of calls, each selected by a filter, and lists the
//! losses of the later one.

use crate::engine::{Comparison, Engine};
use crate::fql::Filter;
use crate::queries::calls::{Scan, look};
use crate::queries::{Workers, in_turn, parameters};
use crate::report::{ComparedSide, compare_ndjson};
use crate::wire::{Reply, query_value};
use std::sync::Arc;

pub(crate) async fn answer(engine: &Arc<Engine>, query: &str, workers: &Workers) -> Reply {
    compare_sides(engine, query, workers).await.unwrap_or_else(|reply| reply)
}

async fn compare_sides(
    engine: &Arc<Engine>,
    query: &str,
    workers: &Workers,
) -> Result<Reply, Reply> {
    parameters::known(query, &["before", "after"])?;
    let filters = [
        parameters::filter_of(engine, query, "before")?,
        parameters::filter_of(engine, query, "after")?,
    ];
    let [before, after] = filters;
    let before = read_side(engine, "before", query, before, workers).await?;
    let after = read_side(engine, "after", query, after, workers).await?;
    let engine = Arc::clone(engine);
    let lines = in_turn(workers, move || {
        let comparison = Comparison::new(&before.profile, &after.profile);
        let shown = engine.in_use().shown();
        compare_ndjson(&comparison, &[before, after], (&engine.vendors(), &shown))
    });
    let lines = lines.await.map_err(|_| ended_early())?;
    Ok(Reply::json(200, format!("{{\"lines\":[{}]}}", lines.join(","))))
}

/// Returns the profile of the calls that a filter selects.
async fn read_side(
    engine: &Arc<Engine>,
    parameter: &str,
    query: &str,
    filter: Filter,
    workers: &Workers,
) -> Result<ComparedSide, Reply> {
    let rows = look(Scan::new(engine, filter, 0, usize::MAX), workers).await?.into_rows();
    let reader = Arc::clone(engine);
    let profile = in_turn(workers, move || reader.profile(&rows));
    let profile = profile.await.map_err(|_| ended_early())?;
    let profile = profile.map_err(|error| {
        Reply::failure(410, "gone", &format!("{parameter}: a call cannot be read: {error}"))
    })?;
    if profile.calls() == 0 {
        let message = format!("{parameter}: the filter selects no calls");
        return Err(Reply::failure(400, "no_calls", &message));
    }
    let name = query_value(query, parameter).unwrap_or_default();
    Ok(ComparedSide { name, files: String::new(), profile })
}

fn ended_early() -> Reply {
    Reply::failure(500, "internal", "the comparison ended early")
}
