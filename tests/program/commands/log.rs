//! The debug log: what is in it, what never is, and which files it may be.

use super::{segscope, stderr, stdout};

use crate::common::{Http, Program, StandIn, command, wait_for};
use crate::terminal::Terminal;
use regex::Regex;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;

/// Values that are sent and typed below, none of which may be in the log.
const SECRETS: &[&str] = &[
    "wk_s3cret",
    "d2tfczNjcmV0Og",
    "b34rer",
    "hunter2",
    "ada",
    "lovelace",
    "Order",
    "acct_42",
    "Mozilla",
    "t3st-name",
    "pl4nhat-key",
    "\u{1b}",
    "\u{9b}",
];

fn log(home: &Path) -> String {
    std::fs::read_to_string(home.join("log")).expect("a log of UTF-8")
}

fn assert_no_secrets(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret:?} is in the log:\n{text}");
    }
}

#[track_caller]
fn assert_has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "`{wanted}` is not in the log:\n{text}");
    }
}

/// A file of one call.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"Order Received","userId":"ada","properties":{"account_id":"acct_42","user_id":"ada","module_id":"m"}}"#;
    std::fs::write(home.path().join("c.ndjson"), format!("{call}\n")).expect("written");
    home
}

#[test]
fn a_listener_logs_what_it_does_and_nothing_of_what_it_is_sent() {
    let home = home();
    let args = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--log", "log"];
    let key = "vendors.planhat.tenant_token=pl4nhat-key";
    let more = ["--webhook-secret", "hunter2", "--setting", key, "--vendor", "planhat"];
    let mut program = Program::start(home.path(), &[&args[..], &more].concat());
    let mut http = Http::connect(&program.address).expect("it listens");
    let headers = [
        ("authorization", "Basic d2tfczNjcmV0Og=="),
        ("user-agent", "Mozilla \u{9b}2J"),
        ("cookie", "session=hunter2"),
        ("x-segscope-test", "t3st-name"),
    ];
    let call = br#"{"userId":"ada","event":"Order Received","traits":{"email":"ada@lovelace.test"},"properties":{"account_id":"acct_42"}}"#;
    let mut post = |path: &str, body: &[u8]| {
        http.request("POST", path, &headers, body).expect("an answer").status
    };
    assert_eq!(post("/v1/track", call), 200);
    assert_eq!(post("/v1/track?writeKey=wk_s3cret", b"lovelace hunter2"), 400);
    assert_eq!(post("/wk_s3cret/lovelace?token=b34rer", b"hunter2"), 404);
    let bearer = [("authorization", "Bearer b34rer")];
    let settings = "/v1/projects/wk_s3cret/settings";
    assert_eq!(http.request("GET", settings, &bearer, b"").expect("an answer").status, 200);
    let own = "/_segscope/calls?filter=user_id%20%3D%20%22ada%22&lovelace=1";
    assert_eq!(http.get(own).expect("an answer").status, 400);
    assert_eq!(http.request("ADA", "/v1/track", &bearer, b"").expect("an answer").status, 405);
    // HTTP refuses it before anybody looks
    let mut other = Http::connect(&program.address).expect("it listens");
    let refused = other.request("GET", "/v1/\u{1b}[2Jlovelace", &headers, b"");
    assert_eq!(refused.expect("an answer").status, 400);
    drop((http, other));
    // the program may end before it notices that they are closed
    wait_for("the end of both connections", || {
        log(home.path()).contains("connection closed open=0").then_some(())
    });
    assert_eq!(program.end(), Some(0));

    let text = log(home.path());
    assert_no_secrets(&text);
    let bytes = call.len();
    let accepted =
        format!("request method=POST route=track status=200 body_bytes={bytes} took_us=");
    let listening = format!("listening addr={} max_connections=", program.address);
    assert_has(
        &text,
        &[
            "segscope started command=tail version=",
            "settings read vendors=planhat is_chosen=true",
            "recording planned folder=~/",
            "recording created file=~/",
            &listening,
            "thread started thread=listener",
            "thread started thread=judge",
            "connection opened open=1",
            "connection opened open=2",
            "connection closed open=0",
            &accepted,
            "failed method=POST route=track status=400 code=invalid_request body_bytes=16 ",
            "failed method=POST route=unknown status=404 code=not_found body_bytes=7 ",
            "request method=GET route=settings status=200 body_bytes=0 ",
            "failed method=GET route=calls status=400 code=bad_parameter ",
            "failed method=other route=wrong-method status=405 code=method_not_allowed ",
            "request refused before it was read status=400 code=",
            "asked to end by a signal signal=15",
            "stopped listening is_drained=true connections=0",
            "thread ended thread=listener",
            "thread ended thread=judge",
        ],
    );
    let last = text.lines().last().expect("a line");
    assert!(last.ends_with(" segscope::cli::log: segscope ended code=0"), "{last}");
    for line in text.lines() {
        let parts: Vec<&str> = line.splitn(3, ' ').collect();
        assert!(parts[0].len() == 24 && parts[0].ends_with('Z'), "{line}");
        assert!(["DEBUG", "INFO", "WARN"].contains(&parts[1]), "{line}");
        assert!(!line.chars().any(|c| c.is_control()), "{line:?}");
    }
}

#[test]
fn what_is_sent_is_logged_with_its_host_and_its_status() {
    let (home, vendor) = (home(), StandIn::start());
    let to = format!("http://ada:hunter2@{}", vendor.address);
    let args = ["send", "c.ndjson", "--to", &to, "--write-key", "wk_s3cret", "--log", "log"];
    segscope(home.path(), &args).assert().code(0);
    vendor.answer_with(401);
    let base = format!("deliver.customersuccessbox={to}");
    let args = ["deliver", "c.ndjson", "--yes", "--vendor", "customersuccessbox", "--log", "log"];
    let key = "vendors.customersuccessbox.api_key=pl4nhat-key";
    let more = ["--setting", "vendors.customersuccessbox.domain=acme", "--setting", key];
    let all = [&args[..], &more, &["--setting", &base]].concat();
    segscope(home.path(), &all).assert().code(3);
    let args = ["send", "c.ndjson", "--to", "http://127.0.0.1:1/lovelace", "--log", "log"];
    segscope(home.path(), &args).assert().code(3);
    let text = log(home.path());
    assert_no_secrets(&text);
    let host = vendor.address.as_str();
    assert_has(
        &text,
        &[
            &format!("sent a request host={host} status=200 body_bytes="),
            &format!("sent a request host={host} status=401 body_bytes="),
            "a request could not be sent host=127.0.0.1:1 reason=\"Connection refused",
            "segscope ended code=3 reason=\"could not listen, record or connect\"",
        ],
    );
}

#[test]
fn what_is_done_in_the_inspector_is_logged_without_what_was_typed() {
    let home = home();
    let mut command = command(home.path());
    command.args(["open", "c.ndjson", "--plain"]).env("SEGSCOPE_LOG", home.path().join("log"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut typed = child.stdin.take().expect("piped");
    let mut logs = |line: &str, wanted: &str| {
        typed.write_all(line.as_bytes()).expect("it reads");
        wait_for(wanted, || log(home.path()).contains(wanted).then_some(()));
    };
    wait_for("the log", || home.path().join("log").exists().then_some(()));
    logs("filter user_id = \"ada\"\n", "a filter searched all rows rows=1 passed=1 took_us=");
    logs("judge\n", "all calls were judged again calls=1 took_ms=");
    logs("export out.csv\n", "calls were exported file=out.csv records=1 took_ms=");
    let settings = home.path().join("segscope.toml");
    std::fs::write(&settings, "[vendors.custify]\nsend_anonymous_id = true\n").expect("written");
    logs("", "changed settings were read");
    std::fs::write(&settings, "lovelace = true\n").expect("written");
    logs("", "changed settings were refused");
    logs("quit\n", "segscope ended code=0");
    drop(typed);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let mut err = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut err).expect("UTF-8");
    assert!(!err.contains("segscope::"), "{err}");
    let text = log(home.path());
    assert_no_secrets(&text);
    assert_has(
        &text,
        &[
            "opening a file of calls file=c.ndjson",
            "reading settings file=segscope.toml",
            "all files were read rows=1",
        ],
    );
}

#[test]
fn a_command_prints_the_same_with_a_log_and_without_one_there_is_no_file() {
    let port = Regex::new(r"127\.0\.0\.1:\d+").expect("a pattern");
    for args in [
        &["check", "c.ndjson"][..],
        &["check", "none.ndjson"],
        &["vendors", "list"],
        &["send", "c.ndjson", "--to", "http://127.0.0.1:1"],
        &["run", "--", "sh", "-c", "echo out; echo err >&2; exit 7"],
    ] {
        let run = |variable: Option<&str>| {
            let home = home();
            let mut command = segscope(home.path(), args);
            command.envs(variable.map(|file| ("SEGSCOPE_LOG", file)));
            let done = command.assert();
            // each run has a port of its own
            let err = port.replace_all(&stderr(&done), "PORT").into_owned();
            let log = home.path().join("log").exists().then(|| log(home.path()));
            let files = std::fs::read_dir(home.path()).expect("a folder").count();
            (done.get_output().status.code(), stdout(&done), err, log, files)
        };
        let (code, out, err, no_log, files) = run(None);
        let (logged_code, logged_out, logged_err, text, logged_files) = run(Some("log"));
        assert_eq!((code, out, err), (logged_code, logged_out, logged_err), "{args:?}");
        assert!(no_log.is_none() && files + 1 == logged_files, "{args:?}");
        let text = text.expect("a log");
        // the process that becomes the command of `run` begins none
        assert_eq!(text.matches("segscope started").count(), 1, "{args:?}: {text}");
        let ended = format!("segscope ended code={}", code.expect("a code"));
        assert_has(&text, &[&ended]);
    }
    // empty is as good as not set
    let home = home();
    segscope(home.path(), &["vendors"]).env("SEGSCOPE_LOG", "").assert().code(0);
}

#[test]
fn a_flag_wins_over_the_variable_and_a_log_is_appended_to() {
    let home = home();
    for _ in 0..2 {
        let mut command = segscope(home.path(), &["vendors", "list", "--log", "log"]);
        command.env("SEGSCOPE_LOG", "other").assert().code(0);
    }
    assert_eq!(log(home.path()).matches("segscope started command=vendors").count(), 2);
    assert!(!home.path().join("other").exists());
    let mode = std::fs::metadata(home.path().join("log")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_is_not_a_log_is_refused_before_anything_is_done() {
    let home = home();
    let at = |name: &str| home.path().join(name);
    mknodat(CWD, at("fifo"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a FIFO");
    symlink("later", at("link")).expect("a link");
    symlink("c.ndjson", at("link to calls")).expect("a link");
    std::fs::create_dir(at("folder")).expect("a folder");
    let calls = std::fs::read(at("c.ndjson")).expect("there");
    for (file, said) in [
        ("/dev/null", "it is a device; expected a regular file"),
        ("/dev/stderr", "it is a link"),
        ("/dev/tty", "it is a device"),
        ("fifo", "it is a FIFO or a pipe; expected a regular file"),
        ("folder", "it is a folder; expected"),
        ("link to calls", "it is a link; expected"),
        ("link", "could not be opened"),
        ("none/log", "could not be opened: No such file or directory"),
        ("c.ndjson", "it is not a log of segscope"),
    ] {
        let flag = segscope(home.path(), &["check", "c.ndjson", "--log", file]).assert().code(2);
        let variable = segscope(home.path(), &["check", "c.ndjson"])
            .env("SEGSCOPE_LOG", file)
            .assert()
            .code(2);
        for (done, origin) in [(flag, "--log "), (variable, "SEGSCOPE_LOG=")] {
            let err = stderr(&done);
            let begin = format!("segscope: {origin}{file}: ");
            assert!(err.starts_with(&begin) && err.contains(said), "{file}: {err}");
            assert_eq!(stdout(&done), "", "{file}");
        }
    }
    assert_eq!(std::fs::read(at("c.ndjson")).expect("there"), calls);
    assert!(!at("later").exists());
}

#[test]
fn names_of_files_are_escaped_and_the_home_folder_is_not_named() {
    let home = home();
    let file = home.path().join("\u{1b}[31m\n\u{9b}.ndjson");
    std::fs::rename(home.path().join("c.ndjson"), &file).expect("renamed");
    let file = file.to_str().expect("UTF-8");
    segscope(home.path(), &["check", file, "--fail-on", "never", "--log", "log"]).assert().code(0);
    let text = log(home.path());
    assert_no_secrets(&text);
    assert_has(&text, &[r"file=~/\u{1b}[31m\n\u{9b}.ndjson"]);
    assert!(!text.contains(home.path().to_str().expect("UTF-8")), "{text}");
}

#[test]
fn a_panic_is_logged_by_its_place_alone() {
    let mut terminal = Terminal::prepared(100, 30, &["demo", "--log", "log"], |_, command| {
        command.env("SEGSCOPE_PANIC_AT_FRAME", "5");
    });
    assert_eq!(terminal.end(), 101);
    let text = log(terminal.home());
    assert_has(&text, &["ERROR", "a thread panicked thread=main place=src/tui/app/event_loop.rs:"]);
    assert!(!text.contains("asks for this panic") && !text.contains('\u{1b}'), "{text}");
}
