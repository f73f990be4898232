//! What the screen shows, as plain data.

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

/// What is said of a row whose part of the recording is deleted.
pub const DELETED_ROW: &str = "the part of the recording that held this request is deleted (`keep`); its counts and findings remain";

/// All about one row.
#[derive(Debug, Clone)]
pub enum Detail {
    /// a call
    Call(Box<CallDetail>),
    /// a request that has a row of its own
    NoCall(Box<NoCallDetail>),
}

/// How true shown requests are to what a vendor gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FidelityView {
    /// In a word, such as `equivalent`.
    pub word: &'static str,
    /// In a sentence.
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
    /// The body's JSON text; none for a carrier, whose body is the call.
    pub body: Option<String>,
    /// Where each value of the body came from, by its JSON pointer into the body.
    pub from: Vec<(String, ValueOrigin)>,
    /// What is doubtful about it, in sentences.
    pub caveats: Vec<String>,
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
    /// What a user should know once.
    pub note: Option<String>,
    /// When it pushes objects to Segment, if it does that.
    pub pushes: Option<String>,
    /// What its document recommends to set and is not in force.
    pub preset: Option<Preset>,
}

/// What came of the objects that vendors push to Segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushesView {
    /// The run that started last; none before any.
    pub run: Option<Panel>,
    /// Of how many companies the ids came.
    pub companies: usize,
    /// The setting that these may fill.
    pub fills: Option<String>,
}

/// Some lines of a model of the run that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelView {
    /// How many lines there are in all.
    pub items: usize,
    /// How many objects were stored; of very many not all are kept.
    pub objects_synced: u64,
    /// How many errors there were; of very many not all are kept.
    pub errors: u64,
    /// How many requests had come.
    pub requests: u64,
    /// The lines that were asked for.
    pub window: Vec<ModelItem>,
}

/// Which vendors count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Their places in [`super::Inspector::vendors`].
    pub vendors: Vec<usize>,
    /// False until the user (or the settings) said so; then all count.
    pub chosen: bool,
}

/// How the settings stand to what is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsView {
    /// Why the settings as they are now cannot be used: the place and what was expected.
    pub refused: Option<String>,
    /// What changed since all calls were judged, by name.
    pub changed: Option<String>,
    /// Some of it holds only when all calls are judged again.
    pub waits: bool,
    /// What changed and holds from the next start on.
    pub later: Option<String>,
    /// The number of the first call that the settings in force judged, where earlier ones judged
    /// calls before it.
    pub stale_before: Option<u64>,
    /// All calls are being judged again.
    pub judging: bool,
    /// What became of them the last time.
    pub judged: Option<Arc<RejudgeResult>>,
}

/// All calls were checked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejudgeResult {
    /// How often that was done.
    pub number: u64,
    /// What changed, or why it could not be done.
    pub changes: Result<RejudgeDiff, String>,
}

impl SettingsView {
    /// Whether there is something to say of the settings.
    pub fn has_line(&self) -> bool {
        self.refused.is_some()
            || self.judging
            || self.waits
            || self.stale_before.is_some()
            || self.later.is_some()
    }
}

/// The call whose output is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallSource {
    /// That of a row.
    Row(u64),
    /// One that is being written.
    Text(String),
}

/// Requests to a vendor that are ready to be sent.
#[derive(Debug, Clone)]
pub struct PreparedRequests {
    /// What [`super::Inspector::deliver`] knows them by.
    pub number: u64,
    /// As they are sent, keys as `***`.
    pub requests: Vec<OutputView>,
    /// The address that the settings put in place of the vendor's own.
    pub stand_in: Option<String>,
    /// How true they are to what the vendor gets.
    pub fidelity: FidelityView,
}

/// What the terminal has to do at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// What it says; without words its bell rings.
    pub words: Option<String>,
}

/// No notification is longer.
const MOST_CHARS: usize = 240;

impl Ring {
    /// What is written to the terminal for it: BEL, or OSC 9 with the words, in which nothing is a
    /// command to the terminal.
    pub fn bytes(&self) -> String {
        match &self.words {
            None => "\u{7}".to_owned(),
            Some(words) => {
                let words: String = visible(words).chars().take(MOST_CHARS).collect();
                // the name keeps the words from being read as one of the numbers that OSC 9 knows
                format!("\u{1b}]9;segscope: {words}\u{7}")
            }
        }
    }
}

/// What came of the alerts that were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertCounts {
    /// Calls that were alerted of.
    pub calls: u64,
    /// Calls of which nobody was told: too many waited, or the command failed.
    pub dropped: u64,
    /// What went wrong last.
    pub failed: Option<String>,
    /// How each watch rule stands.
    pub watched: Arc<[WatchState]>,
}

/// A call that is sent from the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// No answer yet.
    Underway {
        /// Where to.
        to: String,
    },
    /// This is the answer.
    Answered {
        /// Where to.
        to: String,
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
        /// How long it took.
        took_ms: u64,
    },
    /// There is none.
    Failed {
        /// Where to.
        to: String,
        /// Why.
        error: String,
    },
}

impl Sending {
    /// What came of it, in words.
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
