//! How ids that are wanted under another name, or that name nobody, are told: in the log's lines,
//! in words and in the counts.

use crate::requests;
use segscope::engine::{Engine, IdCell, InUse, Recording, RowView, Who};
use segscope::recording::RecordingFile;
use segscope::report::call_line;
use segscope::vendors::Vendors;
use std::sync::Arc;

fn engine() -> Engine {
    let vendors = Arc::new(Vendors::new(&serde_json::Map::new(), &[]).expect("the defaults"));
    let recording =
        Recording::from_file(RecordingFile::nameless().expect("a file")).expect("empty");
    let in_use = InUse::without_choice(&vendors);
    Engine::new(recording, vendors, in_use, Default::default()).expect("nothing to read").0
}

fn take(engine: &Engine, body: &str) -> RowView {
    assert_eq!(requests::post(engine, "/v1/track", body, 1_795_341_600_000), 200);
    engine.settle();
    let rows = engine.rows();
    engine.window(rows - 1..rows).remove(0)
}

/// The places under which an id is wanted, by the vendors' short names.
fn wanted(engine: &Engine, cell: &IdCell) -> Vec<String> {
    let IdCell::SomeMiss { wanted, .. } = cell else { panic!("some miss it: {cell:?}") };
    let vendors = engine.vendors();
    wanted.iter().map(|w| format!("{} {}", vendors.info(w.vendor).short, w.path)).collect()
}

#[test]
fn who_misses_an_id_that_others_find_and_what_they_want_is_told() {
    let engine = engine();
    let row = take(
        &engine,
        r#"{"userId":"u","anonymousId":"a","event":"E",
            "properties":{"account_id":"acct_42","user_id":"u"}}"#,
    );
    assert_eq!(wanted(&engine, &row.account), ["PH /properties/company_id", "FS /groupId"]);
    let IdCell::SomeMiss { wanted, .. } = &row.account else { panic!("just seen") };
    let names: Vec<&str> = wanted.iter().map(|wanted| wanted.name()).collect();
    assert_eq!(names, ["company_id", "groupId"]);
    let line = call_line(&row, &engine.vendors(), false);
    assert!(line.contains("account=acct_42!(PH company_id, FS groupId)"), "{line}");
}

#[test]
fn an_id_that_is_doubtful_has_a_mark_besides_its_colour() {
    let engine = engine();
    let call = |id: &str| {
        let all = format!(
            r#"{{"userId":{id},"groupId":{id},"anonymousId":"a","event":"E",
                "properties":{{"account_id":{id},"user_id":{id},"company_id":{id}}}}}"#
        );
        take(&engine, &all)
    };
    for (id, shown) in [
        ("\"null\"", "null"),
        ("\"undefined\"", "undefined"),
        ("7", "7"),
        ("\"ACCOUNT_ID\"", "ACCOUNT_ID"),
    ] {
        let row = call(id);
        assert_eq!(row.account, IdCell::Found { text: shown.to_owned(), doubtful: true });
        let line = call_line(&row, &engine.vendors(), false);
        for id in ["account", "user"] {
            assert!(line.contains(&format!("  {id}={shown}? ")), "{line}");
        }
    }
    let row = take(&engine, r#"{"userId":"null","event":"E","properties":{"account_id":42}}"#);
    let line = call_line(&row, &engine.vendors(), false);
    assert!(line.contains("account=42?!(") && line.contains("user=null?!("), "{line}");
    call("\"acme\"");
    // people that some call named so are told from those that all calls named well
    for who in [Who::Accounts, Who::Users] {
        let people = engine.people(who, 0..99).rows;
        let mut doubtful: Vec<&str> =
            people.iter().filter(|person| person.doubtful).map(|person| &*person.id).collect();
        doubtful.sort_unstable();
        let others: Vec<&str> =
            people.iter().filter(|person| !person.doubtful).map(|person| &*person.id).collect();
        assert_eq!(others, ["acme"]);
        assert!(["7", "ACCOUNT_ID", "null", "undefined"].iter().all(|id| doubtful.contains(id)));
    }
    let members = engine.members(Who::Accounts, "null", None).rows;
    assert!(members.iter().any(|member| member.id == "null" && member.doubtful));
    let members = engine.members(Who::Accounts, "acme", None).rows;
    assert!(members.iter().all(|member| !member.doubtful));
}
