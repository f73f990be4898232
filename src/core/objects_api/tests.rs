use crate::objects_api::*;
use std::collections::BTreeMap;

const START: Millis = 1_714_564_800_000;

fn take(objects: &mut Objects, second: Millis, path: &str, body: &str) -> u16 {
    let step = ObjectsRoute::parse("POST", path).expect("a step");
    let at = START + second * 1000;
    let foreseen = objects.status(at, step, Some(body));
    let status = objects.take(at, step, Some(body)).status;
    assert_eq!(foreseen, status, "{path} {body}");
    status
}

fn properties(objects: &Objects, model: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let model = objects.model(model).expect("a model");
    model.objects().map(|(id, properties)| (id.to_owned(), properties.clone())).collect()
}

#[test]
fn properties_are_merged_and_errors_keep_their_reasons() {
    let mut objects = Objects::new(60_000);
    let first = r#"{"collection":"companies","objects":[
        {"id":"c1","properties":{"name":"A","mrr":1.0,"external_id":"e1"}},
        {"id":"c1","properties":{"mrr":2.50,"phase":null}}, {"id":7,"properties":{}}]}"#;
    assert_eq!(take(&mut objects, 0, "/v1/set", first), 200);
    let line = r#"{"id":"c2","collection":"companies","properties":{"externalId":12}}"#;
    assert_eq!(take(&mut objects, 1, "/v0/start", ""), 201);
    assert_eq!(take(&mut objects, 2, "/v0/upload/sync-1", line), 201);
    assert_eq!(take(&mut objects, 3, "/v1/set", first), 200, "a run that is not shown goes on");
    assert_eq!(objects.companies().collect::<Vec<_>>(), ["12", "e1"]);
    let kept = properties(&objects, "companies");
    assert_eq!(kept.len(), 1, "{kept:?}");

    let mut objects = Objects::new(60_000);
    take(&mut objects, 0, "/v1/set", first);
    let merged = [("external_id", "\"e1\""), ("mrr", "2.50"), ("name", "\"A\""), ("phase", "null")];
    let merged = merged.map(|(key, json)| (key.to_owned(), json.to_owned())).into();
    assert_eq!(properties(&objects, "companies"), [("c1".to_owned(), merged)]);
    let problems = objects.model("companies").expect("a model").problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].reason, "`id` is not a string of 1 to 100 characters");
    assert_eq!(problems[0].at, START);
}

#[test]
fn a_model_lists_its_errors_and_then_its_objects() {
    let mut objects = Objects::new(60_000);
    let body = r#"{"collection":"users","objects":[{"id":"b","properties":{"n":1,"w":"x"}},
        {"id":7,"properties":{}},{"id":"a","properties":{}},{"id":"","properties":{}}]}"#;
    take(&mut objects, 0, "/v1/set", body);
    let model = objects.model("users").expect("a model");
    assert_eq!(model.items(), 4);
    let all = model.window(0..9);
    let object =
        |id: &str, summary: &str| ModelItem::Object { id: id.into(), summary: summary.into() };
    assert!(all[..2].iter().all(|item| matches!(item, ModelItem::Problem(_))), "{all:?}");
    assert_eq!(all[2..], [object("a", ""), object("b", "n 1, w \"x\"")]);
    for range in [0..1, 1..3, 2..4, 3..9, 4..5, 0..0] {
        let end = range.end.min(all.len());
        assert_eq!(model.window(range.clone()), all[range.start.min(end)..end], "{range:?}");
    }
    assert_eq!(model.properties(1), None, "an error has none");
    let wanted = [("n", "1"), ("w", "\"x\"")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(model.properties(3), Some(wanted.to_vec()));
    assert_eq!(model.properties(4), None);
}

#[test]
fn a_body_that_cannot_be_read_is_one_error() {
    let mut objects = Objects::new(60_000);
    take(&mut objects, 0, "/v0/start", "");
    let step = ObjectsRoute::Upload("sync-1");
    assert_eq!(objects.status(START + 599_000, step, None), 400);
    assert_eq!(objects.take(START + 599_000, step, None).status, 400);
    let panel = objects.panel(START + 600_000).expect("a run");
    assert_eq!(panel.status, Status::Expired, "what is refused keeps no sync alive");
    assert!(objects.expires(START + 599_000, START + 600_000));
    assert!(!objects.expires(START + 600_000, START + 601_000));
    assert_eq!((panel.models[0].model.as_str(), panel.models[0].errors), ("(unknown)", 1));
    assert_eq!(objects.take(START, ObjectsRoute::Set, None).status, 400);
}

#[test]
fn forgets_old_syncs() {
    let mut objects = Objects::new(60_000);
    for _ in 0..=MAX_SYNCS {
        take(&mut objects, 0, "/v0/start", "");
    }
    assert_eq!(take(&mut objects, 1, "/v0/keep-alive/sync-1", ""), 400);
    assert_eq!(take(&mut objects, 1, "/v0/keep-alive/sync-2", ""), 200);
    assert_eq!(take(&mut objects, 1, "/v0/keep-alive/sync-10001", ""), 200);
    assert_eq!(take(&mut objects, 1, "/v0/keep-alive/sync-10002", ""), 400);
}

#[test]
fn a_clock_that_is_set_back_does_not_change_the_panel() {
    let mut objects = Objects::new(60_000);
    take(&mut objects, 100, "/v0/start", "");
    take(&mut objects, 50, "/v0/start", "");
    let line = r#"{"id":"a","collection":"users","properties":{}}"#;
    assert_eq!(take(&mut objects, 101, "/v0/upload/sync-2", line), 201);
    assert_eq!(take(&mut objects, 101, "/v0/upload/sync-1", line), 201);
    assert_eq!(take(&mut objects, 102, "/v0/finish/sync-2", ""), 202);
    let panel = objects.panel(START + 103_000).expect("a run");
    assert_eq!((panel.status, panel.models.len()), (Status::Running, 1));
}

#[test]
fn a_huge_run_is_counted_and_bounded() {
    let mut objects = Objects::new(60_000);
    let value = "x".repeat(32_000);
    let object = |id: usize| format!(r#"{{"id":"{id}","properties":{{"p":"{value}"}}}}"#);
    let body = |batch: usize| {
        let list: Vec<String> = (0..10).map(|i| object(batch * 10 + i)).collect();
        format!(r#"{{"collection":"users","objects":[{}]}}"#, list.join(","))
    };
    // the same objects again take no more memory
    for batch in (0..220).chain([0, 219, 219]) {
        take(&mut objects, 0, "/v1/set", &body(batch));
    }
    let model = objects.model("users").expect("a model");
    assert_eq!(model.objects_synced(), 2200);
    let kept: usize = model.objects().flat_map(|(_, p)| p.values()).map(String::len).sum();
    assert!((60 << 20..=64 << 20).contains(&kept), "{kept}");
}

#[test]
fn counts_errors_and_objects_of_models_beyond_the_limit() {
    let mut objects = Objects::new(60_000);
    let value = "x".repeat(32_000);
    for batch in 0..220 {
        let object =
            |at: usize| format!(r#"{{"id":"{}","properties":{{"p":"{value}"}}}}"#, batch * 10 + at);
        let list = (0..10).map(object).collect::<Vec<_>>().join(",");
        take(
            &mut objects,
            0,
            "/v1/set",
            &format!(r#"{{"collection":"users","objects":[{list}]}}"#),
        );
    }
    // few enough names that some models still have room
    const MODELS: usize = 2000;
    let name = |at: usize| {
        let letter = |digit: usize| char::from(b'a' + (digit % 26) as u8);
        let text: String = [at / 676, at / 26, at].map(letter).iter().collect();
        text.repeat(10)
    };
    for at in 0..MODELS {
        let body = format!(
            r#"{{"collection":"{}","objects":[{{"id":7,"properties":{{}}}},{{"id":"a","properties":{{}}}}]}}"#,
            name(at)
        );
        // the objects again are no further objects
        take(&mut objects, 1, "/v1/set", &body);
        take(&mut objects, 1, "/v1/set", &body);
    }
    let panel = objects.panel(START + 2_000).expect("a run");
    assert_eq!(panel.errors(), 2 * MODELS as u64);
    let synced: u64 = panel.models.iter().map(|row| row.objects_synced).sum();
    assert_eq!(synced, (2200 + MODELS) as u64);
    assert!(panel.models.len() < MODELS / 2, "{}", panel.models.len());
    let further = objects.model("(further models)").expect("a model");
    assert!(further.errors() > 0 && further.objects_synced() > 0);
    assert!(!further.problems().is_empty(), "the reasons of the first errors are kept");
}
