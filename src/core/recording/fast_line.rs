//! A fast reader of lines as `compose` writes them. It builds no table of the line's values: it
//! reads the members before the body and takes the rest as the body. For any other line it returns
//! `None`, and the caller uses the full parser.

use crate::call::{Doc, time};
use crate::recording::compose_line::TLS_MEMBER;
use crate::recording::request_line::{RequestLine, ResponseSource};

/// Reads a request's line; returns `None` if the line needs the full parser. Does not check that
/// the body is JSON: the code that parses the body finds out, and then uses the full parser.
pub(crate) fn parse(line: &str) -> Option<RequestLine> {
    let mut rest = LineRest { line, at: 0 };
    rest.skip("{\"v\":1,\"request\":")?;
    let request = rest.number()?;
    rest.skip(",\"received_at\":")?;
    let received_at = time::parse(rest.text()?)?;
    rest.skip(",\"method\":")?;
    let method = rest.text()?.to_owned();
    rest.skip(",\"path\":")?;
    let path = rest.text()?.to_owned();
    rest.skip(",\"query\":")?;
    let query = rest.text()?.to_owned();
    rest.skip(",\"headers\":")?;
    let headers = rest.headers()?;
    rest.skip(",\"status\":")?;
    let status = rest.number()?.try_into().ok()?;
    let response = rest.response();
    let is_tls = rest.skip(TLS_MEMBER).is_some();
    rest.skip(",\"body\":")?;
    // further fields after the body make the rest invalid JSON, which the body's parser detects;
    // the usual further fields end in something other than `}` or `]`
    let body = rest.at..line.strip_suffix('}')?.len();
    let text = line.get(body.clone())?;
    let ends = text.starts_with(['{', '[']) && text.ends_with(['}', ']']);
    ends.then_some(RequestLine {
        request,
        received_at,
        method,
        path,
        query,
        headers,
        status,
        response,
        fault: None,
        body: Some(body),
        other_body: None,
        refused: None,
        refused_kind: None,
        body_bytes: None,
        signature: None,
        is_tls,
        excerpt: None,
    })
}

struct LineRest<'l> {
    line: &'l str,
    at: usize,
}

impl<'l> LineRest<'l> {
    fn skip(&mut self, text: &str) -> Option<()> {
        let matches = self.line.as_bytes()[self.at..].starts_with(text.as_bytes());
        matches.then(|| self.at += text.len())
    }

    /// Reads the origin of the response that the sender gets.
    fn response(&mut self) -> ResponseSource {
        let marked =
            [ResponseSource::Discarded, ResponseSource::Upstream, ResponseSource::Archived];
        let found = marked.into_iter().find(|source| self.skip(source.member()).is_some());
        found.unwrap_or_default()
    }

    fn number(&mut self) -> Option<u64> {
        let rest = &self.line[self.at..];
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        let digits = &rest[..len];
        self.at += len;
        // JSON has no leading zeros
        digits.parse().ok().filter(|_| len == 1 || !digits.starts_with('0'))
    }

    /// Reads a string that contains no escapes.
    fn text(&mut self) -> Option<&'l str> {
        self.skip("\"")?;
        let len = memchr::memchr(b'"', &self.line.as_bytes()[self.at..])?;
        let text = &self.line[self.at..self.at + len];
        self.at += len + 1;
        let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'\\');
        plain.then_some(text)
    }

    /// Reads the headers with the full JSON parser, which is fast enough because headers are few
    /// and short.
    fn headers(&mut self) -> Option<Vec<(String, String)>> {
        let start = self.at;
        let bytes = self.line.as_bytes();
        loop {
            self.at += memchr::memchr2(b'"', b'}', bytes.get(self.at..)?)?;
            if bytes[self.at] == b'}' {
                break;
            }
            self.at += 1;
            loop {
                self.at += memchr::memchr2(b'"', b'\\', bytes.get(self.at..)?)?;
                if bytes[self.at] == b'"' {
                    break;
                }
                self.at += 2;
            }
            self.at += 1;
        }
        self.at += 1;
        let doc = Doc::parse(&self.line[start..self.at]).ok()?;
        let header = |value: crate::call::Val<'_>| {
            (value.key().into_owned(), value.as_str().unwrap_or_default().into_owned())
        };
        doc.root().is_object().then(|| doc.root().children().map(header).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::compose_line::{Body, LineHead, RefusalRecord, compose};
    use crate::recording::reader::{RecordingEntry, parse_long};
    use proptest::prelude::*;

    /// Checks that both readers agree on a line; `short` says whether the fast reader accepts it.
    fn check(line: &str, short: bool) {
        let quick = parse(line);
        assert_eq!(quick.is_some(), short, "{line}");
        if let Some(quick) = quick {
            let Ok(RecordingEntry::Request(long)) = parse_long(line) else {
                panic!("a request: {line}")
            };
            assert_eq!(quick, *long, "{line}");
        }
    }

    proptest! {
        #[test]
        fn both_readers_agree(
            headers in proptest::collection::vec(("[a-z-]{1,9}", "[ -~é]{0,12}"), 0..4),
            query in "[a-z=&\"\\\\]{0,6}",
            json in prop_oneof![Just("{}"), Just(r#"{"a":"}","b":[1,{"c":"\""}]}"#), Just("[]")],
            status in prop_oneof![Just(200u16), Just(201)],
            response in proptest::sample::select(ResponseSource::ALL.to_vec()),
            is_tls in proptest::bool::ANY,
        ) {
            let head = LineHead {
                received_at: 1_714_557_600_123,
                method: "POST",
                path: "/v1/t",
                query: &query,
                headers: &headers,
                status,
                response,
                fault: None,
                is_tls,
                excerpt: None,
            };
            let mut line = Vec::new();
            compose(&mut line, 12, &head, Body::Json(json), None, None);
            line.pop();
            let line = String::from_utf8(line).expect("UTF-8");
            check(&line, !query.contains(['"', '\\']));
        }
    }

    #[test]
    fn leaves_other_lines_to_the_full_parser() {
        let head = LineHead {
            received_at: 0,
            method: "POST",
            path: "/",
            query: "",
            headers: &[],
            status: 400,
            response: ResponseSource::Own,
            fault: None,
            is_tls: false,
            excerpt: None,
        };
        let mut line = Vec::new();
        let mut line = |body: Body<'_>, refused: Option<RefusalRecord<'_>>| {
            compose(&mut line, 1, &head, body, refused, None);
            String::from_utf8(line[..line.len() - 1].to_vec()).expect("UTF-8")
        };
        check(&line(Body::None, None), false);
        check(&line(Body::Bytes(b"\xff"), None), false);
        let refused = RefusalRecord { code: "c", message: "m", kind: "", body_bytes: None };
        check(&line(Body::Bytes(b"{"), Some(refused)), false);
        check(&line(Body::Json("{}"), None).replace("\"request\":1", "\"request\":01"), false);
        check(&line(Body::Json("{}"), None).replace(',', ", "), false);
        check(&line(Body::Json("3"), None), false);
        check(&line(Body::Json("{}"), None).replace("{}}", "\t{}}"), false);
        check(&line(Body::Json("{}"), None).replace("{}}", "{},\"signature\":\"valid\"}"), false);
    }
}
