//! The limits on sizes (`docs/specs/wire.md` 9), all counted after decoding.

use super::{BodyShape, Platform, Refusal, Route, fields::is_call, refusal::RefusalReason};
use crate::call::Val;

/// The maximum number of bytes of one call at Segment, alone or in a batch.
pub const CALL_LIMIT: usize = 32 * 1024;
/// The maximum number of bytes of a batch request at Segment.
pub const BATCH_LIMIT: usize = 500 * 1024;
/// The maximum number of bytes of a request at RudderStack.
pub const RUDDERSTACK_LIMIT: usize = 4_000 * 1024;
/// The maximum number of bytes of a request of a webhook destination. These batch up to 4,000
/// calls, and no document names a limit in bytes, so this one is segscope's own.
pub const WEBHOOK_LIMIT: usize = 16 * 1024 * 1024;

/// The maximum number of calls in a batch at Segment.
pub(crate) const MAX_BATCH_CALLS: usize = 2_500;
/// The number of characters from which a `messageId` is too long.
pub(crate) const MESSAGE_ID_LIMIT: usize = 100;

/// Returns the maximum number of bytes of a body of this route, for any sender, before and after
/// decoding. A larger body can be refused without reading it.
pub fn body_limit(route: &Route<'_>) -> usize {
    match route {
        Route::Calls(BodyShape::Webhook | BodyShape::Bare) => WEBHOOK_LIMIT,
        _ => RUDDERSTACK_LIMIT,
    }
}

/// Refuses a body above its sender's limit for the whole request.
pub(crate) fn check_body(
    shape: BodyShape,
    platform: Platform,
    length: usize,
) -> Result<(), Refusal> {
    let (limit, what) = match (shape, platform) {
        (BodyShape::Pixel(_) | BodyShape::RudderPixel(_) | BodyShape::Bare, _) => return Ok(()),
        (BodyShape::Webhook, _) => (WEBHOOK_LIMIT, "a webhook request"),
        (_, Platform::RudderStack) => (RUDDERSTACK_LIMIT, "a RudderStack request"),
        (BodyShape::One(_), _) => (CALL_LIMIT, "one call"),
        (BodyShape::Batch | BodyShape::Beacon, _) => (BATCH_LIMIT, "a batch"),
    };
    if length <= limit {
        return Ok(());
    }
    Err(Refusal::new(RefusalReason::TooLarge { what, limit, length: Some(length) }))
}

/// Refuses a batch with an item above Segment's limit for one call.
pub(crate) fn check_item<'d>(
    platform: Platform,
    index: usize,
    item: Val<'d>,
    all: impl Iterator<Item = Val<'d>>,
) -> Result<(), Refusal> {
    let is_small = |item: Val<'_>| item.raw().len() <= CALL_LIMIT;
    if platform == Platform::RudderStack || is_small(item) {
        return Ok(());
    }
    let good = all.filter(|item| is_call(*item) && is_small(*item)).count();
    let (limit, length) = (CALL_LIMIT, item.raw().len());
    Err(Refusal::new(RefusalReason::ItemTooLarge { index, limit, length, good }))
}

/// Returns whether a call of a file is too large for the service.
pub(crate) fn is_large_call(platform: Platform, in_batch: bool, call: &str) -> bool {
    match platform {
        Platform::RudderStack => !in_batch && is_larger(call, RUDDERSTACK_LIMIT),
        Platform::Segment | Platform::Unknown => is_larger(call, CALL_LIMIT),
    }
}

/// Returns whether a batch of a file is too large for the service.
pub(crate) fn is_large_batch(platform: Platform, batch: &str) -> bool {
    match platform {
        Platform::RudderStack => is_larger(batch, RUDDERSTACK_LIMIT),
        Platform::Segment | Platform::Unknown => is_larger(batch, BATCH_LIMIT),
    }
}

/// How a sender would encode what a file has is not known, so white space between values does not
/// count.
fn is_larger(json: &str, limit: usize) -> bool {
    json.len() > limit && length_without_space(json) > limit
}

/// Counts the bytes of a JSON text without the white space between its values.
fn length_without_space(json: &str) -> usize {
    let (mut in_string, mut escaped) = (false, false);
    let counts = |byte: &u8| {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            return true;
        }
        in_string = *byte == b'"';
        !byte.is_ascii_whitespace()
    };
    json.bytes().filter(counts).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_between_values_does_not_count() {
        for (json, length) in
            [(r#"{ "a" : [ 1 , 2 ] }"#, 11), (r#"[ " \" \\" , " " ]"#, 14), ("\n\t \r", 0)]
        {
            assert_eq!(length_without_space(json), length, "{json}");
        }
        assert!(!is_larger("[ 1, 2 ]", 5));
        assert!(is_larger("[ 1, 2 ]", 4));
    }
}
