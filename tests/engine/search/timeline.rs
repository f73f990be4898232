//! One person's calls gone through part by part, against a recount; and the sessions that a vendor
//! works out of them.

use super::{BEGIN_MS, engine, random_calls, send};
use proptest::prelude::*;
use segscope::call::CallType;
use segscope::engine::{CallDetail, Engine, RangeFilter, RowDetail, SessionIds, Timeline};
use segscope::fql::parse;
use serde_json::json;
use std::collections::BTreeMap;

pub fn rows_of(engine: &Engine, user: &str) -> Vec<u64> {
    let filter = format!("user_id = \"{user}\" or (user_id = null and userId = \"{user}\")");
    let filter = parse(&filter).expect("a filter");
    RangeFilter::new(filter).calls(engine, 0..engine.rows()).expect("readable")
}

pub fn timeline(engine: &Engine, rows: &[u64], part: usize) -> Timeline {
    let mut timeline = Timeline::default();
    rows.chunks(part).for_each(|rows| engine.timeline(rows, &mut timeline));
    timeline
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_course_is_that_of_a_recount_whatever_its_parts(
        sent in prop::collection::vec(random_calls::sent(), 1..40),
        part in 1..9_usize,
    ) {
        let engine = engine();
        for (at, sent) in sent.iter().enumerate() {
            send(&engine, &sent.path, sent.test, at as i64 * 1_000, &sent.body);
        }
        let rows: Vec<u64> = (0..engine.rows()).collect();
        let found = timeline(&engine, &rows, part);
        let (mut types, mut before) = (BTreeMap::new(), [0, 0]);
        let (mut calls, mut named, mut repeats) = (0, 0, 0);
        let mut order: BTreeMap<(Option<usize>, String), (u64, u64)> = BTreeMap::new();
        let vendors = engine.vendors();
        let order_findings = |call: &CallDetail, calls: u64, order: &mut BTreeMap<_, (u64, u64)>| {
            for (vendor, rendered) in &call.vendors {
                for finding in &rendered.findings {
                    let code = vendors.codes().find(Some(*vendor), &finding.code).expect("a code");
                    if call.in_use.contains(vendor) && vendors.codes().entry(code).text.order {
                        let key = (Some(*vendor), finding.code.to_string());
                        order.entry(key).or_insert((0, call.seq.0)).0 += calls;
                    }
                }
            }
        };
        for detail in engine.details(0..engine.rows()) {
            let RowDetail::Call(call) = detail.expect("readable") else { continue };
            if call.repeat {
                repeats += 1;
                order_findings(&call, 0, &mut order);
                continue;
            }
            *(if call.user_id.is_some() { &mut calls } else { &mut named }) += 1;
            order_findings(&call, 1, &mut order);
            let kind = call.kind.as_deref().and_then(CallType::parse);
            let Some(kind) = kind.filter(|_| !call.service.is_discarded()) else { continue };
            if matches!(kind, CallType::Track | CallType::Page | CallType::Screen) {
                before[0] += u64::from(!types.contains_key(&CallType::Identify));
                before[1] += u64::from(!types.contains_key(&CallType::Group));
            }
            types.entry(kind).or_insert((0, call.seq.0)).0 += 1;
        }
        prop_assert_eq!((found.calls, found.named, found.repeats), (calls, named, repeats));
        prop_assert_eq!([found.before_identify, found.before_group], before);
        for kind in CallType::ALL {
            let of = found.count_of_type(kind);
            prop_assert_eq!((of.calls, of.first), types.get(&kind).copied().unwrap_or((0, 0)));
        }
        let told = engine.order_finding(&found);
        prop_assert!(told.is_sorted_by_key(|told| told.severity));
        let told: BTreeMap<_, _> =
            told.into_iter().map(|at| ((at.vendor, at.code), (at.calls, at.first))).collect();
        prop_assert_eq!(told, order);
    }
}

/// A call of a session at a minute.
fn call(engine: &Engine, minute: i64, session: &str, user: Option<&str>, module: Option<&str>) {
    let at = segscope::call::time::format(BEGIN_MS + minute * 60_000);
    let body = json!({"event": "E", "anonymousId": session, "userId": user, "timestamp": at,
        "groupId": "g", "properties": {"module": module}});
    send(engine, "/v1/track", None, minute * 60_000, &body.to_string());
}

#[test]
fn sessions_are_those_that_the_vendor_works_out_ended_idle_and_open() {
    let engine = engine();
    call(&engine, 0, "s1", Some("u"), Some("Dash"));
    call(&engine, 10, "s1", Some("u"), Some("Reports"));
    // somebody else on the same device, and a session of nobody's that is asked for
    call(&engine, 25, "s1", Some("v"), None);
    call(&engine, 26, "other \"s\"", Some("v"), None);
    call(&engine, 55, "s1", Some("u"), None);
    call(&engine, 56, "s2", Some("u"), Some("Dash"));
    let rows = rows_of(&engine, "u");
    assert_eq!(rows, [0, 1, 4, 5]);
    let mut ids = SessionIds::new();
    rows.iter().for_each(|row| assert_eq!(engine.session_ids(&[*row], &mut ids), 1));
    assert!(engine.session_ids(&rows, &mut ids) > 0, "in any parts");
    let vendor = engine.vendors().index_of("freshsuccess").expect("built in");
    let own: Vec<&str> = ids[&vendor].iter().map(String::as_str).collect();
    assert_eq!((ids.len(), own), (1, vec!["s1", "s2"]));
    let spans = |engine: &Engine, ids: &SessionIds| -> Vec<String> {
        let minute = |at: i64| (at - BEGIN_MS) / 60_000;
        let spans = engine.sessions(ids).remove(&vendor).expect("its sessions");
        let said = |span: &segscope::vendors::Span| {
            let module = span.module.as_deref().unwrap_or("-");
            let open = if span.open { " open" } else { "" };
            format!("{} {module} {}..{}{open}", span.session, minute(span.start), minute(span.end))
        };
        spans.iter().map(said).collect()
    };
    let ended = ["s1 Dash 0..10", "s1 - 0..25", "s1 Reports 10..25"];
    let now = ["s1 - 55..55 open", "s2 - 56..56 open", "s2 Dash 56..56 open"];
    assert_eq!(spans(&engine, &ids), [&ended[..], &now].concat());
    // half an hour later nothing has come, and the clock ends them
    engine.tick(BEGIN_MS + 86 * 60_000);
    engine.settle();
    let idle = ["s1 - 55..55", "s2 - 56..56", "s2 Dash 56..56"];
    assert_eq!(spans(&engine, &ids), [&ended[..], &idle].concat());
    // an id that needs its quotes escaped
    let mut quoted = SessionIds::new();
    let mut rest = &rows_of(&engine, "v")[..];
    while !rest.is_empty() {
        // on a busy machine it reads a part at a time
        rest = &rest[engine.session_ids(rest, &mut quoted)..];
    }
    assert!(spans(&engine, &quoted).contains(&"other \"s\" - 26..26".to_owned()));
    engine.clear(BEGIN_MS + 90 * 60_000).expect("cleared");
    engine.settle();
    assert!(engine.sessions(&ids)[&vendor].is_empty());
}

#[test]
fn a_vendor_that_expects_identify_first_says_so_of_the_user() {
    let engine = engine();
    call(&engine, 0, "s1", Some("u"), None);
    let rows = rows_of(&engine, "u");
    let found = engine.order_finding(&timeline(&engine, &rows, 1));
    let custify = engine.vendors().index_of("custify");
    let told: Vec<_> = found.iter().map(|at| (at.code.as_str(), at.vendor, at.calls)).collect();
    assert_eq!(told, [("CUS-T-UNKNOWN-USER", custify, 1)]);
}

#[test]
fn a_person_is_found_by_id_and_members_have_their_own_calls() {
    use segscope::engine::Who;
    let engine = engine();
    for (minute, user) in [(0, "u"), (1, "u"), (2, "v")] {
        call(&engine, minute, "s", Some(user), None);
    }
    assert_eq!(engine.person(Who::Users, "u", None).map(|user| user.counted.calls), Some(2));
    assert_eq!(engine.person(Who::Accounts, "u", None), None);
    let users = engine.members(Who::Accounts, "g", None).rows;
    let users: Vec<_> = users.iter().map(|at| (at.id.as_str(), at.calls, at.since)).collect();
    assert_eq!(users, [("u", 2, 1), ("v", 1, 3)]);
}
