//! Collects names and values for completing a filter from the recording itself: those in a sample
//! of its requests (the newest, and others evenly spread), and the codes of all findings.

use crate::call::{JsonKind, Val};
use crate::engine::rows::row_window::request_line;
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::read_calls;
use crate::engine::{Engine, JudgingState};
use crate::fql::{NameSource, Path};
use crate::wire;
use std::collections::{BTreeMap, BTreeSet};

/// The maximum number of requests that are read; half of them are the newest.
const MAX_REQUESTS: u64 = 64;
/// The maximum number of their calls that are read.
const MAX_CALLS: usize = 512;
/// The maximum depth of a field. Deeper fields are not offered.
const MAX_DEPTH: usize = 6;
/// The maximum number of names under one field, and of values of one field.
const MAX_TEXTS_PER_FIELD: usize = 200;
/// The maximum number of fields with names, and of fields with values. Keys may be ids, so their
/// number has no natural bound.
const MAX_FIELDS: usize = 2_000;
/// The maximum length in bytes of a name or value: longer ones are not worth completing.
const MAX_TEXT_BYTES: usize = 120;

/// Texts by the path of their field.
type TextsByPath = BTreeMap<Vec<String>, BTreeSet<String>>;

/// The names and values that were seen in a recording.
#[derive(Debug, Default)]
pub struct SeenNames {
    fields: TextsByPath,
    values: TextsByPath,
    vendors: Vec<String>,
    codes: Vec<String>,
    is_sample: bool,
}

impl Engine {
    /// Returns the names and values that a filter over this recording may contain.
    pub fn names(&self) -> SeenNames {
        let state = self.lock();
        let vendors = state.eras.latest();
        let mut seen = SeenNames {
            vendors: vendors.names().map(str::to_owned).collect(),
            ..SeenNames::default()
        };
        let codes = state.index.store.sets.iter().flat_map(|set| set.codes.iter());
        let codes: BTreeSet<_> = codes.copied().collect();
        let codes = codes.into_iter().map(|code| &vendors.codes().entry(code).code);
        seen.codes = codes.map(|code| code.to_string()).collect();
        let places = sample(&state);
        seen.is_sample = state.index.store.requests.len() > places.len() as u64;
        drop(state);
        let mut scratch = wire::ParseScratch::default();
        let mut left = MAX_CALLS;
        for (place, len) in places {
            let Ok((line, request)) = request_line(&place, len) else { continue };
            if request.refused.is_some() {
                continue;
            }
            seen.add_value(&["path"], &request.path);
            let Ok(reading) = read_calls(&line, &request, &mut scratch) else { continue };
            for call in reading.calls.iter().take(left) {
                let event = reading.event(call);
                seen.add_object(&mut Vec::new(), event.call);
                if let Some(derived) = event.derived {
                    seen.add_object(&mut Vec::new(), derived);
                }
                if let Some(library) = reading.library(call) {
                    seen.add_value(&["library", "name"], &library.name);
                    if let Some(version) = library.version {
                        seen.add_value(&["library", "version"], &version);
                    }
                }
                if let Some(code) = call.discarded_as() {
                    seen.add_value(&["service", "code"], code);
                }
                if let Some(key) = reading.key_of(call) {
                    seen.add_value(&["write_key"], &key);
                }
            }
            seen.is_sample |= reading.calls.len() > left;
            left -= reading.calls.len().min(left);
            reading.recycle(&mut scratch);
        }
        seen
    }
}

/// Returns the positions and lengths of the lines of sampled requests, the newest first.
fn sample(state: &JudgingState) -> Vec<(LinePosition, u32)> {
    let requests = &state.index.store.requests;
    let count = requests.len();
    let newest = (count.saturating_sub(MAX_REQUESTS / 2)..count).rev();
    let older = count.saturating_sub(MAX_REQUESTS / 2);
    let step = (older / (MAX_REQUESTS / 2)).max(1);
    let spread = (0..older).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    let place = |at| {
        let request = requests.get(at)?;
        Some((state.recording.place(request.offset)?, request.len))
    };
    newest.chain(spread).take(MAX_REQUESTS as usize).filter_map(place).collect()
}

impl SeenNames {
    /// Adds the names and texts in an object, and in the objects in it.
    fn add_object(&mut self, under: &mut Vec<String>, object: Val<'_>) {
        if under.len() >= MAX_DEPTH {
            return;
        }
        for value in object.children().filter(|_| object.is_object()) {
            let name = value.key();
            add(&mut self.fields, under, &name);
            under.push(name.into_owned());
            match value.kind() {
                JsonKind::Object => self.add_object(under, value),
                JsonKind::String => {
                    if let Some(text) = value.as_str() {
                        add(&mut self.values, under, &text);
                    }
                }
                _ => {}
            }
            under.pop();
        }
    }

    /// Adds a value of a field.
    fn add_value(&mut self, path: &[&str], text: &str) {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        add(&mut self.values, &path, text);
    }
}

fn add(known: &mut TextsByPath, at: &[String], text: &str) {
    if text.is_empty() || text.len() > MAX_TEXT_BYTES {
        return;
    }
    if let Some(texts) = known.get_mut(at) {
        if texts.len() < MAX_TEXTS_PER_FIELD && !texts.contains(text) {
            texts.insert(text.to_owned());
        }
    } else if known.len() < MAX_FIELDS {
        known.insert(at.to_vec(), BTreeSet::from([text.to_owned()]));
    }
}

fn seen_at(known: &TextsByPath, at: &[String]) -> Vec<String> {
    known.get(at).into_iter().flatten().cloned().collect()
}

impl NameSource for SeenNames {
    fn fields(&self, under: &[String], _typed: &str) -> Vec<String> {
        seen_at(&self.fields, under)
    }

    fn values(&self, path: &Path, _typed: &str) -> Vec<String> {
        seen_at(&self.values, path.segments())
    }

    fn vendors(&self) -> Vec<String> {
        self.vendors.clone()
    }

    fn codes(&self, _typed: &str) -> Vec<String> {
        self.codes.clone()
    }

    fn is_sample(&self) -> bool {
        self.is_sample
    }
}
