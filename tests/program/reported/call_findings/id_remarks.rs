//! Remarks about ids that only many calls show: one id of several users, many accounts of one user,
//! and ids that are nearly the same.

use super::{file, run};
use crate::common::{Http, Program};
use crate::reported::segscope;
use serde_json::{Value, json};

/// Returns the first line of each remark of `check` about the ids in a file.
fn remarks(lines: &[String]) -> Vec<String> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (home, path) = file(&lines);
    let (out, _) = run(home.path(), &["check", "--vendor", "planhat"], &path);
    let found = out.lines().zip(out.lines().skip(1)).filter(|(head, _)| head.contains(" ID-S"));
    found.map(|(head, message)| format!("{head}: {}", message.trim())).collect()
}

fn track(user: &str, more: &Value) -> String {
    let mut call = json!({"type": "track", "event": "Report Run", "userId": user});
    let members = more.as_object().expect("an object").clone();
    call.as_object_mut().expect("an object").extend(members);
    call.to_string()
}

#[test]
fn an_anonymous_id_of_several_users_is_told_once() {
    let with = |user: &str, anonymous: &str| track(user, &json!({"anonymousId": anonymous}));
    let shared =
        [with("u1", "a"), with("u2", "a"), with("u1", "a"), with("u3", "a"), with("u9", "b")];
    let found = remarks(&shared);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("warning ID-SHARED (1 id): `anonymousId` `a` is used with 3 "),
        "{found:?}"
    );
    assert!(found[0].contains("`u1`, `u2` and `u3`"), "{found:?}");
    let usual = [with("u1", "a"), with("u1", "a"), with("u1", "b"), with("u2", "c")];
    assert!(remarks(&usual).is_empty());
    // an alias call joins two users on purpose
    let alias = json!({"type": "alias", "userId": "u2", "previousId": "a", "anonymousId": "a"});
    assert!(remarks(&[with("u1", "a"), alias.to_string()]).is_empty());
}

#[test]
fn the_ids_that_an_alias_call_connects_are_one_user() {
    let with = |user: &str, anonymous: &str| track(user, &json!({"anonymousId": anonymous}));
    let alias = |from: &str, to: &str| {
        json!({"type": "alias", "previousId": from, "userId": to}).to_string()
    };
    let joined = [with("old-kim", "B1"), alias("old-kim", "kim"), with("kim", "B1")];
    assert!(remarks(&joined).is_empty());
    // an `anonymousId` in the place of the user id, until the user signs up
    let identify = json!({"type": "identify", "userId": "jane", "anonymousId": "A1"});
    let signed_up = [with("A1", "A1"), alias("A1", "jane"), identify.to_string()];
    assert!(remarks(&signed_up).is_empty());
    // the service drops an alias call with this `messageId`, so the ids are still two users
    let dropped = json!({"type": "alias", "previousId": "u1", "userId": "u2", "messageId": "m"});
    let first = track("u1", &json!({"anonymousId": "a", "messageId": "m"}));
    let found = remarks(&[first, dropped.to_string(), with("u2", "a")]);
    assert!(found[0].contains("is used with 2 different users: `u1` and `u2`"), "{found:?}");
}

#[test]
fn a_user_with_many_accounts_is_told_once() {
    let with =
        |account: u32| track("u", &json!({"properties": {"company_id": format!("c{account}")}}));
    let calls: Vec<String> = (0..4).chain(0..4).map(with).collect();
    let found = remarks(&calls);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("user `u` is used with 4 different accounts: "), "{found:?}");
    assert!(remarks(&calls[..3]).is_empty());
}

#[test]
fn ids_and_events_that_are_nearly_the_same_are_told_with_what_differs() {
    for (other, shown) in [
        ("ACME", "`ACME`"),
        ("acme ", "`acme `"),
        ("ac\u{200b}me", "`ac\\u{200b}me`"),
        ("acme\u{a0}", "`acme\\u{a0}`"),
        ("ac-me", "`ac-me`"),
    ] {
        let with = |account: &str| track("u", &json!({"properties": {"company_id": account}}));
        let found = remarks(&[with("acme"), with(other)]);
        assert_eq!(found.len(), 1, "{other:?}: {found:?}");
        let want = format!("account ids `acme` and {shown} differ only");
        assert!(found[0].contains(&want), "{found:?}");
    }
    let found = remarks(&[track("Ann", &json!({})), track("ann", &json!({}))]);
    assert!(found[0].contains("user ids `Ann` and `ann` differ only"), "{found:?}");
    let named = |event: &str| track("u", &json!({"event": event}));
    let found = remarks(&[named("Report Run"), named("report_run"), named("Report Ran")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("events `Report Run` and `report_run` differ only"), "{found:?}");
}

#[test]
fn every_format_of_a_check_has_the_remarks_about_ids() {
    let calls = [track("Ann", &json!({})), track("ann", &json!({}))];
    let lines: Vec<&str> = calls.iter().map(String::as_str).collect();
    let (home, path) = file(&lines);
    for format in ["text", "junit", "sarif", "github", "markdown"] {
        let (out, _) = run(home.path(), &["check", "--format", format], &path);
        assert!(out.contains("ID-SIMILAR") && out.contains("`Ann`"), "{format}: {out}");
    }
    // a filter that lets none of the two calls through leaves the remark out
    let filter = ["check", "--filter", "type = \"page\""];
    assert!(!run(home.path(), &filter, &path).0.contains("ID-SIMILAR"));
    let filter = ["check", "--filter", "userId = \"ann\""];
    assert!(run(home.path(), &filter, &path).0.contains("ID-SIMILAR"));
}

#[test]
fn the_summary_and_plain_mode_have_the_remarks_about_ids() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record", "r.ndjson"];
    let mut tail = Program::start(home.path(), &args);
    let mut http = Http::connect(&tail.address).expect("it listens");
    for user in ["u1", "u2"] {
        let call = track(user, &json!({"anonymousId": "a", "writeKey": "k"}));
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    }
    let summary = http.get("/_segscope/summary").expect("an answer").body;
    let summary: Value = serde_json::from_slice(&summary).expect("JSON");
    assert_eq!(summary["id_remarks_of"], 1);
    let remark = &summary["id_remarks"][0];
    assert_eq!((&remark["code"], &remark["kind"]), (&json!("ID-SHARED"), &json!("anonymous_id")));
    assert_eq!(remark["others"], json!(["u1", "u2"]));
    assert_eq!(remark["calls"], json!([1, 2]));
    tail.end();
    let words = tail.last_words();
    assert!(
        words.contains("warning ID-SHARED (1 id): `anonymousId` `a` is used with 2 "),
        "{words}"
    );
    let mut open = segscope(home.path(), &["open", "r.ndjson", "--plain"]);
    let open = open.env("TERM", "dumb").write_stdin("findings\npeople users u2\n");
    let out = open.output().expect("the program runs").stdout;
    let out = String::from_utf8(out).expect("UTF-8");
    assert_eq!(
        out.matches("warning ID-SHARED: `anonymousId` `a` is used with 2").count(),
        2,
        "{out}"
    );
}
