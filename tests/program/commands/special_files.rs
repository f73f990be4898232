//! Settings, plans, themes and vendor files that are links to devices, FIFOs, too large or built to
//! take long: each ends with a message, soon and in little memory.

use crate::common::{self, wait_for};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs::File;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// An unoptimized build on a busy machine needs a part of it for its start.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Special files in place of a file, with the part of the message that names them.
const SPECIAL: &[(&str, &str)] = &[
    ("/dev/zero", "is a link to a device, /dev/zero"),
    ("/dev/tty", "is a link to a device, /dev/tty"),
    ("/dev/stdin", "is a link to a FIFO or a pipe, /dev/stdin"),
    ("fifo", "is a FIFO or a pipe"),
    ("link to a FIFO", "is a link to a FIFO or a pipe"),
    ("folder", "is a folder"),
    ("socket", "is a socket"),
    ("sparse", "is 10 GiB; at most 1 MiB is read"),
    ("2 MiB", "is 2 MiB; at most 1 MiB is read"),
    ("latin1", "is not UTF-8: byte 3 of line 2 is 0xe9"),
];

/// Puts it there. What it returns is to be kept meanwhile.
fn put(what: &str, file: &Path) -> Option<UnixListener> {
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    let fifo = |file: &Path| {
        let made = mknodat(CWD, file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0);
        made.expect("a FIFO");
    };
    match what {
        "fifo" => fifo(file),
        "link to a FIFO" => {
            fifo(&file.with_extension("fifo"));
            symlink(file.with_extension("fifo"), file).expect("a link");
        }
        "folder" => std::fs::create_dir(file).expect("a folder"),
        "socket" => return Some(UnixListener::bind(file).expect("a socket")),
        "sparse" => File::create(file).and_then(|f| f.set_len(10 << 30)).expect("a file"),
        "2 MiB" => std::fs::write(file, "#".repeat(2 << 20)).expect("written"),
        "latin1" => std::fs::write(file, b"#\n# \xe9\n").expect("written"),
        device => symlink(device, file).expect("a link"),
    }
    None
}

/// Runs a command with a standard input that never says anything; its exit code and what it said.
fn run(home: &Path, args: &[&str]) -> (Option<i32>, String, Duration) {
    let (_silent, input) = {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        (writer, reader)
    };
    let mut command = common::command(home);
    command.args(args).stdin(input).stdout(Stdio::null());
    command.stderr(File::create(home.join("stderr")).expect("a file"));
    let begin = Instant::now();
    let mut child = command.spawn().expect("it starts");
    let status = loop {
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break status,
            None if begin.elapsed() > MAX_TIME => {
                child.kill().expect("it runs");
                child.wait().expect("it ends");
                return (None, format!("{args:?} did not end"), begin.elapsed());
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let said = std::fs::read_to_string(home.join("stderr")).expect("UTF-8");
    (status.code(), said, begin.elapsed())
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"E","userId":"u","properties":{"account_id":"a"}}"#;
    std::fs::write(home.path().join("c.ndjson"), format!("{call}\n")).expect("written");
    home
}

/// Each special file at a place, where a command reads it.
fn are_refused(place: &str, args: &[&str], beside: &[(&str, &str)]) {
    for (what, said) in SPECIAL {
        let home = home();
        for (name, text) in beside {
            let file = home.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, text).expect("written");
        }
        let _kept = put(what, &home.path().join(place));
        let (code, err, _) = run(home.path(), args);
        let name = place.rsplit('/').next().expect("a name");
        assert_eq!(code, Some(2), "{what}: {err}");
        // where a file of calls may stand, zeros are one of no known form
        let is_told = err.contains(said) || *what == "sparse" && err.contains("a binary file");
        assert!(is_told && err.contains(name), "{what}: {err}");
    }
}

#[test]
fn settings_of_a_folder_are_read_from_regular_files_only() {
    are_refused("segscope.toml", &["check", "c.ndjson"], &[]);
}

#[test]
fn own_settings_are_read_from_regular_files_only() {
    are_refused(".config/segscope/config.toml", &["check", "c.ndjson"], &[]);
    are_refused("own.toml", &["check", "c.ndjson", "--config", "own.toml"], &[]);
}

#[test]
fn themes_are_read_from_regular_files_only() {
    let beside = [("segscope.toml", "theme = \"mine\"")];
    are_refused(".config/segscope/themes/mine.toml", &["check", "c.ndjson"], &beside);
}

#[test]
fn vendor_files_are_read_from_regular_files_only() {
    are_refused("v.toml", &["vendors", "check", "v.toml"], &[]);
    are_refused("v.toml", &["map", "--vendor-file", "v.toml"], &[]);
    are_refused(".config/segscope/vendors/v.toml", &["check", "c.ndjson"], &[]);
}

#[test]
fn plans_are_read_from_regular_files_only() {
    are_refused("p.toml", &["check", "c.ndjson", "--expect", "p.toml"], &[]);
    are_refused("p.toml", &["plan", "check", "p.toml", "c.ndjson"], &[]);
}

#[test]
fn no_settings_of_ones_own_are_asked_for_with_dev_null() {
    let home = home();
    std::fs::create_dir_all(home.path().join(".config/segscope")).expect("a folder");
    std::fs::write(home.path().join(".config/segscope/config.toml"), "nothing = 1").expect("text");
    let (code, err, _) = run(home.path(), &["check", "c.ndjson", "--config", "/dev/null"]);
    assert!(matches!(code, Some(0 | 1)), "{err}");
}

/// Files of nearly 1 MiB that cost most where something is done for each of their parts.
#[test]
fn what_is_built_to_take_long_takes_no_longer_than_its_length() {
    let many = |part: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for n in 0.. {
            let next = part(n);
            if text.len() + next.len() > (1 << 20) - 4096 {
                break;
            }
            text.push_str(&next);
        }
        text
    };
    let long = "x".repeat((1 << 20) - 4096);
    let template = segscope::vendors::EXAMPLES[0].1;
    let settings: Vec<(&str, String)> = vec![
        ("tables", many(&|n| format!("[a{n}]\n"))),
        ("keys", many(&|n| format!("a{n}=1\n"))),
        ("colors", format!("[colors]\n{}", many(&|n| format!("a{n}=\"\"\n")))),
        ("vendors", many(&|n| format!("[vendors.a{n}]\n"))),
        ("vendor settings", format!("[vendors.planhat]\n{}", many(&|n| format!("a{n}=1\n")))),
        ("lines and a mistake", format!("{}a = [", "\n".repeat((1 << 20) - 4096))),
        ("a long theme", format!("theme = \"{long}\"")),
        ("a long key", format!("{long} = 1")),
        ("a long color", format!("[colors]\nkey = \"{long}\"")),
        ("a long style", format!("[colors]\n{long} = \"red\"")),
        ("a long vendor", format!("vendors = [\"{long}\"]")),
        ("a long vendor setting", format!("[vendors.planhat]\n{long} = \"red\"")),
        ("many vendors", format!("vendors = [{}]", "\"planhat\",".repeat(100_000))),
        ("many columns", format!("columns = [{}]", "\"name\",".repeat(140_000))),
        ("brackets", format!("a = {}", "[".repeat((1 << 20) - 4096))),
        ("dots", format!("a{} = 1", ".a".repeat((1 << 19) - 4096))),
        ("a long filter", format!("alert = '{}'", "!".repeat((1 << 20) - 4096))),
    ];
    let plans: Vec<(&str, String)> = vec![
        ("events", many(&|n| format!("[[event]]\nname=\"{n}\"\n"))),
        ("the same event", "[[event]]\nname=\"a\"\n".repeat(50_000)),
        ("a long name", format!("[[event]]\nname = \"{long}\"")),
        ("a long key", format!("[[event]]\n{long} = 1")),
        ("a long type", format!("[[event]]\ntype = \"{long}\"")),
        ("ids", format!("[[event]]\nname=\"a\"\nids=[{}]", "\"user_id\",".repeat(90_000))),
        ("lines", format!("{}a = [", "\n".repeat((1 << 20) - 4096))),
    ];
    let vendors: Vec<(&str, String)> = vec![
        ("codes", format!("{template}\n{}", many(&|n| format!("[code.UP-A{n}]\nmessage=\"\"\n")))),
        (
            "other codes",
            format!("{template}\n{}", many(&|n| format!("[code.A{n}]\nmessage=\"\"\n"))),
        ),
        (
            "a long name",
            template.replacen("name = \"userpilot\"", &format!("name = \"{long}\""), 1),
        ),
        ("lines", format!("{}a = [", "\n".repeat((1 << 20) - 4096))),
        ("headers", format!("{template}\n[headers]\n{}", many(&|n| format!("a{n}=\"{{b}}\"\n")))),
    ];
    let mut slow = Vec::new();
    let mut time = |kind: &str, name: &str, file: &str, text: &str, args: &[&str]| {
        let home = home();
        std::fs::write(home.path().join(file), text).expect("written");
        let (code, err, took) = run(home.path(), args);
        if code.is_none_or(|code| code > 2) || took > MAX_TIME {
            let end = err.char_indices().nth(200).map_or(err.len(), |(at, _)| at);
            slow.push(format!("{kind}, {name}: {code:?} after {took:?}: {}", &err[..end]));
        }
    };
    for (name, text) in &settings {
        time("settings", name, "segscope.toml", text, &["check", "c.ndjson"]);
    }
    for (name, text) in &plans {
        time("plan", name, "p.toml", text, &["plan", "check", "p.toml", "c.ndjson"]);
    }
    for (name, text) in &vendors {
        time("vendor", name, "v.toml", text, &["vendors", "check", "v.toml"]);
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// A checkout may put anything in the place of the settings while the program runs.
#[test]
fn a_running_program_outlives_what_takes_the_place_of_its_settings() {
    for what in ["/dev/zero", "/dev/stdin", "fifo", "sparse", "socket", "folder"] {
        let home = home();
        let file = home.path().join("segscope.toml");
        std::fs::write(&file, "ascii = true\n").expect("written");
        let out = home.path().join("out");
        let (input, _kept_open) = std::io::pipe().expect("a pipe");
        let mut command = common::command(home.path());
        command.args(["listen", "--plain", "--listen", "127.0.0.1:0", "--no-record"]);
        command.stdin(input).stdout(File::create(&out).expect("a file")).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let said = || std::fs::read_to_string(&out).unwrap_or_default();
        wait_for("the first words", || said().contains("help lists").then_some(()));
        std::fs::remove_file(&file).expect("removed");
        let _kept = put(what, &file);
        wait_for("the refusal", || said().contains("segscope.toml").then_some(()));
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        // a program that still read the file would be cut off, with another code
        let status = wait_for("the end", || child.try_wait().expect("it can be waited for"));
        assert_eq!(status.code(), Some(0), "{what}");
    }
}
