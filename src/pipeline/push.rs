//! Objects that a source pushes to Segment (`specs/vendors.md` F): recorded like any request, so
//! that reopening gives the same panel, but no row of the log, and no vendor hears of them.

use super::take::{KEPT_OF_REFUSED_BYTES, line_head, not_recorded};
use super::{Pipeline, State};
use crate::journal::{self, Body, Refused, RequestLine};
use crate::objects::{BODY_LIMIT, Objects, Step};
use crate::wire::{self, Refusal, Reply, RequestHead};
use std::borrow::Cow;

impl Pipeline {
    /// Looks at what was received of a source's objects.
    pub fn sync<T>(&self, look: impl FnOnce(&Objects) -> T) -> T {
        look(&self.lock().objects)
    }

    /// Takes a push with its whole body as it came.
    pub(super) fn take_push(&self, head: &RequestHead<'_>, step: Step<'_>, raw: &[u8]) -> Reply {
        match text(head, raw) {
            Ok(body) => self.push(head, step, Some(&body), None),
            Err(refusal) => self.push(
                head,
                step,
                None,
                Some(Unread { raw, code: refusal.code, message: &refusal.to_string(), len: None }),
            ),
        }
    }

    /// A push whose body was larger than may be; one that came too slowly, or when there was no
    /// room, counts nowhere and comes again.
    pub(super) fn refuse_push(
        &self,
        head: &RequestHead<'_>,
        step: Step<'_>,
        status: u16,
        unread: Unread<'_>,
    ) {
        if status == 400 && matches!(step, Step::Set | Step::Upload(_)) {
            self.push(head, step, None, Some(unread));
        }
    }

    fn push(
        &self,
        head: &RequestHead<'_>,
        step: Step<'_>,
        body: Option<&str>,
        unread: Option<Unread<'_>>,
    ) -> Reply {
        let mut state = self.lock();
        let State { recording, objects, next_request, scratch, problem, unrecorded, .. } =
            &mut *state;
        let status = objects.status(head.received_at, step, body);
        let kept = unread
            .as_ref()
            .map_or(&b""[..], |unread| &unread.raw[..unread.raw.len().min(KEPT_OF_REFUSED_BYTES)]);
        let line_body = match body {
            Some(text) => body_of(step, text),
            None if kept.is_empty() => Body::None,
            None => Body::Bytes(kept),
        };
        let refused = unread.as_ref().map(|unread| Refused {
            code: unread.code,
            message: unread.message,
            body_bytes: unread
                .len
                .or((kept.len() < unread.raw.len()).then_some(unread.raw.len() as u64)),
        });
        let line_head = line_head(head, *next_request, status);
        journal::compose(&mut scratch.line, &line_head, line_body, refused, None);
        let reply = match recording.append(&scratch.line) {
            Ok(_) => {
                *next_request += 1;
                *problem = None;
                objects.take(head.received_at, step, body)
            }
            Err(error) => {
                *unrecorded += 1;
                let message = not_recorded(&error);
                *problem = Some(message.clone());
                Reply::unavailable(&message)
            }
        };
        drop(state);
        self.changed();
        reply
    }
}

/// A body that gave no text.
pub(super) struct Unread<'a> {
    pub raw: &'a [u8],
    pub code: &'a str,
    pub message: &'a str,
    pub len: Option<u64>,
}

impl State {
    /// Takes a push again from its line.
    pub(super) fn replay_push(&mut self, line: &str, request: &RequestLine, step: Step<'_>) {
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
fn body_of<'b>(step: Step<'_>, text: &'b str) -> Body<'b> {
    let by_line = matches!(step, Step::Upload(_)) && text.contains(['\n', '\r']);
    match text {
        "" => Body::None,
        _ if !by_line && crate::call::Doc::parse(text).is_ok() => Body::Json(text),
        _ => Body::Bytes(text.as_bytes()),
    }
}
