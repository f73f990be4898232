//! Requests that lost calls, as entries of the reports for CI.

use super::findings::{Details, FindingGroup};
use crate::engine::{NoCall, NoCallDetail, RequestDetail, RowDetail, SdkRetries};
use crate::findings::Severity;
use crate::recording::ResponseSource;
use std::collections::BTreeMap;

/// Returns the requests that lost calls, with one entry for each status and problem.
pub(crate) fn lost_requests(
    rows: &[u64],
    details: Details<'_>,
) -> Result<Vec<FindingGroup>, String> {
    let mut problems: BTreeMap<(u16, String), (u64, Box<NoCallDetail>)> = BTreeMap::new();
    for row in rows {
        if let Some(RowDetail::NoCall(row)) = details(&[*row]).pop().transpose()?.flatten()
            && row.severity.is_some()
        {
            let problem = (row.request.status, row.problem.clone());
            problems.entry(problem).or_insert((0, row)).0 += 1;
        }
    }
    Ok(problems.into_values().map(|(requests, first)| no_call(requests, *first)).collect())
}

fn no_call(requests: u64, row: NoCallDetail) -> FindingGroup {
    let RequestDetail { status, number, method, path, .. } = &row.request;
    let status = *status;
    let is_bare = row.request.is_bare();
    let retries = SdkRetries::after(status);
    let again = match (row.request.response, status) {
        // segscope's own 408 answers a body that did not arrive, as after a lost connection
        (ResponseSource::Own, 408) => true,
        // a redirect with 307 or 308 is followed with the same request
        (ResponseSource::Own | ResponseSource::Archived, 307 | 308) => true,
        _ => retries == SdkRetries::All,
    };
    let is_copy = row.request.response == ResponseSource::Discarded;
    let fate = match (row.request.response, row.kind) {
        (ResponseSource::Discarded, _) => "it is a copy, whose response the proxy discarded",
        _ if row.request.fault.is_some() => "the fault was injected on purpose",
        (ResponseSource::Upstream, _) if status < 300 => "the upstream accepted it",
        (ResponseSource::Upstream, NoCall::Refused) if (300..400).contains(&status) => {
            "some senders take that for success, and others for a failure"
        }
        (_, NoCall::Empty) => "its sender treats that as success, so its calls are lost",
        (_, NoCall::LostItems) => "its sender treats that as success, so these items are lost",
        _ if again => "its sender tries again",
        _ if retries == SdkRetries::Some => "some senders try again, and others do not",
        _ if matches!(status, 0 | 300..=303) => "whether its sender tries again is not known",
        _ => "senders do not try again, so its calls are lost",
    };
    FindingGroup {
        unit: "request",
        code: if is_bare { "bad_request".to_owned() } else { format!("HTTP-{status}") },
        severity: if again && !is_copy {
            Severity::Info
        } else {
            row.severity.unwrap_or(Severity::Error)
        },
        missing: false,
        fails: false,
        vendor: None,
        event: None,
        event_name: None,
        calls: requests,
        repeats: 0,
        message: row.reason,
        why: match status {
            _ if is_bare => {
                "Services ignore or refuse what is not a call, so it is lost.".to_owned()
            }
            0 => format!("The request got no response; {fate}."),
            _ => format!("The request was answered {status}; {fate}."),
        },
        history: None,
        fix: row.fix,
        path: String::new(),
        other_paths: Vec::new(),
        example: match is_bare {
            true => format!("request {number}"),
            false => format!("request {number}: {method} {path}"),
        },
        corrected: None,
    }
}
