//! Adds the calls of a block to a profile, for `compare`.

use crate::engine::batch_check::read_block::LineAction;
use crate::engine::batch_check::worker::{BatchCheck, WorkerScratch};
use crate::engine::compare::profiles::ProfiledCall;

impl BatchCheck<'_> {
    /// Adds the calls of a block, all of which were judged. `before` is the number of calls before
    /// the block.
    pub(crate) fn profile_calls(
        &self,
        before: u64,
        actions: &[LineAction<'_>],
        scratch: &mut WorkerScratch,
    ) {
        let requests = actions.iter().filter_map(|action| match action {
            LineAction::Calls(calls) => Some(calls),
            _ => None,
        });
        let calls = requests
            .flat_map(|request| request.reading.calls.iter().map(move |call| (request, call)));
        let mut begin = 0;
        for ((nth, (request, call)), found) in calls.enumerate().zip(&scratch.calls) {
            let codes = &scratch.codes[begin..found.codes];
            begin = found.codes;
            if found.repeat {
                scratch.profile.repeats += 1;
                continue;
            }
            let set = scratch.sets.intern(codes, self.vendors.codes(), self.vendors.len());
            let known = ProfiledCall {
                seq: before + nth as u64 + 1,
                kind: call.kind,
                set: scratch.sets.get(set),
                in_use: self.in_use.bits(request.sender),
                has: found.has,
            };
            scratch.profile.add(&request.reading.event(call), known);
        }
    }
}
