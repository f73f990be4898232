//! A recorded line is read the same in both ways, and what is read can be recorded again.

use segscope::call::Doc;
use segscope::recording::{
    Body, LineHead, RecordingEntry, RequestLine, compose, parse, parse_quick,
};
use std::collections::HashSet;

pub fn run(data: &[u8]) {
    let Ok(line) = std::str::from_utf8(data) else { return };
    let long = parse(line);
    if let Some(quick) = parse_quick(line)
        && quick.body.clone().is_some_and(|body| Doc::parse(&line[body]).is_ok())
    {
        match &long {
            Ok(RecordingEntry::Request(long)) => assert_eq!(quick, **long, "{line:?}"),
            other => panic!("read the short way only: {other:?}: {line:?}"),
        }
    }
    if let Ok(RecordingEntry::Request(request)) = long {
        let first = recorded(line, &request);
        let Ok(RecordingEntry::Request(again)) = parse(&first) else {
            panic!("no line: {first:?}")
        };
        assert_eq!(
            (request.request, request.received_at, &request.method, request.status),
            (again.request, again.received_at, &again.method, again.status),
            "{line:?}"
        );
        // headers of one name are joined, and what is joined is hashed as a whole
        let names: HashSet<&String> = request.headers.iter().map(|(name, _)| name).collect();
        if names.len() == request.headers.len() {
            assert_eq!(recorded(&first, &again), first, "redacted once, it stays as it is");
        }
    }
}

fn recorded(line: &str, request: &RequestLine) -> String {
    let head = LineHead {
        received_at: request.received_at,
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        status: request.status,
        response: request.response,
        fault: request.fault.as_deref(),
        is_tls: false,
        excerpt: None,
    };
    let body = match (&request.body, &request.other_body) {
        (Some(body), _) => Body::Json(&line[body.clone()]),
        (None, Some(bytes)) => Body::Bytes(bytes),
        (None, None) => Body::None,
    };
    let mut out = Vec::new();
    compose(&mut out, request.request, &head, body, None, request.signature.as_deref());
    assert_eq!(out.pop(), Some(b'\n'));
    let out = String::from_utf8(out).expect("a line is UTF-8");
    assert!(!out.contains('\n'), "one line: {out:?}");
    out
}
