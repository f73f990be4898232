//! Counts calls in the order in which they arrived: repeats, findings, and the groups of users.
//! Keeps the first call of each kind as the example that a report shows.

use crate::call::{CallType, Seq};
use crate::engine::batch_check::read_block::{LineAction, RequestCalls};
use crate::engine::counts::finding_totals::{GroupCounts, Tally, reported};
use crate::engine::counts::id_remarks::IdRemarkView;
use crate::engine::counts::plan_counts::{PlanCell, PlanCounts};
use crate::engine::index::{
    FindingSets, HasId, IdHashes, IdRemark, IdRemarks, NoCall, NumberGaps, SenderPlatform, SetId,
};
use crate::engine::judging::index_request::no_call;
use crate::engine::judging::user_groups::UserGroups;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::call_fields;
use crate::engine::rows::marks_and_notes::MarksAndNotes;
use crate::recording::Remark;
use crate::vendors::{CodeId, Vendors};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The findings of one call, determined before the counter gets the call.
#[derive(Default)]
pub(crate) struct CallFindings {
    /// True if the same call was seen before.
    pub repeat: bool,
    /// True if the service discards the call.
    pub discarded: bool,
    /// A hash that is the same for calls that need the same change.
    pub structure: u64,
    /// The end of its codes in the block's list of codes.
    pub codes: usize,
    /// The ranges of the account id and the user id in the block's text.
    pub ids: [Option<Range<usize>>; 2],
    /// For the account id and the user id, whether it was found and whether it is doubtful.
    pub has: [HasId; 2],
    /// The hashes of its ids and of its event.
    pub id_hashes: IdHashes,
    /// The index of its event in the plan.
    pub entry: Option<u32>,
}

/// A row that a report can show.
pub(crate) enum ExampleRow {
    Call(ExampleCall),
    /// A request that was refused or that contains no call: its line, and which of these it is.
    NoCall(ExampleLine, NoCall),
}

/// The recorded line of a request that a report can show.
pub(crate) enum ExampleLine {
    /// The index of its file, the offset of its line, and the length of the line.
    InFile(usize, u64, usize),
    /// The text of the line.
    Text(Arc<str>),
}

/// A call that is shown as the example of its findings.
pub(crate) struct ExampleCall {
    /// The line of its request.
    pub line: Arc<str>,
    /// Its index among the calls of the request.
    pub nth: usize,
    pub seq: Seq,
    pub sender: SenderPlatform,
    pub repeat: bool,
    pub set: SetId,
}

/// The counts of all calls so far.
pub(crate) struct CallCounter {
    /// The number of calls so far, repeats included.
    calls: u64,
    /// The call numbers that are unused because parts of a recording were deleted.
    gaps: NumberGaps,
    /// The index of the file that is read, and the number of calls before the recording that it
    /// belongs to, which is added to the `seq` of its remarks.
    file: (usize, u64),
    /// The number of rows so far: calls, and requests that have a row of their own.
    rows: u64,
    pub people: UserGroups,
    pub remarks: MarksAndNotes,
    id_remarks: IdRemarks,
    pub sets: FindingSets,
    groups: GroupCounts,
    /// The set of the previous call, which the next call often has too.
    last_set: Option<(Vec<CodeId>, SetId)>,
    /// The rows that a report can show, by the number of the row.
    pub examples: BTreeMap<u64, ExampleRow>,
    /// The counts of the calls of each event of the plan.
    pub plan_counts: PlanCounts,
    /// The rows of requests without calls.
    no_calls: Vec<u64>,
    /// The number of lines that are not lines of a recording, and the line number and error of the
    /// first.
    pub bad: (u64, Option<(u64, String)>),
}

impl CallCounter {
    pub fn new() -> CallCounter {
        CallCounter {
            calls: 0,
            gaps: NumberGaps::default(),
            file: (0, 0),
            rows: 0,
            people: UserGroups::default(),
            remarks: MarksAndNotes::default(),
            id_remarks: IdRemarks::default(),
            sets: FindingSets::default(),
            groups: GroupCounts::default(),
            last_set: None,
            examples: BTreeMap::new(),
            plan_counts: PlanCounts::default(),
            no_calls: Vec::new(),
            bad: (0, None),
        }
    }

    /// Counts the lines of a block. `found` and `codes` belong to the calls of the block, in order;
    /// `file` is the index of the file, and `line` the number of its lines before the block.
    pub fn count(
        &mut self,
        (vendors, in_use): (&Vendors, &InUse),
        actions: &[LineAction<'_>],
        (found, codes, texts): (&[CallFindings], &[CodeId], &str),
        (file, line): (usize, u64),
    ) {
        let has_new_ids: Vec<bool> =
            found.iter().map(|call| !self.id_remarks.is_known(&call.id_hashes)).collect();
        let (mut found, mut begin) = (found.iter().zip(has_new_ids), 0);
        if self.file.0 != file {
            self.file = (file, self.calls + self.gaps.total());
        }
        for action in actions {
            match action {
                LineAction::Calls(calls) => {
                    let mut text = None;
                    let found = found.by_ref().take(calls.reading.calls.len());
                    for (nth, (found, has_new_ids)) in found.enumerate() {
                        let codes = &codes[begin..found.codes];
                        begin = found.codes;
                        let set = self.intern_set(codes, vendors);
                        let repeat = found.repeat;
                        let call = &calls.reading.calls[nth];
                        if has_new_ids && !repeat {
                            let ids = found.ids.clone().map(|part| part.map(|part| &texts[part]));
                            let ids = call_fields::ids(&calls.reading, call, found.discarded, ids);
                            self.id_remarks.note(&ids.of_call(), self.calls);
                        }
                        if let Some(entry) = found.entry {
                            let key = PlanCell { entry, set, sender: calls.sender, has: found.has };
                            self.plan_counts.add(key, self.calls + self.gaps.total(), repeat);
                        }
                        self.calls += 1;
                        let seq = Seq(self.calls + self.gaps.total());
                        if call.kind == Some(CallType::Group) {
                            let event = calls.reading.event(call);
                            self.people.learn(&event, call.kind, seq, || calls.received_at());
                        }
                        let row = self.rows;
                        let key = (set, calls.sender, found.structure);
                        let is_first = self.groups.count(key, row, repeat);
                        let codes = &self.sets.get(set).codes;
                        let bits = in_use.bits(calls.sender);
                        if is_first && !reported(codes, vendors, bits).is_empty() {
                            let line = line_of(&mut text, calls);
                            let sender = calls.sender;
                            let example = ExampleCall { line, nth, seq, sender, repeat, set };
                            self.examples.insert(row, ExampleRow::Call(example));
                        }
                        self.rows += 1;
                    }
                    if let Some(kind) = no_call(&calls.reading) {
                        let line = match calls.place {
                            Some((at, len)) => ExampleLine::InFile(file, at, len),
                            None => ExampleLine::Text(line_of(&mut text, calls)),
                        };
                        self.add_no_call(line, kind);
                    }
                }
                LineAction::Refused { at, len, kind } => {
                    let line = ExampleLine::InFile(file, *at, *len);
                    self.add_no_call(line, *kind);
                }
                LineAction::Remark(remark) => {
                    let seq = remark.seq.saturating_add(self.file.1);
                    self.remarks.take(Remark { seq, ..remark.clone() });
                }
                LineAction::Part(before) => {
                    let calls = self.calls + self.gaps.total();
                    self.gaps.skip(self.calls, before.saturating_sub(calls));
                    self.file.1 = calls.saturating_sub(*before);
                }
                LineAction::Bad(nth, error) => {
                    self.bad.0 += 1;
                    self.bad.1.get_or_insert_with(|| (line + nth, error.clone()));
                }
                LineAction::Flush(_) => {}
            }
        }
    }

    /// Adds the row of a request without calls.
    fn add_no_call(&mut self, line: ExampleLine, kind: NoCall) {
        self.no_calls.push(self.rows);
        self.examples.insert(self.rows, ExampleRow::NoCall(line, kind));
        self.rows += 1;
    }

    /// Returns the id of the set of these codes.
    fn intern_set(&mut self, codes: &[CodeId], vendors: &Vendors) -> SetId {
        if let Some((last, set)) = &self.last_set
            && last == codes
        {
            return *set;
        }
        let set = self.sets.intern(codes, vendors.codes(), vendors.len());
        let last = self.last_set.get_or_insert_default();
        last.0.clear();
        last.0.extend_from_slice(codes);
        last.1 = set;
        set
    }

    /// Returns the tally of all rows. Takes the counts out of the counter.
    pub fn tally(&mut self, vendors: &Vendors, in_use: &InUse) -> Tally {
        let no_calls = std::mem::take(&mut self.no_calls);
        // the memory of the ids is free before the examples of a report need memory
        let remarks = std::mem::take(&mut self.id_remarks);
        // no_calls[k] calls and other rows come before row no_calls[k], so no_calls[k] - k calls do
        let row = |call: u64| {
            let before = |(nth, row): &(usize, &u64)| **row - *nth as u64 <= call;
            call + no_calls.iter().enumerate().take_while(before).count() as u64
        };
        let number = |call: u64| call + 1 + self.gaps.before(call);
        let view = |remark: &IdRemark| {
            IdRemarkView::new(remark, remark.calls.map(number), row(remark.calls[1]))
        };
        let id_remarks = remarks.remarks().map(view).collect();
        let mut tally = Tally {
            id_remarks,
            more_id_remarks: remarks.more(),
            ids_untold: remarks.untold(),
            no_calls,
            ..Tally::default()
        };
        std::mem::take(&mut self.groups).expand(vendors, in_use, &self.sets, &mut tally);
        tally
    }
}

/// Returns the line of a request. Its text is created once for all of its calls that are examples.
fn line_of(text: &mut Option<Arc<str>>, calls: &RequestCalls<'_>) -> Arc<str> {
    Arc::clone(text.get_or_insert_with(|| calls.line().into()))
}
