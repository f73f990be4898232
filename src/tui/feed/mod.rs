//! Where the screen's data comes from: windows into the store, read once a frame.
//!
//! The screen is never sent a message for a call; it asks for what it draws. So a slow terminal
//! costs the listener nothing, and a million calls cost what forty rows cost.

mod person;
mod views;

pub use crate::config::{ColumnChoice, HistoryEntries, Memo};
pub use person::PersonFeed;
pub use views::{
    Alerts, CallDetail, Chosen, ComposedCall, ComposedView, Counted, Coverage, Detail,
    ExpectationStatus, Expectations, Expected, FidelityView, FoundIn, GroupBy, GroupedRows,
    HabitView, IdCell, IdShare, InUse, Judged, Looks, Mark, MissedId, ModelItem, ModelView,
    NextRow, NoCall, NoCallDetail, NoCallView, OrderFinding, OutputView, Panel, Person, Prepared,
    Preset, PushesView, RelatedId, RequestDetail, Ring, RowView, SearchProgress, Sending,
    SessionIds, SettingsView, Span, Stats, Status, Timeline, ValueOrigin, VendorDetail, VendorView,
    What, Who,
};

use crate::call::Seq;
use crate::findings::Finding;
use crate::fql::{Filter, NameSource};
use crate::report::ExportFormat;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// The calls and refused requests, in order of arrival, as the screen reads them. Every method is
/// quick (it copies what one screen shows) and may be called on each frame.
pub trait Feed: PersonFeed + Send + Sync {
    /// A number that grows with every change of what the other methods say. Read 60 times a
    /// second, so it takes no lock.
    fn version(&self) -> u64;
    /// The counters.
    fn stats(&self) -> Stats;
    /// What all calls of a library have in common, the worst first.
    fn common(&self) -> Vec<HabitView>;
    /// How many rows there are; rows are numbered from 0.
    fn rows(&self) -> u64;
    /// Copies of these rows; fewer when the range runs over the end.
    fn window(&self, range: Range<u64>) -> Vec<RowView>;
    /// Copies of rows that need not stand together.
    fn window_of(&self, rows: &[u64]) -> Vec<RowView>;
    /// Puts a filter in force; none: all rows are shown. It returns at once, the looking is done
    /// behind it.
    fn filter(&self, filter: Option<Arc<Filter>>);
    /// How far looking has come. It is complete when `looked_at` is `of`; without a filter all rows
    /// are shown.
    fn shown(&self) -> SearchProgress;
    /// The numbers of the rows at these places among those that are shown, in order. Looking goes
    /// on around the last of them.
    fn shown_rows(&self, places: Range<u64>) -> Vec<u64>;
    /// How many rows that are shown stand before a row, so that a cursor stays on its row while
    /// earlier ones are still being found.
    fn place_of(&self, row: u64) -> u64;
    /// All about one row.
    fn detail(&self, row: u64) -> Option<Detail>;
    /// The nearest such row strictly after (or before) `from` among those that are shown. After
    /// about 10 ms it says from where to go on, to be asked again with the next tick.
    fn find(&self, from: u64, forward: bool, what: &What) -> NextRow;
    /// What this recording really has, for completing a filter. Reads some requests: for when a
    /// filter begins to be edited, not for each key.
    fn names(&self) -> Box<dyn NameSource>;
    /// Findings of the vendors in use (or of all) and of Segment itself, event by event: the worst
    /// first, those of vendors not in use last.
    /// Like the three below it copies what was counted as calls came, at most 2,000 rows; a view
    /// asks again when the version has grown, not for each frame.
    fn findings(&self, at_all: bool) -> GroupedRows<FoundIn>;
    /// Calls event by event, and within each by library, version or write key; the most frequent
    /// first.
    fn coverage(&self, by: GroupBy) -> GroupedRows<Coverage>;
    /// What is expected and how it stands, in the order of the plan; none where nothing is.
    fn expectations(&self) -> Option<Expectations>;
    /// A part of the accounts or users, those with most calls first.
    fn people(&self, who: Who, part: Range<u64>) -> GroupedRows<Person>;
    /// The users of an account, or the accounts of a user, in the order in which they came.
    fn members(&self, who: Who, id: &str) -> GroupedRows<RelatedId>;
    /// What calls show about the id of an account or a user beside other ids.
    fn id_remarks_about(&self, who: Who, id: &str) -> Vec<Finding>;
    /// The vendors that are built, in the order of [`RowView::marks`].
    fn vendors(&self) -> Vec<VendorView>;
    /// Which vendors the user feeds.
    fn in_use(&self) -> InUse;
    /// Chooses the vendors in use and saves the choice. The error is shown to the user.
    fn set_in_use(&self, vendors: &[usize]) -> Result<(), String>;
    /// Marks a call, or takes the mark away.
    fn mark(&self, seq: Seq, marked: bool) -> Result<(), String>;
    /// Puts a note to a call; an empty one takes it away.
    fn note(&self, seq: Seq, text: &str) -> Result<(), String>;
    /// Clears all that came so far away; the recording keeps it.
    fn clear(&self) -> Result<(), String>;
    /// Brings back what was cleared away last.
    fn undo_clear(&self) -> Result<(), String>;
    /// Begins to write the calls that pass a filter to a new file, without secrets. What came of it
    /// is [told](Feed::told).
    fn export(
        &self,
        file: &str,
        format: ExportFormat,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String>;
    /// How many rows were looked at, of how many, while an export is being written.
    fn exporting(&self) -> Option<(u64, u64)>;
    /// What something that went on behind the screen has to say, once. Asked with each tick.
    fn told(&self) -> Option<Result<String, String>>;
    /// What was typed before and is kept from run to run.
    fn kept(&self) -> HistoryEntries;
    /// Keeps something more. The error is shown to the user.
    fn keep(&self, memo: &Memo) -> Result<(), String>;
    /// What vendors push to Segment: the run that started last.
    fn pushes(&self) -> PushesView;
    /// These lines of a model of that run: its errors, then its objects.
    fn pushed(&self, model: &str, items: Range<usize>) -> Option<ModelView>;
    /// The properties of the object in such a line, each with its JSON text.
    fn pushed_properties(&self, model: &str, item: usize) -> Option<Vec<(String, String)>>;
    /// The lines of a settings file that hold the ids of the companies that came.
    fn pushed_companies(&self) -> Option<String>;
    /// What a text would give if it came now. Quick, for each key that is typed.
    fn compose(&self, text: &str) -> ComposedView;
    /// Begins to send a text to a base address, or to the first of [`Feed::addresses`], with a write
    /// key or one of ours; what comes of it is in [`Feed::sending`]. The error says why it does not
    /// begin.
    fn send(&self, to: Option<&str>, text: &str, write_key: Option<&str>) -> Result<(), String>;
    /// What would be sent to a vendor itself of a call, with the user's own keys; or why nothing can
    /// be. What is shown is kept to be sent as it is.
    fn prepare(&self, chosen: &Chosen, vendor: usize) -> Result<Prepared, String>;
    /// Begins to send what was prepared under this number, once; what comes of it is in
    /// [`Feed::sending`].
    fn deliver(&self, number: u64) -> Result<(), String>;
    /// What was sent last, and what came of it.
    fn sending(&self) -> Option<Sending>;
    /// How the settings stand to what is shown.
    fn settings(&self) -> SettingsView;
    /// How the screen looks and what its keys do, where that was read since it began.
    fn looks(&self) -> Option<Arc<Looks>>;
    /// Reads the settings and judges all calls again, behind the screen; what changed is in
    /// [`SettingsView::judged`] when it is done. Says what it begins with, or why it does not.
    fn judge_again(&self) -> Result<String, String>;
    /// The finding codes that are set aside: quiet in the log, and counted all the same.
    fn aside(&self) -> Vec<String>;
    /// Sets these codes aside and no others, and keeps that. The error is shown to the user.
    fn set_aside(&self, codes: &[String]) -> Result<(), String>;
    /// How the page of the log is arranged.
    fn arranged(&self) -> ColumnChoice;
    /// Arranges it so, and keeps that. The error is shown to the user.
    fn arrange(&self, arranged: ColumnChoice) -> Result<(), String>;
    /// How many calls have each of these codes.
    fn calls_with(&self, codes: &[String]) -> Vec<u64>;
    /// The base addresses to send to, such as `http://127.0.0.1:7357`, the one to show first
    /// first; empty where nothing listens (a file is open).
    fn addresses(&self) -> Vec<String>;
    /// The real tracking API, if the user named one.
    fn upstream(&self) -> Option<String>;
    /// What an alert asks the terminal for, once.
    fn ring(&self) -> Option<Ring>;
    /// What came of alerts.
    fn alerts(&self) -> Alerts;
    /// A frame begins: what it reads had better stay as it is until it is drawn.
    fn draws(&self);
    /// A frame was drawn, and took so long with all that was read for it.
    fn drew(&self, took: Duration);
}
