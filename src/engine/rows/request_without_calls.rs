//! Explains a request that has a row of its own: the problem and the fix. The explanation is
//! derived from the recorded line when it is shown.

use crate::engine::index::NoCall;
use crate::engine::ingest::accept::FAULT;
use crate::engine::ingest::forwarded::{UPSTREAM_FAILED, UPSTREAM_REFUSED};
use crate::engine::ingest::refusal_status::LOOP;
use crate::engine::rows::row_detail::request_detail;
use crate::engine::rows::sdk_retries::SdkRetries;
use crate::engine::rows::views::{NoCallDetail, NoCallView, RequestDetail};
use crate::engine::source::har_response;
use crate::engine::source::request_line::{head_of, read_calls};
use crate::findings::Severity;
use crate::recording::{RequestLine, ResponseSource};
use crate::wire::empty_request::{self, Explanation};
use crate::wire::proxy_headers::with_copied_host;
use crate::wire::{self, ParsedRequest, RequestHead, intended_route};
use std::borrow::Cow;

impl RequestDetail {
    /// Returns whether it is only an object of a file. How it was sent and answered is not known.
    pub fn is_bare(&self) -> bool {
        self.method.is_empty()
    }
}

/// Returns the detail of the request of a line.
pub(crate) fn detail(
    line: &str,
    request: &RequestLine,
    kind: NoCall,
) -> Result<NoCallDetail, String> {
    let shared = request_detail(line, request);
    if request.refused.is_some() {
        return Ok(of_request(request, &shared, kind, None));
    }
    let mut scratch = wire::ParseScratch::default();
    let reading = read_calls(line, request, &mut scratch).map_err(|refusal| refusal.to_string())?;
    Ok(of_request(request, &shared, kind, Some(&reading)))
}

/// Returns the detail of a request that is already parsed.
pub(crate) fn of_request(
    request: &RequestLine,
    shared: &RequestDetail,
    kind: NoCall,
    reading: Option<&ParsedRequest<'_>>,
) -> NoCallDetail {
    let is_copy = request.response == ResponseSource::Discarded;
    let headers = match is_copy {
        true => Cow::Owned(with_copied_host(&request.headers)),
        false => Cow::Borrowed(&request.headers),
    };
    let head = RequestHead { headers: &headers, ..head_of(request) };
    let (problem, explained) = match (&request.refused, reading) {
        (Some((_, message)), _) => {
            let problem = request.refused_kind.as_ref().unwrap_or(message).clone();
            let kind = request.refused_kind.as_deref().unwrap_or_default();
            let fix = fix(&head, request, kind, message);
            (problem, Explanation { reason: message.clone(), fix })
        }
        (None, Some(reading)) => {
            let explained = empty_request::explain(&head, reading);
            (explained.reason.clone(), explained)
        }
        (None, None) => Default::default(),
    };
    let severity = match kind {
        NoCall::Other => None,
        NoCall::NotFound if intended_route::is_harmless(&head) => Some(Severity::Warning),
        _ => Some(Severity::Error),
    };
    NoCallDetail {
        kind,
        severity,
        problem,
        reason: explained.reason,
        fix: explained.fix,
        request: shared.clone(),
    }
}

/// Returns the part of the detail that the log shows.
pub(crate) fn view(detail: NoCallDetail) -> NoCallView {
    let NoCallDetail { kind, severity, reason, fix, request, .. } = detail;
    let status = (!request.is_bare()).then_some(request.status);
    let RequestDetail { method, path, .. } = request;
    NoCallView { kind, severity, status, reason, fix, method, path }
}

/// Returns the fix for a request that was answered with an error.
fn fix(head: &RequestHead<'_>, request: &RequestLine, kind: &str, message: &str) -> String {
    let (status, is_copy) = (request.status, request.response == ResponseSource::Discarded);
    if kind == FAULT {
        return "nothing: this fault is injected on purpose (--fault)".to_owned();
    }
    if request.response == ResponseSource::Upstream {
        return forwarded_fix(request, kind, message).to_owned();
    }
    if request.response == ResponseSource::Archived {
        return har_response::fix(status, message).to_owned();
    }
    // the status may be that of a fault, but the code is that of the refusal
    match request.refused.as_ref().map_or("", |(code, _)| code) {
        "signature_missing" => {
            return "set a shared secret in the webhook destination; without one it sends no X-Signature"
                .to_owned();
        }
        "signature_wrong" => {
            return "set the same secret in the webhook destination and in `webhook_secret`"
                .to_owned();
        }
        LOOP => return "set `forward` to the real service: its URL leads back here".to_owned(),
        _ if request.fault.is_some() => return "see the message above".to_owned(),
        _ => {}
    }
    if matches!(status, 404 | 405) {
        return intended_route::explain(head).fix;
    }
    let fix = match status {
        408 if is_copy => "the proxy was too slow to send the copy; give it more time",
        429 if is_copy => {
            "copies arrive faster than segscope takes them; copy a share of the traffic"
        }
        503 if is_copy => "free disk space or fix the recording's folder",
        408 => "the sender was too slow to send its body; nothing is lost if it sends again",
        429 => "the SDK sends it again by itself; send in smaller batches if this continues",
        503 => "free disk space or fix the recording's folder; the SDK sends it again by itself",
        400 => return fix_of(kind, message).to_owned(),
        0 | 414 | 431 | 505 => wire::fix_of_refusal(kind).unwrap_or_default(),
        _ => "see the message above",
    };
    fix.to_owned()
}

/// Returns the fix for a request that was forwarded and contains no call that counts.
fn forwarded_fix(request: &RequestLine, kind: &str, message: &str) -> &'static str {
    let code = request.refused.as_ref().map_or("", |(code, _)| code.as_str());
    if code != UPSTREAM_FAILED && code != UPSTREAM_REFUSED {
        return fix_of(kind, message);
    }
    if request.fault.is_some() {
        return "see what the upstream answered: the sender got the response of a fault (--fault)";
    }
    match request.status {
        300..400 => {
            "set `forward` to the URL that it leads to: some SDKs take the redirection for success"
        }
        429 => "the SDK sends it again by itself; the upstream takes fewer requests than come",
        502 | 504 => "check the upstream and the way to it; the SDK sends it again by itself",
        status => match SdkRetries::after(status) {
            SdkRetries::All => "the SDK sends it again by itself; see what the upstream answered",
            SdkRetries::Some => {
                "see what the upstream answered: some SDKs send it again, others do not"
            }
            SdkRetries::Few => "see what the upstream answered: most SDKs do not send it again",
        },
    }
}

/// Returns the fix for a refused body. Lines of earlier versions have no kind, so it is derived
/// from the message.
fn fix_of(kind: &str, message: &str) -> &'static str {
    let kind = match kind {
        "" if message.contains("bytes") => "too_large",
        "" if message.contains("gzip") => "gzip",
        "" if message.contains("empty") => "empty",
        kind => kind,
    };
    if kind == "connect" {
        return "set the proxy with its host and port; a client asks it for HOST:PORT";
    }
    wire::fix_of_refusal(kind)
        .unwrap_or("send a JSON object; the message names the place where it breaks")
}
