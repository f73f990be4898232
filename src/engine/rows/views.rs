//! The data that the engine returns to screens and reports: copies that need no lock.

use crate::call::Seq;
use crate::call::time::Millis;
use crate::engine::index::NoCall;
use crate::engine::judging::user_groups::SeenGroup;
use crate::engine::mirror::MirrorFailure;
use crate::findings::fixes::{Edit, VendorNeed};
use crate::findings::{Finding, Severity, Verdict};
use crate::recording::{ResponseSource, UpstreamAnswer};
use crate::vendors::RenderedCall;
use crate::wire::{CallExcerpt, ServiceVerdict};
use std::sync::Arc;

/// One row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    /// The number of the row, from 0.
    pub row: u64,
    /// The number of the call; `None` for a request that has a row of its own.
    pub seq: Option<Seq>,
    /// The time at which it arrived.
    pub received_at: Millis,
    /// The type of the call as received; empty if it has none.
    pub kind: String,
    /// The name of the call: event, page, group.
    pub name: String,
    /// The account column.
    pub account: IdCell,
    /// The user column.
    pub user: IdCell,
    /// The verdict of the service in front of the vendors: whether it passes the call on; `None`
    /// for a request that has a row of its own.
    pub service: Option<ServiceVerdict>,
    /// The marks of the vendors, one for each.
    pub marks: Vec<Mark>,
    /// True if the same call arrived before.
    pub repeat: bool,
    /// The severity of the worst finding of the vendors in use and of the service.
    pub worst: Option<Severity>,
    /// True if it needs no alarm: all calls of its library have its warnings and errors.
    pub folded: bool,
    /// True if the user marked it.
    pub marked: bool,
    /// True if a fault was injected into its request or the response to it.
    pub fault: bool,
    /// Why its request was not delivered to the mirror's target, if the mirror gave it up.
    pub undelivered: Option<String>,
    /// The user's note about it.
    pub note: Option<String>,
    /// True if it was judged with earlier settings.
    pub stale: bool,
    /// True if the data that is not in the index was not read in time. The caller must ask again.
    pub unread: bool,
    /// True if its part of the recording is deleted (`keep`).
    pub deleted: bool,
    /// The values of the requested fields, in the order of the fields; empty until they are read.
    pub fields: Vec<Option<String>>,
    /// The data of a request that has a row of its own.
    pub no_call: Option<NoCallView>,
}

impl RowView {
    /// Returns the verdict of the service if it discards the call.
    pub fn discarded(&self) -> Option<ServiceVerdict> {
        self.service.filter(ServiceVerdict::is_discarded)
    }
}

/// A request that has a row of its own: refused, without a call, or with items that are not calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCallView {
    /// The reason why it has a row.
    pub kind: NoCall,
    /// The severity of the problem; `None` if nothing is wrong.
    pub severity: Option<Severity>,
    /// The status of the response; `None` for an object of a file, of which no response is known.
    pub status: Option<u16>,
    /// The problem, or the purpose of the request if nothing is wrong.
    pub reason: String,
    /// The change that fixes it; empty if nothing is wrong.
    pub fix: String,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
}

/// An id in the log.
#[derive(Debug, Clone, PartialEq)]
pub enum IdCell {
    /// A vendor in use found it and none misses it.
    Found {
        /// The id.
        text: String,
        /// True if the id is used but is a number or a text such as `null`.
        doubtful: bool,
    },
    /// Some vendors in use found it and some miss it.
    SomeMiss {
        /// The id.
        text: String,
        /// True if the id is used but is a number or a text such as `null`.
        doubtful: bool,
        /// The vendors in use that miss the id, each with the first place where it looks.
        wanted: Vec<MissedId>,
    },
    /// A vendor in use misses it and none found it.
    Missing {
        /// The name of a near miss.
        near: Option<String>,
    },
    /// No vendor in use found it, and the call is accepted without it.
    NotNeeded,
    /// A vendor in use misses it, but the user has muted the finding about that.
    Muted,
    /// No vendor in use looks for it.
    NotRead,
}

/// A vendor that misses an id that other vendors find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedId {
    /// The index of the vendor in the registry.
    pub vendor: usize,
    /// The place where the vendor looks for the id, as a JSON pointer.
    pub path: String,
}

impl MissedId {
    /// Returns the name of the field in which the vendor looks for the id.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl IdCell {
    /// Returns whether a vendor in use misses the id.
    pub fn is_missed(&self) -> bool {
        matches!(self, IdCell::Missing { .. } | IdCell::SomeMiss { .. })
    }
}

/// The outcome of a call at one vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The verdict.
    pub verdict: Verdict,
    /// True if the vendor is in use for this call.
    pub in_use: bool,
    /// True if the vendor misses an id.
    pub misses: bool,
    /// True if its verdict follows from findings that all calls of the library have.
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
    /// The number of the call.
    pub seq: Seq,
    /// The type as received, or as the path gives it.
    pub kind: Option<String>,
    /// The event, or the name of a page or screen.
    pub name: Option<String>,
    /// The `messageId`, which is generated if the call has none.
    pub message_id: Option<String>,
    /// The timestamp as a destination sees it.
    pub timestamp: Option<String>,
    /// The `anonymousId`.
    pub anonymous_id: Option<String>,
    /// The account id of the call.
    pub account_id: Option<String>,
    /// The user id of the call.
    pub user_id: Option<String>,
    /// The ids that a vendor in use misses.
    pub missing: Vec<&'static str>,
    /// The name and the version of the sender's library.
    pub library: Option<(String, Option<String>)>,
    /// True if a library of RudderStack sent it.
    pub rudder: bool,
    /// The group in which the same user was seen before, if a vendor in use misses the account.
    pub seen_group: Option<SeenGroup>,
    /// The changes after which the vendors in use find the ids.
    pub edits: Vec<Edit>,
    /// The needs of the vendors in use, with one entry for vendors with the same need.
    pub needs: Vec<VendorNeed>,
    /// Other places where vendors in use look for the account that the call names in `groupId`, for
    /// a library that cannot send `groupId`.
    pub group_places: Vec<String>,
    /// The write key.
    pub write_key: Option<String>,
    /// True if the same call arrived before.
    pub repeat: bool,
    /// True if the user marked it.
    pub marked: bool,
    /// The call exactly as received, a JSON object.
    pub call_text: String,
    /// The fields that the service adds or merges, a JSON object.
    pub derived_text: String,
    /// The result at each vendor, with the vendor's index in the registry.
    pub vendors: Vec<(usize, RenderedCall)>,
    /// The verdict of the service in front of the vendors: whether it passes the call on.
    pub service: ServiceVerdict,
    /// The findings that belong to no vendor.
    pub common: Vec<Finding>,
    /// The vendors in use for this call, in order.
    pub in_use: Vec<usize>,
    /// The request, shared by the calls of a batch.
    pub request: Arc<RequestDetail>,
}

/// Everything about a request that has a row of its own.
#[derive(Debug, Clone)]
pub struct NoCallDetail {
    /// The request.
    pub request: RequestDetail,
    /// The reason why it has a row.
    pub kind: NoCall,
    /// The severity of the problem; `None` if nothing is wrong.
    pub severity: Option<Severity>,
    /// The name of the problem. Requests with the same name are counted together.
    pub problem: String,
    /// The problem in words. For a refused request, this is the message in its response.
    pub reason: String,
    /// The change that fixes it; empty if nothing is wrong.
    pub fix: String,
}

/// A request as it was recorded.
#[derive(Debug, Clone)]
pub struct RequestDetail {
    /// The number of the request.
    pub number: u64,
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query, not decoded.
    pub query: String,
    /// The names and values of headers. Secrets are replaced by a hash.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: String,
    /// The size of the whole body, if only its beginning was recorded.
    pub body_bytes: Option<u64>,
    /// The status of the response.
    pub status: u16,
    /// The body of the response.
    pub answer: String,
    /// The source of the response that the sender received.
    pub response: ResponseSource,
    /// The response of the upstream, if it is recorded.
    pub upstream: Option<UpstreamAnswer>,
    /// The fault that was injected.
    pub fault: Option<String>,
    /// The time at which it arrived.
    pub received_at: Millis,
    /// The result of checking the signature of a webhook.
    pub signature: Option<String>,
    /// True if it arrived over TLS.
    pub is_tls: bool,
    /// What the rest of the request decided, if the body is one call of a request, from a call record.
    pub excerpt: Option<CallExcerpt>,
    /// What became of it at the mirror's target, if it is not, or may not be, there.
    pub mirror_failure: Option<MirrorFailure>,
}
