//! What is counted of calls in their order: repeats, who was seen with which group, what was found,
//! and the first call of each kind, which is kept to be shown.

use crate::call::{CallType, Seq};
use crate::engine::batch_check::read_block::{LineAction, RequestCalls};
use crate::engine::counts::finding_totals::{GroupCounts, Tally, reported};
use crate::engine::counts::id_remarks::IdRemarkView;
use crate::engine::counts::plan_counts::{PlanCell, PlanCounts};
use crate::engine::index::{
    FindingSets, HasId, IdRemark, IdRemarks, NoCall, NumberGaps, SenderPlatform, SetId,
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

/// What was found of one call, before its turn comes.
#[derive(Default)]
pub(crate) struct CallFindings {
    /// The same call came before.
    pub repeat: bool,
    /// What it has in common with calls that need the same change.
    pub structure: u64,
    /// Where its codes end.
    pub codes: usize,
    /// Where the account and the user stand that the first vendor in use found.
    pub ids: [Option<Range<usize>>; 2],
    /// Whether they were found, and whether they are doubtful.
    pub has: [HasId; 2],
    /// The index of its event in the plan.
    pub entry: Option<u32>,
}

/// A row that can be shown.
pub(crate) enum ExampleRow {
    Call(ExampleCall),
    /// A request that was refused, or that holds no call: its line.
    NoCall(ExampleLine, NoCall),
}

/// The line of a request that is kept.
pub(crate) enum ExampleLine {
    /// The number of its file, where its line begins, and how long it is.
    InFile(usize, u64, usize),
    /// Its text.
    Text(Arc<str>),
}

/// A call that is an example of something.
pub(crate) struct ExampleCall {
    /// Its request's line.
    pub line: Arc<str>,
    /// Its place among the request's calls.
    pub nth: usize,
    pub seq: Seq,
    pub sender: SenderPlatform,
    pub repeat: bool,
    pub set: SetId,
}

pub(crate) struct CallCounter {
    /// The number of calls so far, repeats included.
    calls: u64,
    /// Numbers that are unused because parts of a recording are deleted.
    gaps: NumberGaps,
    /// The file that is read, and how many calls came before its recording.
    file: (usize, u64),
    /// Rows so far: calls, and requests that have a row of their own.
    rows: u64,
    pub people: UserGroups,
    pub remarks: MarksAndNotes,
    id_remarks: IdRemarks,
    pub sets: FindingSets,
    groups: GroupCounts,
    /// The set before, which is often the next one too.
    last: Option<(Vec<CodeId>, SetId)>,
    pub kept: BTreeMap<u64, ExampleRow>,
    /// The calls of each event of the plan.
    pub of_plan: PlanCounts,
    no_calls: Vec<u64>,
    /// Lines that are none of a recording's: how many, and the first one's number and error.
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
            last: None,
            kept: BTreeMap::new(),
            of_plan: PlanCounts::default(),
            no_calls: Vec::new(),
            bad: (0, None),
        }
    }

    /// Counts the lines of a block of a file. `found` and `codes` are of its calls, in their order;
    /// `line` counts the lines of the file before.
    pub fn count(
        &mut self,
        (vendors, in_use): (&Vendors, &InUse),
        steps: &[LineAction<'_>],
        (found, codes, texts): (&[CallFindings], &[CodeId], &str),
        (file, line): (usize, u64),
    ) {
        let (mut found, mut begin) = (found.iter(), 0);
        if self.file.0 != file {
            self.file = (file, self.calls + self.gaps.total());
        }
        for step in steps {
            match step {
                LineAction::Calls(calls) => {
                    let mut text = None;
                    for (nth, found) in found.by_ref().take(calls.reading.calls.len()).enumerate() {
                        let codes = &codes[begin..found.codes];
                        begin = found.codes;
                        let set = self.set(codes, vendors);
                        let repeat = found.repeat;
                        let call = &calls.reading.calls[nth];
                        if !repeat {
                            let [account, user] =
                                found.ids.clone().map(|part| part.map(|part| &texts[part]));
                            let ids = call_fields::ids(&calls.reading, call, account, user);
                            self.id_remarks.note(&ids.of_call(), self.calls);
                        }
                        if let Some(entry) = found.entry {
                            let key = PlanCell { entry, set, sender: calls.sender, has: found.has };
                            self.of_plan.add(key, self.calls + self.gaps.total(), repeat);
                        }
                        self.calls += 1;
                        let seq = Seq(self.calls + self.gaps.total());
                        if call.kind == Some(CallType::Group) {
                            let event = calls.reading.event(call);
                            self.people.learn(&event, call.kind, seq, calls.received_at());
                        }
                        let row = self.rows;
                        let key = (set, calls.sender, found.structure);
                        let is_first = self.groups.count(key, row, repeat);
                        let codes = &self.sets.get(set).codes;
                        let bits = in_use.bits(calls.sender);
                        if is_first && !reported(codes, vendors, bits).is_empty() {
                            let line = line_of(&mut text, calls);
                            let sender = calls.sender;
                            let kept = ExampleCall { line, nth, seq, sender, repeat, set };
                            self.kept.insert(row, ExampleRow::Call(kept));
                        }
                        self.rows += 1;
                    }
                    if let Some(kind) = no_call(&calls.reading) {
                        let line = match calls.place {
                            Some((at, len)) => ExampleLine::InFile(file, at, len),
                            None => ExampleLine::Text(line_of(&mut text, calls)),
                        };
                        self.no_call(line, kind);
                    }
                }
                LineAction::Refused { at, len, status } => {
                    let line = ExampleLine::InFile(file, *at, *len);
                    self.no_call(line, NoCall::of_error(*status));
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

    fn no_call(&mut self, line: ExampleLine, kind: NoCall) {
        self.no_calls.push(self.rows);
        self.kept.insert(self.rows, ExampleRow::NoCall(line, kind));
        self.rows += 1;
    }

    fn set(&mut self, codes: &[CodeId], vendors: &Vendors) -> SetId {
        if let Some((last, set)) = &self.last
            && last == codes
        {
            return *set;
        }
        let set = self.sets.intern(codes, vendors.codes(), vendors.len());
        let last = self.last.get_or_insert_default();
        last.0.clear();
        last.0.extend_from_slice(codes);
        last.1 = set;
        set
    }

    /// Takes out what was found among all rows.
    pub fn tally(&mut self, vendors: &Vendors, in_use: &InUse) -> Tally {
        let no_calls = std::mem::take(&mut self.no_calls);
        // no_calls[k] is a row behind no_calls[k] - k calls
        let row = |call: u64| {
            let before = |(nth, row): &(usize, &u64)| **row - *nth as u64 <= call;
            call + no_calls.iter().enumerate().take_while(before).count() as u64
        };
        let number = |call: u64| call + 1 + self.gaps.before(call);
        let view = |remark: &IdRemark| {
            IdRemarkView::new(remark, remark.calls.map(number), row(remark.calls[1]))
        };
        let id_remarks = self.id_remarks.remarks().iter().map(view).collect();
        let mut tally = Tally {
            id_remarks,
            more_id_remarks: self.id_remarks.more(),
            ids_untold: self.id_remarks.untold(),
            no_calls,
            ..Tally::default()
        };
        std::mem::take(&mut self.groups).expand(vendors, in_use, &self.sets, &mut tally);
        tally
    }
}

/// The line of a request, made once for all of its calls that are kept.
fn line_of(text: &mut Option<Arc<str>>, calls: &RequestCalls<'_>) -> Arc<str> {
    Arc::clone(text.get_or_insert_with(|| calls.line().into()))
}
