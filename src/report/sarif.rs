//! Findings as SARIF 2.1.0, for code scanning.

use super::findings::FindingGroup;
use crate::findings::Severity;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The report. `file` is the artifact that was judged, if it was a single one.
pub fn sarif(groups: &[FindingGroup], file: Option<&str>) -> String {
    let mut rules: Vec<Value> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut results: Vec<Value> = Vec::new();
    for group in groups {
        let id = rule(group);
        let place = *places.entry(id.clone()).or_insert_with(|| {
            rules.push(json!({
                "id": id,
                "shortDescription": { "text": group.code },
                "fullDescription": { "text": group.why },
                "help": { "text": group.fix },
                "defaultConfiguration": { "level": level(group.severity) },
            }));
            rules.len() - 1
        });
        results.push(result(place, group, file));
    }
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "segscope", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
            } },
            "results": results,
        }],
    });
    format!("{report:#}\n")
}

fn result(at: usize, group: &FindingGroup, file: Option<&str>) -> Value {
    let seen = group.seen(" Seen: ", ".");
    let event = group.event.as_ref().map(|event| format!("{event}: ")).unwrap_or_default();
    let message = group.full_message();
    let text = format!("{event}{message} Example: {}.{seen} Fix: {}", group.example, group.fix);
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": group.path, "kind": "member" }],
    });
    if let Some(file) = file {
        location["physicalLocation"] = json!({
            "artifactLocation": { "uri": file.replace('\\', "/") },
            "region": { "startLine": 1 },
        });
    }
    let mut result = json!({
        "ruleId": rule(group),
        "ruleIndex": at,
        "level": level(group.severity),
        "message": { "text": text },
        // at least 1, by the format: what only repeats have counts by them
        "occurrenceCount": if group.calls > 0 { group.calls } else { group.repeats },
        "locations": [location],
    });
    if let Some(corrected) = &group.corrected {
        result["properties"] = json!({
            "fixLanguage": corrected.language,
            "fixSnippet": corrected.code(),
        });
    }
    result
}

/// A code is one vendor's; two vendors may have one of the same name.
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
