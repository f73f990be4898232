//! `/_segscope/summary`: counts of the recorded calls.

use crate::call::time;
use crate::engine::index::RemarkKind;
use crate::engine::{
    CountedCalls, Coverage, Engine, ExpectationResult, Expectations, FoundIn, GroupBy, GroupedRows,
    IdRemarkView, IdShare, Who,
};
use crate::findings::{Verdict, VerdictCounts};
use serde_json::{Map, Value, json};

/// The maximum number of entries in each list; those with the most calls are kept. The member
/// `…_of` is the number of all entries.
const MAX_LIST_ENTRIES: usize = 100;

pub(crate) fn json(engine: &Engine) -> String {
    let (stats, tally, held) = (engine.stats(), engine.overview(), engine.held());
    let names = VendorNames::from_engine(engine);
    let vendors = engine.vendors();
    let findings: Vec<Value> = tally
        .found
        .iter()
        .map(|found| {
            let code = vendors.codes().entry(found.code);
            json!({
                "code": *code.code, "severity": code.severity,
                "vendor": code.vendor.map(|at| &names.all[at]), "calls": found.calls,
                "repeats": found.repeats,
            })
        })
        .collect();
    let out = json!({
        "calls": stats.calls,
        "repeats": stats.repeats,
        "last": engine.seq_before(engine.rows()),
        "requests": stats.requests,
        "refused": stats.refused,
        "request_counts": stats.request_counts,
        "missing": stats.missing,
        "discarded": tally.discarded,
        "turned_away": stats.too_much,
        "unrecorded": stats.unrecorded,
        "forward": stats.forward,
        "mirror": stats.mirror,
        // always 0, because senders no longer wait for checking; fields are never removed
        "waited": 0,
        "waited_ms": 0,
        "reading": stats.reading.map(|(read, of)| json!({"read": read, "of": of})),
        "recording": stats.recording,
        "recorded_bytes": stats.recorded_bytes,
        "deleted_bytes": stats.deleted_bytes,
        "problem": stats.problem,
        "vendors": names.verdicts(&tally.verdicts),
        "findings": findings,
        "held": {
            "texts": held.texts, "text_bytes": held.text_bytes, "texts_not_kept": held.unkept,
            "calls_not_told_apart": held.other,
        },
    });
    let Value::Object(mut out) = out else { return out.to_string() };
    let found = engine.found_in(false);
    add_list(&mut out, "findings_by_event", found, |row| names.found(row));
    let coverage = |row: &Coverage| names.coverage(row);
    add_list(&mut out, "events", engine.coverage(GroupBy::Event), coverage);
    for (name, by) in [
        ("libraries", GroupBy::Library),
        ("app_versions", GroupBy::AppVersion),
        ("write_keys", GroupBy::WriteKey),
    ] {
        add_list(&mut out, name, engine.totals(by), coverage);
    }
    for (name, who, with) in
        [("accounts", Who::Accounts, "with_user"), ("users", Who::Users, "with_account")]
    {
        add_list(&mut out, name, engine.people(who, 0..MAX_LIST_ENTRIES as u64), |person| {
            let mut out = counted_calls(&person.counted);
            out.remove("trend");
            out.insert("id".to_owned(), person.id.as_str().into());
            out.insert(with.to_owned(), person.with_other.into());
            out
        });
    }
    add_list(&mut out, "id_remarks", engine.id_remarks(), id_remark);
    if let Some(expectations) = engine.expectations(None) {
        out.insert("expected".to_owned(), expected(&expectations));
    }
    Value::Object(out).to_string()
}

/// Returns a remark about ids of several calls.
fn id_remark(view: &IdRemarkView) -> Map<String, Value> {
    let IdRemarkView { remark, finding, seqs, .. } = view;
    let kind = match remark.kind {
        RemarkKind::SharedAnonymousId => "anonymous_id",
        RemarkKind::SharedUser | RemarkKind::SimilarUsers => "user",
        RemarkKind::SimilarAccounts => "account",
        RemarkKind::SimilarEvents => "event",
    };
    let out = json!({
        "code": finding.code, "severity": finding.severity, "kind": kind, "id": remark.id,
        "others": remark.others, "others_of": remark.of, "calls": seqs,
        "message": finding.message, "fix": finding.fix,
    });
    if let Value::Object(out) = out { out } else { Map::new() }
}

/// Returns the results of the expectations.
pub(crate) fn expected(expectations: &Expectations) -> Value {
    let event = |entry: &ExpectationResult| {
        let wanted = &entry.wanted;
        json!({
            "type": wanted.kind.name(), "event": wanted.name,
            "ids": wanted.id_names().collect::<Vec<_>>(), "count": wanted.count.min, "max": wanted.count.max,
            "standing": entry.standing().name(),
            "calls": entry.came.counted.calls, "with_ids": entry.with_ids,
            "violating": entry.violating,
            "lacking": entry.lacking().map(|(id, calls, _)| (id.to_owned(), calls.into()))
                .collect::<Map<_, Value>>(),
            "doubtful": entry.doubting().map(|(id, calls)| (id.to_owned(), calls.into()))
                .collect::<Map<_, Value>>(),
        })
    };
    let events: Vec<Value> = expectations.list.iter().map(event).collect();
    let required = events.len() - expectations.optional();
    json!({"met": expectations.met(), "of": required, "events": events})
}

/// The names of all vendors, and the indexes of those that are shown.
struct VendorNames {
    all: Vec<String>,
    shown: Vec<usize>,
}

impl VendorNames {
    fn from_engine(engine: &Engine) -> VendorNames {
        let vendors = engine.vendors();
        let all = (0..vendors.len()).map(|at| vendors.info(at).name.clone()).collect();
        VendorNames { all, shown: engine.in_use().shown() }
    }

    fn verdicts(&self, counts: &[VerdictCounts]) -> Value {
        let named_counts = |counts: &VerdictCounts| -> Map<String, Value> {
            let each = Verdict::WORST_FIRST.iter().zip(counts);
            each.map(|(verdict, count)| (verdict.name().to_owned(), (*count).into())).collect()
        };
        let each =
            self.shown.iter().map(|at| (self.all[*at].clone(), named_counts(&counts[*at]).into()));
        Value::Object(each.collect())
    }

    fn coverage(&self, row: &Coverage) -> Map<String, Value> {
        let mut out = counted_calls(&row.counted);
        if row.kind.is_some() || row.event.is_some() {
            out.insert("type".to_owned(), json!(row.kind));
            out.insert("event".to_owned(), json!(row.event));
        } else {
            out.insert("name".to_owned(), json!(row.by));
        }
        for (name, id) in ["account", "user"].into_iter().zip(&row.ids) {
            out.insert(format!("with_{name}"), id.found.into());
            let IdShare { looked_for, found, doubtful, some_miss, missed } = id;
            let share = json!({
                "looked_for": looked_for, "found": found, "doubtful": doubtful, "missing": missed,
                "found_and_missing": some_miss,
            });
            out.insert(name.to_owned(), share);
        }
        out.insert("missing".to_owned(), row.missing.into());
        out.insert("discarded".to_owned(), row.discarded.into());
        out.insert("vendors".to_owned(), self.verdicts(&row.verdicts));
        out
    }

    fn found(&self, row: &FoundIn) -> Map<String, Value> {
        let mut out = counted_calls(&row.counted);
        out.insert("code".to_owned(), row.code.as_str().into());
        out.insert("severity".to_owned(), json!(row.severity));
        out.insert("vendor".to_owned(), json!(row.vendor.map(|at| &self.all[at])));
        out.insert("type".to_owned(), json!(row.kind));
        out.insert("event".to_owned(), json!(row.event));
        out
    }
}

fn counted_calls(counted: &CountedCalls) -> Map<String, Value> {
    let out = json!({
        "calls": counted.calls,
        "repeats": counted.repeats,
        "first_seen": time::format_known(counted.first_seen),
        "last_seen": time::format_known(counted.last_seen),
        "example": counted.seq,
        "trend": counted.trend,
    });
    if let Value::Object(out) = out { out } else { Map::new() }
}

/// Adds a list, the number of its entries before it was cut, and the number of calls in none of its
/// entries.
fn add_list<T>(
    out: &mut Map<String, Value>,
    name: &str,
    groups: GroupedRows<T>,
    entry: impl Fn(&T) -> Map<String, Value>,
) {
    let entries = groups.rows.iter().take(MAX_LIST_ENTRIES).map(|row| Value::Object(entry(row)));
    out.insert(name.to_owned(), Value::Array(entries.collect()));
    out.insert(format!("{name}_of"), groups.of.into());
    if groups.other > 0 {
        out.insert(format!("{name}_other"), groups.other.into());
    }
}
