//! The real settings of a page, changed so that the page sends its calls to this listener.

use crate::call::{Doc, Val, edited};
use std::ops::Range;

/// Returns Segment's settings with `integrations["Segment.io"].apiHost` and `protocol` pointing to
/// a listener at this host; `None` if the text is not JSON. Settings without `Segment.io` are
/// unchanged, because with them a page sends no calls to Segment.
pub fn point_settings(text: &str, host: &str, secure: bool) -> Option<String> {
    let doc = Doc::parse(text).ok()?;
    let protocol = if secure { "https" } else { "http" };
    let members = [
        ("apiHost", serde_json::Value::from(format!("{host}/v1")).to_string()),
        ("protocol", format!("\"{protocol}\"")),
    ];
    let mut edits = Vec::new();
    for integrations in named(doc.root(), "integrations") {
        for segment in named(integrations, "Segment.io").filter(Val::is_object) {
            set_members(segment, &members, &mut edits);
        }
    }
    Some(edited(text, edits))
}

/// Returns RudderStack's `sourceConfig` with empty `dataplanes`, because a data plane in it would
/// take precedence over the page's own URL. Returns `None` if the text is not JSON.
pub fn empty_data_planes(text: &str) -> Option<String> {
    let doc = Doc::parse(text).ok()?;
    let planes = named(doc.root(), "source").flat_map(|source| named(source, "dataplanes"));
    let edits = planes.map(|planes| (planes.span(), "{}".to_owned())).collect();
    Some(edited(text, edits))
}

/// Returns the members of that name, of which a page uses the last.
fn named<'d>(object: Val<'d>, name: &'static str) -> impl Iterator<Item = Val<'d>> {
    let members = object.is_object().then(|| object.children());
    members.into_iter().flatten().filter(move |member| member.key() == name)
}

/// Sets members of an object. Missing ones are added at its beginning.
fn set_members(
    object: Val<'_>,
    members: &[(&'static str, String)],
    edits: &mut Vec<(Range<usize>, String)>,
) {
    let mut missing = Vec::new();
    for (name, value) in members {
        let before = edits.len();
        edits.extend(named(object, name).map(|member| (member.span(), value.clone())));
        if edits.len() == before {
            missing.push(format!("\"{name}\":{value}"));
        }
    }
    if !missing.is_empty() {
        let comma = if object.children().next().is_some() { "," } else { "" };
        let begin = object.span().start + 1;
        edits.push((begin..begin, format!("{}{comma}", missing.join(","))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_and_the_protocol_change() {
        let point = |text| point_settings(text, "h:1", false);
        for (text, want) in [
            (
                r#"{"integrations": {"A":{"apiHost":"a", "n":1.0}, "Segment.io":{"protocol":"https","apiKey":"k", "apiHost" : "api.segment.io/v1"} },"plan":{"apiHost":"p"}}"#,
                r#"{"integrations": {"A":{"apiHost":"a", "n":1.0}, "Segment.io":{"protocol":"http","apiKey":"k", "apiHost" : "h:1/v1"} },"plan":{"apiHost":"p"}}"#,
            ),
            (
                r#"{"integrations":{"Segment.io":{"apiKey":"k"}}}"#,
                r#"{"integrations":{"Segment.io":{"apiHost":"h:1/v1","protocol":"http","apiKey":"k"}}}"#,
            ),
            // a page uses the last of two
            (
                r#"{"integrations":{"Segment.io":{"apiHost":1,"protocol":null,"apiHost":{"a":[]}}}}"#,
                r#"{"integrations":{"Segment.io":{"apiHost":"h:1/v1","protocol":"http","apiHost":"h:1/v1"}}}"#,
            ),
            (
                r#"{"integrations":{"Segment\u002eio":{"apiHost":"x","protocol":"y"}}}"#,
                r#"{"integrations":{"Segment\u002eio":{"apiHost":"h:1/v1","protocol":"http"}}}"#,
            ),
        ] {
            assert_eq!(point(text).as_deref(), Some(want));
        }
        for same in [r#"{"integrations":{"Segment.io":true}}"#, r#"{"integrations":[]}"#, "[1, 2]"]
        {
            assert_eq!(point(same).as_deref(), Some(same));
        }
        assert_eq!(point("<html>"), None);
        let empty = r#"{"integrations":{"Segment.io":{}}}"#;
        let text = point(empty).expect("JSON");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let want = serde_json::json!({"apiHost": "h:1/v1", "protocol": "http"});
        assert_eq!(value["integrations"]["Segment.io"], want, "{text}");
        let hostile = point_settings(empty, "a\"b", true).expect("JSON");
        let value: serde_json::Value = serde_json::from_str(&hostile).unwrap_or_default();
        assert_eq!(value["integrations"]["Segment.io"]["apiHost"], "a\"b/v1");
        assert_eq!(value["integrations"]["Segment.io"]["protocol"], "https");
    }

    #[test]
    fn only_the_data_planes_are_emptied() {
        let text = r#"{"source":{"id": "s", "dataplanes": {"US":[{"url":"https://x"}]},"n":1.0},"dataplanes":[1]}"#;
        let want = r#"{"source":{"id": "s", "dataplanes": {},"n":1.0},"dataplanes":[1]}"#;
        assert_eq!(empty_data_planes(text).as_deref(), Some(want));
        for same in [r#"{"source":{"id":1}}"#, "[]", r#"{"source":"dataplanes"}"#] {
            assert_eq!(empty_data_planes(same).as_deref(), Some(same));
        }
        assert_eq!(empty_data_planes("{"), None);
    }
}
