//! Finds calls in envelopes: log lines, messages of a queue or bus, deliveries of a webhook. Only
//! the members that such envelopes are known to use are searched.

use crate::call::{CallType, Doc, Val};
use crate::engine::source::call_record::is_record;
use crate::wire::empty_request::is_deletion;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// The kind of a JSON value of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnvelopeItem {
    /// The value is a call or contains calls, with their number.
    Calls(u64),
    /// A row of a warehouse table.
    Warehouse,
    /// A request that RudderStack sends to a vendor, with the vendor's own payload.
    Delivery,
    /// A request of Segment to delete the data of a user.
    Deletion,
    /// Any other value.
    Other,
}

/// The members that contain the payload, in lower case: of log lines, of AWS, Google, Azure and
/// Kafka messages, of search results, of webhooks, and of RudderStack's deliveries.
const CARRIERS: [&str; 42] = [
    "body",
    "message",
    "msg",
    "payload",
    "detail",
    "data",
    "event",
    "events",
    "record",
    "records",
    "value",
    "log",
    "json",
    "json_array",
    "raw",
    "content",
    "request",
    "postdata",
    "params",
    "_source",
    "hits",
    "logevents",
    "jsonpayload",
    "textpayload",
    "protopayload",
    "messages",
    "receivedmessages",
    "sns",
    "kinesis",
    "awslogs",
    "item",
    "items",
    "result",
    "results",
    "rows",
    "calls",
    "call",
    "text",
    "fields",
    "data_base64",
    "after",
    "batch",
];
/// The members of which a call has at least one.
const MEMBERS: [&str; 8] = [
    "userId",
    "anonymousId",
    "event",
    "groupId",
    "previousId",
    "properties",
    "traits",
    "messageId",
];
/// The columns of the tables that services write to a warehouse.
const COLUMNS: [&str; 9] = [
    "anonymous_id",
    "user_id",
    "group_id",
    "previous_id",
    "received_at",
    "sent_at",
    "original_timestamp",
    "uuid_ts",
    "event_text",
];
/// The maximum depth of members in which a call is searched.
const MAX_DEPTH: u32 = 12;
/// The maximum size of unpacked text.
const MAX_UNPACKED_BYTES: u64 = 8 << 20;

/// Passes each call of a value to `each`, without its envelopes. A call record is passed as a whole.
pub(crate) fn calls(value: Val<'_>, each: &mut dyn FnMut(&str)) -> EnvelopeItem {
    if value.is_array() {
        let mut found = 0;
        let mut row = EnvelopeItem::Other;
        for item in value.children() {
            match calls(item, each) {
                EnvelopeItem::Calls(calls) => found += calls,
                EnvelopeItem::Other => {}
                known => row = known,
            }
        }
        return if found > 0 { EnvelopeItem::Calls(found) } else { row };
    }
    if !value.is_object() {
        // the JSON of a call, encoded once more
        return match value.as_str().map_or(0, |text| in_text(&text, MAX_DEPTH, each)) {
            0 => EnvelopeItem::Other,
            found => EnvelopeItem::Calls(found),
        };
    }
    if is_record(value) || is_whole(value) {
        each(value.raw());
        return EnvelopeItem::Calls(1);
    }
    match inside(value, MAX_DEPTH, each) {
        0 if is_warehouse_row(value) => EnvelopeItem::Warehouse,
        0 if is_delivery(value) => EnvelopeItem::Delivery,
        0 if is_deletion(value) => EnvelopeItem::Deletion,
        0 if may_be_call(value) => {
            each(value.raw());
            EnvelopeItem::Calls(1)
        }
        0 => EnvelopeItem::Other,
        found => EnvelopeItem::Calls(found),
    }
}

/// Returns whether an object is a call by its type and members, or a batch of calls.
fn is_whole(value: Val<'_>) -> bool {
    let typed =
        |call: Val<'_>| has_type(call) && (has_member(call) || call.get("context").is_some());
    // of a repeated key, the last counts, and the parser of calls says what is lost in the others
    typed(value) || value.children().any(|child| child.key() == "batch" && is_list(child))
}

/// Returns whether the member `batch` of an object makes it a batch of calls. The parser of calls
/// reports a batch inside the batch, and a call in place of the array.
fn is_list(batch: Val<'_>) -> bool {
    let is_item = |item: Val<'_>| may_be_call(item) || item.is_object() && is_whole(item);
    match batch.is_array() {
        true => batch.children().any(is_item),
        false => batch.is_object() && is_carried(batch),
    }
}

fn has_type(value: Val<'_>) -> bool {
    let kind = value.get("type").and_then(|kind| kind.as_str());
    kind.is_some_and(|kind| CallType::parse(&kind.to_lowercase()).is_some())
}

fn has_member(value: Val<'_>) -> bool {
    MEMBERS.iter().any(|name| value.get(name).is_some())
}

/// Returns whether an object may be an incomplete call.
pub(crate) fn may_be_call(value: Val<'_>) -> bool {
    value.is_object() && (has_type(value) || has_member(value))
}

/// Returns whether an object in an envelope is a call. An object without a type needs an event and
/// an id.
fn is_carried(value: Val<'_>) -> bool {
    let id = || value.get("userId").or_else(|| value.get("anonymousId")).is_some();
    is_whole(value) || value.get("event").is_some_and(|event| event.as_str().is_some()) && id()
}

/// Returns whether an object is a row of a warehouse table, whose columns are in snake case.
pub(crate) fn is_warehouse_row(value: Val<'_>) -> bool {
    if !value.is_object() || has_type(value) && has_member(value) {
        return false;
    }
    let is_column = |name: &str| {
        let name = name.to_ascii_lowercase();
        COLUMNS.contains(&&*name) || name.starts_with("context_")
    };
    value.children().filter(|child| is_column(&child.key())).take(2).count() == 2
}

/// Returns whether an object is a request that RudderStack sends to a vendor: its body is in one of
/// the forms that RudderStack's transformations produce.
fn is_delivery(value: Val<'_>) -> bool {
    let is_text = |name: &str| value.get(name).is_some_and(|text| text.as_str().is_some());
    let body = value.get("body").filter(Val::is_object);
    let has_form = body.is_some_and(|body| {
        ["JSON", "JSON_ARRAY", "XML", "FORM", "GZIP"].iter().any(|form| body.get(form).is_some())
    });
    is_text("endpoint") && has_form
}

/// Passes on the calls in the first known member of an object that contains any.
fn inside(value: Val<'_>, depth: u32, each: &mut dyn FnMut(&str)) -> u64 {
    if depth == 0 {
        return 0;
    }
    for child in value.children() {
        let name = child.key().to_ascii_lowercase();
        if !CARRIERS.contains(&&*name) {
            continue;
        }
        let mut found = carried(child, depth - 1, each);
        if found == 0 && name == "records" && child.is_object() {
            // an object with a list for each topic
            found = child.children().map(|list| carried(list, depth - 1, each)).sum();
        }
        if found > 0 {
            return found;
        }
    }
    0
}

fn carried(value: Val<'_>, depth: u32, each: &mut dyn FnMut(&str)) -> u64 {
    if value.is_array() {
        return value.children().map(|item| carried(item, depth, each)).sum();
    }
    if value.is_object() {
        if is_record(value) || is_carried(value) {
            each(value.raw());
            return 1;
        }
        return inside(value, depth, each);
    }
    if depth == 0 {
        return 0;
    }
    value.as_str().map_or(0, |text| in_text(&text, depth - 1, each))
}

/// Passes on the calls of a text: JSON, JSON after other text, or base64 of JSON or of gzip.
fn in_text(text: &str, depth: u32, each: &mut dyn FnMut(&str)) -> u64 {
    let text = text.trim();
    let json = |text: &str, each: &mut dyn FnMut(&str)| {
        Doc::parse(text).map_or(0, |doc| carried(doc.root(), depth, each))
    };
    if text.starts_with(['{', '[', '"']) {
        let found = json(text, each);
        return if found > 0 { found } else { lines(text, depth, each) };
    }
    if let Some(begin) = text.find('{') {
        let end = text.rfind('}').map_or(text.len(), |end| end + 1);
        return text.get(begin..end).map_or(0, |text| json(text, each));
    }
    if depth == 0 {
        return 0;
    }
    unpacked(text).map_or(0, |text| in_text(&text, depth - 1, each))
}

/// Passes on the calls of a text with several lines of JSON.
fn lines(text: &str, depth: u32, each: &mut dyn FnMut(&str)) -> u64 {
    let mut found = 0;
    if text.contains('\n') {
        for line in text.lines() {
            found += Doc::parse(line.trim()).map_or(0, |doc| carried(doc.root(), depth, each));
        }
    }
    found
}

/// Decodes base64, and unpacks gzip inside it.
fn unpacked(text: &str) -> Option<String> {
    if text.len() < 16 {
        return None;
    }
    let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?;
    if !bytes.starts_with(b"\x1f\x8b") {
        return String::from_utf8(bytes).ok();
    }
    let mut text = String::new();
    MultiGzDecoder::new(&bytes[..]).take(MAX_UNPACKED_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const CALL: &str = r#"{"type":"track","event":"E","userId":"u"}"#;

    fn taken(text: &str) -> (EnvelopeItem, Vec<String>) {
        let doc = Doc::parse(text).expect("JSON");
        let mut found = Vec::new();
        let row = calls(doc.root(), &mut |call| found.push(call.to_owned()));
        (row, found)
    }

    fn quoted(text: &str) -> String {
        serde_json::Value::from(text).to_string()
    }

    #[test]
    fn takes_calls_out_of_envelopes() {
        let text = quoted(CALL);
        let twice = quoted(&text);
        let coded = STANDARD.encode(CALL);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        packed
            .write_all(format!("{{\"logEvents\":[{{\"message\":{text}}}]}}").as_bytes())
            .expect("memory");
        let packed = STANDARD.encode(packed.finish().expect("memory"));
        for envelope in [
            format!("{{\"level\":\"info\",\"message\":{text}}}"),
            format!("{{\"level\":\"info\",\"message\":{twice}}}"),
            format!("{{\"msg\":{}}}", quoted(&format!("sent to segment: {CALL}"))),
            format!("{{\"body\":{CALL},\"headers\":{{}}}}"),
            format!(
                "{{\"version\":\"0\",\"detail-type\":\"x\",\"source\":\"s\",\"detail\":{CALL}}}"
            ),
            format!(
                "{{\"Records\":[{{\"messageId\":\"m\",\"body\":{text},\"eventSource\":\"aws:sqs\"}}]}}"
            ),
            format!("{{\"messageId\":\"m\",\"receiptHandle\":\"r\",\"body\":{text}}}"),
            format!("{{\"Type\":\"Notification\",\"MessageId\":\"m\",\"Message\":{text}}}"),
            format!("{{\"Records\":[{{\"Sns\":{{\"Message\":{text}}}}}]}}"),
            format!("{{\"Records\":[{{\"kinesis\":{{\"data\":\"{coded}\"}}}}]}}"),
            format!(
                "{{\"message\":{{\"data\":\"{coded}\",\"messageId\":\"1\"}},\"subscription\":\"s\"}}"
            ),
            format!("{{\"records\":{{\"topic-0\":[{{\"value\":\"{coded}\"}}]}}}}"),
            format!("{{\"topic\":\"t\",\"offset\":1,\"payload\":{text}}}"),
            format!("{{\"awslogs\":{{\"data\":\"{packed}\"}}}}"),
            format!("{{\"hits\":{{\"hits\":[{{\"_source\":{CALL}}}]}}}}"),
            format!(
                "{{\"type\":\"REST\",\"userId\":\"a\",\"body\":{{\"XML\":{{}},\"JSON\":{CALL}}}}}"
            ),
            format!("{{\"event\":\"segment.sent\",\"userId\":\"u\",\"payload\":{CALL}}}"),
            format!("{{\"log\":{},\"stream\":\"stdout\"}}", quoted(&format!("{CALL}\n"))),
        ] {
            assert_eq!(
                taken(&envelope),
                (EnvelopeItem::Calls(1), vec![CALL.to_owned()]),
                "{envelope}"
            );
        }
        let batch = format!("{{\"batch\":[{CALL},{CALL}]}}");
        let envelope = format!("{{\"body\":{}}}", quoted(&batch));
        assert_eq!(taken(&envelope), (EnvelopeItem::Calls(1), vec![batch]));
    }

    #[test]
    fn leaves_calls_as_they_are() {
        for call in [
            CALL,
            r#"{"type":"track","event":"E","userId":"u","message":{"type":"page","userId":"x"}}"#,
            r#"{"event":"E","userId":"u","properties":{"data":{"type":"track","event":"E"}}}"#,
            r#"{"type":"page"}"#,
            r#"{"traits":{}}"#,
            r#"{"batch":[{"userId":"u"}],"sentAt":"x"}"#,
            r#"{"type":"track","event":"E","user_id":"u","anonymous_id":"a"}"#,
        ] {
            assert_eq!(taken(call), (EnvelopeItem::Calls(1), vec![call.to_owned()]), "{call}");
        }
        let record = format!("{{\"seq\":1,\"call\":{CALL}}}");
        assert_eq!(taken(&record).1, [record.as_str()]);
        let envelope = format!("{{\"message\":{}}}", quoted(&record));
        assert_eq!(taken(&envelope).1, [record.as_str()]);
    }

    #[test]
    fn tells_warehouse_rows_and_other_objects_from_calls() {
        for row in [
            r#"{"id":"1","received_at":"x","user_id":"u","event":"report"}"#,
            r#"{"RECEIVED_AT":"x","ANONYMOUS_ID":"u"}"#,
            r#"[{"context_library_name":"x","sent_at":"y"}]"#,
        ] {
            assert_eq!(taken(row).0, EnvelopeItem::Warehouse, "{row}");
        }
        let delivery =
            r#"{"type":"REST","endpoint":"https://x","userId":"u","body":{"JSON":{"name":"x"}}}"#;
        assert_eq!(taken(delivery), (EnvelopeItem::Delivery, Vec::new()));
        let deletion = r#"{"type":"delete","userId":"u"}"#;
        assert_eq!(taken(deletion), (EnvelopeItem::Deletion, Vec::new()));
        for other in [r#"{"n":1}"#, "{}", r#"{"level":"info","message":"started"}"#, "[]"] {
            assert_eq!(taken(other), (EnvelopeItem::Other, Vec::new()), "{other}");
        }
    }
}
