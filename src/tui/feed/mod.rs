//! Where the screen's data comes from: windows into the store, read once a frame.
//!
//! The screen is never sent a message for a call; it asks for what it draws. So a slow terminal
//! costs the listener nothing, and a million calls cost what forty rows cost.

mod views;

pub use views::{
    CallDetail, Cell, CommonView, Detail, InUse, Mark, Origin, OutputView, RefusedDetail,
    RefusedView, RequestDetail, RowView, Stats, VendorDetail, VendorView, What,
};

use std::ops::Range;
use std::time::Duration;

/// The calls and refused requests, in order of arrival, as the screen reads them. Every method is
/// quick (it copies what one screen shows) and may be called on each frame.
pub trait Feed: Send + Sync {
    /// A number that grows with every change of what the other methods say. Read 60 times a
    /// second, so it takes no lock.
    fn version(&self) -> u64;
    /// The counters.
    fn stats(&self) -> Stats;
    /// What all calls of a library have in common, the worst first.
    fn common(&self) -> Vec<CommonView>;
    /// How many rows there are; rows are numbered from 0.
    fn rows(&self) -> u64;
    /// Copies of these rows; fewer when the range runs over the end.
    fn window(&self, range: Range<u64>) -> Vec<RowView>;
    /// All about one row.
    fn detail(&self, row: u64) -> Option<Detail>;
    /// The nearest such row strictly after (or before) `from`.
    fn find(&self, from: u64, forward: bool, what: What) -> Option<u64>;
    /// The vendors that are built, in the order of [`RowView::marks`].
    fn vendors(&self) -> Vec<VendorView>;
    /// Which vendors the user feeds.
    fn in_use(&self) -> InUse;
    /// Chooses the vendors in use and saves the choice. The error is shown to the user.
    fn set_in_use(&self, vendors: &[usize]) -> Result<(), String>;
    /// The base addresses to send to, such as `http://127.0.0.1:7357`, the one to show first
    /// first; empty where nothing listens (a file is open).
    fn addresses(&self) -> Vec<String>;
    /// A frame was drawn, and took so long with all that was read for it.
    fn drew(&self, took: Duration);
}
