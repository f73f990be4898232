//! The content of the panel that shows the last run.

use crate::call::time::{self, Millis};
use crate::objects_api::{Model, Objects};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The run is still going on.
    Running,
    /// The run is over.
    Ok,
    /// The run is over, and its source reported that it failed.
    Failed,
    /// The run counts as over, because no request came for
    /// [`EXPIRES_AFTER_MS`](crate::objects_api::EXPIRES_AFTER_MS).
    Expired,
}

impl Status {
    /// Returns the status as scripts read it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Ok => "ok",
            Status::Failed => "failed",
            Status::Expired => "expired",
        }
    }
}

/// The run that started last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The status of the run.
    pub status: Status,
    /// The time when it ended; `None` while it runs and after it expired.
    pub last_sync: Option<Millis>,
    /// The number of the request that ended it (see [`Objects::requests`]).
    pub ended_by: Option<u64>,
    /// Its duration; `None` while it runs and after it expired.
    pub duration_ms: Option<Millis>,
    /// Its models in byte order.
    pub models: Vec<ModelRow>,
}

/// The row of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// The model: the collection that its objects were sent to.
    pub model: String,
    /// The number of different objects that were stored.
    pub objects_synced: u64,
    /// True if that number is only a lower bound.
    pub has_uncounted: bool,
    /// The number of errors.
    pub errors: u64,
}

impl Panel {
    /// Returns the number of errors in all models.
    pub fn errors(&self) -> u64 {
        self.models.iter().map(|row| row.errors).sum()
    }
}

impl Objects {
    /// Returns the panel as of `now`; `None` before the first run.
    pub fn panel(&self, now: Millis) -> Option<Panel> {
        let run = self.current.as_ref()?;
        let sync = run.sync.map(|number| self.index(number).and_then(|at| self.syncs.get(at)));
        let status = match sync {
            None => Status::Ok,
            Some(Some(sync)) if sync.finished && run.failed => Status::Failed,
            Some(Some(sync)) if sync.finished => Status::Ok,
            Some(Some(sync)) if !sync.is_expired(now) => Status::Running,
            Some(_) => Status::Expired,
        };
        let ended = matches!(status, Status::Ok | Status::Failed);
        let end = run.end.filter(|_| ended);
        let row = |(name, model): (&String, &Model)| ModelRow {
            model: name.clone(),
            objects_synced: model.objects_synced(),
            has_uncounted: model.has_uncounted(),
            errors: model.errors(),
        };
        Some(Panel {
            status,
            last_sync: end.map(|(at, _)| at),
            ended_by: end.map(|(_, request)| request),
            duration_ms: end.map(|(at, _)| at - run.start),
            models: run.models.iter().map(row).collect(),
        })
    }

    /// Returns a model of the run that the panel shows.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.current.as_ref()?.models.get(name)
    }
}

/// The form that scripts read: `last_sync` is an ISO-8601 text.
impl Serialize for Panel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("status", self.status.name())?;
        map.serialize_entry("last_sync", &self.last_sync.map(time::format))?;
        map.serialize_entry("duration_ms", &self.duration_ms)?;
        map.serialize_entry("models", &self.models)?;
        map.end()
    }
}

impl Serialize for ModelRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3 + usize::from(self.has_uncounted)))?;
        map.serialize_entry("model", &self.model)?;
        map.serialize_entry("objects_synced", &self.objects_synced)?;
        if self.has_uncounted {
            map.serialize_entry("at_least", &true)?;
        }
        map.serialize_entry("errors", &self.errors)?;
        map.end()
    }
}
