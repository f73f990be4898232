//! A run of pushes: its models with their objects and errors, within a limit.

use crate::call::time::Millis;
use crate::call::{Doc, JsonKind};
use crate::objects_api::validate::{ItemError, ValidObject};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};

/// The model of errors that belong to no known model.
pub(crate) const UNKNOWN: &str = "(unknown)";

/// The model under which objects and errors are counted whose own model exceeded the limit.
const FURTHER_MODELS: &str = "(further models)";

/// The maximum number of bytes of names, ids, properties and reasons that are kept of a run. Further
/// objects and errors are only counted; those of further models under [`FURTHER_MODELS`].
const MAX_KEPT_BYTES: usize = 64 << 20;
/// The maximum number of objects of a run that are only counted: one hash is kept of each, because an
/// object that is sent again is no further object. Beyond that, the count is a lower bound.
const MAX_COUNTED_HASHES: usize = 1 << 20;
/// The maximum number of errors of a model that are kept with their reasons.
const MAX_KEPT_REASONS: usize = 1000;
/// The maximum number of company ids that are kept for the screen to offer.
const MAX_KEPT_COMPANIES: usize = 10_000;
/// The approximate size of a kept entry without its text.
const ENTRY_BYTES: usize = 64;

/// A run of pushes.
#[derive(Debug)]
pub(crate) struct Run {
    pub number: u64,
    pub start: Millis,
    /// The number of its bulk sync; `None` for single requests.
    pub sync: Option<u64>,
    /// The time when it ended, and the number of the request that ended it. A run of single
    /// requests ends with each of them.
    pub end: Option<(Millis, u64)>,
    pub failed: bool,
    pub models: BTreeMap<String, Model>,
    kept: usize,
    /// The number of hashes of all models.
    hashes: usize,
    hasher: RandomState,
}

/// The objects and errors of one model in a run.
#[derive(Debug, Default)]
pub struct Model {
    objects: BTreeMap<String, BTreeMap<String, String>>,
    /// The hashes of the ids of objects that exceeded the limit.
    only_counted: HashSet<u64>,
    /// True if there were objects for whose hash there was no room either.
    has_uncounted: bool,
    errors: u64,
    problems: Vec<ObjectProblem>,
}

/// An item that could not be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectProblem {
    /// The time when it was received.
    pub at: Millis,
    /// The reason why it was not stored.
    pub reason: Cow<'static, str>,
}

impl Model {
    /// Returns the number of different objects that were stored.
    pub fn objects_synced(&self) -> u64 {
        (self.objects.len() + self.only_counted.len()) as u64
    }

    /// Returns true if the number of stored objects is only a lower bound, because there were too many
    /// to tell them apart.
    pub fn has_uncounted(&self) -> bool {
        self.has_uncounted
    }

    /// Returns the number of errors.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Counts an object that is not kept, by the hash of its id. `hashes` is the number of hashes that
    /// the run has of such objects.
    fn count_only(&mut self, hash: u64, hashes: &mut usize) {
        if *hashes < MAX_COUNTED_HASHES {
            *hashes += usize::from(self.only_counted.insert(hash));
        } else {
            self.has_uncounted |= !self.only_counted.contains(&hash);
        }
    }

    /// Returns the objects by id, in byte order, each with its merged properties as JSON texts; of
    /// a very large run, only those received first.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = (&str, &BTreeMap<String, String>)> {
        self.objects.iter().map(|(id, properties)| (id.as_str(), properties))
    }

    /// Returns the errors in order; if there are very many, only the first ones.
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
            hashes: 0,
            hasher: RandomState::new(),
        }
    }

    /// Returns the name under which a model is counted: its own, or [`FURTHER_MODELS`] if the model
    /// is new and there is no room for its name.
    fn counted_name<'n>(&mut self, name: &'n str) -> &'n str {
        if self.models.contains_key(name) {
            return name;
        }
        let kept = self.kept + name.len() + ENTRY_BYTES;
        if kept > MAX_KEPT_BYTES {
            return FURTHER_MODELS;
        }
        self.kept = kept;
        name
    }

    fn object(&mut self, name: &str, good: &ValidObject<'_>) {
        let counted = self.counted_name(name);
        let model = self.models.entry(counted.to_owned()).or_default();
        if counted != name {
            // objects of two models may have the same id
            model.count_only(self.hasher.hash_one((name, &*good.id)), &mut self.hashes);
            return;
        }
        let known = model.objects.get(&*good.id);
        let own = if known.is_some() { 0 } else { good.id.len() + ENTRY_BYTES };
        let before = |key: &str| known.and_then(|properties| properties.get(key));
        let kept: usize = self.kept + own;
        let kept = good.properties.iter().fold(kept, |kept, (key, json)| match before(key) {
            Some(old) => (kept + json.len()).saturating_sub(old.len()),
            None => kept + key.len() + json.len() + ENTRY_BYTES,
        });
        if kept > MAX_KEPT_BYTES {
            if known.is_none() {
                model.count_only(self.hasher.hash_one(&*good.id), &mut self.hashes);
            }
            return;
        }
        self.kept = kept;
        // a smaller object with the id of one that exceeded the limit
        let counts_already = own > 0 && !model.only_counted.is_empty();
        if counts_already && model.only_counted.remove(&self.hasher.hash_one(&*good.id)) {
            self.hashes -= 1;
        }
        let merged = model.objects.entry(good.id.clone().into_owned()).or_default();
        for (key, json) in &good.properties {
            merged.insert(key.clone().into_owned(), (*json).to_owned());
        }
    }

    fn add_error(&mut self, at: Millis, error: ItemError) {
        let counted = self.counted_name(&error.model);
        let model = self.models.entry(counted.to_owned()).or_default();
        model.errors += 1;
        let kept = self.kept + error.reason.len() + ENTRY_BYTES;
        let has_room = kept <= MAX_KEPT_BYTES || counted == FURTHER_MODELS;
        if has_room && model.problems.len() < MAX_KEPT_REASONS {
            self.kept = kept;
            model.problems.push(ObjectProblem { at, reason: error.reason });
        }
    }
}

/// A receiver of the objects and errors of a run. It keeps all of them if the run is the one that
/// is shown, otherwise only the company ids, which are collected across runs.
pub(crate) struct BoundedRun<'r> {
    pub run: Option<&'r mut Run>,
    pub companies: &'r mut Companies,
}

impl BoundedRun<'_> {
    pub fn object(
        &mut self,
        at: Millis,
        model: &str,
        object: Result<ValidObject<'_>, Cow<'static, str>>,
    ) {
        match object {
            Ok(good) => {
                self.companies.add(model, &good);
                if let Some(run) = &mut self.run {
                    run.object(model, &good);
                }
            }
            Err(reason) => self.add_error(at, ItemError { model: model.to_owned(), reason }),
        }
    }

    pub fn add_error(&mut self, at: Millis, error: ItemError) {
        if let Some(run) = &mut self.run {
            run.add_error(at, error);
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

/// The ids of companies received in any run.
#[derive(Debug, Default)]
pub(crate) struct Companies(BTreeSet<String>);

impl Companies {
    /// The collection whose objects are companies, and the names of the property that calls give as
    /// the company's id.
    const MODEL: &str = "companies";
    const ID: [&str; 2] = ["external_id", "externalId"];

    pub fn ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn add(&mut self, model: &str, object: &ValidObject<'_>) {
        if model != Companies::MODEL || self.0.len() >= MAX_KEPT_COMPANIES {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_more_objects_than_can_be_told_apart_is_a_lower_bound() {
        let mut run = Run::new(1, 0, None);
        run.kept = MAX_KEPT_BYTES;
        let push = |run: &mut Run, id: usize| {
            let id = Cow::Owned(id.to_string());
            run.object("users", &ValidObject { id, properties: BTreeMap::new() });
        };
        // two objects are sent twice
        let ids = (0..MAX_COUNTED_HASHES).chain([0, MAX_COUNTED_HASHES - 1]);
        ids.for_each(|id| push(&mut run, id));
        let state = |run: &Run| {
            let model = &run.models[FURTHER_MODELS];
            (model.objects_synced(), model.has_uncounted())
        };
        assert_eq!(state(&run), (MAX_COUNTED_HASHES as u64, false));
        push(&mut run, MAX_COUNTED_HASHES);
        assert_eq!(state(&run), (MAX_COUNTED_HASHES as u64, true));
    }

    #[test]
    fn an_object_that_finds_room_later_is_counted_once() {
        let mut run = Run::new(1, 0, None);
        let long = format!("\"{}\"", "x".repeat(1_000));
        run.models.insert("users".to_owned(), Model::default());
        let mut push = |kept: usize, json: &str| {
            run.kept = kept;
            let properties = BTreeMap::from([(Cow::Borrowed("name"), json)]);
            run.object("users", &ValidObject { id: Cow::Borrowed("u1"), properties });
            (run.models["users"].objects_synced(), run.hashes)
        };
        let nearly_full = MAX_KEPT_BYTES - 500;
        assert_eq!(push(nearly_full, &long), (1, 1), "only its hash is kept");
        assert_eq!(push(nearly_full, "1"), (1, 0));
    }
}
