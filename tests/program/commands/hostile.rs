//! No text from a file, a flag, a variable, a path or a call reaches the terminal raw.

use crate::common;
use segscope::call::text::is_hostile;
use std::os::unix::ffi::OsStrExt;
use std::process::Output;

/// Sets the title, writes the clipboard, a C1 control, bidi controls, DEL, and a line that looks like
/// one of the program's own.
const HOSTILE: &str = "\x1b]0;T\x07\x1b]52;c;UFdORA==\x07\u{9b}31m\u{202e}\u{2066}\u{61c}\u{200f}\x7f\u{feff}\x08\r\t\nsegscope: spoofed";

/// Returns the hostile text between the quotes of a TOML or JSON string.
fn quoted() -> String {
    let escaped = HOSTILE.chars().map(|c| match c {
        ' '..='~' => c.to_string(),
        c => format!("\\u{:04x}", c as u32),
    });
    escaped.collect()
}

/// A run of the program, and which files are there.
struct Case {
    files: Vec<(String, String)>,
    args: Vec<String>,
    env: Option<(&'static str, String)>,
}

fn case(files: &[(&str, &str)], args: &[&str]) -> Case {
    let fill = |text: &str| text.replace("HOSTILE", &quoted());
    Case {
        files: files.iter().map(|(name, text)| ((*name).to_owned(), fill(text))).collect(),
        args: args.iter().map(|arg| arg.replace("HOSTILE", HOSTILE)).collect(),
        env: None,
    }
}

fn with_variable(name: &'static str, args: &[&str]) -> Case {
    Case { env: Some((name, HOSTILE.replace('\0', ""))), ..case(&[], args) }
}

fn run(case: &Case) -> (String, Output) {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), calls()).expect("written");
    for (name, text) in &case.files {
        let file = home.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
    }
    let mut command = common::command(home.path());
    command.args(&case.args).stdin(std::process::Stdio::null());
    command.envs(case.env.iter().map(|(name, value)| (*name, value)));
    let label = format!("{:?} with {:?} and {:?}", case.args, case.files, case.env);
    (label, command.output().expect("it runs"))
}

/// Calls that are hostile wherever a report quotes them.
fn calls() -> String {
    let text = quoted();
    let call = format!(
        r#"{{"type":"track","event":"{text}","userId":"{text}","messageId":"{text}","writeKey":"{text}","properties":{{"accountId":"{text}","{text}":"{text}"}},"integrations":{{"{text}":false}}}}"#
    );
    let plain = r#"{"type":"track","event":"Paid","userId":"u1","properties":{"accountId":"a1"}}"#;
    let other = format!(r#"{{"type":"{text}","userId":[1],"event":7}}"#);
    format!("{call}\n{plain}\n{other}\n")
}

/// Asserts that every run writes something, and nothing that a terminal acts on or that begins a
/// line of its own.
fn all_are_harmless(cases: &[Case]) {
    let failed: Vec<String> = cases.iter().filter_map(|case| wrong(case).err()).collect();
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

fn wrong(case: &Case) -> Result<(), String> {
    let (label, output) = run(case);
    let said = output.stdout.len() + output.stderr.len();
    if said == 0 || output.status.code().is_none_or(|code| code == 101) {
        return Err(format!("{label}: {} bytes, {}", said, output.status));
    }
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = String::from_utf8(bytes.clone()).map_err(|error| format!("{label}: {error}"))?;
        let hostile = text.chars().find(|c| *c != '\n' && is_hostile(*c));
        if hostile.is_some() || text.lines().any(|line| line.starts_with("segscope: spoofed")) {
            return Err(format!("{label}: {name}: {hostile:?} in {text:?}"));
        }
    }
    Ok(())
}

#[test]
fn settings_files_reach_the_terminal_only_escaped() {
    let settings = [
        "\"HOSTILE\" = 1",
        "[\"HOSTILE\"]\na = 1",
        "theme = \"HOSTILE\"",
        "theme = [\"HOSTILE\"]",
        "columns = [\"HOSTILE\"]",
        "columns = \"HOSTILE\"",
        "ascii = \"HOSTILE\"",
        "alert = \"HOSTILE\"",
        "vendors = [\"HOSTILE\"]",
        "vendors = \"HOSTILE\"",
        "[vendors.\"HOSTILE\"]\na = 1",
        "[vendors.planhat]\n\"HOSTILE\" = 1",
        "[vendors.planhat]\ntenant_token = [\"HOSTILE\"]",
        "[colors]\n\"HOSTILE\" = \"red\"",
        "[colors]\nkey = \"HOSTILE\"",
        "[colors]\nkey = [\"HOSTILE\"]",
        "[deliver]\n\"HOSTILE\" = \"http://127.0.0.1:1\"",
        "[keys.\"HOSTILE\"]\nquit = [\"q\"]",
        "listen = \"HOSTILE\"",
        "broken = \"HOSTILE",
        "a = 1\n\u{9b}\u{202e} = [",
    ];
    let cases: Vec<Case> = settings
        .iter()
        .map(|text| case(&[("segscope.toml", text)], &["check", "calls.ndjson"]))
        .collect();
    all_are_harmless(&cases);
}

#[test]
fn own_settings_and_themes_reach_the_terminal_only_escaped() {
    let own = [
        "listen = \"HOSTILE\"",
        "upstream = \"HOSTILE\"",
        "alert_with = \"'HOSTILE\"",
        "[keys.\"HOSTILE\"]\nquit = [\"q\"]",
        "[keys.log]\n\"HOSTILE\" = [\"q\"]",
        "[keys.log]\nquit = [\"HOSTILE\"]",
        "[deliver]\n\"HOSTILE\" = \"http://127.0.0.1:1\"",
        "[deliver]\nplanhat = [\"HOSTILE\"]",
        "theme = \"mine\"",
    ];
    let themes = [
        "\"HOSTILE\" = \"red\"",
        "key = \"HOSTILE\"",
        "base = \"HOSTILE\"",
        "key = [\"HOSTILE\"]",
        "\"HOSTILE",
    ];
    let listen = ["tail", "--listen", "HOSTILE", "--no-record"];
    let mut cases: Vec<Case> = own
        .iter()
        .map(|text| case(&[(".config/segscope/config.toml", text)], &["tail", "--no-record"]))
        .filter(|case| !case.files[0].1.contains("mine") && !case.files[0].1.contains("deliver"))
        .collect();
    cases.extend(own.iter().filter(|text| text.contains("deliver")).map(|text| {
        case(&[("own.toml", text)], &["check", "--config", "own.toml", "calls.ndjson"])
    }));
    cases.extend(themes.iter().map(|text| {
        let files = [
            (".config/segscope/themes/mine.toml", *text),
            (".config/segscope/config.toml", "theme = \"mine\""),
        ];
        case(&files, &["check", "calls.ndjson"])
    }));
    cases.push(case(&[], &listen));
    // shown as they are in force
    for text in [
        "theme = \"dark\"\nalert = 'has(\"HOSTILE\")'",
        "[vendors.planhat]\ntenant_token = \"HOSTILE\"",
        "webhook_secret = \"HOSTILE\"\nrecord = \"HOSTILE\"\nalert_with = \"HOSTILE\"",
        "upstream = \"https://u:HOSTILE@example.com\"",
    ] {
        let shown = ["config", "show", "--config", "own.toml"];
        cases.push(case(&[("own.toml", text)], &shown));
        cases
            .push(case(&[("HOSTILE.toml", text)], &["config", "show", "--config", "HOSTILE.toml"]));
    }
    all_are_harmless(&cases);
}

#[test]
fn plans_reach_the_terminal_only_escaped() {
    let plans = [
        "\"HOSTILE\" = 1",
        "event = \"HOSTILE\"",
        "[[event]]\n\"HOSTILE\" = 1",
        "[[event]]\ntype = \"HOSTILE\"",
        "[[event]]\nname = \"HOSTILE\"",
        "[[event]]\nname = \"HOSTILE\"\n[[event]]\nname = \"HOSTILE\"",
        "[[event]]\nname = \"A\"\nids = [\"HOSTILE\"]",
        "[[event]]\nname = \"A\"\ncount = \"HOSTILE\"",
        "[[event]]\ntype = \"group\"\nname = \"HOSTILE\"",
        "[[event]]\nname = \"HOSTILE",
    ];
    let mut cases = Vec::new();
    for text in plans {
        cases.push(case(
            &[("plan.toml", text)],
            &["check", "--expect", "plan.toml", "calls.ndjson"],
        ));
        cases.push(case(&[("plan.toml", text)], &["plan", "check", "plan.toml", "calls.ndjson"]));
    }
    cases.push(case(&[], &["plan", "learn", "calls.ndjson"]));
    all_are_harmless(&cases);
}

/// A vendor's table with one word in it replaced.
fn vendor(from: &str, to: &str) -> String {
    let template = segscope::vendors::EXAMPLES[0].1;
    assert!(template.contains(from), "{from}");
    template.replacen(from, to, 1)
}

/// The line of a vendor's table that sets a key first.
fn first_line(key: &str) -> String {
    let template = segscope::vendors::EXAMPLES[0].1;
    let line = template.lines().find(|line| line.starts_with(&format!("{key} = ")));
    line.unwrap_or_else(|| panic!("{key} is set")).to_owned()
}

#[test]
fn vendor_files_reach_the_terminal_only_escaped() {
    let mut cases = Vec::new();
    for key in
        ["title", "document", "prefix", "fed_by", "fidelity", "name", "short", "source", "becomes"]
    {
        let text = vendor(&first_line(key), &format!("{key} = \"HOSTILE\""));
        let name = first_line("name").split('"').nth(1).expect("a name").to_owned();
        for args in [
            &["vendors", "check", "v.toml"][..],
            &["vendors", "show", &name, "--vendor-file", "v.toml"],
            &["check", "--vendor-file", "v.toml", "--vendor", &name, "calls.ndjson"],
        ] {
            cases.push(case(&[("v.toml", &text)], args));
        }
        if matches!(key, "title" | "document") {
            let own = ".config/segscope/vendors/v.toml";
            cases.push(case(&[(own, &text)], &["vendors", "list"]));
            cases.push(case(&[(own, &text)], &["config", "template"]));
            cases.push(case(
                &[(own, &text)],
                &["deliver", "--dry-run", "--vendor", &name, "calls.ndjson"],
            ));
        }
    }
    for line in [
        "\"HOSTILE\" = 1\n",
        "note = \"HOSTILE\"\n",
        "note = [\"HOSTILE\"]\n",
        "note = \"HOSTILE\n",
    ] {
        let text = format!("{line}{}", segscope::vendors::EXAMPLES[0].1);
        cases.push(case(&[("v.toml", &text)], &["vendors", "check", "v.toml"]));
    }
    let code =
        format!("{}\n[code.\"HOSTILE\"]\nmessage = \"m\"\n", segscope::vendors::EXAMPLES[0].1);
    cases.push(case(&[("HOSTILE.toml", &code)], &["vendors", "check", "v\u{9b}\u{202e}.toml"]));
    cases.push(case(&[("v.toml", &code)], &["vendors", "check", "v.toml"]));
    all_are_harmless(&cases);
}

#[test]
fn flags_paths_and_variables_reach_the_terminal_only_escaped() {
    let commands: &[&[&str]] = &[
        &["check", "HOSTILE"],
        &["check", "calls.ndjson", "--vendor", "HOSTILE"],
        &["check", "calls.ndjson", "--setting", "HOSTILE"],
        &["check", "calls.ndjson", "--setting", "HOSTILE=1"],
        &["check", "calls.ndjson", "--setting", "theme=HOSTILE"],
        &["check", "calls.ndjson", "--config", "HOSTILE"],
        &["check", "calls.ndjson", "--vendor-file", "HOSTILE"],
        &["check", "calls.ndjson", "--expect", "HOSTILE"],
        &["check", "calls.ndjson", "--filter", "HOSTILE"],
        &["check", "calls.ndjson", "--filter", "event = \"HOSTILE\""],
        &["check", "calls.ndjson", "--format", "HOSTILE"],
        &["check", "calls.ndjson", "--HOSTILE"],
        &["check", "calls.ndjson", "-\u{9b}"],
        &["HOSTILE"],
        &["vendors", "HOSTILE"],
        &["vendors", "show", "HOSTILE"],
        &["vendors", "check", "HOSTILE"],
        &["vendors", "template", "HOSTILE"],
        &["completions", "HOSTILE"],
        &["config", "HOSTILE"],
        &["plan", "check", "HOSTILE", "calls.ndjson"],
        &["plan", "learn", "HOSTILE"],
        &["send", "HOSTILE"],
        &["send", "--template", "HOSTILE"],
        &["send", "calls.ndjson", "--set", "HOSTILE"],
        &["send", "calls.ndjson", "--set", "/HOSTILE/a=1"],
        &["send", "calls.ndjson", "--to", "HOSTILE"],
        &["send", "calls.ndjson", "--to", "http://127.0.0.1:1/HOSTILE"],
        &["send", "calls.ndjson", "--pace", "HOSTILE"],
        &["export", "HOSTILE", "--format", "har"],
        &["export", "calls.ndjson", "--format", "HOSTILE"],
        &["deliver", "calls.ndjson", "--vendor", "HOSTILE", "--dry-run"],
        &["open", "HOSTILE"],
        &["map", "--vendor-file", "HOSTILE"],
        &["tail", "--record", "HOSTILE/none", "--listen", "127.0.0.1:0"],
        &["tail", "--listen", "HOSTILE"],
        &["tail", "--alert", "HOSTILE"],
        &["listen", "--theme", "HOSTILE"],
        &["listen", "--upstream", "HOSTILE"],
    ];
    let mut cases: Vec<Case> = commands.iter().map(|args| case(&[], args)).collect();
    let check = ["check", "calls.ndjson"];
    for name in [
        "SEGSCOPE_THEME",
        "SEGSCOPE_VENDORS",
        "SEGSCOPE_COLUMNS",
        "SEGSCOPE_ASCII",
        "SEGSCOPE_ALERT",
        "SEGSCOPE_VENDORS_PLANHAT_HOST",
    ] {
        cases.push(with_variable(name, &check));
    }
    // file names, and what the message about a file quotes from it, which has a line of help
    for (name, text) in [
        ("v\u{9b}\u{202e}\nsegscope: spoofed.zip", "PK\u{3}\u{4}"),
        ("v\u{9b}\nsegscope: spoofed.ndjson", "{\"HOSTILE\":1}\n"),
        ("v\u{9b}\nsegscope: spoofed.csv", "a\u{9b},b\n1,2\n"),
        ("v\u{9b}\nsegscope: spoofed.txt", "Dear\u{9b}\n"),
    ] {
        for command in ["check", "export", "open", "send"] {
            cases.push(case(&[(name, text)], &[command, name]));
        }
        let folder = format!("folder/{name}");
        cases.push(case(&[(&folder, text)], &["check", "folder"]));
    }
    cases.push(with_variable("SEGSCOPE_URL", &["send", "calls.ndjson"]));
    cases.push(with_variable("SEGSCOPE_LISTEN", &["tail"]));
    cases.push(with_variable("SEGSCOPE_WEBHOOK_SECRET", &["config", "show"]));
    all_are_harmless(&cases);
}

#[test]
fn captured_text_leaves_every_command_only_escaped() {
    let mut cases = Vec::new();
    for format in ["text", "ndjson", "junit", "sarif", "github", "markdown"] {
        cases.push(case(&[], &["check", "calls.ndjson", "--format", format]));
    }
    for format in ["ndjson", "har", "curl", "csv"] {
        cases.push(case(&[], &["export", "calls.ndjson", "--format", format]));
    }
    for vendor in ["planhat", "custify", "suprsend", "freshsuccess", "customersuccessbox"] {
        cases.push(case(&[], &["deliver", "calls.ndjson", "--vendor", vendor, "--dry-run"]));
    }
    all_are_harmless(&cases);
}

#[test]
fn captured_text_begins_no_line_of_plain_mode() {
    let home = tempfile::tempdir().expect("a folder");
    let name = "v\u{9b}\nsegscope: spoofed.ndjson";
    std::fs::write(home.path().join(name), calls()).expect("written");
    let typed = concat!(
        "show 1\nshow 1 call\nshow 1 findings\nshow 1 planhat\nshow 1 request\nfindings\ncoverage\n",
        "coverage library\ncoverage version\ncoverage key\npeople\npeople users\ncompose 1\n",
        "deliver 1 planhat\ncopy 1 call\nstatus\nlist\nquit\n"
    );
    let mut command = super::segscope(home.path(), &["open", "--plain", name]);
    let output = command.write_stdin(typed).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    for said in [output.stdout, output.stderr] {
        let text = String::from_utf8(said).expect("UTF-8");
        let hostile = text.chars().find(|c| *c != '\n' && is_hostile(*c));
        assert_eq!(hostile, None, "{text}");
        let spoofed = text.lines().find(|line| line.trim_start().starts_with("segscope: spoofed"));
        assert_eq!(spoofed, None, "{text}");
    }
}

#[test]
fn variables_and_arguments_that_are_not_utf8_are_no_panic() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), calls()).expect("written");
    let bad = std::ffi::OsStr::from_bytes(b"a\x9b\xff");
    for (name, arg) in [("OTHER", None), ("SEGSCOPE_THEME", None), ("OTHER", Some(bad))] {
        let mut command = common::command(home.path());
        command.arg("check").arg("calls.ndjson").args(arg).env(name, bad).env(bad, "x");
        let output = command.output().expect("it runs");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{output:?}");
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!text.contains('\u{9b}'), "{text:?}");
    }
}

/// An escape in JSON stands for the same value. The write key of these calls is the same text.
#[test]
fn escaped_json_keeps_its_value() {
    let (_, output) =
        run(&case(&[], &["export", "calls.ndjson", "--format", "ndjson", "--with-secrets"]));
    let line = output.stdout.split(|byte| *byte == b'\n').next().expect("a line");
    let record: serde_json::Value = serde_json::from_slice(line).expect("JSON");
    assert_eq!(record["name"], HOSTILE, "{record}");
    let (_, output) =
        run(&case(&[], &["export", "calls.ndjson", "--format", "curl", "--with-secrets"]));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let body =
        text.lines().find_map(|line| Some(line.split_once(" -d '")?.1.trim_end_matches('\'')));
    let call: serde_json::Value = serde_json::from_str(body.expect("a body")).expect("JSON");
    assert_eq!(call["event"], HOSTILE);
}
