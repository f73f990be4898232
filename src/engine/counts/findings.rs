//! The rows of the findings view: each finding of each event. If every call has an event name of
//! its own, there are as many rows as names times findings. A view shows only the first of them, so
//! only these are built.

use crate::engine::counts::filtered_counts::FilteredCounts;
use crate::engine::counts::grouped_rows::{CountedCalls, GroupedRows, MAX_ROWS, counted, words};
use crate::engine::counts::{Count, Engine, FoundIn, Snapshot};
use crate::engine::index::{RemarkKind, SenderPlatform, TextId};
use crate::findings::Effect;
use crate::vendors::{CodeId, Codes};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

/// The number of ranks of rows. A rank depends on whether the code counts, on its severity, and on
/// whether the call reaches a vendor.
const RANKS: usize = 16;

/// A finding of the calls of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
struct CellFinding {
    id: CodeId,
    /// True if it counts for these calls.
    counts: bool,
    /// The rank of its row. Rows with a smaller rank come first.
    rank: u8,
}

/// A row of the view. Its order is that of the rows within one rank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FindingRow {
    calls: Reverse<u64>,
    first: u64,
    code: CodeId,
    counts: bool,
    /// The cells of its event, as a range of the sorted cells.
    cells: (u32, u32),
}

/// The first rows of one rank.
#[derive(Default)]
struct RankedRows {
    rows: Vec<FindingRow>,
    /// The number of all rows of this rank.
    total: usize,
    /// The last of the first [`MAX_ROWS`] rows, as far as known. Rows after it are left out.
    last: Option<FindingRow>,
}

impl RankedRows {
    fn add(&mut self, row: FindingRow) {
        self.total += 1;
        if self.last.is_some_and(|last| row > last) {
            return;
        }
        self.rows.push(row);
        if self.rows.len() >= 2 * MAX_ROWS {
            let (_, last, _) = self.rows.select_nth_unstable(MAX_ROWS - 1);
            self.last = Some(*last);
            self.rows.truncate(MAX_ROWS);
        }
    }
}

/// The findings that a view shows, by the set of codes and the sender of a cell.
struct SetCodes<'c> {
    codes: &'c Codes,
    at_all: bool,
    /// The first id of each code that all vendors report alike, so that it gives one row.
    first_of: HashMap<&'c str, CodeId>,
    /// The findings by set of codes and sender, filled when they are first needed.
    of_sets: Vec<Option<Box<[CellFinding]>>>,
}

impl<'c> SetCodes<'c> {
    fn new(codes: &'c Codes, at_all: bool, snapshot: &Snapshot) -> SetCodes<'c> {
        let mut first_of = HashMap::new();
        for (id, entry) in codes.iter().filter(|(_, entry)| entry.text.once) {
            first_of.entry(&*entry.code).or_insert(id);
        }
        let of_sets = vec![None; snapshot.sets.len() * SenderPlatform::ALL.len()];
        SetCodes { codes, at_all, first_of, of_sets }
    }

    /// Returns the findings of a cell.
    fn codes_of_cell(&mut self, cell: u32, snapshot: &Snapshot) -> &[CellFinding] {
        let key = &snapshot.cells[cell as usize].0;
        let sender = snapshot.shape(key).sender as usize;
        let place = key.set.0 as usize * SenderPlatform::ALL.len() + sender;
        if self.of_sets[place].is_none() {
            let (set, in_use) = snapshot.set(key);
            let found = set.codes.iter().filter_map(|code| self.code(*code, in_use));
            self.of_sets[place] = Some(found.collect());
        }
        self.of_sets[place].as_deref().unwrap_or_default()
    }

    fn code(&self, id: CodeId, in_use: u64) -> Option<CellFinding> {
        let (counts, entry) = (self.codes.counts(id, in_use), self.codes.entry(id));
        if !counts && (!self.at_all || entry.text.once) {
            return None;
        }
        let first = self.first_of.get(&*entry.code).filter(|_| entry.text.once);
        // findings that stop a call before any vendor come first
        let reaches = entry.effect != Effect::Discard;
        let rank = u8::from(!counts) << 3 | (entry.severity as u8) << 1 | u8::from(reaches);
        Some(CellFinding { id: first.copied().unwrap_or(id), counts, rank })
    }
}

impl Engine {
    /// Returns the findings of the service and of the vendors in use (or of all vendors, if
    /// `at_all`), event by event: the worst first, then the most frequent.
    pub fn found_in(&self, at_all: bool) -> GroupedRows<FoundIn> {
        self.found_under(at_all, None)
    }

    /// Returns the findings of the calls in `counts`, or of all calls without it.
    pub fn found_under(
        &self,
        at_all: bool,
        counts: Option<&FilteredCounts>,
    ) -> GroupedRows<FoundIn> {
        let snapshot = self.snapshot_under(counts);
        let vendors = self.vendors();
        let codes = vendors.codes();
        let mut set_codes = SetCodes::new(codes, at_all, &snapshot);
        let event = |cell: u32| -> (TextId, TextId) {
            let key = &snapshot.cells[cell as usize].0;
            (key.event, snapshot.shape(key).kind)
        };
        let mut cells: Vec<u32> = (0..snapshot.cells.len() as u32).collect();
        cells.sort_unstable_by_key(|cell| event(*cell));
        let mut ranked: [RankedRows; RANKS] = std::array::from_fn(|_| RankedRows::default());
        let mut sums: HashMap<(CodeId, bool), (u8, u64, u64)> = HashMap::new();
        let mut start = 0;
        for same in cells.chunk_by(|a, b| event(*a) == event(*b)) {
            let range = (start, start + same.len() as u32);
            start = range.1;
            let row = |(code, counts), calls, first| FindingRow {
                calls: Reverse(calls),
                first,
                code,
                counts,
                cells: range,
            };
            if let [cell] = same {
                let count = &snapshot.cells[*cell as usize].1;
                for code in set_codes.codes_of_cell(*cell, &snapshot) {
                    let row = row((code.id, code.counts), count.calls, count.first);
                    ranked[usize::from(code.rank)].add(row);
                }
                continue;
            }
            for cell in same {
                let count = &snapshot.cells[*cell as usize].1;
                for code in set_codes.codes_of_cell(*cell, &snapshot) {
                    let sum = sums.entry((code.id, code.counts));
                    let (_, calls, first) = sum.or_insert((code.rank, 0, u64::MAX));
                    *calls += count.calls;
                    *first = count.first.min(*first);
                }
            }
            for (code, (rank, calls, first)) in sums.drain() {
                ranked[usize::from(rank)].add(row(code, calls, first));
            }
        }
        let of = ranked.iter().map(|ranked| ranked.total as u64).sum();
        let mut rows = Vec::new();
        for mut ranked in ranked {
            ranked.rows.sort_unstable();
            rows.extend(ranked.rows.into_iter().take(MAX_ROWS - rows.len()));
        }
        let mut count_of = |row: &FindingRow| -> Count {
            let mut count = Count::default();
            let range: Range<usize> = row.cells.0 as usize..row.cells.1 as usize;
            for cell in &cells[range] {
                let has = |code: &CellFinding| (code.id, code.counts) == (row.code, row.counts);
                if set_codes.codes_of_cell(*cell, &snapshot).iter().any(has) {
                    count.merge(&snapshot.cells[*cell as usize].1);
                }
            }
            count
        };
        let rows: Vec<(FindingRow, Count)> = rows.iter().map(|row| (*row, count_of(row))).collect();
        let state = self.lock();
        let index = &state.index;
        let rows = rows.into_iter().filter_map(|(row, count)| {
            let entry = codes.entry(row.code);
            let (event, kind) = event(cells[row.cells.0 as usize]);
            Some(FoundIn {
                code: entry.code.to_string(),
                what: entry.short_words(),
                severity: entry.severity,
                effect: entry.effect,
                vendor: entry.vendor.filter(|_| !entry.text.once),
                in_use: row.counts,
                remark: None,
                kind: words(&index.store, kind),
                event: words(&index.store, event),
                counted: counted(index, &count)?,
            })
        });
        GroupedRows { rows: rows.collect(), of, other: snapshot.other }
    }

    /// Returns the findings, and the remarks about ids that several calls show together.
    pub fn findings(&self, at_all: bool) -> GroupedRows<FoundIn> {
        let (mut found, remarks) = (self.found_in(at_all), self.id_remarks());
        let state = self.lock();
        let index = &state.index;
        let rows = remarks.rows.into_iter().filter_map(|view| {
            let (which, ids) = match view.remark.kind {
                RemarkKind::SharedAnonymousId => ("anonymousId", view.remark.of),
                RemarkKind::SharedUser => ("user", view.remark.of),
                RemarkKind::SimilarAccounts => ("account", view.remark.of + 1),
                RemarkKind::SimilarUsers => ("user", view.remark.of + 1),
                RemarkKind::SimilarEvents => ("event", view.remark.of + 1),
            };
            let [first, last] = view.remark.calls;
            let count = Count { calls: ids, first, last, ..Count::default() };
            // `None` if all calls were cleared in the meantime
            let counted = counted(index, &count)?;
            Some(FoundIn {
                code: view.finding.code.to_string(),
                what: view.remark.kind.short_words().to_owned(),
                severity: view.finding.severity,
                effect: view.finding.effect,
                vendor: None,
                in_use: true,
                kind: Some(which.to_owned()),
                event: Some(view.remark.id.clone()),
                counted: CountedCalls { row: view.row, seq: view.seqs[1], ..counted },
                remark: Some(Box::new(view)),
            })
        });
        found.rows.extend(rows);
        found.rows.sort_by_key(|row| (!row.in_use, row.severity));
        found.rows.truncate(MAX_ROWS);
        found.of += remarks.of;
        found
    }
}
