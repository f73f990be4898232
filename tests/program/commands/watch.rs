//! Watch rules: what `tail` says of them, what a command is given, and wrong rules.

use super::{segscope, stderr};
use crate::common::{Http, Program, wait_for};
use serde_json::Value;

const RULE: &str = "missing(account_id) above 10% of track over 10m, least 2 calls";

/// A call of a user, who belongs to no account that an earlier call named.
fn call(user: usize, company: &str) -> String {
    format!(r#"{{"userId":"u{user}","event":"E","properties":{{{company}}}}}"#)
}

#[test]
fn a_command_gets_a_record_when_a_rule_begins_and_when_it_ends() {
    let home = tempfile::tempdir().expect("a folder");
    let records = home.path().join("records");
    let append = format!("sh -c 'cat >> {}'", records.display());
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--vendor", "planhat"];
    let watch = ["--watch", RULE, "--alert-with", append.as_str()];
    let mut program = Program::start(home.path(), &[&args[..], &watch].concat());
    let mut http = Http::connect(&program.address).expect("it listens");
    let written = |lines: usize| {
        wait_for("records", || {
            let text = std::fs::read_to_string(&records).unwrap_or_default();
            (text.lines().count() >= lines).then_some(text)
        })
    };
    for (user, company) in [r#""company_id":"c""#, ""].into_iter().enumerate() {
        http.post("/v1/track", call(user, company).as_bytes()).expect("an answer");
    }
    written(1);
    for user in 2..12 {
        http.post("/v1/track", call(user, r#""company_id":"c""#).as_bytes()).expect("an answer");
    }
    let text = written(2);
    let records: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for (record, (state, message)) in records.iter().zip([
        ("begins", format!("watch: {RULE} (50%, 1 of 2 calls)")),
        ("ends", format!("watch ended: {RULE} (")),
    ]) {
        assert_eq!((&record["kind"], &record["state"]), (&"watch".into(), &state.into()), "{text}");
        assert_eq!((&record["rule"], &record["group"]), (&RULE.into(), &Value::Null));
        assert!(
            record["message"].as_str().is_some_and(|said| said.starts_with(&message)),
            "{text}"
        );
    }
    assert_eq!(program.end(), Some(0));
    let said = program.last_words();
    assert!(said.contains(&format!("watch: {RULE} (50%, 1 of 2 calls)\n")), "{said}");
    assert!(said.contains("watch ended: "), "{said}");
}

#[test]
fn a_wrong_rule_is_refused_with_what_was_expected() {
    let home = tempfile::tempdir().expect("a folder");
    let many: Vec<String> = (0..21).map(|_| format!("--watch={RULE}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (flags, says) in [
        (
            vec!["--watch", "missing(account_id)"],
            "--watch: `missing(account_id)`: a watch rule needs a bound",
        ),
        (vec!["--watch", "track above 150% over 5m"], "`150%`: expected 0% to 100%"),
        (vec!["--watch", "missing(acount_id) above 1% over 5m"], "column 9: expected"),
        (many, "expected at most 20 watch rules"),
    ] {
        let args = [&["tail", "--listen", "127.0.0.1:0", "--no-record"][..], &flags].concat();
        let done = segscope(home.path(), &args).assert().code(2);
        assert!(stderr(&done).contains(says), "{}", stderr(&done));
    }
    std::fs::write(home.path().join("segscope.toml"), "watch = [\"track gone\"]\n")
        .expect("written");
    let done = segscope(home.path(), &["config", "show"]).assert().code(2);
    assert!(
        stderr(&done).contains("segscope.toml:1: `track gone`: `gone`: expected"),
        "{}",
        stderr(&done)
    );
}
