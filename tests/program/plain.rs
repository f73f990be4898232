//! The inspector in lines, driven through pipes as a screen reader or a dumb terminal would.

use crate::common::{DEADLINE, Http, command};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

const CALL: &[u8] = br#"{"userId":"u1","event":"Order Received","properties":{"accountId":"a1"}}"#;
const LISTEN: [&str; 6] =
    ["--plain", "--listen", "127.0.0.1:0", "--no-record", "--vendor", "customersuccessbox"];

pub struct Plain {
    child: Child,
    typed: Option<ChildStdin>,
    lines: Receiver<String>,
    /// All that was said so far.
    said: String,
    address: String,
}

impl Plain {
    pub fn start(home: &Path, args: &[&str], stdin: Stdio) -> Plain {
        let mut command = crate::common::command(home);
        command.args(args).env("TERM", "dumb");
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines() {
                let _ = sender.send(line.expect("UTF-8"));
            }
        });
        let typed = child.stdin.take();
        let mut plain = Plain { child, typed, lines, said: String::new(), address: String::new() };
        let first = plain.hear("listens on http://");
        let at = first.find("http://").expect("just seen") + 7;
        plain.address = first[at..].to_owned();
        plain.hear("help lists the commands");
        plain
    }

    pub fn http(&self) -> Http {
        Http::connect(&self.address).expect("it listens")
    }

    /// The next line that holds a text.
    pub fn hear(&mut self, wanted: &str) -> String {
        let begun = Instant::now();
        loop {
            let left = DEADLINE.saturating_sub(begun.elapsed());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("`{wanted}` was not said:\n{}", self.said));
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(wanted) {
                return line;
            }
        }
    }

    /// Reads lines until each of these texts was in one, in any order.
    fn hear_all(&mut self, wanted: &[&str]) {
        let before = self.said.len();
        for text in wanted {
            if !self.said[before..].contains(text) {
                self.hear(text);
            }
        }
    }

    pub fn say(&mut self, line: &str) -> &mut Plain {
        let typed = self.typed.as_mut().expect("open");
        writeln!(typed, "{line}").and_then(|()| typed.flush()).expect("it reads");
        self
    }

    /// Says a line, and hears what is expected of it.
    pub fn ask(&mut self, line: &str, wanted: &str) -> String {
        self.say(line).hear(wanted)
    }

    pub fn end(&mut self) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                self.said.extend(self.lines.iter().map(|line| line + "\n"));
                let drawn = self.said.chars().any(|c| c.is_control() && c != '\n');
                assert!(!drawn, "a control character was written: {:?}", self.said);
                return status.code();
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("it does not end:\n{}", self.said);
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // it may have ended already, which is all that is wanted
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn from_the_first_call_to_its_fix_and_a_corrected_one() {
    let home = tempfile::tempdir().expect("a folder");
    let mut plain = Plain::start(home.path(), &LISTEN, Stdio::piped());
    plain.ask("show", "there is no call yet");
    plain.http().post("/v1/track", CALL).expect("an answer");
    let line = plain.hear("1: ");
    assert_eq!(
        line,
        "1: track Order Received, account missing (accountId is there), user missing (userId is there), CustomerSuccessBox dropped"
    );
    plain.ask("show", "fix: rename `accountId` to `account_id` in properties");
    plain.hear("CustomerSuccessBox: dropped");
    plain.hear("    accountId: \"a1\"");
    plain.ask("show 1 csb", "CustomerSuccessBox: dropped, account none, user none");
    plain.hear("it would receive nothing");
    plain.ask("show 1 request", "POST /v1/track");
    plain.hear("answered 200: {\"success\": true}");
    assert!(!plain.said.contains("d2tfdGVzdDo="), "the write key:\n{}", plain.said);
    plain.ask("show 1 findings", "error CSB-T-ACCOUNT-MISSING");
    plain.ask("copy 1 /properties/accountId", "a1");
    plain.ask("copy 1 sdk", "account_id");
    plain.ask("copy 1 curl", "curl http://127.0.0.1:");

    plain.ask("compose 1", "the draft:");
    plain.hear("CustomerSuccessBox: dropped");
    plain.hear("`correct` corrects it");
    plain.ask("correct", "CustomerSuccessBox: delivered, account a1, user u1");
    plain.ask("correct", "the vendors in use need no change that is known");
    plain.ask("compose 1", "the draft:");
    plain.ask(
        "set /properties/account_id acme",
        "CustomerSuccessBox: dropped, account acme, user none",
    );
    plain.ask("set /properties/user_id=u1", "account acme, user u1");
    plain.hear("POST https://");
    // the call is printed once it is checked, which may be after the response
    plain
        .say("send draft")
        .hear_all(&["2: track Order Received, account acme, user u1", "answered 200"]);
    plain.ask("previous missing", "1: track Order Received");
    plain.ask("next missing", "no further call with a missing id");
    plain.ask("next", "2: track Order Received");
    plain.ask("next", "this is the last call");
    plain.ask("send 1", "answered 200");
    plain.say("quit");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn what_the_screen_can_do() {
    let home = tempfile::tempdir().expect("a folder");
    let mut plain = Plain::start(home.path(), &LISTEN, Stdio::piped());
    let mut http = plain.http();
    http.post("/v1/track", CALL).expect("an answer");
    plain.hear("1: track");
    let good =
        br#"{"userId":"u2","event":"Login","properties":{"account_id":"acme","user_id":"u2"}}"#;
    http.post("/v1/track", good).expect("an answer");
    plain.hear("2: track Login, account acme, user u2");
    http.post("/v1/track", b"{no").expect("an answer");
    plain.hear("refused with 400: ");

    plain.ask("filter event = \"Login", "column ");
    plain.ask("filter event = \"Login\"", "filter event = \"Login\": 1 of 3 lines");
    http.post("/v1/track", CALL).expect("an answer");
    http.post("/v1/track", good).expect("an answer");
    assert!(plain.hear(": track").starts_with("4: track Login"), "{}", plain.said);
    plain.ask("list", "2 of 2 lines");
    plain.ask("export calls.ndjson", "writing the calls to calls.ndjson");
    plain.hear("calls.ndjson");
    plain.ask("export no/such/folder.ndjson", "writing the calls to no/such/folder.ndjson");
    plain.hear("no call was exported: could not write no/such/folder.ndjson: No such file");
    plain.ask("filter propertes.x = 1", "no call has `propertes.x`; did you mean `properties.x`?");
    plain.ask("filter event = \"Login\" adn", "column 17: `adn` is searched as text");
    plain.ask("filter off", "no filter: 5 of 5 lines");
    assert!(plain.ask("list 1 from 2", "2: track Login").starts_with("2: "));
    plain.ask("/Order", "3: track Order Received");

    plain.ask("mark 1", "1: marked");
    plain.ask("note 1 look at this", "1: noted");
    // both are written by a thread of their own
    while !plain.said.contains("marked, note look at this") {
        plain.ask("list", "lines");
    }
    plain.ask("next marked", "no further call that is marked");
    plain.ask("previous marked", "1: track Order Received");
    assert!(plain.said.ends_with("marked, note look at this\n"), "{}", plain.said);
    plain.ask("filter marked", "only marked calls: 1 of 5 lines");
    plain.ask("filter marked", "no filter: 5 of 5 lines");

    plain.ask(
        "findings",
        "error CSB-T-ACCOUNT-MISSING, CustomerSuccessBox, Order Received: 2 calls",
    );
    plain.ask("coverage", "track Login: 2 calls, 100% with an account, 100% with a user");
    plain.ask("coverage key", "from ***test");
    plain.ask("people", "account acme: 2 calls, 2 with a user");
    plain.ask("people acme", "user u2, since call 2");
    plain.ask("people users u2", "account acme, since call 2");
    plain.hear("calls: 2 track");
    plain.hear(
        "unusual: never identified with this id: 2 track, page and screen calls and no identify call",
    );
    plain.hear("unusual: group was never called with this user id");
    plain.ask("sync", "no vendor has pushed objects yet");

    plain.ask("vendors", "Planhat (planhat), fed by Segment: not in use");
    plain.ask("vendors planhat,csb", "the choice is saved");
    plain.ask("vendors nobody", "unknown vendor `nobody`; `vendors` lists them");
    plain.ask("aside csb-t-account-missing", "CSB-T-ACCOUNT-MISSING is muted; it still counts");
    plain.ask("aside", "CSB-T-ACCOUNT-MISSING: 2 calls");
    plain.ask("judge", "calls again");
    plain.ask("deliver 2 planhat", "would receive nothing");
    plain.ask("clear", "cleared");
    plain.ask("list", "no calls yet");
    plain.ask("undo", "restored; 4 calls now");
    plain.ask("pause", "paused");
    http.post("/v1/track", good).expect("an answer");
    while !plain.said.contains("5 calls, ") {
        plain.ask("status", " calls, ");
    }
    plain.ask("pause", "resumed; 1 line arrived meanwhile");
    plain.ask("shwo", "unknown command `shwo`; the nearest is `show`; help lists them");
    plain.ask("help send", "sends a call again");
    plain.ask("help", "quit");
    plain.say("q");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn with_its_input_closed_it_goes_on_until_it_is_asked_to_end() {
    let home = tempfile::tempdir().expect("a folder");
    let mut plain = Plain::start(home.path(), &LISTEN, Stdio::null());
    plain.http().post("/v1/track", CALL).expect("an answer");
    plain.hear("1: track Order Received");
    let pid = rustix::process::Pid::from_child(&plain.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn hostile_text_is_escaped_and_a_flood_is_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let mut plain = Plain::start(home.path(), &LISTEN, Stdio::piped());
    let hostile = br#"{"userId":"u\u001b[31m","event":"\u001b]0;owned\u0007 \u202e","properties":{"a\u001b[2J":"\u009b31m"}}"#;
    plain.http().post("/v1/track", hostile).expect("an answer");
    plain.hear("1: track \\u{1b}]0;owned");
    plain.ask("show 1 call", "a\\u{1b}[2J");
    plain.ask("copy 1 call", "event");
    let call = std::str::from_utf8(CALL).expect("UTF-8").replacen('{', r#"{"type":"track","#, 1);
    let batch = format!("{{\"batch\":[{}]}}", vec![call; 400].join(","));
    plain.http().post("/v1/batch", batch.as_bytes()).expect("an answer");
    plain.hear("401: track");
    let said = plain.said.lines().filter(|line| line.contains(": track Order Received")).count();
    assert!(said < 200 && plain.said.contains("lines arrived; the last 5:"), "{said}");
    plain.say("quit");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn the_write_key_of_a_refused_request_is_masked() {
    let home = tempfile::tempdir().expect("a folder");
    let mut plain = Plain::start(home.path(), &LISTEN, Stdio::piped());
    let mut http = plain.http();
    http.post("/v1/track", b"{no").expect("an answer");
    plain.hear("refused with 400: ");
    plain.ask("show", "Basic ***test:");
    plain.hear("{no");
    http.post("/v1/track", b"{\"writeKey\" : \"wk_live_abcd1234\", no").expect("an answer");
    plain.hear("refused with 400: ");
    plain.ask("show", "\"writeKey\" : \"***1234\", no");
    assert!(!plain.said.contains("d2tfdGVzdDo="), "the write key:\n{}", plain.said);
    plain.say("q");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn a_file_is_read_in_lines_too() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), [CALL, b"\n"].concat()).expect("written");
    let mut command = crate::common::command(home.path());
    command.args(["open", "calls.ndjson", "--plain"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(b"list\nquit\n").expect("it reads");
    let mut said = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
    assert!(said.contains("segscope reads a file") && said.contains("1 of 1 lines"), "{said}");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn what_was_expected_and_did_not_come_is_told_at_the_end() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("plan.toml"), "[[event]]\ntype = \"track\"\nname = \"Paid\"\n")
        .expect("written");
    let args = [&LISTEN[..], &["--expect", "plan.toml"]].concat();
    let mut plain = Plain::start(home.path(), &args, Stdio::piped());
    plain.ask("coverage", "0 of 1 expected seen with their ids");
    plain.say("quit");
    assert_eq!(plain.end(), Some(1));
}

#[test]
fn what_is_cleared_away_and_brought_back_is_alerted_of_once() {
    let home = tempfile::tempdir().expect("a folder");
    let told = home.path().join("told.ndjson");
    let with = format!("sh -c 'cat >> \"$0\"' '{}'", told.display());
    let alert = ["--alert", "missing(account_id)", "--alert-with", &with];
    let mut plain = Plain::start(home.path(), &[&LISTEN[..], &alert].concat(), Stdio::piped());
    let mut http = plain.http();
    let mut is_told = |of: &[u64]| {
        http.post("/v1/track", CALL).expect("an answer");
        crate::common::wait_for("the record", || {
            let text = std::fs::read_to_string(&told).ok()?;
            let numbers: Vec<u64> = text
                .lines()
                .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
                .filter_map(|record| record["seq"].as_u64())
                .collect();
            (numbers.len() >= of.len()).then(|| assert_eq!(numbers, of))
        });
    };
    is_told(&[1]);
    plain.ask("clear", "cleared");
    is_told(&[1, 2]);
    plain.ask("undo", "restored; ");
    is_told(&[1, 2, 3]);
    plain.say("quit");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn what_came_after_a_clear_counts_for_what_was_expected() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), "").expect("written");
    let plan = "[[event]]\ntype = \"track\"\nname = \"Login\"\n";
    std::fs::write(home.path().join("plan.toml"), plan).expect("written");
    let good =
        br#"{"userId":"u2","event":"Login","properties":{"account_id":"acme","user_id":"u2"}}"#;
    let listen = ["--plain", "--listen", "127.0.0.1:0", "--vendor", "customersuccessbox"];
    let args = [&listen[..], &["--record", "calls.ndjson", "--expect", "plan.toml"]].concat();
    // the first run leaves calls in the recording, which are none of the second's
    for old in [0, 2] {
        let mut plain = Plain::start(home.path(), &args, Stdio::piped());
        plain.http().post("/v1/track", CALL).expect("an answer");
        plain.hear(&format!("{}: track", old + 1));
        plain.ask("clear", "cleared");
        plain.http().post("/v1/track", good).expect("an answer");
        plain.hear(&format!("{}: track", old + 2));
        plain.say("quit");
        assert_eq!(plain.end(), Some(0), "{}", plain.said);
    }
}

#[test]
fn over_a_file_it_ends_with_its_commands() {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"Only One","userId":"u"}"#;
    std::fs::write(home.path().join("calls.ndjson"), call).expect("written");
    let mut open = assert_cmd::Command::from_std(command(home.path()));
    open.args(["open", "calls.ndjson", "--plain"]).timeout(DEADLINE).write_stdin("list\n");
    let out = open.assert().code(0).get_output().stdout.clone();
    let out = String::from_utf8(out).expect("UTF-8");
    assert!(out.contains("Only One"), "{out}");
}

#[test]
fn quit_and_the_end_of_the_input_wait_for_an_export() {
    let home = tempfile::tempdir().expect("a folder");
    let call = String::from_utf8_lossy(CALL);
    let calls = format!("{call}\n").repeat(2_000);
    std::fs::write(home.path().join("calls.ndjson"), calls).expect("written");
    for (file, typed) in
        [("a.ndjson", "export a.ndjson\nquit\n"), ("b.ndjson", "export b.ndjson\n")]
    {
        let mut open = assert_cmd::Command::from_std(command(home.path()));
        open.args(["open", "calls.ndjson", "--plain"]).timeout(DEADLINE);
        let output = open.write_stdin(typed).output().expect("it runs");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(said.contains(&format!("2000 call records written to {file}")), "{said:.2000}");
        let written = std::fs::read_to_string(home.path().join(file)).expect("the export");
        assert_eq!(written.lines().count(), 2_000);
    }
}
