//! `segscope check`.

use super::{segscope, stderr, stdout};
use crate::common::{Http, Program};
use serde_json::Value;

const LACKS: &str = r#"{"type":"track","event":"Order Received","userId":"u1","timestamp":"2024-05-01T10:00:00Z","properties":{"accountId":"a1"}}"#;
const GOOD: &str = r#"{"type":"track","event":"Order Received","userId":"u1","timestamp":"2024-05-01T10:00:00Z","properties":{"account_id":"a1","user_id":"u1","module_id":"m","product_id":"p"}}"#;

struct Home(tempfile::TempDir);

impl Home {
    fn with(files: &[(&str, &str)]) -> Home {
        let home = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(home.path().join(name), text).expect("written");
        }
        Home(home)
    }

    /// Exit code and standard output.
    fn check(&self, args: &[&str]) -> (i32, String) {
        let args: Vec<&str> = [&["check"], args].concat();
        let done = segscope(self.0.path(), &args).assert();
        (done.get_output().status.code().expect("it ended by itself"), stdout(&done))
    }
}

#[test]
fn findings_come_with_count_example_and_fix_and_decide_the_exit_code() {
    let home = Home::with(&[("calls.ndjson", &format!("{LACKS}\n{GOOD}\n{LACKS}\n"))]);
    let csb = ["calls.ndjson", "--vendor", "customersuccessbox"];
    let (code, text) = home.check(&csb);
    assert_eq!(code, 1);
    let heading =
        "error CSB-T-ACCOUNT-MISSING (CustomerSuccessBox, track \"Order Received\", 2 calls)\n";
    assert!(text.contains(heading), "{text}");
    assert!(
        text.contains("  example: call 1: track \"Order Received\", user u1\n")
            || text.contains("  example: call 1: track \"Order Received\"\n"),
        "{text}"
    );
    assert!(text.contains("  fix: rename `accountId` to `account_id` in properties\n"), "{text}");
    assert!(text.contains("CustomerSuccessBox: 2 dropped, 1 "), "{text}");
    let last = text.lines().last().expect("a last line");
    assert!(last.starts_with("3 calls: 4 errors, "), "{last}");
    assert!(last.ends_with("; 2 without an id: failed (--fail-on error)"), "{last}");

    for (fail_on, vendor, want) in [
        ("never", "customersuccessbox", 0),
        ("missing", "customersuccessbox", 1),
        ("warning", "suprsend", 0),
        // a missing account is a warning there: no error, but missing
        ("error", "freshsuccess", 1),
        ("missing", "suprsend", 0),
    ] {
        let args = ["calls.ndjson", "--fail-on", fail_on, "--vendor", vendor];
        assert_eq!(home.check(&args).0, want, "{fail_on} {vendor}");
    }
}

#[test]
fn a_missing_id_that_is_only_a_warning_fails_on_missing_alone() {
    let call = r#"{"type":"track","event":"E","userId":"u","anonymousId":"s","originalTimestamp":"2024-05-01T10:00:00Z","properties":{"module":"m"}}"#;
    let home = Home::with(&[("calls.ndjson", call)]);
    for (fail_on, want) in [("error", 0), ("missing", 1), ("warning", 1), ("never", 0)] {
        let args = ["calls.ndjson", "--vendor", "freshsuccess", "--fail-on", fail_on];
        assert_eq!(home.check(&args).0, want, "{fail_on}");
    }
}

#[test]
fn every_form_of_input_gives_the_same_records() {
    let home = Home::with(&[
        ("lines.ndjson", &format!("{LACKS}\n\n{GOOD}\n")),
        ("array.json", &format!("[{LACKS},\n {GOOD}]")),
        ("batch.json", &format!("{{\"batch\": [{LACKS}, {GOOD}]}}")),
    ]);
    let records = |args: &[&str]| {
        let (code, text) =
            home.check(&[args, &["--format", "ndjson", "--vendor", "planhat"]].concat());
        assert_eq!(code, 1);
        text
    };
    let first = records(&["lines.ndjson"]);
    let parsed: Vec<Value> =
        first.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(parsed.len(), 2);
    assert_eq!(parsed[0]["missing"], serde_json::json!(["account_id"]));
    assert_eq!(parsed[0]["received_at"], "2024-05-01T10:00:00.000Z");
    assert_eq!(parsed[0]["call"], serde_json::from_str::<Value>(LACKS).expect("JSON"));
    let vendors = parsed[0]["vendors"].as_object().expect("an object");
    assert_eq!(vendors.keys().collect::<Vec<_>>(), ["planhat"]);
    assert_eq!(records(&["array.json"]), first);

    // records themselves are a form, and so is standard input
    std::fs::write(home.0.path().join("records.ndjson"), &first).expect("written");
    assert_eq!(records(&["records.ndjson"]), first);
    let args = ["check", "-", "--format", "ndjson", "--vendor", "planhat"];
    let done = segscope(home.0.path(), &args).write_stdin(first.clone()).assert().code(1);
    assert_eq!(stdout(&done), first);

    // a batch is one request of two calls
    let batch: Vec<Value> = records(&["batch.json"])
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!((&batch[1]["request"], &batch[1]["seq"]), (&1.into(), &2.into()));
}

#[test]
fn a_filter_says_which_calls_count() {
    let home = Home::with(&[("calls.ndjson", &format!("{LACKS}\n{GOOD}\n"))]);
    let filtered = |filter: &str| {
        let args = ["calls.ndjson", "--vendor", "customersuccessbox", "--filter", filter];
        let (code, text) = home.check(&args);
        (code, text.lines().last().expect("a last line").to_owned())
    };
    let (code, last) = filtered("missing(account_id)");
    assert!(code == 1 && last.starts_with("1 call: 2 errors, "), "{code} {last}");
    let (code, last) = filtered("type = \"page\"");
    assert!(code == 0 && last.starts_with("0 calls: "), "{code} {last}");
    let args = ["check", "calls.ndjson", "--filter", "type ="];
    let done = segscope(home.0.path(), &args).assert().code(2);
    assert!(stderr(&done).starts_with("segscope: --filter: "), "{}", stderr(&done));
}

#[test]
fn refused_requests_of_a_recording_are_errors() {
    let line = |number: u32, status: u16, code: &str| {
        format!(
            r#"{{"v":1,"request":{number},"received_at":"2024-05-01T10:00:00.000Z","method":"POST","path":"/v1/track","query":"","headers":{{}},"status":{status},"body_text":"{{","refused":{{"code":"{code}","message":"the body is not JSON"}}}}"#
        )
    };
    let home = Home::with(&[
        ("refused.ndjson", &format!("{}\n{}\n", line(1, 400, "x"), line(2, 400, "x"))),
        ("busy.ndjson", &format!("{}\n", line(1, 429, "x"))),
        ("odd.ndjson", &format!("{}\nnothing\n", line(1, 429, "x"))),
    ]);
    let (code, text) = home.check(&["refused.ndjson"]);
    assert_eq!(code, 1);
    assert!(text.contains("error HTTP-400 (2 requests)\n  the body is not JSON\n"), "{text}");
    // what is sent again is no error; but no call has arrived
    let (code, text) = home.check(&["busy.ndjson", "--fail-on", "warning"]);
    assert_eq!(code, 1);
    assert!(text.contains("info HTTP-429") && text.contains("without an accepted call"), "{text}");
    let done = segscope(home.0.path(), &["check", "odd.ndjson"]).assert().code(2);
    assert!(stderr(&done).contains("the first is line 2"), "{}", stderr(&done));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let many: String = (0..2_000).map(|_| format!("{LACKS}\n")).collect();
    let home = Home::with(&[("calls.ndjson", &many)]);
    let mut child = crate::common::command(home.0.path())
        .args(["check", "calls.ndjson", "--format", "ndjson"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn captured_text_never_reaches_the_terminal_raw() {
    let call = r#"{"type":"track","event":"\u001b[31mred\u0007","userId":"\u001b]0;x\u0007","properties":{}}"#;
    let home = Home::with(&[("calls.ndjson", call)]);
    let (_, text) = home.check(&["calls.ndjson"]);
    assert!(text.contains("red") && !text.contains(['\u{1b}', '\u{7}']), "{text:?}");
}

/// A filter that passes nothing may have been meant otherwise.
#[test]
fn a_filter_that_nothing_passes_is_doubted() {
    let home = Home::with(&[("calls.ndjson", &format!("{LACKS}\n{GOOD}\n"))]);
    for (filter, says) in [
        (
            "propertes.total > 3",
            "segscope: --filter: no call has `propertes.total`; did you mean `properties.total`?\n",
        ),
        (
            "properties.accountid = 'a1'",
            "segscope: --filter: no call has `properties.accountid`; \
             did you mean `properties.accountId`?\n",
        ),
        (
            "type = 'track' adn nothing",
            "segscope: --filter: 1:16: `adn` is searched as text; did you mean `and`?\n",
        ),
        (
            "type = track",
            "segscope: --filter: 1:8: `track` is read as a field; put text in quotes: `\"track\"`\n",
        ),
        (
            "dropped",
            "segscope: --filter: 1:1: `dropped` is searched as text; \
             did you mean `verdict = \"dropped\"`?\n",
        ),
        (
            "event = 'order received' and type = 'track'",
            "segscope: --filter: no call has `event = \"order received\"`; \
             did you mean `\"Order Received\"`?\n",
        ),
        // one call has it, with another value
        ("properties.product_id = 'q'", ""),
        ("event = 'Order Received'", ""),
    ] {
        for command in ["check", "export"] {
            let args = [command, "calls.ndjson", "--filter", filter];
            let said = stderr(&segscope(home.0.path(), &args).assert());
            assert_eq!(said, says, "{command} {filter}");
        }
    }
}

/// A vendor that does not exist, or a verdict that no vendor gives, would pass nothing or all calls.
#[test]
fn a_filter_with_an_unknown_vendor_or_verdict_is_refused_everywhere() {
    let home = Home::with(&[("calls.ndjson", &format!("{LACKS}\n{GOOD}\n"))]);
    let vendor = "verdict.plahnat != \"dropped\"";
    let verdict = "verdict.planhat = \"droped\"";
    let watch = format!("{vendor} above 1% of track over 10s");
    let listen = ["tail", "--listen", "127.0.0.1:0", "--no-record"];
    let listening = |flag, text| [&listen[..], &[flag, text]].concat();
    for args in [
        vec!["check", "calls.ndjson", "--filter", vendor],
        vec!["check", "calls.ndjson", "--filter", verdict],
        vec!["export", "calls.ndjson", "--filter", vendor],
        vec!["open", "calls.ndjson", "--filter", vendor],
        vec!["compare", "calls.ndjson", "--before", vendor, "--after", "type = \"track\""],
        listening("--filter", vendor),
        listening("--alert", vendor),
        listening("--alert", verdict),
        listening("--watch", &watch),
    ] {
        let run = segscope(home.0.path(), &args).assert().code(2);
        let said = stderr(&run);
        let is_named = said.contains("found `verdict.plahnat`") || said.contains("found `droped`");
        assert!(is_named, "{args:?}: {said}");
    }
    let mut plain = segscope(home.0.path(), &["open", "calls.ndjson", "--plain"]);
    let commands = format!("filter {vendor}\nfilter verdict.PH != \"dropped\"\nquit\n");
    let run = plain.write_stdin(commands).assert().success();
    let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(said.contains("found `verdict.plahnat`; the filter is as before"), "{said}");
    assert!(said.contains("filter verdict.PH != \"dropped\": "), "{said}");
}

#[test]
fn tail_doubts_a_filter_that_nothing_passed() {
    let home = tempfile::tempdir().expect("a folder");
    let args =
        ["tail", "--listen", "127.0.0.1:0", "--no-record", "--filter", "propertes.total > 3"];
    for (call, doubted) in [(LACKS, true), (r#"{"propertes":{"total":4}}"#, false)] {
        let mut program = Program::start(home.path(), &args);
        let mut http = Http::connect(&program.address).expect("it listens");
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
        assert_eq!(program.end(), Some(0));
        let says = "segscope: --filter: no call has `propertes.total`; did";
        let said = program.last_words();
        assert_eq!(said.contains(says), doubted, "{said}");
        let passed = if doubted { "0 calls" } else { "1 call" };
        let counts =
            format!("{passed} passed --filter; the counts are those of all calls\n1 call in");
        assert!(said.contains(&counts), "{said}");
    }
    let args = [&args[..], &["--format", "quiet"]].concat();
    let mut program = Program::start(home.path(), &args);
    assert_eq!(program.end(), Some(0));
    assert!(program.last_words().contains("none are with --format quiet"));
}

#[test]
fn what_a_user_did_before_divides_no_entry() {
    let track = |user: &str, id: u8| {
        format!(r#"{{"type":"track","event":"A","userId":"{user}","messageId":"m{id}"}}"#)
    };
    let group = r#"{"type":"group","userId":"u1","groupId":"g","messageId":"m0"}"#.to_owned();
    // the group of the user of the last two calls is known
    let calls = [track("u2", 1), track("u3", 2), group, track("u1", 3), track("u1", 4)];
    let home = Home::with(&[("calls.ndjson", &calls.join("\n"))]);
    let args = ["calls.ndjson", "--vendor", "custify", "--format", "markdown"];
    let (_, out) = home.check(&args);
    let entries: Vec<&str> =
        out.lines().filter(|line| line.contains("`CUS-T-ACCOUNT-ABSENT`")).collect();
    assert_eq!(entries.len(), 1, "{out}");
    assert!(
        entries[0].contains("| 4 |") && entries[0].contains("nothing needs to change"),
        "{out}"
    );
}
