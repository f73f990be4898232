//! The fingerprints of a call's content and structure. A repeat is the same call again; a different
//! call with a known `messageId` is dropped by the service.

use crate::call::{CallType, ObjectShape, Val, fingerprints};
use crate::wire::fields::Fields;
use crate::wire::layouts::with_layout;

/// The result of one pass over a call.
pub(crate) struct Content {
    /// The fingerprint of the content, equal for two calls of one type with the same content.
    /// Without meaning for a call that is not compared.
    pub print: u32,
    /// The fingerprint of the structure, equal for two calls of one type and event whose members
    /// have the same names and kinds.
    pub structure: u64,
    /// True if an object of the call may have two members of one name.
    pub may_repeat: bool,
}

/// Reads a call. The content is computed only if the call is compared with others.
pub(crate) fn read(
    call: Val<'_>,
    shape: Option<ObjectShape>,
    fields: &Fields<'_>,
    kind: Option<CallType>,
    is_compared: bool,
) -> Content {
    let (says, structure, may_repeat) = with_layout(call, shape, |layout| {
        let says = if is_compared { layout.content(call) } else { 0 };
        (says, layout.structure, layout.may_repeat)
    });
    // the type may also be in the path
    let typed = kind.map_or(0, |kind| kind as u64 + 1);
    let is_filled = |name: &Val<'_>| name.as_str().is_none_or(|name| !name.is_empty());
    let in_properties = || fields.properties.and_then(|properties| properties.get("name"));
    let name = match kind {
        Some(CallType::Page | CallType::Screen) => {
            fields.name.filter(is_filled).or_else(in_properties)
        }
        _ => fields.event,
    };
    let text = |value: Option<Val<'_>>| value.map_or(0, |value| fingerprints::of_text(value.raw()));
    // a report names the event of a group as it is spelled, with its type
    let named = fingerprints::mix(text(name), fingerprints::mix(typed, text(fields.kind)));
    Content {
        print: (fingerprints::mix(says, typed) >> 32) as u32,
        structure: fingerprints::mix(structure, named),
        may_repeat,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;
    use std::collections::HashSet;

    fn content(json: &str) -> Content {
        let doc = Doc::parse(json).expect("JSON");
        let fields = Fields::new(doc.root());
        read(doc.root(), ObjectShape::new(doc.root()), &fields, Some(CallType::Track), true)
    }

    fn print(json: &str) -> u32 {
        content(json).print
    }

    #[test]
    fn pages_of_different_names_have_different_structures() {
        let structure = |json: &str| {
            let doc = Doc::parse(json).expect("JSON");
            let fields = Fields::new(doc.root());
            read(doc.root(), None, &fields, Some(CallType::Page), false).structure
        };
        for (a, b) in [
            (r#"{"name":"Home"}"#, r#"{"name":"Cart"}"#),
            (r#"{"properties":{"name":"Home"}}"#, r#"{"properties":{"name":"Cart"}}"#),
            (
                r#"{"name":"","properties":{"name":"Home"}}"#,
                r#"{"name":"","properties":{"name":"Cart"}}"#,
            ),
        ] {
            assert_ne!(structure(a), structure(b), "{a} {b}");
            assert_eq!(structure(a), structure(a));
        }
    }

    #[test]
    fn types_that_are_spelled_differently_have_different_structures() {
        let structure = |json: &str| content(json).structure;
        let [track, again, upper, none] = [
            r#"{"type":"track","event":"A"}"#,
            r#"{"type": "track","event":"A"}"#,
            r#"{"type":"TRACK","event":"A"}"#,
            r#"{"event":"A"}"#,
        ]
        .map(structure);
        assert_eq!(track, again);
        assert!(track != upper && track != none && upper != none);
    }

    #[test]
    fn a_repeat_has_the_same_fingerprint() {
        let first = r#"{"event":"A","sentAt":"1","properties":{"a":[1,{"b":"x"}],"c":"é"},"timestamp":"t"}"#;
        for again in [
            r#"{"event":"A","sentAt":"2","properties":{"a":[1,{"b":"x"}],"c":"é"},"timestamp":"t"}"#,
            r#"{"timestamp":"t","properties":{"c":"\u00e9","a":[ 1, {"b":"x"} ]},"\u0065vent":"A"}"#,
            r#"{"type":"track","event":"A","userId":null,"properties":{"a":[1,{"b":"x"}],"c":"é"},"timestamp":"t","_metadata":{"retryCount":2},"receivedAt":"3","writeKey":"k","context":null}"#,
        ] {
            assert_eq!(print(first), print(again), "{again}");
        }
        let forwarded = r#"{"event":"A","originalTimestamp":"t","timestamp":"1","context":{"ip":"1.1.1.1","x":1}}"#;
        let again = r#"{"event":"A","originalTimestamp":"t","timestamp":"2","context":{"x":1,"ip":"2.2.2.2"}}"#;
        assert_eq!(print(forwarded), print(again));
    }

    #[test]
    fn a_different_call_has_a_different_fingerprint() {
        let calls = [
            r#"{"event":"A"}"#,
            r#"{"event":"B"}"#,
            r#"{"event":"A","timestamp":"1"}"#,
            r#"{"event":"A","timestamp":"2"}"#,
            r#"{"event":"A","properties":{"x":1}}"#,
            r#"{"event":"A","properties":{"x":"1"}}"#,
            r#"{"event":"A","properties":{"x":[1,2]}}"#,
            r#"{"event":"A","properties":{"x":[2,1]}}"#,
            r#"{"event":"A","properties":{"x":{"y":1}}}"#,
            r#"{"event":"A","properties":{"y":{"x":1}}}"#,
            r#"{"event":"A","context":{"x":{"ip":"1"}}}"#,
            r#"{"event":"A","context":{"x":{"ip":"2"}}}"#,
            r#"{"event":"A","traits":{"x":1}}"#,
            r#"{"event":"x","A":"event"}"#,
        ];
        let prints: HashSet<u32> = calls.iter().map(|json| print(json)).collect();
        assert_eq!(prints.len(), calls.len());
    }
}
