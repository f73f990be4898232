//! Compares the counts that are kept while calls arrive with counting again.

use super::{BEGIN_MS, engine, random_calls, send};
use proptest::prelude::*;
use segscope::call::CallType;
use segscope::engine::{
    CallDetail, CountedCalls, Coverage, Engine, GroupBy, GroupedRows, IdCell, IdShare, LearnedPlan,
    RowDetail, RowView, Who,
};
use segscope::findings::Verdict;
use segscope::plan::{Expectation, Plan};
use std::collections::BTreeMap;
use std::time::Instant;

/// A minute and a half between two requests.
pub const STEP_MS: i64 = 90_000;

pub type Call = (RowView, Box<CallDetail>);

pub fn calls(engine: &Engine) -> Vec<Call> {
    engine.settle();
    let rows = 0..engine.rows();
    let details = engine.details(rows.clone()).into_iter().map(|detail| detail.expect("readable"));
    engine
        .window(rows)
        .into_iter()
        .zip(details)
        .filter_map(|(row, detail)| match detail {
            RowDetail::Call(call) => Some((row, call)),
            RowDetail::NoCall(_) => None,
        })
        .collect()
}

pub fn event((row, call): &Call) -> (Option<String>, Option<String>) {
    let named = !matches!(call.kind.as_deref(), Some("identify" | "group" | "alias"));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (some(&row.kind), some(&row.name).filter(|_| named))
}

fn by(by: GroupBy, call: &CallDetail) -> Option<String> {
    match by {
        GroupBy::Event => None,
        GroupBy::Library => call.library.as_ref().and_then(|(name, version)| match version {
            Some(version) if !version.is_empty() => Some(format!("{name} {version}")),
            _ => Some(name.clone()).filter(|name| !name.is_empty()),
        }),
        GroupBy::AppVersion => {
            let call: serde_json::Value = serde_json::from_str(&call.call_text).expect("JSON");
            call["context"]["app"]["version"].as_str().map(str::to_owned)
        }
        GroupBy::WriteKey => call.write_key.clone(),
    }
}

fn version(by: Option<&str>, call: &CallDetail) -> Option<String> {
    let (name, version) = call.library.as_ref()?;
    let version = version.as_deref().filter(|version| !version.is_empty())?;
    (by? == format!("{name} {version}")).then(|| version.to_owned())
}

fn count<'c>(calls: impl Iterator<Item = &'c Call>, now: i64) -> CountedCalls {
    let mut counted = CountedCalls::default();
    for (row, call) in calls {
        if counted.calls + counted.repeats == 0 {
            (counted.row, counted.seq) = (row.row, call.seq.0);
            counted.first_seen = row.received_at;
        }
        counted.last_seen = row.received_at;
        counted.repeats += u64::from(call.repeat);
        counted.calls += u64::from(!call.repeat);
        let ago = now.div_euclid(60_000) - row.received_at.div_euclid(60_000);
        if let Some(slot) = 15_usize.checked_sub(ago as usize) {
            counted.trend[slot] += 1;
        }
    }
    counted
}

/// How an id stands in calls, by its cells in the log.
fn id_share<'c>(cells: impl Iterator<Item = &'c IdCell>) -> IdShare {
    let mut share = IdShare::default();
    for cell in cells {
        let (found, doubts, missed) = match cell {
            IdCell::Found { doubtful, .. } => (true, *doubtful, false),
            IdCell::SomeMiss { doubtful, .. } => (true, *doubtful, true),
            IdCell::Missing { .. } => (false, false, true),
            IdCell::NotNeeded => (false, false, false),
            IdCell::Muted | IdCell::NotRead => continue,
        };
        share.looked_for += 1;
        share.found += u64::from(found);
        share.doubtful += u64::from(doubts);
        share.missed += u64::from(missed);
        share.some_miss += u64::from(found && missed);
    }
    share
}

pub fn naive(
    calls: &[Call],
    now: i64,
    group: impl Fn(&Call) -> (Option<String>, Option<String>, Option<String>),
) -> Vec<Coverage> {
    let mut groups: BTreeMap<_, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        groups.entry(group(call)).or_default().push(call);
    }
    let rows = groups.into_iter().map(|((kind, event, by), calls)| {
        let new = || calls.iter().filter(|(_, call)| !call.repeat);
        let sum =
            |test: fn(&CallDetail) -> bool| new().filter(|(_, call)| test(call)).count() as u64;
        let mut verdicts =
            vec![segscope::findings::VerdictCounts::default(); calls[0].0.marks.len()];
        for (_, call) in new() {
            for (vendor, rendered) in &call.vendors {
                let at = Verdict::WORST_FIRST.iter().position(|known| *known == rendered.verdict);
                let used = u64::from(call.in_use.contains(vendor));
                verdicts[*vendor][at.expect("known")] += used;
            }
        }
        Coverage {
            kind,
            event,
            by_version: version(by.as_deref(), &calls[0].1),
            by,
            counted: count(calls.iter().copied(), now),
            ids: [
                id_share(new().map(|(row, _)| &row.account)),
                id_share(new().map(|(row, _)| &row.user)),
            ],
            missing: sum(|call| !call.missing.is_empty()),
            discarded: sum(|call| call.service.is_discarded()),
            verdicts,
        }
    });
    rows.collect()
}

pub fn sorted(groups: GroupedRows<Coverage>) -> Vec<Coverage> {
    assert_eq!((groups.of, groups.other), (groups.rows.len() as u64, 0));
    let mut rows = groups.rows;
    assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.counted.calls)));
    rows.sort_by(|a, b| (&a.kind, &a.event, &a.by).cmp(&(&b.kind, &b.event, &b.by)));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_those_of_a_recount(
        sent in prop::collection::vec(random_calls::sent(), 1..40),
        clear in 0..80_usize,
    ) {
        let engine = engine();
        for (at, sent) in sent.iter().enumerate() {
            if at == clear {
                engine.clear(0).expect("recorded");
            }
            send(&engine, &sent.path, sent.test, at as i64 * STEP_MS, &sent.body);
        }
        let now = BEGIN_MS + (sent.len() as i64 - 1) * STEP_MS;
        let calls = calls(&engine);
        for dimension in [GroupBy::Event, GroupBy::Library, GroupBy::AppVersion, GroupBy::WriteKey] {
            let with_event = |call: &Call| {
                let (kind, event) = event(call);
                (kind, event, by(dimension, &call.1))
            };
            prop_assert_eq!(sorted(engine.coverage(dimension)), naive(&calls, now, with_event));
            let alone = |call: &Call| (None, None, by(dimension, &call.1));
            prop_assert_eq!(sorted(engine.totals(dimension)), naive(&calls, now, alone));
        }

        for at_all in [false, true] {
            let mut found: BTreeMap<_, Vec<&Call>> = BTreeMap::new();
            for call in &calls {
                let in_use = |vendor: &usize| call.1.in_use.contains(vendor);
                let at_vendors = call.1.vendors.iter().filter(|(vendor, _)| at_all || in_use(vendor));
                let at_vendors = at_vendors.flat_map(|(vendor, at)| at.findings.iter().map(|f| (Some(*vendor), f)));
                let all = call.1.common.iter().map(|finding| (None, finding)).chain(at_vendors);
                // what every vendor says of a call without a type is counted once
                let vendor_of = |code: &str, vendor: Option<usize>| {
                    vendor.filter(|_| !code.starts_with("EVT-TYPE-"))
                };
                let mut codes: Vec<_> =
                    all.map(|(vendor, f)| (f.code.to_string(), vendor_of(&f.code, vendor))).collect();
                codes.sort();
                codes.dedup();
                for (code, vendor) in codes {
                    let used = vendor.as_ref().is_none_or(in_use);
                    found.entry((code, vendor, event(call), used)).or_default().push(call);
                }
            }
            let wanted: Vec<_> = found
                .into_iter()
                .map(|(key, calls)| (key, count(calls.into_iter(), now)))
                .collect();
            let groups = engine.found_in(at_all);
            let order = |row: &segscope::engine::FoundIn| {
                let reaches = row.effect != segscope::findings::Effect::Discard;
                (!row.in_use, row.severity, reaches, std::cmp::Reverse(row.counted.calls))
            };
            prop_assert!(groups.rows.is_sorted_by_key(order));
            let mut rows: Vec<_> = groups
                .rows
                .into_iter()
                .map(|row| ((row.code, row.vendor, (row.kind, row.event), row.in_use), row.counted))
                .collect();
            rows.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(rows, wanted);
        }
    }

    #[test]
    fn what_is_expected_stands_as_a_recount_says_and_what_is_learned_is_met(
        sent in prop::collection::vec(random_calls::sent(), 1..40),
    ) {
        let engine = engine();
        for (at, sent) in sent.iter().enumerate() {
            send(&engine, &sent.path, sent.test, at as i64 * STEP_MS, &sent.body);
        }
        let calls = calls(&engine);
        let LearnedPlan { plan, left_out, .. } = engine.learn();
        prop_assert_eq!(left_out, 0);
        let wants_all = plan.list.iter().map(|entry| Expectation { ids: [true; 2], ..entry.clone() });
        let wants_all = Plan::from_events(wants_all.collect());
        let has = |id: &IdCell| matches!(id, IdCell::Found { .. });
        // all rows, and every other one
        let rows: Vec<u64> = (0..engine.rows()).step_by(2).collect();
        for rows in [None, Some(&rows[..])] {
            let expectations = engine.compare_with(&wants_all, rows);
            for entry in &expectations.list {
                let own = |call: &&Call| {
                    let kind = call.1.kind.as_deref().and_then(CallType::parse);
                    let here = rows.is_none_or(|rows| rows.contains(&call.0.row));
                    let name = event(call).1;
                    let named = |name: &Option<String>| {
                        let own = |other: &Expectation| other.kind == entry.wanted.kind && other.name == *name;
                        plan.list.iter().any(own)
                    };
                    let own = name == entry.wanted.name || (entry.wanted.name.is_none() && !named(&name));
                    here && kind == Some(entry.wanted.kind) && own
                };
                let own: Vec<&Call> = calls.iter().filter(own).collect();
                let new = || own.iter().filter(|(_, call)| !call.repeat);
                let counted = &entry.came.counted;
                prop_assert_eq!((counted.calls + counted.repeats, counted.calls), (own.len() as u64, new().count() as u64));
                let lack = [
                    new().filter(|(row, _)| !has(&row.account)).count() as u64,
                    new().filter(|(row, _)| !has(&row.user)).count() as u64,
                ];
                prop_assert_eq!(entry.lack, lack, "{:?}", entry.wanted);
                let count = |is: fn(&IdCell) -> bool| {
                    let of = |cell: fn(&RowView) -> &IdCell| new().filter(|(row, _)| is(cell(row))).count() as u64;
                    [of(|row| &row.account), of(|row| &row.user)]
                };
                let some_miss = count(|cell| matches!(cell, IdCell::SomeMiss { .. }));
                let doubtful = count(|cell| matches!(cell, IdCell::Found { doubtful: true, .. }));
                prop_assert_eq!((entry.some_miss, entry.doubtful), (some_miss, doubtful));
                let arrives = |call: &CallDetail| !call.service.is_discarded();
                let whole = new().filter(|(row, call)| arrives(call) && has(&row.account) && has(&row.user)).count();
                prop_assert_eq!(entry.with_ids, whole as u64);
            }
        }
        let again = super::engine();
        for (at, sent) in sent.iter().enumerate() {
            send(&again, &sent.path, sent.test, at as i64 * STEP_MS, &sent.body);
        }
        let expectations = again.compare_with(&plan, None);
        // what a service discards is not there, whatever was learned
        let discarded = calls.iter().any(|(_, call)| call.service.is_discarded());
        prop_assert!(discarded || expectations.all_met(), "{:?}", expectations.line());
        let again = Plan::read(&plan.text(&[])).map(|plan| plan.list).unwrap_or_default();
        prop_assert_eq!(again, plan.list);
    }

    #[test]
    fn people_are_those_of_a_recount(sent in prop::collection::vec(random_calls::sent(), 1..40)) {
        let engine = engine();
        for (at, sent) in sent.iter().enumerate() {
            send(&engine, &sent.path, sent.test, at as i64 * STEP_MS, &sent.body);
        }
        let calls = calls(&engine);
        for who in [Who::Accounts, Who::Users] {
            let ids = |call: &CallDetail| match who {
                Who::Accounts => (call.account_id.clone(), call.user_id.clone()),
                Who::Users => (call.user_id.clone(), call.account_id.clone()),
            };
            let mut wanted: BTreeMap<String, Vec<&Call>> = BTreeMap::new();
            for call in &calls {
                if let Some(id) = ids(&call.1).0 {
                    wanted.entry(id).or_default().push(call);
                }
            }
            let people = engine.people(who, 0..u64::MAX);
            prop_assert_eq!((people.of, people.other), (wanted.len() as u64, 0));
            prop_assert!(people.rows.is_sorted_by_key(|row| std::cmp::Reverse(row.counted.calls)));
            let second = engine.people(who, 1..2).rows;
            prop_assert_eq!(second.first(), people.rows.get(1));
            for person in people.rows {
                let own = &wanted[&person.id];
                // a person has no trend
                let counted = CountedCalls { trend: [0; 16], ..count(own.iter().copied(), 0) };
                prop_assert_eq!(&person.counted, &counted);
                let both = own.iter().filter(|(_, call)| !call.repeat && ids(call).1.is_some());
                prop_assert_eq!(person.with_other, both.count() as u64);
                let mut members: Vec<(String, u64, u64, i64)> = Vec::new();
                for (row, call) in own {
                    if let Some(other) = ids(call).1
                        && !members.iter().any(|member| member.0 == other)
                    {
                        members.push((other, call.seq.0, row.row, row.received_at));
                    }
                }
                let found = engine.members(who, &person.id, None).rows;
                let found: Vec<_> =
                    found.into_iter().map(|at| (at.id, at.since, at.row, at.since_ms)).collect();
                prop_assert_eq!(found, members);
            }
        }
        prop_assert!(engine.members(Who::Users, "nobody of that name", None).rows.is_empty());
    }
}

/// A page shows the first rows of many; they are those that would stand first among all.
#[test]
fn the_first_rows_of_many_are_the_worst_and_then_the_earliest() {
    let events = 1_200;
    let engine = engine();
    for from in (0..events).step_by(100) {
        let call = |n: usize| format!(r#"{{"type":"track","userId":"u","event":"E{n}"}}"#);
        let calls: Vec<String> = (from..from + 100).map(call).collect();
        let body = format!(r#"{{"batch":[{}]}}"#, calls.join(","));
        send(&engine, "/v1/batch", None, from as i64, &body);
    }
    // seen last, and most often
    for n in 0..3 {
        let body = r#"{"userId":"u","event":"often"}"#;
        send(&engine, "/v1/track", None, 10_000 + n, body);
    }
    let groups = engine.found_in(false);
    assert!(groups.rows.len() == 2_000 && groups.of > 10 * events as u64, "{}", groups.of);
    let order = |row: &segscope::engine::FoundIn| {
        let calls = std::cmp::Reverse(row.counted.calls);
        (row.severity, row.effect != segscope::findings::Effect::Discard, calls, row.counted.seq)
    };
    assert!(groups.rows.is_sorted_by_key(order));
    let errors = groups.rows.iter().filter(|row| row.event.as_deref() == Some("often")).count();
    assert_eq!(groups.rows[0].event.as_deref(), Some("often"));
    // no event is passed over for a later one
    let mut seqs: Vec<u64> = groups.rows[errors..].iter().map(|row| row.counted.seq).collect();
    seqs.dedup();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    // the same of groups of calls
    let groups = engine.coverage(GroupBy::Event);
    let first: Vec<u64> = groups.rows.iter().map(|row| row.counted.seq).collect();
    let earliest = std::iter::once(events as u64 + 1).chain(1..=events as u64);
    assert_eq!(first, earliest.collect::<Vec<_>>());
}

/// As many names as calls, such as ids in names: a page is read again five times a second.
#[test]
fn findings_of_many_events_cost_no_more_than_their_coverage() {
    let engine = engine();
    for from in (0..4_000).step_by(400) {
        let call = |n: usize| format!(r#"{{"type":"track","userId":"u","event":"E{n}"}}"#);
        let calls: Vec<String> = (from..from + 400).map(call).collect();
        let body = format!(r#"{{"batch":[{}]}}"#, calls.join(","));
        send(&engine, "/v1/batch", None, from as i64, &body);
    }
    let fastest = |read: &dyn Fn()| {
        let time = || {
            let begin = Instant::now();
            read();
            begin.elapsed()
        };
        (0..5).map(|_| time()).min().expect("five")
    };
    let found = fastest(&|| drop(engine.found_in(true)));
    let coverage = fastest(&|| drop(engine.coverage(GroupBy::Event)));
    // grouping each finding of each event would cost ten times as much
    assert!(found < 4 * coverage, "{found:?}, and the coverage {coverage:?}");
}
