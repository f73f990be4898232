use super::*;
use crate::call::Doc;
use crate::findings::{Effect, Headline, Hint, HintKind, Id, Reason, Severity};

/// A track call whose ids stand elsewhere, with everything that is hard to write down.
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
    }
}

fn of(json: &str, library: &str, rudder: bool, findings: &[Finding], used: &[&str]) -> Fix {
    let doc = Doc::parse(json).expect("JSON");
    let kind = doc.root().get("type").and_then(|kind| kind.as_str()).expect("a type");
    let call = Call {
        event: Event::bare(doc.root()),
        kind: CallType::parse(&kind).expect("a known type"),
        library: Some(library),
        rudder,
    };
    let edits = edits(&call, findings.iter(), None, |from, _| used.contains(&from));
    fix(&call, edits)
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
        ("curl", "something else", false),
    ] {
        let fix = of(TRACK, library, rudder, &both(), &[]);
        insta::assert_snapshot!(format!("track_{name}"), fix.snippet.code, &fix.snippet.language);
        for absent in ["hunter2", "bob@", "203.0.113.9", "m-1", "\u{1b}", "\u{202e}"] {
            assert!(!fix.snippet.code.contains(absent), "{name}: {absent}");
        }
    }
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
        let first = of(identify, library, false, &[account], &[]);
        assert_eq!(first.transformation, None, "nobody knows the account");
        let hint = Some(("/groupId", HintKind::Alias));
        let account = missing("X-G-ACCOUNT-MISSING", "/traits/account_id", hint);
        let second = of(group, library, false, &[account], &[]);
        all.push_str(&format!(
            "== {}\n{}\n{}\n",
            first.snippet.language, first.snippet.code, second.snippet.code
        ));
    }
    insta::assert_snapshot!("identify_and_group", all);
}

#[test]
fn the_transformations() {
    let fix = of(TRACK, "analytics-node", false, &both(), &[]);
    insta::assert_snapshot!(
        "segment_function",
        fix.transformation.expect("all ids are there").code
    );
    let number = r#"{"type":"group","groupId":42}"#;
    let finding = missing("X-G-ACCOUNT-TYPE", "/groupId", None);
    let fix = of(number, "analytics-node", true, &[finding], &[]);
    insta::assert_snapshot!(
        "rudderstack_transformation",
        fix.transformation.expect("it is there").code
    );
}

#[test]
fn edits_of_several_vendors_become_one_list() {
    let words = |findings: &[Finding], used: &[&str]| {
        let fix = of(TRACK, "", false, findings, used);
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
    // what another vendor reads stays
    let kept = words(&both()[..1], &["/properties/accountId"]);
    assert_eq!(kept, ["`properties.accountId` copied to `properties.account_id`"]);
    // what two edits read is taken away last, and a known value is better than a name that stands for it
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
    let fix = of(call, "analytics.js", false, &[finding], &[]);
    assert_eq!(fix.snippet.code, "analytics.identify('USER_ID')\nanalytics.track('E')");
}

#[test]
fn an_account_that_is_known_from_before_is_used() {
    let doc = Doc::parse(r#"{"type":"track","event":"E","userId":"u"}"#).expect("JSON");
    let call = Call {
        event: Event::bare(doc.root()),
        kind: CallType::Track,
        library: Some("analytics-python"),
        rudder: false,
    };
    let finding = missing("X-T-ACCOUNT-MISSING", "/properties/account_id", None);
    let edits = edits(&call, [finding].iter(), Some("acct_42"), |_, _| false);
    let code = fix(&call, edits).snippet.code;
    assert!(code.contains("'account_id': 'acct_42'"), "{code}");
}

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
    let words = |path: &str| of(call, "", false, &[placeholder(path)], &[]).edits[0].words();
    for user in ["/userId", "/traits/id", "/traits/uid", "/context/traits/id"] {
        assert!(words(user).starts_with("`traits.user_id` copied to"), "{}", words(user));
    }
    let session = of(call, "", false, &[placeholder("/anonymousId")], &[]);
    assert_eq!(session.edits[0].source, Source::Add("ANONYMOUS_ID".to_owned()));
    for account in ["/groupId", "/traits/company/id", "/traits/customer_id"] {
        let finding = placeholder(account);
        assert_eq!(is_without(&finding), Some(super::super::Id::Account), "{account}");
        let fix = of(call, "", false, &[finding], &[]);
        assert_eq!(fix.edits[0].source, Source::Add("ACCOUNT_ID".to_owned()));
    }
}
