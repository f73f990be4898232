//! Rows are looked at with a filter.

use crate::call::time;
use crate::filter::Filter;
use crate::pipeline::{CallColumns, Detail, Pipeline, RefusedColumns};
use crate::store::{BLOCK_ROWS, Bits, no_bits};
use std::ops::Range;

/// So many rows are read at once.
const AT_ONCE: u64 = 64;

/// Which rows of a block pass. None if it should not go on, or if the index is another.
pub(super) fn look(
    pipeline: &Pipeline,
    filter: &Filter,
    rows: Range<u64>,
    epoch: u64,
    goes_on: &dyn Fn() -> bool,
) -> Option<Bits> {
    let mut bits = no_bits();
    let mut from = rows.start;
    while from < rows.end {
        let to = rows.end.min(from + AT_ONCE);
        for (row, detail) in (from..to).zip(pipeline.details(from..to)) {
            // what cannot be read passes nothing; its row says why
            if detail.is_ok_and(|detail| passes(pipeline, filter, &detail)) {
                let at = (row % BLOCK_ROWS) as usize;
                bits[at / 64] |= 1 << (at % 64);
            }
        }
        if !goes_on() || pipeline.extent().0 != epoch {
            return None;
        }
        from = to;
    }
    Some(bits)
}

/// Whether one row passes.
pub(super) fn one(pipeline: &Pipeline, filter: &Filter, row: u64) -> bool {
    let detail = pipeline.detail(row);
    detail.is_ok_and(|detail| detail.is_some_and(|detail| passes(pipeline, filter, &detail)))
}

fn passes(pipeline: &Pipeline, filter: &Filter, detail: &Detail) -> bool {
    match detail {
        Detail::Call(call) => {
            filter.matches(&CallColumns::new(call, pipeline.vendors(), time::now()))
        }
        Detail::Refused(refused) => {
            filter.matches(&RefusedColumns { request: &refused.request, now_ms: time::now() })
        }
    }
}
