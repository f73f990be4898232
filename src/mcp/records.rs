//! Summaries of call records, and lists of records with a cursor.

use crate::mcp::fit;
use serde_json::{Map, Value, json};

/// Returns the members of a call record that an agent needs first.
pub(crate) fn summary(record: &Value) -> Value {
    let mut out = Map::new();
    for name in
        ["seq", "received_at", "type", "name", "account_id", "user_id", "missing", "library"]
    {
        out.insert(name.to_owned(), record[name].clone());
    }
    if record["repeat"] == true {
        out.insert("repeat".to_owned(), true.into());
    }
    let findings = record["findings"].as_array().into_iter().flatten();
    let findings = findings.filter(|finding| finding["severity"] != "info");
    let codes: Vec<&Value> = findings.map(|finding| &finding["code"]).collect();
    out.insert("findings".to_owned(), json!(codes));
    let vendors = record["vendors"].as_object().into_iter().flatten();
    let verdicts = vendors.map(|(name, outcome)| (name.clone(), outcome["verdict"].clone()));
    out.insert("verdicts".to_owned(), Value::Object(verdicts.collect()));
    Value::Object(out)
}

/// Returns the values of a call record at these JSON pointers. A pointer to nothing gives null.
fn values(record: &Value, fields: &[String]) -> Value {
    let value =
        |pointer: &String| (pointer.clone(), record.pointer(pointer).cloned().unwrap_or_default());
    let values: Map<String, Value> = fields.iter().map(value).collect();
    json!({ "seq": record["seq"], "fields": values })
}

/// Makes a list of the call records of a page, as many as fit, with the cursor after the last one.
pub(crate) fn list(page: &Value, fields: Option<&[String]>) -> Map<String, Value> {
    let records = page["calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    let short = |record: &Value| match fields {
        Some(fields) => values(record, fields),
        None => summary(record),
    };
    let mut calls: Vec<Value> = records.iter().map(short).collect();
    let left_out = fit::keep_first(&mut calls);
    let last = match (left_out, calls.last()) {
        (1.., Some(last)) => last["seq"].as_u64(),
        _ => page["last"].as_u64(),
    };
    let more = left_out > 0 || page["more"] == true;
    let mut out = Map::new();
    out.insert("calls".to_owned(), calls.into());
    out.insert("more".to_owned(), more.into());
    out.insert("next_cursor".to_owned(), last.unwrap_or_default().to_string().into());
    out
}
