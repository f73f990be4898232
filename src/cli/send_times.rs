//! The times at which calls of a file are sent again.

use crate::call::time::Millis;
use std::str::FromStr;
use std::time::Duration;

/// The pace at which calls are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum SendPace {
    /// One after the other, without pauses.
    #[default]
    Fast,
    /// With the pauses with which they arrived.
    Recorded,
    /// With this interval.
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

/// Calculates when calls are due, counted from the first one.
#[derive(Debug, Default)]
pub(crate) struct SendClock {
    first: Option<Millis>,
    sent: u32,
    due: Duration,
}

impl SendClock {
    /// Returns when the next call is due. `arrived` is the time at which it arrived.
    pub fn next(&mut self, pace: SendPace, arrived: Option<Millis>) -> Duration {
        let due = match (pace, arrived) {
            (SendPace::Fast, _) => Duration::ZERO,
            (SendPace::Every(every), _) => every * self.sent,
            (SendPace::Recorded, Some(arrived)) => {
                let after = arrived - *self.first.get_or_insert(arrived);
                Duration::from_millis(u64::try_from(after).unwrap_or(0))
            }
            // a call without a time is sent right after the one before
            (SendPace::Recorded, None) => self.due,
        };
        self.sent += 1;
        // calls keep their order
        self.due = self.due.max(due);
        self.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
