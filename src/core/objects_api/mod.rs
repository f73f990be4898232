//! Segment's Objects API and Objects Bulk API, as a source that pushes its objects to Segment
//! speaks them (`docs/specs/vendors.md` F): what is answered, and what a panel of the last run shows.
//!
//! Nothing here looks at a clock or a network; times come in with the requests. Only the run that
//! started last is kept with its objects, since no other is ever shown again.

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
use crate::objects_api::validate::Fault;
use crate::wire::{Reply, reply::SUCCESS};
use run::{Companies, Run};
use serde_json::json;
use std::collections::VecDeque;

/// A bulk sync that hears nothing for so long is over.
pub const EXPIRES_AFTER_MS: Millis = 10 * 60 * 1000;

/// The most that the body of a push may hold, before and after unpacking. Segment names no limit in
/// bytes for an upload; this one is ours.
pub const BODY_LIMIT: usize = 32 << 20;

/// How many bulk syncs are remembered by their id; older ones are unknown again.
const MAX_SYNCS: usize = 10_000;

/// What was received of a source's objects, and the syncs that are open.
#[derive(Debug)]
pub struct Objects {
    /// So long a pause between two single requests ends their run.
    gap_ms: Millis,
    /// The run that started last.
    current: Option<Run>,
    /// The number of the latest run.
    runs: u64,
    /// The run of single requests, and its latest request.
    singles: Option<(u64, Millis)>,
    /// Bulk syncs, the oldest first; the last has the number `started`.
    syncs: VecDeque<Sync>,
    started: u64,
    parts: u64,
    /// Requests that came so far.
    requests: u64,
    companies: Companies,
    spare: Spare,
}

/// One bulk sync.
#[derive(Debug, Clone, Copy)]
struct Sync {
    run: u64,
    /// The latest of start, uploads and keep-alives.
    heard: Millis,
    finished: bool,
}

impl Sync {
    fn expired(&self, at: Millis) -> bool {
        !self.finished && at - self.heard >= EXPIRES_AFTER_MS
    }
}

impl Objects {
    /// Nothing received yet. Single requests with less than `gap_ms` between them are one run.
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

    /// From now on single requests with less than `gap_ms` between them are one run.
    pub fn set_gap(&mut self, gap_ms: Millis) {
        self.gap_ms = gap_ms;
    }

    /// Takes one request; its body is unpacked, or none if it cannot be read.
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

    /// The status that [`Objects::take`] will answer with, so that it can be recorded before.
    pub fn status(&self, at: Millis, step: ObjectsRoute<'_>, body: Option<&str>) -> u16 {
        let sync = |id| {
            let index = self.index(crate::objects_api::route::sync_number(id)?)?;
            self.syncs.get(index).filter(|sync| !sync.expired(at))
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

    /// Whether the run that is shown ran out of time between two moments: the panel shows it
    /// otherwise then, though nothing came.
    pub fn expires(&self, before: Millis, now: Millis) -> bool {
        let status = |at| self.panel(at).map(|panel| panel.status);
        status(before) != status(now)
    }

    /// How many requests [`Objects::take`] has taken; the number of the latest one.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// The externalIds of the companies that came, in byte order: an offer for a vendor's settings.
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
        let mut keeper = self.keeper(run);
        keeper.end(at, request);
        let mut spare = std::mem::take(&mut self.spare);
        let answer = match body.and_then(|text| Doc::parse_with(text, &mut spare).ok()) {
            None => Err(Fault::unknown("the body is not JSON")),
            Some(doc) => {
                let answer =
                    crate::objects_api::validate::set(doc.root()).map(|(model, objects)| {
                        for object in objects {
                            self.keeper(run).object(
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
            Err(fault) => {
                let reply = refused(&fault.reason);
                self.keeper(run).fault(at, fault);
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
        self.syncs.push_back(Sync { run, heard: at, finished: false });
        Reply::json(
            201,
            json!({ "sync_id": crate::objects_api::route::sync_id(self.started) }).to_string(),
        )
    }

    fn upload(&mut self, at: Millis, id: &str, body: Option<&str>) -> Reply {
        let open = self.sync(id).filter(|sync| !sync.finished && !sync.expired(at));
        let Some(sync) = open else {
            return refused("no sync with this id is open");
        };
        let run = sync.run;
        let Some(text) = body else {
            let fault = Fault::unknown("the body of an upload cannot be read");
            let reply = refused(&fault.reason);
            self.keeper(run).fault(at, fault);
            return reply;
        };
        sync.heard = at;
        self.parts += 1;
        let mut spare = std::mem::take(&mut self.spare);
        for line in text.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
            match Doc::parse_with(line, &mut spare) {
                Err(_) => self.keeper(run).fault(at, Fault::unknown("the line is not JSON")),
                Ok(doc) => {
                    match crate::objects_api::validate::line(doc.root()) {
                        Ok(model) => {
                            self.keeper(run).object(
                                at,
                                &model,
                                crate::objects_api::validate::object(doc.root()),
                            );
                        }
                        Err(fault) => self.keeper(run).fault(at, fault),
                    }
                    doc.recycle(&mut spare);
                }
            }
        }
        self.spare = spare;
        Reply::json(201, json!({ "part_id": format!("part-{}", self.parts) }).to_string())
    }

    fn keep_alive(&mut self, at: Millis, id: &str) -> Reply {
        match self.sync(id).filter(|sync| !sync.expired(at)) {
            None => refused("no sync with this id is open"),
            Some(sync) => {
                if !sync.finished {
                    sync.heard = at;
                }
                Reply::json(200, SUCCESS)
            }
        }
    }

    fn finish(&mut self, at: Millis, id: &str, body: Option<&str>) -> Reply {
        let Some(sync) = self.sync(id).filter(|sync| !sync.expired(at)) else {
            return refused("no sync with this id is open");
        };
        if !std::mem::replace(&mut sync.finished, true) {
            let (run, request) = (sync.run, self.requests);
            let mut keeper = self.keeper(run);
            keeper.end(at, request);
            keeper.failed(body.is_some_and(crate::objects_api::validate::says_error));
        }
        Reply::json(202, SUCCESS)
    }

    /// Begins a run.
    fn open(&mut self, at: Millis, sync: Option<u64>) -> u64 {
        self.runs += 1;
        if self.current.as_ref().is_none_or(|current| current.start <= at) {
            self.current = Some(Run::new(self.runs, at, sync));
        }
        self.runs
    }

    fn keeper(&mut self, run: u64) -> run::BoundedRun<'_> {
        let current = self.current.as_mut().filter(|current| current.number == run);
        run::BoundedRun { run: current, companies: &mut self.companies }
    }

    fn sync(&mut self, id: &str) -> Option<&mut Sync> {
        let index = self.index(crate::objects_api::route::sync_number(id)?)?;
        self.syncs.get_mut(index)
    }

    /// Where the sync of that number stands among those that are remembered.
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
