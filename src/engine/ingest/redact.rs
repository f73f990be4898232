//! Redacts requests before they are recorded (`--redact`).

use crate::call::redacted;
use crate::engine::Engine;
use crate::objects_api::ObjectsRoute;
use crate::recording::{self, RedactedHead, RefusalRecord};
use crate::wire::{self, RequestHead};
use std::borrow::Cow;

/// The code of a request that the HTTP parser refuses. Its message quotes the request.
pub const MALFORMED: &str = "bad_http";

/// A request with calls as it may be recorded.
pub(crate) struct RedactedRequest<'r> {
    pub head: RedactedHead,
    /// The body; `None` if it may not be recorded because it is not JSON.
    pub body: Option<Cow<'r, str>>,
}

/// A request without calls as it may be recorded.
pub(crate) struct RedactedRefusal {
    pub head: RedactedHead,
    /// The body, which is empty if it may not be recorded.
    pub body: Vec<u8>,
    /// The length of the body, if it is not recorded.
    body_bytes: Option<u64>,
    /// The message that replaces one that quotes the body.
    message: Option<&'static str>,
}

impl RedactedRefusal {
    /// Returns the record of the refusal without values of the body.
    pub fn redacted_record<'a>(&'a self, refused: RefusalRecord<'a>) -> RefusalRecord<'a> {
        RefusalRecord {
            message: self.message.unwrap_or(refused.message),
            body_bytes: refused.body_bytes.or(self.body_bytes),
            ..refused
        }
    }
}

impl Engine {
    /// Redacts a request with calls. Returns `None` without `--redact`.
    pub(crate) fn redact<'r>(
        &self,
        head: &RequestHead<'_>,
        body: &'r str,
    ) -> Option<RedactedRequest<'r>> {
        let redaction = self.shared.redaction.as_ref()?;
        let redacted = redaction.redact_head(head);
        // the body of a pixel is made of its query, in which the places of values are known by their
        // whole names, such as `traits[email]`
        let query = recording::redacted_query(redacted.apply_to(head).query);
        let of_query = wire::query_body(&RequestHead { query: &query, ..*head });
        let body = match of_query {
            Some(body) => redaction.redact_json(&body).map(|body| Cow::Owned(body.into_owned())),
            None => redaction.redact_json(body),
        };
        Some(RedactedRequest { head: redacted, body })
    }

    /// Redacts the body of a push of objects. Returns `None` without `--redact`. An upload has an
    /// object on each line.
    pub(crate) fn redact_push(&self, step: ObjectsRoute<'_>, body: &str) -> Option<String> {
        let redaction = self.shared.redaction.as_ref()?;
        // a text that is not JSON must stay a text that is not JSON
        let redact = |text: &str| match redaction.redact_json(text) {
            _ if text.trim().is_empty() => text.to_owned(),
            Some(kept) => kept.into_owned(),
            None => redacted::REMOVED.to_owned(),
        };
        let is_upload = matches!(step, ObjectsRoute::Upload(_));
        Some(match is_upload && redaction.redact_json(body).is_none() {
            true => body.split('\n').map(redact).collect::<Vec<_>>().join("\n"),
            false => redact(body),
        })
    }

    /// Redacts a request without calls that count. Returns `None` without `--redact`.
    pub(crate) fn redact_refused(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        refused: &RefusalRecord<'_>,
    ) -> Option<RedactedRefusal> {
        let redaction = self.shared.redaction.as_ref()?;
        let body = redaction.redact_raw_body(head, raw);
        let is_hidden = body.is_none() && !raw.is_empty();
        let message = match (refused.code, refused.kind) {
            (MALFORMED, _) => Some(
                "the request is not HTTP; what it contains is not told, because --redact cannot look into it",
            ),
            (_, kind) if is_hidden && wire::not_json::fix(kind).is_some() => Some(
                "the body is not JSON; it is not recorded, because --redact cannot look into it",
            ),
            _ => None,
        };
        let head = match refused.code {
            MALFORMED => RedactedHead::empty(),
            _ => redaction.redact_head(head),
        };
        Some(RedactedRefusal {
            head,
            body: body.unwrap_or_default().into_bytes(),
            body_bytes: is_hidden.then_some(raw.len() as u64),
            message,
        })
    }
}
