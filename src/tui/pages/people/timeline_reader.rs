//! Reads a user's calls, a part with each frame: a user may have a million calls, and no frame may
//! wait for them.

use crate::inspector::{OrderFinding, SearchProgress, SessionIds, Span, Timeline};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::people::order_findings;
use std::collections::BTreeMap;

/// The maximum number of calls that are read from the index for one frame.
const MAX_CALLS_PER_FRAME: u64 = 5_000;
/// The maximum number of calls that are read from the recording for one frame, for their sessions.
const MAX_READS_PER_FRAME: usize = 16;
/// The maximum number of calls that are read for their sessions. Of more calls, it is an even
/// sample.
pub const MAX_READ_CALLS: u64 = 1_000;
/// The minimum interval between two estimates of the sessions, unless there is a new session id.
const MIN_ESTIMATE_INTERVAL_MS: u64 = 1_000;

/// The results so far.
#[derive(Default)]
pub struct TimelineReader {
    /// The order of the calls.
    pub timeline: Timeline,
    /// The vendors' findings about the order, with their messages.
    pub found: Vec<(OrderFinding, Option<String>)>,
    /// The sessions of each vendor.
    pub sessions: BTreeMap<usize, Vec<Span>>,
    /// A number that grows with each change.
    pub changes: u64,
    ids: SessionIds,
    generation: u64,
    settled: bool,
    scanned: u64,
    /// The number of calls that were read, and the index of the next one.
    read: u64,
    next: u64,
    estimated_at: Option<(u64, u64)>,
}

impl TimelineReader {
    /// Returns true if all calls were read once. From then on only new calls are read.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    fn is_behind(&self, shown: &SearchProgress) -> bool {
        self.scanned < shown.known || self.has_unread(shown)
    }

    /// Returns true if there are calls left to read for their sessions.
    fn has_unread(&self, shown: &SearchProgress) -> bool {
        self.read < MAX_READ_CALLS && self.next < shown.known
    }

    /// Returns the number of calls that were read for their sessions.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Returns true if another step would change something.
    pub fn is_due(&self, ctx: &ViewContext<'_>) -> bool {
        let shown = ctx.inspector.traced();
        shown.generation != self.generation || self.is_behind(&shown) || self.is_estimate_due(ctx)
    }

    fn is_estimate_due(&self, ctx: &ViewContext<'_>) -> bool {
        self.estimated_at.is_none_or(|(version, at_ms)| {
            version != ctx.inspector.version()
                && ctx.shared.now_ms >= at_ms + MIN_ESTIMATE_INTERVAL_MS
        })
    }

    /// Reads the next part of the calls, in their order, up to the first gap in the search
    /// results.
    pub fn advance(&mut self, ctx: &ViewContext<'_>) {
        let (inspector, shown) = (ctx.inspector, ctx.inspector.traced());
        if shown.generation != self.generation {
            // the log was cleared, or the calls were checked again
            let changes = self.changes + 1;
            *self = TimelineReader {
                generation: shown.generation,
                changes,
                ..TimelineReader::default()
            };
        }
        let mut new_sessions = false;
        if self.scanned < shown.known {
            let rows = inspector
                .traced_rows(self.scanned..shown.known.min(self.scanned + MAX_CALLS_PER_FRAME));
            self.scanned += rows.len() as u64;
            inspector.timeline(&rows, &mut self.timeline);
            let found = inspector.order_finding(&self.timeline).into_iter();
            let before = std::mem::take(&mut self.found);
            self.found = found
                .map(|order_finding| {
                    let known = before.iter().find(|(old, _)| {
                        old.row == order_finding.row && old.code == order_finding.code
                    });
                    let words = known.map(|(_, words)| words.clone());
                    let words =
                        words.unwrap_or_else(|| order_findings::message(&order_finding, ctx));
                    (order_finding, words)
                })
                .collect();
            self.changes += 1;
        } else if self.has_unread(&shown) {
            let known = count(&self.ids);
            let (mut rows, mut nexts) = (Vec::new(), Vec::new());
            let (mut next, mut left) = (self.next, MAX_READ_CALLS - self.read);
            while next < shown.known && left > 0 && rows.len() < MAX_READS_PER_FRAME {
                rows.extend(inspector.traced_rows(next..next + 1));
                next += ((shown.known - next) / left).max(1);
                left -= 1;
                nexts.push(next);
            }
            let read = inspector.session_ids(&rows, &mut self.ids).clamp(1, nexts.len());
            self.next = nexts[read - 1];
            self.read += read as u64;
            new_sessions = count(&self.ids) > known;
            self.changes += 1;
        }
        if !self.settled && shown.looked_at >= shown.of && !self.is_behind(&shown) {
            self.settled = true;
            self.changes += 1;
        }
        if new_sessions || self.is_estimate_due(ctx) {
            let sessions = inspector.sessions(&self.ids);
            self.changes += u64::from(sessions != self.sessions);
            self.sessions = sessions;
            self.estimated_at = Some((inspector.version(), ctx.shared.now_ms));
        }
    }
}

fn count(ids: &SessionIds) -> usize {
    ids.values().map(std::collections::BTreeSet::len).sum()
}
