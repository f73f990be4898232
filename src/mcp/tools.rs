//! The tools: the questions that each asks, and the form of its answer.

use crate::config::{MAX_TEXT_FILE_BYTES, read_text_file};
use crate::mcp::arguments::{
    CheckPlan, CompareCalls, Explain, FindCalls, GetCall, GetCoverage, GetOutput, GetSetupLine,
    JudgeCall, Reset, SendCall, WaitForCalls,
};
use crate::mcp::fit::{self, MAX_ANSWER_BYTES, MAX_RECORDS};
use crate::mcp::records;
use crate::mcp::source::{QuestionTarget, SourceAnswer, SourceQuestion};
use crate::wire::intended_route::setup_lines;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Duration;

/// The maximum time that a tool waits for calls.
const MAX_WAIT_MS: u64 = 60_000;
/// The time that a tool waits for calls if the agent names none.
const DEFAULT_WAIT_MS: u64 = 10_000;
const DEFAULT_QUIET_MS: u64 = 1_000;
/// The members of a finding that explain it.
const FINDING_MEMBERS: [&str; 7] = ["code", "severity", "vendor", "path", "message", "why", "fix"];

/// The answer of a tool, or a message that tells the agent what to change.
pub(crate) type ToolAnswer = Result<Value, String>;

/// Returns the body of a successful answer, or the message of another one.
fn success((status, body): SourceAnswer) -> ToolAnswer {
    match status {
        200 => Ok(body),
        _ => Err(message(&body).unwrap_or_else(|| format!("the listener answered {status}"))),
    }
}

fn message(body: &Value) -> Option<String> {
    body["message"].as_str().map(str::to_owned)
}

/// Reads the cursor of an earlier answer.
fn cursor(text: Option<&str>) -> Result<Option<u64>, String> {
    let wrong = "`cursor` is the cursor of an earlier answer, such as \"42\"";
    text.map(|text| text.parse().map_err(|_| wrong.to_owned())).transpose()
}

/// Reads a number between bounds.
fn bounded(
    name: &str,
    number: Option<u64>,
    (least, most): (u64, u64),
) -> Result<Option<u64>, String> {
    match number {
        Some(number) if number < least || number > most => {
            Err(format!("`{name}` is a number from {least} to {most}"))
        }
        number => Ok(number),
    }
}

pub(crate) async fn status(source: &QuestionTarget) -> ToolAnswer {
    let summary = success(source.ask(SourceQuestion::new("summary")).await?)?;
    let mut out = source.described();
    if let QuestionTarget::Listener(_) = source {
        let health = success(source.ask(SourceQuestion::new("health")).await?)?;
        out.insert("version".to_owned(), health["version"].clone());
    }
    for name in [
        "calls",
        "repeats",
        "requests",
        "refused",
        "missing",
        "discarded",
        "recording",
        "problem",
        "vendors",
    ] {
        out.insert(name.to_owned(), summary[name].clone());
    }
    let mut findings = summary["findings"].as_array().cloned().unwrap_or_default();
    fit::keep_first(&mut findings);
    out.insert("findings".to_owned(), findings.into());
    out.insert(
        "cursor".to_owned(),
        summary["last"].as_u64().unwrap_or_default().to_string().into(),
    );
    Ok(Value::Object(out))
}

pub(crate) async fn find_calls(source: &QuestionTarget, arguments: FindCalls) -> ToolAnswer {
    let FindCalls { filter, cursor: from, limit, fields } = arguments;
    let most = MAX_RECORDS as u64;
    let limit = bounded("limit", limit, (1, most))?.unwrap_or(most);
    let wrong = |field: &&String| !field.is_empty() && !field.starts_with('/');
    if fields.iter().flatten().any(|field| wrong(&field)) {
        return Err("`fields` are JSON pointers such as /call/properties".to_owned());
    }
    let question = SourceQuestion::new("calls")
        .with("filter", filter)
        .with("after", cursor(from.as_deref())?)
        .with("limit", Some(limit));
    let page = success(source.ask(question).await?)?;
    Ok(Value::Object(records::list(&page, fields.as_deref())))
}

/// Returns the call record of a call.
async fn record(source: &QuestionTarget, seq: u64) -> ToolAnswer {
    let none = || format!("there is no call {seq}");
    let before = seq.checked_sub(1).ok_or_else(none)?;
    let question = SourceQuestion::new("calls").with("after", Some(before)).with("limit", Some(1));
    let mut page = success(source.ask(question).await?)?;
    let calls = page.get_mut("calls").and_then(Value::as_array_mut);
    let record = calls.and_then(|calls| calls.pop()).filter(|record| record["seq"] == seq);
    record.ok_or_else(none)
}

pub(crate) async fn get_call(source: &QuestionTarget, arguments: GetCall) -> ToolAnswer {
    let record = record(source, arguments.seq).await?;
    let mut part = fit::part(&record, arguments.pointer.as_deref())?;
    part["seq"] = arguments.seq.into();
    Ok(part)
}

pub(crate) async fn get_output(source: &QuestionTarget, arguments: GetOutput) -> ToolAnswer {
    let GetOutput { seq, vendor, pointer } = arguments;
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !vendor.bytes().all(is_name) {
        return Err("`vendor` is the name of a vendor; `status` lists them".to_owned());
    }
    let rest = format!("{seq}/{vendor}");
    let question = SourceQuestion { rest, ..SourceQuestion::new("outputs") };
    let output = success(source.ask(question).await?)?;
    let mut part = fit::part(&output, pointer.as_deref())?;
    part["seq"] = seq.into();
    part["vendor"] = vendor.into();
    Ok(part)
}

pub(crate) async fn explain(source: &QuestionTarget, arguments: Explain) -> ToolAnswer {
    let Explain { seq, code } = arguments;
    let record = record(source, seq).await?;
    let all = record["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_wanted = |finding: &&Value| code.as_ref().is_none_or(|code| finding["code"] == **code);
    let short = |finding: &Value| -> Value {
        let member = |name: &&str| ((*name).to_owned(), finding[*name].clone());
        Value::Object(FINDING_MEMBERS.iter().map(member).collect())
    };
    let mut findings: Vec<Value> = all.iter().filter(is_wanted).map(short).collect();
    if findings.is_empty() && code.is_some() {
        return Err(format!("call {seq} has no finding with this code; leave `code` out"));
    }
    let mut corrected = match (&record["fix_language"], &record["fix_snippet"]) {
        (Value::String(language), Value::String(code)) => {
            json!({ "language": language, "code": code })
        }
        _ => Value::Null,
    };
    let max_bytes = MAX_ANSWER_BYTES / 2;
    if fit::bytes_of(&corrected) > max_bytes {
        corrected = json!({ "too_large_bytes": fit::bytes_of(&corrected) });
    }
    let left_out = fit::keep_first_in(&mut findings, max_bytes - 2048);
    Ok(json!({
        "seq": seq, "call": records::summary(&record), "findings": findings, "left_out": left_out,
        "corrected_call": corrected,
    }))
}

pub(crate) async fn coverage(source: &QuestionTarget, arguments: GetCoverage) -> ToolAnswer {
    let from = cursor(arguments.cursor.as_deref())?.unwrap_or_default() as usize;
    let summary = success(source.ask(SourceQuestion::new("summary")).await?)?;
    let events = summary["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let short = |event: &Value| {
        let mut event = event.clone();
        if let Some(members) = event.as_object_mut() {
            members.remove("trend");
        }
        event
    };
    let mut list: Vec<Value> = events.iter().skip(from).map(short).collect();
    let of = summary["events_of"].as_u64().unwrap_or_default();
    let expected = &summary["expected"];
    let left_out = fit::keep_first(&mut list);
    let next = from + list.len();
    let mut out = json!({ "events": list, "of": of, "more": left_out > 0 });
    if expected["of"].is_u64() {
        out["expected"] = json!({ "met": expected["met"], "of": expected["of"] });
    }
    if left_out > 0 {
        out["next_cursor"] = next.to_string().into();
    }
    Ok(out)
}

pub(crate) async fn check_plan(source: &QuestionTarget, arguments: CheckPlan) -> ToolAnswer {
    let CheckPlan { plan, file, filter, cursor: from } = arguments;
    let plan = match (plan, file) {
        (Some(plan), None) => plan,
        (None, Some(file)) => {
            let text = read_text_file(Path::new(&file), MAX_TEXT_FILE_BYTES);
            text.map_err(|error| format!("`file`: the plan {error}"))?
        }
        _ => return Err("give either `plan`, its text, or `file`".to_owned()),
    };
    let question =
        SourceQuestion { body: Some(plan), ..SourceQuestion::new("check") }.with("filter", filter);
    let checked = source.ask(question.with("after", cursor(from.as_deref())?)).await?;
    let verdict = success(checked)?;
    let events = verdict["expected"]["events"].as_array().into_iter().flatten();
    let is_unmet = |event: &&Value| event["standing"] != "met" && event["standing"] != "optional";
    let mut events: Vec<Value> = events.filter(is_unmet).cloned().collect();
    let mut violations = verdict["violations"].as_array().cloned().unwrap_or_default();
    let max_bytes = MAX_ANSWER_BYTES / 2 - 2048;
    let events_left_out = fit::keep_first_in(&mut events, max_bytes);
    let violations_left_out = fit::keep_first_in(&mut violations, max_bytes);
    Ok(json!({
        "met": verdict["met"], "violating": verdict["violating"],
        "events": events, "events_left_out": events_left_out,
        "violations": violations, "violations_left_out": violations_left_out,
    }))
}

pub(crate) async fn compare(source: &QuestionTarget, arguments: CompareCalls) -> ToolAnswer {
    let CompareCalls { before, after } = arguments;
    let question =
        SourceQuestion::new("compare").with("before", Some(before)).with("after", Some(after));
    let compared = success(source.ask(question).await?)?;
    let lines = compared["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_kind = |kind: &str| -> Vec<Value> {
        lines.iter().filter(|line| line["kind"] == kind).cloned().collect()
    };
    let mut differences = of_kind("difference");
    // the filters in these lines may be as long as the agent's own
    let mut sides = of_kind("side");
    fit::keep_first_in(&mut sides, MAX_ANSWER_BYTES / 4);
    let left_out = fit::keep_first_in(&mut differences, MAX_ANSWER_BYTES / 2);
    let lost = of_kind("comparison").first().is_some_and(|line| line["lost"] == true);
    Ok(json!({ "lost": lost, "sides": sides, "differences": differences, "left_out": left_out }))
}

pub(crate) async fn wait_for_calls(source: &QuestionTarget, arguments: WaitForCalls) -> ToolAnswer {
    let WaitForCalls { filter, cursor: from, count, all, none, timeout_ms, quiet_ms } = arguments;
    let question =
        SourceQuestion::new("wait").with("filter", filter).with("after", cursor(from.as_deref())?);
    let (question, waits_ms) = match none {
        true => {
            if count.is_some() || all.is_some() || timeout_ms.is_some() {
                return Err("`none` takes `filter`, `cursor` and `quiet_ms` only".to_owned());
            }
            let quiet =
                bounded("quiet_ms", quiet_ms, (1, MAX_WAIT_MS))?.unwrap_or(DEFAULT_QUIET_MS);
            (question.with("none", Some(1)).with("quiet_ms", Some(quiet)), quiet)
        }
        false => {
            if quiet_ms.is_some() {
                return Err("`quiet_ms` needs `none`".to_owned());
            }
            let count = bounded("count", count, (1, MAX_RECORDS as u64))?;
            let timeout =
                bounded("timeout_ms", timeout_ms, (1, MAX_WAIT_MS))?.unwrap_or(DEFAULT_WAIT_MS);
            let question = question.with("count", count).with("all", all);
            (question.with("timeout_ms", Some(timeout)), timeout)
        }
    };
    let waits = Duration::from_millis(waits_ms);
    let (status, page) = source.ask(SourceQuestion { waits, ..question }).await?;
    let (met, outcome) = match (status, none) {
        (200, false) => (true, "arrived"),
        (200, true) => (true, "none"),
        (409, true) => (false, "unexpected"),
        (409, false) => (false, "differs"),
        (504, _) => (false, "timeout"),
        _ => return success((status, page)),
    };
    let mut out = records::list(&page, None);
    if let Some(others) = page.get("others") {
        let mut others = others.as_array().cloned().unwrap_or_default();
        let taken = fit::bytes_of(&json!(out));
        fit::keep_first_in(&mut others, (MAX_ANSWER_BYTES - 1024).saturating_sub(taken));
        out.insert("others".to_owned(), others.into());
    }
    let head = [("met".to_owned(), met.into()), ("outcome".to_owned(), outcome.into())];
    Ok(Value::Object(Map::from_iter(head.into_iter().chain(out))))
}

pub(crate) async fn judge_call(source: &QuestionTarget, arguments: JudgeCall) -> ToolAnswer {
    let JudgeCall { call, pointer } = arguments;
    let body = Some(Value::Object(call).to_string());
    let judged = source.ask(SourceQuestion { body, ..SourceQuestion::new("judge") }).await?;
    fit::part(&success(judged)?, pointer.as_deref())
}

pub(crate) fn setup_line(source: &QuestionTarget, arguments: &GetSetupLine) -> ToolAnswer {
    let url = source.url().ok_or("files are read: there is no listener to send to")?;
    let wanted = arguments.sdk.as_deref().unwrap_or_default().trim().to_lowercase();
    let is_wanted = |name: &str| name.to_lowercase().contains(&wanted);
    let lines = setup_lines(&url);
    let found: Vec<Value> = lines
        .iter()
        .filter(|line| is_wanted(&line.sdk))
        .map(|line| json!({ "sdk": line.sdk, "line": line.line }))
        .collect();
    if found.is_empty() {
        let names: Vec<&str> = lines.iter().map(|line| line.sdk.as_str()).collect();
        return Err(format!("no such SDK is known; the SDKs are {}", names.join(", ")));
    }
    Ok(json!({ "url": url, "lines": found }))
}

pub(crate) async fn send_call(source: &QuestionTarget, arguments: SendCall) -> ToolAnswer {
    let SendCall { call, write_key } = arguments;
    let before = success(source.ask(SourceQuestion::new("summary")).await?)?;
    let call = Value::Object(call).to_string();
    let (status, response) = source.send(&call, write_key.as_deref().unwrap_or("K")).await?;
    let cursor = before["last"].as_u64().unwrap_or_default().to_string();
    Ok(json!({ "status": status, "response": response, "cursor": cursor }))
}

pub(crate) async fn reset(source: &QuestionTarget, arguments: Reset) -> ToolAnswer {
    let Reset { filter, test, all } = arguments;
    if [filter.is_some(), test.is_some(), all].iter().filter(|given| **given).count() != 1 {
        return Err("give one of `filter`, `test`, and `all`: true".to_owned());
    }
    if source.url().is_none() {
        return Err("files are read: their calls cannot be cleared".to_owned());
    }
    let question = SourceQuestion::new("reset").with("filter", filter).with("test", test);
    let cleared = success(source.ask(question).await?)?;
    Ok(json!({ "cleared": cleared["cleared"] }))
}
