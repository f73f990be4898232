//! `action.yml`: its shell does what its inputs say.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

const ACTION: &str = include_str!("../../../action.yml");

/// The scripts of its steps.
fn scripts() -> Vec<String> {
    let blocks = ACTION.split("run: |\n").skip(1);
    let script = |block: &str| -> String {
        let lines =
            block.lines().take_while(|line| line.is_empty() || line.starts_with("        "));
        lines.map(|line| format!("{}\n", line.trim_start_matches(' '))).collect()
    };
    blocks.map(script).collect()
}

/// Runs a step as a runner does: with `bash -e`, and the inputs in its environment.
fn run(home: &Path, script: &str, inputs: &[(&str, &str)]) -> Output {
    let bin = home.join("bin");
    std::fs::create_dir_all(&bin).expect("made");
    // it may be there already
    let _ = symlink(env!("CARGO_BIN_EXE_segscope"), bin.join("segscope"));
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(home);
    bash.env_clear().env("HOME", home).env("PATH", format!("{}:{path}", bin.display()));
    bash.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", home.join("summary.md"));
    for (input, default) in [("run", ""), ("vendor", ""), ("expect", ""), ("fail-on", "error")] {
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        let variable = format!("SEGSCOPE_ACTION_{}", input.to_uppercase().replace('-', "_"));
        assert!(ACTION.contains(&format!("{variable}: ${{{{ inputs.{input} }}}}")), "{input}");
        bash.env(variable, given.unwrap_or(default));
    }
    bash.output().expect("bash runs")
}

#[test]
fn the_action_runs_the_tests_and_checks_their_calls() {
    let home = tempfile::tempdir().expect("a folder");
    let [install, check] = scripts().try_into().expect("two steps");
    let installed = run(home.path(), &install, &[]);
    assert!(installed.status.success() && installed.stdout.is_empty(), "{installed:?}");

    let send = |properties: &str| {
        format!(
            "curl -sf -u k: -d '{{\"event\":\"A B\",\"userId\":\"u\",\"properties\":{properties}}}' \\\n  \"$SEGSCOPE_URL/v1/track\"\n"
        )
    };
    let good = send(r#"{"company_id":"a"}"#);
    let done = run(home.path(), &check, &[("run", &good), ("vendor", "planhat")]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(!text.contains("No vendors are chosen"), "{text}");

    let bad = send("{}");
    let done = run(home.path(), &check, &[("run", &bad), ("vendor", "planhat")]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(text.contains("::error title=PH-T-COMPANY-MISSING"), "{text}");
    let summary = std::fs::read_to_string(home.path().join("summary.md")).expect("written");
    assert!(summary.contains("PH-T-COMPANY-MISSING"), "{summary}");

    let never = [("run", &*bad), ("vendor", "planhat"), ("fail-on", "never")];
    assert_eq!(run(home.path(), &check, &never).status.code(), Some(0));
    std::fs::write(home.path().join("plan.toml"), "[[event]]\nname = \"Other\"\nids = []\n")
        .expect("written");
    let expect = [("run", &*good), ("vendor", "planhat"), ("expect", "plan.toml")];
    assert_eq!(run(home.path(), &check, &expect).status.code(), Some(1));
    // the first command that fails ends the tests
    let failing = [("run", "false\nexit 0"), ("vendor", "planhat")];
    assert_eq!(run(home.path(), &check, &failing).status.code(), Some(1));
}
