//! The user's own secrets: in settings, errors and commands that are started, and the modes of files.

use super::{segscope, stderr, stdout};
use crate::common::{Http, Program, command, wait_for};
use std::path::Path;
use std::process::Stdio;

const SECRET: &str = "s3cret";

const CALL: &str = r#"{"userId":"u1","event":"E","properties":{"account_id":"a1","user_id":"u1"}}"#;

/// Calls of which each vendor is sent something.
const CALLS: &str = concat!(
    r#"{"type":"identify","userId":"u1","anonymousId":"s1","timestamp":"2026-11-22T10:00:00.000Z","traits":{"account_id":"a1","company_id":"a1","email":"a@b.test"}}"#,
    "\n",
    r#"{"type":"track","event":"E","userId":"u1","anonymousId":"s1","timestamp":"2026-11-22T10:00:00.000Z","properties":{"account_id":"a1","user_id":"u1","company_id":"a1","email":"a@b.test","module_id":"m"}}"#,
    "\n",
);

#[test]
fn settings_and_errors_show_no_password() {
    let home = tempfile::tempdir().expect("a folder");
    let secrets = [
        "upstream=http://user:s3cret@127.0.0.1:1",
        "deliver.webhook=http://user:s3cret@127.0.0.1:1",
        "vendors.planhat.tenant_token=s3cret",
        "webhook_secret=s3cret",
    ];
    let example = stdout(&segscope(home.path(), &["vendors", "template", "webhook"]).assert());
    std::fs::write(home.path().join("webhook.toml"), example).expect("written");
    let mut args = vec!["config", "show", "--vendor-file", "webhook.toml"];
    args.extend(secrets.iter().flat_map(|setting| ["--setting", setting]));
    args.extend(["--setting", "vendors.webhook.url=https://u:s3cret@h.test/?token=s3cret"]);
    let shown = stdout(&segscope(home.path(), &args).assert().code(0));
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("upstream = \"http://***@127.0.0.1:1\""), "{shown}");
    assert!(shown.contains("vendors.planhat.tenant_token = \"***\"  # --setting vendors.planhat"));
    std::fs::write(home.path().join("own.toml"), "webhook_secret = [\"s3cret\"]\n")
        .expect("written");
    for wrong in [
        vec!["config", "show", "--config", "own.toml"],
        vec!["config", "show", "--setting", "webhook_secret=[\"s3cret\"]"],
        vec!["config", "show", "--setting", "vendors.planhat.tenant_token=[\"s3cret\"]"],
        vec!["config", "show", "--setting", "vendors.planhat.tenant_tokn=s3cret"],
        vec!["config", "show", "--setting", "vendors.planhat.tenant_token:s3cret"],
        vec!["config", "show", "--setting", "upstream=ftp://user:s3cret@h.test"],
        vec!["config", "show", "--setting", "deliver.planhat={\"a\":\"http://u:s3cret@h\"}"],
        vec!["send", "--template", "track", "--to", "http://user:s3cret@127.0.0.1:1"],
        vec!["send", "--template", "track", "--to", "ftp://user:s3cret@127.0.0.1:1"],
    ] {
        let done = segscope(home.path(), &wrong).assert().failure();
        assert!(!stderr(&done).contains(SECRET), "{wrong:?}: {}", stderr(&done));
    }
}

#[test]
fn an_alert_command_gets_a_clean_environment() {
    let home = tempfile::tempdir().expect("a folder");
    let told = home.path().join("environment");
    let with = format!("sh -c 'env > \"$0\".part && mv \"$0\".part \"$0\"' '{}'", told.display());
    let mut started = command(home.path());
    started.args(["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"]);
    started.args(["--alert", "type = \"track\"", "--alert-with", &with]);
    started.env("SEGSCOPE_VENDORS_PLANHAT_TENANT_TOKEN", SECRET);
    started.env("AWS_SECRET_ACCESS_KEY", SECRET).env("LANG", "C.UTF-8");
    let mut program = Program::spawn(started);
    let mut http = Http::connect(&program.address).expect("it listens");
    http.post("/v1/track", CALL.as_bytes()).expect("an answer");
    let text = wait_for("the environment", || std::fs::read_to_string(&told).ok());
    assert!(!text.contains(SECRET) && !text.contains("SEGSCOPE"), "{text}");
    for name in ["PATH=", "HOME=", "LANG=C.UTF-8", "TERM="] {
        assert!(text.contains(name), "{text}");
    }
    assert_eq!(program.end(), Some(0));
}

#[test]
fn secrets_are_read_from_files_and_standard_input() {
    let home = tempfile::tempdir().expect("a folder");
    let settings = home.path().join("settings");
    std::fs::create_dir(&settings).expect("made");
    let own = settings.join("own.toml");
    std::fs::write(settings.join("token"), "t0ken-of-file\n").expect("written");
    std::fs::write(
        &own,
        "webhook_secret_file = \"token\"\n[vendors.planhat]\ntenant_token_file = \"token\"\n",
    )
    .expect("written");
    std::fs::write(home.path().join("calls.ndjson"), CALLS).expect("written");
    let vendor = crate::common::StandIn::start();
    let to = format!("deliver.planhat=http://{}", vendor.address);
    let deliver = [
        "deliver",
        "calls.ndjson",
        "--vendor",
        "planhat",
        "--yes",
        "--filter",
        "type = \"track\"",
        "--setting",
        &to,
    ];
    let config = ["--config", "settings/own.toml"];
    let done = segscope(home.path(), &[&deliver[..], &config].concat()).assert().code(0);
    assert!(!stdout(&done).contains("t0ken"), "{}", stdout(&done));
    assert!(
        vendor.requests().iter().any(|request| request.contains("/analytics/t0ken-of-file")),
        "{:?}",
        vendor.requests()
    );
    let shown = segscope(home.path(), &[&["config", "show"][..], &config].concat()).assert();
    let shown = stdout(&shown.code(0));
    assert!(shown.contains("webhook_secret = \"***\"  # settings/own.toml:1"), "{shown}");
    assert!(!shown.contains("t0ken") && !shown.contains("_file"), "{shown}");

    let from_input = ["--setting", "vendors.planhat.tenant_token_file=-"];
    let mut command = segscope(home.path(), &[&deliver[..], &from_input].concat());
    command.write_stdin("t0ken-of-pipe\n").assert().code(0);
    assert!(
        vendor.requests().iter().any(|request| request.contains("/analytics/t0ken-of-pipe")),
        "{:?}",
        vendor.requests()
    );

    std::fs::write(home.path().join("empty"), "\n").expect("written");
    for (args, says) in [
        (
            ["vendors.planhat.tenant_token_file=none", "ascii=true"],
            "none could not be read: No such file",
        ),
        (["vendors.planhat.tenant_token_file=empty", "ascii=true"], "it is empty"),
        (["vendors.planhat.tenant_token_file=/dev/zero", "ascii=true"], "expected a regular file"),
        (
            ["vendors.planhat.subdomain_file=empty", "ascii=true"],
            "`subdomain_file` is not a setting",
        ),
        (
            ["webhook_secret_file=-", "vendors.planhat.tenant_token_file=-"],
            "already reads standard input",
        ),
        (
            ["vendors.planhat.tenant_token_file=empty", "vendors.planhat.tenant_token=s3cret"],
            "`vendors.planhat.tenant_token` is set, too",
        ),
    ] {
        let args = ["config", "show", "--setting", args[0], "--setting", args[1]];
        let done = segscope(home.path(), &args).write_stdin("x").assert().code(2);
        assert!(stderr(&done).contains(says), "{args:?}: {}", stderr(&done));
    }
    // others write a project's file
    for text in
        ["[vendors.planhat]\ntenant_token_file = \"empty\"\n", "webhook_secret_file = \"a\"\n"]
    {
        std::fs::write(home.path().join("segscope.toml"), text).expect("written");
        let done = segscope(home.path(), &["config", "show"]).assert().code(2);
        assert!(stderr(&done).contains("project's file"), "{}", stderr(&done));
    }
}

#[test]
fn a_dry_run_shows_nothing_that_sending_would_refuse() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), CALLS).expect("written");
    let run = |vendor: &str| {
        let args = ["deliver", "calls.ndjson", "--vendor", vendor, "--dry-run"];
        let done = segscope(home.path(), &args).assert();
        (done.get_output().status.code(), stdout(&done), stderr(&done))
    };
    let (code, out, _) = run("planhat");
    assert_eq!(code, Some(0));
    assert!(out.contains("https://api.planhat.com/endusers"), "{out}");
    for (vendor, key, value, says) in [
        ("planhat", "subdomain", "evil.example/x?", "`subdomain` must be one part of a host"),
        ("planhat", "subdomain", "a@127.0.0.1:48443/?", "`subdomain` must be one part of a host"),
        ("planhat", "subdomain", "evil", "is set in the project's file"),
        ("customersuccessbox", "domain", "evil.example/#", "`domain` must be one part of a host"),
        ("customersuccessbox", "domain", "evil", "is set in the project's file"),
        ("freshsuccess", "datacenter", "evil", "must be one of US, EU"),
        ("freshsuccess", "datacenter", "EU", "is set in the project's file"),
    ] {
        let text = format!("[vendors.{vendor}]\n{key} = \"{value}\"\n");
        std::fs::write(home.path().join("segscope.toml"), text).expect("written");
        let (code, out, err) = run(vendor);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{vendor} {value}: {err}");
        assert!(err.contains(says), "{vendor} {value}: {err}");
    }
    // of the user's own file, too
    std::fs::remove_file(home.path().join("segscope.toml")).expect("removed");
    let own = ["config", "show", "--setting", "vendors.planhat.subdomain=a@127.0.0.1:48443/?"];
    let done = segscope(home.path(), &own).assert().code(2);
    assert!(stderr(&done).contains("`subdomain` must be one part of a host"), "{}", stderr(&done));
}

#[test]
fn what_is_created_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| {
        std::fs::metadata(path).map(|meta| meta.permissions().mode() & 0o777).expect("there")
    };
    let shell = |umask: &str| {
        let mut shell = std::process::Command::new("sh");
        let run = format!("umask {umask}; exec \"$0\" \"$@\"");
        shell.args(["-c", &run, env!("CARGO_BIN_EXE_segscope")]);
        shell.env_clear().env("HOME", home.path()).current_dir(home.path());
        shell.env("PATH", std::env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
        shell
    };
    for (umask, record) in [("0", "a.ndjson"), ("0277", "b.ndjson"), ("0", "")] {
        let mut tail = shell(umask);
        tail.args(["tail", "--listen", "127.0.0.1:0", "--format", "quiet"]);
        if !record.is_empty() {
            tail.args(["--record", record]);
        }
        let mut program = Program::spawn(tail);
        let mut http = Http::connect(&program.address).expect("it listens");
        assert_eq!(http.post("/v1/track", CALL.as_bytes()).expect("an answer").status, 200);
        assert_eq!(program.end(), Some(0));
        if !record.is_empty() {
            assert_eq!(mode(&home.path().join(record)), 0o600, "umask {umask}");
        }
    }
    let state = home.path().join(".local/state/segscope");
    assert_eq!((mode(&state), mode(&state.join("recordings"))), (0o700, 0o700));
    for entry in std::fs::read_dir(state.join("recordings")).expect("there") {
        assert_eq!(mode(&entry.expect("an entry").path()), 0o600);
    }

    // what was open is closed, and that is said
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("set");
    };
    open(&home.path().join("a.ndjson"), 0o666);
    open(&state, 0o755);
    let mut tail = shell("022");
    tail.args(["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record", "a.ndjson"]);
    let mut program = Program::spawn(tail);
    assert_eq!(program.end(), Some(0));
    let said = program.said.clone() + &program.last_words();
    assert!(said.contains("a.ndjson was open to other users (mode 666)"), "{said}");
    assert!(said.contains(".local/state/segscope was open to other users (mode 755)"), "{said}");
    assert_eq!((mode(&home.path().join("a.ndjson")), mode(&state)), (0o600, 0o700));
}

#[test]
fn a_recording_is_a_regular_file() {
    let home = tempfile::tempdir().expect("a folder");
    let made = std::process::Command::new("mkfifo").arg(home.path().join("pipe")).status();
    assert!(made.expect("mkfifo runs").success());
    std::fs::create_dir(home.path().join("folder")).expect("made");
    std::os::unix::fs::symlink("/dev/zero", home.path().join("link")).expect("a link");
    for (name, what) in [
        ("pipe", "a pipe"),
        ("folder", "a folder"),
        ("/dev/full", "a device"),
        ("link", "a device"),
    ] {
        let args = ["tail", "--listen", "127.0.0.1:0", "--record", name];
        let done = segscope(home.path(), &args).assert().code(3);
        let want = format!("the recording {name} is {what}, not a regular file");
        assert!(stderr(&done).contains(&want), "{}", stderr(&done));
    }
    let args = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record", "/dev/null"];
    let mut program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    http.post("/v1/track", CALL.as_bytes()).expect("an answer");
    let calls = http.get("/_segscope/calls").expect("an answer");
    assert_eq!(calls.status, 200, "{}", String::from_utf8_lossy(&calls.body));
    assert_eq!(program.end(), Some(0));
    let said = program.said.clone() + &program.last_words();
    assert!(said.contains("/dev/null stores nothing"), "{said}");
}
