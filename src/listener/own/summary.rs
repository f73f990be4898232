//! `/_segscope/summary`: what was captured, counted.

use crate::findings::Verdict;
use crate::pipeline::Pipeline;
use serde_json::{Map, Value, json};

pub(super) fn json(pipeline: &Pipeline) -> String {
    let (stats, tally) = (pipeline.stats(), pipeline.overview());
    let vendors = pipeline.vendors();
    let name = |at: usize| Value::from(vendors.info(at).name.as_str());
    let verdicts = |counts: &[u64; 5]| -> Map<String, Value> {
        let each = Verdict::WORST_FIRST.iter().zip(counts);
        each.map(|(verdict, count)| (verdict.name().to_owned(), (*count).into())).collect()
    };
    let shown = pipeline.in_use().shown();
    let by_vendor: Map<String, Value> = shown
        .iter()
        .map(|at| (vendors.info(*at).name.clone(), verdicts(&tally.verdicts[*at]).into()))
        .collect();
    let findings: Vec<Value> = tally
        .found
        .iter()
        .map(|found| {
            let code = vendors.codes().entry(found.code);
            json!({
                "code": *code.code, "severity": code.severity, "vendor": code.vendor.map(name),
                "calls": found.calls,
            })
        })
        .collect();
    json!({
        "calls": stats.calls,
        "repeats": stats.repeats,
        "requests": stats.requests,
        "refused": stats.refused,
        "missing": stats.missing,
        "turned_away": stats.too_much,
        "unrecorded": stats.unrecorded,
        "recording": stats.recording,
        "recorded_bytes": stats.recorded_bytes,
        "problem": stats.problem,
        "vendors": by_vendor,
        "findings": findings,
    })
    .to_string()
}
