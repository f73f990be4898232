//! A cache of the data that the visible rows need from the recording: near misses, values of
//! fields, and the reasons why requests contain no call. The screen asks for it in every frame, and
//! each row that passes a filter may be in a batch of its own, so the data is read once for as long
//! as the rows are visible.

use crate::call::Event;
use crate::engine::rows::request_without_calls;
use crate::engine::rows::row_detail::find_call;
use crate::engine::rows::row_window::UnfinishedRow;
use crate::engine::rows::views::{IdCell, NoCallView};
use crate::engine::source::request_line::read_calls;
use crate::findings::{Id, advice};
use crate::fql::Field;
use crate::recording::{self, RecordingEntry, RequestLine};
use crate::vendors::Vendors;
use crate::wire::{self, ParsedRequest};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The key of a row, which a clear does not change: the offset of its request, and the number of
/// the call (0 for a request that has a row of its own).
type Key = (u64, u64);

/// The data that was read for one row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RowText {
    /// The near misses of both ids for the vendors in `asked`, and the values of the fields.
    Call { asked: [Option<usize>; 2], names: [Option<String>; 2], fields: Vec<Option<String>> },
    /// The data of a request that has a row of its own.
    NoCall(NoCallView),
}

/// The sources of the data that completes rows.
pub(crate) struct RowNeeds<'e> {
    pub vendors: Arc<Vendors>,
    /// The fields whose values the rows have.
    pub fields: &'e [Arc<Field>],
    /// Returns the values of the fields in the call of a row.
    pub values: &'e dyn Fn(u64, Event<'_>) -> Vec<Option<String>>,
}

/// The data of the rows that were visible last.
#[derive(Debug, Default)]
pub struct RowCache {
    cached: Mutex<CachedRows>,
    /// The numbers of the requests of the rows, by the offsets of the requests.
    numbers: Mutex<HashMap<u64, u64>>,
}

#[derive(Debug, Default)]
struct CachedRows {
    /// The vendors to which the near misses belong.
    vendors: Option<Arc<Vendors>>,
    /// The fields to which the values belong.
    fields: Vec<Arc<Field>>,
    texts: HashMap<Key, RowText>,
}

impl RowCache {
    /// Returns the numbers of requests by their offsets. `read` reads a number that was not asked for
    /// in the last frame; a number that it cannot read is left out.
    pub(crate) fn request_numbers(
        &self,
        offsets: impl Iterator<Item = u64>,
        read: impl Fn(u64) -> Option<u64>,
    ) -> HashMap<u64, u64> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = std::mem::take(&mut *numbers);
        for offset in offsets {
            if !numbers.contains_key(&offset)
                && let Some(number) = known.get(&offset).copied().or_else(|| read(offset))
            {
                numbers.insert(offset, number);
            }
        }
        numbers.clone()
    }

    /// Completes rows with the data that is not in the index. A request with several rows is read
    /// once, and not at all if all of them were visible in the last frame. When the time limit is
    /// reached, the remaining rows are marked as unread. At least one request is read.
    pub(crate) fn fill(
        &self,
        rows: &mut [UnfinishedRow],
        needs: RowNeeds<'_>,
        time_limit: Duration,
    ) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known =
            cached.vendors.as_ref().is_some_and(|known| Arc::ptr_eq(known, &needs.vendors));
        if !is_known || cached.fields != needs.fields {
            let (vendors, fields) = (Some(Arc::clone(&needs.vendors)), needs.fields.to_vec());
            *cached = CachedRows { vendors, fields, texts: HashMap::new() };
        }
        let mut known = std::mem::take(&mut cached.texts);
        let mut scratch = wire::ParseScratch::default();
        let (began, mut any) = (Instant::now(), false);
        for group in rows.chunk_by_mut(|a, b| a.request == b.request) {
            let mut all = true;
            for row in group.iter_mut().filter(|row| row.line.is_some()) {
                match known.remove(&key(row)).filter(|text| text.answers(row)) {
                    Some(text) => {
                        text.apply_to(row);
                        cached.texts.insert(key(row), text);
                    }
                    None => all = false,
                }
            }
            if !all && any && began.elapsed() >= time_limit {
                group.iter_mut().for_each(|row| row.view.unread = row.line.is_some());
            } else if !all {
                any = true;
                read(group, &needs, &mut scratch, &mut cached.texts);
            }
        }
    }
}

fn key(row: &UnfinishedRow) -> Key {
    (row.offset, row.view.seq.map_or(0, |seq| seq.0))
}

impl RowText {
    /// Returns whether the data is still right for this row. The vendors in use may have changed.
    fn answers(&self, row: &UnfinishedRow) -> bool {
        match self {
            RowText::Call { asked, .. } => *asked == row.near,
            RowText::NoCall(_) => row.call.is_none(),
        }
    }

    /// Writes the data into a row.
    fn apply_to(&self, row: &mut UnfinishedRow) {
        match self {
            RowText::Call { names, fields, .. } => {
                row.view.fields.clone_from(fields);
                let cells = [&mut row.view.account, &mut row.view.user];
                for (cell, name) in cells.into_iter().zip(names) {
                    if let IdCell::Missing { near } = cell {
                        near.clone_from(name);
                    }
                }
            }
            RowText::NoCall(text) => row.view.no_call = Some(text.clone()),
        }
    }
}

/// Reads the request of some rows and completes them.
fn read(
    group: &mut [UnfinishedRow],
    needs: &RowNeeds<'_>,
    scratch: &mut wire::ParseScratch,
    texts: &mut HashMap<Key, RowText>,
) {
    let Some((place, len)) = group.iter().find_map(|row| row.line.clone()) else { return };
    // if the line cannot be read, the row has no near miss, and the detail shows the error
    let Ok(line) = place.read(len) else { return };
    let Ok(RecordingEntry::Request(request)) = recording::parse(&line) else { return };
    let mut put = |row: &mut UnfinishedRow, new: RowText| {
        new.apply_to(row);
        texts.insert(key(row), new);
    };
    for row in group.iter_mut().filter(|row| row.line.is_some()) {
        let Some(kind) = row.view.no_call.as_ref().map(|view| view.kind) else { continue };
        if let Ok(detail) = request_without_calls::detail(&line, &request, kind) {
            put(row, RowText::NoCall(request_without_calls::view(detail)));
        }
    }
    let mut asking = group.iter_mut().filter(|row| row.line.is_some() && row.call.is_some());
    let Some(first) = asking.next() else { return };
    let asking = std::iter::once(first).chain(asking);
    if let Ok(reading) = read_calls(&line, &request, scratch) {
        for row in asking {
            if let Some(new) = call(row, &reading, &request, needs) {
                put(row, new);
            }
        }
        reading.recycle(scratch);
    }
}

fn call(
    row: &UnfinishedRow,
    reading: &ParsedRequest<'_>,
    request: &RequestLine,
    needs: &RowNeeds<'_>,
) -> Option<RowText> {
    let call = find_call(reading, request, row.call.as_ref()?)?;
    let event = reading.event(call);
    let hint = |id: Id, vendor: Option<usize>| {
        let hints = needs.vendors.hints(vendor?, &event, id);
        advice::worth(&hints, &event).map(|hint| short(&hint.path))
    };
    let [account, user] = row.near;
    let names = [hint(Id::Account, account), hint(Id::User, user)];
    let fields = (needs.values)(row.view.row, event);
    Some(RowText::Call { asked: row.near, names, fields })
}

/// Returns the name by which the log shows a near miss: without `properties` or `traits`, and with
/// the path in any other object.
fn short(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let path =
        path.strip_prefix("properties/").or_else(|| path.strip_prefix("traits/")).unwrap_or(path);
    path.replace('/', ".").replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn a_request_number_is_read_once_while_its_rows_are_visible() {
        let (cache, read) = (RowCache::default(), RefCell::new(Vec::new()));
        let numbers = |offsets: &[u64]| {
            let numbers = cache.request_numbers(offsets.iter().copied(), |offset| {
                read.borrow_mut().push(offset);
                (offset != 9).then_some(offset + 1)
            });
            let mut numbers: Vec<(u64, u64)> = numbers.into_iter().collect();
            numbers.sort_unstable();
            numbers
        };
        assert_eq!(numbers(&[0, 0, 5, 9]), [(0, 1), (5, 6)]);
        assert_eq!(read.take(), [0, 5, 9]);
        assert_eq!(numbers(&[0, 5]), [(0, 1), (5, 6)]);
        assert!(read.take().is_empty(), "all were visible");
        assert_eq!(numbers(&[5, 7]), [(5, 6), (7, 8)]);
        assert_eq!(read.take(), [7]);
        assert_eq!(numbers(&[0]), [(0, 1)]);
        assert_eq!(read.take(), [0], "only the last frame is kept");
    }
}
