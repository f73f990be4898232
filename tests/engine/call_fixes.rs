//! The fix of a call as the engine gives it, live and after all calls are read again.

use crate::requests;
use segscope::call::time;
use segscope::engine::{CallDetail, Engine, IdCell, InUse, Recording, RowDetail};
use segscope::findings::fixes::SnippetAudience;
use segscope::findings::{Finding, Severity, advice};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use serde_json::{Value, json};
use std::sync::Arc;

fn engine() -> Engine {
    engine_with(&serde_json::Map::new())
}

/// Creates an engine with these settings of vendors.
fn engine_with(settings: &serde_json::Map<String, Value>) -> Engine {
    let vendors = Arc::new(Vendors::new(settings, &[]).expect("valid settings"));
    let recording =
        Recording::from_file(RecordingFile::nameless().expect("a file")).expect("empty");
    let in_use = InUse::without_choice(&vendors);
    Engine::new(recording, vendors, in_use, Default::default()).expect("nothing to read").0
}

fn take(engine: &Engine, at: &str, path: &str, body: &str) {
    assert_eq!(requests::post(engine, path, body, time::parse(at).expect("a time")), 200);
    engine.settle();
}

fn call(engine: &Engine, row: u64) -> CallDetail {
    match engine.detail(row) {
        Ok(Some(RowDetail::Call(call))) => *call,
        other => panic!("row {row} is {other:?}"),
    }
}

#[test]
fn an_earlier_group_call_says_why_there_is_no_account() {
    let engine = engine();
    let library = r#""context":{"library":{"name":"@segment/analytics-node"}}"#;
    let track = format!(r#"{{"userId":"u","event":"E","properties":{{}},{library}}}"#);
    take(&engine, "2026-11-22T10:00:00Z", "/v1/track", &track);
    take(&engine, "2026-11-22T10:00:01Z", "/v1/group", r#"{"userId":"u","groupId":"acct_42"}"#);
    take(&engine, "2026-11-22T10:00:05Z", "/v1/track", &track);
    take(&engine, "2026-11-22T10:00:06Z", "/v1/group", r#"{"userId":"u","groupId":"acct_43"}"#);
    let history = |row| {
        let call = call(&engine, row);
        let all = call.vendors.into_iter().flat_map(|(_, rendered)| rendered.findings);
        all.filter_map(|finding| finding.history).next()
    };
    let seen = || (0..3).map(history).collect::<Vec<_>>();
    let live = seen();
    assert_eq!(live[0], None, "nothing was known yet");
    assert_eq!(
        live[2].as_deref(),
        Some(
            "group `acct_42` was called 4 s earlier (call 2); SDKs do not attach it to track calls"
        )
    );
    let fix = call(&engine, 2).fix(SnippetAudience::Owner).expect("a track call");
    assert_eq!(fix.snippet.language, "Node, @segment/analytics-node");
    assert!(fix.snippet.code.contains("account_id: 'acct_42'"), "{}", fix.snippet.code);
    assert!(
        call(&engine, 0)
            .fix(SnippetAudience::Owner)
            .expect("a track call")
            .snippet
            .code
            .contains("ACCOUNT_ID")
    );
    // a call that lacks nothing has nothing to explain
    engine.set_in_use(InUse::chosen(&engine.vendors(), vec![3])).expect("read again");
    assert!(seen().iter().all(Option::is_none));
    assert!(call(&engine, 2).fix(SnippetAudience::Owner).expect("a track call").edits.is_empty());
    engine.set_in_use(InUse::without_choice(&engine.vendors())).expect("read again");
    assert_eq!(seen(), live);
}

/// A user whose group came, and a call of theirs with these properties.
fn after_a_group(properties: &str) -> CallDetail {
    let engine = engine();
    let library = r#""context":{"library":{"name":"@segment/analytics-node"}}"#;
    let group = r#"{"userId":"ada@acme.com","groupId":"acct_42"}"#;
    take(&engine, "2026-11-22T10:00:00Z", "/v1/group", group);
    let track = format!(
        r#"{{"userId":"ada@acme.com","anonymousId":"a","event":"E","properties":{properties},{library}}}"#
    );
    take(&engine, "2026-11-22T10:00:04Z", "/v1/track", &track);
    call(&engine, 1)
}

fn finding<'c>(call: &'c CallDetail, code: &str, path: &str) -> &'c Finding {
    let all = call.vendors.iter().flat_map(|(_, rendered)| &rendered.findings);
    let is = |finding: &&Finding| finding.code == code && finding.path == path;
    all.clone().find(is).unwrap_or_else(|| panic!("{code}: {:#?}", all.collect::<Vec<_>>()))
}

#[test]
fn a_placeholder_is_spread_nowhere() {
    for no_id in ["null", "undefined", "NaN", "[object Object]", "ACCOUNT_ID", "USER_ID"] {
        let properties = format!(r#"{{"account_id":"{no_id}","user_id":"{no_id}"}}"#);
        let call = after_a_group(&properties);
        let fix = call.fix(SnippetAudience::Owner).expect("a track call");
        let code = &fix.snippet.code;
        assert!(!code.contains(no_id), "{code}");
        for right in ["account_id: 'acct_42'", "company_id: 'acct_42'", "groupId: 'acct_42'"] {
            assert!(code.contains(right), "{right}: {code}");
        }
        assert!(code.contains("user_id: 'ada@acme.com'"), "{code}");
        // the function for calls to come copies what is there, and no account is
        let function = fix.transformation.expect("the user is there").code;
        assert!(function.contains("['userId'], ['properties', 'user_id']"), "{function}");
        assert!(!function.contains("'account_id'"), "{function}");
    }
    // a group that is none is nobody's account
    let engine = engine();
    take(&engine, "2026-11-22T10:00:00Z", "/v1/group", r#"{"userId":"u","groupId":"null"}"#);
    take(&engine, "2026-11-22T10:00:01Z", "/v1/track", r#"{"userId":"u","event":"E"}"#);
    assert_eq!(call(&engine, 1).seen_group, None);
}

#[test]
fn a_placeholder_is_mended_with_what_the_call_or_the_user_has() {
    let call = after_a_group(r#"{"account_id":"null","user_id":"undefined"}"#);
    assert_eq!(
        finding(&call, "ID-PLACEHOLDER", "/properties/user_id").fix,
        "copy `userId` into `properties.user_id` instead of the string `undefined`, and find out why the app had no id there"
    );
    let account = finding(&call, "ID-PLACEHOLDER", "/properties/account_id");
    assert_eq!(
        account.fix,
        "set `properties.account_id` to `acct_42`, the user's group since call 1, instead of the string `null`, and find out why the app had no id there"
    );
    assert!(account.history.is_some());
    // what is near is not advised where it is not an id either
    let company = finding(&call, "PH-T-COMPANY-MISSING", "/properties/company_id");
    assert_eq!(company.hints.as_ref().map(Vec::len), Some(1), "A.5: it is usable, so it is listed");
    assert!(!company.message.contains("account_id"), "{}", company.message);
    assert_eq!(
        company.fix,
        "add `company_id` to properties: `acct_42`, the user's group since call 1"
    );
}

#[test]
fn our_own_names_for_an_id_are_no_ids() {
    let call = after_a_group(r#"{"account_id":"ACCOUNT_ID","user_id":"USER_ID"}"#);
    let account = finding(&call, "ID-STAND-IN", "/properties/account_id");
    assert_eq!(account.severity, Severity::Warning);
    assert!(account.message.contains("ACCOUNT_ID"), "{}", account.message);
    finding(&call, "ID-STAND-IN", "/properties/user_id");
    let engine = engine();
    let body = r#"{"userId":"USER_ID","anonymousId":"ANONYMOUS_ID","event":"E"}"#;
    take(&engine, "2026-11-22T10:00:00Z", "/v1/track", body);
    let pasted = self::call(&engine, 0);
    finding(&pasted, "ID-STAND-IN", "/userId");
    finding(&pasted, "ID-STAND-IN", "/anonymousId");
    let IdCell::SomeMiss { doubtful, .. } = engine.window(0..1)[0].user.clone() else {
        panic!("CustomerSuccessBox misses it, others find it");
    };
    assert!(doubtful);
}

#[test]
fn the_history_is_told_with_each_finding_about_the_account() {
    let call = after_a_group("{}");
    let told =
        "group `acct_42` was called 4 s earlier (call 1); SDKs do not attach it to track calls";
    for (code, path) in [
        ("CSB-T-ACCOUNT-MISSING", "/properties/account_id"),
        ("FS-T-ACCOUNT-MISSING", "/groupId"),
        ("PH-T-COMPANY-MISSING", "/properties/company_id"),
    ] {
        assert_eq!(finding(&call, code, path).history.as_deref(), Some(told), "{code}");
    }
    let user = finding(&call, "CSB-T-USER-MISSING", "/properties/user_id");
    assert_eq!(
        (user.history.as_deref(), &*user.fix),
        (None, "copy `userId` into `properties.user_id`")
    );
    assert_eq!(
        finding(&call, "CSB-T-ACCOUNT-MISSING", "/properties/account_id").fix,
        "add `account_id` to properties: `acct_42`, the user's group since call 1"
    );
}

#[test]
fn what_is_there_and_no_id_is_changed_and_not_added() {
    let fix = |properties: &str| {
        let engine = engine();
        let body = format!(r#"{{"event":"E","anonymousId":"a","properties":{properties}}}"#);
        take(&engine, "2026-11-22T10:00:00Z", "/v1/track", &body);
        let call = call(&engine, 0);
        finding(&call, "CSB-T-ACCOUNT-MISSING", "/properties/account_id").fix.clone()
    };
    assert_eq!(fix("{}"), "add `account_id` to properties");
    for (value, instead) in [
        ("null", "null"),
        ("\" \"", "a blank string"),
        ("true", "a value that cannot be an id"),
        ("{\"id\":1}", "a value that cannot be an id"),
    ] {
        let properties = format!(r#"{{"account_id":{value}}}"#);
        assert_eq!(
            fix(&properties),
            format!("send the id in `properties.account_id` instead of {instead}")
        );
        let near = format!(r#"{{"account_id":{value},"accountId":"a1"}}"#);
        assert_eq!(
            fix(&near),
            format!("rename `accountId` to `account_id` in properties, instead of {instead}")
        );
    }
    let known = after_a_group(r#"{"account_id":null}"#);
    assert_eq!(
        finding(&known, "CSB-T-ACCOUNT-MISSING", "/properties/account_id").fix,
        "set `properties.account_id` to `acct_42`, the user's group since call 1, instead of null"
    );
    let engine = engine();
    let body = r#"{"userId":"u","anonymousId":null,"event":"E"}"#;
    take(&engine, "2026-11-22T10:00:00Z", "/v1/track", body);
    let session = &call(&engine, 0);
    let session = &finding(session, "FS-T-SESSION-MISSING", "/anonymousId").fix;
    assert!(!session.contains("add "), "{session}");
    assert!(session.contains("instead of null"), "{session}");
}

#[test]
fn the_fix_says_what_the_corrected_call_does() {
    let said = |names: &[&str], call_of: &str, path: &str| {
        let engine = engine();
        take(&engine, "2026-11-22T10:00:00Z", path, call_of);
        let places = names.iter().filter_map(|name| engine.vendors().index_of(name)).collect();
        let in_use = InUse::chosen(&engine.vendors(), places);
        engine.set_in_use(in_use).expect("read again");
        let call = call(&engine, 0);
        let edits = call.fix(SnippetAudience::Owner).expect("a known type").edits;
        let csb = engine.vendors().index_of("customersuccessbox").expect("built in");
        let findings = &call.vendors[csb].1.findings;
        let missing = findings.iter().find(|f| f.code.ends_with("-USER-MISSING"));
        let words: Vec<String> = edits.iter().map(|edit| edit.words()).collect();
        (missing.expect("it is misspelt").fix.clone(), words)
    };
    // Planhat takes `user_id` as well, so nothing is lost when `userId` is renamed
    let track = r#"{"anonymousId":"a","event":"E","properties":{"userId":"u7","account_id":"c1"}}"#;
    let (fix, edits) = said(&["customersuccessbox", "planhat"], track, "/v1/track");
    assert_eq!(fix, "rename `userId` to `user_id` in properties");
    assert!(edits.contains(&"`properties.userId` renamed to `properties.user_id`".to_owned()));
    // Custify reads `traits.userId` and not `traits.user_id`
    let identify = r#"{"anonymousId":"a","traits":{"userId":"u7","account_id":"c1"}}"#;
    let (fix, edits) = said(&["customersuccessbox", "custify"], identify, "/v1/identify");
    assert_eq!(fix, "copy `traits.userId` into `traits.user_id`");
    assert!(edits.contains(&"`traits.userId` copied to `traits.user_id`".to_owned()));
    // with the same id at the top level Custify does not need that one
    let both = r#"{"userId":"u7","traits":{"userId":"u7","account_id":"c1"}}"#;
    let (fix, _) = said(&["customersuccessbox", "custify"], both, "/v1/identify");
    assert_eq!(fix, "rename `userId` to `user_id` in traits");
}

#[test]
fn above_a_fix_the_advice_is_not_said_twice() {
    let call = after_a_group(r#"{"accountId":"a1"}"#);
    let account = finding(&call, "CSB-T-ACCOUNT-MISSING", "/properties/account_id");
    assert!(account.message.ends_with("; rename `properties.accountId` to `account_id`"));
    let bare = "`properties.account_id` is missing";
    assert_eq!(advice::without(account), bare);
    let nothing = after_a_group("{}");
    let account = finding(&nothing, "CSB-T-ACCOUNT-MISSING", "/properties/account_id");
    assert_eq!(advice::without(account), account.message);
}

#[test]
fn a_message_suggests_the_change_that_the_fix_makes() {
    let engine = engine();
    let library = r#""context":{"library":{"name":"analytics.js"}}"#;
    let account = r#""userId":"u1","anonymousId":"s""#;
    let group = format!(r#"{{{account},"groupId":"a1","traits":{{"account_id":"a1"}},{library}}}"#);
    take(&engine, "2026-11-22T10:00:00Z", "/v1/group", &group);
    let track = format!(r#"{{{account},"event":"E","properties":{{"accountId":"a1"}},{library}}}"#);
    take(&engine, "2026-11-22T10:00:01Z", "/v1/track", &track);
    let call = call(&engine, 1);
    let finding = finding(&call, "CSB-T-ACCOUNT-MISSING", "/properties/account_id");
    // the call is also corrected for other vendors from there, so the value stays
    assert_eq!(finding.fix, "copy `properties.accountId` into `properties.account_id`");
    assert_eq!(
        finding.message,
        "`properties.account_id` is missing; copy `properties.accountId` into `properties.account_id`"
    );
}

#[test]
fn no_corrected_call_is_offered_where_only_a_setting_helps() {
    let settings = json!({"planhat": {"create_endusers": false, "known_companies": ["C"]}});
    let engine = engine_with(settings.as_object().expect("an object"));
    let planhat = engine.vendors().index_of("planhat").expect("built in");
    engine.set_in_use(InUse::chosen(&engine.vendors(), vec![planhat])).expect("read again");
    let bodies = [
        r#"{"userId":"u","traits":{}}"#,
        // a near miss does not help either
        r#"{"userId":"u","traits":{"accountId":"C"}}"#,
        r#"{"userId":"u","traits":{"company_id":"X"}}"#,
        r#"{"userId":"u","traits":{"company_id":"C"}}"#,
    ];
    for (row, body) in (0..).zip(bodies) {
        take(&engine, "2026-11-22T10:00:00Z", "/v1/identify", body);
        let call = call(&engine, row);
        let findings = &call.vendors[planhat].1.findings;
        let error = findings.iter().find(|finding| finding.severity == Severity::Error);
        let error = error.unwrap_or_else(|| panic!("{body}: {findings:#?}"));
        for word in ["creation of endusers", "vendors.planhat.known_endusers"] {
            assert!(error.fix.contains(word), "{body}: {}", error.fix);
        }
        assert!(!error.message.contains("rename"), "{body}: {}", error.message);
        let edits = call.fix(SnippetAudience::Owner).expect("an identify call").edits;
        assert!(edits.is_empty(), "{body}: {edits:?}");
        let needs: Vec<_> = call.needs.iter().map(|need| need.advice.as_deref()).collect();
        assert_eq!(needs, [Some(&*error.fix)], "{body}");
    }
    // the change that another vendor needs is not presented as one for Planhat
    engine.set_in_use(InUse::without_choice(&engine.vendors())).expect("read again");
    let call = call(&engine, 0);
    let error = finding(&call, "PH-I-COMPANY-MISSING", "/traits/company_id");
    assert!(error.fix.contains("creation of endusers"), "{}", error.fix);
    let edits = call.fix(SnippetAudience::Owner).expect("an identify call").edits;
    assert!(edits.iter().all(|edit| !edit.vendors.contains(&planhat)), "{edits:?}");
}
