//! What the rows in view need from the recording: near misses, values of fields, and why requests
//! hold no call. It is read once for as long as they are in view, since every frame asks, and rows that a filter shows
//! together may each stand in a batch of their own.

use crate::call::Event;
use crate::engine::rows::request_without_calls;
use crate::engine::rows::row_detail::find_call;
use crate::engine::rows::row_window::UnfinishedRow;
use crate::engine::rows::views::{IdCell, NoCallView};
use crate::engine::source::request_line::{body_text, head_of};
use crate::findings::{Id, advice};
use crate::fql::Field;
use crate::recording::{self, RecordingEntry, RequestLine};
use crate::vendors::Vendors;
use crate::wire::{self, ParsedRequest};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A row for good, whatever is cleared away: where its request begins, and the call's number (0 for
/// a request that has a row of its own).
type Key = (u64, u64);

/// What was read for one row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RowText {
    /// The near misses of both ids, for the vendors that were asked, and the values of the fields.
    Call { asked: [Option<usize>; 2], names: [Option<String>; 2], fields: Vec<Option<String>> },
    /// Everything about a request that has a row of its own.
    NoCall(NoCallView),
}

/// What rows are completed with.
pub(crate) struct RowNeeds<'e> {
    pub vendors: Arc<Vendors>,
    /// The fields whose values the rows have.
    pub fields: &'e [Arc<Field>],
    /// Their values in the call of a row.
    pub values: &'e dyn Fn(u64, Event<'_>) -> Vec<Option<String>>,
}

/// What was read for the rows that were in view last.
#[derive(Debug, Default)]
pub struct RowCache {
    kept: Mutex<CachedRows>,
}

#[derive(Debug, Default)]
struct CachedRows {
    /// Whose near misses they are.
    vendors: Option<Arc<Vendors>>,
    /// Whose values they have.
    fields: Vec<Arc<Field>>,
    said: HashMap<Key, RowText>,
}

impl RowCache {
    /// Completes rows by what the index does not hold. Of a request with several rows it is read
    /// once, and not at all where all of them were in view a moment ago. When the time is up the
    /// other rows say that they are not read; one request is read always.
    pub(crate) fn fill(
        &self,
        halves: &mut [UnfinishedRow],
        needs: RowNeeds<'_>,
        patience: Duration,
    ) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known =
            kept.vendors.as_ref().is_some_and(|known| Arc::ptr_eq(known, &needs.vendors));
        if !is_known || kept.fields != needs.fields {
            let (vendors, fields) = (Some(Arc::clone(&needs.vendors)), needs.fields.to_vec());
            *kept = CachedRows { vendors, fields, said: HashMap::new() };
        }
        let mut known = std::mem::take(&mut kept.said);
        let mut scratch = wire::ParseScratch::default();
        let (began, mut any) = (Instant::now(), false);
        for group in halves.chunk_by_mut(|a, b| a.request == b.request) {
            let mut all = true;
            for half in group.iter_mut().filter(|half| half.line.is_some()) {
                match known.remove(&key(half)).filter(|said| said.answers(half)) {
                    Some(said) => {
                        said.put(half);
                        kept.said.insert(key(half), said);
                    }
                    None => all = false,
                }
            }
            if !all && any && began.elapsed() >= patience {
                group.iter_mut().for_each(|half| half.view.unread = half.line.is_some());
            } else if !all {
                any = true;
                read(group, &needs, &mut scratch, &mut kept.said);
            }
        }
    }
}

fn key(half: &UnfinishedRow) -> Key {
    (half.offset, half.view.seq.map_or(0, |seq| seq.0))
}

impl RowText {
    /// Whether it is what this row asks for: the vendors in use may be others by now.
    fn answers(&self, half: &UnfinishedRow) -> bool {
        match self {
            RowText::Call { asked, .. } => *asked == half.near,
            RowText::NoCall(_) => half.call.is_none(),
        }
    }

    fn put(&self, half: &mut UnfinishedRow) {
        match self {
            RowText::Call { names, fields, .. } => {
                half.view.fields.clone_from(fields);
                let cells = [&mut half.view.account, &mut half.view.user];
                for (cell, name) in cells.into_iter().zip(names) {
                    if let IdCell::Missing { near } = cell {
                        near.clone_from(name);
                    }
                }
            }
            RowText::NoCall(said) => half.view.no_call = Some(said.clone()),
        }
    }
}

/// Reads the request of some rows.
fn read(
    group: &mut [UnfinishedRow],
    needs: &RowNeeds<'_>,
    scratch: &mut wire::ParseScratch,
    said: &mut HashMap<Key, RowText>,
) {
    let Some((place, len)) = group.iter().find_map(|half| half.line.clone()) else { return };
    // a line that cannot be read leaves the row without its near miss; the detail says why
    let Ok(line) = place.read(len) else { return };
    let Ok(RecordingEntry::Request(request)) = recording::parse(&line) else { return };
    let mut put = |half: &mut UnfinishedRow, new: RowText| {
        new.put(half);
        said.insert(key(half), new);
    };
    for half in group.iter_mut().filter(|half| half.line.is_some()) {
        let Some(kind) = half.view.no_call.as_ref().map(|view| view.kind) else { continue };
        if let Ok(detail) = request_without_calls::detail(&line, &request, kind) {
            put(half, RowText::NoCall(request_without_calls::view(detail)));
        }
    }
    let mut asking = group.iter_mut().filter(|half| half.line.is_some() && half.call.is_some());
    let Some(first) = asking.next() else { return };
    let asking = std::iter::once(first).chain(asking);
    let body = body_text(&line, &request);
    if let Ok(reading) = wire::read(&head_of(&request), request.request, body, scratch) {
        for half in asking {
            if let Some(new) = call(half, &reading, &request, needs) {
                put(half, new);
            }
        }
        reading.recycle(scratch);
    }
}

fn call(
    half: &UnfinishedRow,
    reading: &ParsedRequest<'_>,
    request: &RequestLine,
    needs: &RowNeeds<'_>,
) -> Option<RowText> {
    let call = find_call(reading, request, half.call.as_ref()?)?;
    let event = reading.event(call);
    let hint = |id: Id, vendor: Option<usize>| {
        let hints = needs.vendors.hints(vendor?, &event, id);
        advice::worth(&hints, &event).map(|hint| short(&hint.path))
    };
    let [account, user] = half.near;
    let names = [hint(Id::Account, account), hint(Id::User, user)];
    let fields = (needs.values)(half.view.row, event);
    Some(RowText::Call { asked: half.near, names, fields })
}

/// A near miss as the log names it: its name, with its place where that is not the call's own
/// container of fields.
fn short(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let path =
        path.strip_prefix("properties/").or_else(|| path.strip_prefix("traits/")).unwrap_or(path);
    path.replace('/', ".").replace("~1", "/").replace("~0", "~")
}
