//! Segment's Objects API and Objects Bulk API, as used by a source that pushes its objects to
//! Segment (`docs/specs/vendors.md` F): the responses, and the panel of the last run.
//!
//! This module uses no clock and no network; the caller passes the times with the requests. It
//! keeps the objects of only the run that started last, since no other run is shown again.

mod last_run;
mod model_item;
mod route;
mod run;
mod validate;

pub use crate::objects_api::last_run::{ModelRow, Panel, Status};
pub use crate::objects_api::model_item::ModelItem;
pub use crate::objects_api::route::ObjectsRoute;
pub use run::{Model, ObjectProblem};

use crate::call::time::Millis;
use crate::call::{Doc, Spare};
use crate::objects_api::validate::ItemError;
use crate::wire::{Reply, reply::SUCCESS};
use run::{Companies, Run};
use serde_json::json;
use std::collections::VecDeque;

/// The time after which a bulk sync without requests counts as over, in milliseconds.
pub const EXPIRES_AFTER_MS: Millis = 10 * 60 * 1000;

/// The maximum number of bytes in the body of a push, before and after decompression. Segment
/// documents no limit in bytes for an upload; this limit is segscope's own.
pub const BODY_LIMIT: usize = 32 << 20;

/// The maximum number of bulk syncs that are remembered by their id; older ids are unknown again.
const MAX_SYNCS: usize = 10_000;

/// The objects received from a source, and its bulk syncs.
#[derive(Debug)]
pub struct Objects {
    /// The pause between two single requests that ends their run, in milliseconds.
    gap_ms: Millis,
    /// The run that started last.
    current: Option<Run>,
    /// The number of the latest run.
    runs: u64,
    /// The number of the run of single requests, and the time of its latest request.
    singles: Option<(u64, Millis)>,
    /// The bulk syncs, oldest first; the last one has the number `started`.
    syncs: VecDeque<Sync>,
    started: u64,
    parts: u64,
    /// The number of requests received so far.
    requests: u64,
    companies: Companies,
    spare: Spare,
}

/// One bulk sync.
#[derive(Debug, Clone, Copy)]
struct Sync {
    run: u64,
    /// The time of the latest of start, uploads and keep-alives.
    last_active: Millis,
    finished: bool,
}

impl Sync {
    fn is_expired(&self, at: Millis) -> bool {
        !self.finished && at - self.last_active >= EXPIRES_AFTER_MS
    }
}

impl Objects {
    /// Creates a state without any request. Single requests with less than `gap_ms` between them
    /// are one run.
    pub fn new(gap_ms: Millis) -> Objects {
        Objects {
            gap_ms,
            current: None,
            runs: 0,
            singles: None,
            syncs: VecDeque::new(),
            started: 0,
            parts: 0,
            requests: 0,
            companies: Companies::default(),
            spare: Spare::default(),
        }
    }

    /// Changes the pause that ends a run of single requests, from now on.
    pub fn set_gap(&mut self, gap_ms: Millis) {
        self.gap_ms = gap_ms;
    }

    /// Processes one request and returns its response. The body is decompressed, or `None` if it
    /// cannot be read.
    pub fn take(&mut self, at: Millis, step: ObjectsRoute<'_>, body: Option<&str>) -> Reply {
        self.requests += 1;
        match step {
            ObjectsRoute::Set => self.set(at, body),
            ObjectsRoute::Start => self.start(at),
            ObjectsRoute::Upload(id) => self.upload(at, id, body),
            ObjectsRoute::KeepAlive(id) => self.keep_alive(at, id),
            ObjectsRoute::Finish(id) => self.finish(at, id, body),
        }
    }

    /// Returns the status that [`Objects::take`] will answer with, so that the caller can record it
    /// before.
    pub fn status(&self, at: Millis, step: ObjectsRoute<'_>, body: Option<&str>) -> u16 {
        let sync = |id| {
            let index = self.index(crate::objects_api::route::sync_number(id)?)?;
            self.syncs.get(index).filter(|sync| !sync.is_expired(at))
        };
        match step {
            ObjectsRoute::Set => {
                let doc = body.and_then(|text| Doc::parse(text).ok());
                let good =
                    doc.is_some_and(|doc| crate::objects_api::validate::set(doc.root()).is_ok());
                if good { 200 } else { 400 }
            }
            ObjectsRoute::Start => 201,
            ObjectsRoute::Upload(id) => match sync(id) {
                Some(sync) if !sync.finished && body.is_some() => 201,
                _ => 400,
            },
            ObjectsRoute::KeepAlive(id) => sync(id).map_or(400, |_| 200),
            ObjectsRoute::Finish(id) => sync(id).map_or(400, |_| 202),
        }
    }

    /// Returns true if the status of the shown run differs between two times because the run
    /// expired, so that the panel must be drawn again although no request came.
    pub fn expires(&self, before: Millis, now: Millis) -> bool {
        let status = |at| self.panel(at).map(|panel| panel.status);
        status(before) != status(now)
    }

    /// Returns the number of requests processed so far, which is the number of the latest one.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Returns the externalIds of the companies received, in byte order; the screen offers them for
    /// a vendor's settings.
    pub fn companies(&self) -> impl ExactSizeIterator<Item = &str> {
        self.companies.ids()
    }

    fn set(&mut self, at: Millis, body: Option<&str>) -> Reply {
        let run = match self.singles {
            Some((run, last)) if at - last < self.gap_ms => run,
            _ => self.open(at, None),
        };
        self.singles = Some((run, at));
        let request = self.requests;
        let mut bounded_run = self.bounded_run(run);
        bounded_run.end(at, request);
        let mut spare = std::mem::take(&mut self.spare);
        let answer = match body.and_then(|text| Doc::parse_with(text, &mut spare).ok()) {
            None => Err(ItemError::unknown("the body is not JSON")),
            Some(doc) => {
                let answer =
                    crate::objects_api::validate::set(doc.root()).map(|(model, objects)| {
                        for object in objects {
                            self.bounded_run(run).object(
                                at,
                                &model,
                                crate::objects_api::validate::object(object),
                            );
                        }
                    });
                doc.recycle(&mut spare);
                answer
            }
        };
        self.spare = spare;
        match answer {
            Ok(()) => Reply::json(200, SUCCESS),
            Err(error) => {
                let reply = refused(&error.reason);
                self.bounded_run(run).add_error(at, error);
                reply
            }
        }
    }

    fn start(&mut self, at: Millis) -> Reply {
        self.started += 1;
        let run = self.open(at, Some(self.started));
        if self.syncs.len() == MAX_SYNCS {
            self.syncs.pop_front();
        }
        self.syncs.push_back(Sync { run, last_active: at, finished: false });
        Reply::json(
            201,
            json!({ "sync_id": crate::objects_api::route::sync_id(self.started) }).to_string(),
        )
    }

    fn upload(&mut self, at: Millis, id: &str, body: Option<&str>) -> Reply {
        let open = self.sync(id).filter(|sync| !sync.finished && !sync.is_expired(at));
        let Some(sync) = open else {
            return refused("no sync with this id is open");
        };
        let run = sync.run;
        let Some(text) = body else {
            let error = ItemError::unknown("the body of an upload cannot be read");
            let reply = refused(&error.reason);
            self.bounded_run(run).add_error(at, error);
            return reply;
        };
        sync.last_active = at;
        self.parts += 1;
        let mut spare = std::mem::take(&mut self.spare);
        for line in text.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
            match Doc::parse_with(line, &mut spare) {
                Err(_) => {
                    self.bounded_run(run).add_error(at, ItemError::unknown("the line is not JSON"))
                }
                Ok(doc) => {
                    match crate::objects_api::validate::line(doc.root()) {
                        Ok(model) => {
                            self.bounded_run(run).object(
                                at,
                                &model,
                                crate::objects_api::validate::object(doc.root()),
                            );
                        }
                        Err(error) => self.bounded_run(run).add_error(at, error),
                    }
                    doc.recycle(&mut spare);
                }
            }
        }
        self.spare = spare;
        Reply::json(201, json!({ "part_id": format!("part-{}", self.parts) }).to_string())
    }

    fn keep_alive(&mut self, at: Millis, id: &str) -> Reply {
        match self.sync(id).filter(|sync| !sync.is_expired(at)) {
            None => refused("no sync with this id is open"),
            Some(sync) => {
                if !sync.finished {
                    sync.last_active = at;
                }
                Reply::json(200, SUCCESS)
            }
        }
    }

    fn finish(&mut self, at: Millis, id: &str, body: Option<&str>) -> Reply {
        let Some(sync) = self.sync(id).filter(|sync| !sync.is_expired(at)) else {
            return refused("no sync with this id is open");
        };
        if !std::mem::replace(&mut sync.finished, true) {
            let (run, request) = (sync.run, self.requests);
            let mut bounded_run = self.bounded_run(run);
            bounded_run.end(at, request);
            bounded_run.failed(body.is_some_and(crate::objects_api::validate::says_error));
        }
        Reply::json(202, SUCCESS)
    }

    /// Starts a run and returns its number.
    fn open(&mut self, at: Millis, sync: Option<u64>) -> u64 {
        self.runs += 1;
        if self.current.as_ref().is_none_or(|current| current.start <= at) {
            self.current = Some(Run::new(self.runs, at, sync));
        }
        self.runs
    }

    fn bounded_run(&mut self, run: u64) -> run::BoundedRun<'_> {
        let current = self.current.as_mut().filter(|current| current.number == run);
        run::BoundedRun { run: current, companies: &mut self.companies }
    }

    fn sync(&mut self, id: &str) -> Option<&mut Sync> {
        let index = self.index(crate::objects_api::route::sync_number(id)?)?;
        self.syncs.get_mut(index)
    }

    /// Returns the index of the sync with that number in `syncs`, if it is still remembered.
    fn index(&self, number: u64) -> Option<usize> {
        let forgotten = self.started - self.syncs.len() as u64;
        usize::try_from(number.checked_sub(forgotten + 1)?).ok()
    }
}

fn refused(reason: &str) -> Reply {
    Reply::failure(400, "bad_request", reason)
}

#[cfg(test)]
mod tests;
