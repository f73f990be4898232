//! `segscope demo`: runs the inspector on built-in traffic.

use super::args::InspectArgs;
use super::failure::Failure;
use super::key_input::KeyInput;
use super::listen::draw;
use super::listener;
use super::setup;
use crate::call::time;
use crate::engine::Engine;
use crate::inspector;
use crate::wire::RequestHead;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Requests as real libraries and a vendor's pushes send them, one per line: the time to wait, the path,
/// the headers and the body, or a mark that the last request is sent again.
const TRAFFIC: &str = include_str!("../../assets/demo/traffic.ndjson");

/// Draws the inspector, listens on a free port, keeps no recording, and feeds the built-in traffic.
pub fn run(args: &InspectArgs) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, args.screen.flags())?;
    let setup = args.expect.apply(setup)?;
    let (recording, _) = setup.recording(false)?;
    let engine = setup.engine(recording)?;
    let alerting = inspector::watch_alerts(&setup, &engine).map_err(Failure::blocked)?;
    let listener = listener::start(&setup, &engine, true)?;
    let ended = Arc::new(AtomicBool::new(false));
    let feeder = {
        let (engine, ended, here) = (Arc::clone(&engine), Arc::clone(&ended), listener.url());
        std::thread::spawn(move || feed(&engine, &ended, &here))
    };
    let done = draw(setup, &args.screen, &engine, Some(listener), alerting, KeyInput::Stdin);
    ended.store(true, Ordering::Relaxed);
    feeder.thread().unpark();
    feeder.join().map_err(|_| Failure::blocked("the demo's feeder panicked"))?;
    done
}

/// A request of the demo.
#[derive(Default)]
struct DemoRequest {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl DemoRequest {
    /// Creates the n-th request of the traffic. `sync` is the id of the current push of objects.
    fn from_template(request: &Value, nth: usize, sync: &str) -> DemoRequest {
        let headers = request["headers"].as_object().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        DemoRequest {
            path: request["path"].as_str().unwrap_or("/v1/track").replace("$SYNC", sync),
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            body: match request["text"].as_str() {
                Some(text) => text.to_owned(),
                None => fill(&request["body"].to_string(), nth, time::now()),
            },
        }
    }
}

fn feed(engine: &Engine, ended: &AtomicBool, here: &str) {
    let requests: Vec<Value> = TRAFFIC
        .lines()
        .map(|line| serde_json::from_str(line).expect("the demo's traffic is JSON"))
        .collect();
    let (mut sent, mut sync) = (DemoRequest::default(), String::new());
    for (nth, request) in requests.iter().cycle().enumerate() {
        std::thread::park_timeout(Duration::from_millis(
            request["wait_ms"].as_u64().unwrap_or(500),
        ));
        if ended.load(Ordering::Relaxed) {
            return;
        }
        // a library that got no response sends the same request again
        if request["again"] != true {
            sent = DemoRequest::from_template(request, nth, &sync);
        }
        let head = RequestHead {
            method: "POST",
            path: &sent.path,
            query: "",
            headers: &sent.headers,
            received_at: time::now(),
            is_tls: false,
        };
        let reply = engine.take(&head, sent.body.as_bytes(), here);
        let answer: Option<Value> = serde_json::from_slice(&reply.body).ok();
        if let Some(id) = answer.as_ref().and_then(|answer| answer["sync_id"].as_str()) {
            sync = id.to_owned();
        }
    }
}

/// Replaces `$NOW` with the current time and each `$ID` with a unique id.
fn fill(body: &str, nth: usize, now: time::Millis) -> String {
    let mut out = String::with_capacity(body.len() + 64);
    for (at, part) in body.split("$ID").enumerate() {
        if at > 0 {
            out.push_str(&format!("demo-{nth}-{at}"));
        }
        out.push_str(part);
    }
    out.replace("$NOW", &time::format(now))
}
