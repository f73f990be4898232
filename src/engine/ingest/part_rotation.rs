//! Begins the next part of the recording, and deletes the oldest parts.
//!
//! A part is deleted only when all of its calls are judged, so the recording may exceed its limit
//! while the judge thread is behind. The calls of a deleted part keep their rows, counts and
//! findings.

use crate::call::time::{self, Millis};
use crate::engine::ingest::queue_entry::QueueEntry;
use crate::engine::ingest::writer::RecordingWriter;
use crate::engine::judging::judge_thread::SharedState;
use crate::engine::source::recording_files::ClosedPart;
use crate::recording::PartStart;
use std::io;
use std::sync::atomic::Ordering;

impl SharedState {
    /// Deletes the oldest parts and begins the next one if they are due. No line may be held,
    /// because the offset of a held line is already fixed.
    pub fn change_parts(&self, front: &mut RecordingWriter) {
        if front.parts.keep.is_none() {
            return;
        }
        let (end, now) = (front.end(), time::now());
        while front.parts.is_oldest_due(end, now) {
            let judged = self.queue.done();
            let oldest = front.parts.closed.pop_front_if(|part| part.range.end <= judged);
            let Some(oldest) = oldest else { break };
            self.delete(&oldest);
        }
        if front.parts.is_next_due(end, now)
            && let Err(error) = self.begin_part(front, now)
        {
            tracing::warn!(%error, "the next part of the recording could not be created");
            self.notice(format!(
                "the next part of the recording could not be created: {error}; this part goes on"
            ));
        }
    }

    fn delete(&self, part: &ClosedPart) {
        self.recording.delete_before(part.range.end);
        self.deleted_bytes.fetch_add(part.range.end - part.range.start, Ordering::Relaxed);
        let removed = part.path.as_ref().map_or(Ok(()), std::fs::remove_file);
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a part of the recording could not be deleted");
                self.notice(format!(
                    "the oldest part of the recording could not be deleted: {error}"
                ));
            }
            _ => tracing::info!("the oldest part of the recording is deleted"),
        }
        self.changed();
    }

    fn begin_part(&self, front: &mut RecordingWriter, now: Millis) -> io::Result<()> {
        let end = front.end();
        if front.parts.calls.is_none() && self.queue.done() == end {
            front.parts.calls = Some(self.lock().index.next_seq().0 - 1);
        }
        // until the number of calls is known, the last part continues
        let Some(calls) = front.parts.calls else { return Ok(()) };
        let start = PartStart { requests: front.next_request - 1, calls };
        let Some((section, path)) = front.begin_part(start, now)? else { return Ok(()) };
        self.recording.add(section);
        let range = front.parts.begin..end;
        front.parts.closed.push_back(ClosedPart { range, path, ended_at: now });
        (front.parts.begin, front.parts.begun_at) = (end, now);
        self.set_path(front.path());
        self.hand_over(front, end, QueueEntry::Part(start));
        tracing::info!(requests = start.requests, calls, "a part of the recording begins");
        Ok(())
    }
}
