//! Queries, and the bodies that are built from them: pixels and webhooks by GET or DELETE.

use super::{BodyShape, RequestHead, Route};
use crate::call::{CallType, Doc, time};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// The maximum depth of nesting, which is deeper than any event. The rest of a deeper name stays
/// one name, so that no query creates unlimited nesting.
const MAX_LEVELS: usize = 32;

/// Returns the JSON text of the call in the query of a request; `None` if the route has a real
/// body, or if the query contains no call. The recording keeps the result as the body.
pub fn query_body(head: &RequestHead<'_>) -> Option<String> {
    match head.route() {
        Route::Calls(BodyShape::Pixel(_)) => pixel(head.query),
        Route::Calls(BodyShape::RudderPixel(kind)) => Some(rudder_pixel(head, kind)),
        Route::Calls(BodyShape::Webhook) if matches!(head.method, "GET" | "DELETE") => {
            let properties = nested(head.query, |_| true);
            (!properties.is_empty()).then(|| json!({ "properties": properties }).to_string())
        }
        _ => None,
    }
}

/// Reads Segment's pixel: base64 of JSON in `data`, or the members themselves as parameters.
fn pixel(query: &str) -> Option<String> {
    let Some(data) = value(query, "data") else {
        return Some(Value::Object(nested(query, |_| true)).to_string());
    };
    pixel_call(&data)
}

/// Returns the JSON text of the call in the `data` of a pixel, in any variant of base64 or as plain
/// JSON; `None` if it is not a call.
pub fn pixel_call(data: &str) -> Option<String> {
    let plain = data.trim();
    if plain.starts_with('{') {
        return is_object(plain).then(|| plain.to_owned());
    }
    // a `+` that was not escaped has become a space
    let compact: String =
        plain.trim_end_matches('=').chars().map(|c| if c == ' ' { '+' } else { c }).collect();
    let bytes = if compact.contains(['-', '_']) {
        URL_SAFE_NO_PAD.decode(compact.replace('+', "-").replace('/', "_"))
    } else {
        STANDARD_NO_PAD.decode(compact)
    };
    let text = String::from_utf8(bytes.ok()?).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    is_object(text).then(|| text.to_owned())
}

fn is_object(text: &str) -> bool {
    Doc::parse(text).is_ok_and(|doc| doc.root().is_object())
}

/// Reads RudderStack's pixel, and adds the fields that its server adds.
fn rudder_pixel(head: &RequestHead<'_>, kind: CallType) -> String {
    let mut call = nested(head.query, |name| name != "writeKey");
    let now = time::format(head.received_at);
    call.insert("channel".into(), "web".into());
    call.insert("integrations".into(), json!({"All": true}));
    call.insert("originalTimestamp".into(), now.clone().into());
    call.insert("sentAt".into(), now.into());
    let unnamed = call.get("name").is_none_or(|name| name.as_str() == Some(""));
    if kind == CallType::Page && unnamed {
        call.insert("name".into(), "Unknown Page".into());
    }
    Value::Object(call).to_string()
}

/// Returns the parameters as an object. Dots in their names nest, and all values are strings.
fn nested(query: &str, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut root = Map::new();
    for (name, value) in pairs(query).filter(|(name, _)| wanted(name)) {
        let mut parts: Vec<&str> = name.splitn(MAX_LEVELS, '.').collect();
        let last = parts.pop().unwrap_or_default();
        let mut at = &mut root;
        for part in parts {
            let slot = at.entry(part).or_insert(Value::Null);
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            at = slot.as_object_mut().expect("made an object just above");
        }
        at.insert(last.to_owned(), value.into());
    }
    root
}

/// Returns the decoded parameters in order; a name without `=` has an empty value.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form(name), form(value))
    })
}

/// Returns the decoded value of the first parameter of that name.
pub fn value(query: &str, name: &str) -> Option<String> {
    pairs(query).find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Decodes form encoding: `+` is a space.
pub fn form(text: &str) -> String {
    if text.contains('+') { percent(&text.replace('+', " ")) } else { percent(text) }
}

/// Decodes percent encoding. Invalid escapes are kept, and bytes that are not UTF-8 become U+FFFD.
pub(crate) fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return text.to_owned();
    }
    let digit = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (other, ..) => {
                out.push(other);
                at += 1;
            }
        }
    }
    match String::from_utf8(out) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::test_head;

    fn body(method: &str, path: &str) -> Option<String> {
        query_body(&test_head(method, path, &[]))
    }

    #[test]
    fn a_pixel_takes_every_spelling_of_base64() {
        let call = r#"{"event":"a>?~ÿ"}"#;
        let padded = base64::engine::general_purpose::STANDARD.encode(call);
        let url = base64::engine::general_purpose::URL_SAFE.encode(call);
        assert!(padded.contains('+') && url.contains('-'), "the sample covers both alphabets");
        for data in [
            padded.clone(),
            padded.trim_end_matches('=').to_owned(),
            padded.replace('+', "%2B").replace('=', "%3D"),
            padded.replace('+', "%20"),
            url.clone(),
            url.trim_end_matches('=').to_owned(),
            "%7B%22event%22%3A%22a%3E%3F~%C3%BF%22%7D".to_owned(),
        ] {
            let got = body("GET", &format!("/v1/pixel/track?x=1&data={data}"));
            assert_eq!(got.as_deref(), Some(call), "{data}");
        }
        for data in ["%%%", "bm90IGpzb24", "WzFd", "{", "=", ""] {
            assert_eq!(body("GET", &format!("/v1/pixel/track?data={data}")), None, "{data}");
        }
    }

    #[test]
    fn dotted_parameters_nest() {
        assert_eq!(
            body(
                "GET",
                "/v1/pixel/track?userId=u+1&properties.a.b=%C3%BC&properties.c=&properties.a=x&properties.a.d=1"
            ),
            Some(r#"{"userId":"u 1","properties":{"a":{"d":"1"},"c":""}}"#.to_owned())
        );
        assert_eq!(body("GET", "/v1/pixel/track").as_deref(), Some("{}"));
        let deep = format!("/v1/pixel/track?{}=1", "a.".repeat(50_000));
        assert!(body("GET", &deep).is_some_and(|text| text.len() > 100_000));
    }

    #[test]
    fn adds_the_fields_of_rudderstacks_server() {
        let added = r#""channel":"web","integrations":{"All":true},"originalTimestamp":"2024-05-01T10:00:00.000Z","sentAt":"2024-05-01T10:00:00.000Z""#;
        assert_eq!(
            body("GET", "/pixel/v1/track?writeKey=k&event=E&properties.a=1"),
            Some(format!(r#"{{"event":"E","properties":{{"a":"1"}},{added}}}"#))
        );
        assert_eq!(
            body("GET", "/pixel/v1/page?name="),
            Some(format!(r#"{{"name":"Unknown Page",{added}}}"#))
        );
    }

    #[test]
    fn a_webhook_by_get_has_its_properties_in_the_query() {
        let want = Some(r#"{"properties":{"a":{"b":"1"}}}"#.to_owned());
        assert_eq!(body("GET", "/webhook?a.b=1"), want);
        assert_eq!(body("DELETE", "/webhook?a.b=1"), want);
        assert_eq!(body("GET", "/webhook"), None);
        assert_eq!(body("POST", "/webhook?a=1"), None);
    }

    #[test]
    fn keeps_invalid_percent_escapes() {
        for (text, want) in
            [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%41%", "A%"), ("%ff", "\u{fffd}")]
        {
            assert_eq!(percent(text), want);
        }
    }
}
