//! Objects that a source pushes to Segment (`docs/specs/vendors.md` F): recorded like any request, so
//! that reopening gives the same panel, but no row of the log, and no vendor hears of them.

use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::ingest::accept::{KEPT_OF_REFUSED_BYTES, LineEnd, line_head};
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine};
use crate::engine::source::read_lines;
use crate::engine::source::recording_files::RecordingText;
use crate::objects_api::{BODY_LIMIT, Objects, ObjectsRoute};
use crate::recording::{self, Body, RecordingEvent, RefusalRecord, RequestLine, ResponseSource};
use crate::wire::{self, Refusal, Reply, RequestHead};
use std::borrow::Cow;
use std::sync::atomic::Ordering;

impl Engine {
    /// Looks at what was received of a source's objects.
    pub fn sync<T>(&self, look: impl FnOnce(&Objects) -> T) -> T {
        look(&self.shared.board().objects)
    }

    /// Takes a push with its whole body as it came.
    pub(crate) fn take_push(
        &self,
        head: &RequestHead<'_>,
        step: ObjectsRoute<'_>,
        raw: &[u8],
        response: ResponseSource,
    ) -> Reply {
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

    /// A push whose body was larger than may be; one that came too slowly, or when there was no
    /// room, counts nowhere and comes again.
    pub(crate) fn refuse_push(
        &self,
        head: &RequestHead<'_>,
        step: ObjectsRoute<'_>,
        status: u16,
        unread: Unread<'_>,
    ) {
        if status == 400 && matches!(step, ObjectsRoute::Set | ObjectsRoute::Upload(_)) {
            self.push(head, step, Err(unread), self.own_response());
        }
    }

    fn push(
        &self,
        head: &RequestHead<'_>,
        step: ObjectsRoute<'_>,
        body: Result<&str, Unread<'_>>,
        response: ResponseSource,
    ) -> Reply {
        let (body, unread) = match body {
            Ok(text) => (Some(text), None),
            Err(unread) => (None, Some(unread)),
        };
        let redaction = self.shared.redaction.as_ref();
        let redacted_head = redaction.map(|redaction| redaction.redact_head(head));
        let head = &redacted_head.as_ref().map_or(*head, |kept| kept.apply_to(head));
        if self.shared.queue.is_behind() {
            // what to answer follows from what came before
            return Reply::unavailable("the recording is still being read; try again in a moment");
        }
        let mut front = self.shared.front();
        // first, for the numbers of lines that could not be written are given back
        self.shared.write_held(&mut front);
        let mut board = self.shared.board();
        let status = board.objects.status(head.received_at, step, body);
        // what cannot be read cannot be redacted
        let kept = unread
            .as_ref()
            .filter(|_| redaction.is_none())
            .map_or(&b""[..], |unread| &unread.raw[..unread.raw.len().min(KEPT_OF_REFUSED_BYTES)]);
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
        let line_head = line_head(head, front.next_request, end);
        recording::compose(&mut line, &line_head, line_body, refused, None);
        let appended = self.shared.append(&mut front, &line);
        front.line = line;
        match appended {
            Ok(offset) => {
                front.next_request += 1;
                let reply = board.objects.take(head.received_at, step, body);
                drop(board);
                self.shared.hand_over(&mut front, offset, QueueEntry::Nothing);
                reply
            }
            Err(error) => {
                self.shared.unrecorded.fetch_add(1, Ordering::Relaxed);
                Reply::unavailable(&self.shared.not_recorded(&error))
            }
        }
    }
}

/// A body that gave no text.
pub(crate) struct Unread<'a> {
    pub raw: &'a [u8],
    pub code: &'a str,
    pub message: &'a str,
    pub len: Option<u64>,
}

/// What was received of sources' objects. A push is answered from it, so it is the listener thread
/// that changes it; lines that were there before are taken by the judge thread, once.
#[derive(Debug)]
pub(crate) struct ObjectRuns {
    pub objects: Objects,
    gap_ms: Millis,
    /// Lines from here on have been taken when they were recorded.
    live_from: u64,
    /// What came before here was cleared away.
    clear_to: u64,
    /// What the last clearing put away, and where its line ends.
    cleared: Option<(Objects, u64)>,
    /// When the clock was last looked at.
    ticked_at: Millis,
}

impl ObjectRuns {
    pub fn new(gap_ms: Millis, live_from: u64) -> ObjectRuns {
        let objects = Objects::new(gap_ms);
        ObjectRuns { objects, gap_ms, live_from, clear_to: 0, cleared: None, ticked_at: 0 }
    }

    /// Clears everything away that came before a line, which ends there.
    pub fn clear(&mut self, gap_ms: Millis, before: u64, end: u64) {
        (self.gap_ms, self.clear_to) = (gap_ms, before);
        self.put_away(end);
    }

    fn put_away(&mut self, end: u64) {
        let objects = std::mem::replace(&mut self.objects, Objects::new(self.gap_ms));
        self.cleared = Some((objects, end));
    }

    /// Whether there is a clearing to take back.
    pub fn can_undo(&self) -> bool {
        self.cleared.is_some()
    }

    /// Takes the last clearing back, and takes again what came between it and a line.
    pub fn undo(&mut self, parts: &RecordingText, to: u64) {
        let Some((objects, from)) = self.cleared.take() else { return };
        self.objects = objects;
        // what cannot be read is told where it is judged
        let _ = read_lines::read(parts, from, to, &mut |items, _| {
            for item in items.iter() {
                if let QueueEntry::Push(line, request) = &item.work {
                    self.take(line, request);
                }
            }
            true
        });
    }

    /// The setting for runs of single requests changed.
    pub fn set_gap(&mut self, gap_ms: Millis) {
        self.gap_ms = gap_ms;
        self.objects.set_gap(gap_ms);
    }

    /// The clock goes on; true if a push has expired since it was looked at before.
    pub fn expires(&mut self, now: Millis) -> bool {
        let before = std::mem::replace(&mut self.ticked_at, now);
        self.objects.expires(before, now)
    }

    /// Takes pushes again from their lines.
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

    /// Takes a line that was taken in from a file.
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

/// An upload is read line by line, so its line ends must stay as they are.
fn body_of<'b>(step: ObjectsRoute<'_>, text: &'b str) -> Body<'b> {
    let by_line = matches!(step, ObjectsRoute::Upload(_)) && text.contains(['\n', '\r']);
    match text {
        "" => Body::None,
        _ if !by_line && crate::call::Doc::parse(text).is_ok() => Body::Json(text),
        _ => Body::Bytes(text.as_bytes()),
    }
}
