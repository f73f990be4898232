//! The pace of the mirror: while the listener takes as much as the machine can, the mirror sends on
//! little of it, and the rest when there is time. The recording keeps what is not yet sent. If so
//! much of it is not sent that its oldest part may be deleted before that, the mirror does not wait.

use crate::engine::mirror::thread::{MAX_LINES_AT_ONCE, MIN_LOOK_INTERVAL};
use crate::recording::KeepLimit;
use std::time::{Duration, Instant};

/// The number of recorded bytes per second and processor from which on the listener is busy. On two
/// processors, it takes about twice as many.
const BUSY_BYTES_PER_SECOND: u64 = 16 << 20;
/// The interval over which that is measured.
const MEASURE_INTERVAL: Duration = Duration::from_millis(20);
/// The maximum number of lines that are read at once while the listener is busy.
const MAX_BUSY_LINES: usize = 16;
/// The maximum size of these lines, of which one at least is read.
const MAX_BUSY_BYTES: u64 = 16 << 10;
/// The maximum size of what may wait, of a recording whose oldest parts are deleted by their age.
const MAX_WAITING_BYTES: u64 = 1 << 30;
/// The part of the recording that may wait, if its oldest parts are deleted by its size.
const MAX_WAITING_DIVISOR: u64 = 4;

/// Measures how much the listener records.
#[derive(Debug)]
pub(crate) struct MirrorPace {
    busy_bytes_per_second: u64,
    /// The number of recorded bytes that may wait to be sent.
    max_waiting: u64,
    /// The end of the recording at the beginning of the present measurement, and that beginning.
    recorded: u64,
    since: Instant,
    is_busy: bool,
    /// The time before which no further lines are read.
    read_at: Instant,
}

impl MirrorPace {
    /// Creates the pace for a machine with this number of processors, and for a recording with this
    /// limit and length.
    pub fn new(
        processors: usize,
        keep: Option<KeepLimit>,
        recorded: u64,
        now: Instant,
    ) -> MirrorPace {
        MirrorPace {
            busy_bytes_per_second: BUSY_BYTES_PER_SECOND * processors as u64,
            max_waiting: match keep {
                Some(KeepLimit::Bytes(max)) => max / MAX_WAITING_DIVISOR,
                Some(KeepLimit::Millis(_)) => MAX_WAITING_BYTES,
                None => u64::MAX,
            },
            recorded,
            since: now,
            is_busy: false,
            read_at: now,
        }
    }

    /// Returns how many lines and bytes may be read now, when the recording has this length and is
    /// read up to this offset.
    pub fn take_turn(&mut self, recorded: u64, read_to: u64, now: Instant) -> (usize, u64) {
        let elapsed = now.duration_since(self.since);
        if elapsed >= MEASURE_INTERVAL {
            let grown = recorded.saturating_sub(self.recorded) as u128;
            let busy = u128::from(self.busy_bytes_per_second) * elapsed.as_micros() / 1_000_000;
            let may_wait = recorded.saturating_sub(read_to) < self.max_waiting;
            (self.recorded, self.since) = (recorded, now);
            self.is_busy = grown > busy && may_wait;
        }
        if !self.is_busy {
            return (MAX_LINES_AT_ONCE, u64::MAX);
        }
        if now < self.read_at {
            return (0, 0);
        }
        self.read_at = now + MIN_LOOK_INTERVAL;
        (MAX_BUSY_LINES, MAX_BUSY_BYTES)
    }

    /// Returns true while the mirror waits for the listener.
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_little_while_the_listener_is_busy_and_all_when_it_is_not() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut pace = MirrorPace::new(2, None, 500, begin);
        let all = (MAX_LINES_AT_ONCE, u64::MAX);
        let read_to = 500;
        let some = (MAX_BUSY_LINES, MAX_BUSY_BYTES);
        assert_eq!(pace.take_turn(500, read_to, at(1)), all);
        // a burst is measured over the whole interval
        assert_eq!(pace.take_turn(1_000_000, read_to, at(10)), all);
        assert_eq!(pace.take_turn(1_000_000, read_to, at(20)), some);
        assert!(pace.is_busy());
        assert_eq!(pace.take_turn(1_100_000, read_to, at(24)), (0, 0), "only in intervals");
        assert_eq!(pace.take_turn(1_100_000, read_to, at(25)), some);
        assert_eq!(pace.take_turn(1_200_000, read_to, at(40)), all, "10 MB/s are not much");
        assert!(!pace.is_busy());
        let mut larger = MirrorPace::new(4, None, 0, begin);
        assert_eq!(larger.take_turn(1_000_000, 0, at(20)), all, "more processors take more");
        // a quarter of what is kept is not sent
        let mut limited = MirrorPace::new(2, Some(KeepLimit::Bytes(4_000_000)), 0, begin);
        assert_eq!(limited.take_turn(1_000_000, 1_000, at(20)), some);
        assert_eq!(limited.take_turn(2_000_000, 1_000, at(40)), all);
        assert!(!limited.is_busy());
    }
}
