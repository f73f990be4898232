//! Where the mirror goes on after a restart.

use super::fixture::{Given, Mirroring, QUICK};
use crate::common::{Http, Program};
use crate::rollout::forward::fixture::{FakeUpstream, answer};
use crate::server::client::until;
use crate::terminal::Terminal;
use segscope::engine::{MirrorCounts, RetryLimits};
use segscope::recording::KeepLimit;
use std::net::SocketAddr;
use std::path::Path;

fn gone() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("bound")
}

pub fn stop(mirroring: Mirroring) {
    mirroring.listener.stop();
}

/// Returns the number of requests that were deleted before they were sent.
fn gone_from_disk(counts: &MirrorCounts) -> u64 {
    let reason = "its part of the recording was deleted before it was sent (keep)";
    counts.given_up_because.get(reason).copied().unwrap_or(0)
}

/// The `messageId` of each request that an upstream got, in order of the ids.
fn received(upstream: &FakeUpstream) -> Vec<String> {
    let id = |body: &[u8]| {
        let call: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        call["messageId"].as_str().expect("an id").to_owned()
    };
    let mut ids: Vec<String> = upstream.rest().iter().map(|request| id(&request.body)).collect();
    ids.sort();
    ids
}

fn resume_point(folder: &Path, name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join(name)).expect("a resume point");
    serde_json::from_str(&text).expect("JSON")
}

/// Puts another upstream into a resume point.
fn set_upstream(folder: &Path, name: &str, upstream: SocketAddr) {
    let mut point = resume_point(folder, name);
    point["url"] = format!("http://{upstream}").into();
    std::fs::write(folder.join(name), point.to_string()).expect("written");
}

#[test]
fn sends_the_rest_after_a_restart_and_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::good();
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m1");
    mirroring.wait_until_done();
    stop(mirroring);
    assert_eq!(received(&upstream), ["m1"]);

    let none = gone();
    set_upstream(folder.path(), "r.ndjson.mirror", none);
    let mirroring = Given::to(none, folder.path()).start();
    mirroring.track("m2");
    mirroring.track("m3");
    until("the mirror has tried", || mirroring.engine.stats().problem.is_some());
    stop(mirroring);

    set_upstream(folder.path(), "r.ndjson.mirror", upstream.addr);
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m4");
    let counts = mirroring.wait_until_done();
    assert_eq!((counts.sent, counts.given_up), (3, 0));
    stop(mirroring);
    assert_eq!(received(&upstream), ["m2", "m3", "m4"]);
    assert_eq!(resume_point(folder.path(), "r.ndjson.mirror")["request"], 4);
}

#[test]
fn what_was_recorded_before_is_not_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::good();
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m1");
    mirroring.wait_until_done();
    stop(mirroring);
    received(&upstream);
    std::fs::remove_file(folder.path().join("r.ndjson.mirror")).expect("it is there");
    let mirroring = Given::to(upstream.addr, folder.path()).start();
    mirroring.track("m2");
    mirroring.wait_until_done();
    assert_eq!(received(&upstream), ["m2"]);
}

#[test]
fn the_oldest_that_is_not_accepted_is_sent_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeUpstream::start(|_, request| {
        match String::from_utf8_lossy(&request.body).contains("m1") {
            true => answer("503 Service Unavailable", ""),
            false => answer("200 OK", "{}"),
        }
    });
    let retries = RetryLimits { max_attempts: u32::MAX, ..QUICK };
    let mirroring = Given { retries, ..Given::to(upstream.addr, folder.path()) }.start();
    for id in ["m1", "m2", "m3"] {
        mirroring.track(id);
    }
    until("the others are sent", || mirroring.counts().sent == 2);
    stop(mirroring);
    let other = FakeUpstream::good();
    set_upstream(folder.path(), "r.ndjson.mirror", other.addr);
    let mirroring = Given::to(other.addr, folder.path()).start();
    mirroring.wait_until_done();
    // at least once: what was accepted behind it is sent again
    assert_eq!(received(&other), ["m1", "m2", "m3"]);
}

#[test]
fn goes_on_in_the_part_where_it_ended_and_counts_what_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = Some(KeepLimit::Bytes(4000));
    let none = gone();
    let mirroring = Given { keep, ..Given::to(none, folder.path()) }.start();
    let part = |number: u32| folder.path().join(format!("r.{number:04}.ndjson"));
    let mut count = 0;
    // the first parts are deleted before anything is sent
    until("two parts are deleted", || {
        count += 1;
        mirroring.track(&format!("m{count:04}"));
        mirroring.engine.settle();
        part(9).exists() && !part(2).exists()
    });
    stop(mirroring);
    let upstream = FakeUpstream::good();
    set_upstream(folder.path(), "r.mirror", upstream.addr);
    // the mirror may have come to the deleted parts before or after they were deleted
    let done = resume_point(folder.path(), "r.mirror")["request"].as_u64().expect("a number");
    let mirroring = Given { keep, ..Given::to(upstream.addr, folder.path()) }.start();
    let counts = mirroring.wait_until_done();
    let gone = gone_from_disk(&counts);
    assert!(done + gone > 0 && counts.sent > 0);
    assert_eq!(done + gone + counts.sent, count, "each is counted once: {counts:?}");
    // the list has those that are counted; what was given up before the restart is in the file only
    let numbers: Vec<u64> = (done + 1..=done + gone).collect();
    assert_eq!(counts.given_up_requests, numbers);
    stop(mirroring);
    let point = resume_point(folder.path(), "r.mirror");
    let written = point["given_up"].as_array().expect("an array").iter();
    let written: Vec<Option<u64>> = written.map(|it| it["request"].as_u64()).collect();
    assert_eq!(written, (1..=done + gone).map(Some).collect::<Vec<_>>());
    let ids = received(&upstream);
    assert_eq!(ids.first(), Some(&format!("m{:04}", done + gone + 1)));
    assert_eq!(ids.last(), Some(&format!("m{count:04}")));

    let mirroring = Given { keep, ..Given::to(upstream.addr, folder.path()) }.start();
    mirroring.track("later");
    assert_eq!(mirroring.wait_until_done().given_up, 0);
    assert_eq!(received(&upstream), ["later"]);
}

#[test]
fn refuses_a_resume_point_that_it_cannot_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = gone();
    let mirroring = Given::to(none, folder.path()).start();
    mirroring.track("m1");
    stop(mirroring);
    let upstream = FakeUpstream::good();
    let error = |upstream| {
        let started = Given::to(upstream, folder.path()).try_start();
        started.err().expect("it does not start").to_string()
    };
    let said = error(upstream.addr);
    assert!(said.contains(&format!("are not sent to http://{none} yet")), "{said}");
    let file = folder.path().join("r.ndjson.mirror");
    for (offset, part) in [(1, 0), (1_000_000, 0), (0, 3)] {
        let point = format!(
            r#"{{"v":1,"url":"http://{}","part":{part},"offset":{offset},"request":0,"at":""}}"#,
            upstream.addr
        );
        std::fs::write(&file, point).expect("written");
        let said = error(upstream.addr);
        assert!(said.contains("names a place that the recording does not have"), "{said}");
    }
    std::fs::write(&file, "{").expect("written");
    assert!(error(upstream.addr).contains("cannot be read"));
}

#[test]
fn names_the_recording_of_which_not_all_is_sent_and_the_command_that_sends_the_rest() {
    let home = tempfile::tempdir().expect("a folder");
    let (none, upstream) = (gone(), FakeUpstream::good());
    let to = |upstream: SocketAddr| format!("http://{upstream}");
    let listen = ["tail", "--listen", "127.0.0.1:0", "--mirror"];
    let first = Program::start(home.path(), &[&listen[..], &[&to(none)]].concat());
    let mut client = Http::connect(&first.address).expect("it listens");
    let call = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;
    assert_eq!(client.post("/v1/track", call).expect("an answer").status, 200);
    // it is killed
    drop(first);
    let recordings = home.path().join(".local/state/segscope/recordings");
    let files = std::fs::read_dir(&recordings).expect("the folder");
    let mut names =
        files.map(|file| file.expect("a file").file_name().into_string().expect("text"));
    let point = names.find(|name| name.ends_with(".mirror")).expect("a resume point");
    set_upstream(&recordings, &point, upstream.addr);

    let mut next = Program::start(home.path(), &[&listen[..], &[&to(none)]].concat());
    let part = recordings.join(point.replace(".mirror", ".0001.ndjson"));
    let (part, url) = (part.display().to_string(), to(upstream.addr));
    let want = format!("segscope --record '{part}' --keep 10GB --mirror {url}");
    assert!(next.said.contains(&want), "{}", next.said);
    assert_eq!(next.end(), Some(0));
    let empty = recordings.read_dir().expect("the folder").count();
    assert_eq!(empty, 2, "what recorded nothing leaves nothing");
    let rest = ["--record", &part, "--keep", "10GB"];
    let _rest = Program::start(home.path(), &[&listen[..], &[&url], &rest].concat());
    assert_eq!(upstream.next().body, call);
}

#[test]
fn after_quitting_a_line_says_what_is_not_sent_yet() {
    let url = format!("http://{}", gone());
    let (mut terminal, mut http) = Terminal::listening(200, 30, &["--mirror", &url]);
    let call = br#"{"type":"track","event":"A","userId":"u"}"#;
    assert_eq!(http.post("/v1/track", call).expect("an answer").status, 200);
    terminal.sees("1 call ");
    terminal.sees("it is tried again");
    assert_eq!(terminal.quit(), 0);
    terminal.sees("mirror: sent 0, sent again 0, given up 0, not mirrored 0, not sent yet ");
}
