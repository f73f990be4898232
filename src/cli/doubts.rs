//! What is said on standard error where no call passes a filter: it may have been meant otherwise.

use super::output;
use crate::engine::{Matching, Pipeline};
use crate::fql;
use crate::fql::{Filter, Hint, HintSubject};
use std::ops::Range;

/// Says what is doubtful about a filter that none of these rows passed.
pub fn tell(filter: &Filter, pipeline: &Pipeline, rows: Range<u64>) -> Result<(), String> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut absent = fql::absent(filter, &pipeline.names());
    // the names are those of a sample
    let mut error = None;
    absent.retain(|one| {
        let Some(check) = &one.check else { return true };
        let has = fql::parse(check);
        let has = has.map(|has| Matching::new(has).calls(pipeline, rows.clone()));
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
    // a field that is nowhere is not told twice
    let is_told = |hint: &&Hint| hint.subject != HintSubject::Field || absent.is_empty();
    for hint in filter.hints().iter().filter(is_told) {
        let Hint { line, column, message, .. } = hint;
        output::note(format_args!("segscope: --filter: {line}:{column}: {message}"));
    }
    error.map_or(Ok(()), Err)
}
