//! Keeps answers short enough for an agent, and says what was left out.

use serde_json::{Value, json};

/// The maximum number of records in an answer.
pub(crate) const MAX_RECORDS: usize = 20;
/// The maximum size of an answer as JSON.
pub(crate) const MAX_ANSWER_BYTES: usize = 32 << 10;
/// The bytes that are reserved for the members around a list.
const FRAME_BYTES: usize = 2 << 10;
/// The maximum number of parts that are listed with their sizes in place of a value that is too
/// large.
const MAX_PARTS: usize = 100;

/// Returns the length of a value as JSON.
pub(crate) fn bytes_of(value: &Value) -> usize {
    value.to_string().len()
}

/// Keeps the first records of a list, as many as fit into an answer, and returns the number of
/// records left out. A first record that is too large by itself is replaced by its number and its
/// size.
pub(crate) fn keep_first(records: &mut Vec<Value>) -> usize {
    keep_first_in(records, MAX_ANSWER_BYTES - FRAME_BYTES)
}

/// Keeps the first records of a list, as many as fit into `max_bytes` bytes.
pub(crate) fn keep_first_in(records: &mut Vec<Value>, max_bytes: usize) -> usize {
    let all = records.len();
    let (mut bytes, mut kept) = (0, 0);
    for record in records.iter().take(MAX_RECORDS) {
        bytes += bytes_of(record) + 1;
        if bytes > max_bytes {
            break;
        }
        kept += 1;
    }
    if kept == 0
        && let Some(first) = records.first_mut()
    {
        *first = json!({ "seq": first["seq"], "too_large_bytes": bytes_of(first) });
        kept = 1;
    }
    records.truncate(kept);
    all - kept
}

/// Returns the part of a value at a pointer. If the part is too large, the answer lists the sizes
/// of the parts in it.
pub(crate) fn part(value: &Value, pointer: Option<&str>) -> Result<Value, String> {
    let pointer = pointer.unwrap_or_default();
    let part = value.pointer(pointer).ok_or_else(|| {
        "there is nothing at `pointer`; it is a JSON pointer such as /call/properties".to_owned()
    })?;
    let bytes = bytes_of(part);
    if bytes <= MAX_ANSWER_BYTES - FRAME_BYTES {
        return Ok(json!({ "pointer": pointer, "value": part }));
    }
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let size = |key: String, part: &Value| json!({ "pointer": format!("{pointer}/{key}"), "bytes": bytes_of(part) });
    let mut parts: Vec<Value> = match part {
        Value::Object(members) => {
            members.iter().take(MAX_PARTS).map(|(key, part)| size(escape(key), part)).collect()
        }
        Value::Array(items) => {
            let items = items.iter().take(MAX_PARTS).enumerate();
            items.map(|(at, part)| size(at.to_string(), part)).collect()
        }
        _ => Vec::new(),
    };
    while bytes_of(&Value::from(parts.as_slice())) > MAX_ANSWER_BYTES - FRAME_BYTES {
        parts.pop();
    }
    Ok(json!({ "pointer": pointer, "too_large_bytes": bytes, "parts": parts }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_as_many_records_as_fit() {
        let record = |seq: usize, bytes: usize| json!({ "seq": seq, "text": "x".repeat(bytes) });
        for (sizes, kept) in [(vec![10; 30], MAX_RECORDS), (vec![9_000; 5], 3), (vec![40_000], 1)] {
            let mut records: Vec<Value> =
                sizes.iter().enumerate().map(|(seq, bytes)| record(seq, *bytes)).collect();
            assert_eq!(keep_first(&mut records), sizes.len() - kept);
            assert_eq!(records.len(), kept);
            assert!(bytes_of(&Value::from(records)) <= MAX_ANSWER_BYTES);
        }
    }

    #[test]
    fn a_part_that_is_too_large_is_listed_by_its_parts() {
        let value = json!({ "a/b": { "c": "x".repeat(MAX_ANSWER_BYTES) }, "d": 1 });
        let whole = part(&value, None).expect("a part");
        assert_eq!(whole["parts"][0]["pointer"], "/a~1b");
        assert_eq!(whole["parts"][1], json!({ "pointer": "/d", "bytes": 1 }));
        assert_eq!(part(&value, Some("/d")), Ok(json!({ "pointer": "/d", "value": 1 })));
        let text = part(&value, Some("/a~1b/c")).expect("a part");
        assert_eq!(text["parts"], json!([]));
        assert!(part(&value, Some("/nosuch")).is_err());
        let long = json!({ "x".repeat(MAX_ANSWER_BYTES): "x".repeat(MAX_ANSWER_BYTES) });
        assert!(bytes_of(&part(&long, None).expect("a part")) <= MAX_ANSWER_BYTES);
    }
}
