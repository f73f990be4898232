//! Requests made from the text of calls, the reverse of parsing.

use crate::call::{CallType, Doc, Event, SyntaxError, edited};
use crate::wire::Service;
use std::borrow::Cow;

const BATCH: &str = "/v1/batch";

/// Returns the path to post a text (a call, an array of calls or a batch body) to, and the body to
/// post.
pub fn posted(text: &str) -> Result<(&'static str, Cow<'_, str>), SyntaxError> {
    let doc = Doc::parse(text)?;
    let root = doc.root();
    if root.get("batch").is_some() {
        return Ok((BATCH, text.into()));
    }
    if root.is_array() {
        return Ok((BATCH, format!("{{\"batch\":{text}}}").into()));
    }
    let kind = root.get("type").and_then(|kind| kind.as_str());
    match kind.and_then(|kind| CallType::parse(&kind)) {
        Some(kind) => Ok((path_of(kind), text.into())),
        // an unknown type is sent in a batch, so that the receiver decides about it
        None => Ok((BATCH, format!("{{\"batch\":[{text}]}}").into())),
    }
}

/// Returns the text of a call that is sent without the rest of its request and means the same: with
/// the type that its path gave it, and the `context`, `integrations` and `sentAt` that its batch gave
/// it. All other text stays as it is.
pub fn standalone_call(event: &Event<'_>, service: Service) -> String {
    // RudderStack gives the time of arrival to a call without `sentAt`, and not that of the batch
    let given: &[&str] = match service {
        Service::Segment => &["context", "integrations", "sentAt"],
        Service::RudderStack => &["context", "integrations"],
    };
    let call = event.call;
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for name in ["type"].iter().chain(given) {
        let Some(derived) = event.derived.and_then(|derived| derived.get(name)) else { continue };
        match call.get(name) {
            Some(own) => {
                let (span, start) = (own.span(), call.span().start);
                edits.push((span.start - start..span.end - start, derived.raw().to_owned()));
            }
            None => added.push(format!("\"{name}\":{}", derived.raw())),
        }
    }
    if !added.is_empty() {
        let comma = if call.size() > 1 { "," } else { "" };
        edits.push((1..1, format!("{}{comma}", added.join(","))));
    }
    edited(call.raw(), edits)
}

/// Returns the path to post a single call of a type to.
pub(crate) fn path_of(kind: CallType) -> &'static str {
    match kind {
        CallType::Track => "/v1/track",
        CallType::Identify => "/v1/identify",
        CallType::Group => "/v1/group",
        CallType::Page => "/v1/page",
        CallType::Screen => "/v1/screen",
        CallType::Alias => "/v1/alias",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_sent_alone_has_what_its_path_and_its_batch_gave_it() {
        let derived = r#"{"type":"track","receivedAt":"R","sentAt":"S","context":{"a":1,"b":2},"integrations":{"All":false}}"#;
        let given = r#""context":{"a":1,"b":2},"integrations":{"All":false}"#;
        for (call, want) in [
            (r#"{"event":"E"}"#, format!(r#"{{"type":"track",{given},"event":"E"}}"#)),
            ("{ }", format!(r#"{{"type":"track",{given} }}"#)),
            (
                r#"{"n":1.0, "type":null,"context":{"a":1 },"integrations": null}"#,
                format!(r#"{{"n":1.0, "type":"track",{}}}"#, given.replace("s\":", "s\": ")),
            ),
        ] {
            let body = format!("[{call}]");
            let (body, derived) = (Doc::parse(&*body), Doc::parse(derived));
            let (body, derived) = (body.expect("JSON"), derived.expect("JSON"));
            let call = body.root().index(0).expect("a call");
            let event = Event { derived: Some(derived.root()), ..Event::bare(call) };
            assert_eq!(standalone_call(&event, Service::RudderStack), want);
            let sent = standalone_call(&event, Service::Segment);
            assert_eq!(sent.replace(r#""sentAt":"S","#, "").replace(r#","sentAt":"S""#, ""), want);
            assert!(sent.contains(r#""sentAt":"S""#), "{sent}");
        }
        let bare = Doc::parse(r#"{"a" : 1}"#).expect("JSON");
        assert_eq!(standalone_call(&Event::bare(bare.root()), Service::Segment), r#"{"a" : 1}"#);
    }

    #[test]
    fn posts_calls_without_a_path_of_their_own_as_a_batch() {
        for (text, path, body) in [
            (r#"{"type":"page"}"#, "/v1/page", r#"{"type":"page"}"#),
            (r#"{"type":"delete"}"#, BATCH, r#"{"batch":[{"type":"delete"}]}"#),
            (r#"{"batch":[{"type":"track"}]}"#, BATCH, r#"{"batch":[{"type":"track"}]}"#),
            (r#"[{"type":"track"}]"#, BATCH, r#"{"batch":[{"type":"track"}]}"#),
        ] {
            assert_eq!(posted(text), Ok((path, body.into())), "{text}");
        }
        assert!(posted("{").is_err());
    }
}
