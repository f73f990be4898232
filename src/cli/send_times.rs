//! When calls of a file are sent again: at which pace, and with which times.

use crate::call::time::{self, Millis};
use serde_json::Value;
use std::str::FromStr;
use std::time::Duration;

/// The times of a call, and of a batch.
const TIMES: [&str; 4] = ["receivedAt", "sentAt", "timestamp", "originalTimestamp"];

/// How fast calls are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum SendPace {
    /// One after the other.
    #[default]
    Fast,
    /// As far apart as they arrived.
    Recorded,
    /// So far apart.
    Every(Duration),
}

impl FromStr for SendPace {
    type Err = String;

    fn from_str(text: &str) -> Result<SendPace, String> {
        let number = text.strip_suffix("/s").and_then(|number| number.parse::<f64>().ok());
        let every = number.filter(|rate| *rate > 0.0).map(|rate| 1.0 / rate);
        match (text, every.and_then(|every| Duration::try_from_secs_f64(every).ok())) {
            ("fast", _) => Ok(SendPace::Fast),
            ("recorded", _) => Ok(SendPace::Recorded),
            (_, Some(every)) => Ok(SendPace::Every(every)),
            _ => Err("expected `recorded`, `fast`, or calls per second such as 5/s".to_owned()),
        }
    }
}

/// When calls are due, counted from the first one.
#[derive(Debug, Default)]
pub(crate) struct SendClock {
    first: Option<Millis>,
    sent: u32,
    due: Duration,
}

impl SendClock {
    /// When the next call is due, which arrived at this time.
    pub fn next(&mut self, pace: SendPace, arrived: Option<Millis>) -> Duration {
        let due = match (pace, arrived) {
            (SendPace::Fast, _) => Duration::ZERO,
            (SendPace::Every(every), _) => every * self.sent,
            (SendPace::Recorded, Some(arrived)) => {
                let after = arrived - *self.first.get_or_insert(arrived);
                Duration::from_millis(u64::try_from(after).unwrap_or(0))
            }
            // it goes with the one before
            (SendPace::Recorded, None) => self.due,
        };
        self.sent += 1;
        // calls keep their order
        self.due = self.due.max(due);
        self.due
    }
}

/// When a call or a batch arrived: what the recording says, else the latest of its own times.
pub(crate) fn arrived(call: &Value, recorded: Option<Millis>) -> Option<Millis> {
    recorded.or_else(|| own_times(call).max()).or_else(|| {
        let calls = call.get("batch").and_then(Value::as_array).into_iter().flatten();
        calls.flat_map(own_times).max()
    })
}

fn own_times(call: &Value) -> impl Iterator<Item = Millis> + '_ {
    TIMES.iter().filter_map(|name| time::parse(call.get(name)?.as_str()?))
}

/// Moves the times of a call, or of a batch and its calls, by so much.
pub(crate) fn shift(call: &mut Value, by: Millis) {
    for name in TIMES {
        if let Some(Value::String(text)) = call.get_mut(name)
            && let Some(at) = time::parse(text)
        {
            *text = time::format(at + by);
        }
    }
    let calls = call.get_mut("batch").and_then(Value::as_array_mut).into_iter().flatten();
    calls.for_each(|call| shift(call, by));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pace_is_a_word_or_a_rate() {
        let pace = |text: &str| text.parse::<SendPace>();
        assert_eq!(pace("fast"), Ok(SendPace::Fast));
        assert_eq!(pace("recorded"), Ok(SendPace::Recorded));
        assert_eq!(pace("4/s"), Ok(SendPace::Every(Duration::from_millis(250))));
        for wrong in ["", "slow", "5", "0/s", "-1/s", "x/s", "1e-400/s"] {
            assert!(pace(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn calls_are_as_far_apart_as_they_arrived_and_keep_their_order() {
        let mut clock = SendClock::default();
        let times = [Some(1_000), Some(1_250), None, Some(900), Some(2_000)];
        let due = times.map(|at| clock.next(SendPace::Recorded, at).as_millis());
        assert_eq!(due, [0, 250, 250, 250, 1_000]);
        let mut clock = SendClock::default();
        let every = SendPace::Every(Duration::from_millis(10));
        assert_eq!([0; 3].map(|_| clock.next(every, None).as_millis()), [0, 10, 20]);
    }

    #[test]
    fn times_move_together_and_other_texts_stay() {
        let mut call = json!({"timestamp": "2026-11-24T10:00:00.000Z", "sentAt": "soon",
            "batch": [{"originalTimestamp": "2026-11-24T09:59:59Z", "event": "2026-11-24T09:59:59Z"}]});
        assert_eq!(arrived(&call, None), time::parse("2026-11-24T10:00:00.000Z"));
        assert_eq!(
            arrived(&json!({"batch": call["batch"]}), None),
            time::parse("2026-11-24T09:59:59Z")
        );
        assert_eq!(arrived(&call, Some(5)), Some(5));
        shift(&mut call, 3_600_000);
        assert_eq!(call["timestamp"], "2026-11-24T11:00:00.000Z");
        assert_eq!(call["sentAt"], "soon");
        assert_eq!(call["batch"][0]["originalTimestamp"], "2026-11-24T10:59:59.000Z");
        assert_eq!(call["batch"][0]["event"], "2026-11-24T09:59:59Z");
    }
}
