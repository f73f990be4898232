//! The changes of single calls and their words.

use super::*;

#[test]
fn what_names_nobody_is_told_apart_by_its_place() {
    let call = r#"{"type":"identify","userId":"NaN","groupId":"null","traits":{"id":"null",
        "user_id":"u","uid":"null","company":{"id":"undefined"},"customer_id":"USER_ID"},
        "context":{"traits":{"id":"null"}}}"#;
    let placeholder = |path: &str| {
        let mut finding = missing("ID-PLACEHOLDER", path, None);
        (finding.hints, finding.reason, finding.severity) = (None, None, Severity::Warning);
        finding
    };
    let words = |path: &str| fix_for(call, "", false, &[placeholder(path)], &[]).edits[0].words();
    for user in ["/userId", "/traits/id", "/traits/uid", "/context/traits/id"] {
        assert!(words(user).starts_with("`traits.user_id` copied to"), "{}", words(user));
    }
    let session = fix_for(call, "", false, &[placeholder("/anonymousId")], &[]);
    assert_eq!(session.edits[0].source, ValueSource::Add("ANONYMOUS_ID".to_owned()));
    for account in ["/groupId", "/traits/company/id", "/traits/customer_id"] {
        let finding = placeholder(account);
        assert_eq!(is_without(&finding), Some(Id::Account), "{account}");
        let fix = fix_for(call, "", false, &[finding], &[]);
        assert_eq!(fix.edits[0].source, ValueSource::Add("ACCOUNT_ID".to_owned()));
    }
}

#[test]
fn segment_accepts_the_corrected_call() {
    let notes = |call: &str, rudder| {
        let Fix { snippet, .. } = fix_for(call, "", rudder, &[], &[]);
        (snippet.call, snippet.notes)
    };
    for (call, sent, note) in [
        (
            r#"{"type":"track","userId":"u","event":""}"#,
            r#""EVENT_NAME""#,
            "`event` is made up here",
        ),
        (r#"{"type":"track","userId":"u","event":5}"#, r#""5""#, "`event` is a string here"),
    ] {
        let (made, notes) = notes(call, false);
        assert!(made.contains(sent), "{made}");
        assert!(notes.iter().any(|it| it == note), "{notes:?}");
    }
    let page = r#"{"type":"page","userId":"u","name":"","category":"c"}"#;
    assert!(!notes(page, false).0.contains("name"));
    // RudderStack accepts it
    assert!(notes(page, true).0.contains("name"));
}

#[test]
fn the_message_and_the_fix_name_the_place_that_the_library_can_fill() {
    let text =
        r#"{"type":"track","event":"E","context":{"groupId":" "},"properties":{"orgId":"o"}}"#;
    let doc = Doc::parse(text).expect("JSON");
    let event = Event::bare(doc.root());
    let finding =
        missing("X-T-ACCOUNT-MISSING", "/groupId", Some(("/properties/orgId", HintKind::Alias)));
    for (library, place, instead) in [
        ("analytics-python", "`context.groupId`", " instead of a blank string"),
        ("", "`groupId` at the top level", ""),
        ("analytics-ios", "`context.groupId`", " instead of a blank string"),
        ("analytics-android", "`context.groupId`", " instead of a blank string"),
        ("com.rudderstack.sdk.kotlin.android", "`context.groupId`", " instead of a blank string"),
        ("analytics_elixir", "`context.groupId`", " instead of a blank string"),
    ] {
        let call =
            BrokenCall { event, kind: CallType::Track, library: Some(library), rudder: false };
        let edits = edits(&call, [(0, &finding)].into_iter(), None, |_, _| false);
        let said = advice(&call, &finding, &edits).expect("a near miss");
        assert_eq!(said, format!("; if `properties.orgId` is the id, send it as {place}"));
        let fix = words(&call, &finding, &edits, None).expect("an edit");
        let start = format!("send the value of `properties.orgId` as {place}{instead}");
        assert!(fix.starts_with(&start), "{fix}");
    }
}

#[test]
fn numbers_that_a_language_may_change_are_noted() {
    let call = r#"{"type":"track","userId":"u","event":"E",
        "properties":{"a":9007199254740993,"b":[1e400],"c":9007199254740992,"d":-0,"e":0.1,"f":12}}"#;
    let notes = |library| fix_for(call, library, false, &[], &[]).snippet.notes;
    assert_eq!(
        notes("analytics-node"),
        ["many languages change these numbers: `properties.a` (9007199254740993), \
          `properties.b.0` (1e400)"]
    );
    assert!(notes("").is_empty());
}

#[test]
fn a_time_is_written_in_the_form_that_languages_read() {
    let sent = |time: &str| {
        let call = format!(r#"{{"type":"track","userId":"u","event":"E","timestamp":"{time}"}}"#);
        let made = fix_for(&call, "", false, &[], &[]).snippet.call;
        let doc = Doc::parse(made.as_str()).expect("JSON");
        doc.root().get("timestamp").and_then(|time| time.as_str()).expect("a time").into_owned()
    };
    for kept in ["2026-11-30T10:00:00Z", "2026-11-30T10:00:00.5+01:00"] {
        assert_eq!(sent(kept), kept);
    }
    for (written, time) in [
        ("20261130T100000Z", "2026-11-30T10:00:00.000Z"),
        ("2026-11-30T10:00:00+05", "2026-11-30T05:00:00.000Z"),
        ("2026-11-30T10:00:00,5Z", "2026-11-30T10:00:00.500Z"),
        ("2026-11-30T10:00Z", "2026-11-30T10:00:00.000Z"),
        ("2026-11-30", "2026-11-30T00:00:00.000Z"),
    ] {
        assert_eq!(sent(written), time);
    }
}

#[test]
fn a_curl_line_says_how_the_library_sets_the_context() {
    let track = r#"{"type":"track","event":"E","userId":"u","properties":{"orgId":"o"}}"#;
    let finding =
        missing("X-T-ACCOUNT-MISSING", "/groupId", Some(("/properties/orgId", HintKind::Alias)));
    for (library, rudder, note) in [
        ("analytics-ios", false, "`options:@{@\"context\": @{…}}`"),
        ("analytics-android", false, "`new Options().putContext(…)`"),
        ("com.rudderstack.sdk.kotlin.android", true, "`RudderOption(customContext = …)`"),
        ("rudder-ios-library", true, "only objects"),
        ("analytics_elixir", false, "depends on the library `analytics_elixir`"),
    ] {
        let fix = fix_for(track, library, rudder, std::slice::from_ref(&finding), &[]);
        assert_eq!(fix.edits[0].to, "/context/groupId", "{library}");
        assert!(fix.snippet.code.contains(r#""context": {"#), "{}", fix.snippet.code);
        assert!(fix.snippet.notes.iter().any(|said| said.contains(note)), "{fix:?}");
    }
    // a group id that is moved, not set, is in the context too
    let grouped = r#"{"type":"track","event":"E","userId":"u","groupId":"g"}"#;
    let user = missing("X-T-USER-MISSING", "/properties/user_id", None);
    let fix = fix_for(grouped, "analytics-android", false, &[user], &[]);
    assert!(fix.snippet.code.contains(r#""context": {"#), "{}", fix.snippet.code);
    assert!(fix.snippet.notes.iter().any(|said| said.contains("putContext")), "{fix:?}");
    // an unknown library that has sent a group id at the top level can do so
    let null = r#"{"type":"track","event":"E","userId":"u","groupId":null}"#;
    let fix = fix_for(null, "analytics_elixir", false, std::slice::from_ref(&finding), &[]);
    assert_eq!((&*fix.edits[0].to, fix.snippet.notes.len()), ("/groupId", 0));
    // a library for apps is told who the user is
    let user = missing("X-T-USER-MISSING", "/userId", None);
    let said = |library| {
        let doc = Doc::parse(r#"{"type":"track","event":"E"}"#).expect("JSON");
        let (event, kind) = (Event::bare(doc.root()), CallType::Track);
        let call = BrokenCall { event, kind, library: Some(library), rudder: false };
        let edits = edits(&call, [(0, &user)].into_iter(), None, |_, _| false);
        words(&call, &user, &edits, None).expect("an edit")
    };
    assert!(said("analytics-ios").starts_with("call `identify`"), "{}", said("analytics-ios"));
    assert!(said("analytics_elixir").starts_with("add `userId`"));
}
