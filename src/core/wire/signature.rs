//! The signature that Segment's webhook destination adds to its requests (`docs/specs/wire.md` 11).

use super::{BodyShape, RequestHead, Route};
use crate::call::Doc;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The result of a valid signature.
pub const VALID: &str = "valid";
/// The result of a wrong signature.
pub const WRONG: &str = "wrong";
/// The result of a missing signature, if a secret is set.
pub const MISSING: &str = "missing";

/// Returns the finding code of a check's result, if the signature is wrong or missing.
pub fn code(checked: Option<&str>) -> Option<&'static str> {
    match checked? {
        WRONG => Some("signature_wrong"),
        MISSING => Some("signature_missing"),
        _ => None,
    }
}

/// Returns the message to the sender of a refused webhook, by the finding code.
pub fn refusal(code: &str) -> &'static str {
    match code {
        "signature_missing" => "the request has no X-Signature header",
        _ => "X-Signature does not match the body and the shared secret",
    }
}

/// Checks `X-Signature`, if a secret is set and the request is a webhook's. The sender signs the
/// bytes of the body, or, if it is an array, those of its first element.
pub fn check(head: &RequestHead<'_>, raw: &[u8], secret: Option<&str>) -> Option<&'static str> {
    let secret = secret?;
    if head.route() != Route::Calls(BodyShape::Webhook) {
        return None;
    }
    let Some(sent) = head.header("x-signature") else { return Some(MISSING) };
    let good = hex(sent).is_some_and(|sent| {
        let matches = |bytes: &[u8]| {
            let mut mac = keyed(secret);
            mac.update(bytes);
            // compares in constant time
            mac.verify_slice(&sent).is_ok()
        };
        matches(raw) || first_element(raw).is_some_and(|first| matches(first.as_bytes()))
    });
    Some(if good { VALID } else { WRONG })
}

/// Returns the signature of a body: its HMAC-SHA1 in hexadecimal.
pub fn sign(body: &[u8], secret: &str) -> String {
    let mut mac = keyed(secret);
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn keyed(secret: &str) -> Hmac<Sha1> {
    Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length")
}

/// Returns the first element of an array with its exact bytes, which serializing it again would
/// change.
fn first_element(raw: &[u8]) -> Option<String> {
    let doc = Doc::parse(std::str::from_utf8(raw).ok()?).ok()?;
    Some(doc.root().index(0)?.raw().to_owned())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_segments_signatures() {
        let captures = include_str!("../../../tests/captures/raw-http.jsonl");
        let mut seen = Vec::new();
        for line in captures.lines() {
            let capture: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let note = capture["note"].as_str().expect("a note");
            if !note.starts_with("webhook") {
                continue;
            }
            use base64::Engine;
            let body = base64::engine::general_purpose::STANDARD
                .decode(capture["body_base64"].as_str().expect("a body"))
                .expect("base64");
            let headers: Vec<(String, String)> = capture["headers"]
                .as_object()
                .expect("headers")
                .iter()
                .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
                .collect();
            let head = RequestHead {
                method: "POST",
                path: "/webhook",
                query: "",
                headers: &headers,
                received_at: 0,
                is_tls: false,
            };
            seen.push((
                note.to_owned(),
                check(&head, &body, Some("s3cret")),
                check(&head, &body, Some("other")),
                check(&head, &body, None),
            ));
        }
        let seen: Vec<_> = seen
            .iter()
            .map(|(note, right, other, unset)| (note.as_str(), *right, *other, *unset))
            .collect();
        assert_eq!(
            seen,
            [
                ("webhook signed", Some(VALID), Some(WRONG), None),
                ("webhook batch signed over first event", Some(VALID), Some(WRONG), None),
                ("webhook wrong signature", Some(WRONG), Some(WRONG), None),
                ("webhook delete", Some(MISSING), Some(MISSING), None),
            ]
        );
    }
}
