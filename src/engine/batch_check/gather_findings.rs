//! Collects the findings of the calls of a block, which vendors found one after the other.

use crate::engine::batch_check::call_counter::CallFindings;
use crate::engine::batch_check::read_block::LineAction;
use crate::engine::batch_check::worker::{BatchCheck, WorkerScratch};
use crate::engine::counts::finding_totals::{ANY_STRUCTURE, structure};
use crate::engine::index::HasId;
use crate::engine::rows::call_detail::MESSAGE_ID_REUSED;
use crate::engine::rows::call_fields;
use crate::vendors::CodeId;

impl BatchCheck<'_> {
    /// Collects the findings of each call from all vendors.
    pub(crate) fn gather(&self, actions: &[LineAction<'_>], scratch: &mut WorkerScratch) {
        let calls = scratch.vendor_code_ends.len() / self.shares.len().max(1);
        scratch.codes.clear();
        scratch.calls.clear();
        let all = actions.iter().filter_map(|action| match action {
            LineAction::Calls(calls) => Some(calls),
            _ => None,
        });
        let mut at = 0;
        for request in all {
            for (nth, call) in request.reading.calls.iter().enumerate() {
                let begin = scratch.codes.len();
                // findings about the whole request are reported once, with its first call
                let whole = if nth == 0 { &request.reading.discards[..] } else { &[] };
                let own = call.discards.iter().chain(whole).map(|discard| discard.code);
                let signature = request.signature.filter(|_| nth == 0);
                let sighting = scratch.sightings[at];
                let reused = sighting.is_reused().then_some(MESSAGE_ID_REUSED);
                scratch.codes.extend(scratch.call_codes[at].into_iter().flatten());
                scratch.codes.extend(self.vendors.codes().of_plan(scratch.plan_outcomes[at]));
                for code in own.chain(reused).chain(signature) {
                    scratch.codes.extend(self.vendors.codes().find(None, code));
                }
                for vendor in 0..self.shares.len() {
                    let place = vendor * calls + at;
                    let from =
                        place.checked_sub(1).map_or(0, |before| scratch.vendor_code_ends[before]);
                    scratch.codes.extend_from_slice(
                        &scratch.vendor_codes[from..scratch.vendor_code_ends[place]],
                    );
                }
                at += 1;
                let codes = &mut scratch.codes[begin..];
                codes.sort_unstable();
                let distinct = dedup(codes);
                scratch.codes.truncate(begin + distinct);
                let structure = match scratch.codes.len() > begin {
                    true => structure(&request.reading, call, scratch.plan_outcomes[at - 1]),
                    false => ANY_STRUCTURE,
                };
                let repeat = sighting.is_repeat();
                let [account, user] = std::mem::take(&mut scratch.ids[at - 1]);
                let has = [&account, &user].map(|id| match id {
                    None => HasId::No,
                    Some((precedence, _)) if precedence.is_doubtful() => HasId::Doubtful,
                    Some(_) => HasId::Yes,
                });
                let ids = [account, user].map(|id| id.map(|(_, part)| part));
                let texts = ids.clone().map(|id| id.map(|part| &scratch.id_texts[part]));
                let discarded = call.discarded_as().is_some() || sighting.is_reused();
                let id_hashes =
                    call_fields::ids(&request.reading, call, discarded, texts).of_call().hashes();
                let entry = scratch.plan_outcomes[at - 1].entry;
                let codes = scratch.codes.len();
                scratch.calls.push(CallFindings {
                    repeat,
                    discarded,
                    structure,
                    codes,
                    ids,
                    has,
                    id_hashes,
                    entry,
                });
            }
        }
    }
}

/// Moves one of each of the sorted codes to the front. Returns the number of distinct codes.
fn dedup(codes: &mut [CodeId]) -> usize {
    let mut kept = 0;
    for at in 0..codes.len() {
        if at == 0 || codes[at] != codes[kept - 1] {
            codes[kept] = codes[at];
            kept += 1;
        }
    }
    kept
}
