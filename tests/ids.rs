//! How ids that are wanted under another name, or that name nobody, are told: in the log's lines,
//! in words and in the counts.

use segscope::engine::{Cell, InUse, Pipeline, Recording, RowView, Who};
use segscope::recording::Journal;
use segscope::report::call_line;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::sync::Arc;

fn pipeline() -> Pipeline {
    let vendors = Arc::new(Vendors::new(&serde_json::Map::new(), &[]).expect("the defaults"));
    let recording = Recording::of_journal(Journal::nameless().expect("a file")).expect("empty");
    let in_use = InUse::unsaid(&vendors);
    Pipeline::new(recording, vendors, in_use, None).expect("nothing to read").0
}

fn take(pipeline: &Pipeline, body: &str) -> RowView {
    let head = RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &[("content-type".to_owned(), "application/json".to_owned())],
        received_at: 1_795_341_600_000,
    };
    assert_eq!(pipeline.take(&head, body.as_bytes(), "").status, 200);
    pipeline.settle();
    let rows = pipeline.rows();
    pipeline.window(rows - 1..rows).remove(0)
}

/// The places under which an id is wanted, by the vendors' short names.
fn wanted(pipeline: &Pipeline, cell: &Cell) -> Vec<String> {
    let Cell::SomeMiss { wanted, .. } = cell else { panic!("some miss it: {cell:?}") };
    let vendors = pipeline.vendors();
    wanted.iter().map(|w| format!("{} {}", vendors.info(w.vendor).short, w.path)).collect()
}

#[test]
fn who_misses_an_id_that_others_find_and_what_they_want_is_told() {
    let pipeline = pipeline();
    let row = take(
        &pipeline,
        r#"{"userId":"u","anonymousId":"a","event":"E",
            "properties":{"account_id":"acct_42","user_id":"u"}}"#,
    );
    assert_eq!(wanted(&pipeline, &row.account), ["PH /properties/company_id", "FS /groupId"]);
    let Cell::SomeMiss { wanted, .. } = &row.account else { panic!("just seen") };
    let names: Vec<&str> = wanted.iter().map(|wanted| wanted.name()).collect();
    assert_eq!(names, ["company_id", "groupId"]);
    let line = call_line(&row, &pipeline.vendors(), false);
    assert!(line.contains("account=acct_42!(PH company_id, FS groupId)"), "{line}");
}

#[test]
fn an_id_that_is_doubtful_has_a_mark_besides_its_colour() {
    let pipeline = pipeline();
    let call = |id: &str| {
        let all = format!(
            r#"{{"userId":{id},"groupId":{id},"anonymousId":"a","event":"E",
                "properties":{{"account_id":{id},"user_id":{id},"company_id":{id}}}}}"#
        );
        take(&pipeline, &all)
    };
    for (id, shown) in [
        ("\"null\"", "null"),
        ("\"undefined\"", "undefined"),
        ("7", "7"),
        ("\"ACCOUNT_ID\"", "ACCOUNT_ID"),
    ] {
        let row = call(id);
        assert_eq!(row.account, Cell::Found { text: shown.to_owned(), doubtful: true });
        let line = call_line(&row, &pipeline.vendors(), false);
        assert!(line.contains(&format!("account={shown}?  user={shown}?")), "{line}");
    }
    let row = take(&pipeline, r#"{"userId":"null","event":"E","properties":{"account_id":42}}"#);
    let line = call_line(&row, &pipeline.vendors(), false);
    assert!(line.contains("account=42?!(") && line.contains("user=null?!("), "{line}");
    call("\"acme\"");
    // people that some call named so are told from those that all calls named well
    for who in [Who::Accounts, Who::Users] {
        let people = pipeline.people(who, 0..99).rows;
        let mut doubtful: Vec<&str> =
            people.iter().filter(|person| person.doubtful).map(|person| &*person.id).collect();
        doubtful.sort_unstable();
        let others: Vec<&str> =
            people.iter().filter(|person| !person.doubtful).map(|person| &*person.id).collect();
        assert_eq!(others, ["acme"]);
        assert!(["7", "ACCOUNT_ID", "null", "undefined"].iter().all(|id| doubtful.contains(id)));
    }
    let members = pipeline.members(Who::Accounts, "null").rows;
    assert!(members.iter().any(|member| member.id == "null" && member.doubtful));
    let members = pipeline.members(Who::Accounts, "acme").rows;
    assert!(members.iter().all(|member| !member.doubtful));
}
