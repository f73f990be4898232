//! Expected calls: `--expect`, and `segscope plan`.

use super::{segscope, stderr, stdout};
use crate::common::{Http, Program, wait_for};
use serde_json::{Value, json};
use std::path::Path;

const CSB: [&str; 2] = ["--vendor", "customersuccessbox"];

fn call(kind: &str, name: &str, account: Option<&str>) -> String {
    json!({"type": kind, "event": name, "name": name, "userId": "u1", "groupId": account,
        "messageId": format!("{kind} {name} {account:?}"), "timestamp": "2024-05-01T10:00:00Z",
        "traits": {"account_id": account, "user_id": "u1"},
        "properties": {"account_id": account, "user_id": "u1", "module_id": "m", "product_id": "p"}})
    .to_string()
}

fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(home.path().join(name), text).expect("written");
    }
    home
}

/// Exit code, standard output and standard error.
fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    let done = segscope(home, args).assert();
    (done.get_output().status.code().expect("it ended by itself"), stdout(&done), stderr(&done))
}

const PLAN: &str = "# mine\n[[event]]\nname = \"Order\"\n[[event]]\nname = \"Report\"\n[[event]]\nname = \"Never\"\n[[event]]\nname = \"Twice\"\ncount = 2\n";

fn mixed() -> String {
    [
        call("track", "Order", Some("a")),
        call("track", "Report", Some("a")),
        call("track", "Report", None),
        call("track", "Twice", Some("a")),
        call("track", "Twice", Some("a")),
    ]
    .join("\n")
}

#[test]
fn check_says_what_did_not_come_as_expected_and_fails() {
    let good = format!("{}\n", call("track", "Order", Some("a")));
    let home = home(&[("plan.toml", PLAN), ("mixed.ndjson", &mixed()), ("good.ndjson", &good)]);
    let base = ["check", "mixed.ndjson", "--fail-on", "never", "--expect", "plan.toml"];
    let (code, text, _) = run(home.path(), &[&base[..], &CSB].concat());
    assert_eq!(code, 1, "{text}");
    let wanted = "1 of 4 expected seen with their ids\n  lacking  track Report: 2 calls, 1 without account_id\n  unseen   track Never: not seen\n  too few  track Twice: 1 of 2 calls\n";
    assert!(text.contains(wanted), "{text}");
    let last = text.lines().last().expect("a line");
    assert!(
        last.ends_with("passed (--fail-on never); 1 of 4 expected seen with their ids: failed"),
        "{last}"
    );
    // the filter decides what counts
    let filter = ["--filter", "missing(account_id)"];
    let (code, text, _) = run(home.path(), &[&base[..], &CSB, &filter].concat());
    assert_eq!(code, 1);
    assert!(text.contains("0 of 4 expected"), "{text}");
    assert!(text.contains("track Report: 1 call, 1 without account_id"), "{text}");

    std::fs::write(home.path().join("one.toml"), "[[event]]\nname = \"Order\"\n").expect("written");
    let args = ["check", "good.ndjson", "--expect", "one.toml"];
    let (code, text, _) = run(home.path(), &[&args[..], &CSB].concat());
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with("; 1 of 1 expected seen with their ids: passed\n"), "{text}");
}

#[test]
fn reports_for_machines_have_it_too() {
    let home = home(&[("plan.toml", PLAN), ("mixed.ndjson", &mixed())]);
    let report = |format: &str| {
        let args = ["check", "mixed.ndjson", "--fail-on", "never", "--expect", "plan.toml"];
        run(home.path(), &[&args[..], &["--format", format], &CSB].concat())
    };
    let (code, text, _) = report("junit");
    assert_eq!(code, 1);
    assert!(
        text.contains("<testsuite name=\"expected\" tests=\"4\" failures=\"3\" skipped=\"0\">"),
        "{text}"
    );
    assert!(text.contains("<failure type=\"track Never\" message=\"not seen\">"), "{text}");
    let sarif: Value = serde_json::from_str(&report("sarif").1).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    let rule = |result: &&Value| result["ruleId"] == "expected/track Report";
    assert!(results.iter().find(rule).is_some_and(|result| result["level"] == "error"));
    let (_, text, _) = report("github");
    assert!(text.contains("::error title=track Never (expected%2C 0 calls)::not seen"), "{text}");
    let (_, text, _) = report("markdown");
    assert!(text.contains("| error | `track Twice` | expected |  | 1 | 1 of 2 calls |"), "{text}");
    let (code, text, told) = report("ndjson");
    assert!(code == 1 && text.lines().all(|line| line.starts_with('{')), "{text}");
    assert!(told.contains("1 of 4 expected") && told.contains("track Never: not seen"), "{told}");
}

#[test]
fn a_plan_is_learned_from_what_is_good_and_what_is_good_meets_it() {
    let calls = [
        call("track", "Order", Some("a")),
        call("track", "Order", Some("b")),
        call("track", "Anonymous \u{202e}\"x\"", None),
        call("page", "Pricing", None),
        call("identify", "", None),
        r#"{"type":"page","userId":"u","properties":{}}"#.to_owned(),
        r#"{"type":"purchase","userId":"u"}"#.to_owned(),
    ]
    .join("\n");
    let home = home(&[("good.ndjson", &calls), ("mixed.ndjson", &mixed())]);
    let (code, plan, _) = run(home.path(), &[&["plan", "learn", "good.ndjson"][..], &CSB].concat());
    assert_eq!(code, 0);
    assert!(plan.starts_with("# Learned from good.ndjson: 7 calls."), "{plan}");
    assert!(plan.contains("\n[[event]]\ntype = \"track\"\nname = \"Order\"\n"), "{plan}");
    assert!(
        plan.contains("name = \"Anonymous \\U0000202e\\\"x\\\"\"\nids = [\"user_id\"]"),
        "{plan}"
    );
    assert!(!plan.contains("purchase"), "{plan}");
    std::fs::write(home.path().join("plan.toml"), &plan).expect("written");
    for from in ["plan.toml", "good.ndjson"] {
        let check = ["plan", "check", from, "good.ndjson"];
        let (code, text, _) = run(home.path(), &[&check[..], &CSB].concat());
        assert_eq!(code, 0, "{from}: {text}");
        assert!(
            text.starts_with(
                "5 of 5 expected seen with their ids\n  ok       track Order: 2 calls\n"
            ),
            "{from}: {text}"
        );
        assert!(!text.contains('\u{202e}'), "{text}");
        let check = ["plan", "check", from, "mixed.ndjson"];
        let (code, text, _) = run(home.path(), &[&check[..], &CSB].concat());
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("1 of 5 expected"), "{text}");
    }
}

#[test]
fn the_template_is_a_plan() {
    let order = call("track", "Order Received", Some("a"));
    let order = order.replace("\"module_id\"", "\"total\":1,\"module_id\"");
    let home = home(&[("order.ndjson", &order)]);
    let (code, template, _) = run(home.path(), &["plan", "template"]);
    assert_eq!((code, run(home.path(), &["plan"]).1 == template), (0, true));
    std::fs::write(home.path().join("plan.toml"), template).expect("written");
    let check = ["plan", "check", "plan.toml", "order.ndjson"];
    let (code, text, _) = run(home.path(), &[&check[..], &CSB].concat());
    assert_eq!(code, 1);
    assert!(text.contains("ok       track Order Received: 1 call\n"), "{text}");
}

#[test]
fn a_wrong_plan_is_told_with_its_place_before_anything_begins() {
    let home = home(&[
        ("wrong.toml", "[[event]]\nname = \"A\"\nid = []\n"),
        ("empty.ndjson", "[]"),
        ("calls.ndjson", &call("track", "A", None)),
    ]);
    for (file, says) in [
        ("wrong.toml", "wrong.toml:3: `id` is not a key of an event, did you mean `ids`?"),
        ("empty.ndjson", "empty.ndjson:1: expected calls as JSON objects; found nothing"),
        ("nowhere.toml", "nowhere.toml: the plan could not be read: "),
    ] {
        for command in [
            &["check", "calls.ndjson"][..],
            &["tail", "--listen", "127.0.0.1:0"],
            &["listen", "--plain", "--listen", "127.0.0.1:0"],
            &["open", "calls.ndjson"],
            &["demo"],
        ] {
            let (code, _, told) = run(home.path(), &[command, &["--expect", file]].concat());
            assert_eq!(code, 2, "{command:?} {file}: {told}");
            assert!(told.contains(says), "{command:?} {file}: {told}");
        }
    }
}

#[test]
fn tail_ends_with_what_did_not_come_and_the_summary_has_it_meanwhile() {
    let home = home(&[("plan.toml", PLAN)]);
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let args = [&args[..], &CSB, &["--expect", "plan.toml"]].concat();
    let mut program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    let mut summary = || -> Value {
        let answer = http.get("/_segscope/summary").expect("an answer");
        serde_json::from_slice(&answer.body).expect("JSON")
    };
    assert_eq!(summary()["expected"]["met"], 0);
    let mut sender = Http::connect(&program.address).expect("it listens");
    for name in ["Order", "Report"] {
        let body = call("track", name, (name == "Order").then_some("a"));
        assert_eq!(sender.post("/v1/track", body.as_bytes()).expect("an answer").status, 200);
    }
    let expected = wait_for("both calls", || {
        let summary = summary();
        (summary["calls"] == 2).then(|| summary["expected"].clone())
    });
    assert_eq!((&expected["met"], &expected["of"]), (&json!(1), &json!(4)));
    assert_eq!(
        expected["events"][1],
        json!({"type": "track", "event": "Report", "ids": ["account_id", "user_id"], "count": 1, "max": null,
            "standing": "lacking", "calls": 1, "with_ids": 0, "violating": 0, "lacking": {"account_id": 1},
            "doubtful": {}})
    );
    let (code, told) = (program.end(), program.last_words());
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("1 of 4 expected seen with their ids\n"), "{told}");
    assert!(told.contains("  lacking  track Report: 1 call, 1 without account_id\n"), "{told}");
}
