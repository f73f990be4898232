//! Any body at any path: it is read or refused, the same each time, and the refusal can be shown.

use crate::input::{Request, assert_harmless, assert_json};
use segscope::wire::{self, ParseScratch};

pub fn run(data: &[u8]) {
    let Some(request) = Request::read(data) else { return };
    let head = request.head();
    let made = (request.body.is_empty()).then(|| wire::query_body(&head)).flatten();
    let body = match wire::decode(&head, &request.body) {
        Ok(body) => body,
        Err(refusal) => return assert_harmless("refusal", &refusal.to_string()),
    };
    let body = match (&made, wire::text(&body)) {
        (Some(made), _) => made.to_string(),
        (None, Ok(text)) => text.to_owned(),
        (None, Err(refusal)) => return assert_harmless("refusal", &refusal.to_string()),
    };
    let mut scratch = ParseScratch::default();
    let reading = match wire::read(&head, 7, &body, &mut scratch) {
        Ok(reading) => reading,
        Err(refusal) => return assert_harmless("refusal", &refusal.to_string()),
    };
    let texts: Vec<String> =
        reading.calls.iter().map(|call| reading.derived_text(call).to_owned()).collect();
    for (call, text) in reading.calls.iter().zip(&texts) {
        assert_json("derived fields", text);
        reading.library(call);
        reading.key_of(call);
        reading.message_id(call);
        let event = reading.event(call);
        for field in ["type", "userId", "timestamp", "messageId"] {
            event.get(field);
        }
    }
    // what is left over from one request changes nothing in the next
    reading.recycle(&mut scratch);
    let again = wire::read(&head, 7, &body, &mut scratch).expect("read a moment ago");
    let texts_again: Vec<&str> = again.calls.iter().map(|call| again.derived_text(call)).collect();
    assert_eq!(texts, texts_again);
}
