//! The times that a call itself contains: finding the latest, and moving all of them.

use crate::call::time::{self, Millis};
use crate::call::{Doc, JsonKind, Val, edited};

/// The members of a call and of a batch that are times.
const TIMES: [&str; 4] = ["receivedAt", "sentAt", "timestamp", "originalTimestamp"];

/// Finds the latest time of a call or a batch, or otherwise of the batch's calls; returns `None` if
/// there is no time.
pub fn find_latest(text: &str) -> Option<Millis> {
    let doc = Doc::parse(text).ok()?;
    let latest_of = |call: Val<'_>| own_times(call).map(|(_, at)| at).max();
    latest_of(doc.root()).or_else(|| batch(doc.root()).filter_map(latest_of).max())
}

/// Moves the times of a call, or of a batch and its calls. Returns the changed text.
pub fn move_by(text: &str, by: Millis) -> String {
    let Ok(doc) = Doc::parse(text) else { return text.to_owned() };
    let calls = std::iter::once(doc.root()).chain(batch(doc.root()));
    let times = calls.flat_map(own_times);
    let times = times.map(|(value, at)| (value.span(), format!("\"{}\"", time::format(at + by))));
    edited(text, times.collect())
}

fn batch(call: Val<'_>) -> impl Iterator<Item = Val<'_>> {
    let batch = call.get("batch").filter(|batch| batch.kind() == JsonKind::Array);
    batch.into_iter().flat_map(|batch| batch.children())
}

fn own_times(call: Val<'_>) -> impl Iterator<Item = (Val<'_>, Millis)> {
    TIMES.iter().filter_map(move |name| {
        let value = call.get(name)?;
        Some((value, time::parse(&value.as_str()?)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_all_times_and_nothing_else() {
        let batch =
            r#"[{"originalTimestamp": "2026-11-24T09:59:59Z", "event": "2026-11-24T09:59:59Z"}]"#;
        let call = format!(
            r#"{{"timestamp": "2026-11-24T10:00:00.000Z", "sentAt": "soon", "total": 1e400, "batch": {batch}}}"#
        );
        assert_eq!(find_latest(&call), time::parse("2026-11-24T10:00:00.000Z"));
        assert_eq!(
            find_latest(&format!(r#"{{"batch":{batch}}}"#)),
            time::parse("2026-11-24T09:59:59Z")
        );
        assert_eq!((find_latest("{}"), find_latest("no call")), (None, None));
        let later = call.replace("2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00.000Z").replace(
            r#"Timestamp": "2026-11-24T09:59:59Z""#,
            r#"Timestamp": "2026-11-24T10:59:59.000Z""#,
        );
        assert_eq!(move_by(&call, 3_600_000), later);
    }
}
