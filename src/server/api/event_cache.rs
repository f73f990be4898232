//! Events of streams that were written a moment ago: clients that read at the same time get the same
//! bytes, and each record is made once.

use crate::engine::{Engine, InUse, RowDetail};
use crate::report::call_record;
use hyper::body::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much is kept; the oldest events give way.
const MAX_BYTES: usize = 8 << 20;

/// The newest events, by row.
#[derive(Default)]
pub(crate) struct EventCache {
    written: Mutex<WrittenEvents>,
}

#[derive(Default)]
struct WrittenEvents {
    /// What the records depend on besides their calls.
    under: Option<(u64, InUse)>,
    events: HashMap<u64, Bytes>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl EventCache {
    /// Returns the events of rows, in their order. What is cleared away or cannot be read meanwhile
    /// is left out.
    pub fn events(&self, engine: &Engine, rows: &[u64]) -> Bytes {
        let under = (engine.judged_epoch(), engine.in_use());
        let known: Vec<Option<Bytes>> = {
            let mut written = self.lock();
            written.keep_under(&under);
            rows.iter().map(|row| written.events.get(row).cloned()).collect()
        };
        let unwritten: Vec<u64> =
            rows.iter().zip(&known).filter(|(_, it)| it.is_none()).map(|(row, _)| *row).collect();
        let new = write(engine, &unwritten, &under.1);
        let mut out = Vec::with_capacity(known.iter().flatten().chain(&new).map(Bytes::len).sum());
        let mut next = new.iter();
        for known in &known {
            let event = known.as_ref().or_else(|| next.next());
            event.into_iter().for_each(|event| out.extend_from_slice(event));
        }
        let mut written = self.lock();
        if new.len() == unwritten.len() && written.under.as_ref() == Some(&under) {
            unwritten.into_iter().zip(new).for_each(|(row, event)| written.keep(row, event));
        }
        // an empty piece would end the body
        if out.is_empty() { Bytes::from_static(b":\n\n") } else { out.into() }
    }

    fn lock(&self) -> MutexGuard<'_, WrittenEvents> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WrittenEvents {
    /// Forgets all events if records would be others now.
    fn keep_under(&mut self, under: &(u64, InUse)) {
        if self.under.as_ref() != Some(under) {
            *self = WrittenEvents { under: Some(under.clone()), ..WrittenEvents::default() };
        }
    }

    fn keep(&mut self, row: u64, event: Bytes) {
        // another client may have written it meanwhile
        let bytes = event.len();
        if self.events.insert(row, event).is_some() {
            return;
        }
        self.bytes += bytes;
        self.order.push_back(row);
        while self.bytes > MAX_BYTES
            && let Some(oldest) = self.order.pop_front()
            && let Some(event) = self.events.remove(&oldest)
        {
            self.bytes -= event.len();
        }
    }
}

/// The events of rows; fewer where one is cleared away or cannot be read.
fn write(engine: &Engine, rows: &[u64], in_use: &InUse) -> Vec<Bytes> {
    let (vendors, shown) = (engine.vendors(), in_use.shown());
    let details = engine.details_of(rows.iter().copied()).into_iter();
    let event = |detail| match detail {
        Ok(RowDetail::Call(call)) => {
            let record = call_record(&call, &vendors, &shown);
            Some(format!("id: {}\nevent: call\ndata: {record}\n\n", call.seq.0).into())
        }
        _ => None,
    };
    details.filter_map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_events_give_way() {
        let mut written = WrittenEvents::default();
        for row in 0..100 {
            written.keep(row, vec![0; MAX_BYTES / 10].into());
            written.keep(row, vec![0; MAX_BYTES / 10].into());
        }
        assert_eq!(written.events.len(), 10);
        assert_eq!(written.bytes, MAX_BYTES / 10 * 10);
        assert!(written.events.contains_key(&99) && !written.events.contains_key(&89));
        assert_eq!(written.order.len(), 10);
    }
}
