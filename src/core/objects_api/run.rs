//! One run of pushes: its models, their objects and errors, within a bound.

use crate::call::time::Millis;
use crate::call::{Doc, JsonKind};
use crate::objects_api::validate::{Fault, Good};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};

/// The model of errors that name none.
pub(crate) const UNKNOWN: &str = "(unknown)";

/// So many bytes of names, ids and properties are kept of a run; what comes after is only counted.
const KEPT_BYTES: usize = 64 << 20;
/// So many errors of a model are kept with their reasons.
const KEPT_REASONS: usize = 1000;
/// So many ids of companies are kept to be offered.
const KEPT_COMPANIES: usize = 10_000;
/// What a kept entry takes besides its text, roughly.
const ENTRY_BYTES: usize = 64;

/// A run of pushes.
#[derive(Debug)]
pub(crate) struct Run {
    pub number: u64,
    pub start: Millis,
    /// The bulk sync that it is; none for single requests.
    pub sync: Option<u64>,
    /// When it ended, and by which request. A run of single requests ends with each of them.
    pub end: Option<(Millis, u64)>,
    pub failed: bool,
    pub models: BTreeMap<String, Model>,
    kept: usize,
    hasher: RandomState,
}

/// What came of one model in a run.
#[derive(Debug, Default)]
pub struct Model {
    objects: BTreeMap<String, BTreeMap<String, String>>,
    /// Ids of objects for which there was no room any more.
    only_counted: HashSet<u64>,
    errors: u64,
    problems: Vec<ObjectProblem>,
}

/// Something that could not be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectProblem {
    /// When it came.
    pub at: Millis,
    /// Why it was not stored.
    pub reason: Cow<'static, str>,
}

impl Model {
    /// How many different objects were stored.
    pub fn objects_synced(&self) -> u64 {
        (self.objects.len() + self.only_counted.len()) as u64
    }

    /// How many errors there were.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// The objects by id, in byte order, each with its merged properties as JSON texts. Of a very
    /// large run the first ones only.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = (&str, &BTreeMap<String, String>)> {
        self.objects.iter().map(|(id, properties)| (id.as_str(), properties))
    }

    /// The errors in order; of very many the first ones only.
    pub fn problems(&self) -> &[ObjectProblem] {
        &self.problems
    }
}

impl Run {
    pub fn new(number: u64, start: Millis, sync: Option<u64>) -> Run {
        Run {
            number,
            start,
            sync,
            end: None,
            failed: false,
            models: BTreeMap::new(),
            kept: 0,
            hasher: RandomState::new(),
        }
    }

    fn object(&mut self, name: &str, good: &Good<'_>) {
        if !self.models.contains_key(name) {
            self.kept += name.len() + ENTRY_BYTES;
        }
        let model = self.models.entry(name.to_owned()).or_default();
        let known = model.objects.get(&*good.id);
        let own = if known.is_some() { 0 } else { good.id.len() + ENTRY_BYTES };
        let before = |key: &str| known.and_then(|properties| properties.get(key));
        let kept: usize = self.kept + own;
        let kept = good.properties.iter().fold(kept, |kept, (key, json)| match before(key) {
            Some(old) => (kept + json.len()).saturating_sub(old.len()),
            None => kept + key.len() + json.len() + ENTRY_BYTES,
        });
        if kept > KEPT_BYTES {
            if known.is_none() {
                model.only_counted.insert(self.hasher.hash_one(&*good.id));
            }
            return;
        }
        self.kept = kept;
        let merged = model.objects.entry(good.id.clone().into_owned()).or_default();
        for (key, json) in &good.properties {
            merged.insert(key.clone().into_owned(), (*json).to_owned());
        }
    }

    fn fault(&mut self, at: Millis, fault: Fault) {
        let known = self.models.contains_key(&fault.model);
        if !known && self.kept + fault.model.len() + ENTRY_BYTES > KEPT_BYTES {
            return;
        }
        if !known {
            self.kept += fault.model.len() + ENTRY_BYTES;
        }
        let model = self.models.entry(fault.model).or_default();
        model.errors += 1;
        if model.problems.len() < KEPT_REASONS {
            model.problems.push(ObjectProblem { at, reason: fault.reason });
        }
    }
}

/// Keeps what comes for a run: all of it if the run is the one that is shown, else only what is
/// asked for across runs.
pub(crate) struct BoundedRun<'r> {
    pub run: Option<&'r mut Run>,
    pub companies: &'r mut Companies,
}

impl BoundedRun<'_> {
    pub fn object(&mut self, at: Millis, model: &str, object: Result<Good<'_>, Cow<'static, str>>) {
        match object {
            Ok(good) => {
                self.companies.see(model, &good);
                if let Some(run) = &mut self.run {
                    run.object(model, &good);
                }
            }
            Err(reason) => self.fault(at, Fault { model: model.to_owned(), reason }),
        }
    }

    pub fn fault(&mut self, at: Millis, fault: Fault) {
        if let Some(run) = &mut self.run {
            run.fault(at, fault);
        }
    }

    pub fn end(&mut self, at: Millis, request: u64) {
        if let Some(run) = &mut self.run {
            run.end = Some((at, request));
        }
    }

    pub fn failed(&mut self, failed: bool) {
        if let Some(run) = &mut self.run {
            run.failed = failed;
        }
    }
}

/// The ids of companies that came in any run.
#[derive(Debug, Default)]
pub(crate) struct Companies(BTreeSet<String>);

impl Companies {
    /// The collection whose objects are companies, and the names of the property that calls give
    /// as the company's id.
    const MODEL: &str = "companies";
    const ID: [&str; 2] = ["external_id", "externalId"];

    pub fn ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn see(&mut self, model: &str, object: &Good<'_>) {
        if model != Companies::MODEL || self.0.len() >= KEPT_COMPANIES {
            return;
        }
        let text = |json: &&str| {
            let doc = Doc::parse(*json).ok()?;
            let value = doc.root();
            match value.kind() {
                JsonKind::String => value.as_str().map(Cow::into_owned),
                JsonKind::Number => Some(value.raw().to_owned()),
                _ => None,
            }
        };
        let ids = Companies::ID.iter().filter_map(|key| object.properties.get(*key));
        if let Some(id) = ids.filter_map(text).find(|id| !id.trim().is_empty()) {
            self.0.insert(id);
        }
    }
}
