//! What a screen or a report is given: plain data, cut loose from the engine's lock.

use crate::call::Seq;
use crate::call::time::Millis;
use crate::engine::index::NoCall;
use crate::engine::ingest::forward_counts::ForwardCounts;
use crate::engine::judging::user_groups::SeenGroup;
use crate::engine::mirror::MirrorCounts;
use crate::findings::fixes::{Edit, VendorNeed};
use crate::findings::{Finding, Severity, Verdict};
use crate::recording::{ResponseSource, UpstreamAnswer};
use crate::vendors::RenderedCall;
use crate::wire::ServiceVerdict;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    /// Its place among all rows.
    pub row: u64,
    /// The call's place; none for a request that has a row of its own.
    pub seq: Option<Seq>,
    /// When it arrived.
    pub received_at: Millis,
    /// The call's type as it came; empty if it has none.
    pub kind: String,
    /// What names the call: event, page, group.
    pub name: String,
    /// The account column.
    pub account: IdCell,
    /// The user column.
    pub user: IdCell,
    /// Whether the service in front of the vendors passes the call on; none for a refused request.
    pub service: Option<ServiceVerdict>,
    /// One for each vendor.
    pub marks: Vec<Mark>,
    /// Its `messageId` came before.
    pub repeat: bool,
    /// The worst finding of the vendors in use and of Segment itself.
    pub worst: Option<Severity>,
    /// All of its warnings and errors are common to all calls of its library, so that they need
    /// no alarm here.
    pub folded: bool,
    /// The user marked it.
    pub marked: bool,
    /// A fault was injected into its request or the response to it.
    pub fault: bool,
    /// What the user noted about it.
    pub note: Option<String>,
    /// It was judged with settings that are no longer in force.
    pub stale: bool,
    /// There was no time yet to read what the index does not hold; ask again.
    pub unread: bool,
    /// Its part of the recording is deleted (`keep`).
    pub deleted: bool,
    /// The values of the fields that were asked for, in their order; empty until they are read.
    pub fields: Vec<Option<String>>,
    /// What is said of a request that has a row of its own.
    pub no_call: Option<NoCallView>,
}

impl RowView {
    /// The service's verdict on a call that reaches no vendor.
    pub fn discarded(&self) -> Option<ServiceVerdict> {
        self.service.filter(ServiceVerdict::is_discarded)
    }
}

/// A request that has a row of its own: refused, without a call, or with items that are no calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCallView {
    /// Why it has a row.
    pub kind: NoCall,
    /// How bad that is; none where nothing is wrong.
    pub severity: Option<Severity>,
    /// The status that it was answered with.
    pub status: u16,
    /// What is wrong, or what it is for.
    pub reason: String,
    /// What to change; empty where nothing is wrong.
    pub fix: String,
    /// The method that it was sent with.
    pub method: String,
    /// Where it was sent.
    pub path: String,
}

/// An id in the log.
#[derive(Debug, Clone, PartialEq)]
pub enum IdCell {
    /// A vendor in use found it and none misses it.
    Found {
        /// The id.
        text: String,
        /// It is used, but a number or a text such as `null`.
        doubtful: bool,
    },
    /// Some vendors in use found it and some miss it.
    SomeMiss {
        /// The id.
        text: String,
        /// It is used, but a number or a text such as `null`.
        doubtful: bool,
        /// The vendors in use that miss it, each with where it looks first.
        wanted: Vec<MissedId>,
    },
    /// A vendor in use misses it and none found it.
    Missing {
        /// The name of a near miss.
        near: Option<String>,
    },
    /// Nobody found it, and the call goes through without.
    Nobody,
    /// A vendor in use misses it, and the user has muted the finding that says so.
    Muted,
    /// No vendor in use looks for it.
    NotLooked,
}

/// A vendor that misses an id which others find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedId {
    /// Its place in the registry.
    pub vendor: usize,
    /// Where it wants the id, as a JSON pointer.
    pub path: String,
}

impl MissedId {
    /// The name that the id is wanted as.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl IdCell {
    /// Whether a vendor in use misses the id.
    pub fn is_missed(&self) -> bool {
        matches!(self, IdCell::Missing { .. } | IdCell::SomeMiss { .. })
    }
}

/// What becomes of a call at one vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The verdict.
    pub verdict: Verdict,
    /// The vendor is in use for this call.
    pub in_use: bool,
    /// The vendor misses an id.
    pub misses: bool,
    /// Its verdict follows from what is common to all calls of the library.
    pub folded: bool,
}

/// Everything about one row.
#[derive(Debug, Clone)]
pub enum RowDetail {
    /// A call.
    Call(Box<CallDetail>),
    /// A request that has a row of its own.
    NoCall(Box<NoCallDetail>),
}

/// Everything about one call.
#[derive(Debug, Clone)]
pub struct CallDetail {
    /// Its place.
    pub seq: Seq,
    /// Its type as it came, or as its path gives it.
    pub kind: Option<String>,
    /// The event, or the name of a page or screen.
    pub name: Option<String>,
    /// Its `messageId`, made if it came without.
    pub message_id: Option<String>,
    /// Its time as a destination sees it.
    pub timestamp: Option<String>,
    /// Its `anonymousId`.
    pub anonymous_id: Option<String>,
    /// The account id that the first vendor in use found.
    pub account_id: Option<String>,
    /// The user id that the first vendor in use found.
    pub user_id: Option<String>,
    /// The ids that a vendor in use misses.
    pub missing: Vec<&'static str>,
    /// The sender's library, name and version.
    pub library: Option<(String, Option<String>)>,
    /// A library of RudderStack's sent it.
    pub rudder: bool,
    /// The group that the same user was seen with before, where a vendor in use misses the account.
    pub seen_group: Option<SeenGroup>,
    /// What has to change for the vendors in use to find the ids.
    pub edits: Vec<Edit>,
    /// What the vendors in use need, a line for those that need the same.
    pub needs: Vec<VendorNeed>,
    /// Where vendors in use also find the account that the call names in `groupId`, for a library
    /// that cannot send it there.
    pub group_places: Vec<String>,
    /// The write key.
    pub write_key: Option<String>,
    /// Its `messageId` came before.
    pub repeat: bool,
    /// The user marked it.
    pub marked: bool,
    /// The call exactly as it came, a JSON object.
    pub call_text: String,
    /// What the service adds or merges, a JSON object.
    pub derived_text: String,
    /// What each vendor would receive, with the vendor's place in the registry.
    pub vendors: Vec<(usize, RenderedCall)>,
    /// Whether the service in front of the vendors passes it on.
    pub service: ServiceVerdict,
    /// What the service itself does with the call.
    pub common: Vec<Finding>,
    /// The vendors in use for this call, in order.
    pub in_use: Vec<usize>,
    /// Its request, shared by the calls of a batch.
    pub request: Arc<RequestDetail>,
}

/// Everything about a request that has a row of its own.
#[derive(Debug, Clone)]
pub struct NoCallDetail {
    /// The request.
    pub request: RequestDetail,
    /// Why it has a row.
    pub kind: NoCall,
    /// How bad that is; none where nothing is wrong.
    pub severity: Option<Severity>,
    /// A word for what is wrong: requests of one word are counted together.
    pub problem: String,
    /// What is wrong, as the sender was told where it was refused.
    pub reason: String,
    /// What to change; empty where nothing is wrong.
    pub fix: String,
}

/// A request as the recording has it.
#[derive(Debug, Clone)]
pub struct RequestDetail {
    /// Its number.
    pub number: u64,
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query, not decoded.
    pub query: String,
    /// Header names and values; secrets as a hash.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: String,
    /// How long the whole body was, if only its beginning was kept.
    pub body_bytes: Option<u64>,
    /// The status that it was answered with.
    pub status: u16,
    /// The answer's body.
    pub answer: String,
    /// Whose answer its sender got.
    pub response: ResponseSource,
    /// What the upstream answered, if that is recorded.
    pub upstream: Option<UpstreamAnswer>,
    /// The fault that was injected.
    pub fault: Option<String>,
    /// When it arrived.
    pub received_at: Millis,
    /// What came of checking a webhook's signature.
    pub signature: Option<String>,
    /// It came over TLS.
    pub is_tls: bool,
}

/// Counts for the status bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// Calls, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// Requests recorded, refused ones included.
    pub requests: u64,
    /// Requests that were answered with an error.
    pub refused: u64,
    /// Requests that were answered with success and should hold a call, but hold none.
    pub empty: u64,
    /// Requests by what became of them.
    pub request_counts: RequestCounts,
    /// Calls that lack an id at a vendor in use.
    pub missing: u64,
    /// Requests that were answered 503 because they could not be recorded.
    pub unrecorded: u64,
    /// Requests that were answered 429 because too much came at once.
    pub too_much: u64,
    /// Requests are copies that a proxy makes: the proxy discards the responses.
    pub takes_copies: bool,
    /// How many faults there are, and whether they are injected now; none where there are none.
    pub faults: Option<(usize, bool)>,
    /// The URL that requests are forwarded to.
    pub forwards_to: Option<String>,
    /// What became of the requests that were to be forwarded; none where none are.
    pub forward: Option<ForwardCounts>,
    /// The URL that requests are mirrored to.
    pub mirrors_to: Option<String>,
    /// What became of the requests that are mirrored; none where none are.
    pub mirror: Option<MirrorCounts>,
    /// The bytes of the recording that are not judged.
    pub lag_bytes: u64,
    /// How long the recording is.
    pub recorded_bytes: u64,
    /// How much of that is deleted (`keep`), its oldest.
    pub deleted_bytes: u64,
    /// While what was there before is being read: how many bytes are, and of how many.
    pub reading: Option<(u64, u64)>,
    /// The recording's file, if it has a name; where files are open, the first of them.
    pub recording: Option<PathBuf>,
    /// The files that are open to be read; none where requests are recorded.
    pub opened: Option<OpenedFiles>,
    /// How many calls, without repeats, would come back if the last clearing were undone; none where there is none.
    pub cleared: Option<u64>,
    /// Grows with each mark and note.
    pub remarks: u64,
    /// What is wrong now, for a banner.
    pub problem: Option<String>,
}

/// Files that are open to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFiles {
    /// The first of them.
    pub path: PathBuf,
    /// How many there are.
    pub files: u64,
    /// How large they are together, as they are on disk.
    pub bytes: u64,
    /// It is followed as it grows.
    pub grows: bool,
}

impl OpenedFiles {
    /// Counts another file.
    pub(crate) fn add(opened: &mut Option<OpenedFiles>, path: &Path, bytes: u64, grows: bool) {
        let new = || OpenedFiles { path: path.to_owned(), files: 0, bytes: 0, grows };
        let opened = opened.get_or_insert_with(new);
        opened.files += 1;
        opened.bytes += bytes;
    }
}

/// Requests by what became of them. Each is received, and one of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct RequestCounts {
    /// All.
    pub received: u64,
    /// Those that hold a call.
    pub with_calls: u64,
    /// Those that were answered with success and hold no call.
    pub without_calls: u64,
    /// Those that were answered with an error other than 404 and 405.
    pub refused: u64,
    /// Those that were answered 404 or 405.
    pub not_found: u64,
}

impl Stats {
    /// What became of requests that could not be recorded.
    pub fn unrecorded_words(&self) -> &'static str {
        match &self.forward {
            Some(forward) if forward.not_recorded > 0 => "passed, not recorded",
            _ => "not recorded (503)",
        }
    }

    /// Calls and repeats: all that came and has a row in the log.
    pub fn came(&self) -> u64 {
        self.calls + self.repeats
    }
}
