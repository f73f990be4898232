//! Findings as SARIF 2.1.0, for code scanning.

use super::findings::FindingGroup;
use super::source_places::{SourcePlace, SourcePlaces, relative_uri};
use crate::findings::Severity;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// The package URL of this version, because the project has no web page of its own.
const INFORMATION_URI: &str = concat!("pkg:cargo/segscope@", env!("CARGO_PKG_VERSION"));

/// The sources of the places in a report.
#[derive(Debug, Clone, Copy, Default)]
pub struct SarifPlaces<'p> {
    /// The file that was judged, if it was a single one.
    pub file: Option<&'p str>,
    /// The places of the names of events in the app's source, if they are known.
    pub source: Option<&'p SourcePlaces>,
}

/// Writes the report.
pub fn sarif(groups: &[FindingGroup], places: SarifPlaces<'_>) -> String {
    let mut rules: Vec<Value> = Vec::new();
    let mut rule_places: HashMap<String, usize> = HashMap::new();
    let mut results: Vec<Value> = Vec::new();
    for group in groups {
        let id = rule(group);
        let place = *rule_places.entry(id.clone()).or_insert_with(|| {
            rules.push(json!({
                "id": id,
                "shortDescription": { "text": group.code },
                "fullDescription": { "text": group.why },
                "help": { "text": group.fix },
                "defaultConfiguration": { "level": level(group.severity) },
            }));
            rules.len() - 1
        });
        results.push(result(place, group, places));
    }
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "segscope", "version": env!("CARGO_PKG_VERSION"),
                "informationUri": INFORMATION_URI, "rules": rules,
            } },
            "results": results,
        }],
    });
    format!("{report:#}\n")
}

fn result(at: usize, group: &FindingGroup, places: SarifPlaces<'_>) -> Value {
    let seen = group.seen(" Seen: ", ".");
    let event = group.event.as_ref().map(|event| format!("{event}: ")).unwrap_or_default();
    let message = group.full_message();
    let text = format!("{event}{message} Example: {}.{seen} Fix: {}", group.example, group.fix);
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": group.path, "kind": "member" }],
    });
    let file = places.file.map(|file| {
        json!({
            "artifactLocation": { "uri": relative_uri(Path::new(file)) },
            "region": { "startLine": 1 },
        })
    });
    let name = group.event_name.as_deref();
    let guess = places.source.zip(name).and_then(|(source, name)| source.place_of(name));
    match (guess, &file) {
        (Some(place), _) => {
            location["physicalLocation"] = json!({
                "artifactLocation": { "uri": place.uri },
                "region": { "startLine": place.line },
            });
            location["message"] = json!({ "text": guess_words(place) });
        }
        (None, Some(file)) => location["physicalLocation"] = file.clone(),
        (None, None) => {}
    }
    let mut result = json!({
        "ruleId": rule(group),
        "ruleIndex": at,
        "level": level(group.severity),
        "message": { "text": text },
        // the format requires at least 1, so findings that only repeats have are counted by the repeats
        "occurrenceCount": if group.calls > 0 { group.calls } else { group.repeats },
        "locations": [location],
    });
    if let Some(corrected) = &group.corrected {
        result["properties"] = json!({
            "fixLanguage": corrected.language,
            "fixSnippet": corrected.code(),
        });
    }
    if guess.is_some() {
        result["properties"]["placeIsGuess"] = true.into();
        if let Some(file) = file {
            let message = json!({ "text": "The calls that were checked." });
            result["relatedLocations"] =
                json!([{ "id": 1, "physicalLocation": file, "message": message }]);
        }
    }
    result
}

/// Returns the message that a place is a guess.
fn guess_words(place: &SourcePlace) -> String {
    let others = match place.others {
        0 => String::new(),
        1 => "; it occurs in 1 other place".to_owned(),
        others => format!("; it occurs in {others} other places"),
    };
    format!("A guess: the name of the event occurs here{others}.")
}

/// Returns the id of the rule: the code with its vendor, because two vendors may have the same code.
fn rule(group: &FindingGroup) -> String {
    match &group.vendor {
        Some((name, _)) => format!("{name}/{}", group.code),
        None => group.code.clone(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
