//! Checks of the times in a call (`docs/specs/vendors.md` A.4 and A.6). A wrong time is not
//! corrected; the vendors' verdicts say what each vendor does with it.

use super::Platform;
use super::discard::{Discard, at};
use super::fields::Fields;
use crate::call::time::{self, DAY_MS, Millis};
use crate::call::{Val, text};
use crate::wire::derived_fields::{DerivedFrom, ReadTime, RequestDefaults};

/// 2000-01-01T00:00:00Z, the earliest plausible time of an event.
const MIN_TIME: Millis = 946_684_800_000;

/// 2100-01-01T00:00:00Z, from which a number is not interpreted as an epoch time.
const MAX_EPOCH: Millis = 4_102_444_800_000;

const SENT_AT: &str = "/sentAt";

/// The right time for `sentAt`.
const WHEN_SENT: &str = "when the request is sent";

/// Adds a finding for each time of a call that is invalid or implausible. `known` is a time of the
/// call that was read already.
pub(crate) fn check(
    call: &Fields<'_>,
    shared: &RequestDefaults<'_>,
    known: Option<ReadTime<'_>>,
    out: &mut Vec<Discard>,
) {
    let rudder = shared.platform == Platform::RudderStack;
    // a call of a file that the service has not processed is handled as if it was sent
    let is_sent = shared.is_checked(call);
    let from_batch = if is_sent && !rudder { shared.batch.sent_at } else { None };
    let arrival = arrival(call, shared);
    let mut read = |name, value| moment(name, value, known, arrival, out);
    let timestamp = read("/timestamp", call.timestamp);
    // most calls that have both have the same time twice
    let is_same = |value: &Val<'_>| call.timestamp.is_some_and(|own| own.raw() == value.raw());
    let original = match call.original {
        Some(value) if is_same(&value) => timestamp,
        value => read("/originalTimestamp", value),
    };
    let sent_at = read(SENT_AT, call.sent_at.or(from_batch));
    // the time that the service compares with `sentAt` to find the skew of the sender's clock
    let (event, path) = match (timestamp, original) {
        // RudderStack keeps a `timestamp` as it is
        (Some(_), _) if is_sent && rudder => return,
        (Some(timestamp), original) if is_sent || original.is_none() => (timestamp, "timestamp"),
        (_, Some(original)) => (original, "originalTimestamp"),
        _ => return,
    };
    let Some(sent_at) = sent_at.filter(|sent_at| event - sent_at > DAY_MS) else { return };
    let moved_to = arrival.map(|arrival| arrival.saturating_add(event - sent_at));
    if rudder && timestamp.is_some_and(|own| moved_to.is_none_or(|moved| own != moved)) {
        // the `timestamp` of a call that RudderStack has processed is the sender's
        return;
    }
    let moved = match moved_to {
        Some(moved) => format!("to {}", time::format(moved)),
        None => format!("{} past its arrival", span(event - sent_at)),
    };
    let problem = format!(
        "{} before `{path}`, so the service assumes that the sender's clock is wrong and moves the event {moved}",
        span(event - sent_at)
    );
    out.push(implausible(SENT_AT, &time::format(sent_at), problem, WHEN_SENT));
}

/// Returns the time when the call arrived, if it is known.
fn arrival(call: &Fields<'_>, shared: &RequestDefaults<'_>) -> Option<Millis> {
    let own = || call.received_at.and_then(|value| time::parse(&value.as_str()?));
    match shared.origin {
        DerivedFrom::Sent(_) => Some(shared.received_at),
        DerivedFrom::Forwarded => own().or(Some(shared.received_at)),
        DerivedFrom::Bare => own(),
    }
}

/// Returns a value as a time if it is one, and adds a finding if it is invalid or implausible.
fn moment(
    path: &'static str,
    value: Option<Val<'_>>,
    known: Option<ReadTime<'_>>,
    arrival: Option<Millis>,
    out: &mut Vec<Discard>,
) -> Option<Millis> {
    let value = value?;
    let text = value.as_str();
    let at = match known {
        // most calls of a file have only this time
        Some((known, at)) if known.raw() == value.raw() => Some(at),
        _ => text.as_deref().and_then(time::parse),
    };
    let Some(at) = at else {
        out.push(invalid(path, value));
        return None;
    };
    let after = arrival.map_or(0, |arrival| at.saturating_sub(arrival));
    if at < MIN_TIME || after > DAY_MS {
        let problem = match at < MIN_TIME {
            true => "before the year 2000".to_owned(),
            false => format!("{} after the call arrived", span(after)),
        };
        // the time if epoch seconds were used in place of milliseconds, or the reverse
        let meant = if at < MIN_TIME { at.saturating_mul(1000) } else { at / 1000 };
        let right = if path == SENT_AT { WHEN_SENT } else { "when the event happened" };
        let fix = match (MIN_TIME..MAX_EPOCH).contains(&meant) {
            true => format!(
                "{right}; it would be {} if seconds and milliseconds were confused",
                time::format(meant)
            ),
            false => right.to_owned(),
        };
        out.push(implausible(path, text.as_deref().unwrap_or_default(), problem, &fix));
    }
    Some(at)
}

fn invalid(path: &'static str, value: Val<'_>) -> Discard {
    let instead = match epoch(value) {
        Some(at) => format!("`\"{}\"`", time::format(at)),
        None => "a time such as `\"2026-11-28T10:00:00.000Z\"`".to_owned(),
    };
    let mut shown = String::new();
    text::write_excerpt(&mut shown, value.raw());
    Discard { said: vec![("value", shown), ("instead", instead)], ..at("EVT-TIME-INVALID", path) }
}

fn implausible(path: &'static str, value: &str, problem: String, meant: &str) -> Discard {
    let mut shown = String::new();
    text::write_excerpt(&mut shown, value);
    let said = vec![("value", shown), ("problem", problem), ("meant", meant.to_owned())];
    Discard { said, ..at("EVT-TIME-IMPLAUSIBLE", path) }
}

/// Interprets a number, or digits in a string, as seconds, milliseconds, microseconds or
/// nanoseconds since 1970, whichever gives a plausible time.
fn epoch(value: Val<'_>) -> Option<Millis> {
    let text = value.as_str();
    let number: f64 = text.as_deref().unwrap_or(value.raw()).trim().parse().ok()?;
    let units = [1000.0, 1.0, 0.001, 0.000_001];
    let moments = units.iter().map(|unit| (number * unit).round() as Millis);
    moments.into_iter().find(|at| (MIN_TIME..MAX_EPOCH).contains(at))
}

/// Returns a span of time in words, truncated to whole days or years.
fn span(millis: Millis) -> String {
    match millis / DAY_MS {
        1 => "a day".to_owned(),
        days if days < 731 => format!("{days} days"),
        days => format!("{} years", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn numbers_are_read_in_the_unit_that_gives_a_likely_time() {
        for (json, want) in [
            ("1732100000", Some("2024-11-20T10:53:20.000Z")),
            ("\"1732100000123\"", Some("2024-11-20T10:53:20.123Z")),
            ("1732100000.5", Some("2024-11-20T10:53:20.500Z")),
            ("1732100000123456", Some("2024-11-20T10:53:20.123Z")),
            ("1732100000123456789", Some("2024-11-20T10:53:20.123Z")),
            ("7", None),
            ("\"Invalid Date\"", None),
            ("{}", None),
        ] {
            let doc = Doc::parse(json).expect("JSON");
            let found = epoch(doc.root()).map(time::format);
            assert_eq!(found.as_deref(), want, "{json}");
        }
    }
}
