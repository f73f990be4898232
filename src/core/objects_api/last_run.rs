//! What the panel of the last run shows.

use crate::call::time::{self, Millis};
use crate::objects_api::{Model, Objects};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It goes on.
    Running,
    /// It is over.
    Ok,
    /// It is over, and its source says that it failed.
    Failed,
    /// Nothing came for so long that it counts as over.
    Expired,
}

impl Status {
    /// The word for it.
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
    /// How it stands.
    pub status: Status,
    /// When it ended; none while it runs and when it expired.
    pub last_sync: Option<Millis>,
    /// The number of the request that ended it (see [`Objects::requests`]).
    pub ended_by: Option<u64>,
    /// How long it took; none while it runs and when it expired.
    pub duration_ms: Option<Millis>,
    /// Its models in byte order.
    pub models: Vec<ModelRow>,
}

/// A model's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// The model: the collection that its objects were sent to.
    pub model: String,
    /// How many different objects were stored.
    pub objects_synced: u64,
    /// How many errors there were.
    pub errors: u64,
}

impl Panel {
    /// How many errors there were in all models.
    pub fn errors(&self) -> u64 {
        self.models.iter().map(|row| row.errors).sum()
    }
}

impl Objects {
    /// The panel at a moment; none before any run.
    pub fn panel(&self, now: Millis) -> Option<Panel> {
        let run = self.current.as_ref()?;
        let sync = run.sync.map(|number| self.index(number).and_then(|at| self.syncs.get(at)));
        let status = match sync {
            None => Status::Ok,
            Some(Some(sync)) if sync.finished && run.failed => Status::Failed,
            Some(Some(sync)) if sync.finished => Status::Ok,
            Some(Some(sync)) if !sync.expired(now) => Status::Running,
            Some(_) => Status::Expired,
        };
        let ended = matches!(status, Status::Ok | Status::Failed);
        let end = run.end.filter(|_| ended);
        let row = |(name, model): (&String, &Model)| ModelRow {
            model: name.clone(),
            objects_synced: model.objects_synced(),
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

    /// What came of a model in the run that the panel shows.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.current.as_ref()?.models.get(name)
    }
}

/// As scripts read it: `last_sync` is an ISO-8601 text.
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
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("model", &self.model)?;
        map.serialize_entry("objects_synced", &self.objects_synced)?;
        map.serialize_entry("errors", &self.errors)?;
        map.end()
    }
}
