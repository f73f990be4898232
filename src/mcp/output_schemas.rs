//! The JSON Schemas of the tools' answers.

use serde_json::{Map, Value, json};

fn object(required: &[&str], properties: Value) -> Map<String, Value> {
    let schema = json!({ "type": "object", "required": required, "properties": properties });
    if let Value::Object(schema) = schema { schema } else { Map::new() }
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn objects(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "object" }, "description": description })
}

fn map(description: &str) -> Value {
    json!({ "type": "object", "description": description })
}

/// Returns the schema of a value of this type, or null.
fn nullable(kind: &str, description: &str) -> Value {
    json!({ "anyOf": [{ "type": kind }, { "type": "null" }], "description": description })
}

/// Returns the schema of any value.
fn any(description: &str) -> Value {
    let kinds = ["object", "array", "string", "number", "boolean", "null"];
    let kinds: Vec<Value> = kinds.iter().map(|kind| json!({ "type": kind })).collect();
    json!({ "anyOf": kinds, "description": description })
}

fn cursor() -> Value {
    text("Pass it as `cursor` to continue after this answer.")
}

/// Returns the schema of the answer of `fit::part`, with further members.
fn part(mut more: Value) -> Map<String, Value> {
    more["pointer"] = text("Which part this is.");
    more["value"] = any("The part: captured data.");
    more["too_large_bytes"] = count("The part is too large for an answer; it has this many bytes.");
    more["parts"] = objects("The pointers and sizes of its own parts: ask for these.");
    object(&["pointer"], more)
}

pub(crate) fn status() -> Map<String, Value> {
    object(
        &["source", "calls", "vendors", "cursor"],
        json!({
            "source": text("files, listener, or own listener."),
            "url": text("The base URL to which an SDK sends its calls."),
            "files": json!({ "type": "array", "items": { "type": "string" } }),
            "version": text("The version of segscope that listens."),
            "calls": count("Calls, without repeats."),
            "repeats": count("Calls that arrived again."),
            "requests": count("HTTP requests."),
            "refused": count("Requests that were refused."),
            "missing": count("Calls that lack an id at a vendor that is checked."),
            "discarded": count("Calls that the service discards before any vendor."),
            "vendors": map("The vendors that are checked, with the number of calls of each verdict."),
            "findings": objects("What was found, by code, the most frequent first."),
            "recording": nullable("string", "The recording's file."),
            "problem": nullable("string", "What is wrong with segscope itself."),
            "cursor": text("The newest call: pass it as `cursor` to see only later calls."),
        }),
    )
}

pub(crate) fn calls() -> Map<String, Value> {
    object(
        &["calls", "more", "next_cursor"],
        json!({
            "calls": objects("The calls, the oldest first: captured data."),
            "more": flag("There are calls that were not looked at."),
            "next_cursor": cursor(),
        }),
    )
}

pub(crate) fn call() -> Map<String, Value> {
    part(json!({ "seq": count("The number of the call.") }))
}

pub(crate) fn output() -> Map<String, Value> {
    part(json!({ "seq": count("The number of the call."), "vendor": text("The vendor.") }))
}

pub(crate) fn explain() -> Map<String, Value> {
    object(
        &["seq", "findings", "corrected_call"],
        json!({
            "seq": count("The number of the call."),
            "call": map("The call in short: captured data."),
            "findings": objects("Each with code, severity, vendor, path, message, why and fix."),
            "left_out": count("Findings that had no room; ask for one with `code`."),
            "corrected_call": nullable("object", "The call as it should be sent, with `language` and `code`; null if no change of the call helps."),
        }),
    )
}

pub(crate) fn coverage() -> Map<String, Value> {
    object(
        &["events", "of", "more"],
        json!({
            "events": objects("Each with its type and name, counts of calls and ids, and verdicts by vendor: captured data."),
            "of": count("How many events there are."),
            "more": flag("There are more events."),
            "next_cursor": cursor(),
            "expected": nullable("object", "How the calls stand to the plan of --expect."),
        }),
    )
}

pub(crate) fn check_plan() -> Map<String, Value> {
    object(
        &["met", "violating", "events", "violations"],
        json!({
            "met": flag("All expectations are met and no call violates the plan."),
            "violating": count("How many calls violate the plan."),
            "events": objects("The expectations that are not met, with their standing."),
            "events_left_out": count("How many had no room."),
            "violations": objects("The calls that violate the plan, with their findings."),
            "violations_left_out": count("How many had no room."),
        }),
    )
}

pub(crate) fn compare() -> Map<String, Value> {
    object(
        &["lost", "sides", "differences", "left_out"],
        json!({
            "lost": flag("The later side has lost something, and chance does not explain it."),
            "sides": objects("How many calls and users each side has."),
            "differences": objects("What differs, by event, with `certainty`, `impact`, and an example of each side: captured data."),
            "left_out": count("Differences that had no room."),
        }),
    )
}

pub(crate) fn wait_for_calls() -> Map<String, Value> {
    object(
        &["met", "outcome", "calls", "next_cursor"],
        json!({
            "met": flag("What was waited for is true."),
            "outcome": { "type": "string", "enum": ["arrived", "timeout", "differs", "none", "unexpected"] },
            "calls": objects("The calls: captured data. After `differs`, those that do not match `all`."),
            "others": objects("After `timeout`: the latest calls that do not match `filter`."),
            "more": flag("There are calls that were not looked at."),
            "next_cursor": cursor(),
        }),
    )
}

pub(crate) fn judge_call() -> Map<String, Value> {
    part(json!({}))
}

pub(crate) fn setup_line() -> Map<String, Value> {
    object(
        &["url", "lines"],
        json!({
            "url": text("The base URL of the listener."),
            "lines": objects("Each with `sdk` and `line`; K is the write key, and any will do."),
        }),
    )
}

pub(crate) fn send_call() -> Map<String, Value> {
    object(
        &["status", "response", "cursor"],
        json!({
            "status": count("The HTTP status; 200 means that the call is recorded."),
            "response": any("The listener's response."),
            "cursor": text("The newest call before this one: pass it to find_calls."),
        }),
    )
}

pub(crate) fn reset() -> Map<String, Value> {
    object(&["cleared"], json!({ "cleared": count("How many calls were cleared.") }))
}
