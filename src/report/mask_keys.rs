//! Masks the sender's write keys in calls that leave this machine, wherever the keys are.

use crate::call::credential::{is_write_key, replace_parameters};
use crate::call::text::masked;
use crate::engine::{CallDetail, RequestDetail};
use crate::wire::{self, RequestHead, Route};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// The minimum length of a key that is masked within texts. A shorter one may be a part of any word,
/// so it is masked only as a whole value.
const MIN_KEY_CHARS: usize = 4;

/// The write keys of a request. A sender may use a different one in each place.
#[derive(Debug, Default)]
pub(crate) struct WriteKeys(Vec<String>);

impl WriteKeys {
    /// Finds the keys of a call's request, and the key of the call itself.
    pub fn of_call(call: &CallDetail) -> WriteKeys {
        let mut keys = WriteKeys::of_request(&call.request);
        call.write_key.iter().for_each(|key| keys.add(key));
        keys.add_named(&call.call_text);
        keys
    }

    /// Finds the keys of a request: in its head, and in its body the values with the name of a key.
    pub fn of_request(request: &RequestDetail) -> WriteKeys {
        let mut keys = WriteKeys::default();
        let head = head_of(request);
        let without_headers = RequestHead { headers: &[], ..head };
        for head in [
            RequestHead { query: "", ..head },
            without_headers,
            RequestHead { query: "", ..without_headers },
        ] {
            wire::key_of_head(&head).iter().for_each(|found| keys.add(&found.key));
        }
        let named = request.headers.iter().filter(|(name, _)| is_write_key(name));
        named.for_each(|(_, value)| keys.add(value));
        keys.add_named(&request.body);
        keys
    }

    /// Finds the keys in the text of a call, and adds the key of the call itself.
    pub fn of_text(call_text: &str, write_key: Option<&str>) -> WriteKeys {
        let mut keys = WriteKeys::default();
        write_key.iter().for_each(|key| keys.add(key));
        keys.add_named(call_text);
        keys
    }

    fn add(&mut self, key: &str) {
        if !key.is_empty() && !self.0.iter().any(|known| known == key) {
            self.0.push(key.to_owned());
            // longer keys first, because one key may begin with another
            self.0.sort_by_key(|key| std::cmp::Reverse(key.len()));
        }
    }

    fn add_named(&mut self, json: &str) {
        let mut found = Vec::new();
        each_text(json, &mut |text, name| {
            if name.is_some_and(is_write_key) {
                found.push(text.to_owned());
            }
            None
        });
        found.iter().for_each(|key| self.add(key));
    }

    /// Returns a JSON text in which the keys are replaced: where a value is a key, where its name is that
    /// of a key, and within texts. Names of members stay.
    pub fn replaced(&self, json: &str, by: &dyn Fn(&str) -> String) -> String {
        each_text(json, &mut |text, name| {
            if name.is_some_and(is_write_key) || self.0.iter().any(|key| key == text) {
                return (!text.is_empty()).then(|| by(text));
            }
            // JSON that was encoded twice
            let trimmed = text.trim_start();
            if trimmed.starts_with(['{', '[']) && text.contains('"') {
                let inner = self.replaced(text, by);
                return (inner != text).then_some(inner);
            }
            let hidden = self.replace_within(text, by);
            (hidden != text).then_some(hidden)
        })
    }

    /// Returns a text in which the keys are replaced wherever they occur.
    fn replace_within(&self, text: &str, by: &dyn Fn(&str) -> String) -> String {
        let long = self.0.iter().filter(|key| key.chars().count() >= MIN_KEY_CHARS);
        long.fold(text.to_owned(), |text, key| match text.contains(key.as_str()) {
            true => text.replace(key, &by(key)),
            false => text,
        })
    }

    /// Returns a JSON text in which the keys are masked except for their last four characters.
    pub fn mask_json(&self, json: &str) -> String {
        self.replaced(json, &masked)
    }

    /// Masks the keys in the URL, the headers, the body and the response of a request.
    pub fn mask_request(&self, request: &mut RequestDetail) {
        if let Route::Settings { write_key } = wire::route(&request.method, &request.path) {
            request.path = request.path.replace(write_key, &masked(write_key));
        }
        request.path = self.replace_within(&request.path, &masked);
        request.query = self.mask_query(&request.query);
        for (name, value) in &mut request.headers {
            *value = match name.as_str() {
                name if name.eq_ignore_ascii_case("authorization") => self.mask_basic(value),
                name if is_write_key(name) => masked(value),
                _ => self.replace_within(value, &masked),
            };
        }
        request.body = self.mask_body(&request.body);
        request.answer = self.mask_body(&request.answer);
    }

    fn mask_body(&self, body: &str) -> String {
        match body.trim_start().starts_with(['{', '[', '"']) {
            true => self.mask_json(body),
            false => self.mask_query(body),
        }
    }

    fn mask_query(&self, query: &str) -> String {
        let parameter = |name: &str, value: &str| {
            if is_write_key(&wire::form_decoded(name)) {
                return (!value.is_empty()).then(|| masked(&wire::form_decoded(value)));
            }
            let plain = wire::form_decoded(value);
            if self.0.contains(&plain) {
                return Some(masked(&plain));
            }
            let text = match plain.trim_start().starts_with('{') {
                true => Some(plain),
                false => decode_base64(&plain).filter(|text| text.trim_start().starts_with('{')),
            };
            let text = text?;
            let hidden = self.mask_json(&text);
            // pixel requests accept this alphabet of Base64 too
            (hidden != text).then(|| URL_SAFE_NO_PAD.encode(hidden))
        };
        let masked_query = replace_parameters(query, parameter);
        self.replace_within(masked_query.as_deref().unwrap_or(query), &masked)
    }

    /// Masks the keys in the value of an `Authorization` header. The result is no Base64 and cannot be
    /// turned back.
    fn mask_basic(&self, value: &str) -> String {
        match self.0.iter().find_map(|key| mask_basic_credentials(value, key)) {
            Some(hidden) => hidden,
            None => self.replace_within(value, &masked),
        }
    }
}

fn head_of(request: &RequestDetail) -> RequestHead<'_> {
    RequestHead {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        received_at: request.received_at,
        is_tls: request.is_tls,
    }
}

/// Decodes Base64 with any alphabet and padding; none if a text is something else.
fn decode_base64(text: &str) -> Option<String> {
    // a `+` that was not escaped has become a space
    let compact = text.trim().replace(' ', "+");
    let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    let bytes = engines.iter().find_map(|engine| engine.decode(&compact).ok())?;
    String::from_utf8(bytes).ok()
}

/// Calls `by` for each string of a JSON document that is not a name, with the name before it, and
/// returns the document with the strings that `by` returned in their places. In a text that is not
/// JSON, it does this for the texts in quotes.
fn each_text(json: &str, by: &mut dyn FnMut(&str, Option<&str>) -> Option<String>) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut at, mut name): (usize, Option<String>) = (0, None);
    while let Some(begin) = json[at..].find('"').map(|found| at + found) {
        let between = &json[at..begin];
        out.push_str(between);
        let end = end_of_text(json.as_bytes(), begin);
        let raw = &json[begin..end];
        let inner = raw.trim_matches('"');
        let text = serde_json::from_str(raw).unwrap_or_else(|_| inner.to_owned());
        if json[end..].trim_start().starts_with(':') {
            out.push_str(raw);
            name = Some(text);
        } else {
            let follows = name.take().filter(|_| between.trim() == ":");
            match by(&text, follows.as_deref()) {
                Some(other) => out.push_str(&serde_json::Value::from(other).to_string()),
                None => out.push_str(raw),
            }
        }
        at = end;
    }
    out + &json[at..]
}

/// Returns the end of a text in quotes, after its closing quote, or the end of the bytes.
fn end_of_text(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Masks the write keys of a call except for their last four characters: in the record, in the call's
/// own text, and in the request that carried it.
pub(crate) fn mask_call(call: &mut CallDetail, keys: &WriteKeys) {
    call.call_text = keys.mask_json(&call.call_text);
    call.derived_text = keys.mask_json(&call.derived_text);
    let mut request = (*call.request).clone();
    keys.mask_request(&mut request);
    call.request = std::sync::Arc::new(request);
    call.write_key = call.write_key.as_deref().map(masked);
}

/// Masks the write keys of a request without calls: those in its head, and in its body the values with
/// the name of a key.
pub fn mask_request(request: &mut RequestDetail) {
    WriteKeys::of_request(request).mask_request(request);
}

/// Returns a text in which the key is masked wherever it occurs. An empty key changes nothing.
pub fn hide_key(text: &str, key: &str) -> String {
    if key.is_empty() { text.to_owned() } else { text.replace(key, &masked(key)) }
}

/// Masks the key in the value of an `Authorization` header. If it is Base64 with the key, the result is
/// no Base64 and cannot be turned back.
pub fn hide_basic(value: &str, key: &str) -> String {
    mask_basic_credentials(value, key).unwrap_or_else(|| hide_key(value, key))
}

/// Decodes a Basic header and masks the key; none if the key is not in it.
fn mask_basic_credentials(value: &str, key: &str) -> Option<String> {
    let credentials = wire::basic_credentials(value)?;
    let scheme = value.trim_start().split(' ').next().unwrap_or_default();
    let holds_key = !key.is_empty() && credentials.contains(key);
    holds_key.then(|| format!("{scheme} {}", hide_key(&credentials, key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keys_in_every_place_of_a_body() {
        let json = r#"{"k123" : "k123", "a": ["k123", "x", "url?k=k123&b"], "writeKey":"other","batch":[{"write\u004bey": "item"}],"text":"{\"writeKey\":\"inner\"}","write_key":null}"#;
        let keys = WriteKeys::of_text(json, Some("k123"));
        assert_eq!(
            keys.replaced(json, &|_| "*".to_owned()),
            r#"{"k123" : "*", "a": ["*", "x", "url?k=*&b"], "writeKey":"*","batch":[{"write\u004bey": "*"}],"text":"{\"writeKey\":\"*\"}","write_key":null}"#
        );
        // a short key stands in many words
        let keys = WriteKeys::of_text("{}", Some("k"));
        assert_eq!(keys.mask_json(r#"["k","like",1]"#), r#"["***","like",1]"#);
        assert_eq!(keys.mask_json("{\"a\":\"b"), "{\"a\":\"b");
    }

    #[test]
    fn masks_keys_in_queries_and_what_they_encode() {
        let keys = WriteKeys(vec!["wk_live_abcd1234".to_owned()]);
        for (query, shown) in [
            ("writeKey=wk_live_abcd1234&a=b", "writeKey=***1234&a=b"),
            ("write%4Bey=another1", "write%4Bey=***her1"),
            ("x=wk%5Flive%5Fabcd1234", "x=***1234"),
            ("to=http://h/wk_live_abcd1234/x", "to=http://h/***1234/x"),
            ("", ""),
        ] {
            assert_eq!(keys.mask_query(query), shown);
        }
        let data = STANDARD.encode(r#"{"event":"E","writeKey":"wk_live_abcd1234"}"#);
        let query = keys.mask_query(&format!("data={data}"));
        let shown = decode_base64(query.trim_start_matches("data=")).expect("base64");
        assert_eq!(shown, r#"{"event":"E","writeKey":"***1234"}"#);
    }

    #[test]
    fn basic_is_opened_to_find_the_key() {
        let key = "wk_live_abcd1234";
        let value = format!("Basic {}", STANDARD.encode(format!("{key}:")));
        assert_eq!(hide_basic(&value, key), "Basic ***1234:");
        let value = format!("Basic {}", STANDARD_NO_PAD.encode(key));
        assert_eq!(hide_basic(&value, key), "Basic ***1234");
        assert_eq!(hide_basic("Bearer sha256:00", key), "Bearer sha256:00");
        assert_eq!(hide_basic(&value, "other"), value);
        assert_eq!(hide_key("?writeKey=wk_live_abcd1234", key), "?writeKey=***1234");
        assert_eq!(hide_key("abc", ""), "abc");
    }
}
