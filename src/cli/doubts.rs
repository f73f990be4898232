//! The hints on standard error when no call passes a filter, because the filter may be a mistake.

use super::output;
use crate::engine::{Engine, RangeFilter};
use crate::fql;
use crate::fql::{Filter, FilterHint, HintSubject};
use std::ops::Range;

/// Prints hints about a filter that none of these rows passed.
pub fn tell(filter: &Filter, engine: &Engine, rows: Range<u64>) -> Result<(), String> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut absent = fql::absent(filter, &engine.names());
    // the names come from a sample of the calls, so each is checked against all rows
    let mut error = None;
    absent.retain(|one| {
        let has = fql::parse(&one.check);
        let has = has.map(|has| RangeFilter::new(has).calls(engine, rows.clone()));
        match has {
            Ok(Ok(found)) => found.is_empty(),
            Ok(Err(wrong)) => {
                error = Some(wrong);
                false
            }
            Err(_) => false,
        }
    });
    for one in &mut absent {
        one.of_sample = false;
        output::note(format_args!("segscope: --filter: {one}"));
    }
    // a field that no call has is reported only once
    let is_new = |hint: &&FilterHint| hint.subject != HintSubject::Field || absent.is_empty();
    for hint in filter.hints().iter().filter(is_new) {
        output::note(format_args!("segscope: --filter: {hint}"));
    }
    error.map_or(Ok(()), Err)
}
