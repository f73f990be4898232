use super::*;
use crate::engine::index::alias_groups::MAX_ALIASED_IDS;
use crate::engine::index::remark_list::MAX_REMARKS;

fn remarks(calls: &[IdsOfCall<'_>]) -> Vec<(RemarkKind, String, Vec<String>, u64)> {
    let mut all = IdRemarks::default();
    for (place, ids) in calls.iter().enumerate() {
        all.note(ids, place as u64);
    }
    let plain =
        |remark: &IdRemark| (remark.kind, remark.id.clone(), remark.others.clone(), remark.of);
    all.remarks().map(plain).collect()
}

fn names(others: &[&str]) -> Vec<String> {
    others.iter().map(|other| (*other).to_owned()).collect()
}

#[test]
fn an_anonymous_id_with_two_users_is_remarked_once() {
    let call = |anonymous_id, user_id| IdsOfCall {
        anonymous_id: Some(anonymous_id),
        user_id,
        user: user_id,
        ..IdsOfCall::default()
    };
    let calls = [
        call("a", None),
        call("a", Some("u1")),
        call("b", Some("u1")),
        call("a", Some("u1")),
        call("a", Some("u2")),
        call("a", Some("u1")),
        call("a", Some("u3")),
    ];
    let shared = RemarkKind::SharedAnonymousId;
    let want = vec![(shared, "a".to_owned(), names(&["u1", "u2", "u3"]), 3)];
    assert_eq!(remarks(&calls), want);
}

#[test]
fn a_user_may_have_three_accounts() {
    let call =
        |account| IdsOfCall { account: Some(account), user: Some("u"), ..IdsOfCall::default() };
    let three = ["a", "b", "c", "a"].map(call);
    assert_eq!(remarks(&three), []);
    let seven = ["a", "b", "c", "d", "e", "f", "g", "g"].map(call);
    let others = names(&["a", "b", "c", "d", "e"]);
    assert_eq!(remarks(&seven), [(RemarkKind::SharedUser, "u".to_owned(), others, 7)]);
}

#[test]
fn ids_that_are_nearly_the_same_are_remarked_and_others_are_not() {
    for (a, b, similar) in [
        ("acme", "ACME", true),
        ("acme", "acme ", true),
        ("acme", "ac\u{200b}me", true),
        ("acme", "\u{feff}acme", true),
        ("ac me", "ac-me", true),
        ("acct_1", "acct-1", true),
        ("acct_1", "acct1", true),
        ("1.2", "1-2", true),
        ("1-23", "12-3", false),
        ("10-1", "101", false),
        ("acme", "acne", false),
        ("1", "01", false),
        ("550e8400-e29b-41d4-a716-446655440000", "550E8400E29B41D4A716446655440000", true),
        ("-", "_", false),
        ("Ünal", "ünal", true),
    ] {
        let calls = [a, b, a].map(|id| IdsOfCall { account: Some(id), ..IdsOfCall::default() });
        let found = remarks(&calls);
        assert_eq!(found.len(), usize::from(similar), "{a} {b}");
        let users = [a, b].map(|id| IdsOfCall { user_id: Some(id), ..IdsOfCall::default() });
        assert_eq!(remarks(&users).len(), usize::from(similar), "{a} {b}");
    }
    let events = ["Logged In", "loggedIn", "logged_in", "Logged Out", "Step 1.2", "Step 12"];
    let calls = events.map(|event| IdsOfCall { event: Some(event), ..IdsOfCall::default() });
    let others = names(&["loggedIn", "logged_in"]);
    let want = [
        (RemarkKind::SimilarEvents, "Logged In".to_owned(), others, 2),
        (RemarkKind::SimilarEvents, "Step 1.2".to_owned(), names(&["Step 12"]), 1),
    ];
    assert_eq!(remarks(&calls), want);
}

#[test]
fn counts_ids_and_remarks_that_are_not_stored() {
    let mut all = IdRemarks::default();
    for n in 0..MAX_EVENTS as u64 + 3 {
        let event = format!("event {n}");
        all.note(&IdsOfCall { event: Some(&event), ..IdsOfCall::default() }, n);
    }
    assert_eq!((all.untold(), all.remarks().count()), (3, 0));
    let mut all = IdRemarks::default();
    for n in 0..MAX_REMARKS as u64 + 7 {
        let anonymous = format!("a{n}x");
        for user in ["u", "v"] {
            let ids = IdsOfCall {
                anonymous_id: Some(&anonymous),
                user_id: Some(user),
                ..IdsOfCall::default()
            };
            all.note(&ids, n);
        }
    }
    assert_eq!((all.remarks().count(), all.more(), all.untold()), (MAX_REMARKS, 7, 0));
}

#[test]
fn a_call_is_known_exactly_if_adding_it_changes_nothing() {
    let long = "x".repeat(MAX_BYTES + 1);
    let texts = [None, Some("a"), Some("B"), Some("b"), Some(&*long)];
    let mut all = IdRemarks::default();
    let (mut known, mut calls) = (0, 0);
    // every combination of texts, in an order in which some parts of a call are known before others
    for nth in (0..2 * 5_usize.pow(5)).map(|nth| nth * 7) {
        let text = |place: u32| texts[nth / 5_usize.pow(place) % 5];
        let ids = IdsOfCall {
            event: text(0),
            account: text(1),
            user: text(2),
            user_id: text(3),
            anonymous_id: text(4),
            previous_id: text(5),
        };
        let before = format!("{all:?}");
        let is_known = all.is_known(&ids.hashes());
        all.note(&ids, nth as u64);
        assert_eq!(is_known, format!("{all:?}") == before, "{ids:?}");
        (known, calls) = (known + usize::from(is_known), calls + 1);
    }
    assert!(known > calls / 4 && known < calls, "{known} of {calls} calls");
}

fn with_anonymous(anonymous: &'static str, user: &'static str) -> IdsOfCall<'static> {
    IdsOfCall { anonymous_id: Some(anonymous), user_id: Some(user), ..IdsOfCall::default() }
}

fn alias(previous: &'static str, user: &'static str) -> IdsOfCall<'static> {
    IdsOfCall { previous_id: Some(previous), user_id: Some(user), ..IdsOfCall::default() }
}

#[test]
fn ids_that_alias_calls_connect_are_one_person() {
    let shared = |others: &[&str], of| {
        vec![(RemarkKind::SharedAnonymousId, "a".to_owned(), names(others), of)]
    };
    let [old, kim, bob] = ["old-kim", "kim", "bob"].map(|user| with_anonymous("a", user));
    let join = alias("old-kim", "kim");
    assert_eq!(remarks(&[old, kim]), shared(&["old-kim", "kim"], 2), "no alias call");
    // in every order
    assert_eq!(remarks(&[old, join, kim]), []);
    assert_eq!(remarks(&[join, old, kim]), []);
    assert_eq!(remarks(&[old, kim, join]), []);
    assert_eq!(remarks(&[old, kim, alias("kim", "old-kim")]), []);
    // over ids that never came with the anonymousId
    assert_eq!(remarks(&[old, kim, alias("old-kim", "x"), alias("y", "kim"), alias("y", "x")]), []);
    // another person is still one
    assert_eq!(remarks(&[old, kim, bob]), shared(&["old-kim", "kim", "bob"], 3));
    for calls in [[old, kim, bob, join], [old, kim, join, bob], [join, old, kim, bob]] {
        assert_eq!(remarks(&calls), shared(&["old-kim", "bob"], 2));
    }
    // two persons of two ids each become one
    let [ann, eve] = ["ann", "eve"].map(|user| with_anonymous("a", user));
    let pairs = [old, ann, kim, eve, join, alias("ann", "eve")];
    assert_eq!(remarks(&pairs), shared(&["old-kim", "ann"], 2));
    assert_eq!(remarks(&[&pairs[..], &[alias("eve", "kim")]].concat()), []);
    // other anonymousIds of the same people are not touched
    let other = [with_anonymous("b", "old-kim"), with_anonymous("b", "bob")];
    let found = remarks(&[&[old, kim][..], &other, &[join]].concat());
    let want = names(&["old-kim", "bob"]);
    assert_eq!(found, [(RemarkKind::SharedAnonymousId, "b".to_owned(), want, 2)]);
}

#[test]
fn a_remark_that_an_alias_call_ends_is_neither_stored_nor_counted() {
    let mut all = IdRemarks::default();
    let texts: Vec<[String; 3]> = (0..MAX_REMARKS + 2)
        .map(|n| [format!("a{n}x"), format!("u{n}x"), format!("v{n}x")])
        .collect();
    for (n, [anonymous, a, b]) in texts.iter().enumerate() {
        for (nth, user) in [a, b].into_iter().enumerate() {
            let ids = IdsOfCall {
                anonymous_id: Some(anonymous),
                user_id: Some(user),
                ..IdsOfCall::default()
            };
            all.note(&ids, (2 * n + nth) as u64);
        }
    }
    assert_eq!((all.remarks().count(), all.more()), (MAX_REMARKS, 2));
    assert!(all.is_shown_by(0) && all.is_shown_by(1));
    for [_, a, b] in [&texts[0], &texts[MAX_REMARKS]] {
        let ids = IdsOfCall { previous_id: Some(a), user_id: Some(b), ..IdsOfCall::default() };
        all.note(&ids, 9_999);
    }
    assert_eq!((all.remarks().count(), all.more()), (MAX_REMARKS - 1, 1));
    assert!(!all.is_shown_by(0) && !all.is_shown_by(1) && all.is_shown_by(2));
}

#[test]
fn an_alias_call_without_room_is_counted() {
    let mut all = IdRemarks::default();
    for n in 0..MAX_ALIASED_IDS {
        let previous = format!("p{n}x");
        let ids = IdsOfCall {
            previous_id: Some(&previous),
            user_id: Some("one"),
            ..IdsOfCall::default()
        };
        all.note(&ids, n as u64);
    }
    assert_eq!(all.untold(), 1);
}
