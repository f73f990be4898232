//! A sixth vendor by a file, as a user has it.

use super::{segscope, stderr, stdout};
use crate::common::{Http, Program};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/vendors").join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

#[test]
fn the_template_is_valid_and_shows_all_that_a_vendor_file_may_say() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("acme.toml");
    let printed = stdout(&segscope(home.path(), &["vendors", "template"]).assert().code(0));
    std::fs::write(&file, &printed).expect("written");
    let done = segscope(home.path(), &["vendors", "check", "acme.toml"]).assert().code(0);
    assert!(stdout(&done).contains("`acme` (Acme) is a vendor"), "{}", stdout(&done));
    // every key of the form stands in it, be it in a comment
    let form = [
        include_str!("../../../src/core/vendors/table/mod.rs"),
        include_str!("../../../src/core/vendors/table/call.rs"),
        include_str!("../../../src/core/vendors/table/field.rs"),
        include_str!("../../../src/core/vendors/table/setting.rs"),
    ];
    let keys = form
        .iter()
        .flat_map(|form| form.lines().take_while(|line| !line.contains("struct FileError")))
        .filter_map(|line| line.trim().strip_prefix("pub ").map(|rest| rest.trim()))
        .filter_map(|line| line.split_once(':').map(|(key, _)| key.to_owned()))
        .filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    let only_code = [
        "data",
        "kind",
        "decided_by_code",
        "check",
        "used",
        "nulls",
        "send",
        "send_type",
        "reads",
        "code_names",
        "code_fields",
        "code_repeats_entry",
        "otherwise",
    ];
    let absent: Vec<String> = keys
        .filter(|key| !only_code.contains(&key.as_str()) && !printed.contains(key.as_str()))
        .collect();
    assert_eq!(absent, Vec::<String>::new());
}

#[test]
fn each_error_of_a_vendor_file_is_told_with_its_line() {
    let home = tempfile::tempdir().expect("a folder");
    let good = std::fs::read_to_string(asset("template.toml")).expect("readable");
    let bad = good
        .replace(
            "from = [\"@user\"] },\n  { to = \"/name\"",
            "from = [\"@usr\"] },\n  { to = \"name\"",
        )
        .replace("max = 60, missing = \"EVENT-MISSING\"", "max = 60, missing = \"EVENT-MISING\"")
        .replace("one_of = \"plans\"", "one_of = \"plan\"")
        .replace("{region:lower}", "{place}");
    std::fs::write(home.path().join("bad.toml"), &bad).expect("written");
    let done = segscope(home.path(), &["vendors", "check", "bad.toml"]).assert().code(2);
    let line_of = |needle: &str| {
        bad[..bad.find(needle).unwrap_or_else(|| panic!("{needle}"))].matches('\n').count() + 1
    };
    let err = stderr(&done);
    for (needle, says) in [
        ("https://in-{place}", "`{place}` in an address or header is not a setting"),
        ("\"@usr\"", "`@usr` is none of @account, @user"),
        ("to = \"name\"", "`to` is a pointer"),
        ("one_of = \"plan\"", "`plan` is not a setting of this vendor"),
    ] {
        let want = format!("bad.toml: line {}: {says}", line_of(needle));
        assert!(err.contains(&want), "want {want} in {err}");
    }
    assert_eq!(err.trim_end().lines().count(), 4, "{err}");
}

#[test]
fn a_webhook_by_file_is_checked_and_filtered_like_the_others() {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"E","userId":"u1","context":{"groupId":"g1"},"timestamp":"2024-05-01T10:00:00Z","properties":{"n":1.50}}"#;
    // of an alias call a webhook reads the user id alone, so this one passes the service without
    let lacks = r#"{"type":"alias","previousId":"a","anonymousId":"an-1","integrations":{"Webhooks":true}}"#;
    let off = r#"{"type":"track","event":"E","userId":"u2","integrations":{"Webhooks":false}}"#;
    std::fs::write(home.path().join("c.ndjson"), format!("{call}\n{lacks}\n{off}\n"))
        .expect("written");
    let webhook = asset("webhook.toml");
    let file = text(&webhook);
    let vendor = ["--vendor-file", file, "--vendor", "webhook"];
    let url = ["--setting", "vendors.webhook.url=https://hooks.example/in"];
    let args = [&["check", "c.ndjson", "--format", "ndjson"], &vendor[..], &url[..]].concat();
    let done = segscope(home.path(), &args).assert().code(0);
    let records: Vec<Value> =
        stdout(&done).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let verdicts: Vec<&Value> =
        records.iter().map(|record| &record["vendors"]["webhook"]["verdict"]).collect();
    assert_eq!(verdicts, ["delivered", "degraded", "ignored"]);
    let first = &records[0];
    assert_eq!((&first["account_id"], &first["user_id"]), (&json!("g1"), &json!("u1")));
    let request = &first["vendors"]["webhook"]["requests"][0];
    assert_eq!(request["url"], "https://hooks.example/in");
    assert_eq!(request["headers"]["X-Signature"], "***");
    let body = &request["body"];
    assert_eq!((&body["event"], &body["properties"]["n"]), (&json!("E"), &json!(1.50)));
    assert!(
        body["messageId"].is_string() && body["receivedAt"].is_string(),
        "Segment's own payload"
    );
    assert_eq!(first["vendors"]["webhook"]["from"][0]["/event"], json!({"input": "/event"}));
    assert_eq!(records[1]["missing"], json!(["user_id"]));

    let by = |filter: &str| {
        let args = [&["check", "c.ndjson", "--filter", filter], &vendor[..]].concat();
        stdout(&segscope(home.path(), &args).assert()).lines().last().map(str::to_owned)
    };
    let count = |filter: &str| by(filter).and_then(|last| Some(last.split_once(' ')?.0.to_owned()));
    assert_eq!(count("verdict.webhook = \"degraded\"").as_deref(), Some("1"));
    assert_eq!(count("match(finding, \"WH-*\")").as_deref(), Some("1"));
    assert_eq!(count("verdict.webhook = \"ignored\"").as_deref(), Some("1"));

    let shown =
        segscope(home.path(), &["vendors", "show", "webhook", "--vendor-file", file]).assert();
    assert!(stdout(&shown.code(0)).contains("vendors.webhook.url"));
}

#[test]
fn in_the_users_folder_it_is_there_without_a_flag() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".config/segscope/vendors");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::copy(asset("template.toml"), folder.join("acme.toml")).expect("copied");
    let list = stdout(&segscope(home.path(), &["vendors", "list"]).assert().code(0));
    assert!(list.contains("acme"), "{list}");
    let template = stdout(&segscope(home.path(), &["config", "template"]).assert().code(0));
    assert!(template.contains("[vendors.acme]\n# the API token\n#token = \"\"\n"), "{template}");
    // every built-in vendor's settings stand there with what they mean
    for name in ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"] {
        assert!(template.contains(&format!("[vendors.{name}]\n# ")), "{name}");
    }

    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--vendor", "acme"];
    let program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    http.post("/v1/track", br#"{"event":"E","userId":"u","properties":{"accountId":"a"}}"#)
        .expect("taken");
    let answer = http.get("/_segscope/calls?filter=nearmiss(account_id)").expect("an answer");
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let record = &body["calls"][0];
    assert_eq!(record["vendors"]["acme"]["verdict"], "dropped");
    assert_eq!(record["findings"][0]["fix"], "rename `accountId` to `account_id` in properties");
}

/// The template is valid as it is printed: no key occurs twice, and no value is refused.
#[test]
fn the_settings_template_is_valid_with_every_line_in_force() {
    let home = tempfile::tempdir().expect("a folder");
    let template = stdout(&segscope(home.path(), &["config", "template"]).assert().code(0));
    let is_key = |line: &str| {
        let key = line.split(" = ").next().unwrap_or("");
        !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || "_.".contains(c))
    };
    let in_force: Vec<&str> = template
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| is_key(rest)).unwrap_or(line))
        .collect();
    let keys = in_force.iter().filter(|line| !line.starts_with('#') && line.contains(" = "));
    assert!(keys.count() > 30, "{template}");
    let folder = home.path().join(".config/segscope");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.toml"), in_force.join("\n")).expect("written");
    let shown = segscope(home.path(), &["config", "show"]).assert().code(0);
    assert!(stdout(&shown).contains("vendors.planhat.subdomain"), "{}", stdout(&shown));
}
