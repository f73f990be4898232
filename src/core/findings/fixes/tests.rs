mod single_calls;

use super::*;
use crate::call::Doc;
use crate::findings::{Effect, Headline, Hint, HintKind, Id, Reason, Severity};

/// A track call whose ids are at other places, with everything that is hard to write in a language.
const TRACK: &str = r#"{"type":"track","event":"Report \"Exported\" $x #{y} it's","messageId":"m-1",
"userId":"jane","anonymousId":null,"timestamp":"2026-11-22T10:00:00Z",
"properties":{"accountId":"acme-42","total":12.50,"big":12345678901,"huge":123456789012345678901234567890,"neg":-3,
"paid":true,"coupon":null,"password":"hunter2","contact":"bob@example.org","empty":{},"none":[],
"pages":[1,"two",{"from":3}],"we ird'key":"</script>","__proto__":{"x":1},"text":"a\n\u001b[31m\u202eb\\"},
"context":{"ip":"203.0.113.9","library":{"name":"x","version":"1"},"groupId":"g-1"},"integrations":{"All":true}}"#;

fn missing(code: &'static str, path: &str, hint: Option<(&str, HintKind)>) -> Finding {
    Finding {
        code: code.into(),
        severity: Severity::Error,
        effect: Effect::Drop,
        vendor: None,
        path: path.to_owned(),
        message: String::new(),
        why: String::new(),
        reason: Some(Reason::Absent),
        hints: Some(
            hint.map(|(path, kind)| Hint { path: path.to_owned(), kind }).into_iter().collect(),
        ),
        inferred: None,
        history: None,
        advice: None,
        source: "document".into(),
        fix: String::new(),
        headline: match code.split('-').nth(2) {
            Some("ACCOUNT" | "COMPANY") if !code.ends_with("TYPE") => {
                Some(Headline::Strong(Id::Account))
            }
            Some("USER") => Some(Headline::Strong(Id::User)),
            _ => None,
        },
        mistyped: code.ends_with("TYPE").then_some(Id::Account),
        needs_setting: false,
    }
}

fn fix_for(json: &str, library: &str, rudder: bool, findings: &[Finding], used: &[&str]) -> Fix {
    let doc = Doc::parse(json).expect("JSON");
    let kind = doc.root().get("type").and_then(|kind| kind.as_str()).expect("a type");
    let call = BrokenCall {
        event: Event::bare(doc.root()),
        kind: CallType::parse(&kind).expect("a known type"),
        library: Some(library),
        rudder,
    };
    let findings = findings.iter().map(|finding| (0, finding));
    let edits = edits(&call, findings, None, |from, _| used.contains(&from));
    fix(&call, edits, &[], SnippetAudience::Owner)
}

/// Returns the code of the corrected call for any reader.
fn for_anybody(json: &str, library: &str, findings: &[Finding]) -> Snippet {
    let doc = Doc::parse(json).expect("JSON");
    let kind = doc.root().get("type").and_then(|kind| kind.as_str()).expect("a type");
    let kind = CallType::parse(&kind).expect("a known type");
    let event = Event::bare(doc.root());
    let call = BrokenCall { event, kind, library: Some(library), rudder: false };
    let edits = edits(&call, findings.iter().map(|finding| (0, finding)), None, |_, _| false);
    fix(&call, edits, &[], SnippetAudience::Anybody).snippet
}

fn both() -> Vec<Finding> {
    vec![
        missing(
            "X-T-ACCOUNT-MISSING",
            "/properties/account_id",
            Some(("/properties/accountId", HintKind::Spelling)),
        ),
        missing("X-T-USER-MISSING", "/properties/user_id", Some(("/userId", HintKind::Level))),
        missing("Y-T-ACCOUNT-MISSING", "/groupId", Some(("/context/groupId", HintKind::Level))),
    ]
}

#[test]
fn a_track_call_in_every_language() {
    for (name, library, rudder) in [
        ("node", "@segment/analytics-node", false),
        ("browser", "analytics.js", false),
        ("rudder_browser", "RudderLabs JavaScript SDK", true),
        ("python", "analytics-python", false),
        ("rudder_python", "analytics-python", true),
        ("ruby", "analytics-ruby", false),
        ("go", "analytics-go", false),
        ("java", "analytics-java", false),
        ("kotlin", "analytics-kotlin", false),
        ("swift", "analytics-swift", false),
        ("php", "analytics-php", false),
        ("dotnet", "Analytics.NET", false),
        ("csharp", "Analytics-CSharp", false),
        ("rust", "https://github.com/meilisearch/segment", false),
        ("react_native", "@segment/analytics-react-native", false),
        ("rudder_react_native", "rudder-sdk-react-native", true),
        ("flutter", "analytics_flutter", false),
        ("rudder_flutter", "rudder_sdk_flutter", true),
        ("curl", "something else", false),
    ] {
        let fix = fix_for(TRACK, library, rudder, &both(), &[]);
        let code = fix.snippet.text();
        insta::assert_snapshot!(format!("track_{name}"), code, &fix.snippet.language);
        for absent in ["m-1", "\u{1b}", "\u{202e}"] {
            assert!(!code.contains(absent), "{name}: {absent}");
        }
        assert!(code.contains("hunter2") && code.contains("bob@"), "{name}: the user's own data");
    }
}

#[test]
fn names_what_it_replaces_where_anybody_may_read_it() {
    for (call, replaced) in [
        (TRACK, Some("properties.password, properties.contact, context.ip")),
        (
            r#"{"type":"identify","userId":"u1","traits":{"email":"mona@corp.example","name":"Mona"}}"#,
            Some("traits.email, traits.name"),
        ),
        (
            r#"{"type":"identify","userId":"u1","traits":{"phone":"+49151","plan":"gold","address":{"street":"S"}}}"#,
            Some("traits.phone, traits.address"),
        ),
        (r#"{"type":"group","groupId":"g","traits":{"name":"Acme","mrr":1}}"#, None),
        (
            r#"{"type":"track","event":"E","userId":"u","properties":{"list":[{"email":"a@b.example"}]}}"#,
            Some("properties.list.email"),
        ),
        (
            r#"{"type":"track","event":"E","userId":"u","properties":{"token":"x","n":"a@b.example"}}"#,
            Some("properties.token, properties.n"),
        ),
    ] {
        let snippet = for_anybody(call, "analytics-node", &[]);
        let note = snippet.notes.iter().find_map(|note| note.strip_prefix("replaced: "));
        assert_eq!(note, replaced, "{call}");
        let text = snippet.text();
        assert_eq!(text.contains("// replaced: "), replaced.is_some(), "{text}");
        for private in ["hunter2", "bob@", "mona@", "Mona", "+49151", "a@b"] {
            assert!(!text.contains(private), "{text}");
        }
        let owner = fix_for(call, "analytics-node", false, &[], &[]).snippet;
        assert!(owner.notes.iter().all(|note| !note.starts_with("replaced")), "{:?}", owner.notes);
    }
}

#[test]
fn a_group_id_at_the_top_level_is_kept_in_every_language() {
    let call = r#"{"type":"track","event":"Top","userId":"u1","anonymousId":"a","groupId":"a1","properties":{}}"#;
    for library in [
        "@segment/analytics-node",
        "analytics.js",
        "analytics-python",
        "analytics-ruby",
        "analytics-go",
        "analytics-java",
        "analytics-kotlin",
        "analytics-swift",
        "analytics-php",
        "analytics.net",
        "analytics-csharp",
        "rust-analytics",
        "analytics-react-native",
    ] {
        let snippet = fix_for(call, library, false, &[], &[]).snippet;
        let sent: serde_json::Value = serde_json::from_str(&snippet.call).expect("JSON");
        assert_eq!(sent["context"]["groupId"], "a1", "{library}: {sent}");
        assert!(snippet.code.contains("a1"), "{}", snippet.code);
        assert_eq!(snippet.notes, ["`groupId` is in `context.groupId` here"], "{library}");
    }
    // a library that cannot send the group id has a note
    let snippet = fix_for(call, "analytics_flutter", false, &[], &[]).snippet;
    assert!(snippet.text().contains("// left out: `groupId`"), "{}", snippet.text());
    // RudderStack's library for Node and a plain request accept it at the top level
    for (library, rudder) in [("analytics-node", true), ("something else", false)] {
        let snippet = fix_for(call, library, rudder, &[], &[]).snippet;
        assert!(snippet.notes.is_empty() && snippet.code.contains("a1"), "{}", snippet.text());
        assert!(!snippet.code.contains("context"), "{}", snippet.code);
    }
}

#[test]
fn integrations_are_kept_or_named_in_every_language() {
    for kind in ["track", "identify", "group", "page", "screen", "alias"] {
        let call = format!(
            r#"{{"type":"{kind}","event":"E","userId":"u1","anonymousId":"a","groupId":"g","previousId":"p","name":"N","integrations":{{"All":false,"SomeTool":true}}}}"#
        );
        for library in [
            "analytics-node",
            "analytics.js",
            "analytics-python",
            "analytics-ruby",
            "analytics-go",
            "analytics-java",
            "analytics-kotlin",
            "analytics-swift",
            "analytics-php",
            "analytics.net",
            "analytics-csharp",
            "rust-analytics",
            "analytics-react-native",
            "analytics_flutter",
            "rudder_sdk_flutter",
            "curl",
        ] {
            let snippet = fix_for(&call, library, false, &[], &[]).snippet;
            let named = snippet.notes.iter().any(|note| note.contains("`integrations`"));
            let kept = snippet.code.contains("SomeTool");
            assert_ne!(kept, named, "{library} {kind}: {}", snippet.text());
            let able =
                !library.contains("flutter") || (kind != "alias" && library != "analytics_flutter");
            assert!(kept || !able, "{library} {kind}: {}", snippet.text());
        }
    }
}

#[test]
fn a_time_that_the_app_set_is_kept_or_named() {
    let of_time = |timestamp: &str, library: &str| {
        let call = format!(
            r#"{{"type":"track","event":"E","userId":"u","timestamp":{timestamp},"sentAt":"2026-11-28T10:00:05Z"}}"#
        );
        fix_for(&call, library, false, &[], &[]).snippet.text()
    };
    let now = r#""2026-11-28T10:00:00Z""#;
    assert!(!of_time(now, "analytics-node").contains("timestamp"), "the library sets it");
    let past = r#""2024-05-01T09:00:00Z""#;
    let node = of_time(past, "analytics-node");
    assert!(node.contains("timestamp: new Date('2024-05-01T09:00:00Z')"), "{node}");
    assert!(of_time(past, "analytics-java").contains(".timestamp(Date.from(Instant.parse("));
    assert!(of_time(past, "curl").contains(r#""timestamp": "2024-05-01T09:00:00Z""#));
    assert!(of_time(past, "analytics-python").starts_with("# left out: `timestamp`"));
    assert!(of_time("1700000000", "analytics-node").contains("E"), "a number is no time");
    // what the service stored has the time of the app as its original time
    let stored = r#"null,"originalTimestamp":"2024-05-01T09:00:00Z""#;
    assert!(of_time(stored, "curl").contains(r#""timestamp": "2024-05-01T09:00:00Z""#));
    let python = of_time(stored, "analytics-python");
    assert!(python.starts_with("# left out: `originalTimestamp`, so the time is"), "{python}");
}

#[test]
fn identify_and_group_in_every_language() {
    let identify = r#"{"type":"identify","userId":"jane@acme.test","traits":{"email":"jane@acme.test","name":"Jane","plan":"gold"}}"#;
    let group = r#"{"type":"group","userId":"jane","groupId":"acme-42","traits":{"name":"Acme","mrr":12.0}}"#;
    let mut all = String::new();
    for library in [
        "analytics-node",
        "analytics.js",
        "analytics-python",
        "analytics-ruby",
        "analytics-go",
        "analytics-java",
        "analytics-kotlin",
        "analytics-swift",
        "analytics-php",
        "analytics.net",
        "analytics-csharp",
        "rust-analytics",
        "curl",
    ] {
        let account = missing("X-I-ACCOUNT-MISSING", "/traits/account_id", None);
        let first = fix_for(identify, library, false, &[account], &[]);
        assert_eq!(first.transformation, None, "nobody knows the account");
        let hint = Some(("/groupId", HintKind::Alias));
        let account = missing("X-G-ACCOUNT-MISSING", "/traits/account_id", hint);
        let second = fix_for(group, library, false, &[account], &[]);
        all.push_str(&format!(
            "== {}\n{}\n{}\n",
            first.snippet.language, first.snippet.code, second.snippet.code
        ));
    }
    insta::assert_snapshot!("identify_and_group", all);
}

#[test]
fn the_transformations() {
    let fix = fix_for(TRACK, "analytics-node", false, &both(), &[]);
    insta::assert_snapshot!(
        "segment_function",
        fix.transformation.expect("all ids are there").code
    );
    let number = r#"{"type":"group","groupId":42}"#;
    let finding = missing("X-G-ACCOUNT-TYPE", "/groupId", None);
    let fix = fix_for(number, "analytics-node", true, &[finding], &[]);
    insta::assert_snapshot!(
        "rudderstack_transformation",
        fix.transformation.expect("it is there").code
    );
}

#[test]
fn edits_of_several_vendors_become_one_list() {
    let words = |findings: &[Finding], used: &[&str]| {
        let fix = fix_for(TRACK, "", false, findings, used);
        fix.edits.iter().map(Edit::words).collect::<Vec<_>>()
    };
    assert_eq!(
        words(&both(), &[]),
        [
            "`userId` copied to `properties.user_id`",
            "`context.groupId` copied to `groupId`",
            "`properties.accountId` renamed to `properties.account_id`"
        ]
    );
    // a value that another vendor reads is copied
    let kept = words(&both()[..1], &["/properties/accountId"]);
    assert_eq!(kept, ["`properties.accountId` copied to `properties.account_id`"]);
    // a value that two edits read is moved by the last one, and a value of the call is preferred to
    // a name that stands for an id
    let alias = missing(
        "Z-T-COMPANY-MISSING",
        "/properties/company_id",
        Some(("/properties/accountId", HintKind::Alias)),
    );
    let nothing = missing(
        "Y-T-USER-MISSING",
        "/properties/user_id",
        Some(("/anonymousId", HintKind::Anonymous)),
    );
    let [account, user, _] = <[Finding; 3]>::try_from(both()).expect("three");
    assert_eq!(
        words(&[nothing, account, alias, user], &[]),
        [
            "`userId` copied to `properties.user_id`",
            "`properties.accountId` copied to `properties.company_id`",
            "`properties.accountId` renamed to `properties.account_id`"
        ]
    );
    // infos and other codes change nothing
    let mut info = missing("X-G-USER-ABSENT", "/traits/user_id", None);
    info.severity = Severity::Info;
    assert!(words(&[info, missing("X-T-EVENT-MISSING", "/event", None)], &[]).is_empty());
}

#[test]
fn a_browser_is_told_who_the_user_is() {
    let call = r#"{"type":"track","event":"E","userId":null,"anonymousId":"a"}"#;
    let finding =
        missing("X-T-USER-MISSING", "/userId", Some(("/anonymousId", HintKind::Anonymous)));
    let fix = fix_for(call, "analytics.js", false, &[finding], &[]);
    assert_eq!(fix.snippet.code, "analytics.identify('USER_ID')\nanalytics.track('E')");
}

#[test]
fn an_account_that_is_known_from_before_is_used() {
    let doc = Doc::parse(r#"{"type":"track","event":"E","userId":"u"}"#).expect("JSON");
    let call = BrokenCall {
        event: Event::bare(doc.root()),
        kind: CallType::Track,
        library: Some("analytics-python"),
        rudder: false,
    };
    let finding = missing("X-T-ACCOUNT-MISSING", "/properties/account_id", None);
    let edits = edits(&call, [(0, &finding)].into_iter(), Some("acct_42"), |_, _| false);
    let code = fix(&call, edits, &[], SnippetAudience::Owner).snippet.code;
    assert!(code.contains("'account_id': 'acct_42'"), "{code}");
}
