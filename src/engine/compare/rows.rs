//! Creates the profile of rows of the index, for a side that a filter selects.

use crate::engine::Engine;
use crate::engine::compare::profiles::{ProfiledCall, TrafficProfile};
use crate::engine::index::{CallRow, IndexRow, SenderPlatform, SetInfo};
use crate::engine::rows::row_detail::find_call;
use crate::engine::rows::row_window::request_line;
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::read_calls;
use crate::wire;
use std::sync::Arc;

/// The number of rows that are looked up each time the lock is held.
const ROWS_PER_LOCK: usize = 1_024;

/// The data of a call from the index.
struct KnownCall {
    line: (LinePosition, u32),
    offset: u64,
    seq: u64,
    row: CallRow,
    set: Arc<SetInfo>,
    sender: SenderPlatform,
}

impl Engine {
    /// Reads the calls in these rows into a profile.
    pub fn profile(&self, rows: &[u64]) -> Result<TrafficProfile, String> {
        let mut profile = TrafficProfile::default();
        let mut scratch = wire::ParseScratch::default();
        let vendors_in_use = self.in_use();
        for rows in rows.chunks(ROWS_PER_LOCK) {
            let calls = self.known_calls(rows, &mut profile);
            for calls in calls.chunk_by(|a, b| a.offset == b.offset) {
                let (place, length) = &calls[0].line;
                let (line, request) = request_line(place, *length)?;
                let reading = read_calls(&line, &request, &mut scratch)
                    .map_err(|refusal| refusal.to_string())?;
                for call in calls {
                    let read = find_call(&reading, &request, &call.row)
                        .ok_or("the recording holds no call there; was it changed?")?;
                    let in_use = vendors_in_use.bits(call.sender);
                    let (seq, set, has) = (call.seq, &call.set, call.row.has());
                    let known = ProfiledCall { seq, kind: read.kind, set, in_use, has };
                    profile.add(&reading.event(read), known);
                }
                reading.recycle(&mut scratch);
            }
        }
        Ok(profile)
    }

    fn known_calls(&self, rows: &[u64], profile: &mut TrafficProfile) -> Vec<KnownCall> {
        let state = self.lock();
        let index = &state.index;
        let mut calls = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(IndexRow::Call(at)) = index.store.row(*row) else { continue };
            let Some(row) = index.store.calls.get(at).copied() else { continue };
            if row.flags.repeat() {
                profile.repeats += 1;
                continue;
            }
            let Some(request) = index.store.requests.get(u64::from(row.request)) else { continue };
            let Some(place) = state.recording.place(request.offset) else { continue };
            calls.push(KnownCall {
                line: (place, request.len),
                offset: request.offset,
                seq: index.seq_at(at),
                row,
                set: Arc::clone(&index.store.sets.all()[row.set.0 as usize]),
                sender: request.sender,
            });
        }
        calls
    }
}
