//! Reads the response of an entry of an HTTP archive, and whether the service accepted the request.

use crate::call::Val;
use crate::call::time::Millis;
use crate::engine::rows::sdk_retries::SdkRetries;
use crate::engine::source::har::{header_pairs, text_or_base64};
use crate::recording::{AnsweredWith, RefusalRecord, UpstreamAnswer};

/// The maximum length of the part of a response that a message shows.
const MAX_SHOWN_CHARS: usize = 200;
/// The member of an entry that segscope's own export sets if the response is not known.
pub(crate) const RESPONSE_UNKNOWN: &str = "_responseUnknown";

/// The code of a request that the service did not accept.
const NOT_ACCEPTED: &str = "not_accepted";

/// The response of an entry.
pub(crate) struct HarResponse {
    /// The status; 0 if no response came, or if the archive does not state it.
    pub status: u16,
    /// The response, or the reason why none came; `None` if the archive does not state it.
    pub answer: Option<UpstreamAnswer>,
    /// The reason why the request counts as not accepted.
    refusal: Option<String>,
}

impl HarResponse {
    /// Reads the response of an entry whose request was sent at `sent_at`.
    pub fn from_entry(entry: Val<'_>, sent_at: Millis) -> HarResponse {
        let response = entry.get("response").filter(Val::is_object);
        let number = response.and_then(|response| response.get("status")?.as_number());
        let status = number.and_then(|digits| digits.parse::<i64>().ok());
        let failure = failure(entry, response);
        let is_unknown =
            entry.get(RESPONSE_UNKNOWN).is_some_and(|is_unknown| is_unknown.raw() == "true");
        let (status, outcome) = match (status, failure) {
            (_, None) if is_unknown => return HarResponse::unknown(),
            (Some(status @ 100..=599), _) => (status as u16, Ok(response)),
            (_, Some(error)) => (0, Err(format!("no response came: {error}"))),
            // browsers write 0, and Playwright -1, for a request that failed
            (Some(status), None) => (0, Err(format!("no response came (status {status})"))),
            (None, None) => return HarResponse::unknown(),
        };
        let took_ms = entry.get("time").and_then(|took| took.as_number()?.parse::<f64>().ok());
        let took_ms = took_ms.filter(|ms| (0.0..1e12).contains(ms)).unwrap_or_default();
        let outcome = outcome.map(|response| answered_with(status, response));
        let refusal = match &outcome {
            Ok(with) if (200..300).contains(&with.status) => None,
            Ok(with) => Some(refusal(with)),
            Err(error) => Some(error.clone()),
        };
        let (at, took_us) = (sent_at + took_ms as Millis, (took_ms * 1000.0) as u64);
        let answer = UpstreamAnswer { at, first_byte_us: None, took_us, outcome };
        HarResponse { status, answer: Some(answer), refusal }
    }

    fn unknown() -> HarResponse {
        HarResponse { status: 0, answer: None, refusal: None }
    }

    /// Returns the refusal if the service did not accept the request.
    pub fn refused(&self) -> Option<RefusalRecord<'_>> {
        let message = self.refusal.as_deref()?;
        Some(RefusalRecord { code: NOT_ACCEPTED, message, kind: "", body_bytes: None })
    }
}

/// Returns the error of a request that failed, as Chrome, mitmproxy and Playwright write it.
fn failure(entry: Val<'_>, response: Option<Val<'_>>) -> Option<String> {
    let named = |object: Val<'_>| {
        let text = |name| object.get(name).and_then(|text: Val<'_>| text.as_str());
        let text = text("_error").or_else(|| text("_failureText"));
        text.filter(|text| !text.is_empty()).map(|text| text.into_owned())
    };
    response.and_then(named).or_else(|| named(entry))
}

fn answered_with(status: u16, response: Option<Val<'_>>) -> AnsweredWith {
    let content = response.and_then(|response| response.get("content"));
    let body = content.and_then(|content| text_or_base64(content).ok()).unwrap_or_default();
    let headers = response.map(header_pairs).unwrap_or_default();
    AnsweredWith { status, headers, body_bytes: body.len() as u64, body }
}

/// Returns the reason why a response does not accept the request.
fn refusal(with: &AnsweredWith) -> String {
    let text = String::from_utf8_lossy(&with.body);
    let text = text.trim();
    let shown: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    let colon = if shown.is_empty() { "" } else { ": " };
    let redirect = if matches!(with.status, 301..=303 | 307 | 308) { ", a redirect" } else { "" };
    format!("the service answered {}{redirect}{colon}{shown}{more}", with.status)
}

/// Returns the fix for a request of an archive that was not accepted.
pub(crate) fn fix(status: u16, message: &str) -> &'static str {
    match status {
        0 if message.contains("BLOCKED_BY_CLIENT") => {
            "an extension of the browser, often an ad blocker, stops it; calls that go through your \
             own domain arrive"
        }
        0 => {
            "check the address and the network of the sender; if the exporter leaves out responses, \
             remove `response` from its entries"
        }
        307 | 308 => {
            "nothing if the sender follows the redirect; otherwise use the address in its `Location`"
        }
        301..=303 => "send to the address that the response's `Location` names",
        429 => "the SDK sends it again by itself; send in smaller batches if this continues",
        status => match SdkRetries::after(status) {
            SdkRetries::All => "the SDK sends it again by itself; see what the service answered",
            SdkRetries::Some => {
                "see what the service answered: some SDKs send it again, others do not"
            }
            SdkRetries::Few => "see what the service answered: most SDKs do not send it again",
        },
    }
}
