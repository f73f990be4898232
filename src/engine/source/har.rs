//! Reads the requests with calls of HTTP archives (HAR), as browsers and proxies export them.

use crate::call::text::KEY_MASK;
use crate::call::{Doc, Val, time};
use crate::engine::source::call_record;
use crate::engine::source::har_response::HarResponse;
use crate::recording::{Body, LineHead, ResponseSource, compose, compose_answer};
use crate::wire::{self, CallExcerpt, RequestHead, Route, posted};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;

/// The maximum size of an unpacked body.
const MAX_BODY_BYTES: u64 = 32 << 20;

/// The member of an entry that says what the rest of the request decided, if the body is one call of a
/// request. Only segscope's exports have it.
pub(crate) const EXCERPT: &str = "_segscopeExcerpt";
/// The member of an entry that is true if the call was in a file, so that its request is only one that
/// could carry it. Only segscope's exports have it.
pub(crate) const FROM_FILE: &str = "_segscopeFromFile";

/// The kind of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HarEntry {
    /// A request with calls, whose recorded line was composed.
    Calls,
    /// Any other entry.
    Other,
    /// A request for a tracking path whose body is missing or cannot be read, with the reason.
    Unreadable(&'static str),
}

/// Returns whether a text that begins like this is a HAR.
pub(crate) fn is_har(head: &str) -> bool {
    let rest = head.trim_start_matches('\u{feff}').trim_start();
    let rest = rest.strip_prefix('{').map(str::trim_start);
    let rest = rest.and_then(|rest| rest.strip_prefix("\"log\"")).map(str::trim_start);
    let is_log = rest.and_then(|rest| rest.strip_prefix(':')).is_some();
    is_log && ["\"entries\"", "\"creator\"", "\"pages\""].iter().any(|name| head.contains(name))
}

/// Composes the line of an entry into `line`. `number` is that of the request.
pub(crate) fn entry(entry: Val<'_>, number: u64, line: &mut Vec<u8>) -> HarEntry {
    let Some(request) = entry.get("request") else { return HarEntry::Other };
    let text = |name: &str| request.get(name).and_then(|text| text.as_str());
    let (Some(method), Some(url)) = (text("method"), text("url")) else { return HarEntry::Other };
    let Some((host, path, query)) = parts(&url) else { return HarEntry::Other };
    let received_at = entry.get("startedDateTime").and_then(|at| time::parse(&at.as_str()?));
    let received_at = received_at.unwrap_or(0);
    let response = HarResponse::from_entry(entry, received_at);
    let refused = response.refused();
    let body = match body(request.get("postData")) {
        Ok(body) => body,
        Err(_) if refused.is_some() && tracking(&method, path).is_some() => Vec::new(),
        Err(why) if tracking(&method, path).is_some() => return HarEntry::Unreadable(why),
        Err(_) => return HarEntry::Other,
    };
    let json =
        std::str::from_utf8(&body).ok().map(|text| text.trim_start_matches('\u{feff}').trim());
    let own = json.filter(|_| method == "POST" || method.is_empty()).and_then(own_request);
    let (path, json) = match (tracking(&method, path), own) {
        (Some(path), _) => (path, json.map(Cow::Borrowed)),
        // a user's own proxy may use other paths, and segscope's exports have no path for calls
        // that came from a file
        (None, Some((path, json))) => (path, Some(json)),
        (None, None) => return HarEntry::Other,
    };
    if body.is_empty() && method == "POST" && refused.is_none() {
        return HarEntry::Unreadable("the archive does not hold their bodies");
    }
    let headers = headers(request, host);
    let excerpt = entry.get(EXCERPT).map(CallExcerpt::read);
    let head = LineHead {
        received_at,
        method: if method.is_empty() { "POST" } else { &method },
        path,
        query,
        headers: &headers,
        status: response.status,
        response: ResponseSource::Archived,
        fault: None,
        is_tls: url.starts_with("https://"),
        excerpt: excerpt.as_ref(),
    };
    let is_from_file = entry.get(FROM_FILE).is_some_and(|value| value.raw() == "true");
    let head = match is_from_file {
        true => call_record::line_head(None, excerpt.as_ref(), received_at),
        false => head,
    };
    // a pixel has its call in the URL, as at the listener
    let queried = body.is_empty().then(|| query_call(&head)).flatten();
    let json = queried.as_deref().or(json.as_deref());
    let body = match json.filter(|json| Doc::parse(*json).is_ok()) {
        Some(json) => Body::Json(json),
        None if body.is_empty() => Body::None,
        None if refused.is_some() => Body::Bytes(&body),
        None => return HarEntry::Unreadable("their bodies are not JSON"),
    };
    compose(line, number, &head, body, refused, None);
    if let Some(answer) = &response.answer {
        compose_answer(line, number, answer);
    }
    HarEntry::Calls
}

/// Returns the call in the query of a request without a body.
fn query_call(head: &LineHead<'_>) -> Option<String> {
    let LineHead { method, path, query, headers, received_at, is_tls, .. } = *head;
    wire::query_body(&RequestHead { method, path, query, headers, received_at, is_tls })
}

/// Returns the host, path and query of a URL.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Some((host, path, query))
}

/// Returns the tracking path: the whole path, or its end if a proxy puts it under another path.
fn tracking<'p>(method: &str, path: &'p str) -> Option<&'p str> {
    let has_calls = |path: &&str| {
        let head =
            RequestHead { method, path, query: "", headers: &[], received_at: 0, is_tls: false };
        head.route().has_calls() && !matches!(head.route(), Route::Calls(wire::BodyShape::Webhook))
    };
    let ends = ["/beacon/v1/", "/pixel/v1/", "/v1/"].iter();
    let ends = ends.filter_map(|begin| path.rfind(begin).map(|at| &path[at..]));
    std::iter::once(path).chain(ends).find(has_calls)
}

/// Returns the path to which a body is posted, and the body as it is posted, if it is a call or a
/// batch.
fn own_request(text: &str) -> Option<(&'static str, Cow<'_, str>)> {
    let doc = Doc::parse(text).ok()?;
    let batch = doc.root().get("batch").filter(Val::is_array);
    let typed = |call: Val<'_>| {
        call.get("type").is_some() && crate::engine::source::envelope::may_be_call(call)
    };
    let is_call = typed(doc.root()) || batch.is_some_and(|batch| batch.children().any(typed));
    is_call.then(|| posted(text).ok()).flatten()
}

/// Returns the headers with lowercase names, without HTTP/2 pseudo-headers, and with the host of
/// the URL.
fn headers(request: Val<'_>, host: &str) -> Vec<(String, String)> {
    let own = |name: &str| name.starts_with(':') || name == "host";
    let mut headers = vec![("host".to_owned(), host.to_owned())];
    headers.extend(header_pairs(request).into_iter().filter(|(name, _)| !own(name)));
    for (name, value) in &mut headers {
        if let ("authorization", Some(coded)) = (&**name, masked_credentials(value)) {
            *value = coded;
        }
    }
    headers
}

/// Encodes the credentials with a masked write key that segscope's exports have as readable text.
/// They are no Base64, so the request would count as one without a key.
fn masked_credentials(value: &str) -> Option<String> {
    let (scheme, credentials) = value.split_once(' ')?;
    let is_masked = scheme.eq_ignore_ascii_case("basic") && credentials.starts_with(KEY_MASK);
    is_masked.then(|| format!("{scheme} {}", STANDARD.encode(credentials)))
}

/// Returns the headers of a request or a response with lowercase names.
pub(crate) fn header_pairs(message: Val<'_>) -> Vec<(String, String)> {
    let pair = |header: Val<'_>| {
        let text = |name: &str| header.get(name).and_then(|text| text.as_str());
        Some((text("name")?.to_ascii_lowercase(), text("value")?.into_owned()))
    };
    let all = message.get("headers").into_iter().flat_map(|headers| headers.children());
    all.filter_map(pair).collect()
}

/// Returns the bytes of a request's body, unpacked if they are gzip.
fn body(post: Option<Val<'_>>) -> Result<Vec<u8>, &'static str> {
    let bytes = post.map_or(Ok(Vec::new()), text_or_base64)?;
    if !bytes.starts_with(crate::engine::source::gzip::MAGIC) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(&bytes[..]).take(MAX_BODY_BYTES).read_to_end(&mut unpacked);
    read.map_err(|_| "their bodies are damaged gzip")?;
    Ok(unpacked)
}

/// Returns the bytes of a `postData` or `content`: text, base64, or bytes as characters.
pub(crate) fn text_or_base64(post: Val<'_>) -> Result<Vec<u8>, &'static str> {
    let Some(text) = post.get("text").and_then(|text| text.as_str()) else { return Ok(Vec::new()) };
    let coded = post.get("encoding").and_then(|coding| coding.as_str());
    let is_coded = coded.is_some_and(|coding| coding == "base64");
    if is_coded || text.starts_with("H4sI") {
        STANDARD.decode(text.trim()).map_err(|_| "their bodies are not base64")
    } else if text.starts_with("\u{1f}\u{8b}") {
        // the bytes were written as characters; a character above U+00FF means that bytes were lost
        let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
        bytes.map_err(|_| "their bodies are gzip that was damaged when the archive was written")
    } else {
        Ok(text.into_owned().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(method: &str, url: &str, post: &str) -> (HarEntry, String) {
        let text = format!(
            "{{\"startedDateTime\":\"2026-11-20T10:00:00.100Z\",\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\",\"headers\":[{{\"name\":\":authority\",\"value\":\"x\"}},{{\"name\":\"Content-Type\",\"value\":\"text/plain\"}}]{post}}},\"response\":{{\"status\":200}}}}"
        );
        let doc = Doc::parse(text).expect("JSON");
        let mut line = Vec::new();
        let found = entry(doc.root(), 7, &mut line);
        (found, String::from_utf8(line).expect("UTF-8"))
    }

    #[test]
    fn composes_the_line_of_a_tracking_request() {
        let post = ",\"postData\":{\"text\":\"{\\\"event\\\":\\\"E\\\"}\"}";
        let (found, text) = line("POST", "https://api.segment.io/v1/t?x=1#y", post);
        assert_eq!(found, HarEntry::Calls);
        for part in [
            "\"request\":7,",
            "\"received_at\":\"2026-11-20T10:00:00.100Z\"",
            "\"path\":\"/v1/t\",\"query\":\"x=1\"",
            "\"host\":\"api.segment.io\"",
            "\"content-type\":\"text/plain\"",
            "\"body\":{\"event\":\"E\"}",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("authority"), "{text}");
        let under = line("POST", "https://t.example.org/metrics/v1/t", post);
        assert!(under.1.contains("\"path\":\"/v1/t\""), "{}", under.1);
        let typed =
            ",\"postData\":{\"text\":\"{\\\"type\\\":\\\"page\\\",\\\"userId\\\":\\\"u\\\"}\"}";
        let own = line("POST", "https://t.example.org/collect", typed);
        assert!(own.1.contains("\"path\":\"/v1/page\""), "{}", own.1);
    }

    #[test]
    fn passes_over_what_carries_no_calls() {
        for (method, url, post) in [
            ("GET", "https://app.example.org/", ""),
            ("OPTIONS", "https://api.segment.io/v1/t", ""),
            ("GET", "https://cdn.segment.com/v1/projects/k/settings", ""),
            ("POST", "https://app.example.org/api", ",\"postData\":{\"text\":\"{\\\"a\\\":1}\"}"),
            ("POST", "https://api.segment.io/v1/m", ",\"postData\":{\"text\":\"{}\"}"),
        ] {
            assert_eq!(line(method, url, post).0, HarEntry::Other, "{method} {url}");
        }
        for post in ["", ",\"postData\":{\"text\":\"H4sI!\"}", ",\"postData\":{\"text\":\"x\"}"] {
            let found = line("POST", "https://api.segment.io/v1/batch", post).0;
            assert!(matches!(found, HarEntry::Unreadable(_)), "{post}: {found:?}");
        }
    }
}
