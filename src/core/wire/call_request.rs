//! How a call's text is posted: the other way round, from a call to a request.

use crate::call::{CallType, Doc, SyntaxError};
use std::borrow::Cow;

const BATCH: &str = "/v1/batch";

/// The path that a text (a call, an array of calls or a batch body) is posted to, and the body that
/// it is posted as.
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
        // a type that is none is the receiver's to judge, not ours
        None => Ok((BATCH, format!("{{\"batch\":[{text}]}}").into())),
    }
}

/// The path that a single call of a type is posted to.
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
    fn what_has_no_path_of_its_own_goes_as_a_batch() {
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
