use super::*;
use crate::findings::Severity;

/// Returns a group of one call with a code, an event and a place.
fn group(event: &str, path: &str, example: &str) -> FindingGroup {
    FindingGroup {
        unit: "call",
        code: "A".to_owned(),
        severity: Severity::Error,
        missing: false,
        fails: false,
        vendor: None,
        event: Some(event.to_owned()),
        event_name: None,
        calls: 1,
        repeats: 0,
        message: String::new(),
        why: String::new(),
        history: None,
        fix: String::new(),
        path: path.to_owned(),
        other_paths: Vec::new(),
        example: example.to_owned(),
        corrected: None,
    }
}

fn found(groups: Vec<(u16, FindingGroup)>) -> FoundGroups {
    let mut found = FoundGroups::default();
    for (code, group) in groups {
        found.insert(FoundGroup { code: CodeId(code), group, shared_fix: None });
    }
    found
}

/// Returns the code, event, path, calls, repeats and example of each group, in order.
fn rows(found: &FoundGroups) -> Vec<(u16, &str, &str, u64, u64, &str)> {
    let groups = found.groups.iter();
    let rows = groups.map(|FoundGroup { code, group, .. }| {
        let event = group.event.as_deref().unwrap_or_default();
        (code.0, event, &*group.path, group.calls, group.repeats, &*group.example)
    });
    rows.collect()
}

#[test]
fn merged_groups_keep_the_first_example_and_the_order_and_add_their_counts() {
    let mut all = found(vec![(1, group("A", "/x", "1")), (1, group("B", "/x", "2"))]);
    let repeats = FindingGroup { calls: 2, repeats: 3, ..group("B", "/x", "3") };
    all.merge(found(vec![
        (1, group("C", "/x", "4")),
        (1, repeats),
        (1, group("A", "/y", "5")),
        (2, group("A", "/x", "6")),
    ]));
    let want = [
        (1, "A", "/x", 1, 0, "1"),
        (1, "B", "/x", 3, 3, "2"),
        (1, "C", "/x", 1, 0, "4"),
        (1, "A", "/y", 1, 0, "5"),
        (2, "A", "/x", 1, 0, "6"),
    ];
    assert_eq!(rows(&all), want);
    // what was merged is found when more is merged
    all.merge(found(vec![(2, group("A", "/x", "7")), (1, group("C", "/x", "8"))]));
    let counts: Vec<u64> = rows(&all).iter().map(|row| row.3).collect();
    assert_eq!(counts, [1, 3, 2, 1, 2]);
}

#[test]
fn groups_with_another_fix_or_further_places_are_not_merged() {
    let fixed = |fix: &str| FindingGroup { fix: fix.to_owned(), ..group("A", "/x", "1") };
    let placed = FindingGroup { other_paths: vec!["/y".to_owned()], ..group("A", "/x", "2") };
    let mut all = found(vec![(1, fixed("rename it"))]);
    all.merge(found(vec![(1, fixed("remove it")), (1, placed)]));
    assert_eq!(rows(&all).len(), 3);
    all.merge(found(vec![(1, fixed("remove it"))]));
    assert_eq!(all.groups.iter().map(|found| found.group.calls).collect::<Vec<_>>(), [1, 2, 1]);
}

#[test]
fn a_fix_of_one_call_is_replaced_as_soon_as_several_calls_have_the_finding() {
    let of_one = |fix: &str, example: &str| FoundGroup {
        code: CodeId(1),
        group: FindingGroup { fix: fix.to_owned(), ..group("A", "/x", example) },
        shared_fix: Some("send the id".to_owned()),
    };
    let fix = |found: &FoundGroups| {
        assert_eq!(rows(found).len(), 1);
        (found.groups[0].group.fix.clone(), found.groups[0].group.calls)
    };
    let mut all = FoundGroups::default();
    all.insert(of_one("send a1", "1"));
    assert_eq!(fix(&all), ("send a1".to_owned(), 1));
    let mut later = FoundGroups::default();
    later.insert(of_one("send a2", "2"));
    all.merge(later);
    assert_eq!(fix(&all), ("send the id".to_owned(), 2));
    // a call without such a fix belongs to the same group
    all.merge(found(vec![(
        1,
        FindingGroup { fix: "send the id".to_owned(), ..group("A", "/x", "3") },
    )]));
    assert_eq!(fix(&all), ("send the id".to_owned(), 3));
}
