//! A recording that something else removes, cuts or writes to while it is written: the SDK gets the
//! right answer, the user is told, and recording goes on.

use crate::common::{Http, Program};
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

fn start(home: &Path, recording: &Path) -> Program {
    let file = recording.to_str().expect("UTF-8");
    let args = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record", file];
    Program::start(home, &args)
}

fn post(http: &mut Http, id: &str) -> u16 {
    let body = format!(r#"{{"type":"track","event":"{id}","userId":"u","messageId":"{id}"}}"#);
    http.post("/v1/track", body.as_bytes()).expect("an answer").status
}

fn health(http: &mut Http) -> Value {
    let answer = http.get("/_segscope/health").expect("an answer");
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn names(http: &mut Http, after: u64) -> Vec<String> {
    let answer = http.get(&format!("/_segscope/calls?after={after}")).expect("an answer");
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let calls = body["calls"].as_array().expect("calls").clone();
    calls.iter().map(|call| call["name"].as_str().expect("a name").to_owned()).collect()
}

fn recorded(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("the recording");
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| Some(line["body"]["messageId"].as_str()?.to_owned())).collect()
}

#[test]
fn a_folder_that_is_removed_is_made_again() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("kept");
    std::fs::create_dir(&folder).expect("made");
    let recording = folder.join("r.ndjson");
    let program = start(home.path(), &recording);
    let mut http = Http::connect(&program.address).expect("it listens");
    assert_eq!(post(&mut http, "a"), 200);
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(post(&mut http, "b"), 200);
    assert_eq!(recorded(&recording), ["b"], "what is acknowledged is in a file");
    assert_eq!(names(&mut http, 0), ["a", "b"], "what came before is still shown");
    let problem = health(&mut http)["problem"].to_string();
    assert!(problem.contains("was removed while it was written"), "{problem}");

    // where it cannot be made again nothing is acknowledged, until it can
    std::fs::remove_dir_all(&folder).expect("removed");
    std::fs::write(&folder, "in the way").expect("written");
    assert_eq!(post(&mut http, "c"), 503);
    let problem = health(&mut http)["problem"].to_string();
    assert!(problem.contains("the recording cannot be written"), "{problem}");
    std::fs::remove_file(&folder).expect("removed");
    assert_eq!(post(&mut http, "c"), 200);
    assert_eq!(recorded(&recording), ["c"]);
    assert_eq!(names(&mut http, 0), ["a", "b", "c"]);
}

#[test]
fn a_file_that_is_cut_or_written_to_goes_on_behind_that() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let program = start(home.path(), &recording);
    let mut http = Http::connect(&program.address).expect("it listens");
    assert_eq!((post(&mut http, "a"), post(&mut http, "b")), (200, 200));
    let file = OpenOptions::new().write(true).open(&recording).expect("there");
    file.set_len(100).expect("cut");
    assert_eq!((post(&mut http, "c"), post(&mut http, "d")), (200, 200));
    assert_eq!(recorded(&recording), ["c", "d"], "on a line of their own");
    assert_eq!(names(&mut http, 2), ["c", "d"]);
    let problem = health(&mut http)["problem"].to_string();
    assert!(problem.contains("was cut to 100 bytes"), "{problem}");

    let mut file = OpenOptions::new().append(true).open(&recording).expect("there");
    file.write_all(b"a stranger's line").expect("written");
    assert_eq!(post(&mut http, "e"), 200);
    assert_eq!(recorded(&recording), ["c", "d", "e"]);
    assert_eq!(names(&mut http, 2), ["c", "d", "e"]);
    let problem = health(&mut http)["problem"].to_string();
    assert!(problem.contains("was changed by another program"), "{problem}");
    assert_eq!(health(&mut http)["calls"], 5);
}

#[test]
fn a_file_that_is_replaced_or_moved_away_loses_nothing_that_is_acknowledged() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let program = start(home.path(), &recording);
    let mut http = Http::connect(&program.address).expect("it listens");
    assert_eq!(post(&mut http, "a"), 200);
    let line = std::fs::read_to_string(&recording).expect("the recording");

    // another recording takes its name: what comes now is appended to that one
    let other = home.path().join("other.ndjson");
    std::fs::write(&other, line.replace("\"a\"", "\"x\"")).expect("written");
    std::fs::rename(&other, &recording).expect("replaced");
    assert_eq!(post(&mut http, "b"), 200);
    assert_eq!(recorded(&recording), ["x", "b"]);
    assert_eq!(names(&mut http, 0), ["a", "b"], "what came before is still shown");
    let problem = health(&mut http)["problem"].to_string();
    assert!(problem.contains("was removed while it was written"), "{problem}");

    // no recording at all: nothing is acknowledged, and the file stays as it is
    std::fs::write(&other, "Dear all").expect("written");
    std::fs::rename(&other, &recording).expect("replaced");
    assert_eq!(post(&mut http, "c"), 503);
    assert_eq!(std::fs::read_to_string(&recording).expect("there"), "Dear all");
    let problem = health(&mut http)["problem"].to_string();
    assert!(problem.contains("is not a segscope recording"), "{problem}");
    std::fs::remove_file(&recording).expect("removed");
    assert_eq!(post(&mut http, "c"), 200);
    assert_eq!(recorded(&recording), ["c"]);

    // a file that is moved away is written where it is
    let moved = home.path().join("moved.ndjson");
    std::fs::rename(&recording, &moved).expect("moved");
    assert_eq!(post(&mut http, "d"), 200);
    assert_eq!(recorded(&moved), ["c", "d"]);
    assert_eq!(names(&mut http, 0), ["a", "b", "c", "d"]);
}
