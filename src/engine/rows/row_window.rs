//! Rows of the log as far as the index contains them.

use crate::call::{CallType, Seq};
use crate::engine::JudgingState;
use crate::engine::index::{CallRow, Index, IndexRow, NoCall, RequestRow, TextId, VendorBits};
use crate::engine::judging::index_request::JudgedIndex;
use crate::engine::rows::views::{IdCell, Mark, MissedId, NoCallView, RowView};
use crate::engine::source::recording_files::LinePosition;
use crate::findings::{Id, Severity, Verdict};
use crate::recording::{self, RecordingEntry, RequestLine};
use crate::vendors::{Codes, Vendors};
use crate::wire::ServiceVerdict;

/// The length of the beginning of a line that has the number of its request.
const NUMBER_BYTES: u32 = 48;

/// A row of the log that may still need data from disk.
pub(crate) struct UnfinishedRow {
    pub view: RowView,
    pub request: u32,
    /// The offset of its request in the recording.
    pub offset: u64,
    pub call: Option<CallRow>,
    /// The position and the length of the line that must be read; `None` if the row is complete.
    pub line: Option<(LinePosition, u32)>,
    /// For each id that is missed: the first vendor in use that misses it.
    pub near: [Option<usize>; 2],
}

/// Builds rows from the index, up to the first that does not exist. With `all_lines`, the line of
/// every call must be read, not only that of calls that miss an id.
pub(crate) fn unfinished_rows(
    state: &JudgingState,
    vendors: &Vendors,
    rows: impl IntoIterator<Item = u64>,
    all_lines: bool,
) -> Vec<UnfinishedRow> {
    let stale_before = state.stale_before();
    let index = &state.index;
    let store = &index.store;
    let mut unfinished_rows: Vec<UnfinishedRow> = Vec::new();
    for row in rows {
        let Some(what) = store.row(row) else { break };
        let (request_at, call) = match what {
            IndexRow::NoCall(row) => (row.request, None),
            IndexRow::Call(at) => match store.calls.get(at) {
                Some(call) => (call.request, Some((Seq(index.seq_at(at)), *call))),
                None => break,
            },
        };
        let Some(request) = store.requests.get(u64::from(request_at)).copied() else { break };
        let place = state.recording.place(request.offset).map(|place| (place, request.len));
        let in_use = index.in_use.bits(request.sender);
        unfinished_rows.push(match call {
            None => no_call_row(row, request_at, (request, what), place),
            Some((seq, call)) => {
                let alarm = alarm(call, index, in_use, vendors.codes());
                let unread = place.clone().filter(|(place, _)| all_lines && !place.is_deleted());
                let mut unfinished =
                    call_row(row, seq, call, request, place, (store, vendors), alarm);
                unfinished.line = unfinished.line.or(unread);
                unfinished.view.stale = stale_before.is_some_and(|first| seq < first);
                if let Some(remarks) = index.remarks.get(seq.0) {
                    unfinished.view.marked = remarks.marked;
                    unfinished.view.note = remarks.note.as_deref().map(str::to_owned);
                }
                unfinished
            }
        });
    }
    unfinished_rows
}

/// Builds the row of a request that has a row of its own.
fn no_call_row(
    row: u64,
    request_at: u32,
    (request, what): (RequestRow, IndexRow),
    place: Option<(LinePosition, u32)>,
) -> UnfinishedRow {
    let kind = match what {
        IndexRow::NoCall(row) => row.kind,
        IndexRow::Call(_) => NoCall::Other,
    };
    let view = RowView {
        row,
        seq: None,
        received_at: request.received_at,
        kind: String::new(),
        name: String::new(),
        account: IdCell::NotRead,
        user: IdCell::NotRead,
        service: None,
        marks: Vec::new(),
        repeat: false,
        worst: None,
        folded: false,
        marked: false,
        fault: request.flags.has_fault(),
        undelivered: None,
        note: None,
        stale: false,
        unread: false,
        deleted: place.as_ref().is_some_and(|(place, _)| place.is_deleted()),
        fields: Vec::new(),
        no_call: Some(NoCallView {
            kind,
            severity: kind.is_wrong().then_some(Severity::Error),
            status: Some(request.status),
            reason: String::new(),
            fix: String::new(),
            method: String::new(),
            path: String::new(),
        }),
    };
    UnfinishedRow {
        view,
        request: request_at,
        offset: request.offset,
        call: None,
        line: place,
        near: [None, None],
    }
}

/// The vendors with warnings or errors that are not common to all calls of the library.
struct VendorAlarms {
    in_use: VendorBits,
    vendors: VendorBits,
    /// True if the row needs an alarm: a vendor in use or the service has such a finding, the
    /// service discards the call, or the library has no common findings.
    any: bool,
}

fn alarm(call: CallRow, index: &JudgedIndex, in_use: VendorBits, codes: &Codes) -> VendorAlarms {
    let folded = index.folded(index.store.shapes.get(call.shape).group);
    let set = index.store.sets.get(call.set);
    let mut alarm =
        VendorAlarms { in_use, vendors: 0, any: folded.is_empty() || set.discarded.is_some() };
    for code in &set.loud().codes {
        let entry = codes.entry(*code);
        if entry.severity == Severity::Info || folded.binary_search(code).is_ok() {
            continue;
        }
        let bit = entry.vendor.map_or(0, |vendor| 1 << vendor);
        alarm.vendors |= bit;
        alarm.any |= entry.vendor.is_none() || bit & in_use != 0;
    }
    alarm
}

/// Builds the row of a call.
fn call_row(
    row: u64,
    seq: Seq,
    call: CallRow,
    request: RequestRow,
    place: Option<(LinePosition, u32)>,
    (store, vendors): (&Index, &Vendors),
    VendorAlarms { in_use, vendors: alarmed, any }: VendorAlarms,
) -> UnfinishedRow {
    let set = store.sets.get(call.set);
    let loud = set.loud();
    let text = |id: TextId| {
        // the call has this text, but the index had no room for it
        let unkept = if id.is_unkept() { "…" } else { "" };
        store.texts.get(id).unwrap_or(unkept).to_owned()
    };
    let kind = text(store.shapes.get(call.shape).kind);
    let cell = |id: Id, text_id: TextId, doubtful: bool| {
        let missed = loud.strong(id) & in_use;
        match (text_id.is_none(), missed != 0) {
            (false, false) => IdCell::Found { text: text(text_id), doubtful },
            (false, true) => {
                let mut wanted = missed_ids(vendors, missed, CallType::parse(&kind), id);
                // if there is room for only one vendor, show one at which the call is lost
                wanted.sort_by_key(|wanted| set.verdicts[wanted.vendor].goes_through());
                IdCell::SomeMiss { text: text(text_id), doubtful, wanted }
            }
            (true, true) => IdCell::Missing { near: None },
            (true, false) if loud.weak(id) & in_use != 0 => IdCell::NotNeeded,
            (true, false) if set.minds(id, in_use) => IdCell::Muted,
            (true, false) => IdCell::NotRead,
        }
    };
    let account = cell(Id::Account, call.account, call.flags.doubtful_account());
    let user = cell(Id::User, call.user, call.flags.doubtful_user());
    let first = |id: Id| {
        let bits = loud.strong(id) & in_use;
        (bits != 0).then(|| bits.trailing_zeros() as usize)
    };
    let near = [
        is_missing(&account).then(|| first(Id::Account)).flatten(),
        is_missing(&user).then(|| first(Id::User)).flatten(),
    ];
    let misses = loud.strong(Id::Account) | loud.strong(Id::User);
    let mark = |(vendor, verdict): (usize, &_)| Mark {
        verdict: *verdict,
        in_use: in_use >> vendor & 1 == 1,
        // a call that reaches no vendor misses no id at one
        misses: set.discarded.is_none() && misses >> vendor & 1 == 1,
        folded: *verdict != Verdict::Ignored
            && set.worst[vendor].is_some_and(|worst| worst < Severity::Info)
            && alarmed >> vendor & 1 == 0,
    };
    let view = RowView {
        row,
        seq: Some(seq),
        received_at: request.received_at,
        kind,
        name: text(call.name),
        account,
        user,
        service: Some(ServiceVerdict { service: request.sender.service(), code: set.discarded }),
        marks: set.verdicts.iter().enumerate().map(mark).collect(),
        repeat: call.flags.repeat(),
        worst: loud.severity(in_use),
        folded: !any,
        marked: false,
        fault: request.flags.has_fault(),
        undelivered: None,
        note: None,
        stale: false,
        unread: false,
        deleted: place.as_ref().is_some_and(|(place, _)| place.is_deleted()),
        fields: Vec::new(),
        no_call: None,
    };
    let line = near.iter().any(Option::is_some).then_some(place).flatten();
    UnfinishedRow {
        view,
        request: call.request,
        offset: request.offset,
        call: Some(call),
        line,
        near,
    }
}

fn is_missing(cell: &IdCell) -> bool {
    matches!(cell, IdCell::Missing { .. })
}

/// Returns the vendors in `missed`, each with the first place where it looks for an id.
fn missed_ids(
    vendors: &Vendors,
    missed: VendorBits,
    kind: Option<CallType>,
    id: Id,
) -> Vec<MissedId> {
    let missed_id = |vendor: usize| {
        let looks = vendors.info(vendor).looks_for(kind?, id)?;
        Some(MissedId { vendor, path: looks.from.first()?.clone() })
    };
    (0..vendors.len()).filter(|vendor| missed >> vendor & 1 == 1).filter_map(missed_id).collect()
}

/// Returns the number of the request of a line, which is at its beginning.
pub(crate) fn request_number(place: &LinePosition) -> Option<u64> {
    let begin = place.read(NUMBER_BYTES).ok()?;
    let (_, number) = begin.split_once("\"request\":")?;
    let end = number.find(|c: char| !c.is_ascii_digit())?;
    number[..end].parse().ok()
}

/// Reads and parses the line of a request.
pub(crate) fn request_line(
    place: &LinePosition,
    len: u32,
) -> Result<(String, Box<RequestLine>), String> {
    let line = place.read(len).map_err(|error| error.to_string())?;
    let request = request_of(&line)?;
    Ok((line, request))
}

/// Parses a line of the recording as a request.
pub(crate) fn request_of(line: &str) -> Result<Box<RequestLine>, String> {
    match recording::parse(line) {
        Ok(RecordingEntry::Request(request)) => Ok(request),
        Ok(_) => Err("the line holds no request".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
