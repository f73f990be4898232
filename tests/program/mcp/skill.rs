//! The page for agents: its shell lines do what it says.

use crate::common::{DEADLINE, command};
use std::net::TcpListener;
use std::path::Path;
use std::time::Instant;

const SKILL: &str = include_str!("../../../assets/agents/SKILL.md");

/// The blocks of shell lines, in their order.
fn blocks() -> Vec<&'static str> {
    let parts = SKILL.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().expect("an end")).collect()
}

#[test]
fn the_shell_lines_find_and_fix_a_missing_account_id() {
    let home = tempfile::tempdir().expect("a folder");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let mut script = "set -e\ntrap 'kill $!' EXIT\n".to_owned();
    for block in blocks() {
        script.push_str(block);
        script.push_str("echo; echo ----\n");
    }
    let script = script.replace("127.0.0.1:7357", &port.to_string());
    let binary = Path::new(env!("CARGO_BIN_EXE_segscope"));
    let folder = binary.parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(home.path()).env("HOME", home.path());
    shell.env("PATH", format!("{folder}:{path}"));
    let begun = Instant::now();
    let output = shell.output().expect("sh runs");
    assert!(begun.elapsed() < DEADLINE);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}\n{error}");
    let parts: Vec<&str> = text.split("----\n").collect();
    assert_eq!(parts.len(), blocks().len() + 1, "{text}");
    assert!(parts[2].contains("\"missing\":[\"account_id\"]"), "{}", parts[2]);
    assert!(parts[2].contains("\"fix_snippet\":\""), "{}", parts[2]);
    assert!(parts[3].contains("\"missing\":[]"), "{}", parts[3]);
    assert!(
        parts[4].contains("\"cleared\":1") && parts[4].contains("\"missing\":[]"),
        "{}",
        parts[4]
    );
}

#[test]
fn every_tool_that_the_page_names_is_there_and_every_one_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    super::write_calls(home.path());
    let mut client = super::Client::start(home.path(), &["calls.ndjson"], super::Era::Stateless);
    let listed = client.ask("tools/list", serde_json::json!({}));
    let tools = listed["result"]["tools"].as_array().expect("tools");
    let pages = [SKILL, include_str!("../../../docs/agents.md")];
    for tool in tools {
        let name = tool["name"].as_str().expect("a name");
        assert!(pages[1].contains(&format!("`{name}`")), "{name}");
    }
    for name in ["status", "setup_line", "wait_for_calls", "explain", "get_output", "judge_call"] {
        assert!(pages[0].contains(&format!("`{name}`")), "{name}");
        assert!(tools.iter().any(|tool| tool["name"] == name), "{name}");
    }
}

#[test]
fn the_help_has_a_line_for_the_usual_clients() {
    let home = tempfile::tempdir().expect("a folder");
    let output = command(home.path()).args(["mcp", "--help"]).output().expect("it runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in [
        "claude mcp add segscope -- segscope mcp",
        "codex mcp add segscope -- segscope mcp",
        "gemini mcp add segscope segscope mcp",
        "\"mcpServers\": {\"segscope\": {\"command\": \"segscope\", \"args\": [\"mcp\"]}}",
    ] {
        assert!(help.contains(line), "{line}: {help}");
    }
}
