//! A row of the log in words, for plain mode and notifications.

use super::views::{IdCell, RequestDetail, RowView, VendorView};
use crate::call::text::{visible, visible_id};
use crate::engine::{MirrorFailure, NOT_DELIVERED};
use crate::findings::{Verdict, advice};
use crate::recording::ResponseSource;

/// The message for a request whose response is discarded.
const COPY_WORDS: &str = "this request is a copy: the proxy that made it discards the response";

/// Describes who answered a request and how long the upstream took. Returns none if the response is
/// segscope's own.
pub fn answered_by(request: &RequestDetail) -> Option<String> {
    let ms = |us: u64| format!("{}.{} ms", us / 1000, us % 1000 / 100);
    match (request.response, &request.upstream) {
        (ResponseSource::Archived, None) => {
            Some("read from an HTTP archive that does not state the response".to_owned())
        }
        (ResponseSource::Archived, Some(answer)) => Some(match &answer.outcome {
            Ok(_) => {
                format!("read from an HTTP archive; the service answered in {}", ms(answer.took_us))
            }
            Err(error) => format!("read from an HTTP archive; {error}"),
        }),
        (ResponseSource::Own, _) => None,
        (ResponseSource::Discarded, _) => Some(COPY_WORDS.to_owned()),
        (ResponseSource::Upstream, None) => {
            Some("forwarded; what the upstream answered is not recorded".to_owned())
        }
        (ResponseSource::Upstream, Some(answer)) => {
            let took = ms(answer.took_us);
            Some(match &answer.outcome {
                Ok(_) => {
                    let first = answer.first_byte_us.map(ms).unwrap_or_default();
                    format!("the upstream answered in {took}, its first byte came after {first}")
                }
                Err(error) => format!("after {took}: {error}"),
            })
        }
    }
}

/// Returns the status of a request's response in words, or none if there is no response.
pub fn status_words(request: &RequestDetail) -> String {
    match (request.status, request.response, &request.upstream) {
        _ if request.is_bare() => "not known".to_owned(),
        (0, ResponseSource::Archived, None) => "not known".to_owned(),
        (0, ..) => "none".to_owned(),
        (status, ..) => status.to_string(),
    }
}

/// Describes a row in one line, such as
/// `12: track Order Received, account missing (accountId is there), user u1, Acme dropped`.
pub fn row_words(row: &RowView, vendors: &[VendorView]) -> String {
    if let Some(request) = &row.no_call {
        let (reason, path) = (visible(&request.reason), visible(&request.path));
        let word = request.kind.word();
        let words = match request.status {
            Some(status) => format!("{word} with {status}: {reason}, {path}"),
            None => format!("{word}: {reason}"),
        };
        return [words].into_iter().chain(undelivered_words(row)).collect::<Vec<_>>().join(", ");
    }
    let number = row.seq.map_or(0, |seq| seq.0);
    let kind = if row.kind.is_empty() { "no type".into() } else { visible(&row.kind) };
    let mut parts = vec![format!("{number}: {kind} {}", visible(&row.name)).trim_end().to_owned()];
    parts.extend(row.discarded().map(|service| service.to_string()));
    for (name, cell) in [("account", &row.account), ("user", &row.user)] {
        parts.extend(id_words(cell, vendors).map(|words| format!("{name} {words}")));
    }
    let used = row.marks.iter().zip(vendors).filter(|(mark, _)| mark.in_use);
    let title = |vendor: &VendorView| visible(&vendor.title).into_owned();
    let bad = used.clone().filter(|(mark, _)| {
        matches!(mark.verdict, Verdict::Dropped | Verdict::Rejected | Verdict::Degraded)
    });
    let before = parts.len();
    parts.extend(bad.map(|(mark, vendor)| format!("{} {}", title(vendor), mark.verdict.name())));
    if parts.len() == before && used.clone().any(|(mark, _)| mark.verdict == Verdict::Delivered) {
        parts.push("delivered".to_owned());
    }
    let flags = [
        (row.repeat, "a repeat"),
        (row.fault, "a fault was injected"),
        (row.marked, "marked"),
        (row.stale, "checked with earlier settings"),
    ];
    parts.extend(flags.iter().filter(|(is, _)| *is).map(|(_, words)| (*words).to_owned()));
    parts.extend(undelivered_words(row));
    parts.extend(row.note.as_deref().map(|note| format!("note {}", visible(note))));
    parts.join(", ")
}

fn undelivered_words(row: &RowView) -> Option<String> {
    let reason = visible(row.undelivered.as_deref()?);
    Some(format!("{NOT_DELIVERED} ({reason})"))
}

/// Describes what became of a request at the mirror's target, if it is not, or may not be, there.
pub fn mirror_words(request: &RequestDetail) -> Option<String> {
    Some(match request.mirror_failure.as_ref()? {
        MirrorFailure::GivenUp(reason) => {
            format!("{NOT_DELIVERED}: {}", visible(reason))
        }
        MirrorFailure::Unknown => {
            "it is not known any more whether this was delivered to the mirror's target".to_owned()
        }
    })
}

/// Returns an id as visible text, with the reason if it is doubtful.
pub fn doubted_id(text: &str, doubtful: bool) -> String {
    match doubtful {
        false => visible_id(text).into_owned(),
        true => format!("{} (doubtful: {})", visible_id(text), advice::doubt(text)),
    }
}

fn id_words(cell: &IdCell, vendors: &[VendorView]) -> Option<String> {
    Some(match cell {
        IdCell::Found { text, doubtful } => doubted_id(text, *doubtful),
        IdCell::SomeMiss { text, doubtful, wanted } => {
            let each = wanted.iter().map(|at| {
                let title = vendors.get(at.vendor).map_or("", |vendor| &vendor.title);
                format!("{} needs it as {}", visible(title), advice::dotted(&at.path))
            });
            let each = each.collect::<Vec<_>>().join(" and ");
            format!("{} but {each}", doubted_id(text, *doubtful))
        }
        IdCell::Missing { near: None } => "missing".to_owned(),
        IdCell::Missing { near: Some(near) } => format!("missing ({} is there)", visible(near)),
        IdCell::NotNeeded => "none".to_owned(),
        IdCell::Muted => "missing (the finding is muted)".to_owned(),
        IdCell::NotRead => return None,
    })
}
