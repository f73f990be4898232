//! The headless form: one JSON object in, one out, a line each (`specs/vendors.md` H).

use super::planhat::sync;
use super::{Judgement, Origin, Out, Vendors};
use crate::call::{Doc, Event, Seq, Val, time};
use serde_json::{Map, Value, json};

/// Maps one line. Whatever is wrong with it, a line comes back: `{"error": …}`.
pub fn map_line(line: &str) -> String {
    mapped(line).unwrap_or_else(|error| json!({ "error": error }).to_string())
}

fn mapped(line: &str) -> Result<String, String> {
    let doc = Doc::parse(line).map_err(|error| error.to_string())?;
    let input = doc.root();
    if !input.is_object() {
        return Err("a line is a JSON object with `vendor` and `event`".to_owned());
    }
    let vendor = text(input, "vendor")?.ok_or("`vendor` is missing")?;
    if vendor == sync::NAME {
        return sync::mapped(input);
    }
    member_names(input, &["vendor", "settings", "prior_events", "event", "flush_at"])?;
    let event = input.get("event").ok_or("`event` is missing")?;
    let vendors = vendors(&vendor, input.get("settings"))?;
    let mut memory = vendors.memory();
    let mut judgement = Judgement::default();
    let mut seq = Seq(0);
    let prior = input.get("prior_events").filter(|prior| !prior.is_null());
    if prior.is_some_and(|prior| !prior.is_array()) {
        return Err("`prior_events` is a list".to_owned());
    }
    for call in prior.into_iter().flat_map(|prior| prior.children()).chain([event]) {
        seq.0 += 1;
        vendors.judge(&Event::bare(call), seq, &mut memory, &mut judgement);
    }
    let mut rendered = vendors.render(0, &Event::bare(event), seq, &memory);
    if let Some(at) = text(input, "flush_at")? {
        let at = time::parse(&at).ok_or_else(|| format!("`flush_at` is no ISO-8601 time: {at}"))?;
        let records = vendors.idle_flush(at, &mut memory).into_iter();
        let records = records.map(|flushed| Out::json(flushed.record.json, Origin::Default));
        rendered.extras.push(("flush_derived", Out::Array(records.collect())));
    }
    serde_json::to_string(&rendered).map_err(|error| error.to_string())
}

fn vendors(name: &str, settings: Option<Val<'_>>) -> Result<Vendors, String> {
    let mut all = Map::new();
    if let Some(settings) = settings {
        let value: Value =
            serde_json::from_str(settings.raw()).map_err(|error| error.to_string())?;
        all.insert(name.to_owned(), value);
    }
    let vendors = Vendors::only(&[name], &all).map_err(|error| error.to_string())?;
    if vendors.is_empty() {
        return Err(format!("no vendor is named `{name}`"));
    }
    Ok(vendors)
}

/// Refuses members that a line does not have.
pub(super) fn member_names(input: Val<'_>, known: &[&str]) -> Result<(), String> {
    match input.children().map(|member| member.key()).find(|key| !known.contains(&key.as_ref())) {
        Some(key) => Err(format!("`{key}` is no member of an input line")),
        None => Ok(()),
    }
}

/// A text member of a line.
pub(super) fn text(input: Val<'_>, key: &str) -> Result<Option<String>, String> {
    match input.get(key).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => match value.as_str() {
            Some(text) => Ok(Some(text.into_owned())),
            None => Err(format!("`{key}` is a text")),
        },
    }
}
