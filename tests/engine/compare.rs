//! Two sides of made-up traffic: what is lost is found, and what only differs by chance is not
//! reported as lost.

use segscope::engine::{
    Certainty, Comparison, Engine, Impact, InUse, Recording, Shares, Subject, TrafficProfile,
    profile_files,
};
use segscope::findings::Id;
use segscope::vendors::Vendors;
use std::fmt::Write;
use std::sync::Arc;

/// A generator of numbers, for traffic that is the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// True this often in a hundred.
    fn percent(&mut self, share: u64) -> bool {
        self.next(100) < share
    }
}

/// The changes that a release made to its calls.
#[derive(Default, Clone, Copy)]
struct Loss {
    /// More calls of this event without their account id, in a hundred.
    ids: u64,
    event: bool,
    property: bool,
    kind: bool,
}

/// The traffic of a side: calls of users of whom some send far more than others, and of whom some
/// never have an account id.
fn traffic(seed: u64, users: u64, calls: u64, loss: Loss) -> String {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let _warm: Vec<u64> = (0..8).map(|_| numbers.next(2)).collect();
    let mut out = String::new();
    for n in 0..calls {
        // the square makes a few users send most calls
        let part = numbers.next(1_000);
        let user = (part * part * users / 1_000_000) ^ (seed << 20);
        let event = ["Order Received", "Product Viewed", "Signed Up"]
            [[0, 1, 1, 1, 2][numbers.next(5) as usize]];
        if loss.event && event == "Signed Up" {
            continue;
        }
        let without = user.is_multiple_of(33) || numbers.percent(loss.ids);
        let account = if without { "" } else { r#""company_id":"c","# };
        let plan = ["free", "pro", "team"][numbers.next(3) as usize];
        let total = numbers.next(10_000);
        let total = match loss.kind && event == "Order Received" {
            true => format!("\"{total}\""),
            false => total.to_string(),
        };
        let currency = match loss.property && event == "Product Viewed" {
            true => "",
            false => r#","currency":"EUR""#,
        };
        writeln!(
            out,
            r#"{{"type":"track","event":"{event}","messageId":"{seed}-{n}","userId":"u{user}","properties":{{{account}"plan":"{plan}","total":{total}{currency}}}}}"#
        )
        .expect("text");
    }
    out
}

fn vendors() -> (Arc<Vendors>, InUse) {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let planhat = vendors.index_of("planhat").expect("built in");
    let in_use = InUse::chosen(&vendors, vec![planhat]);
    (vendors, in_use)
}

fn recording(calls: &str, folder: &tempfile::TempDir) -> Recording {
    let file = folder.path().join("calls.ndjson");
    std::fs::write(&file, calls).expect("written");
    let mut recording = Recording::default();
    recording.add(&file).expect("readable");
    recording
}

fn profile(calls: &str, shares: Shares) -> TrafficProfile {
    let (folder, (vendors, in_use)) = (tempfile::tempdir().expect("a folder"), vendors());
    let recording = recording(calls, &folder);
    let checked = profile_files(&recording, &vendors, &in_use, shares).expect("calls");
    checked.expect("a batch check").into_profile()
}

fn compare(before: &str, after: &str) -> Comparison {
    let [before, after] = [before, after].map(|calls| profile(calls, Shares::default()));
    Comparison::new(&before, &after)
}

/// The subjects that are surely lost, each with its event.
fn lost(comparison: &Comparison) -> Vec<(String, Subject)> {
    let sure = comparison.differences.iter().filter(|difference| {
        difference.certainty == Certainty::Sure && difference.impact == Impact::Loss
    });
    sure.map(|difference| (difference.event.title(), difference.subject.clone())).collect()
}

#[test]
fn what_a_release_loses_is_found_with_a_call_of_either_side() {
    let before = traffic(1, 800, 6_000, Loss::default());
    let loss = Loss { event: true, property: true, kind: true, ids: 0 };
    let comparison = compare(&before, &traffic(2, 800, 6_000, loss));
    let found = lost(&comparison);
    let track = |event: &str| format!("track {event}");
    for wanted in [
        (track("Signed Up"), Subject::Calls),
        (track("Product Viewed"), Subject::Property("currency".to_owned())),
        (track("Order Received"), Subject::Type("total".to_owned(), "string")),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} in {found:?}");
    }
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(comparison.has_lost());
    for difference in &comparison.differences {
        let gone = difference.subject == Subject::Calls && difference.after.part == 0;
        if difference.certainty == Certainty::Sure && difference.impact == Impact::Loss {
            assert!(difference.before.sample.is_some(), "{difference:?}");
            assert_eq!(difference.after.sample.is_none(), gone, "{difference:?}");
        }
    }
}

#[test]
fn ids_that_are_down_by_a_few_points_are_found() {
    let before = traffic(3, 2_000, 12_000, Loss::default());
    let after = traffic(4, 2_000, 12_000, Loss { ids: 3, ..Loss::default() });
    let found = lost(&compare(&before, &after));
    assert!(found.contains(&("all calls".to_owned(), Subject::Id(Id::Account))), "{found:?}");
    assert!(
        found.iter().all(
            |(_, subject)| !matches!(subject, Subject::Property(path) if path != "company_id")
        ),
        "{found:?}"
    );
}

/// In CI, 200 pairs; else some of them.
#[test]
fn traffic_that_differs_by_chance_alone_has_lost_nothing() {
    let rounds = std::env::var("SEGSCOPE_RANDOM_ROUNDS").ok().and_then(|text| text.parse().ok());
    let pairs = if rounds.unwrap_or(0) >= 40_000 { 200 } else { 16 };
    let mut sure = Vec::new();
    for pair in 0..pairs {
        // from a few users to many, and every other time a canary of a twentieth
        let users = 20 << (pair % 6);
        let share = if pair % 2 == 0 { 1 } else { 20 };
        let before = traffic(100 + 2 * pair, users, 3_000, Loss::default());
        let after = traffic(101 + 2 * pair, users, 3_000 / share, Loss::default());
        let comparison = compare(&before, &after);
        let list = comparison.differences.into_iter();
        sure.extend(list.filter(|difference| difference.certainty == Certainty::Sure));
    }
    assert_eq!(sure, [], "of {pairs} pairs");
}

#[test]
fn few_calls_decide_nothing() {
    let before = traffic(5, 20, 60, Loss::default());
    let after = traffic(6, 20, 20, Loss { event: true, ids: 90, ..Loss::default() });
    let comparison = compare(&before, &after);
    assert!(!comparison.has_lost());
    let few =
        |difference: &&segscope::engine::Difference| difference.certainty == Certainty::TooFew;
    assert!(comparison.differences.iter().filter(few).count() > 0);
    assert_eq!(comparison.tests, 0);
}

#[test]
fn repeats_are_not_compared_and_a_call_without_a_user_is_nobodys() {
    let calls = traffic(7, 50, 200, Loss::default());
    let twice = profile(&format!("{calls}{calls}"), Shares::default());
    assert_eq!((twice.calls(), twice.repeats()), (200, 200));
    let once = profile(&calls, Shares::default());
    assert_eq!(Comparison::new(&once, &twice).differences, []);
    let nobody = r#"{"type":"track","event":"E","properties":{}}"#;
    assert_eq!(profile(&format!("{nobody}\n").repeat(3), Shares::default()).users(), 0);
}

#[test]
fn a_profile_is_the_same_however_the_work_is_shared_and_as_the_index_has_it() {
    let loss = Loss { ids: 20, kind: true, ..Loss::default() };
    let (before, after) = (traffic(8, 90, 900, Loss::default()), traffic(9, 90, 900, loss));
    let shares = [(1, 128 << 10), (2, 4 << 10), (3, 1 << 10)];
    let mut all = shares.map(|(threads, block_bytes)| {
        let [before, after] =
            [&before, &after].map(|calls| profile(calls, Shares { threads, block_bytes }));
        format!("{:#?}", Comparison::new(&before, &after))
    });
    let by_index = |calls: &str| {
        let (folder, (vendors, in_use)) = (tempfile::tempdir().expect("a folder"), vendors());
        let recording = recording(calls, &folder);
        let (engine, _) =
            Engine::new(recording, vendors, in_use, Default::default()).expect("readable");
        engine.settle();
        let rows: Vec<u64> = (0..engine.rows()).collect();
        engine.profile(&rows).expect("readable")
    };
    let indexed = format!("{:#?}", Comparison::new(&by_index(&before), &by_index(&after)));
    let first = std::mem::take(&mut all[0]);
    assert!(first.contains("Sure"), "{first}");
    for other in all.into_iter().skip(1).chain([indexed]) {
        assert!(other == first, "{first}\n{other}");
    }
}
