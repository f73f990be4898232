//! The profiles of a recording's calls by app version or library version, kept up to date while
//! calls arrive.

use crate::engine::Engine;
use crate::engine::compare::profiles::TrafficProfile;
use crate::engine::counts::{GroupBy, Value, ValueText, value};
use crate::engine::index::IndexRow;
use crate::engine::judging::vendors_in_use::InUse;

/// The maximum number of rows that are read at a time, so that the caller can stop in between.
const MAX_ROWS_PER_STEP: u64 = 8_192;
/// The maximum number of values whose calls are compared.
pub const MAX_VALUES: usize = 64;

/// The calls of one value: an app version, or a library with its version.
#[derive(Debug)]
pub struct ValueProfile {
    id: Value,
    /// The value.
    pub value: ValueText,
    /// The profile of its calls.
    pub profile: TrafficProfile,
}

/// The profiles of a recording's calls, by value.
#[derive(Debug)]
pub struct ValueProfiles {
    by: GroupBy,
    /// The settings on which the profiles depend. After a change, the calls are read again.
    settings: Option<(u64, InUse)>,
    next_row: u64,
    /// The values in the order of their first calls.
    values: Vec<ValueProfile>,
    /// True if there are calls of further values.
    has_more: bool,
}

impl ValueProfiles {
    /// Creates the profiles of no calls.
    pub fn new(by: GroupBy) -> ValueProfiles {
        ValueProfiles { by, settings: None, next_row: 0, values: Vec::new(), has_more: false }
    }

    /// Returns the property by which the calls are grouped.
    pub fn by(&self) -> GroupBy {
        self.by
    }

    /// Reads the next calls, but only a bounded number of rows. Returns the number of rows read so
    /// far, which does not change if no more calls have arrived.
    ///
    /// # Errors
    /// Fails if a call cannot be read from the recording.
    pub fn read_more(&mut self, engine: &Engine) -> Result<u64, String> {
        let in_use = engine.in_use();
        let mut rows_of: Vec<Vec<u64>> = self.values.iter().map(|_| Vec::new()).collect();
        let to = {
            let state = engine.lock();
            let store = &state.index.store;
            let now = (state.index.epoch, in_use);
            if self.settings.as_ref() != Some(&now) {
                (self.next_row, self.values, rows_of) = (0, Vec::new(), Vec::new());
                self.has_more = false;
                self.settings = Some(now);
            }
            let to = store.rows().min(self.next_row + MAX_ROWS_PER_STEP);
            for row in self.next_row..to {
                let Some(IndexRow::Call(at)) = store.row(row) else { continue };
                let Some(call) = store.calls.get(at) else { continue };
                let id = value(self.by, store.shapes.get(call.shape));
                let known = self.values.iter().position(|known| known.id == id);
                let place = match known {
                    Some(place) => place,
                    None if self.values.len() == MAX_VALUES => {
                        self.has_more = true;
                        continue;
                    }
                    None => {
                        let (value, profile) =
                            (ValueText::new(store, id), TrafficProfile::default());
                        self.values.push(ValueProfile { id, value, profile });
                        rows_of.push(Vec::new());
                        self.values.len() - 1
                    }
                };
                rows_of[place].push(row);
            }
            to
        };
        // all rows are read before any profile is merged, because after an error they are read
        // again
        let read: Result<Vec<TrafficProfile>, String> =
            rows_of.iter().map(|rows| engine.profile(rows)).collect();
        self.values.iter_mut().zip(read?).for_each(|(value, read)| value.profile.merge(read));
        self.next_row = to;
        Ok(to)
    }

    /// Returns the settings with which the profiles were read. They change when all calls are
    /// checked again.
    pub fn settings(&self) -> Option<&(u64, InUse)> {
        self.settings.as_ref()
    }

    /// Returns true if there are calls of more than [`MAX_VALUES`] values.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// Returns the values in the order of their first calls.
    pub fn values(&self) -> &[ValueProfile] {
        &self.values
    }

    /// Returns the previous version: the value whose calls began last before those of the value at
    /// `place`. For library versions, only versions of the same library count.
    pub fn previous_version(&self, place: usize) -> Option<&ValueProfile> {
        let value = &self.values.get(place)?.value;
        let is_version_of_same = |other: &&ValueProfile| match self.by {
            GroupBy::AppVersion => value.text.is_some() && other.value.text.is_some(),
            GroupBy::Library => value.version.is_some() && other.value.name() == value.name(),
            GroupBy::Event | GroupBy::WriteKey => false,
        };
        self.values[..place].iter().rev().find(is_version_of_same)
    }
}
