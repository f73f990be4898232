//! Composing the lines of a recording.

use crate::call::time::{self, Millis};
use crate::recording::reader::{CLEAR_CALLS, CLEAR_TEST, RecordingEvent};
use crate::recording::redact_headers::{redacted, redacted_path, redacted_query};
use crate::recording::request_line::ResponseSource;
use crate::wire::CallExcerpt;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The part of a request's line between the request's number and the body.
#[derive(Debug, Clone, Copy)]
pub struct LineHead<'a> {
    /// The time when it arrived.
    pub received_at: Millis,
    /// The HTTP method.
    pub method: &'a str,
    /// The path as sent, without the query.
    pub path: &'a str,
    /// The query without `?`, not decoded.
    pub query: &'a str,
    /// Header names (lower case) and values, in order.
    pub headers: &'a [(String, String)],
    /// The status of its response.
    pub status: u16,
    /// The origin of the response that the sender gets.
    pub response: ResponseSource,
    /// The injected fault, as the user wrote it.
    pub fault: Option<&'a str>,
    /// True if it came over TLS.
    pub is_tls: bool,
    /// What the rest of the request decided, if the body is one call of a request.
    pub excerpt: Option<&'a CallExcerpt>,
}

/// The member after the status in the line of a request that came over TLS.
pub(crate) const TLS_MEMBER: &str = ",\"tls\":true";

/// The body of a request as it is recorded.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// No body.
    None,
    /// A JSON text.
    Json(&'a str),
    /// Bytes that are not JSON: recorded as text if they are UTF-8, otherwise as base64.
    Bytes(&'a [u8]),
}

/// The reason why a request was refused, as its line says it.
#[derive(Debug, Clone, Copy)]
pub struct RefusalRecord<'a> {
    /// A code for scripts.
    pub code: &'a str,
    /// The sentence that was sent to the sender.
    pub message: &'a str,
    /// A code for the kind of problem; empty if the message needs no further explanation.
    pub kind: &'a str,
    /// The length of the whole body if only its beginning is recorded.
    pub body_bytes: Option<u64>,
}

/// Composes the line of a request, whose number counts from 1, with its line end, into `out`
/// (cleared first). Returns the offset of the body's JSON text in the line, or 0 if the body is not
/// JSON.
pub fn compose(
    out: &mut Vec<u8>,
    request: u64,
    head: &LineHead<'_>,
    body: Body<'_>,
    refused: Option<RefusalRecord<'_>>,
    signature: Option<&str>,
) -> usize {
    out.clear();
    append_line(out, request, head, body, refused, signature)
}

/// Appends the line of a request to `out`, as [`compose`] does. The returned offset of the body counts
/// from the start of this line.
pub fn append_line(
    out: &mut Vec<u8>,
    request: u64,
    head: &LineHead<'_>,
    body: Body<'_>,
    refused: Option<RefusalRecord<'_>>,
    signature: Option<&str>,
) -> usize {
    let begin = out.len();
    append_number(out, request);
    let numbered = out.len() - begin;
    match append_unnumbered(out, head, body, refused, signature) {
        0 => 0,
        body_at => numbered + body_at,
    }
}

/// Appends the beginning of the line of a request.
pub(crate) fn append_number(out: &mut Vec<u8>, request: u64) {
    out.extend_from_slice(b"{\"v\":1,\"request\":");
    number(out, request);
}

/// Appends the rest of the line of a request, after its number. Returns the offset of the body's JSON
/// text in the rest, or 0 if the body is not JSON.
pub(crate) fn append_unnumbered(
    out: &mut Vec<u8>,
    head: &LineHead<'_>,
    body: Body<'_>,
    refused: Option<RefusalRecord<'_>>,
    signature: Option<&str>,
) -> usize {
    let begin = out.len();
    out.extend_from_slice(b",\"received_at\":\"");
    out.extend_from_slice(time::format(head.received_at).as_bytes());
    out.extend_from_slice(b"\",\"method\":");
    text(out, head.method);
    out.extend_from_slice(b",\"path\":");
    text(out, &redacted_path(head.path));
    out.extend_from_slice(b",\"query\":");
    text(out, &redacted_query(head.query));
    out.extend_from_slice(b",\"headers\":{");
    headers(out, head.headers);
    out.extend_from_slice(b"},\"status\":");
    number(out, head.status.into());
    out.extend_from_slice(head.response.member().as_bytes());
    if head.is_tls {
        out.extend_from_slice(TLS_MEMBER.as_bytes());
    }
    if let Some(fault) = head.fault {
        out.extend_from_slice(b",\"fault\":");
        text(out, fault);
    }
    if let Some(excerpt) = head.excerpt {
        out.extend_from_slice(b",\"excerpt\":");
        out.extend_from_slice(excerpt.to_json().to_string().as_bytes());
    }
    let mut body_at = 0;
    match body {
        Body::None => {}
        Body::Json(json) => {
            out.extend_from_slice(b",\"body\":");
            body_at = out.len() - begin;
            let mut at = out.len();
            out.extend_from_slice(json.as_bytes());
            // valid JSON has line ends between tokens only, so replacing them changes no value
            while let Some(found) = memchr::memchr2(b'\n', b'\r', &out[at..]) {
                out[at + found] = b' ';
                at += found + 1;
            }
        }
        Body::Bytes(bytes) => other_body(out, bytes),
    }
    if let Some(refused) = refused {
        out.extend_from_slice(b",\"refused\":{\"code\":");
        text(out, refused.code);
        out.extend_from_slice(b",\"message\":");
        text(out, refused.message);
        if !refused.kind.is_empty() {
            out.extend_from_slice(b",\"kind\":");
            text(out, refused.kind);
        }
        if let Some(bytes) = refused.body_bytes {
            out.extend_from_slice(format!(",\"body_bytes\":{bytes}").as_bytes());
        }
        out.push(b'}');
    }
    if let Some(signature) = signature {
        out.extend_from_slice(b",\"signature\":");
        text(out, signature);
    }
    out.extend_from_slice(b"}\n");
    body_at
}

/// Writes a body that is not JSON.
pub(crate) fn other_body(out: &mut Vec<u8>, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(plain) => {
            out.extend_from_slice(b",\"body_text\":");
            text(out, plain);
        }
        Err(_) => {
            out.extend_from_slice(b",\"body_base64\":\"");
            out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
            out.push(b'"');
        }
    }
}

/// Composes the line of an event, with its line end, into `out` (cleared first).
pub fn compose_event(out: &mut Vec<u8>, event: RecordingEvent, at: Millis) {
    out.clear();
    out.extend_from_slice(b"{\"v\":1,\"kind\":\"");
    out.extend_from_slice(event.name().as_bytes());
    out.extend_from_slice(b"\",\"at\":\"");
    out.extend_from_slice(time::format(at).as_bytes());
    out.extend_from_slice(b"\"}\n");
}

/// Composes the line that clears the calls of one test, with its line end, into `out` (cleared
/// first).
pub fn compose_clear_test(out: &mut Vec<u8>, test: &str, at: Millis) {
    out.clear();
    out.extend_from_slice(b"{\"v\":1,\"kind\":");
    text(out, CLEAR_TEST);
    out.extend_from_slice(format!(",\"at\":\"{}\",\"test\":", time::format(at)).as_bytes());
    text(out, test);
    out.extend_from_slice(b"}\n");
}

/// Composes the line that clears selected calls, with its line end, into `out` (cleared first). A
/// reader applies the ranges. The filter is only information for people, because whether a call
/// matches it depends on the settings and the time.
pub fn compose_clear_calls(out: &mut Vec<u8>, filter: &str, calls: &[(u64, u64)], at: Millis) {
    out.clear();
    out.extend_from_slice(b"{\"v\":1,\"kind\":");
    text(out, CLEAR_CALLS);
    out.extend_from_slice(format!(",\"at\":\"{}\",\"filter\":", time::format(at)).as_bytes());
    text(out, filter);
    out.extend_from_slice(b",\"calls\":[");
    for (nth, (first, last)) in calls.iter().enumerate() {
        let comma = if nth == 0 { "" } else { "," };
        out.extend_from_slice(format!("{comma}[{first},{last}]").as_bytes());
    }
    out.extend_from_slice(b"]}\n");
}

/// Appends the members of the headers. A JSON object cannot repeat a name, so the values of a
/// repeated header are joined with commas, as HTTP does.
pub(crate) fn headers(out: &mut Vec<u8>, headers: &[(String, String)]) {
    let mut first = true;
    for (at, (name, value)) in headers.iter().enumerate() {
        if headers[..at].iter().any(|(earlier, _)| earlier == name) {
            continue;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        text(out, name);
        out.push(b':');
        let mut later = headers[at + 1..].iter().filter(|(other, _)| other == name).peekable();
        if later.peek().is_none() {
            text(out, &redacted(name, value));
        } else {
            let mut all = redacted(name, value).into_owned();
            for (_, more) in later {
                all.push_str(", ");
                all.push_str(&redacted(name, more));
            }
            text(out, &all);
        }
    }
}

/// Appends a number in decimal.
pub(crate) fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    let plain = text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\');
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(&mut *out, text).expect("a text always has a JSON form");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head<'a>(headers: &'a [(String, String)]) -> LineHead<'a> {
        LineHead {
            received_at: 0,
            method: "POST",
            path: "/v1/track",
            query: "a=\"b\"",
            headers,
            status: 200,
            response: ResponseSource::Own,
            fault: None,
            is_tls: false,
            excerpt: None,
        }
    }

    #[test]
    fn writes_any_body_as_one_line() {
        let headers = [
            ("x".to_owned(), "1".to_owned()),
            ("y".to_owned(), "2".to_owned()),
            ("x".to_owned(), "3".to_owned()),
        ];
        let mut out = Vec::new();
        let body = "{\n  \"a\": 12.0,\r\n\t\"b\": \"x\\ny\"\n}";
        let at = compose(&mut out, 7, &head(&headers), Body::Json(body), None, None);
        let line = String::from_utf8(out.clone()).expect("UTF-8");
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(&line[at..at + body.len()], body.replace(['\n', '\r'], " "));
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["headers"], serde_json::json!({"x": "1, 3", "y": "2"}));
        assert_eq!(value["query"], "a=\"b\"");
        assert_eq!(value["body"]["b"], "x\ny");

        let at = compose(
            &mut out,
            7,
            &head(&[]),
            Body::Bytes(b"{\"a\": \n"),
            Some(RefusalRecord {
                code: "invalid_request",
                message: "no JSON",
                kind: "other",
                body_bytes: Some(9),
            }),
            None,
        );
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!((at, &value["body_text"]), (0, &serde_json::json!("{\"a\": \n")));
        assert_eq!(value["refused"]["body_bytes"], 9);

        compose(&mut out, 7, &head(&[]), Body::Bytes(b"\xff\n"), None, Some("valid"));
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(
            (&value["body_base64"], &value["signature"]),
            (&serde_json::json!("/wo="), &serde_json::json!("valid"))
        );
    }
}
