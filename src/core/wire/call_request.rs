//! Requests made from the text of calls, the reverse of parsing.

use crate::call::{CallType, Doc, SyntaxError};
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
