//! How large things may be (`docs/specs/wire.md` 9), all counted after decoding.

use super::{BodyShape, Platform, Refusal, Route, refusal::RefusalReason};

/// One call at Segment, alone or in a batch.
pub const CALL_LIMIT: usize = 32 * 1024;
/// One batch request at Segment.
pub const BATCH_LIMIT: usize = 500 * 1024;
/// One request at RudderStack.
pub const RUDDERSTACK_LIMIT: usize = 4_000 * 1024;
/// One request of a webhook destination: these batch up to 4,000 calls and no document names a
/// limit in bytes, so this one is ours.
pub const WEBHOOK_LIMIT: usize = 16 * 1024 * 1024;

/// How many calls Segment takes in one batch.
pub(crate) const BATCH_CALLS: usize = 2_500;
/// A `messageId` has fewer characters than this.
pub(crate) const MESSAGE_ID: usize = 100;

/// The most that a body of this route may hold whoever sends it, before and after decoding: what
/// is larger need not be read to be refused.
pub fn body_limit(route: &Route<'_>) -> usize {
    match route {
        Route::Calls(BodyShape::Webhook | BodyShape::Bare) => WEBHOOK_LIMIT,
        _ => RUDDERSTACK_LIMIT,
    }
}

/// Refuses a body that is over its sender's limit for the whole request.
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

/// Refuses a batch that holds an item over Segment's limit for one call.
pub(crate) fn check_item(platform: Platform, index: usize, length: usize) -> Result<(), Refusal> {
    if platform == Platform::RudderStack || length <= CALL_LIMIT {
        return Ok(());
    }
    Err(Refusal::new(RefusalReason::ItemTooLarge { index, limit: CALL_LIMIT, length }))
}
