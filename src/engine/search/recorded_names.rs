//! What this recording really holds, for completing a filter: names and values of a sample of its
//! requests, the newest and some from all over, and the codes of all findings.

use crate::call::{JsonKind, Val};
use crate::engine::rows::row_window::request_line;
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::{body_text, head_of};
use crate::engine::{Engine, JudgingState};
use crate::fql;
use crate::fql::{NameSource, Path};
use crate::vendors::Vendors;
use crate::wire;
use std::collections::{BTreeMap, BTreeSet};

/// So many requests are read, half of them the newest.
const REQUESTS: u64 = 64;
/// So many of their calls are looked at.
const CALLS: usize = 512;
/// Deeper fields are not offered.
const DEPTH: usize = 6;
/// So many names stand under one field at most, and so many values at one.
const EACH: usize = 200;
/// So many fields have names or values at most: keys may be ids.
const FIELDS: usize = 2_000;
/// Longer texts are no values that one types.
const VALUE_BYTES: usize = 120;

type Known = BTreeMap<Vec<String>, BTreeSet<String>>;

/// Names of fields, and values, that were seen.
#[derive(Debug, Default)]
pub struct SeenNames {
    fields: Known,
    values: Known,
    vendors: Vec<String>,
    /// Titles and short names of the vendors in small letters, with the names.
    vendor_aliases: Vec<(String, String)>,
    codes: Vec<String>,
    is_sample: bool,
}

impl Engine {
    /// What may stand in a filter over this recording.
    pub fn names(&self) -> SeenNames {
        let state = self.lock();
        let vendors = state.eras.latest();
        let mut seen = SeenNames {
            vendors: vendors.names().map(str::to_owned).collect(),
            vendor_aliases: vendor_aliases(vendors),
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
        let mut left = CALLS;
        for (place, len) in places {
            let Ok((line, request)) = request_line(&place, len) else { continue };
            if request.refused.is_some() {
                continue;
            }
            seen.value(&["path"], &request.path);
            let body = body_text(&line, &request);
            let reading = wire::read(&head_of(&request), request.request, body, &mut scratch);
            let Ok(reading) = reading else { continue };
            for call in reading.calls.iter().take(left) {
                let event = reading.event(call);
                seen.object(&mut Vec::new(), event.call);
                if let Some(derived) = event.derived {
                    seen.object(&mut Vec::new(), derived);
                }
                if let Some(library) = reading.library(call) {
                    seen.value(&["library", "name"], &library.name);
                    if let Some(version) = library.version {
                        seen.value(&["library", "version"], &version);
                    }
                }
                if let Some(code) = call.discarded_as() {
                    seen.value(&["service", "code"], code);
                }
                if let Some(key) = reading.key_of(call) {
                    seen.value(&["write_key"], &key);
                }
            }
            seen.is_sample |= reading.calls.len() > left;
            left -= reading.calls.len().min(left);
            reading.recycle(&mut scratch);
        }
        seen
    }
}

fn vendor_aliases(vendors: &Vendors) -> Vec<(String, String)> {
    let infos = (0..vendors.len()).map(|vendor| vendors.info(vendor));
    infos
        .flat_map(|info| {
            [&info.title, &info.short].map(|alias| (alias.to_lowercase(), info.name.clone()))
        })
        .collect()
}

/// Where some requests stand: the newest first.
fn sample(state: &JudgingState) -> Vec<(LinePosition, u32)> {
    let requests = &state.index.store.requests;
    let count = requests.len();
    let newest = (count.saturating_sub(REQUESTS / 2)..count).rev();
    let older = count.saturating_sub(REQUESTS / 2);
    let step = (older / (REQUESTS / 2)).max(1);
    let spread = (0..older).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    let place = |at| {
        let request = requests.get(at)?;
        Some((state.recording.place(request.offset)?, request.len))
    };
    newest.chain(spread).take(REQUESTS as usize).filter_map(place).collect()
}

impl SeenNames {
    fn object(&mut self, under: &mut Vec<String>, object: Val<'_>) {
        if under.len() >= DEPTH {
            return;
        }
        for value in object.children().filter(|_| object.is_object()) {
            let name = value.key();
            add(&mut self.fields, under, &name);
            under.push(name.into_owned());
            match value.kind() {
                JsonKind::Object => self.object(under, value),
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

    fn value(&mut self, path: &[&str], text: &str) {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        add(&mut self.values, &path, text);
    }
}

fn add(known: &mut Known, at: &[String], text: &str) {
    if text.is_empty() || text.len() > VALUE_BYTES {
        return;
    }
    if let Some(texts) = known.get_mut(at) {
        if texts.len() < EACH && !texts.contains(text) {
            texts.insert(text.to_owned());
        }
    } else if known.len() < FIELDS {
        known.insert(at.to_vec(), BTreeSet::from([text.to_owned()]));
    }
}

fn seen_at(known: &Known, at: &[String]) -> Vec<String> {
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

    fn vendor_like(&self, typed: &str) -> Option<String> {
        let typed = typed.to_lowercase();
        let alias = self.vendor_aliases.iter().find(|(alias, _)| *alias == typed);
        let near = || fql::nearest(&typed, self.vendors.iter().map(String::as_str));
        alias.map(|(_, name)| name.as_str()).or_else(near).map(str::to_owned)
    }

    fn codes(&self, _typed: &str) -> Vec<String> {
        self.codes.clone()
    }

    fn is_sample(&self) -> bool {
        self.is_sample
    }
}
