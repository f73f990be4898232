//! Going through a user's calls, a part with each frame: a user may have a million of them, and no
//! frame may wait for that.

use crate::inspector::{OrderFinding, SearchProgress, SessionIds, Span, Timeline};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::people::order_findings;
use std::collections::BTreeMap;

/// So many calls are looked at in the index for one frame…
const STEP: u64 = 5_000;
/// …and so many are read from the recording, for their sessions.
const READS: usize = 16;
/// No more calls are read for their sessions; of more they are spread over all.
pub const MOST_READ: u64 = 1_000;
/// Sessions are worked out anew no sooner than this.
const EVERY_MS: u64 = 1_000;

/// What was seen so far.
#[derive(Default)]
pub struct TimelineReader {
    /// What the calls say.
    pub timeline: Timeline,
    /// What vendors found about their order, with a sentence.
    pub found: Vec<(OrderFinding, Option<String>)>,
    /// The sessions of each vendor.
    pub sessions: BTreeMap<usize, Vec<Span>>,
    /// Grows with each change.
    pub changes: u64,
    ids: SessionIds,
    generation: u64,
    settled: bool,
    gone: u64,
    /// How many calls were read, and the place of the next.
    read: u64,
    next: u64,
    asked: Option<(u64, u64)>,
}

impl TimelineReader {
    /// Whether all calls were gone through once: from then on it only has to keep up.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    fn is_behind(&self, shown: &SearchProgress) -> bool {
        self.gone < shown.known || self.reads(shown)
    }

    /// Whether there are calls still to be read.
    fn reads(&self, shown: &SearchProgress) -> bool {
        self.read < MOST_READ && self.next < shown.known
    }

    /// How many calls were read for their sessions.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Whether another step would say more.
    pub fn is_due(&self, ctx: &ViewContext<'_>) -> bool {
        let shown = ctx.inspector.traced();
        shown.generation != self.generation || self.is_behind(&shown) || self.is_asking(ctx)
    }

    fn is_asking(&self, ctx: &ViewContext<'_>) -> bool {
        self.asked.is_none_or(|(version, at_ms)| {
            version != ctx.inspector.version() && ctx.shared.now_ms >= at_ms + EVERY_MS
        })
    }

    /// Takes a step. Calls are gone through in their order, as far as all before them are found.
    pub fn go_on(&mut self, ctx: &ViewContext<'_>) {
        let (inspector, shown) = (ctx.inspector, ctx.inspector.traced());
        if shown.generation != self.generation {
            // cleared away, or judged again
            let changes = self.changes + 1;
            *self = TimelineReader {
                generation: shown.generation,
                changes,
                ..TimelineReader::default()
            };
        }
        let mut new_sessions = false;
        if self.gone < shown.known {
            let rows = inspector.traced_rows(self.gone..shown.known.min(self.gone + STEP));
            self.gone += rows.len() as u64;
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
        } else if self.reads(&shown) {
            let known = count(&self.ids);
            let (mut rows, mut nexts) = (Vec::new(), Vec::new());
            let (mut next, mut left) = (self.next, MOST_READ - self.read);
            while next < shown.known && left > 0 && rows.len() < READS {
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
        if new_sessions || self.is_asking(ctx) {
            let sessions = inspector.sessions(&self.ids);
            self.changes += u64::from(sessions != self.sessions);
            self.sessions = sessions;
            self.asked = Some((inspector.version(), ctx.shared.now_ms));
        }
    }
}

fn count(ids: &SessionIds) -> usize {
    ids.values().map(std::collections::BTreeSet::len).sum()
}
