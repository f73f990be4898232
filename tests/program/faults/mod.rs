//! `kill -9` under load: every acknowledged call is in the recording, and the next start reads all
//! of it. Two rounds here; `SEGSCOPE_FAULT_ROUNDS` asks for more (`tests/faults/run`).

mod changed_recordings;
mod full_disk;
mod kept_parts;
mod memory_bounds;

use crate::common::{Http, Program};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const CLIENTS: usize = 4;

/// Posts singles and batches until the listener is gone; every acknowledged id is kept.
fn client(
    address: &str,
    name: &str,
    acknowledged: &Mutex<HashSet<String>>,
    count: &AtomicU64,
    stop: &AtomicBool,
) {
    let Ok(mut http) = Http::connect(address) else { return };
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let (path, ids) = if n % 3 == 0 {
            ("/v1/batch", (0..20).map(|i| format!("{name}-{n}-{i}")).collect::<Vec<_>>())
        } else {
            ("/v1/track", vec![format!("{name}-{n}")])
        };
        let calls: Vec<String> = ids
            .iter()
            .map(|id| format!(r#"{{"type":"track","event":"E","userId":"u","messageId":"{id}","properties":{{"note":"a\nb"}}}}"#))
            .collect();
        let body = if ids.len() == 1 {
            calls[0].clone()
        } else {
            format!("{{\"batch\":[\n{}\n]}}", calls.join(",\n"))
        };
        match http.post(path, body.as_bytes()) {
            Ok(answer) => {
                assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                count.fetch_add(ids.len() as u64, Ordering::Relaxed);
                acknowledged.lock().expect("no client panicked").extend(ids);
            }
            Err(_) => return,
        }
    }
}

/// The `messageId`s of all whole lines of a recording; a torn last line is none.
fn recorded(text: &str) -> HashSet<String> {
    let whole = &text[..text.rfind('\n').map_or(0, |at| at + 1)];
    let mut ids = HashSet::new();
    for line in whole.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        let body = &line["body"];
        let calls = body["batch"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        ids.extend(calls.iter().map(|call| call["messageId"].as_str().expect("an id").to_owned()));
    }
    ids
}

#[test]
fn killed_under_load_nothing_acknowledged_is_lost() {
    let rounds: u64 =
        std::env::var("SEGSCOPE_FAULT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    for round in 0..rounds {
        let home = tempfile::tempdir().expect("a folder");
        let recording = home.path().join("r.ndjson");
        let file = recording.to_str().expect("a UTF-8 path");
        let args = ["tail", "--listen", "127.0.0.1:0", "--record", file, "--format", "quiet"];
        let mut program = Program::start(home.path(), &args);
        let (acknowledged, count, stop) =
            (Mutex::new(HashSet::new()), AtomicU64::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for n in 0..CLIENTS {
                let (address, acknowledged, count, stop) =
                    (&program.address, &acknowledged, &count, &stop);
                scope.spawn(move || {
                    client(address, &format!("r{round}c{n}"), acknowledged, count, stop)
                });
            }
            // each round dies at another moment
            let enough = 500 + round * 137;
            crate::common::wait_for("enough load", || {
                (count.load(Ordering::Relaxed) >= enough).then_some(())
            });
            program.child.kill().expect("it runs");
            stop.store(true, Ordering::Relaxed);
        });
        program.child.wait().expect("it is dead");
        let acknowledged = acknowledged.into_inner().expect("no client panicked");

        let kept = recorded(&std::fs::read_to_string(&recording).expect("the recording"));
        let lost: Vec<_> = acknowledged.difference(&kept).take(3).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and not recorded: {lost:?}");

        let again = Program::start(home.path(), &args);
        let health = Http::connect(&again.address)
            .and_then(|mut http| http.get("/_segscope/health"))
            .expect("an answer");
        let health: serde_json::Value = serde_json::from_slice(&health.body).expect("JSON");
        assert_eq!(health["calls"], kept.len(), "round {round}: the next start reads all of it");
    }
}
