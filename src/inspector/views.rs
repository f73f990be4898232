//! The data that the screen shows, as plain types.

pub use super::call_detail::{CallDetail, ComposedCall, VendorDetail};
use crate::call::text::visible;
pub use crate::engine::{
    CountProgress, CountedCalls, Coverage, DraftError, ExpectationResult, ExpectationStatus,
    Expectations, ForwardCounts, FoundIn, GroupBy, GroupedRows, HabitView, IdCell, IdShare, Mark,
    MirrorCounts, MissedId, NextRow, NoCall, NoCallDetail, NoCallView, OrderFinding, Person,
    RejudgeDiff, RelatedId, RequestDetail, RowView, SearchProgress, SessionIds, Stats, TimeColumns,
    TimeCount, Timeline, WatchState, What, Who,
};
pub use crate::objects_api::{ModelItem, ModelRow, Panel, Status};
pub use crate::vendors::{Preset, Span, ValueOrigin};
use std::sync::Arc;

/// The message for a row whose part of the recording is deleted.
pub const DELETED_ROW: &str = "the part of the recording that held this request is deleted (`keep`); its counts and findings remain";

/// The details of one row.
#[derive(Debug, Clone)]
pub enum Detail {
    /// a call
    Call(Box<CallDetail>),
    /// a request that has a row of its own
    NoCall(Box<NoCallDetail>),
}

/// The fidelity of a shown request to what the vendor receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FidelityView {
    /// One word, such as `equivalent`.
    pub word: &'static str,
    /// One sentence.
    pub means: &'static str,
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
    /// The body's JSON text; none for an output whose body is the call itself.
    pub body: Option<String>,
    /// The origin of each value of the body, by its JSON pointer into the body.
    pub from: Vec<(String, ValueOrigin)>,
    /// The caveats, in sentences.
    pub caveats: Vec<String>,
}

/// A vendor with the names that the screen shows.
#[derive(Debug, Clone)]
pub struct VendorView {
    /// The name that findings and settings use.
    pub name: String,
    /// The name that people use.
    pub title: String,
    /// Two or three letters for the head of its column.
    pub short: String,
    /// The service that feeds it, such as `Segment`.
    pub fed_by: String,
    /// The document from which its table was made.
    pub document: String,
    /// A note that the user should read once.
    pub note: Option<String>,
    /// The time at which the vendor pushes objects to Segment, if it does so.
    pub pushes: Option<String>,
    /// The settings that its document recommends and that are not in force.
    pub preset: Option<Preset>,
}

/// The objects that vendors push to Segment, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushesView {
    /// The run that started last; none before the first.
    pub run: Option<Panel>,
    /// The number of companies whose ids were pushed.
    pub companies: usize,
    /// The setting that these ids can fill.
    pub fills: Option<String>,
}

/// A part of the lines of a model of the run that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelView {
    /// The number of all lines.
    pub items: usize,
    /// The number of objects stored; if there are very many, not all are kept.
    pub objects_synced: u64,
    /// True if that number is only a lower bound.
    pub has_uncounted: bool,
    /// The number of errors; if there are very many, not all are kept.
    pub errors: u64,
    /// The number of requests received so far.
    pub requests: u64,
    /// The requested lines.
    pub window: Vec<ModelItem>,
}

/// The vendors in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Their places in [`super::Inspector::vendors`].
    pub vendors: Vec<usize>,
    /// False until the user or the settings choose vendors; until then, all are in use.
    pub chosen: bool,
}

/// The state of the settings compared with what is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsView {
    /// The reason why the current settings files cannot be used: the place and what was expected.
    pub refused: Option<String>,
    /// The names of the settings that changed since all calls were judged.
    pub changed: Option<String>,
    /// True if some changes take effect only when all calls are judged again.
    pub waits: bool,
    /// The names of the settings that changed and take effect at the next start.
    pub later: Option<String>,
    /// The number of the first call judged with the settings in force, if earlier settings judged the
    /// calls before it.
    pub stale_before: Option<u64>,
    /// True while all calls are being judged again.
    pub judging: bool,
    /// The result of judging all calls again the last time.
    pub judged: Option<Arc<RejudgeResult>>,
}

/// The result of judging all calls again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejudgeResult {
    /// The number of times that all calls were judged again.
    pub number: u64,
    /// The changes, or the reason why it could not be done.
    pub changes: Result<RejudgeDiff, String>,
}

impl SettingsView {
    /// Returns true if the screen has to show a line about the settings.
    pub fn has_line(&self) -> bool {
        self.refused.is_some()
            || self.judging
            || self.waits
            || self.stale_before.is_some()
            || self.later.is_some()
    }
}

/// The source of the call whose output is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallSource {
    /// The call of a row.
    Row(u64),
    /// The text of a call that is being composed.
    Text(String),
}

/// Requests to a vendor, ready to be sent.
#[derive(Debug, Clone)]
pub struct PreparedRequests {
    /// The number by which [`super::Inspector::deliver`] finds them.
    pub number: u64,
    /// The requests as they are sent, keys as `***`.
    pub requests: Vec<OutputView>,
    /// The address that the settings use instead of the vendor's own.
    pub stand_in: Option<String>,
    /// Their fidelity to what the vendor receives.
    pub fidelity: FidelityView,
}

/// A signal of an alert to the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// The text of the notification; none rings the bell.
    pub words: Option<String>,
}

/// The maximum length of a notification.
const MAX_NOTIFICATION_CHARS: usize = 240;

impl Ring {
    /// Returns what is written to the terminal: BEL, or OSC 9 with the text, in which all control
    /// characters are replaced.
    pub fn bytes(&self) -> String {
        match &self.words {
            None => "\u{7}".to_owned(),
            Some(words) => {
                let words: String = visible(words).chars().take(MAX_NOTIFICATION_CHARS).collect();
                // the name keeps the terminal from reading the text as one of the numbers that OSC 9 knows
                format!("\u{1b}]9;segscope: {words}\u{7}")
            }
        }
    }
}

/// The results of the alerts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertCounts {
    /// The number of calls that alerted.
    pub calls: u64,
    /// The number of calls without an alert because too many waited or the command failed.
    pub dropped: u64,
    /// The last error.
    pub failed: Option<String>,
    /// The state of each watch rule.
    pub watched: Arc<[WatchState]>,
}

/// The state of what is sent from the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// There is no response yet.
    Underway {
        /// The target.
        to: String,
    },
    /// There is a response.
    Answered {
        /// The target.
        to: String,
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
        /// The time that it took, in milliseconds.
        took_ms: u64,
    },
    /// Sending failed.
    Failed {
        /// The target.
        to: String,
        /// The reason.
        error: String,
    },
}

impl Sending {
    /// Describes the state in one line.
    pub fn words(&self) -> String {
        match self {
            Sending::Underway { to } => format!("sending to {to}"),
            Sending::Answered { to, status, body, took_ms } => {
                format!("{to} answered {status} in {took_ms} ms: {}", body.trim())
            }
            Sending::Failed { error, .. } => error.clone(),
        }
    }
}
