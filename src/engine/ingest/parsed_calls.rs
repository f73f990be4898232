//! Parsing the calls of a request, when it is recorded or, if it is forwarded, while its response is
//! awaited.

use crate::engine::Engine;
use crate::wire::{self, ParseScratch, ParsedRequest, Refusal, RequestHead};
use std::cell::Cell;

/// The maximum length of a body that is parsed before the response is known.
const MAX_EARLY_BODY_BYTES: usize = 8 * 1024;

/// The maximum memory of calls that were parsed early. They take it as long as the request waits for
/// its response, and a short text may have many values.
const MAX_EARLY_BYTES: usize = 24 * 1024;

/// The calls of a request, parsed, with the buffers for the next ones.
#[derive(Debug)]
pub struct ParsedCalls {
    pub(crate) reading: ParsedRequest<'static>,
    pub(crate) scratch: ParseScratch,
}

impl Engine {
    /// Parses the calls of a small request before its response is known, if its body is plain JSON.
    /// Returns `None` if they are to be parsed when the request is recorded: those of a request that
    /// is redacted first, those that need a generated id, and those that take much memory.
    pub fn parse_early(&self, head: &RequestHead<'_>, raw: &[u8]) -> Option<ParsedCalls> {
        let is_small = raw.len() <= MAX_EARLY_BODY_BYTES;
        let is_json = raw.first() == Some(&b'{') && head.header("content-encoding").is_none();
        let has_calls = head.method == "POST" && head.route().has_calls();
        if !(is_small && is_json && has_calls) || self.shared.redaction.is_some() {
            return None;
        }
        let body = wire::text(raw).ok()?;
        let needs_number = Cell::new(false);
        let number = || {
            needs_number.set(true);
            0
        };
        // a buffer of an earlier request may be large
        let mut scratch = ParseScratch::default();
        let reading = wire::read_numbered(head, &number, body, &mut scratch).ok()?;
        if needs_number.get() || reading.memory_bytes() > MAX_EARLY_BYTES {
            return None;
        }
        Some(ParsedCalls { reading: reading.into_owned(&mut scratch), scratch })
    }

    /// Parses the calls of a request. `number` returns the number of the request; it is called only
    /// for a call that needs a generated id.
    pub(crate) fn parse_calls(
        &self,
        head: &RequestHead<'_>,
        number: &dyn Fn() -> u64,
        body: &str,
    ) -> Result<ParsedCalls, Refusal> {
        let mut scratch = self.shared.queue.take_buffer();
        match wire::read_numbered(head, number, body, &mut scratch) {
            Ok(reading) => Ok(ParsedCalls { reading: reading.into_owned(&mut scratch), scratch }),
            Err(refusal) => {
                self.shared.queue.give_buffer(scratch, body.len());
                Err(refusal)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::test_engine::TestEngine;
    use crate::engine::{ForwardRecord, IngestOptions};
    use crate::recording::{AnsweredWith, Redaction, UpstreamAnswer};

    const CALL: &str = r#"{"event":"e","userId":"u","messageId":"m"}"#;

    fn head<'h>(path: &'h str, headers: &'h [(String, String)]) -> RequestHead<'h> {
        RequestHead {
            method: "POST",
            path,
            query: "",
            headers,
            received_at: 1_795_341_600_000,
            is_tls: false,
        }
    }

    #[test]
    fn a_small_request_is_parsed_early_unless_it_needs_more_than_its_text() {
        let test = TestEngine::start();
        let packed = [("content-encoding".to_owned(), "gzip".to_owned())];
        let large =
            format!(r#"{{"event":"{}","messageId":"m"}}"#, "e".repeat(MAX_EARLY_BODY_BYTES));
        let values = vec!["0"; 3_000].join(",");
        let many = format!(r#"{{"event":"e","messageId":"m","properties":{{"list":[{values}]}}}}"#);
        let items = format!(r#"{{"batch":[{values}]}}"#);
        for (path, headers, body, is_parsed) in [
            ("/v1/track", &[][..], CALL, true),
            ("/v1/batch", &[], &format!(r#"{{"batch":[{CALL}]}}"#), true),
            ("/v1/track", &[], r#"{"event":"e","userId":"u"}"#, false),
            ("/v1/track", &[], &large, false),
            ("/v1/track", &[], &many, false),
            ("/v1/batch", &[], &items, false),
            ("/v1/track", &[], "{", false),
            // a pixel is a GET
            ("/v1/pixel/track", &[], CALL, false),
            ("/v1/track", &packed, CALL, false),
            ("/health", &[], CALL, false),
        ] {
            let parsed = test.engine.parse_early(&head(path, headers), body.as_bytes());
            assert_eq!(parsed.is_some(), is_parsed, "{path} {headers:?} {body:.60}");
        }
    }

    #[test]
    fn a_request_is_not_parsed_before_it_is_redacted() {
        let redaction = Redaction::parse(["email"], |_| false).expect("usable");
        let options = IngestOptions { redaction, ..IngestOptions::default() };
        let test = TestEngine::with_options(options);
        assert!(test.engine.parse_early(&head("/v1/track", &[]), CALL.as_bytes()).is_none());
    }

    #[test]
    fn calls_that_were_parsed_early_are_recorded_and_judged_as_others_are() {
        let answered =
            AnsweredWith { status: 200, headers: Vec::new(), body: Vec::new(), body_bytes: 0 };
        let answer =
            UpstreamAnswer { at: 1, first_byte_us: Some(1), took_us: 1, outcome: Ok(answered) };
        let record = |is_early: bool| {
            let test = TestEngine::start();
            for body in [CALL, r#"{"event":"e","messageId":"m2"}"#] {
                let head = head("/v1/track", &[]);
                let early = || test.engine.parse_early(&head, body.as_bytes());
                let parsed = is_early.then(|| early().expect("it is small"));
                let sent = (body.as_bytes(), parsed);
                let recorded = test.engine.record_forwarded(&head, sent, 200, &answer, None);
                let ForwardRecord::Held(held) = recorded else { panic!("{recorded:?}") };
                assert!(test.engine.written(&held).is_none());
            }
            test.engine.settle();
            let tally = test.engine.tally(0..test.engine.rows());
            (std::fs::read_to_string(test.recording()).expect("text"), tally)
        };
        let (early, late) = (record(true), record(false));
        assert_eq!(early.1.calls, 2);
        assert_eq!(early, late);
    }
}
