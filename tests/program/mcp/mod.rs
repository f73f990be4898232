//! `segscope mcp`: clients of both eras of the protocol, sources of calls, bad input, and the
//! transcript of an agent that mends a missing id.

mod bad_input;
mod eras;
mod skill;
mod sources;
mod transcript;

use crate::common::{DEADLINE, command};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// The version of the protocol that a client speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Era {
    /// It begins with `initialize`.
    Initialize,
    /// 2026-07-28: each request says who asks, and nothing comes before it.
    Stateless,
}

/// A client that writes lines and reads lines.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    era: Era,
    last: u64,
}

impl Client {
    /// Starts the server, and says hello where the era wants that.
    fn start(home: &Path, args: &[&str], era: Era) -> Client {
        let mut started = command(home);
        started.arg("mcp").args(args);
        Client::spawn(started, era)
    }

    fn spawn(mut command: Command, era: Era) -> Client {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            // the test may have ended
            output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        let input = child.stdin.take();
        let mut client = Client { child, input, lines, era, last: 0 };
        if era == Era::Initialize {
            let hello = json!({
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            });
            let answer = client.ask("initialize", hello);
            assert_eq!(answer["result"]["serverInfo"]["name"], "segscope", "{answer}");
            assert_eq!(answer["result"]["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
            client.write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
        }
        client
    }

    fn write(&mut self, text: &str) {
        let input = self.input.as_mut().expect("open");
        input.write_all(text.as_bytes()).expect("it reads");
        input.flush().expect("it reads");
    }

    fn read(&self) -> Value {
        let line = self.lines.recv_timeout(DEADLINE).expect("an answer");
        serde_json::from_str(&line).expect("JSON")
    }

    fn ask(&mut self, method: &str, mut params: Value) -> Value {
        self.last += 1;
        if self.era == Era::Stateless {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let request =
            json!({ "jsonrpc": "2.0", "id": self.last, "method": method, "params": params });
        self.write(&format!("{request}\n"));
        let answer = self.read();
        assert_eq!(answer["id"], self.last, "{answer}");
        answer
    }

    /// Calls a tool that succeeds.
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, arguments);
        assert_ne!(result["isError"], true, "{tool}: {result}");
        let structured = result["structuredContent"].clone();
        let text = result["content"][0]["text"].as_str().expect("text");
        assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), structured);
        structured
    }

    /// Calls a tool that fails, and returns its message.
    fn error(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{tool}: {result}");
        result["content"][0]["text"].as_str().expect("text").to_owned()
    }

    fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert!(answer.get("result").is_some(), "{tool}: {answer}");
        answer["result"].clone()
    }

    /// Ends standard input, and returns the exit code.
    fn end(&mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes two calls, of which the second lacks its account id.
fn write_calls(home: &Path) {
    let call = |event: &str, properties: &str| {
        format!(
            "{{\"type\":\"track\",\"event\":\"{event}\",\"userId\":\"u1\",\"receivedAt\":\"2026-11-20T10:00:00Z\",\"properties\":{properties}}}\n"
        )
    };
    let calls = call("Good", r#"{"account_id":"a1","user_id":"u1"}"#)
        + &call("Bad", r#"{"accountId":"a1","user_id":"u1"}"#);
    std::fs::write(home.join("calls.ndjson"), calls).expect("written");
}
