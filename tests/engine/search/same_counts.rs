//! The log's header, the pages that count, the window of muted codes, the filters, the reports and the
//! summaries give one number for the same calls.

use super::aggregates::{Call, calls};
use super::timeline::{rows_of, timeline};
use super::{engine, random_calls, send};
use proptest::prelude::*;
use segscope::engine::{Engine, FindingCount, GroupBy, IdCell, RangeFilter, Tally, Who};
use segscope::fql::parse;
use segscope::plan::{Expectation, Plan};
use segscope::report::{check_text, finding_groups, summary};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the number of rows that pass a filter.
fn passing(engine: &Engine, filter: &str) -> u64 {
    let filter = parse(filter).expect("a filter");
    let rows = RangeFilter::new(filter).calls(engine, 0..engine.rows());
    rows.expect("readable").len() as u64
}

/// A tally without the rows that it names.
fn numbers(tally: &Tally) -> Tally {
    let found = tally.found.iter().map(|found| FindingCount { first: 0, ..*found });
    let mut found: Vec<FindingCount> = found.collect();
    found.sort_by_key(|found| found.code);
    Tally { found, no_calls: Vec::new(), groups: Vec::new(), ..tally.clone() }
}

/// The names of what was found in a call by Segment and at vendors that count for it.
fn codes(call: &Call) -> BTreeSet<String> {
    let in_use = call.1.vendors.iter().filter(|(vendor, _)| call.1.in_use.contains(vendor));
    let findings = in_use.flat_map(|(_, rendered)| &rendered.findings).chain(&call.1.common);
    findings.map(|finding| finding.code.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_page_and_every_report_says_the_same(
        sent in prop::collection::vec(random_calls::sent(), 1..40),
    ) {
        let engine = engine();
        for (at, sent) in sent.iter().enumerate() {
            // a field of the call's own would hide what a filter asks for
            let body = sent.body.replace("\"repeat\":", "\"own\":");
            send(&engine, &sent.path, sent.test, at as i64 * 1_000, &body);
        }
        let (calls, vendors) = (calls(&engine), engine.vendors());
        let new = || calls.iter().filter(|(_, call)| !call.repeat);

        // the header
        let stats = engine.stats();
        prop_assert_eq!((stats.calls, stats.came()), (new().count() as u64, calls.len() as u64));
        let missing = new().filter(|(_, call)| !call.missing.is_empty()).count() as u64;
        prop_assert_eq!(stats.missing, missing);
        let passing = |filter: &str| passing(&engine, filter);
        prop_assert_eq!(passing("(missing(account_id) or missing(user_id)) and !repeat"), missing);

        // `check`, the summaries
        let (tally, overview) = (engine.tally(0..engine.rows()), engine.overview());
        prop_assert_eq!(numbers(&tally), numbers(&overview));
        let of_tally = (tally.calls, tally.repeats, tally.missing, tally.no_calls.len() as u64);
        prop_assert_eq!(of_tally, (stats.calls, stats.repeats, stats.missing, stats.refused));
        let groups = finding_groups(&vendors, &tally, &|rows| engine.details_of_each(rows)).expect("readable");
        let check = check_text(&vendors, &tally, &groups, (None, "passed"), false);
        let tail = summary(&stats, &vendors, &overview);
        let titles: Vec<String> =
            (0..vendors.len()).map(|at| format!("{}: ", vendors.info(at).title)).collect();
        let is_verdicts = |line: &&str| titles.iter().any(|title| line.starts_with(title));
        let verdicts: Vec<&str> = tail.lines().filter(is_verdicts).collect();
        prop_assert!(check.contains(&verdicts.join("\n")), "{check}\n{tail}");
        let last = check.lines().last().expect("a last line");
        let begins = |text: &str| text.split([':', ' ']).next().map(str::to_owned);
        prop_assert_eq!(begins(last), begins(&tail), "{} {}", last, &tail);
        let lacks = (missing > 0).then(|| format!("; {missing} without an id"));
        prop_assert_eq!(lacks.is_some(), last.contains(" without an id"));
        prop_assert!(lacks.is_none_or(|lacks| last.contains(&lacks)), "{last}");

        // coverage
        for by in [GroupBy::Event, GroupBy::Library, GroupBy::AppVersion, GroupBy::WriteKey] {
            let rows = engine.coverage(by).rows;
            let sum = |number: fn(&segscope::engine::Coverage) -> u64| rows.iter().map(number).sum::<u64>();
            prop_assert_eq!(sum(|row| row.counted.calls), stats.calls);
            prop_assert_eq!(sum(|row| row.counted.repeats), stats.repeats);
            prop_assert_eq!(sum(|row| row.missing), stats.missing);
            let mut all = vec![segscope::findings::VerdictCounts::default(); vendors.len()];
            for row in &rows {
                // what stands above a share contradicts no line below it
                let either = row.ids.iter().map(|id| id.missed).max().unwrap_or(0);
                let both: u64 = row.ids.iter().map(|id| id.missed).sum();
                prop_assert!((either..=both).contains(&row.missing), "{row:?}");
                for id in &row.ids {
                    prop_assert!(id.looked_for <= row.counted.calls && id.found <= id.looked_for, "{id:?}");
                    prop_assert!(id.doubtful.max(id.some_miss) <= id.found, "{id:?}");
                    prop_assert!(id.missing() <= id.looked_for - id.found, "{id:?}");
                }
                for (sums, counts) in all.iter_mut().zip(&row.verdicts) {
                    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                }
            }
            prop_assert_eq!(&all, &tally.verdicts);
        }

        // findings, and what is set aside
        let mut found: BTreeMap<(String, Option<usize>), (u64, u64)> = BTreeMap::new();
        for row in engine.found_in(false).rows {
            let sum = found.entry((row.code, row.vendor)).or_default();
            (sum.0, sum.1) = (sum.0 + row.counted.calls, sum.1 + row.counted.repeats);
        }
        let of_tally = |found: &FindingCount| {
            let entry = vendors.codes().entry(found.code);
            ((entry.code.to_string(), entry.vendor), (found.calls, found.repeats))
        };
        // what every vendor says of a call without a type is counted once on the page, and by vendor
        // in a tally
        let is_per_vendor = |code: &str| !code.starts_with("EVT-TYPE-");
        let tallied: BTreeMap<_, _> =
            tally.found.iter().map(of_tally).filter(|((code, _), _)| is_per_vendor(code)).collect();
        found.retain(|(code, _), _| is_per_vendor(code));
        prop_assert_eq!(&found, &tallied);
        let names: Vec<String> = vendors.codes().iter().map(|(_, entry)| entry.code.to_string()).collect();
        for (name, counted) in names.iter().zip(engine.calls_with(&names)) {
            let own = new().filter(|call| codes(call).contains(name)).count() as u64;
            prop_assert_eq!(counted, own, "{}", name);
            if own > 0 {
                let filter = format!("match(finding, \"{name}\") and !repeat");
                prop_assert_eq!(passing(&filter), counted, "{}", name);
            }
        }

        // people: the list, and the page of each user
        let users = engine.people(Who::Users, 0..u64::MAX).rows;
        for user in &users {
            let quotes = user.id.contains(['"', '\\']);
            if !quotes {
                let timeline = timeline(&engine, &rows_of(&engine, &user.id), 7);
                prop_assert_eq!(timeline.calls, user.counted.calls, "{}", &user.id);
                let types: u64 = timeline.types.iter().map(|of| of.calls).sum();
                prop_assert!(types <= timeline.calls + timeline.named);
            }
        }
        let with_user = new().filter(|(row, _)| matches!(row.user, IdCell::Found { .. } | IdCell::SomeMiss { .. }));
        prop_assert_eq!(users.iter().map(|user| user.counted.calls).sum::<u64>(), with_user.count() as u64);

        // what is expected
        let learned = engine.learn().plan;
        let wanted = learned.list.iter().map(|entry| Expectation { ids: [true; 2], ..entry.clone() });
        let wants_all = Plan::from_events(wanted.collect());
        let rows = engine.coverage(GroupBy::Event).rows;
        for entry in engine.compare_with(&wants_all, None).list {
            let came = &entry.came;
            // an entry without a name stands for all that have none of their own, and a type may be
            // written in several ways
            let is = |row: &&segscope::engine::Coverage| {
                (&row.kind, &row.event) == (&came.kind, &came.event) && row.counted == came.counted
            };
            if let Some(row) = rows.iter().find(is) {
                prop_assert_eq!((&row.ids, row.missing), (&came.ids, came.missing));
            }
            for (id, share) in came.ids.iter().enumerate() {
                let calls = came.counted.calls;
                prop_assert_eq!(entry.lack[id] - entry.some_miss[id], calls - share.found);
                prop_assert_eq!(entry.some_miss[id], share.some_miss);
            }
        }
    }
}
