//! Objects that a source pushes to Segment (`docs/specs/vendors.md` F). A push is recorded like any
//! request, so that reopening the recording gives the same page, but it is not a row of the log,
//! and no vendor receives it.

use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::ingest::accept::{LineEnd, MAX_REFUSED_BODY_BYTES, line_head};
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine};
use crate::engine::source::read_lines;
use crate::engine::source::recording_files::RecordingText;
use crate::objects_api::{BODY_LIMIT, Objects, ObjectsRoute};
use crate::recording::{self, Body, RecordingEvent, RefusalRecord, RequestLine, ResponseSource};
use crate::wire::{self, Refusal, Reply, RequestHead};
use std::borrow::Cow;
use std::sync::atomic::Ordering;

impl Engine {
    /// Calls `look` with the objects that sources pushed.
    pub fn sync<T>(&self, look: impl FnOnce(&Objects) -> T) -> T {
        look(&self.shared.board().objects)
    }

    /// Accepts a push. `raw` is its whole body as received. Returns the response as an error if the
    /// push could not be recorded.
    pub(crate) fn take_push(
        &self,
        head: &RequestHead<'_>,
        step: ObjectsRoute<'_>,
        raw: &[u8],
        response: ResponseSource,
    ) -> Result<Reply, Reply> {
        match text(head, raw) {
            Ok(body) => {
                let redacted = self.redact_push(step, &body);
                self.push(head, step, Ok(redacted.as_deref().unwrap_or(&body)), response)
            }
            Err(refusal) => {
                let message = refusal.to_string();
                let unread = Unread { raw, code: refusal.code, message: &message, len: None };
                self.push(head, step, Err(unread), response)
            }
        }
    }

    /// Records a push that was refused because its body was too large. A push that was refused with
    /// another status (too slow, no room) is not recorded, because the source sends it again.
    pub(crate) fn refuse_push(
        &self,
        head: &RequestHead<'_>,
        step: ObjectsRoute<'_>,
        status: u16,
        unread: Unread<'_>,
    ) {
        if status == 400 && matches!(step, ObjectsRoute::Set | ObjectsRoute::Upload(_)) {
            // the sender gets the response of the refusal, whether or not it is recorded
            let _ = self.push(head, step, Err(unread), self.own_response());
        }
    }

    fn push(
        &self,
        head: &RequestHead<'_>,
        step: ObjectsRoute<'_>,
        body: Result<&str, Unread<'_>>,
        response: ResponseSource,
    ) -> Result<Reply, Reply> {
        let (body, unread) = match body {
            Ok(text) => (Some(text), None),
            Err(unread) => (None, Some(unread)),
        };
        let redaction = self.shared.redaction.as_ref();
        let redacted_head = redaction.map(|redaction| redaction.redact_head(head));
        let head = &redacted_head.as_ref().map_or(*head, |kept| kept.apply_to(head));
        if self.shared.queue.is_behind() {
            // the response depends on earlier pushes that are still being read
            self.shared.unrecorded.fetch_add(1, Ordering::Relaxed);
            let message = "the recording is still being read; try again in a moment";
            return Err(Reply::unavailable(message));
        }
        let mut front = self.shared.front();
        // lines that cannot be written give their request numbers back, so they are written first
        self.shared.write_held(&mut front);
        let mut board = self.shared.board();
        let status = board.objects.status(head.received_at, step, body);
        // a body that cannot be parsed cannot be redacted, so it is not recorded if a redaction is
        // set
        let kept = unread
            .as_ref()
            .filter(|_| redaction.is_none())
            .map_or(&b""[..], |unread| &unread.raw[..unread.raw.len().min(MAX_REFUSED_BODY_BYTES)]);
        let line_body = match body {
            Some(text) => body_of(step, text),
            None if kept.is_empty() => Body::None,
            None => Body::Bytes(kept),
        };
        let refused = unread.as_ref().map(|unread| RefusalRecord {
            code: unread.code,
            message: unread.message,
            kind: "",
            body_bytes: unread
                .len
                .or((kept.len() < unread.raw.len()).then_some(unread.raw.len() as u64)),
        });
        let mut line = std::mem::take(&mut front.line);
        let end = LineEnd { status, response, answer: None, fault: None };
        let line_head = line_head(head, end);
        recording::compose(&mut line, front.next_request, &line_head, line_body, refused, None);
        let appended = self.shared.append(&mut front, &line);
        front.line = line;
        match appended {
            Ok(offset) => {
                front.next_request += 1;
                let reply = board.objects.take(head.received_at, step, body);
                drop(board);
                self.shared.hand_over(&mut front, offset, QueueEntry::Nothing);
                Ok(reply)
            }
            Err(error) => {
                self.shared.unrecorded.fetch_add(1, Ordering::Relaxed);
                Err(Reply::unavailable(&self.shared.not_recorded(&error)))
            }
        }
    }
}

/// A body that is not text or was not read completely.
pub(crate) struct Unread<'a> {
    pub raw: &'a [u8],
    pub code: &'a str,
    pub message: &'a str,
    pub len: Option<u64>,
}

/// The objects that sources pushed. The response to a push depends on them, so the listener
/// changes them. The judge thread adds the lines that were in the recording at startup, once.
#[derive(Debug)]
pub(crate) struct ObjectRuns {
    pub objects: Objects,
    gap_ms: Millis,
    /// The offset from which on the listener added the lines itself.
    live_from: u64,
    /// The offset of the last clear. Lines before it are not added.
    clear_to: u64,
    /// The objects that the last clear removed, and the end of its line.
    cleared: Option<(Objects, u64)>,
    /// The time of the last check for expired pushes.
    ticked_at: Millis,
}

impl ObjectRuns {
    pub fn new(gap_ms: Millis, live_from: u64) -> ObjectRuns {
        let objects = Objects::new(gap_ms);
        ObjectRuns { objects, gap_ms, live_from, clear_to: 0, cleared: None, ticked_at: 0 }
    }

    /// Removes all objects. `before` and `end` are the offsets of the beginning and the end of the
    /// line of the clear.
    pub fn clear(&mut self, gap_ms: Millis, before: u64, end: u64) {
        (self.gap_ms, self.clear_to) = (gap_ms, before);
        self.put_away(end);
    }

    fn put_away(&mut self, end: u64) {
        let objects = std::mem::replace(&mut self.objects, Objects::new(self.gap_ms));
        self.cleared = Some((objects, end));
    }

    /// Returns whether there is a clear to undo.
    pub fn can_undo(&self) -> bool {
        self.cleared.is_some()
    }

    /// Undoes the last clear, and adds the pushes between it and the offset `to` again.
    pub fn undo(&mut self, parts: &RecordingText, to: u64) {
        let Some((objects, from)) = self.cleared.take() else { return };
        self.objects = objects;
        // the judge thread reports lines that cannot be read
        let _ = read_lines::read(parts, from, to, &mut |items, _| {
            for item in items.iter() {
                if let QueueEntry::Push(line, request) = &item.work {
                    self.take(line, request);
                }
            }
            true
        });
    }

    /// Changes the gap that separates runs of single requests.
    pub fn set_gap(&mut self, gap_ms: Millis) {
        self.gap_ms = gap_ms;
        self.objects.set_gap(gap_ms);
    }

    /// Advances the clock. Returns true if a push has expired since the last call.
    pub fn expires(&mut self, now: Millis) -> bool {
        let before = std::mem::replace(&mut self.ticked_at, now);
        self.objects.expires(before, now)
    }

    /// Adds pushes from recorded lines that were in the recording at startup.
    pub fn again(&mut self, items: &[QueuedLine], parts: &RecordingText) {
        let there = self.clear_to..self.live_from;
        for item in items.iter().filter(|item| there.contains(&item.offset)) {
            match &item.work {
                QueueEntry::Event(RecordingEvent::Clear, _) => self.put_away(item.end),
                QueueEntry::Event(RecordingEvent::Undo, _) => self.undo(parts, item.offset),
                QueueEntry::Push(line, request) => self.take(line, request),
                _ => {}
            }
        }
    }

    /// Adds a line that was imported from a file.
    pub fn take_in(&mut self, item: &QueuedLine, parts: &RecordingText) {
        match &item.work {
            QueueEntry::Event(RecordingEvent::Clear, _) => {
                self.clear(self.gap_ms, item.offset, item.end)
            }
            QueueEntry::Event(RecordingEvent::Undo, _) => self.undo(parts, item.offset),
            QueueEntry::Push(line, request) => self.take(line, request),
            _ => {}
        }
    }

    fn take(&mut self, line: &str, request: &RequestLine) {
        let Some(step) = ObjectsRoute::parse(&request.method, &request.path) else { return };
        let body = match (&request.refused, &request.body, &request.other_body) {
            (Some(_), _, _) => None,
            (None, Some(span), _) => Some(&line[span.clone()]),
            (None, None, Some(bytes)) => std::str::from_utf8(bytes).ok(),
            (None, None, None) => Some(""),
        };
        self.objects.take(request.received_at, step, body);
    }
}

fn text<'r>(head: &RequestHead<'_>, raw: &'r [u8]) -> Result<Cow<'r, str>, Refusal> {
    match wire::decode_within(head, raw, BODY_LIMIT)? {
        Cow::Borrowed(bytes) => wire::text(bytes).map(Cow::Borrowed),
        Cow::Owned(bytes) => wire::text(&bytes).map(|text| Cow::Owned(text.to_owned())),
    }
}

/// Returns the body as it is recorded. An upload is parsed line by line, so its line ends are kept
/// as bytes.
fn body_of<'b>(step: ObjectsRoute<'_>, text: &'b str) -> Body<'b> {
    let by_line = matches!(step, ObjectsRoute::Upload(_)) && text.contains(['\n', '\r']);
    match text {
        "" => Body::None,
        _ if !by_line && crate::call::Doc::parse(text).is_ok() => Body::Json(text),
        _ => Body::Bytes(text.as_bytes()),
    }
}
