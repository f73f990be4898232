use super::*;

fn remarks(calls: &[IdsOfCall<'_>]) -> Vec<(RemarkKind, String, Vec<String>, u64)> {
    let mut all = IdRemarks::default();
    for (place, ids) in calls.iter().enumerate() {
        all.note(ids, place as u64);
    }
    let plain =
        |remark: &IdRemark| (remark.kind, remark.id.clone(), remark.others.clone(), remark.of);
    all.remarks().iter().map(plain).collect()
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
    assert_eq!((all.untold(), all.remarks().len()), (3, 0));
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
    assert_eq!((all.remarks().len(), all.more(), all.untold()), (MAX_REMARKS, 7, 0));
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
        };
        let before = format!("{all:?}");
        let is_known = all.is_known(&ids.hashes());
        all.note(&ids, nth as u64);
        assert_eq!(is_known, format!("{all:?}") == before, "{ids:?}");
        (known, calls) = (known + usize::from(is_known), calls + 1);
    }
    assert!(known > calls / 4 && known < calls, "{known} of {calls} calls");
}
