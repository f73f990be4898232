//! What the screen shows, as plain data.

use crate::call::{Seq, time::Millis};
use crate::findings::{Finding, Severity, Verdict};
use std::path::PathBuf;

/// One row of the log: a call, or a refused request.
#[derive(Debug, Clone)]
pub struct RowView {
    /// The row's number.
    pub row: u64,
    /// The call's; none for a refused request.
    pub seq: Option<Seq>,
    /// When its request came.
    pub received_at: Millis,
    /// The call type as it came, or empty.
    pub kind: String,
    /// The event's, page's or group's name.
    pub name: String,
    /// The account column.
    pub account: Cell,
    /// The user column.
    pub user: Cell,
    /// One for each vendor that is built.
    pub marks: Vec<Mark>,
    /// True for a retried call.
    pub repeat: bool,
    /// The worst finding that counts (of vendors in use and of the wire).
    pub worst: Option<Severity>,
    /// Present for a refused request.
    pub refused: Option<RefusedView>,
}

/// An id column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Every vendor in use that looks for the id finds it.
    Found {
        /// the id
        text: String,
        /// used, but a number, `"null"` or the like
        doubtful: bool,
    },
    /// Some find it and some miss it.
    SomeMiss {
        /// the id
        text: String,
        /// used, but a number, `"null"` or the like
        doubtful: bool,
    },
    /// A vendor in use misses it and none finds it.
    Missing {
        /// the name of a value close to where it was expected
        near: Option<String>,
    },
    /// It is absent, and the call still goes through.
    Nobody,
    /// No vendor in use looks for it in this call.
    NotLooked,
}

/// What became of a call at one vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the vendor counts for this call.
    pub in_use: bool,
    /// Whether the vendor misses an id that it needs.
    pub misses: bool,
}

/// Why a request was refused, for its row.
#[derive(Debug, Clone)]
pub struct RefusedView {
    /// The answer's status.
    pub status: u16,
    /// The reason in a few words.
    pub reason: String,
    /// The request's path.
    pub path: String,
}

/// All about one row.
#[derive(Debug, Clone)]
pub enum Detail {
    /// a call
    Call(Box<CallDetail>),
    /// a refused request
    Refused(Box<RefusedDetail>),
}

/// All about one call.
#[derive(Debug, Clone)]
pub struct CallDetail {
    /// The same as in the log.
    pub row: RowView,
    /// The message's own id; it may be absent or repeated.
    pub message_id: Option<String>,
    /// The library's name and version.
    pub library: Option<(String, Option<String>)>,
    /// The write key as it came; the screen masks it.
    pub write_key: Option<String>,
    /// The call exactly as it came.
    pub call_text: String,
    /// A JSON object of what the service adds or merges.
    pub derived_text: String,
    /// What each vendor makes of it.
    pub vendors: Vec<VendorDetail>,
    /// Findings that are no vendor's.
    pub wire_findings: Vec<Finding>,
    /// The request that carried it.
    pub request: RequestDetail,
}

/// What one vendor makes of a call.
#[derive(Debug, Clone)]
pub struct VendorDetail {
    /// The vendor's place in [`super::Feed::vendors`].
    pub vendor: usize,
    /// What becomes of the call.
    pub verdict: Verdict,
    /// Whether the vendor counts for this call.
    pub in_use: bool,
    /// The account id that it finds.
    pub account: Option<String>,
    /// The user id that it finds.
    pub user: Option<String>,
    /// Its findings, the worst first.
    pub findings: Vec<Finding>,
    /// What it would receive, in sending order.
    pub requests: Vec<OutputView>,
    /// The carrier that brings the call to it unchanged.
    pub transport: Option<OutputView>,
    /// Further results by name, each a JSON text.
    pub extras: Vec<(String, String)>,
}

/// One request that a vendor would receive.
#[derive(Debug, Clone)]
pub struct OutputView {
    /// The method.
    pub method: String,
    /// The address, secrets as `***`.
    pub url: String,
    /// The headers, secrets as `***`.
    pub headers: Vec<(String, String)>,
    /// The body's JSON text; none for a carrier, whose body is the call.
    pub body: Option<String>,
}

/// A request as it came and how it was answered.
#[derive(Debug, Clone)]
pub struct RequestDetail {
    /// Its number in the recording.
    pub number: u64,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What stands behind the `?`.
    pub query: String,
    /// The headers, secrets as they are recorded.
    pub headers: Vec<(String, String)>,
    /// The body as it was recorded.
    pub body: String,
    /// How long the whole body was, if only its beginning was kept.
    pub body_bytes: Option<u64>,
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub answer: String,
    /// When it came.
    pub received_at: Millis,
    /// What came of checking a webhook's signature.
    pub signature: Option<String>,
}

/// All about one refused request.
#[derive(Debug, Clone)]
pub struct RefusedDetail {
    /// The request; its body is what was recorded of the bytes.
    pub request: RequestDetail,
    /// Why it was refused.
    pub reason: String,
    /// What to change.
    pub fix: String,
}

/// The counters.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// Calls, repeats included.
    pub calls: u64,
    /// Retried calls.
    pub repeats: u64,
    /// Requests taken.
    pub requests: u64,
    /// Requests refused.
    pub refused: u64,
    /// Calls that lack an id at a vendor in use.
    pub missing: u64,
    /// Requests that were answered 503 because they could not be recorded.
    pub unrecorded: u64,
    /// Requests that were answered 429 because too much came at once.
    pub too_much: u64,
    /// How much is recorded.
    pub recorded_bytes: u64,
    /// Where it is recorded; none where no file keeps it.
    pub recording: Option<PathBuf>,
    /// What went wrong and still is, in a sentence: shown as a banner.
    pub problem: Option<String>,
}

/// A vendor, as the screen names it.
#[derive(Debug, Clone)]
pub struct VendorView {
    /// The name that findings and settings use.
    pub name: String,
    /// The name that people use.
    pub title: String,
    /// Two or three letters for the column's head.
    pub short: String,
    /// Who feeds it, such as `Segment`.
    pub fed_by: String,
    /// The document that its table was read from.
    pub document: String,
    /// The fidelity of its output in a word, such as `equivalent`.
    pub fidelity: String,
    /// What that word means, in a sentence.
    pub fidelity_means: String,
}

/// Which vendors count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Their places in [`super::Feed::vendors`].
    pub vendors: Vec<usize>,
    /// False until the user (or the settings) said so; then all count.
    pub chosen: bool,
}
