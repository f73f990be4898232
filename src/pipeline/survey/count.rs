//! What is counted of calls in their order: repeats, who was seen with which group, what was found,
//! and the first call of each kind, which is kept to be shown.

use super::read::{Calls, Step};
use crate::call::{CallType, Seq};
use crate::pipeline::index::no_call;
use crate::pipeline::people::People;
use crate::pipeline::remarks::Remarks;
use crate::pipeline::tally::{Shaped, expand};
use crate::pipeline::{InUse, Tally};
use crate::store::{NoCall, Print, Seen, Sender, SetId, Sets};
use crate::vendors::{CodeId, Vendors};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was found of one call, before its turn comes.
#[derive(Default)]
pub(super) struct Found {
    /// Of its `messageId`, if it has one.
    pub print: Option<Print>,
    /// Where its codes end.
    pub codes: usize,
}

/// A row that can be shown.
pub(super) enum Kept {
    Call(KeptCall),
    /// A request that was refused, or that holds no call: its line.
    NoCall(KeptLine, NoCall),
}

/// The line of a request that is kept.
pub(super) enum KeptLine {
    /// The number of its file, where its line begins, and how long it is.
    InFile(usize, u64, usize),
    /// Its text.
    Text(Arc<str>),
}

/// A call that is an example of something.
pub(super) struct KeptCall {
    /// Its request's line.
    pub line: Arc<str>,
    /// Its place among the request's calls.
    pub nth: usize,
    pub seq: Seq,
    pub sender: Sender,
    pub repeat: bool,
    pub set: SetId,
}

pub(super) struct Counts {
    /// Calls so far, repeats too.
    calls: u64,
    /// Rows so far: calls, and requests that have a row of their own.
    rows: u64,
    seen: Seen,
    pub people: People,
    pub remarks: Remarks,
    pub sets: Sets,
    /// How many calls there are with each set, by sender.
    shapes: Vec<[Shaped; Sender::ALL.len()]>,
    /// The set before, which is often the next one too.
    last: Option<(Vec<CodeId>, SetId)>,
    /// Whether a code has its example.
    has_example: Vec<bool>,
    pub kept: BTreeMap<u64, Kept>,
    no_calls: Vec<u64>,
    /// Lines that are none of a recording's: how many, and the first one's number and error.
    pub bad: (u64, Option<(u64, String)>),
}

impl Counts {
    pub fn new(vendors: &Vendors) -> Counts {
        Counts {
            calls: 0,
            rows: 0,
            seen: Seen::default(),
            people: People::default(),
            remarks: Remarks::default(),
            sets: Sets::default(),
            shapes: Vec::new(),
            last: None,
            has_example: vec![false; vendors.codes().len()],
            kept: BTreeMap::new(),
            no_calls: Vec::new(),
            bad: (0, None),
        }
    }

    /// Counts the lines of a block of a file. `found` and `codes` are of its calls, in their order;
    /// `line` counts the lines of the file before.
    pub fn count(
        &mut self,
        (vendors, in_use): (&Vendors, &InUse),
        steps: &[Step<'_>],
        found: &[Found],
        codes: &[CodeId],
        (file, line): (usize, u64),
    ) {
        let (mut found, mut begin) = (found.iter(), 0);
        for step in steps {
            match step {
                Step::Calls(calls) => {
                    let mut text = None;
                    for (nth, found) in found.by_ref().take(calls.reading.calls.len()).enumerate() {
                        let codes = &codes[begin..found.codes];
                        begin = found.codes;
                        let set = self.set(codes, vendors);
                        let repeat = found.print.is_some_and(|print| self.seen.was_there(print));
                        self.calls += 1;
                        let seq = Seq(self.calls);
                        let call = &calls.reading.calls[nth];
                        if call.kind == Some(CallType::Group) {
                            let event = calls.reading.event(call);
                            self.people.learn(&event, call.kind, seq, calls.received_at());
                        }
                        let row = self.rows;
                        let shaped = &mut self.shapes[set.0 as usize][calls.sender as usize];
                        let is_first = shaped.is_empty();
                        if is_first {
                            *shaped = Shaped::first(row);
                        }
                        shaped.count(repeat);
                        if is_first && self.is_example(set, calls.sender, vendors, in_use) {
                            let line = line_of(&mut text, calls);
                            let sender = calls.sender;
                            let kept = KeptCall { line, nth, seq, sender, repeat, set };
                            self.kept.insert(row, Kept::Call(kept));
                        }
                        self.rows += 1;
                    }
                    if let Some(kind) = no_call(&calls.reading) {
                        let line = match calls.place {
                            Some((at, len)) => KeptLine::InFile(file, at, len),
                            None => KeptLine::Text(line_of(&mut text, calls)),
                        };
                        self.no_call(line, kind);
                    }
                }
                Step::Refused { at, len, status } => {
                    let line = KeptLine::InFile(file, *at, *len);
                    self.no_call(line, NoCall::of_error(*status));
                }
                Step::Remark(remark) => self.remarks.take(remark.clone()),
                Step::Bad(nth, error) => {
                    self.bad.0 += 1;
                    self.bad.1.get_or_insert_with(|| (line + nth, error.clone()));
                }
                Step::Flush(_) => {}
            }
        }
    }

    fn no_call(&mut self, line: KeptLine, kind: NoCall) {
        self.no_calls.push(self.rows);
        self.kept.insert(self.rows, Kept::NoCall(line, kind));
        self.rows += 1;
    }

    fn set(&mut self, codes: &[CodeId], vendors: &Vendors) -> SetId {
        if let Some((last, set)) = &self.last
            && last == codes
        {
            return *set;
        }
        let set = self.sets.intern(codes, vendors.codes(), vendors.len());
        self.shapes.resize(self.sets.len(), Default::default());
        let last = self.last.get_or_insert_default();
        last.0.clear();
        last.0.extend_from_slice(codes);
        last.1 = set;
        set
    }

    /// Whether a call is the first with one of its codes, among those that are reported.
    fn is_example(
        &mut self,
        set: SetId,
        sender: Sender,
        vendors: &Vendors,
        in_use: &InUse,
    ) -> bool {
        let bits = in_use.bits(sender);
        let mut first = false;
        for code in &self.sets.get(set).codes {
            let vendor = vendors.codes().entry(*code).vendor;
            if vendor.is_none_or(|vendor| bits >> vendor & 1 == 1) {
                first |= !std::mem::replace(&mut self.has_example[usize::from(code.0)], true);
            }
        }
        first
    }

    /// What was found among all rows.
    pub fn tally(&mut self, vendors: &Vendors, in_use: &InUse) -> Tally {
        let mut tally = Tally { no_calls: std::mem::take(&mut self.no_calls), ..Tally::default() };
        let shapes = self.shapes.iter().enumerate().flat_map(|(set, counts)| {
            let counts = Sender::ALL.into_iter().zip(*counts);
            let counts = counts.filter(|(_, shaped)| !shaped.is_empty());
            counts.map(move |(sender, shaped)| ((SetId(set as u32), sender), shaped))
        });
        expand(vendors, in_use, &self.sets, shapes, &mut tally);
        tally
    }
}

/// The line of a request, made once for all of its calls that are kept.
fn line_of(text: &mut Option<Arc<str>>, calls: &Calls<'_>) -> Arc<str> {
    Arc::clone(text.get_or_insert_with(|| calls.line().into()))
}
