//! Errors are one line on stderr, with the right exit code and nothing on stdout.

use super::{segscope, stderr, stdout};
use crate::common::Program;
use std::os::unix::fs::PermissionsExt;

#[test]
fn one_clear_line_each() {
    let home = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(home.path().join(name), text).expect("written");
    };
    write("broken.ndjson", "{\"type\":\"track\"}\n{\"type\":}\n");
    write("letter.txt", "Dear all,\n");
    write("number.json", "3");
    write("empty.ndjson", "");
    write("wrong.toml", "listen = 3\n");
    write("unknown.toml", "lisen = \"127.0.0.1:0\"\n");
    write("bad-vendor.toml", "name = 1\n");
    for (args, code, says) in [
        (&["open", "no.ndjson"][..], 2, "could not read no.ndjson: "),
        (&["open", "letter.txt"], 2, "letter.txt:1: column 1: expected a JSON value, found `D`"),
        (&["open", "broken.ndjson"], 2, "broken.ndjson:2: column 9: "),
        (&["open", "number.json"], 2, "number.json:1: expected a call as a JSON object"),
        (&["check", "no.ndjson"], 2, "could not read no.ndjson: "),
        (&["check", "letter.txt"], 2, "letter.txt:1: column 1: "),
        (&["check", "empty.ndjson"], 2, "empty.ndjson:1: "),
        (&["send", "letter.txt"], 2, "letter.txt:1: column 1: "),
        (&["send", "broken.ndjson"], 2, "broken.ndjson:2: column 9: "),
        (&["check", "broken.ndjson", "--vendor", "planhta"], 2, "did you mean `planhat`?"),
        (&["send"], 2, "nothing to send"),
        (&["send", "no.ndjson"], 2, "could not read no.ndjson: "),
        (&["send", "--template", "purchase"], 2, "--template purchase: there are track, "),
        (&["send", "--template", "track", "--set", "x"], 2, "--set x: expected /POINTER=VALUE"),
        (&["send", "--template", "track", "--rate", "0"], 2, "--rate 0: "),
        (&["send", "--template", "track", "--to", "http://127.0.0.1:1"], 3, "127.0.0.1:1"),
        (&["send", "--template", "track", "--to", "nowhere"], 2, "nowhere"),
        (&["tail", "--listen", "nowhere"], 2, "`nowhere` is not an address to listen on"),
        (&["tail", "--listen", "0.0.0.0:0"], 3, "--allow-remote"),
        (&["tail", "--config", "no.toml"], 2, "--config no.toml: there is no such file"),
        (&["tail", "--config", "wrong.toml"], 2, "wrong.toml"),
        (&["tail", "--config", "unknown.toml"], 2, "`listen`"),
        (&["tail", "--setting", "vendors.planhat.tenant"], 2, "--setting"),
        (&["tail", "--setting", "vendors.planhat.tokn=x"], 2, "`tokn` is not a setting"),
        (
            &["tail", "--record", "letter.txt", "--listen", "127.0.0.1:0"],
            3,
            "is not a segscope recording",
        ),
        (&["tail", "--record", "no/r.ndjson", "--listen", "127.0.0.1:0"], 3, "no/r.ndjson"),
        (&["vendors", "show", "planhta"], 2, "did you mean `planhat`?"),
        (&["vendors", "check", "no.toml"], 2, "no.toml: the vendor file could not be read: "),
        (&["vendors", "check", "bad-vendor.toml"], 2, "bad-vendor.toml: line 1: "),
        (&["config", "show", "--setting", "colour=red"], 2, "`colour` is not a setting"),
    ] {
        let done = segscope(home.path(), args).assert();
        let (out, err) = (stdout(&done), stderr(&done));
        assert_eq!(done.get_output().status.code(), Some(code), "{args:?}: {err}");
        assert_eq!(out, "", "{args:?}");
        assert!(err.starts_with("segscope: ") && err.contains(says), "{args:?}: {err}");
        assert_eq!(err.trim_end().lines().count(), 1, "{args:?}: {err}");
    }
}

#[test]
fn map_answers_each_line_whatever_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let input = "{}\nnothing\n\n{\"vendor\":\"suprsend\",\"event\":{\"type\":\"page\"}}\n";
    let done = segscope(home.path(), &["map"]).write_stdin(input).assert().code(0);
    let lines: Vec<serde_json::Value> =
        stdout(&done).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["error"], "`vendor` is missing");
    assert!(lines[1]["error"].as_str().is_some_and(|error| error.contains("column 1")));
    assert_eq!(lines[2]["verdict"], "ignored");
}

#[test]
fn a_taken_port_says_who_has_it() {
    let home = tempfile::tempdir().expect("a folder");
    let first = Program::start(home.path(), &["tail", "--listen", "127.0.0.1:0", "--no-record"]);
    let args = ["tail", "--listen", &first.address, "--no-record"];
    let done = segscope(home.path(), &args).assert().code(3);
    let want = format!("segscope: {} is taken by segscope ", first.address);
    let err = stderr(&done);
    assert!(err.starts_with(&want) && err.contains("--listen 127.0.0.1:0"), "{err}");
    assert_eq!(err.trim_end().lines().count(), 1, "{err}");

    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = other.local_addr().expect("bound").to_string();
    let silent = std::thread::spawn(move || drop(other.accept()));
    let args = ["listen", "--plain", "--listen", &taken, "--no-record"];
    let done = segscope(home.path(), &args).assert().code(3);
    silent.join().expect("no panic");
    assert!(stderr(&done).contains("is taken by another program"), "{}", stderr(&done));
}

#[test]
fn an_unwritable_folder_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let locked = home.path().join("locked");
    std::fs::create_dir(&locked).expect("a folder");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o500)).expect("locked");
    if std::fs::write(locked.join("x"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let args = ["tail", "--listen", "127.0.0.1:0", "--record", "locked/r.ndjson"];
    let done = segscope(home.path(), &args).assert().code(3);
    assert!(stderr(&done).contains("locked/r.ndjson"), "{}", stderr(&done));
}

/// A file of something else is refused, not judged as calls that lack everything.
#[test]
fn a_file_without_a_call_is_refused_with_what_is_expected() {
    let home = tempfile::tempdir().expect("a folder");
    let rows = "{\"n\":1,\"method\":\"POST\",\"path\":\"/v1/batch\"}\n{\"n\":2}\n";
    std::fs::write(home.path().join("other.ndjson"), rows).expect("written");
    std::fs::write(home.path().join("other.json"), "[\n{\"n\":1},\n{\"n\":2}\n]\n")
        .expect("written");
    std::fs::write(home.path().join("one.ndjson"), format!("{rows}{{\"userId\":\"u\"}}\n"))
        .expect("written");
    for command in [&["check"][..], &["open", "--plain"], &["export"]] {
        for (file, found) in [("other.ndjson", "n, method, path"), ("other.json", "n")] {
            let done = segscope(home.path(), &[command, &[file]].concat()).assert().code(2);
            let said = stderr(&done);
            let says =
                format!("segscope: {file}:1: no row of this file is a Segment call: expected");
            assert!(said.starts_with(&says), "{said}");
            assert!(said.ends_with(&format!("; the first has {found}\n")), "{said}");
        }
    }
    let done =
        segscope(home.path(), &["check", "one.ndjson", "--fail-on", "never"]).assert().code(0);
    assert!(stdout(&done).contains("1 call"), "{}", stdout(&done));
    let passed =
        "note: one.ndjson: 2 JSON values without a call passed over; the first is on line 1";
    assert!(stderr(&done).starts_with(passed), "{}", stderr(&done));
}

#[test]
fn what_is_passed_over_in_many_files_is_announced_once_and_in_short() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("calls");
    std::fs::create_dir(&folder).expect("created");
    for nth in 1..=6 {
        let text = "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}\n{\"n\":1}\n";
        std::fs::write(folder.join(format!("{nth}.ndjson")), text).expect("written");
    }
    let mut open = segscope(home.path(), &["open", "calls", "--plain"]);
    let said = stdout(&open.write_stdin("counts\nquit\n").assert().code(0));
    let attention: Vec<&str> = said.lines().filter(|line| line.starts_with("attention")).collect();
    assert_eq!(attention.len(), 1, "{said}");
    assert_eq!(attention[0].matches("passed over").count(), 3, "{said}");
    assert!(attention[0].ends_with("; 3 more notes: `segscope check` prints all"), "{said}");
    let check = segscope(home.path(), &["check", "calls", "--fail-on", "never"]).assert().code(0);
    assert_eq!(stderr(&check).matches("passed over").count(), 6, "{}", stderr(&check));
}
